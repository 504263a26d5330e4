#include "runtime/packet/explain.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "runtime/packet/causes.h"
#include "runtime/packet/picture_words.h"

namespace podrun::packet {
namespace {

const Leg* first_leg(const Journey& journey, bool forward) {
  for (const Leg& leg : journey.legs)
    if (leg.forward == forward && !leg.stations.empty() && (forward || leg.name == "SYN-ACK" || leg.name == "answer"))
      return &leg;
  return nullptr;
}

bool is_data_stuck(const Recording& recording) {
  const std::string& word = recording.outcome.word;
  return recording.name.transport == Transport::tcp && recording.name.data != 0 &&
         (word == "connected" || word == "answered") && !is_data_acknowledged(recording);
}

// Of those that a packet needs on its way, in this order: there, at its goal, and back.
Found cause_of_failure(const Recording& recording, const Journey& journey) {
  const Leg* there = first_leg(journey, true);
  if (there != nullptr)
    if (Found found = dropped(recording, *there)) return found;
  if (Found found = duplicate_address(recording)) return found;
  if (there == nullptr) {
    if (Found found = silent_neighbour(recording, recording.from_space)) return found;
    return not_sent(recording, journey);
  }
  if (Found found = refused(recording, journey)) return found;
  if (const Leg* back = first_leg(journey, false)) {
    if (Found found = dropped(recording, *back)) return found;
    return lost(recording, *back);
  }
  if (Found found = lost(recording, *there)) return found;
  const auto now = whereabouts(recording, *there);
  return !now || now->link == 0 ? not_sent(recording, journey) : std::nullopt;
}

// Some datagram has come to a socket there.
bool is_read(const Recording& recording, const Whereabouts& now) {
  const Endpoint& at = now.headers.flow.destination;
  return grown(recording, now.space, at.ip.is_v4() ? "Udp.InDatagrams" : "Udp6InDatagrams") != 0 ||
         std::ranges::any_of(listeners_at(recording, now.space, at.port),
                             [](const Listener* one) { return one->waiting != 0; });
}

// A datagram need not be answered: one that has come to who waits for it has arrived. A rule that asks for what it is
// may have kept it from there all the same; a policy asks for nothing.
bool is_delivered(const Recording& recording, const Journey& journey) {
  const Leg* there = first_leg(journey, true);
  if (recording.name.transport != Transport::udp || recording.outcome.word != "silent" || there == nullptr)
    return false;
  const auto now = whereabouts(recording, *there);
  if (!now || now->link == 0 || now->direction == Direction::out ||
      !owns(recording, now->space, now->headers.flow.destination.ip) || first_leg(journey, false) != nullptr ||
      there->dropped_by() != nullptr || listeners_at(recording, now->space, now->headers.flow.destination.port).empty())
    return false;
  const Found may_be = dropped(recording, *there);
  return !may_be || (may_be->name == "policy" && is_read(recording, *now));
}

std::string end_of(const Recording& recording, const Journey& journey) {
  const Leg* there = first_leg(journey, true);
  const Leg* back = first_leg(journey, false);
  const Leg* last = back != nullptr ? back : there;
  if (last == nullptr) return "it left " + space_name(recording, recording.from_space) + " by no link";
  const std::string text = end_text(recording, *last);
  if (text.empty()) return "last seen where it was to come to";
  return (last->forward ? "" : "its answer (" + last->name + "): ") + text;
}

// portmap's rules come before any socket of the host.
void add_notes(const Recording& recording, Explanation& explanation) {
  for (const Published& published : recording.published) {
    if (published.host_port != recording.name.flow.destination.port) continue;
    for (const Listener& one : recording.evidence.listeners)
      if (is_the_machine(recording, one.space) && one.at.port == published.host_port)
        explanation.notes.push_back("a process of the host listens at " + to_text(one.at) +
                                    ", too, and gets nothing of it: the rule for " +
                                    space_name(recording, published.space) + " comes first");
    break;
  }
  if (!explanation.arrives && !explanation.cause)
    for (const std::string& line : legacy_lines(recording)) explanation.notes.push_back(line);
  for (const std::string& line : missing_lines(recording)) explanation.notes.push_back(line);
}

// Names of links, tables and chains are whoever's who made them, a pod's own too, and a person is to paste what is told:
// a shell must see nothing but words and quotes in it.
bool is_plain_command(const std::string& command) {
  char quote = 0;
  for (std::size_t i = 0; i < command.size(); ++i) {
    const char c = command[i];
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) return false;
    if (quote != 0) {
      if (c == quote) quote = 0;
      if (quote == '"' && std::string_view("$`\\!").find(c) != std::string_view::npos) return false;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (const bool is_negation = c == '!' && command.compare(i, 2, "! ") == 0;
               std::isalnum(static_cast<unsigned char>(c)) == 0 && !is_negation &&
               std::string_view(" ._/:@=,+%-").find(c) == std::string_view::npos) {
      return false;
    }
  }
  return quote == 0;
}

void leave_out_odd_commands(Explanation& explanation) {
  if (!explanation.cause || std::ranges::all_of(explanation.cause->fixes, is_plain_command)) return;
  explanation.cause->fixes.clear();
  explanation.notes.emplace_back("no command is told: a name in it has signs that a shell acts on");
}

}  // namespace

Explanation explain(const Recording& recording) {
  const Journey journey = journey_of(recording);
  const std::string& word = recording.outcome.word;
  Explanation explanation;
  if (is_data_stuck(recording)) {
    explanation.cause = stuck(recording, journey);
    explanation.end = "connected, but what is sent is not acknowledged";
    leave_out_odd_commands(explanation);
    return explanation;
  }
  // It has come to a program, which has gone without reading what it was sent.
  const bool is_reset = word == "refused" && recording.name.transport == Transport::tcp && recording.name.data != 0 &&
                        first_leg(journey, false) != nullptr;
  const bool is_good = is_reset || word == "connected" || word == "answered" || is_delivered(recording, journey);
  explanation.cause = is_good ? wrong_answer(recording, journey) : cause_of_failure(recording, journey);
  if (!explanation.cause && is_good) explanation.cause = stale_connection(recording);
  explanation.arrives = is_good && !explanation.cause;
  explanation.end =
      is_reset ? "connected, and then reset"
      : is_good
          ? (word == "silent" ? "it has come to who waits for it; no answer, which a datagram need not have" : word)
          : end_of(recording, journey);
  if (explanation.arrives || !explanation.cause) add_notes(recording, explanation);
  leave_out_odd_commands(explanation);
  return explanation;
}

}  // namespace podrun::packet

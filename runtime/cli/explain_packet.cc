#include "runtime/cli/explain_packet.h"

#include <nlohmann/json.hpp>

#include "base/interruption.h"
#include "runtime/cli/console.h"
#include "runtime/cli/explain_name.h"
#include "runtime/cli/print.h"
#include "runtime/cli/trace_places.h"
#include "runtime/packet/picture_words.h"
#include "runtime/packet/recording_json.h"

namespace podrun::cli {
namespace {

// A word before each first line, and the others below it.
std::string rows(const std::string& word, const std::vector<std::string>& lines) {
  constexpr std::size_t kWidth = 10;
  std::string text;
  for (const std::string& line : lines) text += packet::padded(text.empty() ? word : "", kWidth) + one_line(line) + "\n";
  return text;
}

std::string text_of(const packet::Recording& recording, const packet::Explanation& explanation) {
  std::string text = packet::headline(recording) + "\n";
  if (explanation.arrives) {
    text += rows("arrives", {explanation.end});
  } else if (explanation.cause) {
    text += rows("cause", {explanation.cause->text}) + rows("evidence", explanation.cause->evidence) +
            rows("fix", explanation.cause->fixes);
  } else {
    text += rows("cause", {"unknown; " + explanation.end});
  }
  return text + rows("note", explanation.notes);
}

std::string name_of(const packet::Explanation& explanation) {
  return (explanation.arrives ? "arrives" : explanation.cause ? explanation.cause->name : "unknown") + "\n";
}

// For a shell. Each is plain words, whoever named what is in it (runtime/packet/explain.cc).
std::string fixes_of(const packet::Explanation& explanation) {
  std::string commands;
  if (explanation.cause)
    for (const std::string& command : explanation.cause->fixes) commands += command + "\n";
  return commands;
}

Json json_of(const packet::Recording& recording, const packet::Explanation& explanation) {
  Json json{{"from", recording.from},
            {"to", recording.to},
            {"transport", recording.name.transport == packet::Transport::tcp ? "tcp" : "udp"},
            {"outcome", recording.outcome.word},
            {"arrives", explanation.arrives},
            {"end", explanation.end}};
  if (explanation.cause)
    json["cause"] = {{"name", explanation.cause->name},
                     {"text", explanation.cause->text},
                     {"evidence", explanation.cause->evidence},
                     {"fixes", explanation.cause->fixes}};
  json["notes"] = explanation.notes;
  json["recording"] = Json::parse(packet::to_json(recording), nullptr, false);
  return json;
}

Explained asked_as(Explained told, const ExplainPacketOptions& options) {
  told.recording.from = options.from;
  told.recording.to = options.to;
  return told;
}

// A name with a dot that no pod has is one of DNS.
Result<Explained> explain_asked(Context& context, const ExplainPacketOptions& options) {
  const HostAndPort goal = TRY(parse_host_and_port(options.to));
  auto places = find_trace_places(context, options.from, options.to, options.udp);
  if (!places && places.error().kind == Kind::not_found && goal.port != 0 &&
      goal.host.find_first_of(".") != std::string::npos && goal.host.find_first_of(":/") == std::string::npos) {
    NameAnswer answer = TRY(ask_for_name(context, options.from, goal.host));
    if (answer.failure) return asked_as(*std::move(answer.failure), options);
    places = find_trace_places(context, options.from, "[" + answer.ip->to_text() + "]:" + std::to_string(goal.port),
                               options.udp);
  }
  if (!places) return std::move(places).error();
  places->question.data = options.data;
  return asked_as(TRY(explain_places(places->spaces, places->question)), options);
}

}  // namespace

Result<int> explain_packet(Context& context, const ExplainPacketOptions& options) {
  TRY(check_data(options.data));
  TRY(parse_host_and_port(options.to));
  TRY(context.require_root("explain"));
  base::listen_for_interruption();
  const auto [recording, explanation] = TRY(explain_asked(context, options));
  if (options.format == "json")
    print_document(context.out, "json", json_of(recording, explanation));
  else
    context.out.print(options.format == "name"  ? name_of(explanation)
                      : options.format == "fix" ? fixes_of(explanation)
                                                : text_of(recording, explanation));
  return explanation.arrives ? 0 : explanation.cause ? kCauseNamed : kCauseUnknown;
}

}  // namespace podrun::cli

#include "runtime/cli/explain_name.h"

#include <algorithm>
#include <random>

#include "base/files.h"
#include "base/joined.h"
#include "runtime/cli/pods.h"
#include "runtime/cli/trace_places.h"
#include "runtime/packet/dns.h"
#include "runtime/packet/gather.h"
#include "runtime/plan/etc_files.h"

namespace podrun::cli {
namespace {

constexpr int kNoSuchName = 3;  // NXDOMAIN

// A namespace of `ip netns` may have one of its own.
Result<std::string> resolv_conf_of(const Context& context, const std::string& from) {
  constexpr std::string_view kNetns = "netns:";
  if (from.starts_with(kNetns)) {
    auto own = base::read_file("/etc/netns/" + from.substr(kNetns.size()) + "/resolv.conf");
    return own ? std::move(own) : base::read_file("/etc/resolv.conf");
  }
  if (from == "host") return base::read_file("/etc/resolv.conf");
  const PodRecord pod = TRY(find_pod(context, from)).record;
  return base::read_file("/proc/" + std::to_string(pod.life.pause.pid) + "/root/etc/resolv.conf");
}

// As resolv.conf(5) has it: with fewer dots than `ndots` the domains of `search` come first. "." is none of its own.
std::vector<std::string> names_to_ask(const DnsSpec& dns, const std::string& name) {
  if (name.ends_with('.')) return {name.substr(0, name.size() - 1)};
  int least = 1;
  for (const std::string& option : dns.options)
    if (option.starts_with("ndots:")) least = std::atoi(option.c_str() + 6);
  std::vector<std::string> names;
  for (const std::string& domain : dns.searches)
    if (domain != ".") names.push_back(name + "." + domain);
  const bool is_whole = std::count(name.begin(), name.end(), '.') >= least;
  names.insert(is_whole ? names.begin() : names.end(), name);
  std::erase_if(names, [](const std::string& one) { return packet::dns_question(one, false, 0).empty(); });
  return names;
}

Explained failed(Explained told, const std::string& cause, const std::string& text,
                 const std::vector<std::string>& evidence) {
  told.explanation.arrives = false;
  told.explanation.cause = packet::Cause{cause, text, evidence, {}};
  return told;
}

class Asker {
 public:
  Asker(const Context& context, const std::string& from, const std::string& server)
      : context_(context), from_(from), server_(server) {}

  // One question; the last packet is kept.
  Result<std::optional<packet::DnsAnswer>> ask(const std::string& name, bool v6) {
    const auto id = static_cast<std::uint16_t>(std::random_device{}());
    TracePlaces places = TRY(find_trace_places(context_, from_, "[" + server_ + "]:53", true));
    places.question.datagram = packet::dns_question(name, v6, id);
    if (places.question.datagram.empty()) return Error{Kind::invalid, 0, "'" + name + "' is no name"};
    last_ = TRY(explain_places(places.spaces, places.question));
    return packet::read_dns_answer(last_.recording.outcome.answer, id);
  }
  Explained& last() { return last_; }

 private:
  const Context& context_;
  const std::string& from_;
  const std::string& server_;
  Explained last_;
};

// What the packet was for came of nothing, and why is not known.
Explained unknown(Explained told, const std::string& end) {
  told.explanation = {};
  told.explanation.end = end;
  return told;
}

Explained nowhere() {
  Explained told;
  told.recording.spaces.emplace_back();
  return told;
}

struct ServerAnswer {
  NameAnswer answer;
  bool is_last_word = false;  // the next server is not asked
};

ServerAnswer go_on(Explained failure) { return {{{}, std::move(failure)}, false}; }

Result<ServerAnswer> ask_server(const Context& context, const std::string& from, const std::string& server,
                                const std::vector<std::string>& names) {
  if (!base::IpAddress::parse(server))
    return go_on(unknown(nowhere(), "the name server " + server + " has no address that can be asked here"));
  Asker asker(context, from, server);
  for (const std::string& one : names)
    for (const bool v6 : {false, true}) {
      const auto answer = TRY(asker.ask(one, v6));
      packet::Explanation& explanation = asker.last().explanation;
      if (!explanation.arrives || asker.last().recording.outcome.word != "answered") {
        explanation.arrives = false;
        if (explanation.cause)
          explanation.cause->text = "The name server " + server + " cannot be asked: " + explanation.cause->text;
        else
          explanation.end = "the name server " + server + ": " + explanation.end;
        return go_on(std::move(asker.last()));
      }
      if (!answer || (answer->code != 0 && answer->code != kNoSuchName))
        return go_on(unknown(std::move(asker.last()),
                             "the name server " + server + " answers the question for " + one + " " +
                                 (answer ? "with the error " + std::to_string(answer->code)
                                         : "by what is no whole answer")));
      if (!answer->addresses.empty()) return ServerAnswer{{answer->addresses.front(), {}}, true};
      if (answer->code == kNoSuchName) break;
    }
  return ServerAnswer{{{},
                       failed(std::move(asker.last()), "no-such-name",
                              "There is no address of that name.",
                              {server + " knows none of " + base::joined(names, ", ")})},
                      true};
}

}  // namespace

// As resolvers do it: who does not answer, or with an error, is followed by the next; who knows none has the last word.
Result<NameAnswer> ask_for_name(const Context& context, const std::string& from, const std::string& name) {
  const DnsSpec dns = parse_resolv_conf(TRY(resolv_conf_of(context, from)));
  if (dns.nameservers.empty())
    return NameAnswer{{},
                      failed(nowhere(), "no-name-server",
                             "No name server of " + from + " can be asked for " + name + ".",
                             {"the resolv.conf of " + from + " names none"})};
  const auto names = names_to_ask(dns, name);
  if (names.empty()) return Error{Kind::invalid, 0, "'" + name + "' is no name"};
  std::optional<NameAnswer> first;
  for (const std::string& server : dns.nameservers) {
    ServerAnswer told = TRY(ask_server(context, from, server, names));
    if (told.is_last_word) return std::move(told.answer);
    if (!first) first = std::move(told.answer);
  }
  return std::move(*first);
}

Result<Explained> explain_places(const std::vector<packet::OpenSpace>& spaces, const packet::Question& question) {
  Explained explained;
  explained.recording = TRY(packet::record(spaces, question));
  packet::gather(spaces, explained.recording);
  explained.explanation = packet::explain(explained.recording);
  return explained;
}

}  // namespace podrun::cli

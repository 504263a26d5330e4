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

// As resolv.conf(5) has it: with fewer dots than `ndots` the domains of `search` come first.
std::vector<std::string> names_to_ask(const DnsSpec& dns, const std::string& name) {
  if (name.ends_with('.')) return {name.substr(0, name.size() - 1)};
  int least = 1;
  for (const std::string& option : dns.options)
    if (option.starts_with("ndots:")) least = std::atoi(option.c_str() + 6);
  std::vector<std::string> names;
  for (const std::string& domain : dns.searches) names.push_back(name + "." + domain);
  const bool is_whole = std::count(name.begin(), name.end(), '.') >= least;
  names.insert(is_whole ? names.begin() : names.end(), name);
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

}  // namespace

Result<NameAnswer> ask_for_name(const Context& context, const std::string& from, const std::string& name) {
  const DnsSpec dns = parse_resolv_conf(TRY(resolv_conf_of(context, from)));
  Explained told;
  told.recording.spaces.emplace_back();
  if (dns.nameservers.empty())
    return NameAnswer{
        {},
        failed(std::move(told), "no-name-server", "No name server of " + from + " can be asked for " + name + ".",
               {"the resolv.conf of " + from + " names none"})};
  const auto names = names_to_ask(dns, name);
  for (const std::string& server : dns.nameservers) {
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
          return NameAnswer{{}, std::move(asker.last())};
        }
        if (answer && !answer->addresses.empty()) return NameAnswer{answer->addresses.front(), {}};
        told = asker.last();
        if (answer && answer->code == kNoSuchName) break;
      }
  }
  return NameAnswer{{},
                    failed(std::move(told), "no-such-name", "There is no address of the name " + name + ".",
                           {base::joined(dns.nameservers, ", ") + " know none of " + base::joined(names, ", ")})};
}

Result<Explained> explain_places(const std::vector<packet::OpenSpace>& spaces, const packet::Question& question) {
  Explained explained;
  explained.recording = TRY(packet::record(spaces, question));
  packet::gather(spaces, explained.recording);
  explained.explanation = packet::explain(explained.recording);
  return explained;
}

}  // namespace podrun::cli

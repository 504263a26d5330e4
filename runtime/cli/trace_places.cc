#include "runtime/cli/trace_places.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/files.h"
#include "runtime/cli/pods.h"
#include "runtime/packet/world.h"

namespace podrun::cli {
namespace {

constexpr std::string_view kNetnsPrefix = "netns:";

bool is_same_file(const Fd& one, const Fd& other) {
  struct stat first {};
  struct stat second {};
  return ::fstat(one.get(), &first) == 0 && ::fstat(other.get(), &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

// A namespace that has two names has the first.
class SpaceList {
 public:
  Result<int> add(const std::string& name, const std::string& path) {
    Fd netns = TRY(base::open_file(path, O_RDONLY));
    for (std::size_t i = 0; i < spaces_.size(); ++i)
      if (is_same_file(spaces_[i].netns, netns)) return static_cast<int>(i);
    spaces_.push_back({name, std::move(netns)});
    return static_cast<int>(spaces_.size()) - 1;
  }
  const packet::OpenSpace& at(int place) const { return spaces_.at(static_cast<std::size_t>(place)); }
  std::vector<packet::OpenSpace> take() && { return std::move(spaces_); }

 private:
  std::vector<packet::OpenSpace> spaces_;
};

std::string name_of_space(const Context& context, const PodRecord& pod) {
  const Identity& who = pod.plan.who;
  return "pod " + (who.name_space == context.flags.name_space ? "" : who.name_space + "/") + who.name;
}

Result<int> add_pod(const Context& context, SpaceList& spaces, const PodRecord& pod) {
  if (pod.plan.namespaces.host_network) return 0;
  return spaces.add(name_of_space(context, pod), pod.plan.netns_path);
}

// One that stops or goes meanwhile is not there: nobody asked for it.
Result<void> add_all(const Context& context, SpaceList& spaces) {
  TRY(spaces.add("host", "/proc/thread-self/ns/net"));
  for (const PodRecord& pod : TRY(context.store().list()))
    if (!pod.plan.netns_path.empty()) static_cast<void>(add_pod(context, spaces, pod));
  const std::string& pinned = context.flags.directories.netns;
  for (const std::string& name : base::list_dir(pinned).value_or({}))
    static_cast<void>(spaces.add("netns " + name, pinned + "/" + name));
  return {};
}

// Where it is, and what it can be reached at; nothing of that for an address.
struct Named {
  int space = -1;
  std::vector<base::IpAddress> addresses;
};

Result<std::vector<base::IpAddress>> addresses_in(const packet::OpenSpace& space) {
  std::vector<packet::OpenSpace> alone;
  alone.push_back({space.name, TRY(base::open_file("/proc/self/fd/" + std::to_string(space.netns.get()), O_RDONLY))});
  const std::vector<packet::Space> world = TRY(packet::read_world(alone));
  std::vector<base::IpAddress> addresses;
  for (const packet::Link& link : world.front().links)
    for (const std::string& text : link.addresses) {
      const auto ip = base::IpAddress::parse(text.substr(0, text.find('/')));
      if (ip && !ip->is_loopback() && !text.starts_with("fe80:")) addresses.push_back(*ip);
    }
  return addresses;
}

Result<Named> find_named(const Context& context, SpaceList& spaces, const std::string& word) {
  if (word == "host") return Named{0, TRY(addresses_in(spaces.at(0)))};
  if (word.starts_with(kNetnsPrefix)) {
    const std::string path = word.substr(kNetnsPrefix.size());
    if (path.empty()) return Error{Kind::invalid, 0, "'" + word + "': expected netns:NAME or netns:/path"};
    const bool is_path = path.find('/') != std::string::npos;
    Named found;
    found.space = TRY(spaces.add("netns " + path.substr(path.rfind('/') + 1),
                                 is_path ? path : context.flags.directories.netns + "/" + path));
    found.addresses = TRY(addresses_in(spaces.at(found.space)));
    return found;
  }
  const PodRecord pod = TRY(find_pod(context, word)).record;
  Named found;
  found.space = TRY(add_pod(context, spaces, pod).in("pod \"" + word + "\" has no network namespace now"));
  for (const std::string& ip : pod.life.ips)
    if (const auto parsed = base::IpAddress::parse(ip)) found.addresses.push_back(*parsed);
  if (found.space == 0) found.addresses = TRY(addresses_in(spaces.at(0)));
  return found;
}

}  // namespace

Result<HostAndPort> parse_host_and_port(const std::string& word) {
  const std::size_t colon = word.rfind(':');
  const auto wrong = [&] {
    return Error{Kind::invalid, 0, "'" + word + "': expected TO:PORT, such as web:80 or [fd00::1]:80"};
  };
  if (colon == std::string::npos || colon == 0) return wrong();
  HostAndPort found;
  found.host = word.substr(0, colon);
  const char* end = word.data() + word.size();
  const auto [behind, failed] = std::from_chars(word.data() + colon + 1, end, found.port);
  if (failed != std::errc() || behind != end || found.port == 0) return wrong();
  const bool in_brackets = found.host.front() == '[' && found.host.back() == ']';
  if (in_brackets) found.host = found.host.substr(1, found.host.size() - 2);
  // An address of IPv6 without them: nobody can say where the port begins.
  if (found.host.empty() || (!in_brackets && base::IpAddress::parse(found.host + word.substr(colon)))) return wrong();
  return found;
}

Result<TracePlaces> find_trace_places(const Context& context, const std::string& from, const std::string& to) {
  const HostAndPort goal = TRY(parse_host_and_port(to));
  SpaceList spaces;
  TRY(add_all(context, spaces));
  TracePlaces places;
  packet::Question& question = places.question;
  question.from = from;
  question.to = to;
  const Named sender = TRY(find_named(context, spaces, from));
  question.from_space = sender.space;
  question.destination.port = goal.port;
  if (const auto ip = base::IpAddress::parse(goal.host)) {
    question.destination.ip = *ip;
  } else {
    const Named receiver = TRY(find_named(context, spaces, goal.host));
    question.to_space = receiver.space;
    if (!receiver.addresses.empty())
      question.destination.ip = receiver.addresses.front();
    else if (receiver.space == sender.space)  // a pod without a network has its localhost
      question.destination.ip = *base::IpAddress::parse("127.0.0.1");
    else
      return Error{Kind::not_found, 0, "'" + goal.host + "' has no address"};
  }
  places.spaces = std::move(spaces).take();
  return places;
}

}  // namespace podrun::cli

// Addresses by DHCP: the plugin dhcp, with its daemon and a server of ours.
#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "cni/base/files.h"
#include "cni/base/try.h"
#include "kit/helper/places.h"
#include "kit/src/damage/kernel.h"
#include "kit/src/data_plane/lan.h"
#include "kit/src/data_plane/rows.h"
#include "kit/src/prober/dhcp_server.h"

namespace cni::kit {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

const Lease kLease{*base::IpAddress::parse("192.0.2.7"), *base::IpAddress::parse("192.0.2.1")};
constexpr const char* kLanEnd = "lan0";
const std::string kDaemonLog = kPlace + "/daemon.log";

std::string in_network(const base::IpAddress& address) {
  return address.to_text() + "/" + std::to_string(kLease.prefix_length);
}

// The pod's interface leads to the server's: nobody has made it, as the target makes none.
Result<void> join_to_lan(const Pod& pod) {
  TRY(make_netns(kLan.netns, true));
  const Fd netns = TRY(base::open_file(pod.netns, O_RDONLY));
  TRY(TRY(RouteSocket::open(kLan.netns)).make_veth(kLanEnd, pod.ifname, netns.get()));
  TRY(change_link(pod.netns, pod.ifname, {.up = true}));
  TRY(change_link(kLan.netns, kLanEnd, {.up = true}));
  return add_address(kLan.netns, kLanEnd, in_network(kLease.router));
}

// It ends with the check's host.
Result<void> start_daemon(const std::string& path, const std::string& socket) {
  TRY(base::make_dirs(socket.substr(0, socket.rfind('/'))));
  std::vector<std::string> words{path, "daemon", "-socketpath", socket};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, kDaemonLog.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  pid_t daemon = -1;
  const int error = ::posix_spawn(&daemon, path.c_str(), &files, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&files);
  if (error != 0) return Error::system(error, "start '" + path + " daemon'");
  for (int patience = 0; patience < 250; ++patience) {
    if (base::path_exists(socket)) return {};
    std::this_thread::sleep_for(milliseconds(20));
  }
  return Error{Kind::not_found, 0, "'" + path + " daemon' has made no socket '" + socket + "' within 5 s"};
}

std::vector<std::string> history(const DhcpServer& server, Clock::time_point begin) {
  std::vector<std::string> lines;
  for (const DhcpServer::Heard& one : server.heard())
    lines.push_back("the server was sent " + to_text(one.message) + " after " +
                    std::to_string(std::chrono::duration_cast<milliseconds>(one.at - begin).count()) + " ms");
  std::ifstream log(kDaemonLog);
  for (std::string line; std::getline(log, line);) lines.push_back("the daemon: " + line);
  return lines;
}

// Catches an address, a gateway or a default route that is not the lease's.
Verdict tells_the_lease(const Answer& added) {
  const std::string address = in_network(kLease.address);
  const std::string router = kLease.router.to_text();
  const Json ips = added.document.value("ips", Json::array());
  const bool has_address =
      std::any_of(ips.begin(), ips.end(), [&](const Json& ip) { return ip.value("address", "") == address; });
  if (!has_address) return failed("the address " + address + ", which the server has granted", added.printed());
  const auto leads = [&](const Json& route) {
    return route.value("dst", "") == "0.0.0.0/0" && route.value("gw", router) == router;
  };
  const Json routes = added.document.value("routes", Json::array());
  if (std::none_of(routes.begin(), routes.end(), leads))
    return failed("a default route to " + router + ", the server's router", added.printed());
  return passed();
}

Verdict gets_renews_and_releases(Lab& lab) {
  if (lab.target().type() != "dhcp") return not_applicable("it asks no server");
  Pod& pod = lab.pod();
  const std::string socket =
      lab.target().config.value("ipam", Json::object()).value("daemonSocketPath", "/run/cni/dhcp.sock");
  if (const auto joined = join_to_lan(pod); !joined) return skipped(joined.error().what);
  Place place = kLan;
  place.device = kLanEnd;
  const auto server = DhcpServer::start(place, kLease);
  if (!server) return skipped(server.error().what);
  if (const auto started = start_daemon(lab.target().path, socket); !started) return skipped(started.error().what);

  const auto begin = Clock::now();
  const Answer added = lab.run(lab.call("ADD", pod));
  if (!added.succeeded()) return failed("success of ADD", added.text(), history(**server, begin));
  KIT_REQUIRE(tells_the_lease(added));
  pod.result = added.document;
  // As who has called it does; it is asked to release while that is there.
  if (const auto given = add_address(pod.netns, pod.ifname, in_network(kLease.address)); !given)
    return skipped(given.error().what);

  using Message = DhcpServer::Message;
  const auto requests = [&] {
    const auto all = (*server)->heard();
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [](const auto& one) { return one.message == Message::request; }));
  };
  // It was told when to renew, and has up to the lease's end.
  if (!(*server)->hears(Message::request, requests() + 1, Clock::now() + kLease.end))
    return failed("the lease of " + std::to_string(kLease.end.count()) + " s is renewed before its end",
                  "nothing more is asked", history(**server, begin));

  const Answer deleted = lab.run(lab.call("DEL", pod));
  if (!deleted.succeeded()) return failed("success of DEL", deleted.text(), history(**server, begin));
  if (!(*server)->hears(Message::release, 1, Clock::now() + seconds(3)))
    return failed("DEL gives the address back to the server (RELEASE)", "the server is sent none within 3 s",
                  history(**server, begin));
  return passed();
}

}  // namespace

std::vector<Check> lease_checks() {
  return {{{"P26", Level::should, "gets a lease, renews it in time, and gives it back in DEL",
            "Documentation of the plugin dhcp; RFC 2131, section 4.4"},
           {.roles = kIpam, .once = true},
           gets_renews_and_releases}};
}

}  // namespace cni::kit

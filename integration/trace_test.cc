// podrun trace: one real packet between real pods, through Debian's bridge, portmap and firewall; and what is left of
// it.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <functional>
#include <iostream>
#include <thread>

#include "integration/plugin_host.h"

namespace integration {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kBridgeFilter = "/proc/sys/net/bridge/bridge-nf-call-iptables";

Json with_ports(const std::string& name, const std::string& command, const std::string& protocol) {
  Json server = container("main", {"/bin/payload", command, "8080"});
  server["ports"] = {{{"containerPort", 8080}, {"hostPort", 18080}, {"protocol", protocol}}};
  return pod(name, {server});
}

class TraceTest : public PluginTest {
 protected:
  // Pods client and web on a bridge, and a machine outside.
  bool make_pods(const Json& web = with_ports("web", "serve", "TCP")) {
    if (!have({"bridge", "host-local", "portmap", "firewall"})) return false;
    configure({bridge(host_local({"10.210.0.0/24", "fd00:210::/64"})),
               {{"type", "portmap"}, {"capabilities", {{"portMappings", true}}}},
               {{"type", "firewall"}, {"backend", "iptables"}}});
    make_outside();
    return attach(web) && attach(sleeper("client")) && listens();
  }
  // For TCP or UDP, at 8080.
  static bool listens() {
    return in_time([] {
      return in_netns("web",
                      {"grep", "-q", ":1F90 ", "/proc/net/tcp6", "/proc/net/udp6", "/proc/net/tcp", "/proc/net/udp"})
                 .status == 0;
    });
  }

  Output trace(std::vector<std::string> words) const {
    words.insert(words.begin(), "trace");
    return podrun(words);
  }
  // As it is expected, or says what was seen instead.
  void expect_trace(std::vector<std::string> words, const std::vector<std::string>& expected) const {
    words.insert(words.end(), {"-o", "wide"});
    for (const std::string& one : expected) words.insert(words.end(), {"--expect", one});
    const Output traced = trace(words);
    EXPECT_EQ(traced.status, 0) << traced.err << traced.out;
  }
  Json recording(std::vector<std::string> words) const {
    words.insert(words.end(), {"-o", "json"});
    const Output traced = trace(words);
    EXPECT_EQ(traced.status, 0) << traced.err;
    return Json::parse(traced.out, nullptr, false);
  }
  std::string address(const std::string& name, bool is_v4) const {
    for (const std::string& ip : addresses(name))
      if ((ip.find(':') == std::string::npos) == is_v4) return is_v4 ? ip : "[" + ip + "]";
    return "";
  }
  static std::string tables(const std::string& netns = "") {
    return (netns.empty() ? run({"nft", "list", "tables"}) : in_netns(netns, {"nft", "list", "tables"})).out;
  }
};

INSTANTIATE_TEST_SUITE_P(With, TraceTest, testing::Values(debian_plugins()), testing::PrintToStringParamName());

TEST_P(TraceTest, FromPodToPod) {
  if (!make_pods()) return;
  for (const bool is_v4 : {true, false})
    expect_trace({"client", address("web", is_v4) + ":8080"},
                 {"connected", "SYN", "SYN-ACK", "ACK", "client/eth0", "web/eth0"});
  const Output traced = trace({"client", "web:8080"});
  EXPECT_THAT(traced.out, AllOf(HasSubstr("① process"), HasSubstr("connect() → " + address("web", true) + ":8080"),
                                HasSubstr("┌ host"), HasSubstr("┌ pod web")));
}

TEST_P(TraceTest, FromPodToTheHostPortOfANeighbour) {
  if (!make_pods()) return;
  expect_trace({"client", "198.51.100.1:18080"}, {"connected", "DNAT", "SNAT", "SYN-ACK", "web/eth0"});
  const Output traced = trace({"client", "198.51.100.1:18080", "-o", "wide"});
  EXPECT_THAT(traced.out, AllOf(HasSubstr("-j DNAT --to-destination " + address("web", true) + ":8080"),
                                HasSubstr("-j MASQUERADE"), HasSubstr("PREROUTING"), HasSubstr("POSTROUTING"),
                                HasSubstr("host remembers"), Not(HasSubstr("not looked at"))));
}

// Without br_netfilter the same packet is routed: in and out by the bridge device, a hop less to live.
TEST_P(TraceTest, ThatIsRoutedWhereBridgesAreNotFiltered) {
  if (!make_pods()) return;
  if (std::ifstream(kBridgeFilter)) std::ofstream(kBridgeFilter) << 0;
  const Output traced = trace({"client", "198.51.100.1:18080", "-o", "wide", "--expect", "host/br-lab"});
  if (std::ifstream(kBridgeFilter)) std::ofstream(kBridgeFilter) << 1;
  EXPECT_EQ(traced.status, 0) << traced.err;
  EXPECT_THAT(traced.out, AllOf(HasSubstr("ttl 64→63"), HasSubstr("ROUTE        dev br-lab"), HasSubstr("connected")));
}

TEST_P(TraceTest, FromPodToOutside) {
  if (!make_pods()) return;
  for (const char* to : {"198.51.100.2:9", "[2001:db8:1::2]:9"})
    expect_trace({"client", to}, {"refused", "RST", "SNAT", "host/br-lab", "host/up0", "outside/up1"});
  EXPECT_THAT(trace({"client", "198.51.100.2:9"}).out, AllOf(HasSubstr("MASQUERADE"), HasSubstr("ttl 64→63")));
}

TEST_P(TraceTest, FromHostAndFromOutside) {
  if (!make_pods()) return;
  expect_trace({"host", "web:8080"}, {"connected", "host/br-lab", "web/eth0"});
  expect_trace({"host", "127.0.0.1:18080"}, {"connected", "DNAT", "web/eth0"});
  for (const char* to : {"198.51.100.1:18080", "[2001:db8:1::1]:18080"})
    expect_trace({"netns:outside", to}, {"connected", "DNAT", "outside/up1", "host/up0", "web/eth0"});
}

TEST_P(TraceTest, DatagramsAndTheirAnswers) {
  if (!make_pods(with_ports("web", "serve-udp", "UDP"))) return;
  for (const bool is_v4 : {true, false})
    expect_trace({"client", address("web", is_v4) + ":8080", "--udp"}, {"answered", "datagram", "answer", "web/eth0"});
  expect_trace({"netns:outside", "198.51.100.1:18080", "--udp"}, {"answered", "DNAT", "datagram", "web/eth0"});
  expect_trace({"client", "web:9", "--udp"}, {"refused", "datagram", "ICMP 3/3"});
  expect_trace({"client", address("web", false) + ":9", "--udp"}, {"refused", "datagram", "ICMP 1/4"});
}

TEST_P(TraceTest, DataBehindTheHandshake) {
  if (!make_pods()) return;
  expect_trace({"client", "web:8080", "--data", "100"}, {"SYN-ACK", "data"});
}

TEST_P(TraceTest, ARuleThatDropsIsNamed) {
  if (!make_pods()) return;
  run({"iptables", "-I", "FORWARD", "-d", address("web", true), "-m", "comment", "--comment", "no way", "-j", "DROP"});
  Output traced = trace({"netns:outside", "198.51.100.1:18080", "--expect-dropped-by", "no way", "--expect", "silent"});
  EXPECT_EQ(traced.status, 0) << traced.err;
  EXPECT_THAT(traced.out, HasSubstr("dropped in host by filter: -A FORWARD -d " + address("web", true)));
  traced = trace({"netns:outside", "198.51.100.1:18080", "--expect-dropped-by", "another"});
  EXPECT_EQ(traced.status, 3);
  EXPECT_THAT(traced.err, HasSubstr("expected to be dropped by 'another', and was not"));
  run({"iptables", "-D", "FORWARD", "1"});
}

TEST_P(TraceTest, ARuleOfNftablesInThePodIsNamed) {
  if (!make_pods()) return;
  in_netns("web", {"nft",
                   "add table inet own; add chain inet own in { type filter hook input priority 0; }; "
                   "add rule inet own in tcp dport 8080 reject with tcp reset"});
  const Output traced = trace({"client", "web:8080", "--expect-dropped-by", "tcp dport 8080", "--expect", "refused"});
  EXPECT_EQ(traced.status, 0) << traced.err;
  EXPECT_THAT(traced.out, HasSubstr("dropped in pod web by own in: tcp dport 8080 reject with tcp reset"));
}

// Frames that no chain of IP sees.
TEST_P(TraceTest, ARuleOfTheBridgeIsNamed) {
  if (!make_pods()) return;
  if (std::ifstream(kBridgeFilter)) std::ofstream(kBridgeFilter) << 0;
  run({"nft",
       "add table bridge own; add chain bridge own between { type filter hook forward priority 0; }; "
       "add rule bridge own between tcp dport 8080 drop"});
  const Output traced = trace({"client", "web:8080", "--expect-dropped-by", "tcp dport 8080", "--expect", "silent"});
  run({"nft", "delete table bridge own"});
  if (std::ifstream(kBridgeFilter)) std::ofstream(kBridgeFilter) << 1;
  EXPECT_EQ(traced.status, 0) << traced.err;
  EXPECT_THAT(traced.out, HasSubstr("dropped in host by bridge own between: tcp dport 8080 drop"));
}

TEST_P(TraceTest, WhatIsExpectedAndNotSoIsAFailure) {
  if (!make_pods()) return;
  const Output traced = trace({"client", "web:8080", "--expect", "DNAT"});
  EXPECT_EQ(traced.status, 3);
  EXPECT_THAT(traced.err, HasSubstr("expected DNAT"));
  EXPECT_THAT(traced.out, HasSubstr("connected"));
}

TEST_P(TraceTest, NobodyIsThere) {
  if (!make_pods()) return;
  expect_trace({"client", "10.210.0.99:80"}, {"unreachable", "SYN"});
}

// xtables-monitor reads the same events and puts their texts together its own way.
TEST_P(TraceTest, TextsOfRulesAreThoseOfXtablesMonitor) {
  if (!make_pods() || !can_run({need::program("xtables-monitor")})) return;
  const std::string log = dir() + "/monitor";
  const pid_t monitor = start({"xtables-monitor", "--trace"}, log);
  const auto monitored = [&] { return run({"cat", log}).out; };
  Json seen;
  EXPECT_TRUE(in_time([&] {  // it listens a moment after it has begun
    seen = recording({"client", "198.51.100.1:18080"});
    return monitored().find("MASQUERADE") != std::string::npos;
  }));
  ::kill(monitor, SIGTERM);
  wait_for(monitor);
  ASSERT_TRUE(seen.contains("rules"));
  std::size_t compared = 0;
  for (const Json& rule : seen.at("rules")) {
    if (rule.at("family") != "ip") continue;
    EXPECT_THAT(monitored(), HasSubstr(rule.value("text", std::string("a rule without text"))));
    ++compared;
  }
  EXPECT_GT(compared, 3U);
}

TEST_P(TraceTest, OnABusyHostNothingElseIsRecorded) {
  if (!make_pods()) return;
  const std::string flood = "while :; do echo x > /dev/udp/" + address("web", true) + "/9; " + "echo > /dev/tcp/" +
                            address("web", true) + "/8080; done";
  const pid_t noise = start({"bash", "-c", flood}, dir() + "/noise");
  const Json busy = recording({"client", "web:8080"});
  ::kill(noise, SIGKILL);
  wait_for(noise);
  const std::string client = address("client", true);
  for (const Json& seen : busy.at("sightings")) {
    const Json& flow = seen.at("headers").at("flow");
    if (seen.at("headers").value("protocol", "tcp") != "tcp") continue;
    EXPECT_TRUE(flow.at("source").at(0) == client || flow.at("destination").at(0) == client) << seen;
  }
}

TEST_P(TraceTest, NothingIsLeft) {
  if (!make_pods()) return;
  remember_world();
  trace({"client", "198.51.100.1:18080"});
  EXPECT_THAT(tables(), Not(HasSubstr("podrun_trace")));
  EXPECT_THAT(tables("client"), Not(HasSubstr("podrun_trace")));
  expect_world_unchanged();
}

// While it waits for somebody who is not there it has everything open.
TEST_P(TraceTest, NothingIsLeftOfOneThatIsKilled) {
  if (!make_pods()) return;
  const Command command = podrun_command({"trace", "client", "10.210.0.99:80"});
  for (const int delay : {0, 5, 10, 20, 40, 80, 160, 600}) {
    const pid_t tracer = start(command.argv, dir() + "/traced");
    std::this_thread::sleep_for(std::chrono::milliseconds(delay));
    if (delay == 600) {
      EXPECT_THAT(tables(), HasSubstr("podrun_trace"));
    }
    ::kill(tracer, SIGKILL);
    EXPECT_EQ(wait_for(tracer), 128 + SIGKILL);
    EXPECT_TRUE(eventually([] { return tables().find("podrun_trace") == std::string::npos; }));
    EXPECT_TRUE(eventually([] { return tables("client").find("podrun_trace") == std::string::npos; }));
  }
  EXPECT_THAT(run({"sh", "-c", "cat /proc/net/packet | tail -n +2"}).out, IsEmpty());
}

TEST_P(TraceTest, ASecondOneAtATimeIsRefused) {
  if (!make_pods()) return;
  const pid_t first = start(podrun_command({"trace", "client", "10.210.0.99:80"}).argv, dir() + "/first");
  ASSERT_TRUE(in_time([] { return tables().find("podrun_trace") != std::string::npos; }));
  const Output second = trace({"client", "web:8080"});
  EXPECT_EQ(second.status, 7);
  EXPECT_THAT(second.err, HasSubstr("another podrun trace is under way"));
  EXPECT_EQ(wait_for(first), 0);
}

TEST_P(TraceTest, WhatWasTypedWrong) {
  for (const char* to : {"web", "web:", "web:0", "web:65536", "web:-", ":80", "fd00::1:80"}) {
    const Output traced = trace({"host", to});
    EXPECT_EQ(traced.status, 2) << to;
    EXPECT_THAT(traced.err, HasSubstr("expected TO:PORT")) << to;
  }
  EXPECT_EQ(trace({"nobody", "127.0.0.1:80"}).status, 3);
  EXPECT_EQ(trace({"host", "nobody:http"}).status, 3);
  EXPECT_EQ(trace({"host", "127.0.0.1:http"}).status, 2);  // only ports of pods have names
  EXPECT_EQ(trace({"netns:nobody", "127.0.0.1:80"}).status, 3);
  EXPECT_EQ(trace({"host", "127.0.0.1:80", "--data", "70000"}).status, 2);
}

// Also 127.0.0.1 has a way, which no other namespace is on.
TEST_P(TraceTest, FromTheHostToItself) {
  expect_trace({"host", "127.0.0.1:9"}, {"refused", "SYN", "RST", "host/lo"});
  expect_trace({"host", "[::1]:9"}, {"refused", "SYN", "RST", "host/lo"});
}

// Datagrams from a namespace to one address, as fast as they go, until it is destroyed.
class Flood {
 public:
  Flood(const std::string& netns, const std::string& ip, std::uint16_t port) {
    void* shared = ::mmap(nullptr, sizeof *sent_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    sent_ = new (shared) std::atomic<std::uint64_t>(0);
    pid_ = ::fork();
    if (pid_ == 0) send_on("/run/netns/" + netns, ip, port);
  }
  ~Flood() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::munmap(sent_, sizeof *sent_);
  }
  Flood(const Flood&) = delete;
  Flood& operator=(const Flood&) = delete;
  std::uint64_t sent() const { return *sent_; }

 private:
  [[noreturn]] void send_on(const std::string& netns, const std::string& ip, std::uint16_t port) const {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    ::inet_pton(AF_INET, ip.c_str(), &to.sin_addr);
    const int space = ::open(netns.c_str(), O_RDONLY | O_CLOEXEC);
    if (::setns(space, CLONE_NEWNET) != 0) ::_exit(1);
    const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) ::_exit(1);
    // Who is told that nobody waits there, or that a queue is full, goes on.
    while (true)
      if (::send(socket, "another datagram", 16, MSG_NOSIGNAL) > 0) ++*sent_;
  }

  std::atomic<std::uint64_t>* sent_ = nullptr;
  pid_t pid_ = -1;
};

// What the flood sent in a second of what was done.
double rate_during(const Flood& flood, const std::function<void()>& work) {
  const auto began = std::chrono::steady_clock::now();
  const std::uint64_t before = flood.sent();
  work();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  return static_cast<double>(flood.sent() - before) / took.count();
}

// From the same pod to the same port of another: only its cookie tells the chosen one from them.
TEST_P(TraceTest, OnlyTheChosenOneOfAFloodIsSeen) {
  if (!make_pods(with_ports("web", "serve-udp", "UDP"))) return;
  const Flood flood("client", addresses("web").front(), 8080);
  ASSERT_TRUE(in_time([&] { return flood.sent() > 1000; }));
  double with = 0;
  double without = 0;
  constexpr int kTurns = 5;
  for (int turn = 0; turn < kTurns; ++turn) {
    without += rate_during(flood, [] { std::this_thread::sleep_for(std::chrono::milliseconds(500)); }) / kTurns;
    Json recorded;
    const std::uint64_t before = flood.sent();
    with += rate_during(flood, [&] { recorded = recording({"client", "web:8080", "--udp"}); }) / kTurns;
    EXPECT_GT(flood.sent(), before) << "nothing was beside it";
    ASSERT_TRUE(recorded.is_object());
    const Json own = recorded.at("name").at("flow").at("source").at(1);
    int seen = 0;
    const auto expect_own = [&](const Json& headers) {
      const std::string protocol = headers.value("protocol", "tcp");
      if (protocol != "udp") return;
      ++seen;
      const Json& flow = headers.at("flow");
      EXPECT_TRUE(flow.at("source").at(1) == own || flow.at("destination").at(1) == own) << headers.dump();
    };
    for (const Json& sighting : recorded.at("sightings")) expect_own(sighting.at("headers"));
    EXPECT_GE(seen, 4) << "from end to end, by the bridge's ports";
    for (const Json& event : recorded.at("events"))
      if (event.contains("headers")) expect_own(event.at("headers"));
  }
  // For docs/performance.md; no time is judged.
  std::cout << "flood: " << static_cast<long>(without) << " packets/s, with a trace beside it "
            << static_cast<long>(with) << "\n";
}

}  // namespace
}  // namespace integration

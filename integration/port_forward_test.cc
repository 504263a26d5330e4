// `podrun port-forward`: ports of the host that lead to a pod's localhost.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/fd.h"
#include "integration/test_host.h"

namespace integration {
namespace {

using base::Fd;
using testing::HasSubstr;

Fd connected_to(std::uint16_t port, const char* address = "127.0.0.1") {
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  ::inet_pton(AF_INET6, (std::string(*address == ':' ? "" : "::ffff:") + address).c_str(), &v6.sin6_addr);
  Fd socket(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval limit{.tv_sec = 20 * slow_factor(), .tv_usec = 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&v6), sizeof(v6)) == 0 ? std::move(socket) : Fd();
}

// Until its end, or until nothing comes for too long.
std::string all_of(const Fd& socket) {
  std::string said;
  char block[4096];
  for (ssize_t got = 0; (got = ::read(socket.get(), block, sizeof(block))) > 0;)
    said.append(block, static_cast<std::size_t>(got));
  return said;
}

bool say(const Fd& socket, const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t put = ::send(socket.get(), text.data() + at, text.size() - at, MSG_NOSIGNAL);
    if (put <= 0) return false;
    at += static_cast<std::size_t>(put);
  }
  return true;
}

// What it is told with the end, and then says.
std::string asked(std::uint16_t port, const std::string& text, const char* address = "127.0.0.1") {
  const Fd socket = connected_to(port, address);
  if (!socket || !say(socket, text)) return "(no connection)";
  ::shutdown(socket.get(), SHUT_WR);
  return all_of(socket);
}

std::size_t descriptors_of(pid_t pid) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd"),
                    std::filesystem::directory_iterator()));
}

// User's and system's time.
std::chrono::milliseconds processor_time_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string stat((std::istreambuf_iterator<char>(file)), {});
  std::istringstream words(stat.substr(stat.rfind(')') + 1));
  std::string word;
  for (int i = 0; i < 11; ++i) words >> word;
  long user = 0, system = 0;
  words >> user >> system;
  return std::chrono::milliseconds((user + system) * 1000 / ::sysconf(_SC_CLK_TCK));
}

class PortForwardTest : public PodrunTest {
 protected:
  void TearDown() override {
    if (pid_ > 0) end(SIGKILL);
    PodrunTest::TearDown();
  }

  bool serve(const std::string& address, const Json& more = {}) {
    Json manifest = pod("web", {container("main", {"/bin/payload", "give-back", address, "7"})});
    if (!more.is_null()) manifest["spec"].update(more);
    return must_create(manifest) && eventually([&] { return logs("web", "main") == "listening\n"; });
  }

  // The local port of its first line; 0: it has none.
  std::uint16_t forward(const std::vector<std::string>& words, const std::string& shell = "exec \"$@\"") {
    std::vector<std::string> args{"port-forward"};
    args.insert(args.end(), words.begin(), words.end());
    std::vector<std::string> argv = podrun_command(args).argv;
    argv.insert(argv.begin(), {"sh", "-c", shell, "sh"});
    pid_ = start(argv, log());
    unsigned port = 0;
    eventually([&] { return std::sscanf(said().c_str(), "Forwarding from 127.0.0.1:%u ->", &port) == 1; });
    return static_cast<std::uint16_t>(port);
  }
  std::string log() const { return dir() + "/forward.log"; }
  std::string said() const {
    std::ifstream file(log());
    return (std::ostringstream() << file.rdbuf()).str();
  }
  int end(int signal) {
    ::kill(pid_, signal);
    return wait_for(std::exchange(pid_, 0));
  }

  pid_t pid_ = 0;
};

TEST_F(PortForwardTest, LeadsToWhatListensInThePodAlone) {
  ASSERT_TRUE(serve("127.0.0.1"));
  const std::uint16_t port = forward({"web", ":7"});
  ASSERT_NE(port, 0) << said();
  EXPECT_EQ(asked(port, "through the wall"), "through the wall") << said();
  EXPECT_THAT(said(), HasSubstr("Forwarding from 127.0.0.1:" + std::to_string(port) + " -> 7\n"));
  EXPECT_THAT(said(), HasSubstr("Handling connection for " + std::to_string(port) + "\n"));
}

TEST_F(PortForwardTest, APortMayBeMeantByItsName) {
  Json main = container("main", {"/bin/payload", "give-back", "127.0.0.1", "7"});
  main["ports"] = {{{"name", "udp"}, {"containerPort", 7}, {"protocol", "UDP"}},
                   {{"name", "echo"}, {"containerPort", 7}}};
  ASSERT_TRUE(must_create(pod("web", {main})));
  ASSERT_TRUE(eventually([&] { return logs("web", "main") == "listening\n"; }));
  const std::uint16_t port = forward({"web", ":echo"});
  ASSERT_NE(port, 0) << said();
  EXPECT_EQ(asked(port, "by its name"), "by its name") << said();
  EXPECT_THAT(said(), HasSubstr(" -> 7\n"));
  const Output unknown = podrun({"port-forward", "web", "8080:http"});
  EXPECT_EQ(unknown.status, 3) << unknown.err;
  EXPECT_THAT(unknown.err, HasSubstr("the pod has no TCP port named 'http'; there is echo"));
}

TEST_F(PortForwardTest, ListensOnBothLoopbackAddresses) {
  ASSERT_TRUE(serve("127.0.0.1"));
  const std::uint16_t port = forward({"pod/web", ":7"});
  ASSERT_NE(port, 0) << said();
  if (!connected_to(port, "::1")) GTEST_SKIP() << "this machine has no IPv6";
  EXPECT_EQ(asked(port, "six", "::1"), "six");
  EXPECT_THAT(said(), HasSubstr("Forwarding from [::1]:" + std::to_string(port) + " -> 7\n"));
}

TEST_F(PortForwardTest, FallsBackToIPv6InThePod) {
  ASSERT_TRUE(serve("::1"));
  const std::uint16_t port = forward({"web", ":7"});
  ASSERT_NE(port, 0) << said();
  EXPECT_EQ(asked(port, "only six"), "only six") << said();
}

TEST_F(PortForwardTest, OfAPodWithTheHostsNetworkAndUsers) {
  ASSERT_TRUE(serve("127.0.0.1", {{"hostUsers", true}, {"hostNetwork", true}}));
  const std::uint16_t port = forward({"web", ":7"});
  ASSERT_NE(port, 0) << said();
  EXPECT_EQ(asked(port, "here"), "here") << said();
}

// One sends megabytes and takes nothing of what comes back; one says nothing at all.
TEST_F(PortForwardTest, ASlowPeerHoldsUpNobody) {
  ASSERT_TRUE(serve("127.0.0.1"));
  const std::uint16_t port = forward({"web", ":7"});
  ASSERT_NE(port, 0) << said();
  const std::string much(16U << 20U, 'x');
  const Fd deaf = connected_to(port), silent = connected_to(port);
  ASSERT_TRUE(deaf && silent);
  ASSERT_TRUE(say(deaf, much));
  ::shutdown(deaf.get(), SHUT_WR);
  for (int i = 0; i < 30; ++i) EXPECT_EQ(asked(port, std::to_string(i)), std::to_string(i));
  EXPECT_EQ(asked(port, much), much);
  EXPECT_EQ(all_of(deaf).size(), much.size()) << "and then it takes it";
}

TEST_F(PortForwardTest, ManyConnectionsLeaveNothing) {
  ASSERT_TRUE(serve("127.0.0.1"));
  const std::uint16_t port = forward({"web", ":7"});
  ASSERT_NE(port, 0) << said();
  ASSERT_EQ(asked(port, "first"), "first");
  const pid_t pid = pid_;
  ASSERT_TRUE(eventually([&] { return descriptors_of(pid) < 16; }));
  const std::size_t before = descriptors_of(pid);
  {
    std::vector<Fd> many;
    for (int i = 0; i < 60; ++i) many.push_back(connected_to(port));
    for (const Fd& one : many) ASSERT_TRUE(one && say(one, "word"));
    for (std::size_t i = 0; i < many.size(); i += 2) ::shutdown(many[i].get(), SHUT_WR);
    for (std::size_t i = 0; i < many.size(); i += 2) EXPECT_EQ(all_of(many[i]), "word");
    // The others go away without an end, some with a reset.
    const linger reset{.l_onoff = 1, .l_linger = 0};
    for (std::size_t i = 1; i < many.size(); i += 4)
      ::setsockopt(many[i].get(), SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
  }
  EXPECT_TRUE(eventually([&] { return descriptors_of(pid) <= before; })) << descriptors_of(pid) << ", not " << before;
  EXPECT_EQ(asked(port, "last"), "last");
}

// Whoever finds no descriptor waits in the queue, and is served when there is one, whether a connection of ours has
// ended or others have given theirs back.
TEST_F(PortForwardTest, WithoutDescriptorsItWaitsAndSaysSoOnce) {
  ASSERT_TRUE(serve("127.0.0.1"));
  const std::uint16_t port = forward({"web", ":7"});
  ASSERT_NE(port, 0) << said();
  const auto idle = descriptors_of(pid_);
  ASSERT_EQ(asked(port, "first"), "first");
  ASSERT_TRUE(eventually([&] { return descriptors_of(pid_) == idle; })) << "the first connection is over";
  const auto allow = [&](std::size_t descriptors) {
    rlimit limit{};
    ASSERT_EQ(::prlimit(pid_, RLIMIT_NOFILE, nullptr, &limit), 0);
    limit.rlim_cur = descriptors;
    ASSERT_EQ(::prlimit(pid_, RLIMIT_NOFILE, &limit, nullptr), 0);
  };
  std::size_t lowest_free = 0;
  while (std::filesystem::is_symlink("/proc/" + std::to_string(pid_) + "/fd/" + std::to_string(lowest_free)))
    ++lowest_free;
  allow(lowest_free);
  const Fd alone = connected_to(port);
  ASSERT_TRUE(alone && say(alone, "alone"));
  ::shutdown(alone.get(), SHUT_WR);
  const std::string full = ": no more connections now: Too many open files\n";
  ASSERT_TRUE(eventually([&] { return said().find(full) != std::string::npos; })) << said();
  const auto ran = processor_time_of(pid_);
  std::this_thread::sleep_for(std::chrono::seconds(1));
  EXPECT_LT(processor_time_of(pid_) - ran, std::chrono::milliseconds(100)) << "it is to wait, not to spin";
  EXPECT_EQ(said().find(full), said().rfind(full)) << said();
  allow(1024);
  EXPECT_EQ(all_of(alone), "alone");
  EXPECT_EQ(asked(port, "last"), "last");
}

// So few that there is room for one connection.
TEST_F(PortForwardTest, AtItsLimitOneIsServedAfterAnother) {
  ASSERT_TRUE(serve("127.0.0.1"));
  const std::uint16_t port = forward({"web", ":7"}, "ulimit -n 70; exec \"$@\"");
  ASSERT_NE(port, 0) << said();
  Fd held = connected_to(port);
  ASSERT_TRUE(held && say(held, "held"));
  ASSERT_TRUE(eventually([&] { return said().find("Handling") != std::string::npos; }));
  const Fd next = connected_to(port);
  ASSERT_TRUE(next && say(next, "next"));
  ::shutdown(next.get(), SHUT_WR);
  ::shutdown(held.get(), SHUT_WR);
  EXPECT_EQ(all_of(held), "held");
  EXPECT_EQ(all_of(next), "next");
}

TEST_F(PortForwardTest, WhoReadsItsOutputHoldsUpNobody) {
  ASSERT_TRUE(serve("127.0.0.1"));
  ASSERT_EQ(::mkfifo(log().c_str(), 0600), 0);
  const Fd pipe(::open(log().c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
  pid_ = start(podrun_command({"port-forward", "web", ":7", "--address", "127.0.0.1"}).argv, log());
  char line[200] = {};
  ASSERT_TRUE(eventually([&] { return ::read(pipe.get(), line, sizeof(line) - 1) > 0; }));
  unsigned port = 0;
  ASSERT_EQ(std::sscanf(line, "Forwarding from 127.0.0.1:%u ->", &port), 1) << line;
  while (::write(pipe.get(), line, 1) == 1) continue;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(asked(static_cast<std::uint16_t>(port), "word"), "word");
  ::kill(pid_, SIGTERM);
  // Its last word, on stderr, is waited for; both are this pipe.
  EXPECT_TRUE(eventually([&] {
    char block[4096];
    while (::read(pipe.get(), block, sizeof(block)) > 0) continue;
    return ::waitpid(pid_, nullptr, WNOHANG) == pid_;
  }));
  pid_ = 0;
}

TEST_F(PortForwardTest, EndsWithContainersThatHaveEnded) {
  Json once = pod("web", {container("main", {"/bin/payload", "exit", "0"})});
  once["spec"]["restartPolicy"] = "Never";
  ASSERT_TRUE(must_create(once));
  ASSERT_TRUE(eventually([&] { return podrun({"get", "web", "-o", "jsonpath={.status.phase}"}).out == "Succeeded"; }));
  const Output refused = podrun({"port-forward", "web", ":7"});
  EXPECT_EQ(refused.status, 3);
  EXPECT_THAT(refused.err, HasSubstr("pod \"web\" is not running"));
}

TEST_F(PortForwardTest, SaysWhatIsRefusedAndGoesOn) {
  ASSERT_TRUE(serve("127.0.0.1"));
  const std::uint16_t port = forward({"web", ":9"});
  ASSERT_NE(port, 0) << said();
  EXPECT_EQ(asked(port, "anybody?"), "");
  const std::string line =
      "port-forward: " + std::to_string(port) + " -> 9: connect to 127.0.0.1:9: Connection refused";
  EXPECT_TRUE(eventually([&] { return said().find(line) != std::string::npos; })) << said();
  EXPECT_EQ(end(SIGINT), 0) << said();
}

TEST_F(PortForwardTest, EndsAsKubectlsUsersExpect) {
  ASSERT_TRUE(serve("127.0.0.1"));
  std::uint16_t port = forward({"web", ":7"});
  ASSERT_NE(port, 0) << said();
  const Fd open = connected_to(port);
  EXPECT_EQ(end(SIGINT), 0) << said();
  port = forward({"web", ":7"});
  ASSERT_NE(port, 0) << said();
  EXPECT_EQ(end(SIGTERM), 128 + SIGTERM) << said();
}

TEST_F(PortForwardTest, EndsWithThePod) {
  ASSERT_TRUE(serve("127.0.0.1"));
  const std::uint16_t port = forward({"web", ":7"});
  ASSERT_NE(port, 0) << said();
  ASSERT_EQ(remove("web").status, 0);
  EXPECT_EQ(wait_for(std::exchange(pid_, 0)), 3);
  EXPECT_THAT(said(), HasSubstr("podrun: port-forward: lost connection to pod \"web\": it has ended\n"));
}

TEST_F(PortForwardTest, RefusesWhatItCannotDo) {
  ASSERT_TRUE(serve("127.0.0.1"));
  EXPECT_EQ(podrun({"port-forward", "web"}).status, 2);
  EXPECT_EQ(podrun({"port-forward", "web", "http"}).status, 3);
  EXPECT_EQ(podrun({"port-forward", "nobody", "80"}).status, 3);
  EXPECT_EQ(podrun({"port-forward", "--address", "example.org", "web", "80"}).status, 2);
  const Output taken = podrun({"port-forward", "--address", "192.0.2.1", "web", "8080:80"});
  EXPECT_NE(taken.status, 0);
  EXPECT_THAT(taken.err, HasSubstr("192.0.2.1:8080"));
  ASSERT_EQ(podrun({"stop", "-t", "0", "web"}).status, 0);
  EXPECT_THAT(podrun({"port-forward", "web", "8080:7"}).err, HasSubstr("pod \"web\" is not running"));
}

}  // namespace
}  // namespace integration

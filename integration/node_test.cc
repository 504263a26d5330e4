// podrun node: real nodes with real pods in them, from the first to the last, and whatever may happen on the way.
#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "integration/node_host.h"

namespace integration {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

namespace fs = std::filesystem;

constexpr int kInvalid = 2, kNotFound = 3, kExists = 4, kUnsupported = 6, kBusy = 7;

std::string payload() { return tests_dir() + "/payload"; }

Json published(const std::string& name, int host_port) {
  Json main = container("main", {"/bin/payload", "serve", "8080"});
  main["ports"] = {{{"containerPort", 8080}, {"hostPort", host_port}}};
  return pod(name, {main});
}
Json greeter(const std::string& name) { return pod(name, {container("main", {"/bin/payload", "serve", "8080"})}); }
Json sleeper(const std::string& name) { return pod(name, {container("main", {"/bin/payload", "sleep"})}); }

bool has_kernel_netem() {
  const bool has =
      run({"sh", "-c", "ip link add probe0 type veth peer name probe1 && tc qdisc add dev probe0 root netem loss 1%"})
          .status == 0;
  run({"ip", "link", "del", "probe0"});
  return has;
}

TEST_F(NodeTest, PodsOfTwoNodesReachEachOther) {
  if (IsSkipped() || !must_add({"n1", "n2"})) return;
  ASSERT_TRUE(must_create(sleeper("web"), at("n1")));  // the same name in both
  ASSERT_TRUE(must_create(published("web", 18080), at("n2")));
  ASSERT_TRUE(listens_in("n2", "web"));
  const std::string there = pod_ip("n2", "web");
  EXPECT_THAT(pod_ip("n1", "web"), StartsWith("10.61.1."));
  EXPECT_THAT(there, StartsWith("10.61.2."));
  const auto ask = [&](const std::vector<std::string>& where) {
    std::vector<std::string> words{"exec", "web", "--", "/bin/payload", "ask"};
    words.insert(words.end(), where.begin(), where.end());
    return in("n1", words);
  };
  // Its node is on the same link; that its pods are behind it is for a route to say.
  EXPECT_EQ(ask({"10.61.0.2", "18080"}).status, 0);
  EXPECT_NE(ask({there, "8080", "1"}).status, 0);
  EXPECT_EQ(run_in("n1", {"ip", "route", "add", "10.61.2.0/24", "via", "10.61.0.2"}).status, 0);
  const Output reached = ask({there, "8080"});
  EXPECT_EQ(reached.status, 0) << reached.err;
  EXPECT_THAT(reached.out, Not(IsEmpty()));
}

TEST_F(NodeTest, TheMachineHasNoPartInIt) {
  const std::string links = run({"ip", "-o", "link"}).out;
  const std::string addresses = run({"ip", "-o", "addr"}).out;
  const std::string name = run({"hostname"}).out;
  if (IsSkipped() || !must_add({"n1", "n2"})) return;
  EXPECT_EQ(run({"ip", "-o", "link"}).out, links);
  EXPECT_EQ(run({"ip", "-o", "addr"}).out, addresses);
  EXPECT_EQ(run({"hostname"}).out, name);
  EXPECT_NE(run({payload(), "ask", "10.61.0.1", "22", "1"}).status, 0);
  const pid_t server =
      start(podrun_command({"node", "exec", "n2", "--", payload(), "serve", "9000"}).argv, dir() + "/server");
  for (const char* address : {"10.61.0.2", "fd00:61::2"})
    EXPECT_TRUE(in_time([&] { return run_in("n1", {payload(), "ask", address, "9000"}).status == 0; })) << address;
  // What was run in the node ends with it.
  EXPECT_EQ(node({"delete", "n2"}).status, 0);
  EXPECT_EQ(wait_for(server), 128 + SIGKILL);
}

TEST_F(NodeTest, ANodeHasPlacesOfItsOwn) {
  if (IsSkipped() || !must_add({"n1"})) return;
  EXPECT_EQ(run_in("n1", {"hostname"}).out, "n1\n");
  EXPECT_EQ(run_in("n1", {"cat", "/etc/hostname"}).out, "n1\n");
  EXPECT_EQ(run_in("n1", {"cat", "/proc/sys/net/ipv4/ip_forward"}).out, "1\n");
  EXPECT_EQ(run_in("n1", {"sh", "-c", "ls /sys/class/net"}).out, "eth0\nlo\n");
  EXPECT_EQ(run_in("n1", {"sh", "-c", "echo mine > /etc/of-n1; echo mine > /run/of-n1; cat /etc/of-n1"}).out, "mine\n");
  EXPECT_FALSE(fs::exists("/etc/of-n1"));
  EXPECT_FALSE(fs::exists("/run/of-n1"));
  EXPECT_THAT(run_in("n1", {"ip", "-o", "addr", "show", "eth0"}).out,
              AllOf(HasSubstr("10.61.0.1/24"), HasSubstr("fd00:61::1/64")));
  EXPECT_THAT(run_in("n1", {"findmnt", "-no", "TARGET,PROPAGATION", "/run/netns"}).out, HasSubstr("shared"));
  // Image layers are there to be read.
  EXPECT_NE(run_in("n1", {"touch", data_dir() + "/images/x"}).status, 0);
}

TEST_F(NodeTest, AProgramInANodeIsTheCallersOwn) {
  if (IsSkipped() || !must_add({"n1"})) return;
  EXPECT_EQ(run_in("n1", {"sh", "-c", "exit 42"}).status, 42);
  EXPECT_EQ(run_in("n1", {"sh", "-c", "kill -TERM $$"}).status, 128 + SIGTERM);
  EXPECT_EQ(run_in("n1", {"no-such-program"}).status, 127);
  EXPECT_EQ(run_in("n1", {"/etc"}).status, 126);
  EXPECT_EQ(node({"exec", "n1"}).status, kInvalid);
  Command command = podrun_command({"node", "exec", "n1", "--", "cat"}, "what is typed");
  EXPECT_EQ(run(command).out, "what is typed");
  // The working directory, where the node has it.
  const std::string words = "\"$@\" node exec n1 -- pwd";
  const auto pwd_from = [&](const std::string& directory) {
    Command there = podrun_command({});
    there.argv.insert(there.argv.begin(), {"sh", "-c", "cd " + directory + " && " + words, "sh"});
    return run(there);
  };
  EXPECT_EQ(pwd_from(dir()).out, dir() + "\n");
  fs::create_directories("/run/only-here");
  const Output elsewhere = pwd_from("/run/only-here");
  EXPECT_EQ(elsewhere.out, "/\n");
  EXPECT_THAT(elsewhere.err, HasSubstr("working directory is not in node n1"));
  fs::remove("/run/only-here");
}

TEST_F(NodeTest, PodrunTypedInANodeIsThatNodes) {
  if (IsSkipped() || !must_add({"n1"})) return;
  ASSERT_TRUE(must_create(sleeper("web"), {"--node", "n1", "--network", "none"}));
  std::vector<std::string> words = podrun_command({"get", "-o", "name"}).argv;
  EXPECT_EQ(run_in("n1", words).out, "pod/web\n");
  EXPECT_EQ(podrun({"get", "-o", "name"}).out, "");
  EXPECT_EQ(in("n1", {"get", "web", "-o", "jsonpath={.spec.nodeName}"}).out, "n1");
  words = podrun_command({"node", "add", "inner"}).argv;
  EXPECT_EQ(run_in("n1", words).status, kUnsupported);
  EXPECT_EQ(podrun({"--node", "n1", "node", "get"}).status, kInvalid);
}

TEST_F(NodeTest, NoTwoPodsHaveTheSameRangeOfIds) {
  if (IsSkipped() || !must_add({"n1", "n2"})) return;
  std::set<std::string> bases;
  const auto base_of = [&](const Output& inspected) {
    const Json record = Json::parse(inspected.out, nullptr, false);
    return record.is_discarded() ? "" : record.at("life").at("idBase").dump();
  };
  for (const char* name : {"one", "two"}) {
    for (const char* where : {"n1", "n2"}) {
      ASSERT_TRUE(must_create(sleeper(name), {"--node", where, "--network", "none"}));
      EXPECT_TRUE(bases.insert(base_of(in(where, {"inspect", name}))).second);
    }
    ASSERT_TRUE(must_create(sleeper(name)));
    EXPECT_TRUE(bases.insert(base_of(podrun({"inspect", name}))).second);
  }
  EXPECT_EQ(run({"sh", "-c", "ls /run/podrun/ids | wc -l"}).out, "6\n");
  EXPECT_EQ(node({"delete", "--all", "--grace-period", "0"}).status, 0);
  EXPECT_EQ(run({"sh", "-c", "ls /run/podrun/ids | wc -l"}).out, "2\n");
}

TEST_F(NodeTest, ANodeGoesWithItsPods) {
  if (IsSkipped()) return;
  remember_world_with_nodes();
  if (!must_add({"n1", "n2", "n3"})) return;
  ASSERT_TRUE(must_create(published("web", 18080), at("n1")));
  ASSERT_TRUE(must_create(greeter("db"), at("n1")));
  ASSERT_TRUE(must_create(sleeper("web"), at("n2")));
  EXPECT_THAT(node({"get", "--no-headers"}).out, AllOf(HasSubstr("n1    Ready   2"), HasSubstr("n3    Ready   0")));
  const Output one = node({"delete", "n1", "--grace-period", "0"});
  EXPECT_EQ(one.out, "node \"n1\" deleted\n");
  EXPECT_EQ(one.err, "");
  EXPECT_EQ(in("n2", {"get", "web"}).status, 0);
  EXPECT_EQ(node({"delete", "--all", "--grace-period", "0"}).status, 0);
  EXPECT_THAT(node({"get"}).err, HasSubstr("No nodes found"));
  expect_world_unchanged();
}

// Pods go on without who held the node. They are deleted from where they are, with the DELs of their networks.
TEST_F(NodeTest, ANodeWhoseHolderWasKilledIsTakenAwayByRecover) {
  if (IsSkipped()) return;
  remember_world_with_nodes();
  if (!must_add({"n1", "n2"})) return;
  ASSERT_TRUE(must_create(published("web", 18080), at("n1")));
  ASSERT_TRUE(kill_holder("n1"));
  const Output dead = in("n1", {"get"});
  EXPECT_EQ(dead.status, kNotFound);
  EXPECT_THAT(dead.err, AllOf(HasSubstr("is dead"), HasSubstr("podrun recover")));
  const Output recovered = podrun({"recover"});
  EXPECT_EQ(recovered.status, 0) << recovered.err;
  EXPECT_EQ(recovered.err, "");
  EXPECT_EQ(recovered.out, "node n1: removed what was left of it\n");
  EXPECT_EQ(node({"get", "-o", "name"}).out, "node/n2\n");
  EXPECT_EQ(node({"delete", "n2"}).status, 0);
  expect_world_unchanged();
}

TEST_F(NodeTest, OfANodeThatIsDeadAltogetherNothingStays) {
  if (IsSkipped()) return;
  remember_world_with_nodes();
  if (!must_add({"n1"})) return;
  ASSERT_TRUE(must_create(sleeper("web"), at("n1")));
  const Json record = Json::parse(in("n1", {"inspect", "web"}).out, nullptr, false);
  ASSERT_FALSE(record.is_discarded());
  for (const char* who : {"shim", "pause"}) ::kill(record.at("life").at(who).at("pid").get<pid_t>(), SIGKILL);
  ASSERT_TRUE(kill_holder("n1"));
  // What a reboot leaves of it, besides.
  fs::create_directories(data_dir() + "/nodes/older/pods");
  const Output recovered = podrun({"recover"});
  EXPECT_EQ(recovered.status, 0) << recovered.err;
  EXPECT_THAT(recovered.out, AllOf(HasSubstr("node n1: removed"), HasSubstr("node older: removed")));
  expect_world_unchanged();
}

TEST_F(NodeTest, ADeadNodeMakesRoomForOneOfItsName) {
  if (IsSkipped() || !must_add({"n1"})) return;
  ASSERT_TRUE(must_create(sleeper("web"), at("n1")));
  ASSERT_TRUE(kill_holder("n1"));
  const Output again = node({"add", "n1"});
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(in("n1", {"get", "-o", "name"}).out, "");
  EXPECT_EQ(in("n1", {"get", "-o", "name"}).status, 0);
}

TEST_F(NodeTest, AMissingPluginKeepsANodeUnlessForced) {
  if (IsSkipped()) return;
  remember_world_with_nodes();
  if (!must_add({"n1"})) return;
  ASSERT_TRUE(must_create(sleeper("web"), at("n1")));
  // The DEL is asked for where the ADD was: hidden there.
  const Output hidden = run_in("n1", {"mount", "-t", "tmpfs", "none", plugins()});
  ASSERT_EQ(hidden.status, 0) << hidden.err;
  const Output kept = node({"delete", "n1", "--grace-period", "0"});
  EXPECT_NE(kept.status, 0);
  EXPECT_THAT(kept.err, HasSubstr("delete its pod \"web\""));
  EXPECT_THAT(node({"get", "--no-headers"}).out, HasSubstr("Terminating"));
  const Output forced = node({"delete", "n1", "--force", "--grace-period", "0"});
  EXPECT_EQ(forced.status, 0) << forced.err;
  EXPECT_EQ(forced.out, "node \"n1\" force deleted\n");
  expect_world_unchanged();
}

// Whoever is at work in it ends with it, and makes nothing more.
TEST_F(NodeTest, CreatesThatAreUnderWayEndWithTheirNode) {
  if (IsSkipped()) return;
  remember_world_with_nodes();
  for (const int delay : {0, 5, 10, 20, 40, 80, 160}) {
    if (!must_add({"n1"})) return;
    Command command = create_command(sleeper("web"), at("n1"));
    std::ofstream(dir() + "/web.json") << command.in;
    std::replace(command.argv.begin(), command.argv.end(), std::string("-"), dir() + "/web.json");
    const pid_t creating = start(command.argv, dir() + "/log");
    std::this_thread::sleep_for(std::chrono::milliseconds(delay));
    const Output deleted = node({"delete", "n1", "--force", "--grace-period", "0"});
    EXPECT_EQ(deleted.status, 0) << deleted.err;
    wait_for(creating);
  }
  expect_world_unchanged();
}

TEST_F(NodeTest, NamesThatAreNone) {
  if (IsSkipped()) return;
  for (const std::string& bad : {std::string("N1"), std::string("a_b"), std::string("../x"), std::string(65, 'a')}) {
    const Output added = node({"add", bad});
    EXPECT_EQ(added.status, kInvalid) << bad;
    EXPECT_THAT(added.err, HasSubstr("'" + bad + "'"));
  }
  EXPECT_FALSE(fs::exists("/run/podrun/nodes"));
  if (!must_add({"web", "other"})) return;
  const Output twice = node({"add", "web"});
  EXPECT_EQ(twice.status, kExists);
  EXPECT_THAT(twice.err, HasSubstr("node \"web\" already exists"));
  for (const Output& missed : {podrun({"--node", "wbe", "get"}), node({"delete", "wbe"}), node({"get", "wbe"}),
                               node({"exec", "wbe", "--", "true"})}) {
    EXPECT_EQ(missed.status, kNotFound);
    EXPECT_THAT(missed.err, HasSubstr("node \"wbe\" not found; did you mean \"web\"?"));
  }
  EXPECT_EQ(node({"delete", "wbe", "--ignore-not-found"}).status, 0);
  EXPECT_EQ(node({"delete"}).status, kInvalid);
  EXPECT_EQ(node({"delete", "web", "--all"}).status, kInvalid);
  EXPECT_THAT(podrun({"get", "nodes"}).err, HasSubstr("podrun node get"));
}

TEST_F(NodeTest, AsKubectlListsThem) {
  if (IsSkipped() || !must_add({"n1"})) return;
  EXPECT_EQ(node({"get", "-o", "name"}).out, "node/n1\n");
  EXPECT_THAT(node({"get"}).out, StartsWith("NAME   STATUS   PODS   AGE\nn1     Ready    0      "));
  EXPECT_THAT(node({"get", "node/n1", "-o", "wide"}).out,
              AllOf(HasSubstr("10.61.0.1,fd00:61::1"), HasSubstr("10.61.1.0/24"), HasSubstr("<none>")));
  EXPECT_EQ(node({"get", "n1", "-o", "jsonpath={.spec.podCIDR}"}).out, "10.61.1.0/24");
  EXPECT_EQ(node({"get", "-o", "jsonpath={.items[*].metadata.name}"}).out, "n1");
  EXPECT_EQ(node_json("n1").at("kind"), "Node");
  const std::string program = programs_dir() + "/podrun";
  EXPECT_EQ(run({program, "__complete", "node", "delete", ""}).out, "n1\n");
  EXPECT_EQ(run({program, "__complete", "--node", ""}).out, "n1\n");
  ASSERT_TRUE(must_create(sleeper("web"), {"--node", "n1", "--network", "none"}));
  EXPECT_EQ(run({program, "__complete", "--node", "n1", "logs", ""}).out, "web\n");
  EXPECT_EQ(run({program, "__complete", "logs", ""}).out, "");
  EXPECT_EQ(run({program, "__complete", "trace", "n"}).out, "n1\nn1/web\n");
}

TEST_F(NodeTest, ALinkAsBadAsItIsWanted) {
  if (IsSkipped() || !can_run({need::program("tc")})) return;
  remember_world_with_nodes();
  const Output slow = node({"add", "slow", "--rate", "10mbit"});
  ASSERT_EQ(slow.status, 0) << slow.err;
  EXPECT_THAT(run_in("slow", {"tc", "qdisc", "show", "dev", "eth0"}).out,
              AllOf(HasSubstr("tbf"), HasSubstr("rate 10Mbit")));
  EXPECT_THAT(node({"get", "slow", "-o", "wide"}).out, HasSubstr("rate 10mbit"));
  const Output bad = node({"add", "bad", "--loss", "5%", "--delay", "20ms", "--rate", "1mbit"});
  if (has_kernel_netem()) {
    EXPECT_EQ(bad.status, 0) << bad.err;
    EXPECT_THAT(run_in("bad", {"tc", "qdisc", "show", "dev", "eth0"}).out,
                AllOf(HasSubstr("netem"), HasSubstr("delay 20"), HasSubstr("loss 5%"), HasSubstr("rate 1Mbit")));
  } else {
    EXPECT_EQ(bad.status, kUnsupported);
    EXPECT_THAT(bad.err, HasSubstr("this kernel has no netem"));
  }
  EXPECT_EQ(node({"add", "x", "--loss", "200%"}).status, kInvalid);
  EXPECT_EQ(node({"add", "x", "--rate", "fast"}).status, kInvalid);
  EXPECT_EQ(node({"delete", "--all"}).status, 0);
  expect_world_unchanged();
}

// How much later is nobody's promise.
TEST_F(NodeTest, PacketsAreAsLateAsIsWanted) {
  if (IsSkipped()) return;
  if (!has_kernel_netem()) GTEST_SKIP() << "this kernel has no netem";
  ASSERT_TRUE(must_add({"plain"}));  // 10.61.0.1
  ASSERT_EQ(node({"add", "late", "--delay", "400ms"}).status, 0);
  ASSERT_EQ(node({"add", "slow", "--delay", "1ms", "--rate", "2kbit"}).status, 0);
  ASSERT_EQ(node({"add", "lost", "--loss", "100%"}).status, 0);
  const auto ping_from = [&](const std::string& name) { return run_in(name, {payload(), "ping", "10.61.0.1"}).status; };
  const auto time_of_ping = [&](const std::string& name) {
    EXPECT_TRUE(in_time([&] { return ping_from(name) == 0; })) << name;  // behind what a new link says of itself
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(ping_from(name), 0) << name;
    return std::chrono::steady_clock::now() - begin;
  };
  EXPECT_GE(time_of_ping("late"), std::chrono::milliseconds(800)) << "each way";
  constexpr int kBits = 8 * (14 + 20 + 8);  // Ethernet, IP, ICMP
  EXPECT_GE(time_of_ping("slow"), std::chrono::milliseconds(2 * kBits / 2)) << "two bits a millisecond, each way";
  EXPECT_NE(ping_from("lost"), 0);
  EXPECT_EQ(node({"delete", "--all"}).status, 0);
}

TEST_F(NodeTest, SeveralAtATime) {
  if (IsSkipped()) return;
  remember_world_with_nodes();
  const std::vector<std::string> names{"a", "b", "c", "d"};
  std::vector<pid_t> adding;
  for (const std::string& name : names)
    adding.push_back(start(podrun_command({"node", "add", name}).argv, dir() + "/log"));
  for (const pid_t one : adding) EXPECT_EQ(wait_for(one), 0) << run({"cat", dir() + "/log"}).out;
  std::set<std::string> ranges;
  for (const std::string& name : names) ranges.insert(node_json(name).at("spec").at("podCIDR"));
  EXPECT_EQ(ranges.size(), names.size());
  std::vector<pid_t> deleting;
  for (const std::string& name : names)
    deleting.push_back(start(podrun_command({"node", "delete", name}).argv, dir() + "/log"));
  for (const pid_t one : deleting) EXPECT_EQ(wait_for(one), 0) << run({"cat", dir() + "/log"}).out;
  expect_world_unchanged();
}

TEST_F(NodeTest, APacketIsTracedInANodeAsOnAMachine) {
  if (IsSkipped() || !can_run({need::program("nft")}) || !must_add({"n1"})) return;
  ASSERT_TRUE(must_create(published("web", 18080), at("n1")));
  ASSERT_TRUE(must_create(sleeper("client"), at("n1")));
  ASSERT_TRUE(listens_in("n1", "web"));
  Output traced = in("n1", {"trace", "client", "web:8080", "--expect", "connected", "--expect", "web/eth0"});
  EXPECT_EQ(traced.status, 0) << traced.err << traced.out;
  traced = in("n1", {"trace", "client", "10.61.0.1:18080", "--expect", "DNAT", "--expect", "connected"});
  EXPECT_EQ(traced.status, 0) << traced.err << traced.out;
}

TEST_F(NodeTest, APacketIsTracedFromNodeToNode) {
  if (IsSkipped() || !can_run({need::program("nft")}) || !must_add({"n1", "n2"})) return;
  ASSERT_TRUE(must_create(sleeper("client"), at("n1")));
  ASSERT_TRUE(must_create(published("web", 18080), at("n2")));
  ASSERT_TRUE(listens_in("n2", "web"));
  const Output none = podrun({"explain", "n1/client", "n2/web:8080"});
  EXPECT_THAT(none.out, HasSubstr("node n1 has no route to 10.61.2.2"));
  EXPECT_EQ(run_in("n1", {"ip", "route", "add", "10.61.2.0/24", "via", "10.61.0.2"}).status, 0);
  const auto expect_trace = [&](const std::string& from, const std::string& to, const std::vector<std::string>& what) {
    std::vector<std::string> words{"trace", from, to};
    for (const std::string& one : what) words.insert(words.end(), {"--expect", one});
    const Output traced = podrun(words);
    EXPECT_EQ(traced.status, 0) << traced.err << traced.out;
  };
  expect_trace(
      "n1/client", "n2/web:8080",
      {"connected", "SNAT", "n1/client/eth0", "n1/eth0", "fabric/port1", "fabric/port2", "n2/eth0", "n2/web/eth0"});
  expect_trace("n1/client", "n2:18080", {"connected", "DNAT", "fabric/port2", "n2/web/eth0"});
  expect_trace("n1", "[fd00:61::2]:9", {"refused", "fabric/port1", "n2/eth0"});
  // What is between the nodes routes nothing.
  run({"nsenter", "--net=/run/podrun/fabric", "ip", "link", "set", "port2", "down"});
  EXPECT_THAT(podrun({"explain", "n1/client", "n2/web:8080"}).out, HasSubstr("The link port2 of fabric is down."));
  run({"nsenter", "--net=/run/podrun/fabric", "ip", "link", "set", "port2", "up"});
  run_in("n2", {"iptables", "-I", "FORWARD", "-p", "tcp", "--dport", "8080", "-j", "DROP"});
  EXPECT_THAT(podrun({"explain", "n1/client", "n2/web:8080"}).out, HasSubstr("A rule in node n2 drops it."));
  EXPECT_EQ(podrun({"trace", "n1/nobody", "n2:80"}).status, kNotFound);
  const Output missed = podrun({"trace", "n3/client", "n2:80"});
  EXPECT_EQ(missed.status, kNotFound);
  EXPECT_THAT(missed.err, HasSubstr("node \"n3\" not found"));
}

// Its image is the machine's, which is asked not to remove it.
TEST_F(NodeTest, AnImageOfAPodOfANodeIsInUse) {
  if (IsSkipped() || !can_run({need::program("tar")}) || !must_add({"n1"})) return;
  ASSERT_EQ(run({"tar", "-C", rootfs(), "-cf", dir() + "/root.tar", "."}).status, 0);
  const Output imported = podrun({"image", "import", dir() + "/root.tar", "app:1"});
  ASSERT_EQ(imported.status, 0) << imported.err;
  Json one = sleeper("web");
  one["spec"]["containers"][0]["image"] = "app:1";
  ASSERT_TRUE(must_create(one, {"--node", "n1", "--network", "none"}));
  const Output used = podrun({"image", "rm", "app:1"});
  EXPECT_EQ(used.status, kBusy);
  EXPECT_THAT(used.err, HasSubstr("is used by pod node n1: default/web"));
  EXPECT_EQ(podrun({"image", "prune", "--all"}).status, 0);
  EXPECT_EQ(in("n1", {"exec", "web", "--", "true"}).status, 0);
  // Nothing is removed, or added, from in there.
  EXPECT_NE(in("n1", {"image", "rm", "--force", "app:1"}).status, 0);
  EXPECT_NE(in("n1", {"image", "import", dir() + "/root.tar", "app:2"}).status, 0);
  EXPECT_EQ(node({"delete", "n1", "--grace-period", "0"}).status, 0);
  EXPECT_EQ(podrun({"image", "rm", "app:1"}).status, 0);
}

}  // namespace
}  // namespace integration

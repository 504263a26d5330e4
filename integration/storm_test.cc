// A hundred pods at a time on one network; the same while processes of podrun's are killed at random; and everything
// at once for a while.
#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <functional>
#include <iostream>
#include <optional>
#include <set>
#include <thread>

#include "integration/crowd.h"
#include "integration/killer.h"
#include "integration/test_host.h"

namespace integration {
namespace {

using std::chrono::microseconds;
using Clock = std::chrono::steady_clock;

constexpr int kPods = 100;
constexpr int kFirstPort = 20'000;

std::string name_of(int number) { return "pod-" + std::to_string(number); }

class StormTest : public PodrunTest {
 protected:
  void SetUp() override {
    PodrunTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    for (const char* plugin : {"bridge", "host-local", "portmap", "firewall"})
      if (!can_run({need::plugin(plugin)})) return;
    static_cast<void>(can_run({need::program("iptables"), need::program("ip"), need::program("nft")}));
  }

  // The first hundred with a port of the host's, so that every plugin of the network has something to do. The others
  // can be checked: portmap's CHECK of a port wants the IPv6 rules too where there is no IPv6 address (plugins 1.1.1).
  static Json numbered_pod(int number) {
    Json one = container("server", {"/bin/payload", "serve", "8080"});
    if (number < kPods) one["ports"] = {{{"containerPort", 8080}, {"hostPort", kFirstPort + number}}};
    return pod(name_of(number), {one});
  }
  Command create_number(int number, const std::vector<std::string>& network = {}) const {
    std::vector<std::string> args{"-o", "json"};
    args.insert(args.end(), network.begin(), network.end());
    return patient(create_command(numbered_pod(number), args));
  }
  // Its server, which is pid 1 to itself, knows no SIGTERM: it stays for the whole of a grace period.
  Command delete_number(int number, int grace_period = 0) const {
    return patient(podrun_command({"delete", name_of(number), "--grace-period", std::to_string(grace_period)}));
  }

  // Every one of a hundred waits for the others: for processors, and for the lock of iptables.
  static Command patient(Command command) {
    command.limit = std::chrono::seconds(120);
    return command;
  }

  // The bridge, the chains and the directories that plugins make once are gone, and so is the mark of the first command
  // after a boot.
  void forget_the_network() const {
    run({"ip", "link", "del", "cni0"});
    run({"nft", "flush", "ruleset"});
    std::filesystem::remove_all("/var/lib/cni/networks");
    std::filesystem::remove_all("/run/podrun");
  }

  // What a create that succeeded printed of the pod.
  static std::string id_of(const Output& output) {
    Json shown = Json::parse(output.out, nullptr, false);
    if (!shown.is_object()) return "";
    const std::string container = shown["status"]["containerStatuses"][0].value("containerID", "");
    const std::string scheme = "podrun://";  // podrun://ID/NAME
    return container.substr(scheme.size(), container.rfind('/') - scheme.size());
  }

  // The rules that portmap and firewall make once, for all pods, they look for and then make, without a lock: the first
  // who come together can make one twice (seen: CNI-HOSTPORT-MASQ's, plugins 1.1.1), which is harmless. Only a rule
  // that was there before, word for word, passes for that.
  void expect_world_unchanged_but_rules_made_twice() const {
    const std::string left = "left: ";
    for (const std::string& change : changes())
      EXPECT_TRUE(change.starts_with(left + "nftables {\"rule\"") && before_.contains(change.substr(left.size())))
          << change;
  }

  std::set<std::string> pods_that_stand() const {
    std::set<std::string> names;
    const Output output = podrun({"get", "-o", "name"});
    EXPECT_EQ(output.status, 0) << output.err;
    for (const std::string& line : lines_of(output.out)) names.insert(line.substr(line.find('/') + 1));
    return names;
  }

  std::string ip_of(const std::string& name) const {
    const Json record = inspect(name);
    return record.is_object() && record.at("ips").size() == 1 ? record.at("ips").at(0).get<std::string>() : "";
  }

  // Inside, and through the network.
  void expect_works(const std::string& name) const {
    const Output inside = exec(name, {"/bin/payload", "exit", "0"});
    EXPECT_EQ(inside.status, 0) << name << ": " << inside.err;
    EXPECT_EQ(run({tests_dir() + "/payload", "ask", ip_of(name), "8080"}).out, "hello from " + name + "\n");
  }

  void expect_addresses_are_unique(const std::set<std::string>& names) const {
    std::set<std::string> addresses;
    for (const std::string& name : names) addresses.insert(ip_of(name));
    EXPECT_EQ(addresses.size(), names.size()) << testing::PrintToString(addresses);
    EXPECT_FALSE(addresses.contains(""));
  }

  static void expect_all_succeeded(const Crowd& crowd, int count) {
    for (int i = 0; i < count; ++i) {
      const Output& output = crowd.output(static_cast<std::size_t>(i));
      EXPECT_EQ(output.status, 0) << name_of(i) << ": " << output.err;
    }
  }
};

TEST_F(StormTest, AHundredPodsComeAndGoAtATime) {
  remember_world({});
  if (HasFatalFailure()) return;
  forget_the_network();
  {
    Crowd creates;
    for (int i = 0; i < kPods; ++i) creates.start(create_number(i));
    creates.run();
    expect_all_succeeded(creates, kPods);
  }
  const std::set<std::string> names = pods_that_stand();
  EXPECT_EQ(names.size(), static_cast<std::size_t>(kPods));
  expect_addresses_are_unique(names);
  for (const std::string& name : names) expect_works(name);
  {
    Crowd deletes;
    for (int i = 0; i < kPods; ++i) deletes.start(delete_number(i));
    deletes.run();
    expect_all_succeeded(deletes, kPods);
  }
  expect_world_unchanged_but_rules_made_twice();
}

// Podruns, shims and plugins are killed at random, while a hundred pods are made and while they are taken away.
class KilledStormTest : public StormTest {
 protected:
  static constexpr int kMost = 25;   // of each kind, in each of the two rounds: as many pods again are left alone
  static constexpr int kLeast = 10;  // fewer would be no storm

  void SetUp() override {
    StormTest::SetUp();
    std::cout << "the seed is " << seed_ << " (PODRUN_STORM_SEED=" << seed_ << " makes the same choices)" << std::endl;
    RecordProperty("seed", std::to_string(seed_));
  }

  void run_under_fire(Crowd& crowd) {
    killer_.new_round();
    crowd.run([&] { killer_.strike(crowd.running(), kLongestPause * slow_factor(), kMost); });
    for (std::size_t i = 0; i < kPods; ++i)
      if (const Output& output = crowd.output(i); output.status != 0)
        complaints_ +=
            "\n  " + name_of(static_cast<int>(i)) + ": " + (output.status == 128 + SIGKILL ? "killed\n" : output.err);
    for (const Prey prey : {Prey::podrun, Prey::shim, Prey::plugin})
      EXPECT_GE(killer_.count(prey), kLeast) << "of kind " << static_cast<int>(prey);
  }

  // Until there is nothing to say: what a recover leaves to the next must come to an end.
  void recover_all() const {
    for (int i = 0; i < 3; ++i) {
      const Output output = podrun({"recover"});
      for (const std::string& line : lines_of(output.err)) EXPECT_TRUE(is_expected(line)) << line;
      if (output.status == 0 && output.out.empty()) return;
    }
    ADD_FAILURE() << "recover finds something new again and again";
  }

  // Of an ADD that was killed before it made its chain, bridge's first DEL takes the interface and then fails, for want
  // of that chain; the second succeeds (plugins 1.1.1, iptables 1.8.9). podrun tells, and owes the DEL until then.
  static bool is_expected(const std::string& line) {
    return line == "Nothing to recover" ||
           (line.find("plugin 'bridge' DEL: ") != line.npos &&
            line.find("plugin 'bridge' DEL: ") == line.rfind("plugin '") && line.find("' does not exist") != line.npos);
  }

  // Killed itself in the middle of a DEL, bridge leaves its chain for good: a second DEL finds no interface in the
  // namespace any more and looks no further (plugins 0.9 to 1.9). No runtime can make up for that.
  std::set<std::string> chains_that_bridge_forgot() const {
    std::set<std::string> chains;
    for (const Kill& kill : killer_.kills()) {
      if (kill.program != "bridge" || kill.operation != "DEL") continue;
      Command hash;
      hash.argv = {"sha512sum"};
      hash.in = "podrun" + kill.pod;
      chains.insert("CNI-" + run(hash).out.substr(0, 24));
    }
    return chains;
  }

  void expect_world_unchanged_but(const std::set<std::string>& chains) const {
    for (const std::string& change : changes()) {
      const bool forgotten = change.starts_with("left: nftables") &&
                             std::any_of(chains.begin(), chains.end(),
                                         [&](const std::string& chain) { return change.find(chain) != change.npos; });
      EXPECT_TRUE(forgotten) << change;
    }
  }

  std::string story() const {
    std::string all = complaints_;
    for (const Kill& kill : killer_.kills()) all += "\n  killed " + to_text(kill);
    return all;
  }

  static constexpr microseconds kLongestPause{60'000};
  const std::uint64_t seed_ = Killer::seed();
  Killer killer_{seed_};
  std::string complaints_;  // of the commands that failed
};

TEST_F(KilledStormTest, RecoverMakesTheWorldWholeAgain) {
  remember_world({});
  if (HasFatalFailure()) return;

  Crowd creates;
  for (int i = 0; i < kPods; ++i) creates.start(create_number(i));
  run_under_fire(creates);
  recover_all();
  std::set<std::string> standing = pods_that_stand();
  int failed = 0;
  for (int i = 0; i < kPods; ++i) {
    const Output& output = creates.output(static_cast<std::size_t>(i));
    const bool stands = standing.contains(name_of(i));
    if (output.status == 0) {
      ASSERT_NE(id_of(output), "") << output.out;
      EXPECT_EQ(stands, !killer_.has_hit(Prey::shim, id_of(output))) << name_of(i) << " was made";
    } else if (output.status != 128 + SIGKILL) {
      ++failed;
      EXPECT_NE(output.err, "") << name_of(i) << " failed without a word";
      EXPECT_FALSE(stands) << name_of(i) << " failed, yet it is there: " << output.err;
    }
  }
  EXPECT_GT(failed, 0) << "no create noticed that its shim or plugin was killed";
  EXPECT_GT(standing.size(), 20U);
  expect_addresses_are_unique(standing);
  for (const std::string& name : standing) expect_works(name);

  // What was killed is in nobody's way: every name and port can be had again.
  Crowd again;
  int missing = 0;
  for (int i = 0; i < kPods; ++i) {
    if (!standing.contains(name_of(i))) {
      again.start(create_number(i));
      ++missing;
    }
  }
  again.run();
  expect_all_succeeded(again, missing);
  expect_addresses_are_unique(pods_that_stand());

  for (int i = 0; i < kPods; ++i) complaints_ += "\n  " + name_of(i) + " is " + inspect(name_of(i)).value("id", "");
  Crowd deletes;
  // Half of the pods stand for a while yet: else every shim would have ended before the first can be hit.
  for (int i = 0; i < kPods; ++i) deletes.start(delete_number(i, i % 2 == 0 ? 0 : 3 * slow_factor()));
  run_under_fire(deletes);
  recover_all();
  standing = pods_that_stand();
  for (int i = 0; i < kPods; ++i) {
    const Output& output = deletes.output(static_cast<std::size_t>(i));
    if (output.status == 0) {
      EXPECT_FALSE(standing.contains(name_of(i))) << name_of(i) << " was deleted, yet it is there";
    } else {
      EXPECT_TRUE(output.status == 128 + SIGKILL || !output.err.empty()) << name_of(i) << " failed without a word";
    }
  }
  for (const std::string& name : standing) expect_works(name);
  for (const std::string& name : standing) {
    const Output output = remove(name);
    EXPECT_EQ(output.status, 0) << name << ": " << output.err;
  }
  expect_world_unchanged_but(chains_that_bridge_forgot());
  if (HasFailure()) std::cout << "what failed, and what was killed:" << story() << std::endl;
}

// For some seconds everything at once: pods that come and go, and beside them whatever looks at all pods or may take
// from them. Nothing crashes here, so nothing may fail, wait for ever, or be lost.
class MixedStormTest : public StormTest {
 protected:
  struct Worker {
    std::function<Command(int)> command;            // of its n-th turn
    std::function<void(int, const Output&)> judge;  // of that turn's outcome
    int together = 1;                               // turns that belong together: it stops only between those
    int turn = 0;
    std::optional<std::size_t> running;  // its number in the crowd
  };

  // One that makes and deletes a pod of its own again and again.
  Worker coming_and_going(int number) const {
    Worker worker;
    worker.command = [=, this](int turn) { return turn % 2 == 0 ? create_number(number) : delete_number(number); };
    worker.judge = [=](int turn, const Output& output) {
      EXPECT_EQ(output.status, 0) << (turn % 2 == 0 ? "create " : "delete ") << name_of(number) << ": " << output.err;
    };
    worker.together = 2;
    return worker;
  }
  // One that runs the same again and again; what it prints is to hold `words`, or with none, to be nothing.
  Worker repeating(const std::vector<std::string>& args, const std::vector<std::string>& words) const {
    Worker worker;
    worker.command = [=, this](int) { return patient(podrun_command(args)); };
    worker.judge = [=](int, const Output& output) {
      EXPECT_EQ(output.status, 0) << args.front() << ": " << output.err;
      if (words.empty()) {
        EXPECT_EQ(output.out, "") << args.front();
      }
      for (const std::string& word : words) EXPECT_THAT(output.out, testing::HasSubstr(word)) << args.front();
    };
    return worker;
  }

  // The turns that each had.
  static std::vector<int> let_work(std::vector<Worker> workers, Clock::duration duration) {
    Crowd crowd;
    const auto end = Clock::now() + duration;
    crowd.open_gate();
    for (bool busy = true; busy; std::this_thread::sleep_for(std::chrono::milliseconds(2))) {
      crowd.look();
      busy = false;
      for (Worker& worker : workers) {
        if (worker.running && crowd.ended(*worker.running)) {
          worker.judge(worker.turn, crowd.output(*worker.running));
          worker.running.reset();
          ++worker.turn;
        }
        if (!worker.running && (Clock::now() < end || worker.turn % worker.together != 0))
          worker.running = crowd.start(worker.command(worker.turn));
        busy = busy || worker.running;
      }
    }
    std::vector<int> turns;
    for (const Worker& worker : workers) turns.push_back(worker.turn);
    return turns;
  }
};

TEST_F(MixedStormTest, NothingIsInTheWayOfAnythingElse) {
  remember_world({});
  if (HasFatalFailure()) return;
  for (const int standing : {100, 101}) {
    const Output output = run(create_number(standing));
    ASSERT_EQ(output.status, 0) << output.err;
  }
  std::vector<Worker> workers;
  for (int number = 0; number < 8; ++number) workers.push_back(coming_and_going(number));
  workers.push_back(repeating({"cni", "gc", "podrun", "--valid-none"}, {}));
  workers.push_back(repeating({"get", "-o", "name"}, {"pod/pod-100\n", "pod/pod-101\n"}));
  workers.push_back(repeating({"check", "pod-100", "pod-101"}, {"pod/pod-100 ok\n", "pod/pod-101 ok\n"}));
  workers.push_back(repeating({"recover"}, {}));
  const std::vector<int> turns = let_work(std::move(workers), std::chrono::seconds(10) * slow_factor());
  for (const int count : turns) EXPECT_GE(count, 2) << testing::PrintToString(turns);
  std::cout << "turns: " << testing::PrintToString(turns) << std::endl;

  EXPECT_EQ(pods_that_stand(), (std::set<std::string>{"pod-100", "pod-101"}));
  for (const int standing : {100, 101}) {
    expect_works(name_of(standing));
    const Output output = run(delete_number(standing));
    EXPECT_EQ(output.status, 0) << output.err;
  }
  expect_world_unchanged();
}

}  // namespace
}  // namespace integration

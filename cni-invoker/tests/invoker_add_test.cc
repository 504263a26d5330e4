#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cni/base/files.h"
#include "support.h"

namespace cni {
namespace {

using nlohmann::json;
using testing::covers;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kResult;

class Add : public testing::InvokerTest {
 protected:
  json input(const std::string& call) { return json::parse(runner.call(call).input); }
};

TEST_F(Add, RunsInOrderAndHandsTheResultOn) {
  covers("A7.01 A9.04");
  runner.answer("ADD two", R"({"cniVersion":"1.0.0","ips":[{"address":"10.2.0.5/16"}],"mine":1.0})");
  runner.answer("ADD three", R"({"cniVersion":"1.0.0","ips":[{"address":"10.3.0.5/16"}]})");
  const auto result = invoker().add(chain, attachment());
  ASSERT_TRUE(result) << result.error().what;
  EXPECT_THAT(runner.names(), ElementsAre("ADD one", "ADD two", "ADD three"));
  EXPECT_FALSE(input("ADD one").contains("prevResult"));
  EXPECT_EQ(input("ADD two")["prevResult"], json::parse(kResult));
  EXPECT_THAT(runner.call("ADD three").input, HasSubstr("\"mine\":1.0"));
  EXPECT_EQ(result->ips[0].address, "10.3.0.5/16");
  const auto cached = invoker().cache().load("net", "pod1", "eth0");
  EXPECT_THAT((*cached)->result, HasSubstr("10.3.0.5/16"));
  EXPECT_EQ((*cached)->boot_id, current_boot_id());
}

TEST_F(Add, EveryPluginOfAChainHasTheSameEnvironment) {
  covers("A5.02");
  ASSERT_TRUE(invoker().add(chain, attachment()));
  EXPECT_EQ(runner.calls[0].environment, runner.calls[2].environment);
}

TEST_F(Add, PrevResultIsInTheNetworksVersion) {
  covers("A7.02 A7.03");
  runner.answer("ADD one", R"({"cniVersion":"0.4.0","ips":[{"version":"4","address":"10.1.0.5/16"}],"dns":{}})");
  runner.answer("ADD two", R"({"ips":[{"address":"10.1.0.5/16"}]})");
  ASSERT_TRUE(invoker().add(chain, attachment()));
  EXPECT_EQ(input("ADD two")["prevResult"], json::parse(R"({"cniVersion":"1.0.0","ips":[{"address":"10.1.0.5/16"}]})"));
  EXPECT_EQ(input("ADD three")["prevResult"]["cniVersion"], "1.0.0");
}

TEST_F(Add, ASingleConfigurationIsCachedAsAList) {
  covers("A11.10");
  auto single = parse_single_config(R"({"cniVersion":"1.0.0","name":"net","type":"one","x":1.0})", "test");
  ASSERT_TRUE(single) << single.error().what;
  ASSERT_TRUE(invoker().add(*single, attachment()));
  const auto cached = invoker().cache().load("net", "pod1", "eth0");
  ASSERT_TRUE(cached && *cached);
  const auto list = parse_network_list((*cached)->config, "cached");
  ASSERT_TRUE(list) << list.error().what;
  EXPECT_EQ(list->name, "net");
  EXPECT_EQ(list->plugins.at(0).object.dump(), R"({"cniVersion":"1.0.0","name":"net","type":"one","x":1.0})");
}

TEST_F(Add, ThePrevResultHasTheSpecificationsKeys) {
  covers("A8.12");
  runner.answer("ADD one", R"({"CNIVersion":"1.0.0","IPs":[{"Address":"10.1.0.5/16"}]})");
  ASSERT_TRUE(invoker().add(chain, attachment()));
  EXPECT_EQ(nlohmann::json::parse(runner.call("ADD two").input)["prevResult"],
            nlohmann::json::parse(R"({"cniVersion":"1.0.0","ips":[{"address":"10.1.0.5/16"}]})"));
}

TEST_F(Add, WhatCannotBeConvertedFailsClearly) {
  covers("A7.02");
  const NetworkList old = network(R"({"cniVersion":"0.2.0","name":"net","plugins":[{"type":"one"},{"type":"two"}]})");
  runner.answer("ADD one", R"({"cniVersion":"1.0.0"})");
  const auto result = invoker().add(old, attachment());
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().what, HasSubstr("convert the result of plugin 'one': no valid IP addresses"));
}

TEST_F(Add, ChainsAtTheOldestVersionToo) {
  covers("B22");
  const NetworkList old = network(R"({"name":"net","plugins":[{"type":"one"},{"type":"two"}]})");
  ASSERT_TRUE(invoker().add(old, attachment()));
  EXPECT_EQ(input("ADD two")["prevResult"]["ip4"]["ip"], "10.1.0.5/16");
  EXPECT_EQ(input("ADD two")["cniVersion"], "0.1.0");
}

TEST_F(Add, AFailureStopsAndOwesADelOfTheWholeList) {
  covers("A7.01 A7.04 A12.03 B8");
  options.clean_up_failed_add = false;
  runner.answer("ADD two", R"({"code":11,"msg":"later"})", 1, "log");
  const auto result = invoker().add(chain, attachment());
  ASSERT_FALSE(result);
  EXPECT_EQ(plugin_failure(result.error())->code, 11U);
  EXPECT_EQ(plugin_failure(result.error())->stderr_text, "log");
  EXPECT_THAT(runner.names(), ElementsAre("ADD one", "ADD two"));
  EXPECT_FALSE(*invoker().cache().load("net", "pod1", "eth0"));
  const auto owed = *invoker().ledger()->list();
  ASSERT_EQ(owed.size(), 1U);
  EXPECT_TRUE(owed[0].owed());
  runner.calls.clear();
  ASSERT_TRUE(invoker().del_container("pod1"));
  EXPECT_THAT(runner.names(), ElementsAre("DEL three", "DEL two", "DEL one"));
  EXPECT_EQ(input("DEL one")["prevResult"], json::parse(kResult)) << "the result of the one that ran";
  EXPECT_THAT(*invoker().ledger()->list(), IsEmpty());
}

TEST_F(Add, BeforeAnyResultTheDelHasNone) {
  covers("A7.04");
  runner.answer("ADD one", "", 1);
  EXPECT_FALSE(invoker().add(chain, attachment()));
  EXPECT_THAT(runner.names(), ElementsAre("ADD one", "DEL three", "DEL two", "DEL one"));
  EXPECT_FALSE(input("DEL one").contains("prevResult"));
}

TEST_F(Add, EachResultIsOnFileBeforeTheNextPluginRuns) {
  covers("A7.04 L.1");
  const std::string second = R"({"cniVersion":"1.0.0","ips":[{"address":"10.2.0.5/16"}]})";
  runner.answer("ADD two", second);
  std::vector<std::string> known;
  runner.on_call = [&](const testing::Call&) {
    const auto entries = invoker().ledger()->list();
    ASSERT_EQ(entries->size(), 1U);
    EXPECT_TRUE(entries->front().owed());
    known.push_back(entries->front().result);
  };
  ASSERT_TRUE(invoker().add(chain, attachment()));
  ASSERT_EQ(known.size(), 3U);
  EXPECT_EQ(known[0], "");
  EXPECT_EQ(json::parse(known[1]), json::parse(kResult));
  EXPECT_EQ(json::parse(known[2]), json::parse(second));
}

TEST_F(Add, AFailureIsCleanedUpAtOnceUnlessToldOtherwise) {
  covers("A7.04 A12.03 A5.09");
  runner.answer("ADD two", "", 1);
  EXPECT_FALSE(invoker().add(chain, attachment()));
  EXPECT_THAT(runner.names(), ElementsAre("ADD one", "ADD two", "DEL three", "DEL two", "DEL one"));
  EXPECT_THAT(*invoker().ledger()->list(), IsEmpty());
}

TEST_F(Add, APluginThatCouldNotBeStartedLeavesNothingToUndo) {
  covers("A7.04");
  for (const bool clean_up : {true, false}) {
    options.clean_up_failed_add = clean_up;
    runner.broken = {"one"};
    const auto result = invoker().add(chain, attachment());
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().what, "plugin 'one' ADD: run '/fake/one'");
    EXPECT_THAT(runner.calls, IsEmpty()) << "no plugin ran, so no DEL is owed";
    EXPECT_THAT(*invoker().ledger()->list(), IsEmpty());
  }
}

TEST_F(Add, AndInTheMiddleItAloneIsLeftOutOfTheDel) {
  covers("A7.04 A12.03");
  runner.broken = {"two"};
  EXPECT_EQ(invoker().add(chain, attachment()).error().what, "plugin 'two' ADD: run '/fake/two'");
  EXPECT_THAT(runner.names(), ElementsAre("ADD one", "DEL three", "DEL one"));
  EXPECT_EQ(input("DEL one")["prevResult"], json::parse(kResult));
  EXPECT_THAT(*invoker().ledger()->list(), IsEmpty());

  runner.calls.clear();
  options.clean_up_failed_add = false;
  EXPECT_FALSE(invoker().add(chain, attachment()));
  EXPECT_THAT(runner.names(), ElementsAre("ADD one"));
  EXPECT_TRUE(invoker().del_container("pod1"));
  EXPECT_THAT(runner.names(), ElementsAre("ADD one", "DEL three", "DEL one"));
}

TEST_F(Add, DnsThatWouldBeMoreLinesOfAFileIsRefused) {
  covers("A6.06");
  runner.answer("ADD two", R"({"cniVersion":"1.0.0","dns":{"nameservers":["10.0.0.1\nnameserver 6.6.6.6"]}})");
  const auto result = invoker().add(chain, attachment());
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().what, HasSubstr("plugin 'two' ADD: "));
  EXPECT_THAT(result.error().what, HasSubstr("'dns.nameservers[0]': expected an IP address"));
  EXPECT_EQ(result.error().what.find('\n'), std::string::npos);
  EXPECT_THAT(*invoker().ledger()->list(), IsEmpty());
}

TEST_F(Add, CleanUpHasADeadlineOfItsOwn) {
  covers("A5.09");
  class Slow : public Runner {
   public:
    explicit Slow(Runner& runner) : runner_(runner) {}
    Result<std::string> find(std::string_view type, const std::vector<std::string>& dirs) override {
      return runner_.find(type, dirs);
    }
    Result<RunOutcome> exec(const RunRequest& request) override {
      timeouts.push_back(request.timeout.count());
      RunOutcome outcome = runner_.exec(request).value();
      outcome.end = timeouts.size() == 1 ? RunOutcome::End::timed_out : RunOutcome::End::exited;
      return outcome;
    }
    std::vector<std::int64_t> timeouts;

   private:
    Runner& runner_;
  };
  Slow slow(runner);
  options.timeouts.add = std::chrono::milliseconds(2000);
  options.timeouts.del = std::chrono::milliseconds(90'000);
  const auto result = Invoker(slow, options).add(chain, attachment());
  EXPECT_EQ(result.error().kind, Kind::timeout);
  ASSERT_EQ(slow.timeouts.size(), 4U);
  EXPECT_LE(slow.timeouts[0], 2000);
  EXPECT_GT(slow.timeouts[1], 60'000);
}

TEST_F(Add, ACancelledOneIsUndoneByADelThatIsNot) {
  class Cancelling : public Runner {
   public:
    explicit Cancelling(Runner& runner) : runner_(runner) {}
    Result<std::string> find(std::string_view type, const std::vector<std::string>& dirs) override {
      return runner_.find(type, dirs);
    }
    Result<RunOutcome> exec(const RunRequest& request) override {
      cancel_fds.push_back(request.cancel_fd);
      RunOutcome outcome = runner_.exec(request).value();
      if (cancel_fds.size() == 2) outcome.end = RunOutcome::End::cancelled;
      return outcome;
    }
    std::vector<int> cancel_fds;

   private:
    Runner& runner_;
  };
  Cancelling cancelling(runner);
  options.cancel_fd = 77;  // never looked at here: the lock is free
  const auto result = Invoker(cancelling, options).add(chain, attachment());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().error_number, EINTR);
  EXPECT_EQ(result.error().what, "plugin 'two' ADD: interrupted");
  EXPECT_THAT(runner.names(), ElementsAre("ADD one", "ADD two", "DEL three", "DEL two", "DEL one"));
  EXPECT_THAT(cancelling.cancel_fds, ElementsAre(77, 77, -1, -1, -1));
  EXPECT_THAT(*invoker().ledger()->list(), IsEmpty());
}

TEST_F(Add, IfCleaningUpFailsTooBothAreToldAndADelStaysOwed) {
  covers("A7.04 A7.08");
  runner.answer("ADD two", R"({"code":7,"msg":"add failed"})", 1);
  runner.answer("DEL two", R"({"code":5,"msg":"del failed"})", 1);
  const auto result = invoker().add(chain, attachment());
  EXPECT_THAT(result.error().what, HasSubstr("add failed"));
  EXPECT_THAT(result.error().what, HasSubstr("a DEL is still owed: plugin 'two' DEL: del failed"));
  EXPECT_EQ(plugin_failure(result.error())->code, 7U);
  const auto owed = *invoker().ledger()->list();
  ASSERT_EQ(owed.size(), 1U);
  EXPECT_EQ(owed[0].state, LedgerEntry::State::deleting);
  EXPECT_THAT(owed[0].last_error, HasSubstr("del failed"));
}

TEST_F(Add, TheIntentIsOnDiskBeforeTheFirstPlugin) {
  covers("L.1");
  runner.on_call = [&](const testing::Call& call) {
    if (call.name() != "ADD one") return;
    const auto entries = invoker().ledger()->list();
    ASSERT_EQ(entries->size(), 1U);
    EXPECT_EQ((*entries)[0].state, LedgerEntry::State::adding);
    EXPECT_EQ((*entries)[0].network.plugins.size(), 3U);
  };
  ASSERT_TRUE(invoker().add(chain, attachment()));
  const auto entries = invoker().ledger()->list();
  EXPECT_EQ((*entries)[0].state, LedgerEntry::State::attached);
  EXPECT_EQ(json::parse((*entries)[0].result), json::parse(kResult));
}

TEST_F(Add, ResolvesEveryBinaryBeforeTheFirstRuns) {
  covers("A4.03 A3.07");
  runner.missing = {"three"};
  Attachment bad = attachment("../x");
  bad.ifname = "a/b";
  const auto result = invoker().add(chain, bad);
  EXPECT_EQ(result.error().kind, Kind::not_found);
  EXPECT_THAT(runner.calls, IsEmpty());
  runner.missing.clear();
  EXPECT_THAT(invoker().add(chain, bad).error().what, HasSubstr("container id"));
  NetworkList nameless = chain;
  nameless.name = "a/b";
  EXPECT_THAT(invoker().add(nameless, bad).error().what, HasSubstr("network name"));
  bad.container_id = "x";
  EXPECT_THAT(invoker().add(chain, bad).error().what, HasSubstr("interface name"));
  EXPECT_THAT(runner.calls, IsEmpty());
}

TEST_F(Add, ASecondOneWithoutADelIsRefused) {
  covers("A3.05");
  ASSERT_TRUE(invoker().add(chain, attachment()));
  EXPECT_EQ(invoker().add(chain, attachment()).error().kind, Kind::exists);
  Attachment other = attachment();
  other.ifname = "eth1";
  EXPECT_TRUE(invoker().add(chain, other));
  ASSERT_TRUE(invoker().del(chain, attachment()));
  EXPECT_TRUE(invoker().add(chain, attachment()));
}

TEST_F(Add, WhatAnotherToolAttachedIsNotAttachedOver) {
  covers("A3.05 A11.09");
  CachedAttachment foreign;
  foreign.network = "net";
  foreign.attachment = attachment();
  foreign.config = chain.bytes;
  foreign.result = kResult;
  ASSERT_TRUE(invoker().cache().save(foreign));
  EXPECT_EQ(invoker().add(chain, attachment()).error().kind, Kind::exists);
  EXPECT_THAT(runner.calls, IsEmpty());
}

TEST_F(Add, IfTheResultCannotBeCachedItIsUndone) {
  covers("A7.05");
  options.lock_dir = dir.path() + "/locks";
  dir.write("cache", "a file where the directory should be");
  const auto result = invoker().add(chain, attachment());
  EXPECT_THAT(result.error().what, HasSubstr("cache the result"));
  EXPECT_THAT(runner.names(), ElementsAre("ADD one", "ADD two", "ADD three", "DEL three", "DEL two", "DEL one"));
  EXPECT_EQ(input("DEL one")["prevResult"], json::parse(kResult));
  EXPECT_THAT(*invoker().ledger()->list(), IsEmpty());
}

TEST_F(Add, NetnsMustBeOneAndNotOurs) {
  covers("A3.03 A3.04");
  options.verify_netns = true;
  Attachment one = attachment();
  const std::string plain = dir.write("plain", "");
  for (const std::string& bad : {std::string(), std::string("/nowhere"), plain, std::string("/proc/self/ns/mnt"),
                                 std::string("/proc/self/ns/net")}) {
    one.netns = bad;
    EXPECT_FALSE(invoker().add(chain, one)) << bad;
  }
  EXPECT_THAT(runner.calls, IsEmpty());
  EXPECT_THAT(*invoker().ledger()->list(), IsEmpty());
}

TEST_F(Add, EveryRunIsSeen) {
  covers("B13 B17 A5.07");
  std::vector<std::string> seen;
  options.observer = [&](const PluginRun& run) {
    ASSERT_NE(run.outcome, nullptr);
    seen.push_back(run.operation + " " + run.plugin + " " + run.request->path + " " + run.outcome->errors);
    EXPECT_THAT(run.request->input, HasSubstr("\"name\":\"net\""));
    EXPECT_TRUE(run.request->dies_with_us);
  };
  runner.answer("ADD two", kResult, 0, "log");
  ASSERT_TRUE(invoker().add(chain, attachment()));
  EXPECT_THAT(seen, ElementsAre("ADD one /fake/one ", "ADD two /fake/two log", "ADD three /fake/three "));
}

TEST_F(Add, RelativeDirectoriesAreOurs) {
  covers("A4.04");
  options.plugin_dirs = {"bin"};
  ASSERT_TRUE(invoker().add(chain, attachment()));
  EXPECT_EQ(runner.call("ADD one").environment.at("CNI_PATH"), std::filesystem::current_path().string() + "/bin");
}

TEST_F(Add, PluginsStartInTheCallersCgroup) {
  options.cgroup_files = {"/sys/fs/cgroup/x/cgroup.procs"};
  ASSERT_TRUE(invoker().add(chain, attachment()));
  EXPECT_THAT(runner.calls[0].cgroup_files, ElementsAre("/sys/fs/cgroup/x/cgroup.procs"));
}

}  // namespace
}  // namespace cni

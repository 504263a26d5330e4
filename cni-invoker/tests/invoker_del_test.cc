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

class Del : public testing::InvokerTest {
 protected:
  json input(const std::string& call) { return json::parse(runner.call(call).input); }
  void attach(const Attachment& one) {
    const auto added = invoker().add(chain, one);
    ASSERT_TRUE(added) << added.error().what;
    runner.calls.clear();
  }
  bool cached() { return invoker().cache().load("net", "pod1", "eth0")->has_value(); }
  std::size_t owed() { return invoker().ledger()->list()->size(); }
};

TEST_F(Del, RunsInReverseEachWithTheFinalResult) {
  covers("A7.06");
  attach(attachment());
  ASSERT_TRUE(invoker().del(chain, attachment()));
  EXPECT_THAT(runner.names(), ElementsAre("DEL three", "DEL two", "DEL one"));
  for (const testing::Call& call : runner.calls) EXPECT_EQ(json::parse(call.input)["prevResult"], json::parse(kResult));
  EXPECT_FALSE(cached());
  EXPECT_EQ(owed(), 0U);
}

TEST_F(Del, BelowZeroFourThereIsNoPrevResult) {
  covers("A7.06");
  chain = network(R"({"cniVersion":"0.3.1","name":"net","plugins":[{"type":"one"}]})");
  attach(attachment());
  ASSERT_TRUE(invoker().del(chain, attachment()));
  EXPECT_FALSE(input("DEL one").contains("prevResult"));
}

TEST_F(Del, UsesConfigArgsCapabilitiesAndDirectoriesOfTheAdd) {
  covers("A7.13 A12.04 B7 L.2");
  chain =
      network(R"({"cniVersion":"1.0.0","name":"net","plugins":[{"type":"one","mtu":1500,"capabilities":{"x":true}}]})");
  Attachment one = attachment();
  one.args = {{"K", "V"}};
  one.capability_args.set("x", "[1.0]");
  one.conventional_args.set("l", "1");
  options.plugin_dirs = {"/then"};
  attach(one);
  options.plugin_dirs = {"/now"};
  const NetworkList changed = network(R"({"cniVersion":"0.4.0","name":"net","plugins":[{"type":"other"}]})");
  ASSERT_TRUE(invoker().del(changed, attachment()));
  EXPECT_THAT(runner.names(), ElementsAre("DEL one"));
  EXPECT_EQ(input("DEL one")["mtu"], 1500);
  EXPECT_EQ(input("DEL one")["cniVersion"], "1.0.0");
  EXPECT_THAT(runner.call("DEL one").input, HasSubstr(R"("runtimeConfig":{"x":[1.0]})"));
  EXPECT_EQ(input("DEL one")["args"]["cni"]["l"], 1);
  EXPECT_EQ(runner.call("DEL one").environment.at("CNI_ARGS"), "K=V");
  EXPECT_EQ(runner.call("DEL one").environment.at("CNI_NETNS"), "/run/netns/x");
  EXPECT_EQ(runner.call("DEL one").environment.at("CNI_PATH"), "/then:/now");
}

TEST_F(Del, WithoutLedgerTheCacheServes) {
  covers("A11.06 A7.13");
  options.ledger_dir.clear();
  Attachment one = attachment();
  one.capability_args.set("x", "1.0");
  chain.plugins[0].object.set("mtu", "1500");
  attach(one);
  const NetworkList changed = network(R"({"cniVersion":"1.0.0","name":"net","plugins":[{"type":"other"}]})");
  ASSERT_TRUE(invoker().del(changed, attachment()));
  EXPECT_THAT(runner.names(), ElementsAre("DEL three", "DEL two", "DEL one"));
  EXPECT_EQ(input("DEL one")["mtu"], 1500);
  EXPECT_EQ(input("DEL one")["prevResult"], json::parse(kResult));
  EXPECT_FALSE(cached());
}

TEST_F(Del, WithoutEitherTheArgumentsServe) {
  covers("A7.07 A7.09");
  ASSERT_TRUE(invoker().del(chain, attachment()));
  EXPECT_THAT(runner.names(), ElementsAre("DEL three", "DEL two", "DEL one"));
  EXPECT_FALSE(input("DEL one").contains("prevResult"));
}

TEST_F(Del, AnEntryOfLibcniIsDeletedByItsOwnConfig) {
  covers("A11.02 L.3");
  CachedAttachment foreign;
  foreign.network = "net";
  foreign.attachment = attachment();
  foreign.attachment.args = {{"A", "B"}};
  foreign.config =
      R"({"cniVersion":"1.0.0","name":"net","plugins":[{"type":"one","mtu":1},{"type":"two"},{"type":"three"}]})";
  foreign.result = kResult;
  ASSERT_TRUE(invoker().cache().save(foreign));
  ASSERT_TRUE(invoker().del(chain, attachment()));
  EXPECT_EQ(input("DEL one")["mtu"], 1);
  EXPECT_EQ(runner.call("DEL one").environment.at("CNI_ARGS"), "A=B");
  EXPECT_FALSE(cached());
}

TEST_F(Del, LibcniCachesNoSubDirectorySoTheListServes) {
  covers("A11.03");
  CachedAttachment foreign;
  foreign.network = "net";
  foreign.attachment = attachment();
  foreign.config = R"({"cniVersion":"1.0.0","name":"net"})";
  foreign.result = kResult;
  ASSERT_TRUE(invoker().cache().save(foreign));
  ASSERT_TRUE(invoker().del(chain, attachment()));
  EXPECT_THAT(runner.names(), ElementsAre("DEL three", "DEL two", "DEL one"));
}

TEST_F(Del, AnUnreadableCacheIsWorthAWarningOnly) {
  covers("A7.07");
  options.ledger_dir.clear();
  attach(attachment());
  base::write_file_durably(*invoker().cache().path("net", "pod1", "eth0"), "{").value();
  ASSERT_TRUE(invoker().del(chain, attachment()));
  EXPECT_FALSE(input("DEL one").contains("prevResult"));
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("read cache")));
  EXPECT_FALSE(base::path_exists(*invoker().cache().path("net", "pod1", "eth0")));
}

TEST_F(Del, AFailureStopsTheChainAndKeepsEverything) {
  covers("A7.08");
  attach(attachment());
  runner.answer("DEL two", R"({"code":5,"msg":"io"})", 1);
  const auto done = invoker().del(chain, attachment());
  ASSERT_FALSE(done);
  EXPECT_EQ(plugin_failure(done.error())->code, 5U);
  EXPECT_THAT(runner.names(), ElementsAre("DEL three", "DEL two"));
  EXPECT_TRUE(cached());
  ASSERT_EQ(owed(), 1U);
  const LedgerEntry entry = invoker().ledger()->list()->front();
  EXPECT_EQ(entry.state, LedgerEntry::State::deleting);
  EXPECT_THAT(entry.last_error, HasSubstr("io"));
  EXPECT_THAT(warnings, IsEmpty());

  runner.answer("DEL two", "");
  runner.calls.clear();
  ASSERT_TRUE(invoker().del_container("pod1"));
  EXPECT_EQ(input("DEL one")["prevResult"], json::parse(kResult));
  EXPECT_EQ(owed(), 0U);
}

TEST_F(Del, ACachedResultThatStaysIsAnErrorAndOwed) {
  covers("A7.08");
  attach(attachment());
  const std::string file = *invoker().cache().path("net", "pod1", "eth0");
  std::filesystem::remove(file);
  std::filesystem::create_directory(file);  // unlink fails
  const auto done = invoker().del(chain, attachment());
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().what, HasSubstr("remove the cached result"));
  ASSERT_EQ(owed(), 1U);
  EXPECT_TRUE(invoker().ledger()->list()->front().owed());
  std::filesystem::remove(file);
  runner.calls.clear();
  ASSERT_TRUE(invoker().del(chain, attachment()));
  EXPECT_EQ(input("DEL one")["prevResult"], json::parse(kResult));
  EXPECT_EQ(owed(), 0U);
}

TEST_F(Del, KeepGoingRunsAllAndTellsAll) {
  covers("A7.12 A4.03");
  options.del_policy = DelPolicy::keep_going;
  attach(attachment());
  runner.answer("DEL three", R"({"code":100,"msg":"never"})", 1);
  runner.missing = {"two"};
  const auto done = invoker().del(chain, attachment());
  EXPECT_THAT(runner.names(), ElementsAre("DEL three", "DEL one"));
  EXPECT_THAT(done.error().what, HasSubstr("never"));
  EXPECT_THAT(done.error().what, HasSubstr("find plugin 'two'"));
  EXPECT_TRUE(cached());
  EXPECT_EQ(owed(), 1U);
}

TEST_F(Del, APluginThatDoesNotKnowTheContainerHasNothingToDo) {
  covers("A6.00");
  attach(attachment());
  runner.answer("DEL two", R"({"code":3,"msg":"unknown container"})", 1);
  ASSERT_TRUE(invoker().del(chain, attachment()));
  EXPECT_EQ(owed(), 0U);
}

TEST_F(Del, OfAContainerIsTriedAgainAsLongAsThatHelps) {
  covers("A7.09");
  attach(attachment());
  Attachment second = attachment();
  second.ifname = "eth1";
  attach(second);
  bool first_is_gone = false;
  runner.on_call = [&](const testing::Call& call) {
    if (call.name() == "DEL three" && call.environment.at("CNI_IFNAME") == "eth0") first_is_gone = true;
    runner.answer("DEL two", first_is_gone ? "" : R"({"code":999,"msg":"chain is in use"})", first_is_gone ? 0 : 1);
  };
  const auto done = invoker().del_container("pod1");
  EXPECT_TRUE(done) << done.error().what;
  EXPECT_EQ(owed(), 0U);
}

// The first DEL of bridge takes the interface and fails for want of the chain that its ADD had not made yet.
TEST_F(Del, OfAnAddThatWasCutShortIsTriedOnceMore) {
  covers("A7.09");
  const auto dels_until_told = [&](LedgerEntry::State state) {
    LedgerEntry entry;
    entry.network = chain;
    entry.attachment = attachment();
    entry.state = state;
    EXPECT_TRUE(invoker().ledger()->save(entry));
    int dels = 0;
    runner.on_call = [&](const testing::Call& call) {
      if (call.name() != "DEL one") return;
      const bool fails = ++dels == 1;
      runner.answer("DEL one", fails ? R"({"code":999,"msg":"no chain"})" : "", fails ? 1 : 0);
    };
    const bool done = static_cast<bool>(invoker().del(chain, attachment()));
    EXPECT_EQ(done, owed() == 0U);
    EXPECT_EQ(done, dels == 2);
    return dels;
  };
  EXPECT_EQ(dels_until_told(LedgerEntry::State::adding), 2);
  EXPECT_EQ(dels_until_told(LedgerEntry::State::attached), 1);
}

TEST_F(Del, MayBeRepeated) {
  covers("A7.09");
  attach(attachment());
  EXPECT_TRUE(invoker().del(chain, attachment()));
  EXPECT_TRUE(invoker().del(chain, attachment()));
  EXPECT_TRUE(invoker().del_container("pod1"));
  EXPECT_TRUE(invoker().del_container("never-there"));
}

TEST_F(Del, HostileNamesReachNoPath) {
  covers("A3.01");
  dir.write("victim", "");
  Attachment hostile = attachment("../../victim");
  EXPECT_FALSE(invoker().del(chain, hostile));
  EXPECT_FALSE(invoker().check(chain, hostile));
  EXPECT_FALSE(invoker().del_container("../../victim"));
  LedgerEntry entry;
  entry.network = chain;
  entry.attachment = hostile;
  EXPECT_EQ(invoker().del_entry(entry).error().kind, Kind::invalid);
  NetworkList climbing = chain;
  climbing.name = "../..";
  EXPECT_FALSE(invoker().del(climbing, attachment()));
  EXPECT_TRUE(base::path_exists(dir.path() + "/victim"));
  EXPECT_THAT(runner.calls, IsEmpty());
}

TEST_F(Del, AMissingOrForeignNetnsIsGivenAsEmpty) {
  covers("A3.03 A12.05 B6");
  attach(attachment());
  options.verify_netns = true;  // and /run/netns/x is none
  ASSERT_TRUE(invoker().del(chain, attachment()));
  EXPECT_EQ(runner.call("DEL one").environment.at("CNI_NETNS"), "");

  options.verify_netns = false;
  Attachment plain = attachment();
  plain.netns = dir.write("plain", "left by an unmount");
  attach(plain);
  options.verify_netns = true;
  ASSERT_TRUE(invoker().del(chain, plain));
  EXPECT_EQ(runner.call("DEL one").environment.at("CNI_NETNS"), "");

  options.verify_netns = false;
  Attachment ours = attachment();
  ours.netns = "/proc/self/ns/net";
  attach(ours);
  options.verify_netns = true;
  ASSERT_TRUE(invoker().del(chain, ours));
  EXPECT_EQ(runner.call("DEL one").environment.at("CNI_NETNS"), "");
}

TEST_F(Del, OfAContainerAllNetworksNewestFirst) {
  covers("A12.07");
  attach(attachment());
  Attachment second = attachment();
  second.ifname = "eth1";
  attach(second);
  attach(attachment("other"));
  runner.answer("DEL three", "", 1);
  EXPECT_FALSE(invoker().del_container("pod1"));
  runner.answer("DEL three", "");
  runner.calls.clear();
  ASSERT_TRUE(invoker().del_container("pod1"));
  ASSERT_EQ(runner.calls.size(), 6U);
  EXPECT_EQ(runner.calls[0].environment.at("CNI_IFNAME"), "eth1");
  EXPECT_EQ(runner.calls[3].environment.at("CNI_IFNAME"), "eth0");
  EXPECT_EQ(owed(), 1U);
}

}  // namespace
}  // namespace cni

// DELs that a plugin refuses: what they may be paid with, and what becomes of those that cannot be.
#include <gmock/gmock.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "cni/base/files.h"
#include "cni/base/netns.h"
#include "cni/base/rtnetlink.h"
#include "support.h"

namespace cni {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using testing::covers;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kResult;
using ::testing::Not;

constexpr const char* kRefusal = R"({"code":1,"msg":"incompatible CNI versions"})";

class Owed : public testing::InvokerTest {
 protected:
  Owed() {
    options.del_policy = DelPolicy::keep_going;
    chain = network(R"({"cniVersion":"1.1.0","name":"net","plugins":[{"type":"one","mtu":1},{"type":"two"}]})");
    options.configured = [this](const std::string& name) -> Result<NetworkList> {
      looked_up.push_back(name);
      if (now.empty()) return Error{Kind::not_found, 0, "no such network"};
      return parse_network_list(now, "now");
    };
  }

  // A plugin that implements some versions and refuses all others, as plugins on the Go skeleton do.
  void knows(const std::string& plugin, const std::vector<std::string>& versions) {
    runner.answer("VERSION " + plugin, json{{"cniVersion", versions.back()}, {"supportedVersions", versions}}.dump());
    known[plugin] = versions;
    runner.on_call = [this](const testing::Call& call) {
      const auto able = known.find(call.plugin);
      const std::string command = call.environment.at("CNI_COMMAND");
      if (able == known.end() || command == "VERSION") return;
      const std::string version = json::parse(call.input).at("cniVersion");
      const bool refused = std::find(able->second.begin(), able->second.end(), version) == able->second.end();
      runner.answer(call.name(), refused ? kRefusal : command == "ADD" ? kResult : "", refused ? 1 : 0);
    };
  }
  void attach() {
    const auto added = invoker().add(chain, attachment());
    ASSERT_TRUE(added) << added.error().what;
    runner.calls.clear();
  }
  json input(const std::string& call) { return json::parse(runner.call(call).input); }
  std::vector<LedgerEntry> owed() { return *invoker().ledger()->list(); }

  std::map<std::string, std::vector<std::string>> known;
  std::string now;  // the network as it is configured now; empty: no longer
  std::vector<std::string> looked_up;
};

TEST_F(Owed, AnAddThatEveryPluginRefusesForItsVersionOwesNothing) {
  covers("L.7 L.9");
  chain.path = "/etc/cni/net.d/10-net.conflist";
  knows("one", {"0.4.0", "1.0.0"});
  knows("two", {"0.3.1", "0.4.0"});
  const auto added = invoker().add(chain, attachment());
  ASSERT_FALSE(added);
  EXPECT_THAT(added.error().what,
              ::testing::StartsWith(
                  "/etc/cni/net.d/10-net.conflist: plugin 'two' knows versions up to 0.4.0, plugin 'one' knows "
                  "versions up to 1.0.0; network 'net' wants 1.1.0: set \"cniVersion\": \"0.4.0\" there"));
  EXPECT_EQ(plugin_failure(added.error())->code, code::kIncompatibleVersion);
  EXPECT_THAT(runner.names(), ElementsAre("ADD one", "DEL two", "DEL one", "VERSION one", "VERSION two"));
  EXPECT_THAT(owed(), IsEmpty());
  EXPECT_THAT(looked_up, IsEmpty());
}

TEST_F(Owed, SoAreStatusAndGcOfPluginsThatDoNotKnowThem) {
  covers("L.9");
  knows("two", {"1.0.0"});
  runner.on_call = nullptr;
  for (const char* call : {"STATUS one", "STATUS two", "GC two"})
    runner.answer(call, R"({"code":3,"msg":"missing containerID"})", 1);
  const std::string line = "plugin 'two' knows versions up to 1.0.0; network 'net' wants 1.1.0";
  EXPECT_THAT(invoker().status(chain).error().what, HasSubstr(line));
  EXPECT_THAT(invoker().gc(chain, {}).error().what, HasSubstr(line));
  runner.answer("STATUS one", R"({"code":50,"msg":"not now"})", 1);
  EXPECT_THAT(invoker().status(chain).error().what, Not(HasSubstr(line))) << "it knows STATUS";
}

TEST_F(Owed, AnAddThatSucceedsAsksForNoVersion) {
  covers("L.9");
  knows("one", {"1.1.0"});
  attach();
  runner.calls.clear();
  ASSERT_TRUE(invoker().del(chain, attachment()));
  EXPECT_THAT(runner.names(), ElementsAre("DEL two", "DEL one"));
}

TEST_F(Owed, ThePluginsBeforeTheOneThatRefusedGetTheirDel) {
  covers("L.7");
  knows("two", {"1.0.0"});
  ASSERT_FALSE(invoker().add(chain, attachment()));
  EXPECT_THAT(runner.names(), ElementsAre("ADD one", "ADD two", "DEL two", "DEL one", "VERSION one", "VERSION two"));
  EXPECT_EQ(input("DEL one").at("prevResult").at("cniVersion"), "1.1.0");
  EXPECT_THAT(owed(), IsEmpty());
}

TEST_F(Owed, ThatAPluginRefusedTheAddIsKnownToLaterDels) {
  covers("L.7");
  knows("two", {"1.0.0"});
  runner.answer("DEL one", R"({"code":5,"msg":"io"})", 1);
  ASSERT_FALSE(invoker().add(chain, attachment()));
  ASSERT_EQ(owed().size(), 1U);
  EXPECT_THAT(owed().front().last_error, AllOf(HasSubstr("io"), Not(HasSubstr("incompatible"))));
  runner.answer("DEL one", "");
  runner.calls.clear();
  EXPECT_TRUE(invoker().del_container("pod1"));
  EXPECT_THAT(runner.names(), ElementsAre("DEL two", "DEL one"));
  EXPECT_THAT(owed(), IsEmpty());
}

TEST_F(Owed, APluginThatWasReplacedByOneThatKnowsLessIsAskedInAVersionThatItKnows) {
  covers("L.8");
  attach();
  knows("one", {"0.3.1", "0.4.0", "9.9.9"});
  ASSERT_TRUE(invoker().del(chain, attachment()));
  EXPECT_THAT(runner.names(), ElementsAre("DEL two", "DEL one", "VERSION one", "DEL one"));
  EXPECT_EQ(input("DEL two").at("cniVersion"), "1.1.0");
  const json request = input("DEL one");
  EXPECT_EQ(request.at("cniVersion"), "0.4.0");
  EXPECT_EQ(request.at("mtu"), 1);
  EXPECT_EQ(request.at("prevResult").at("cniVersion"), "0.4.0");
  EXPECT_EQ(request.at("prevResult").at("ips").at(0).at("version"), "4");
  EXPECT_THAT(owed(), IsEmpty());
}

// What refused the ADD for its version has made nothing, and what was behind it. Nothing else has that excuse when it
// refuses the DEL.
TEST_F(Owed, APluginThatMadeSomethingIsAskedThoughTheAddFailed) {
  covers("L.7 L.8");
  options.clean_up_failed_add = false;
  for (const auto& [failed, answer] :
       {std::pair{"ADD one", R"({"code":7,"msg":"invalid network config"})"}, std::pair{"ADD two", kRefusal}}) {
    runner.answer(failed, answer, 1);
    ASSERT_FALSE(invoker().add(chain, attachment()));
    runner.answer(failed, kResult);
    knows("one", {"0.4.0"});  // it was replaced meanwhile
    runner.calls.clear();
    EXPECT_TRUE(invoker().del_container("pod1")) << failed;
    EXPECT_THAT(runner.names(), ElementsAre("DEL two", "DEL one", "VERSION one", "DEL one")) << failed;
    EXPECT_THAT(owed(), IsEmpty()) << failed;
    known.clear();
    runner.answer("DEL one", "");
  }
}

TEST_F(Owed, AnOldDebtWhoseAddWasRefusedIsPaidInAVersionThatIsKnown) {
  covers("L.8");
  LedgerEntry entry;  // of a ledger that did not say how the ADD had failed
  entry.network = chain;
  entry.attachment = attachment();
  entry.owner = "test";
  entry.state = LedgerEntry::State::deleting;
  ASSERT_TRUE(invoker().ledger()->save(entry));
  knows("one", {"1.0.0"});
  knows("two", {"0.3.1"});
  const auto settled = invoker().settle([](const LedgerEntry&) { return false; });
  ASSERT_TRUE(settled);
  EXPECT_EQ(settled->detached.size(), 1U);
  EXPECT_FALSE(input("DEL two").contains("prevResult"));
  EXPECT_THAT(owed(), IsEmpty());
}

TEST_F(Owed, WhatHasNoVersionInCommonIsPaidWithTodaysConfiguration) {
  covers("L.8");
  attach();
  runner.answer("DEL one", R"({"code":7,"msg":"invalid network config"})", 1);
  runner.on_call = [&](const testing::Call& call) {
    if (call.name() == "DEL one" && json::parse(call.input).at("mtu") == 2) runner.answer("DEL one", "");
  };
  now = R"({"cniVersion":"1.0.0","name":"net","plugins":[{"type":"zero"},{"type":"one","mtu":2},{"type":"two"}]})";
  ASSERT_TRUE(invoker().del_container("pod1"));
  EXPECT_THAT(looked_up, ElementsAre("net"));
  EXPECT_EQ(input("DEL one").at("cniVersion"), "1.0.0");
  EXPECT_EQ(input("DEL one").at("prevResult").at("cniVersion"), "1.0.0");
  EXPECT_EQ(input("DEL two").at("cniVersion"), "1.1.0") << "what can be deleted as it was added is";
  EXPECT_THAT(owed(), IsEmpty());
}

TEST_F(Owed, TheNetworkThatADelIsGivenIsTodays) {
  covers("L.8");
  attach();
  runner.answer("DEL one", R"({"code":7,"msg":"invalid network config"})", 1);
  runner.on_call = [&](const testing::Call& call) {
    if (call.name() == "DEL one" && json::parse(call.input).at("mtu") == 2) runner.answer("DEL one", "");
  };
  chain.plugins[0].object.set("mtu", "2");
  EXPECT_TRUE(invoker().del(chain, attachment()));
  EXPECT_THAT(looked_up, IsEmpty());
  EXPECT_THAT(owed(), IsEmpty());
}

TEST_F(Owed, AListWithoutOneOfThePluginsIsAnotherNetwork) {
  covers("L.8");
  attach();
  runner.answer("DEL one", R"({"code":7,"msg":"invalid network config"})", 1);
  now = R"({"cniVersion":"1.1.0","name":"net","plugins":[{"type":"one","mtu":2}]})";
  EXPECT_FALSE(invoker().del_container("pod1"));
  EXPECT_EQ(input("DEL one").at("mtu"), 1);
  EXPECT_EQ(owed().size(), 1U);
}

// It may do less than the DEL that is owed, and was not to blame: the ADD succeeded with what is recorded.
TEST_F(Owed, TodaysConfigurationPaysForNoOtherFailure) {
  covers("L.8");
  attach();
  runner.answer("DEL one", R"({"code":999,"msg":"iptables is locked"})", 1);
  now = R"({"cniVersion":"1.1.0","name":"net","plugins":[{"type":"one","mtu":2},{"type":"two"}]})";
  EXPECT_FALSE(invoker().del_container("pod1"));
  EXPECT_THAT(runner.names(), ElementsAre("DEL two", "DEL one"));
  EXPECT_EQ(input("DEL one").at("mtu"), 1);
  EXPECT_EQ(owed().size(), 1U);
}

TEST_F(Owed, TodaysConfigurationIsLookedUpOnceAndTriedWhereItIsAnotherOfThatNetwork) {
  covers("L.8");
  attach();
  for (const char* plugin : {"DEL one", "DEL two"}) runner.answer(plugin, R"({"code":7,"msg":"bad"})", 1);
  const std::string same = R"({"cniVersion":"1.1.0","name":"net","plugins":[{"type":"one","mtu":1},{"type":"two"}]})";
  for (const std::string& useless : {same, std::string(same).replace(same.find("net"), 3, "ten")}) {
    now = useless;
    looked_up.clear();
    runner.calls.clear();
    EXPECT_FALSE(invoker().del_container("pod1"));
    EXPECT_THAT(looked_up, ElementsAre("net"));
    EXPECT_THAT(runner.names(), ElementsAre("DEL two", "DEL one")) << useless;
  }
}

// Nor where no ADD has succeeded, but the failure is one of the moment: what is there lies where the recorded one says.
TEST_F(Owed, TodaysConfigurationPaysForNoFailureThatMayPass) {
  covers("L.8");
  runner.answer("ADD two", R"({"code":100,"msg":"broken"})", 1);
  for (const char* busy :
       {R"({"code":11,"msg":"try again"})", R"({"code":5,"msg":"io"})", R"({"code":50,"msg":"not ready"})"}) {
    runner.answer("DEL one", busy, 1);
    runner.on_call = [&](const testing::Call& call) {
      if (call.name() == "DEL one" && json::parse(call.input).at("mtu") == 2) runner.answer("DEL one", "");
    };
    now = R"({"cniVersion":"1.1.0","name":"net","plugins":[{"type":"one","mtu":2},{"type":"two"}]})";
    ASSERT_FALSE(invoker().add(chain, attachment()));
    EXPECT_FALSE(invoker().del_container("pod1")) << busy;
    EXPECT_EQ(owed().size(), 1U) << busy;
  }
}

TEST_F(Owed, AMistakeThatEveryAddFailedForIsPaidOnceItIsCorrected) {
  covers("L.8");
  runner.on_call = [&](const testing::Call& call) {
    if (call.plugin != "one") return;
    const bool good = json::parse(call.input).at("mtu") == 2;
    runner.answer(call.name(), good ? "" : R"({"code":999,"msg":"failed to find plugin \"host-lokal\""})",
                  good ? 0 : 1);
  };
  now = R"({"cniVersion":"1.1.0","name":"net","plugins":[{"type":"one","mtu":1},{"type":"two"}]})";
  ASSERT_FALSE(invoker().add(chain, attachment()));
  ASSERT_EQ(owed().size(), 1U);
  now = R"({"cniVersion":"1.1.0","name":"net","plugins":[{"type":"one","mtu":2},{"type":"two"}]})";
  EXPECT_TRUE(invoker().del_container("pod1"));
  EXPECT_THAT(owed(), IsEmpty());
}

TEST_F(Owed, AnAddPaysWhatAnEarlierOneOwes) {
  covers("L.8 A3.05");
  runner.answer("DEL one", R"({"code":5,"msg":"io"})", 1);
  runner.answer("ADD two", R"({"code":5,"msg":"io"})", 1);
  ASSERT_FALSE(invoker().add(chain, attachment()));
  const auto refused = invoker().add(chain, attachment());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Kind::exists);
  EXPECT_THAT(refused.error().what, HasSubstr("it is owed a DEL, which fails: plugin 'one' DEL: io"));
  runner.answer("DEL one", "");
  runner.answer("ADD two", kResult);
  runner.calls.clear();
  EXPECT_TRUE(invoker().add(chain, attachment()));
  EXPECT_THAT(runner.names(), ElementsAre("DEL two", "DEL one", "ADD one", "ADD two"));
}

TEST_F(Owed, WhereNothingHelpsEveryTryIsTold) {
  covers("L.8");
  attach();
  runner.answer("VERSION one", R"({"cniVersion":"1.0.0","supportedVersions":["1.0.0"]})");
  runner.answer("DEL one", kRefusal, 1);
  now = R"({"cniVersion":"1.0.0","name":"net","plugins":[{"type":"one","mtu":2},{"type":"two"}]})";
  const auto done = invoker().del_container("pod1");
  ASSERT_FALSE(done);
  EXPECT_EQ(plugin_failures(done.error()).size(), 3U);
  ASSERT_EQ(owed().size(), 1U);
  EXPECT_THAT(owed().front().last_error,
              AllOf(HasSubstr("incompatible CNI versions (code 1, exit status 1); in version 1.0.0: plugin 'one'"),
                    HasSubstr("as it is configured now")));
}

TEST_F(Owed, APluginThatIsGoneKeepsTheOthersDelsFromNothing) {
  covers("L.8 A4.03");
  attach();
  runner.missing = {"two"};
  now = R"({"cniVersion":"1.1.0","name":"net","plugins":[{"type":"one","mtu":1}]})";
  EXPECT_FALSE(invoker().del_container("pod1"));
  EXPECT_THAT(runner.names(), ElementsAre("DEL one"));
  ASSERT_EQ(owed().size(), 1U);
  EXPECT_THAT(owed().front().last_error, HasSubstr("find plugin 'two'"));
}

TEST_F(Owed, APluginThatCannotDoWithoutANamespaceIsGivenAnEmptyOne) {
  covers("L.14");
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  attach();
  options.verify_netns = true;  // and /run/netns/x is none
  std::vector<std::string> seen;
  runner.on_call = [&](const testing::Call& call) {
    if (call.name() != "DEL two") return;
    const std::string& netns = call.environment.at("CNI_NETNS");
    runner.answer("DEL two", netns.empty() ? R"({"code":999,"msg":"no such file or directory"})" : "", netns.empty());
    if (netns.empty()) return;
    EXPECT_FALSE(base::is_own_netns(netns).value_or(true));
    auto inside = RouteSocket::open(netns);
    ASSERT_TRUE(inside) << inside.error().what;
    const auto links = inside->links();
    ASSERT_TRUE(links);
    for (const Link& link : *links) {
      if (link.name != "eth0") continue;
      const auto addresses = inside->addresses(link.index);
      ASSERT_TRUE(addresses);
      for (const LinkAddress& one : *addresses) seen.push_back(one.address.to_text());
    }
  };
  EXPECT_TRUE(invoker().del(chain, attachment()));
  EXPECT_THAT(runner.names(), ElementsAre("DEL two", "DEL two", "DEL one"));
  EXPECT_EQ(runner.call("DEL one").environment.at("CNI_NETNS"), "") << "it can do without";
  EXPECT_THAT(seen, ElementsAre("10.1.0.5"));
  EXPECT_THAT(owed(), IsEmpty());
}

TEST_F(Owed, WhatFailsAsItDidBeforeIsNoNews) {
  covers("L.10");
  attach();
  const auto settle = [&](const std::string& stdout_text, const std::string& stderr_text) {
    runner.answer("DEL one", stdout_text, 1, stderr_text);
    auto settled = invoker().settle([](const LedgerEntry&) { return false; });
    EXPECT_TRUE(settled);
    return std::pair(settled->failures.size(), settled->known_failures.size());
  };
  EXPECT_EQ(settle(R"({"code":100,"msg":"stuck"})", "12:00 deleting"), std::pair(1UL, 0UL));
  EXPECT_EQ(settle(R"({"code":100,"msg":"stuck"})", "12:01 deleting"), std::pair(0UL, 1UL));
  EXPECT_EQ(settle(R"({"code":100,"msg":"worse"})", "12:02 deleting"), std::pair(1UL, 0UL));
  EXPECT_EQ(settle("", "12:03 deleting"), std::pair(1UL, 0UL));
  EXPECT_EQ(settle("", "12:04 panic"), std::pair(1UL, 0UL)) << "nothing else tells why";
  EXPECT_EQ(settle("", "12:04 panic"), std::pair(0UL, 1UL));
}

TEST_F(Owed, WhatIsForgottenIsGoneFromLedgerAndCache) {
  covers("L.11");
  attach();
  const LedgerEntry entry = owed().front();
  LedgerEntry changed = entry;
  changed.state = LedgerEntry::State::deleting;
  const auto refused = invoker().forget(changed);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Kind::busy);
  EXPECT_TRUE(*invoker().forget(entry));
  EXPECT_THAT(owed(), IsEmpty());
  EXPECT_FALSE(*invoker().attachment("net", "pod1", "eth0"));
  EXPECT_FALSE(*invoker().forget(entry));
  EXPECT_THAT(runner.calls, IsEmpty());
  attach();  // and the place is free
}

}  // namespace
}  // namespace cni

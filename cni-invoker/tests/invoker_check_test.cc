// CHECK, STATUS, VERSION, validation.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "cni/base/files.h"
#include "locks.h"
#include "support.h"

namespace cni {
namespace {

using nlohmann::json;
using testing::covers;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kResult;

class Check : public testing::InvokerTest {
 protected:
  json input(const std::string& call) { return json::parse(runner.call(call).input); }
  void attach() {
    const auto added = invoker().add(chain, attachment());
    ASSERT_TRUE(added) << added.error().what;
    runner.calls.clear();
  }
};

TEST_F(Check, RunsInOrderEachWithTheFinalResult) {
  covers("A7.10 A7.11 A11.05");
  attach();
  ASSERT_TRUE(invoker().check(chain, attachment()));
  EXPECT_THAT(runner.names(), ElementsAre("CHECK one", "CHECK two", "CHECK three"));
  for (const testing::Call& call : runner.calls) EXPECT_EQ(json::parse(call.input)["prevResult"], json::parse(kResult));
}

TEST_F(Check, TheFirstErrorStopsAndComesBare) {
  covers("A7.10 A6.05");
  attach();
  runner.answer("CHECK two", R"({"code":100,"msg":"route missing"})", 1);
  const auto checked = invoker().check(chain, attachment());
  ASSERT_FALSE(checked);
  EXPECT_EQ(plugin_failure(checked.error())->code, 100U);
  EXPECT_THAT(checked.error().what, ::testing::StartsWith("plugin 'two' CHECK: route missing (code 100, "));
  EXPECT_THAT(runner.names(), ElementsAre("CHECK one", "CHECK two"));
  EXPECT_TRUE(invoker().ledger()->find("net", "pod1", "eth0")->has_value());
}

TEST_F(Check, GateThenSwitchThenCache) {
  covers("A7.10 B15");
  const NetworkList old =
      network(R"({"cniVersion":"0.3.1","name":"net","disableCheck":true,"plugins":[{"type":"one"}]})");
  EXPECT_THAT(invoker().check(old, attachment()).error().what, HasSubstr("does not support the CHECK command"));
  const NetworkList off =
      network(R"({"cniVersion":"0.4.0","name":"net","disableCheck":true,"plugins":[{"type":"one"}]})");
  EXPECT_TRUE(invoker().check(off, attachment()));
  EXPECT_THAT(runner.calls, IsEmpty());
}

TEST_F(Check, WhatIsNotAttachedIsNotChecked) {
  covers("A7.11");
  const auto checked = invoker().check(chain, attachment());
  EXPECT_EQ(checked.error().kind, Kind::not_found);
  attach();
  ASSERT_TRUE(invoker().del(chain, attachment()));
  EXPECT_FALSE(invoker().check(chain, attachment()));
  EXPECT_THAT(runner.names(), ElementsAre("DEL three", "DEL two", "DEL one"));
}

TEST_F(Check, WhatIsOwedADelIsNotChecked) {
  covers("A7.10 A7.11");
  attach();
  runner.answer("DEL three", "", 1);
  EXPECT_FALSE(invoker().del(chain, attachment()));
  EXPECT_THAT(invoker().check(chain, attachment()).error().what, HasSubstr("owed a DEL"));
}

TEST_F(Check, AnotherNamespaceAtThePathIsNoticed) {
  covers("A3.04");
  attach();
  LedgerEntry entry = invoker().ledger()->list()->front();
  entry.state = LedgerEntry::State::attached;
  entry.attachment.netns = "/proc/self/ns/net";
  entry.netns_identity.inode = 1;
  ASSERT_TRUE(invoker().ledger()->save(entry));
  options.verify_netns = true;
  EXPECT_THAT(invoker().check(chain, attachment()).error().what, HasSubstr("no longer the network namespace"));
  EXPECT_THAT(runner.calls, IsEmpty());
}

TEST_F(Check, ACorruptCacheIsAnError) {
  covers("A7.11");
  options.ledger_dir.clear();
  attach();
  base::write_file_durably(*invoker().cache().path("net", "pod1", "eth0"), "").value();
  EXPECT_EQ(invoker().check(chain, attachment()).error().kind, Kind::corrupt);
  EXPECT_THAT(runner.calls, IsEmpty());
}

TEST_F(Check, UsesTheParametersOfTheAddAsSpelledThen) {
  covers("A7.13 A3.04 A12.04");
  attach();
  Attachment now = attachment();
  now.netns = "/var/run/netns/x";
  ASSERT_TRUE(invoker().check(chain, now));
  EXPECT_EQ(runner.call("CHECK one").environment.at("CNI_NETNS"), "/run/netns/x");
}

// The configuration above all: today's may be of other plugins. Only where the binaries are is today's to say.
TEST_F(Check, UsesConfigurationArgsAndCapabilitiesOfTheAdd) {
  covers("A7.10 A7.13 A12.04");
  for (const bool with_ledger : {true, false}) {
    options.ledger_dir = with_ledger ? dir.path() + "/ledger" : "";
    chain = network(
        R"({"cniVersion":"1.0.0","name":"net","plugins":[{"type":"one","mtu":1500,"capabilities":{"x":true}}]})");
    Attachment then = attachment(with_ledger ? "pod1" : "pod2");
    then.args = {{"K", "V"}};
    then.capability_args.set("x", "[1.0]");
    then.conventional_args.set("l", "1");
    options.plugin_dirs = {"/then"};
    ASSERT_TRUE(invoker().add(chain, then));
    runner.calls.clear();
    options.plugin_dirs = {"/now"};
    const NetworkList changed = network(
        R"({"cniVersion":"1.1.0","name":"net","plugins":[{"type":"one","mtu":9000,"capabilities":{"x":true}},{"type":"new"}]})");
    const auto checked = invoker().check(changed, attachment(then.container_id));
    ASSERT_TRUE(checked) << checked.error().what;
    EXPECT_THAT(runner.names(), ElementsAre("CHECK one")) << "with ledger: " << with_ledger;
    EXPECT_EQ(input("CHECK one"), json::parse(R"({"cniVersion":"1.0.0","name":"net","type":"one","mtu":1500,)"
                                              R"("runtimeConfig":{"x":[1.0]},"args":{"cni":{"l":1}},"prevResult":)" +
                                              std::string(kResult) + "}"));
    EXPECT_EQ(runner.call("CHECK one").environment.at("CNI_ARGS"), "K=V");
    EXPECT_EQ(runner.call("CHECK one").environment.at("CNI_PATH"), "/now");
  }
}

TEST_F(Check, KnowsAttachmentsFromTheCacheToo) {
  covers("A11.06 B9");
  attach();
  auto known = invoker().attachment("net", "pod1", "eth0");
  EXPECT_EQ((*known)->owner, "test");
  EXPECT_EQ((*known)->config, chain.bytes);
  EXPECT_EQ((*known)->network, "net");
  EXPECT_EQ((*known)->attachment.container_id, "pod1");
  EXPECT_EQ((*known)->effective->plugins.size(), chain.plugins.size());
  EXPECT_EQ(json::parse((*known)->result), json::parse(kResult));
  options.ledger_dir.clear();
  known = invoker().attachment("net", "pod1", "eth0");
  EXPECT_EQ(json::parse((*known)->result), json::parse(kResult));
  EXPECT_FALSE(invoker().attachment("net", "pod2", "eth0")->has_value());
}

class Status : public Check {
 protected:
  Status() {
    chain = network(R"({"cniVersion":"1.1.0","name":"net","plugins":[
        {"type":"one","capabilities":{"mac":true},"x":1.0},{"type":"two"},{"type":"three"}]})");
  }
};

TEST_F(Status, AsksEveryPluginWithItsConfigurationOnly) {
  covers("A7.14 A9.03 A5.02");
  ASSERT_TRUE(invoker().status(chain));
  EXPECT_THAT(runner.names(), ElementsAre("STATUS one", "STATUS two", "STATUS three"));
  EXPECT_EQ(input("STATUS one"),
            json::parse(R"({"type":"one","capabilities":{"mac":true},"x":1.0,"name":"net","cniVersion":"1.1.0"})"));
  for (const char* empty : {"CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_ARGS"})
    EXPECT_EQ(runner.call("STATUS one").environment.at(empty), "") << empty;
  EXPECT_EQ(runner.call("STATUS one").environment.at("CNI_PATH"), "/fake");
}

TEST_F(Status, TheFirstErrorIsTheAnswerAndItsCodeSurvives) {
  covers("A7.14 A6.05 B2 B16");
  runner.answer("STATUS two", R"({"code":50,"msg":"no"})", 1);
  const auto status = invoker().status(chain);
  EXPECT_EQ(plugin_failure(status.error())->remedy(), Remedy::not_ready);
  EXPECT_THAT(runner.names(), ElementsAre("STATUS one", "STATUS two"));
  EXPECT_TRUE(invoker().add(chain, attachment()));  // it blocks nothing
}

TEST_F(Status, WaitsForNobody) {
  covers("A7.14");
  options.timeouts.lock = std::chrono::milliseconds(0);
  const auto lock = lock_all(dir.path() + "/cache/locks", std::chrono::seconds(1));
  ASSERT_TRUE(lock);
  EXPECT_TRUE(invoker().status(chain));
  EXPECT_EQ(invoker().add(chain, attachment()).error().kind, Kind::busy);
}

TEST_F(Status, BelowOneOneItIsFineUnasked) {
  covers("A7.14");
  EXPECT_TRUE(invoker().status(network(R"({"cniVersion":"1.0.0","name":"net","plugins":[{"type":"one"}]})")));
  EXPECT_THAT(runner.calls, IsEmpty());
}

class Versions : public Check {};

TEST_F(Versions, AskedWithDummies) {
  covers("A7.16 A4.04 A5.02");
  runner.answer("VERSION one", R"({"cniVersion":"1.0.0","supportedVersions":["0.4.0","1.0.0"]})");
  std::vector<std::string> observed;
  options.observer = [&](const PluginRun& run) { observed.push_back(run.operation + " " + run.plugin); };
  const auto versions = invoker().version("one");
  ASSERT_TRUE(versions) << versions.error().what;
  EXPECT_THAT(observed, ElementsAre("VERSION one"));
  EXPECT_TRUE(versions->supports({1, 0, 0}));
  EXPECT_FALSE(versions->supports({1, 1, 0}));
  const testing::Call& call = runner.call("VERSION one");
  EXPECT_EQ(call.input, R"({"cniVersion":"1.1.0"})");
  EXPECT_EQ(call.environment.at("CNI_PATH"), "dummy");
  EXPECT_EQ(call.environment.at("CNI_NETNS"), "dummy");
  EXPECT_EQ(call.environment.at("CNI_IFNAME"), "dummy");
  EXPECT_EQ(call.environment.at("CNI_CONTAINERID"), "");
}

TEST_F(Versions, ValidateCollectsEveryProblem) {
  covers("A7.17 A2.06");
  chain.plugins[0].capabilities = {"portMappings"};
  chain.plugins[1].capabilities = {"mac"};
  for (const char* plugin : {"one", "two", "three"})
    runner.answer("VERSION " + std::string(plugin), R"({"cniVersion":"1.0.0","supportedVersions":["1.0.0"]})");
  EXPECT_THAT(*invoker().validate(chain), ElementsAre("mac", "portMappings"));
  runner.answer("VERSION one", R"({"cniVersion":"0.4.0","supportedVersions":["0.4.0"]})");
  runner.missing = {"three"};
  const auto validated = invoker().validate(chain);
  EXPECT_THAT(validated.error().what, HasSubstr("plugin 'one' knows versions up to 0.4.0; network 'net' wants 1.0.0"));
  EXPECT_THAT(validated.error().what, HasSubstr("find plugin 'three'"));
}

TEST_F(Versions, ValidateSaysWhichVersionWouldDo) {
  covers("A7.17 L.9");
  chain =
      network(R"({"cniVersion":"1.1.0","name":"net","plugins":[{"type":"one","ipam":{"type":"two"}},{"type":"one"}]})");
  const auto problem = [&](const std::string& one, const std::string& two) {
    for (const auto& [plugin, versions] : {std::pair("one", one), std::pair("two", two)})
      runner.answer("VERSION " + std::string(plugin),
                    R"({"cniVersion":"1.0.0","supportedVersions":[)" + versions + "]}");
    runner.calls.clear();
    const auto validated = invoker().validate(chain);
    EXPECT_THAT(runner.names(), ElementsAre("VERSION one", "VERSION two"));
    return validated ? "" : validated.error().what;
  };
  EXPECT_EQ(problem(R"("1.0.0","1.1.0")", R"("1.1.0")"), "");
  EXPECT_EQ(
      problem(R"("1.0.0","1.1.0")", R"("0.4.0","1.0.0")"),
      "plugin 'two' knows versions up to 1.0.0; network 'net' wants 1.1.0: set \"cniVersion\": \"1.0.0\" there, or "
      "install newer plugins");
  EXPECT_EQ(
      problem(R"("1.2.0")", R"("1.0.0","1.1.0")"),
      "plugin 'one' knows no versions but 1.2.0; network 'net' wants 1.1.0: its plugins have no version in common, "
      "so others have to be installed");
}

}  // namespace
}  // namespace cni

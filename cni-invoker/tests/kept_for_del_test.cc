// What a DEL that fails leaves for the next, and containers with several networks.
#include <gmock/gmock.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "support.h"

namespace cni {
namespace {

using nlohmann::json;
using testing::covers;
using ::testing::ElementsAre;

enum class Way { error, missing, not_executable };

class KeptForDel : public testing::InvokerTest, public ::testing::WithParamInterface<std::tuple<Way, bool>> {
 protected:
  void let_two_fail(Way way) {
    if (way == Way::error) runner.answer("DEL two", R"({"code":5,"msg":"io"})", 1);
    if (way == Way::missing) runner.missing = {"two"};
    if (way == Way::not_executable) runner.broken = {"two"};
  }
  void let_two_be() {
    runner.answer("DEL two", "");
    runner.missing.clear();
    runner.broken.clear();
  }
};

INSTANTIATE_TEST_SUITE_P(Each, KeptForDel,
                         ::testing::Combine(::testing::Values(Way::error, Way::missing, Way::not_executable),
                                            ::testing::Bool()));

TEST_P(KeptForDel, TheNextDelIsTheSameDelFromItsBeginning) {
  covers("A7.08 A7.13 A11.06");
  const auto [way, with_ledger] = GetParam();
  if (!with_ledger) options.ledger_dir.clear();
  chain = network(R"({"cniVersion":"1.0.0","name":"net","plugins":[
      {"type":"one","mtu":1500,"capabilities":{"x":true}},{"type":"two"},{"type":"three"}]})");
  Attachment one = attachment();
  one.args = {{"K", "V"}};
  one.capability_args.set("x", "[1.0]");
  one.conventional_args.set("l", "1");
  ASSERT_TRUE(invoker().add(chain, one));
  const std::string cached = testing::read(*invoker().cache().path("net", "pod1", "eth0"));
  const NetworkList changed = network(R"({"cniVersion":"0.4.0","name":"net","plugins":[{"type":"other"}]})");

  let_two_fail(way);
  runner.calls.clear();
  ASSERT_FALSE(invoker().del(changed, attachment()));
  ASSERT_FALSE(invoker().del(changed, attachment())) << "and it stays so";
  for (const testing::Call& call : runner.calls) EXPECT_NE(call.name(), "DEL one") << "a failure ends the DEL";
  const testing::Call first = runner.calls.front();
  EXPECT_EQ(first.name(), "DEL three");
  EXPECT_EQ(testing::read(*invoker().cache().path("net", "pod1", "eth0")), cached);
  const auto known = *invoker().attachment("net", "pod1", "eth0");
  ASSERT_TRUE(known);
  EXPECT_EQ(json::parse(known->result), json::parse(testing::kResult));
  EXPECT_EQ(known->attachment.args, one.args);
  EXPECT_EQ(known->attachment.capability_args.dump(), one.capability_args.dump());
  EXPECT_EQ(known->attachment.conventional_args.dump(), one.conventional_args.dump());
  EXPECT_EQ(known->attachment.netns, one.netns);
  EXPECT_EQ(known->config, chain.bytes);

  let_two_be();
  runner.calls.clear();
  ASSERT_TRUE(invoker().del(changed, attachment()));
  EXPECT_THAT(runner.names(), ElementsAre("DEL three", "DEL two", "DEL one"));
  EXPECT_EQ(runner.calls[0].input, first.input);
  EXPECT_EQ(runner.calls[0].environment, first.environment);
  const json last = json::parse(runner.calls[2].input);
  EXPECT_EQ(last["mtu"], 1500);
  EXPECT_EQ(last["runtimeConfig"]["x"], json::parse("[1.0]"));
  EXPECT_EQ(last["args"]["cni"]["l"], 1);
  EXPECT_EQ(last["prevResult"], json::parse(testing::kResult));
  EXPECT_FALSE(*invoker().attachment("net", "pod1", "eth0"));
}

class WhatServesADel : public testing::InvokerTest {};

TEST_F(WhatServesADel, ABareResultOfAnOldLibcni) {
  covers("A11.04 A7.09");
  dir.write("cache/results/net-pod1-eth0", R"({"cniVersion":"0.4.0","ips":[{"version":"4","address":"10.1.0.5/16"}]})");
  ASSERT_TRUE(invoker().del(chain, attachment()));
  EXPECT_THAT(runner.names(), ElementsAre("DEL three", "DEL two", "DEL one"));
  EXPECT_EQ(json::parse(runner.calls[0].input)["prevResult"],
            json::parse(R"({"cniVersion":"1.0.0","ips":[{"address":"10.1.0.5/16"}]})"));
  EXPECT_FALSE(invoker().cache().load("net", "pod1", "eth0")->has_value());
  dir.write("cache/results/net-pod1-eth0", R"({"kind":"cniCacheV9","cniVersion":"1.0.0","ips":[]})");
  ASSERT_TRUE(invoker().del(chain, attachment()));
  EXPECT_FALSE(json::parse(runner.calls.back().input).contains("prevResult")) << "an unknown kind says nothing";
}

TEST_F(WhatServesADel, GoingOnKeepsEveryCode) {
  covers("A7.12 A6.05");
  options.del_policy = DelPolicy::keep_going;
  ASSERT_TRUE(invoker().add(chain, attachment()));
  runner.answer("DEL three", R"({"code":103,"msg":"no"})", 1);
  runner.answer("DEL one", R"({"code":101,"msg":"no"})", 1);
  const Error error = invoker().del(chain, attachment()).error().in("a caller's words");
  ASSERT_EQ(plugin_failures(error).size(), 2U);
  EXPECT_EQ(plugin_failures(error)[0].code, 103U);
  EXPECT_EQ(plugin_failures(error)[1].code, 101U);
  EXPECT_EQ(plugin_failures(error)[1].plugin, "one");
}

TEST_F(WhatServesADel, APluginThatTakesItsTimeTakesNoneFromTheOthers) {
  covers("A7.12 A5.09");
  class Slow : public Runner {
   public:
    explicit Slow(Runner& runner) : runner_(runner) {}
    Result<std::string> find(std::string_view type, const std::vector<std::string>& dirs) override {
      return runner_.find(type, dirs);
    }
    Result<RunOutcome> exec(const RunRequest& request) override {
      given.push_back(request.timeout);
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      return runner_.exec(request);
    }
    std::vector<std::chrono::milliseconds> given;

   private:
    Runner& runner_;
  };
  options.del_policy = DelPolicy::keep_going;
  ASSERT_TRUE(invoker().add(chain, attachment()));
  runner.answer("DEL three", "", 1);
  options.timeouts.del = std::chrono::milliseconds(20'000);
  Slow slow(runner);
  EXPECT_FALSE(Invoker(slow, options).del(chain, attachment()));
  ASSERT_EQ(slow.given.size(), 3U);
  EXPECT_GT(slow.given[1], std::chrono::milliseconds(19'800)) << "after a failure the clock begins anew";
  EXPECT_LE(slow.given[2], std::chrono::milliseconds(19'700)) << "and goes on else";
}

class SeveralNetworks : public testing::InvokerTest {
 protected:
  SeveralNetworks() {
    attach("a", "eth0");
    attach("b", "eth1");
    attach("c", "eth2");
    attach("a", "eth0", "other");
    runner.calls.clear();
  }
  void attach(const std::string& name, const std::string& ifname, const std::string& container = "pod1") {
    Attachment one = attachment(container);
    one.ifname = ifname;
    const auto added = invoker().add(
        network(R"({"cniVersion":"1.0.0","name":")" + name + R"(","plugins":[{"type":"of-)" + name + "\"}]}"), one);
    ASSERT_TRUE(added) << added.error().what;
  }
  // "DEL of-a eth0"
  std::vector<std::string> dels() const {
    std::vector<std::string> all;
    for (const testing::Call& call : runner.calls) all.push_back(call.name() + " " + call.environment.at("CNI_IFNAME"));
    return all;
  }
  std::vector<std::string> owed() {
    std::vector<std::string> all;
    const auto entries = invoker().ledger()->list();
    for (const LedgerEntry& entry : *entries) all.push_back(entry.network.name + " " + entry.attachment.container_id);
    return all;
  }
};

TEST_F(SeveralNetworks, AreDetachedNewestFirst) {
  covers("A12.07");
  ASSERT_TRUE(invoker().del_container("pod1"));
  EXPECT_THAT(dels(), ElementsAre("DEL of-c eth2", "DEL of-b eth1", "DEL of-a eth0"));
  EXPECT_THAT(owed(), ElementsAre("a other"));
}

TEST_F(SeveralNetworks, OneThatFailsHoldsUpNoneOfTheOthers) {
  covers("A12.07");
  for (const std::string failing : {"of-c", "of-b", "of-a"}) {
    if (failing != "of-c")
      for (const auto& [name, ifname] : {std::pair{"a", "eth0"}, {"b", "eth1"}, {"c", "eth2"}}) attach(name, ifname);
    runner.calls.clear();
    runner.answer("DEL " + failing, R"({"code":999,"msg":"stuck"})", 1);
    const auto done = invoker().del_container("pod1");
    ASSERT_FALSE(done);
    const std::string network = failing.substr(3);
    for (const std::string another : {"a", "b", "c"})
      EXPECT_EQ(done.error().what.find("network '" + another + "'") != std::string::npos, another == network);
    const std::vector<std::string> all = dels();
    ASSERT_GE(all.size(), 3U);
    EXPECT_THAT(std::vector(all.begin(), all.begin() + 3),
                ElementsAre("DEL of-c eth2", "DEL of-b eth1", "DEL of-a eth0"));
    EXPECT_THAT(owed(), ::testing::UnorderedElementsAre("a other", network + " pod1"));
    runner.answer("DEL " + failing, "");
    runner.calls.clear();
    ASSERT_TRUE(invoker().del_container("pod1"));
    EXPECT_THAT(dels(), ::testing::SizeIs(1)) << "only what was left";
  }
}

TEST_F(SeveralNetworks, IfSeveralFailEachIsTold) {
  covers("A12.07 A6.05");
  runner.answer("DEL of-a", R"({"code":101,"msg":"no"})", 1);
  runner.answer("DEL of-c", R"({"code":103,"msg":"no"})", 1);
  const auto done = invoker().del_container("pod1");
  ASSERT_FALSE(done);
  ASSERT_EQ(plugin_failures(done.error()).size(), 2U);
  EXPECT_EQ(plugin_failures(done.error())[0].code, 103U);
  EXPECT_EQ(plugin_failures(done.error())[1].code, 101U);
  EXPECT_THAT(owed(), ElementsAre("a pod1", "c pod1", "a other"));
}

}  // namespace
}  // namespace cni

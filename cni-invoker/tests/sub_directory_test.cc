// Plugins of a network's sub-directory, from the file to each operation.
#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "support.h"

namespace cni {
namespace {

using nlohmann::json;
using testing::covers;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SubDirectory : public testing::InvokerTest {
 protected:
  SubDirectory() {
    for (const char* name : {"net", "other"})
      dir.write("net.d/" + std::string(name) + ".conflist",
                R"({"cniVersion":"1.1.0","name":")" + std::string(name) + R"(","plugins":[{"type":"inlined"}]})");
    dir.write("net.d/net/20.conf", R"({"type":"second","x":2.0,"name":"mine","cniVersion":"0.1.0"})");
    dir.write("net.d/net/10.conf", R"({"type":"first","capabilities":{"mac":true}})");
  }
  NetworkList load(const std::string& name) {
    const auto networks = scan_networks(dir.path() + "/net.d");
    EXPECT_TRUE(networks && networks->problems.empty());
    const NetworkList* found = networks->find(name);
    EXPECT_NE(found, nullptr) << name;
    return found == nullptr ? NetworkList() : *found;
  }
  std::vector<std::string> names_and_forget() {
    auto names = runner.names();
    last = std::move(runner.calls);
    runner.calls.clear();
    return names;
  }
  std::vector<testing::Call> last;
};

TEST_F(SubDirectory, EveryPluginIsRunAtEveryOperation) {
  covers("A1.13 A1.14 A11.03");
  const NetworkList net = load("net");
  Attachment one = attachment();
  one.capability_args.set("mac", "\"02:00:00:00:00:01\"");
  ASSERT_TRUE(invoker().add(net, one));
  EXPECT_THAT(names_and_forget(), ElementsAre("ADD inlined", "ADD first", "ADD second"));
  EXPECT_EQ(json::parse(last[1].input)["runtimeConfig"]["mac"], "02:00:00:00:00:01");
  for (const testing::Call& call : last) {
    EXPECT_EQ(json::parse(call.input)["name"], "net") << call.name();
    EXPECT_EQ(json::parse(call.input)["cniVersion"], "1.1.0") << call.name();
  }
  EXPECT_THAT(last[2].input, HasSubstr("\"x\":2.0"));
  ASSERT_TRUE(invoker().check(net, attachment()));
  EXPECT_THAT(names_and_forget(), ElementsAre("CHECK inlined", "CHECK first", "CHECK second"));
  ASSERT_TRUE(invoker().status(net));
  EXPECT_THAT(names_and_forget(), ElementsAre("STATUS inlined", "STATUS first", "STATUS second"));
  ASSERT_TRUE(invoker().gc(net, {{"pod1", "eth0"}}));
  EXPECT_THAT(names_and_forget(), ElementsAre("GC inlined", "GC first", "GC second"));
  ASSERT_TRUE(invoker().del(net, attachment()));
  EXPECT_THAT(names_and_forget(), ElementsAre("DEL second", "DEL first", "DEL inlined"));
}

TEST_F(SubDirectory, NoPluginIsAnotherNetworks) {
  covers("A1.14");
  const NetworkList other = load("other");
  ASSERT_TRUE(invoker().add(other, attachment()));
  ASSERT_TRUE(invoker().status(other));
  ASSERT_TRUE(invoker().del(other, attachment()));
  EXPECT_THAT(names_and_forget(), ElementsAre("ADD inlined", "STATUS inlined", "DEL inlined"));
  // Nor that of a list beside it, whose file has the directory's name.
  dir.write("net.d/30.conflist", R"({"cniVersion":"1.1.0","name":"third","plugins":[{"type":"inlined"}]})");
  dir.write("net.d/30/10.conf", R"({"type":"stray"})");
  EXPECT_EQ(load("third").plugins.size(), 1U);
}

TEST_F(SubDirectory, WhatRanAtTheAddIsDeletedWhenTheDirectoryIsGone) {
  covers("A1.14 A12.04 A11.03");
  for (const bool with_ledger : {true, false}) {
    options.ledger_dir = with_ledger ? dir.path() + "/ledger" : "";
    ASSERT_TRUE(invoker().add(load("net"), attachment()));
    runner.calls.clear();
    std::filesystem::rename(dir.path() + "/net.d/net", dir.path() + "/away");
    ASSERT_TRUE(invoker().del(load("net"), attachment()));
    EXPECT_THAT(names_and_forget(), ElementsAre("DEL second", "DEL first", "DEL inlined")) << with_ledger;
    std::filesystem::rename(dir.path() + "/away", dir.path() + "/net.d/net");
  }
}

TEST_F(SubDirectory, IsReadAtEveryVersionUnlessTheFileSaysOtherwise) {
  covers("A1.13");
  for (const Version& version : kKnownVersions) {
    const std::string head =
        R"({"cniVersion":")" + version.to_text() + R"(","name":"net","plugins":[{"type":"inlined"}])";
    dir.write("net.d/net.conflist", head + "}");
    EXPECT_EQ(load("net").plugins.size(), 3U) << version.to_text();
    for (const char* only_inlined : {"true", "\"true\"", "\"TRUE\""}) {
      dir.write("net.d/net.conflist", head + R"(,"loadOnlyInlinedPlugins":)" + only_inlined + "}");
      EXPECT_EQ(load("net").plugins.size(), 1U) << version.to_text();
    }
    dir.write("net.d/net.conflist", head + R"(,"loadOnlyInlinedPlugins":false})");
    EXPECT_EQ(load("net").plugins.size(), 3U) << version.to_text();
  }
  EXPECT_EQ(parse_network_list(testing::read(dir.path() + "/net.d/net.conflist"), "bytes")->plugins.size(), 1U)
      << "bytes have no directory";
}

TEST_F(SubDirectory, OneBadPluginCostsTheNetwork) {
  covers("A1.14");
  dir.write("net.d/net/15.conf", R"({"type":"a/b"})");
  const auto networks = scan_networks(dir.path() + "/net.d");
  ASSERT_TRUE(networks);
  EXPECT_EQ(networks->find("net"), nullptr);
  EXPECT_NE(networks->find("other"), nullptr);
  ASSERT_EQ(networks->problems.size(), 1U);
  EXPECT_THAT(networks->problems[0].to_text(), HasSubstr("net/15.conf:1:"));
}

}  // namespace
}  // namespace cni

// What `podrun cni` makes of its arguments, and how it shows what it found.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cni-invoker/tests/covers.h"
#include "runtime/cli/cni_attachment.h"
#include "runtime/cli/cni_ledger_view.h"
#include "runtime/cli/cni_network_view.h"
#include "runtime/cli/cni_valid.h"
#include "runtime/cli/indent_json.h"

namespace podrun::cli {
namespace {

using cni::testing::covers;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(NetnsPath, IsAPathOrTheNameOfAPinnedOne) {
  EXPECT_EQ(netns_path("blue", "/run/netns", "/home/me"), "/run/netns/blue");
  EXPECT_EQ(netns_path("/var/run/netns/blue", "/run/netns", "/home/me"), "/var/run/netns/blue");
  EXPECT_EQ(netns_path("./blue", "/run/netns", "/home/me"), "/home/me/blue");
  EXPECT_EQ(netns_path("/run/../run//netns/blue/", "/run/netns", "/"), "/run/netns/blue");
}

// Checked against cnitool 1.3.0.
TEST(ContainerId, IsTheOneCnitoolMakes) {
  covers("B20");
  EXPECT_EQ(default_container_id("/run/netns/blue"), "cnitool-df26705e2e4ffd095eb1");
}

TEST(AttachmentOf, TakesEverythingThatIsTyped) {
  const auto attachment = attachment_of({.netns = "blue",
                                         .ifname = "net1",
                                         .container_id = "web-1",
                                         .args = "IgnoreUnknown=1;K8S_POD_NAME=web",
                                         .capability_args = R"({"mac":"02:00:00:00:00:01"})"},
                                        "/run/netns");
  ASSERT_TRUE(attachment) << attachment.error().what;
  EXPECT_EQ(attachment->netns, "/run/netns/blue");
  EXPECT_EQ(attachment->container_id, "web-1");
  EXPECT_EQ(attachment->ifname, "net1");
  EXPECT_EQ(cni::join_args(attachment->args), "IgnoreUnknown=1;K8S_POD_NAME=web");
  EXPECT_EQ(attachment->capability_args.dump(), R"({"mac":"02:00:00:00:00:01"})");
}

TEST(AttachmentOf, RefusesWithTheNameOfTheFlag) {
  const auto refusal = [](std::string AttachmentFlags::*flag, const std::string& value) {
    AttachmentFlags flags;
    flags.netns = "blue";
    flags.*flag = value;
    const auto attachment = attachment_of(flags, "/run/netns");
    return attachment ? "" : attachment.error().what;
  };
  EXPECT_THAT(refusal(&AttachmentFlags::args, "K"), HasSubstr("--args"));
  EXPECT_THAT(refusal(&AttachmentFlags::capability_args, "[]"), HasSubstr("--capability-args"));
  EXPECT_THAT(refusal(&AttachmentFlags::capability_args, R"({"a":})"), HasSubstr("line 1, column 6"));
  EXPECT_THAT(refusal(&AttachmentFlags::ifname, "a/b"), HasSubstr("a/b"));
  EXPECT_THAT(refusal(&AttachmentFlags::container_id, "../x"), HasSubstr("../x"));
  EXPECT_THAT(refusal(&AttachmentFlags::netns, ""), HasSubstr("empty"));
}

TEST(Valid, IsIdSlashInterface) {
  const auto valid = parse_valid({"web-1/eth0", "db/net1"});
  ASSERT_TRUE(valid);
  ASSERT_EQ(valid->size(), 2U);
  EXPECT_EQ(valid->at(1).container_id, "db");
  EXPECT_EQ(valid->at(1).ifname, "net1");
  for (const char* bad : {"web", "/eth0", "web/", "web/a/b", "../eth0"})
    EXPECT_EQ(parse_valid({bad}).error().kind, Kind::invalid) << bad;
}

TEST(IndentJson, ChangesNothingButWhiteSpace) {
  EXPECT_EQ(indent_json(R"({"a":[12345678901234567890,1.0],"b":{},"c":[],"d{,":"x\",:[\\"})"),
            "{\n"
            "    \"a\": [\n"
            "        12345678901234567890,\n"
            "        1.0\n"
            "    ],\n"
            "    \"b\": {},\n"
            "    \"c\": [],\n"
            "    \"d{,\": \"x\\\",:[\\\\\"\n"
            "}\n");
  EXPECT_EQ(indent_json("[ ]"), "[]\n");
}

class NetworkViewTest : public testing::Test {
 protected:
  static Result<std::string> find(const std::string& type) {
    if (type == "bridge") return std::string("/usr/lib/cni/bridge");
    return Error{Kind::not_found, ENOENT, "find plugin"};
  }
  void SetUp() override {
    auto list = cni::parse_network_list(
        R"({"cniVersion":"1.0.0","name":"lab","plugins":[{"type":"bridge","ipam":{"type":"mine"}},{"type":"bridge"}]})",
        "test");
    ASSERT_TRUE(list);
    networks_.lists.push_back(std::move(*list));
    networks_.lists.back().path = "/net.d/10-lab.conflist";
    networks_.problems.push_back({"/net.d/20.conflist", {3, 7}, "expected a string"});
    networks_.problems.push_back({"/net.d/30.conflist", {0, 0}, "too large"});
  }
  cni::Networks networks_;
};

TEST_F(NetworkViewTest, HasARowAPluginWithItsIpamBehindIt) {
  EXPECT_EQ(network_table(view_of(networks_, find)),
            "NETWORK   VERSION   PLUGIN        BINARY                FILE\n"
            "lab       1.0.0     bridge        /usr/lib/cni/bridge   /net.d/10-lab.conflist\n"
            "                    mine (ipam)   <missing>\n"
            "                    bridge        /usr/lib/cni/bridge\n");
}

TEST_F(NetworkViewTest, GivesPositionsWhereThereAreAny) {
  const Json json = network_json("/net.d", view_of(networks_, find), networks_.problems);
  EXPECT_EQ(json.at("networks").at(0).at("plugins").at(1).at("binary"), nullptr);
  EXPECT_EQ(json.at("problems").at(0).at("line"), 3);
  EXPECT_EQ(json.at("problems").at(0).at("column"), 7);
  EXPECT_FALSE(json.at("problems").at(1).contains("line"));
}

TEST(LedgerView, TellsWhatIsOwed) {
  AttachmentView view;
  view.entry.network.name = "lab";
  view.entry.attachment.container_id = "web-1";
  view.entry.attachment.netns = "/run/netns/blue";
  view.entry.state = cni::LedgerEntry::State::attached;
  view.entry.boot_id = "now";
  view.entry.created_at = 1'000'000'000;
  const auto shown = [&] { return attachment_table({view}, "now", 6'000'000'000); };
  EXPECT_THAT(shown(), HasSubstr("lab       web-1       eth0        attached   5s    /run/netns/blue\n"));
  view.cached = false;
  EXPECT_THAT(shown(), HasSubstr("another tool"));
  view.taken = true;
  EXPECT_THAT(shown(), testing::AllOf(HasSubstr("taken"), HasSubstr("is to detach it")));
  view.taken = false;
  view.entry.boot_id = "before";
  EXPECT_THAT(shown(), HasSubstr("stale"));
  view.entry.state = cni::LedgerEntry::State::deleting;
  view.entry.last_error = "plugin bridge:\nno";
  EXPECT_THAT(shown(), testing::AllOf(HasSubstr("owed"), HasSubstr("plugin bridge:\\nno"), Not(HasSubstr("stale"))));
  EXPECT_EQ(attachment_json({view}, "now").at("attachments").at(0).at("lastError"), "plugin bridge:\nno");
}

}  // namespace
}  // namespace podrun::cli

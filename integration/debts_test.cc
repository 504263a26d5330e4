// DELs that plugins refuse, all the way: nothing is owed for ever, and correcting the cause is enough.
#include <gmock/gmock.h>
#include <unistd.h>

#include "cni-invoker/tests/covers.h"
#include "integration/cni_host.h"
#include "integration/plugin_host.h"

namespace integration {
namespace {

using cni::testing::covers;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kPortmap = R"(,{"type":"portmap"})";

class DebtsTest : public CniHostTest {
 protected:
  std::string plugins() const override { return own_plugins() + ":" + plugins_dir(); }  // Debian's know 1.0.0

  std::string too_new() const {
    return cni_conf_dir() +
           "/10-lab.conflist: plugins 'bridge', 'host-local', 'portmap' know versions up to 1.0.0; network 'lab' wants "
           "1.1.0: set \"cniVersion\": \"1.0.0\" there, or install newer plugins";
  }
  static void expect_line(const Output& output, int status, const std::string& part) {
    EXPECT_EQ(output.status, status);
    EXPECT_EQ(lines_of(output.err).size(), 1U) << output.err;
    EXPECT_THAT(output.err, HasSubstr(part));
  }
  void expect_nothing_owed() const {
    EXPECT_EQ(attachments(), Json::array());
    EXPECT_EQ(leases(), "0\n");
    const Output recovered = podrun({"recover"});
    EXPECT_EQ(recovered.status, 0) << recovered.err;
    EXPECT_EQ(recovered.err, "Nothing to recover\n");
  }
  static Json sleeping() { return pod("web", {container("main", {"/bin/payload", "sleep"})}); }
  std::string id_of_web() const { return pod_id("web"); }
};

TEST_F(DebtsTest, AnAddInAVersionThatThePluginsDoNotKnowIsToldInOneLineAndOwesNothing) {
  covers("L.7 L.9");
  if (!can_run({need::plugin("portmap")})) return;
  ASSERT_EQ(cni({"add", "lab", "blue"}).status, 0);
  ASSERT_EQ(cni({"del", "lab", "blue"}).status, 0);
  remember_world();
  configure_lab("1.1.0", kPortmap);
  expect_line(cni({"add", "lab", "blue"}), 10, too_new());
  expect_nothing_owed();
  expect_world_unchanged();
  EXPECT_EQ(cni({"del", "lab", "blue"}).status, 0) << "in a version that they know";
  EXPECT_EQ(cni({"del", "lab", "blue"}).status, 0);

  EXPECT_THAT(cni({"list"}).err, HasSubstr(too_new()));
  EXPECT_THAT(cni({"status"}).err, HasSubstr(too_new()));
  expect_line(cni({"gc", "lab", "--valid-none"}), 10, too_new());
  EXPECT_THAT(podrun({"system", "prune"}).err, HasSubstr(too_new()));

  configure_lab("1.0.0", kPortmap);
  EXPECT_EQ(cni({"add", "lab", "blue"}).status, 0) << "at once";
  EXPECT_EQ(cni({"del", "lab", "blue"}).status, 0);
  EXPECT_EQ(podrun({"system", "prune"}).status, 0);
  expect_nothing_owed();
}

TEST_F(DebtsTest, SoIsThatOfAPod) {
  covers("L.7 L.9");
  if (!can_run({need::plugin("portmap")})) return;
  remember_world({"--network", "lab"});
  configure_lab("1.1.0", kPortmap);
  expect_line(create(sleeping(), {"--network", "lab"}), 10, too_new());
  EXPECT_EQ(podrun({"get", "-A"}).out, "");
  expect_nothing_owed();
  expect_world_unchanged();
  configure_lab("1.0.0", kPortmap);
  ASSERT_TRUE(must_create(sleeping(), {"--network", "lab"}));
  EXPECT_EQ(remove("web").status, 0);
  expect_nothing_owed();
}

// What ledgers of earlier versions hold: the ADD was refused, and nobody wrote down that it was.
TEST_F(DebtsTest, AnOldDebtInSuchAVersionIsPaidByWhoeverComesFirst) {
  covers("L.8");
  const auto make_old = [&](const char* container) {
    configure_lab("1.0.0");
    ASSERT_EQ(cni({"add", "lab", "blue", "--container-id", container, "--ifname", container}).status, 0);
    ASSERT_EQ(run({"sh", "-c",
                   "cd " + data_dir() + R"(/cni/ledger && sed -i -e 's/"network":{"cniVersion":"1.0.0"/"network":)" +
                       R"({"cniVersion":"1.1.0"/' -e 's/"state":"[a-z]*"/"state":"deleting"/' -e '2,$d' lab@)" + container +
                       "*.json"})
                  .status,
              0);
  };
  make_old("one");
  EXPECT_EQ(cni({"del", "lab", "blue", "--container-id", "one", "--ifname", "one"}).status, 0);
  make_old("two");
  EXPECT_EQ(podrun({"recover"}).status, 0);
  make_old("three");
  EXPECT_EQ(cni({"gc", "lab", "--valid-none"}).status, 0);
  make_old("four");
  EXPECT_EQ(podrun({"system", "prune"}).status, 0);
  expect_nothing_owed();
  for (const char* name : {"one", "two", "three", "four"}) EXPECT_EQ(links("blue").find(name), std::string::npos);
}

TEST_F(DebtsTest, APluginThatWasReplacedByAnOlderOneDetachesAllTheSame) {
  covers("L.8");
  if (::access((newest_plugins().dir + "/bridge").c_str(), X_OK) != 0) {
    can_run({"needs the newest CNI plugins (built where Go and its module proxy are)"});
    return;
  }
  copy_plugins(newest_plugins().dir, {"bridge", "host-local"});
  configure_lab("1.1.0");
  ASSERT_EQ(cni({"add", "lab", "blue"}).status, 0);
  ASSERT_TRUE(must_create(sleeping(), {"--network", "lab"}));
  copy_plugins(plugins_dir(), {"bridge", "host-local"});
  EXPECT_THAT(podrun({"check", "web"}).err, HasSubstr("know versions up to 1.0.0"));
  const Output detached = cni({"del", "lab", "blue"});
  EXPECT_EQ(detached.status, 0) << detached.err;
  EXPECT_EQ(links("blue").find("eth0"), std::string::npos);
  const Output removed = remove("web");
  EXPECT_EQ(removed.status, 0) << removed.err;
  expect_nothing_owed();
}

TEST_F(DebtsTest, PluginsThatMovedAreFoundWhereTheyAreNow) {
  covers("L.8 A4.03");
  copy_plugins(plugins_dir(), {"bridge", "host-local"});
  Command add = podrun_command({"cni", "add", "lab", "blue"});
  add.environment.back() = "CNI_PATH=" + own_plugins();
  ASSERT_EQ(run(add).status, 0);
  ASSERT_EQ(run({"mv", own_plugins(), dir() + "/moved"}).status, 0);
  Command del = podrun_command({"cni", "del", "lab", "blue"});
  del.environment.back() = "CNI_PATH=" + dir() + "/moved";
  const Output detached = run(del);
  EXPECT_EQ(detached.status, 0) << detached.err;
  expect_nothing_owed();
}

TEST_F(DebtsTest, AMistakeIsPaidForOnceItIsCorrected) {
  covers("L.8 L.10");
  // A bridge that has had a port: on one that has had none but that of a failed ADD, Debian's bridge fails once more
  // ("could not set bridge's mac").
  configure_lab();
  ASSERT_EQ(cni({"add", "lab", "blue"}).status, 0);
  ASSERT_EQ(cni({"del", "lab", "blue"}).status, 0);
  configure_lab("1.0.0", "", "host-lokal");
  EXPECT_EQ(cni({"add", "lab", "blue"}).status, 10);
  ASSERT_EQ(attachments().size(), 1U);
  EXPECT_THAT(attachments().at(0).at("lastError").get<std::string>(), HasSubstr("host-lokal"));
  EXPECT_EQ(podrun({"recover"}).status, 11) << "as it was told by add";
  EXPECT_THAT(cni({"add", "lab", "blue"}).err, HasSubstr("it is owed a DEL, which fails: plugin 'bridge'"));
  configure_lab();
  const Output recovered = podrun({"recover"});
  EXPECT_EQ(recovered.status, 0) << recovered.err;
  expect_nothing_owed();

  configure_lab("1.0.0", "", "host-lokal");
  EXPECT_EQ(cni({"add", "lab", "blue"}).status, 10);
  configure_lab();
  const Output added = cni({"add", "lab", "blue"});
  EXPECT_EQ(added.status, 0) << "at once: " << added.err;
  EXPECT_EQ(cni({"del", "lab", "blue"}).status, 0);
  expect_nothing_owed();
}

TEST_F(DebtsTest, AndAPodsMistakeToo) {
  covers("L.8 L.10");
  // A bridge that has had a port: on one that has had none but that of a failed ADD, Debian's bridge fails once more
  // ("could not set bridge's mac").
  configure_lab();
  ASSERT_EQ(cni({"add", "lab", "blue"}).status, 0);
  ASSERT_EQ(cni({"del", "lab", "blue"}).status, 0);
  configure_lab("1.0.0", "", "host-lokal");
  const Output created = create(sleeping(), {"--network", "lab"});
  EXPECT_EQ(created.status, 10);
  EXPECT_EQ(podrun({"recover"}).status, 11);
  EXPECT_EQ(remove("web").status, 10);
  configure_lab();
  const Output removed = remove("web");
  EXPECT_EQ(removed.status, 0) << removed.err;
  expect_nothing_owed();
}

TEST_F(DebtsTest, APluginThatIsGoneKeepsItsOwnDebtAloneUntilItIsForgotten) {
  covers("L.8 L.10 L.11");
  write_plugin("mine", R"([ "$CNI_COMMAND" = ADD ] && sed 's/.*"prevResult"://; s/}$//' || true)");
  configure_lab("1.0.0", R"(,{"type":"mine"})");
  const Output added = cni({"add", "lab", "blue", "--container-id", "c1"});
  ASSERT_EQ(added.status, 0) << added.err;
  ASSERT_EQ(run({"rm", own_plugins() + "/mine"}).status, 0);
  expect_line(cni({"del", "lab", "blue", "--container-id", "c1"}), 3, "find plugin 'mine'");
  EXPECT_EQ(links("blue").find("eth0"), std::string::npos) << "bridge has had its DEL";
  EXPECT_EQ(leases(), "0\n");
  const Output again = podrun({"recover"});
  EXPECT_EQ(again.status, 11);
  EXPECT_THAT(again.err, AllOf(HasSubstr("as before: "), HasSubstr("`podrun cni forget`")));

  expect_line(cni({"forget", "c1", "--ifname", "eth7"}), 3, "nothing is owed to container 'c1'");
  expect_line(cni({"forget", "c1"}), 0,
              "podrun: warning: network 'lab': 'eth0' of container 'c1' is given up; left behind may be what its "
              "plugins (bridge, mine) made, and its addresses 10.203.0.");
  expect_nothing_owed();
  EXPECT_EQ(cni({"forget", "c1"}).status, 3);
}

TEST_F(DebtsTest, APluginThatCannotDoWithoutANamespaceIsGivenAnEmptyOne) {
  covers("L.14");
  if (!can_run({need::plugin("sbr")})) return;
  configure_lab("1.0.0", R"(,{"type":"sbr"})");
  const Output added = cni({"add", "lab", "blue"});
  ASSERT_EQ(added.status, 0) << added.err;
  ASSERT_EQ(run({"ip", "netns", "del", "blue"}).status, 0);
  const Output recovered = podrun({"recover"});
  EXPECT_EQ(recovered.status, 0) << recovered.err;
  expect_nothing_owed();
}

TEST_F(DebtsTest, WhatIsAttachedIsNotForgotten) {
  covers("L.11");
  ASSERT_EQ(cni({"add", "lab", "blue", "--container-id", "c1"}).status, 0);
  expect_line(cni({"forget", "c1"}), 2, "`podrun cni del` detaches it");
  ASSERT_TRUE(must_create(sleeping(), {"--network", "lab"}));
  expect_line(cni({"forget", id_of_web()}), 2, "is a pod's: `podrun delete`");
  EXPECT_EQ(cni({"forget"}).status, 2);
  EXPECT_EQ(attachments().size(), 2U);
}

TEST_F(DebtsTest, ADeleteByForceTellsWhatItGivesUpAndForgetsIt) {
  covers("L.11");
  write_plugin("stuck", R"(case $CNI_COMMAND in ADD) sed 's/.*"prevResult"://; s/}$//';; DEL) )"
                        R"(echo '{"code":100,"msg":"stuck for good"}'; exit 1;; esac)");
  configure_lab("1.0.0", R"(,{"type":"stuck"})");
  ASSERT_TRUE(must_create(sleeping(), {"--network", "lab"}));
  expect_line(remove("web"), 10, "stuck for good");
  const Output told = podrun({"recover"});
  EXPECT_EQ(told.status, 11);
  EXPECT_THAT(told.err, HasSubstr("stuck for good"));
  write_plugin("stuck", R"(echo '{"code":100,"msg":"now for another reason"}'; exit 1)");
  EXPECT_EQ(podrun({"recover"}).status, 10) << "that is new";
  EXPECT_EQ(podrun({"recover"}).status, 11);

  const Output removed = podrun({"delete", "web", "--force", "--grace-period", "0"});
  EXPECT_EQ(removed.status, 0);
  EXPECT_EQ(lines_of(removed.err).size(), 1U) << removed.err;
  EXPECT_THAT(removed.err,
              AllOf(StartsWith("podrun: warning: network 'lab': 'eth0' of container '"), HasSubstr("(bridge, stuck)"),
                    HasSubstr("10.203.0."), HasSubstr("now for another reason")));
  expect_nothing_owed();
}

TEST_F(DebtsTest, ANewFailureBesideOldOnesIsNews) {
  covers("L.10");
  write_plugin("stuck", R"(case $CNI_COMMAND in ADD) sed 's/.*"prevResult"://; s/}$//';; DEL) )"
                        R"(echo '{"code":100,"msg":"stuck"}'; exit 1;; esac)");
  configure_lab("1.0.0", R"(,{"type":"stuck"})");
  for (const char* name : {"c1", "c2"})
    ASSERT_EQ(cni({"add", "lab", "blue", "--container-id", name, "--ifname", name}).status, 0);
  EXPECT_EQ(cni({"del", "lab", "blue", "--container-id", "c1", "--ifname", "c1"}).status, 10);
  EXPECT_EQ(podrun({"recover"}).status, 11);
  ASSERT_EQ(run({"ip", "netns", "del", "blue"}).status, 0);
  EXPECT_EQ(podrun({"recover"}).status, 10) << "c2 is owed too now";
  EXPECT_EQ(podrun({"recover"}).status, 11);
  EXPECT_EQ(cni({"forget", "c1", "c2"}).status, 0);
  expect_nothing_owed();
}

// Ours, detached and attached again by cnitool: with another address, and in nobody's ledger.
class TakenOverTest : public CniHostTest {
 protected:
  void SetUp() override {
    CniHostTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    if (!can_run({cnitool()})) return;
    ASSERT_EQ(cni({"add", "lab", "blue"}).status, 0);
    ASSERT_EQ(cnitool_run("del").status, 0);
    const Output added = cnitool_run("add");
    ASSERT_EQ(added.status, 0) << added.err;
  }
};

TEST_F(TakenOverTest, ItIsCheckedAsItIsNow) {
  covers("L.12");
  const Output checked = cni({"check", "lab", "blue"});
  EXPECT_EQ(checked.status, 0) << checked.err;
  EXPECT_EQ(attachments().at(0).at("state"), "taken");
  EXPECT_THAT(cni({"attachments"}).out, HasSubstr("is to detach it"));
}

TEST_F(TakenOverTest, NothingThatCollectsDetachesIt) {
  covers("L.12 A10.06");
  const Output collected = cni({"gc", "lab", "--valid-none"});
  EXPECT_EQ(collected.status, 0) << collected.err;
  EXPECT_THAT(collected.out, HasSubstr("another tool has attached 'eth0'"));
  EXPECT_THAT(links("blue"), HasSubstr("eth0"));
  EXPECT_EQ(attachments().size(), 0U);
  EXPECT_EQ(podrun({"recover"}).status, 0);
  EXPECT_EQ(podrun({"system", "prune"}).status, 0);
  EXPECT_THAT(links("blue"), HasSubstr("eth0"));
  EXPECT_EQ(cnitool_run("check").status, 0);
  EXPECT_EQ(cnitool_run("del").status, 0);
  EXPECT_EQ(leases(), "0\n");
}

TEST_F(TakenOverTest, WhereItsNamespaceIsGoneItIsStruckOff) {
  covers("L.12");
  ASSERT_EQ(run({"ip", "netns", "del", "blue"}).status, 0);
  const Output recovered = podrun({"recover"});
  EXPECT_EQ(recovered.status, 0) << recovered.err;
  EXPECT_THAT(recovered.out, HasSubstr("another tool has attached 'eth0'"));
  EXPECT_EQ(attachments().size(), 0U);
  EXPECT_EQ(leases(), "1\n") << "cnitool's";
  ASSERT_EQ(run({"ip", "netns", "add", "blue"}).status, 0);
  EXPECT_EQ(cnitool_run("del").status, 0);
  EXPECT_EQ(leases(), "0\n");
}

TEST_F(TakenOverTest, ADelThatIsAskedForDetachesIt) {
  covers("L.12");
  EXPECT_EQ(cni({"del", "lab", "blue"}).status, 0);
  EXPECT_EQ(links("blue").find("eth0"), std::string::npos);
  EXPECT_EQ(leases(), "0\n");
  EXPECT_EQ(attachments().size(), 0U);
  EXPECT_EQ(run({"sh", "-c", "ls /var/lib/cni/results | wc -l"}).out, "0\n");
}

}  // namespace
}  // namespace integration

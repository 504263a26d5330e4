// The flight recorder: each run of a plugin as a file, and that run again.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "integration/cni_host.h"
#include "integration/plugin_host.h"

namespace integration {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::StartsWith;

class RecorderTest : public CniHostTest {
 protected:
  std::string records() const { return dir() + "/records"; }

  // The one of that command and plugin.
  std::string file_of(const std::string& what) const {
    std::string found;
    for (const auto& entry : std::filesystem::directory_iterator(records()))
      if (entry.path().filename().string().ends_with("-" + what + ".json")) found = entry.path();
    EXPECT_NE(found, "") << what;
    return found;
  }
  Json recording(const std::string& what) const { return Json::parse(std::ifstream(file_of(what)), nullptr, false); }
};

TEST_F(RecorderTest, KeepsAllOfEachRun) {
  ASSERT_EQ(cni({"add", "lab", "blue", "--record", records()}).status, 0);
  ASSERT_EQ(cni({"del", "lab", "blue", "--record", records()}).status, 0);
  const Json add = recording("ADD-bridge");
  EXPECT_EQ(add.at("end"), "exit 0");
  EXPECT_EQ(add.at("environment").at("CNI_NETNS"), "/run/netns/blue");
  EXPECT_EQ(Json::parse(add.at("stdin").get<std::string>()).at("bridge"), "br-lab");
  EXPECT_TRUE(Json::parse(add.at("stdout").get<std::string>()).contains("ips"));
  EXPECT_THAT(add.at("digest").get<std::string>(), StartsWith("sha256:"));
  EXPECT_GT(add.at("user").get<int>() + add.at("system").get<int>(), 0);
  const auto effects = add.at("effects").get<std::vector<std::string>>();
  EXPECT_THAT(effects, Contains(AllOf(StartsWith("made: link eth0 "), HasSubstr(" in pod"))));
  EXPECT_THAT(effects, Contains(StartsWith("made: file /var/lib/cni/networks/lab/10.203.0.")));
  EXPECT_THAT(recording("DEL-bridge").at("effects").get<std::vector<std::string>>(),
              Contains(StartsWith("removed: link eth0 ")));
  struct stat status {};
  ASSERT_EQ(::stat(file_of("ADD-bridge").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600U) << "an environment may hold secrets";
}

TEST_F(RecorderTest, KeepsWhatPluginsCallToo) {
  ASSERT_EQ(cni({"add", "lab", "blue", "--record", records()}).status, 0);
  ASSERT_EQ(cni({"del", "lab", "blue", "--record", records()}).status, 0);
  EXPECT_EQ(recording("ADD-bridge").at("caller"), "");
  for (const char* what : {"ADD-host-local", "DEL-host-local"}) {
    const Json called = recording(what);
    EXPECT_EQ(called.at("caller"), "bridge");
    EXPECT_EQ(called.at("path"), plugins_dir() + "/host-local");
    EXPECT_EQ(called.at("environment").at("CNI_PATH"), recording("ADD-bridge").at("environment").at("CNI_PATH"));
    EXPECT_THAT(called.at("digest").get<std::string>(), StartsWith("sha256:"));
    const Output again = cni({"replay", file_of(what)});
    EXPECT_EQ(again.status, 0) << what << "\n" << again.out << again.err;
    EXPECT_THAT(again.out, HasSubstr(", called by bridge, recorded "));
  }
  EXPECT_THAT(recording("ADD-host-local").at("effects").get<std::vector<std::string>>(),
              Contains(StartsWith("made: file /var/lib/cni/networks/lab/10.203.0.")));
}

// A machine on which the bridge, and what the plugin sets, are there already.
TEST_F(RecorderTest, WhatWasThereBeforeIsNoDifference) {
  ASSERT_EQ(cni({"add", "lab", "blue"}).status, 0);
  ASSERT_EQ(cni({"del", "lab", "blue"}).status, 0);
  ASSERT_EQ(run({"ip", "link", "show", "br-lab"}).status, 0);
  run({"sh", "-c", "rm -f /var/lib/cni/networks/lab/last*"});  // else the next address is another
  ASSERT_EQ(cni({"add", "lab", "blue", "--record", records()}).status, 0);
  ASSERT_EQ(cni({"del", "lab", "blue", "--record", records()}).status, 0);
  for (const char* what : {"ADD-bridge", "ADD-host-local", "DEL-bridge"}) {
    const Output again = cni({"replay", file_of(what)});
    EXPECT_EQ(again.status, 0) << what << "\n" << again.out << again.err;
    EXPECT_THAT(again.out, HasSubstr("nothing differs\n"));
  }
}

TEST_F(RecorderTest, KeepsThoseOfAPodToo) {
  ASSERT_TRUE(must_create(sleeper("web"), {"--network", "lab", "--record", records()}));
  EXPECT_EQ(recording("ADD-bridge").at("environment").at("CNI_CONTAINERID"), pod_id("web"));
  ASSERT_EQ(podrun({"delete", "web", "--now", "--record", records()}).status, 0);
  EXPECT_EQ(recording("DEL-bridge").at("end"), "exit 0");
}

TEST_F(RecorderTest, WhatCannotBeWrittenKeepsNothingFromBeingAttached) {
  std::ofstream(dir() + "/file") << "in the way";
  const Output added = cni({"add", "lab", "blue", "--record", dir() + "/file"});
  EXPECT_EQ(added.status, 0);
  EXPECT_THAT(added.err, HasSubstr("warning: not recorded: "));
}

TEST_F(RecorderTest, TheSameBuildDoesTheSameAgain) {
  configure_lab("1.0.0", R"(,{"type":"tuning","sysctl":{"net.ipv4.conf.eth0.arp_filter":"1"}})");
  if (!can_run({need::plugin("tuning")})) return;
  ASSERT_EQ(cni({"add", "lab", "blue", "--record", records()}).status, 0);
  ASSERT_EQ(cni({"check", "lab", "blue", "--record", records()}).status, 0);
  ASSERT_EQ(cni({"del", "lab", "blue", "--record", records()}).status, 0);
  for (const char* what : {"ADD-bridge", "CHECK-bridge", "DEL-bridge", "ADD-tuning", "CHECK-tuning", "DEL-tuning"}) {
    const Output again = cni({"replay", file_of(what)});
    EXPECT_EQ(again.status, 0) << what << "\n" << again.out << again.err;
    EXPECT_THAT(again.out, HasSubstr("nothing differs\n"));
  }
}

TEST_F(RecorderTest, AnotherBuildIsHeldToWhatTheRecordedOneDoes) {
  ASSERT_EQ(cni({"add", "lab", "blue", "--record", records()}).status, 0);
  ASSERT_EQ(cni({"del", "lab", "blue", "--record", records()}).status, 0);
  write_plugin("bridge", "[ $CNI_COMMAND = DEL ] && exit 0\nexec " + plugins_dir() + "/bridge");
  EXPECT_EQ(cni({"replay", file_of("ADD-bridge"), "--cni-bin-dir", own_plugins()}).status, 0);
  const Output differs = cni({"replay", file_of("DEL-bridge"), "--cni-bin-dir", own_plugins()});
  EXPECT_EQ(differs.status, 1) << differs.err;
  EXPECT_THAT(differs.out, AllOf(HasSubstr("again " + plugins_dir()), HasSubstr("  no longer removed: link eth0 ")));
  EXPECT_EQ(run({"ip", "link", "show", "br-lab"}).status, 0) << "of the ADD";
  EXPECT_EQ(run({"sh", "-c", "ip link | grep veth"}).status, 1) << "nothing was made here";
}

TEST_F(RecorderTest, WhatIsNoRecordingIsRefused) {
  std::ofstream(dir() + "/notes.json") << "{}";
  const Output refused = cni({"replay", dir() + "/notes.json"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, HasSubstr("notes.json: no recording"));
}

}  // namespace
}  // namespace integration

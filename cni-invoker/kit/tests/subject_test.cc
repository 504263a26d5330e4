// What a plugin is taken for, and what a profile may say.
#include "kit/src/subject.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "kit/src/default_configs.h"
#include "kit/src/profile.h"

namespace cni::kit {
namespace {

using ::testing::HasSubstr;

const std::string kDir = "/tmp/subject-test";

Options options() {
  Options options;
  options.plugin_dirs = {kDir, "/usr/lib/cni"};
  options.helper = KIT_PLUGIN;
  return options;
}

class SubjectTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    std::filesystem::create_directories(kDir);
  }
  void TearDown() override { std::filesystem::remove_all(kDir); }

  // Under a name by which it is not known.
  static void disguise(const std::string& plugin, const std::string& name) {
    std::filesystem::copy_file("/usr/lib/cni/" + plugin, kDir + "/" + name);
  }
  static std::string profile(const std::string& text) {
    std::ofstream(kDir + "/profile.json") << text;
    return kDir + "/profile.json";
  }
};

TEST_F(SubjectTest, APluginThatIsNotKnownIsTriedOut) {
  disguise("ptp", "one");
  disguise("host-local", "two");
  disguise("portmap", "three");
  const std::string addresses = R"({"ipam": {"type": "host-local", "subnet": "10.5.0.0/24"}})";
  const auto interface = subject_of_plugin("one", addresses, options());
  ASSERT_TRUE(interface) << interface.error().what;
  EXPECT_EQ((*interface)->plugins.at(0).role, Role::interface);
  const auto ipam = subject_of_plugin("two", addresses, options());
  ASSERT_TRUE(ipam) << ipam.error().what;
  EXPECT_EQ((*ipam)->plugins.at(0).role, Role::ipam);
  EXPECT_EQ((*ipam)->plugins.at(0).config["ipam"]["type"], "two");
  const auto chained = subject_of_plugin("three", R"({"capabilities": {"portMappings": true}})", options());
  ASSERT_TRUE(chained) << chained.error().what;
  ASSERT_EQ((*chained)->plugins.size(), 2U);
  EXPECT_TRUE((*chained)->plugins.at(0).ours);
  EXPECT_EQ((*chained)->plugins.at(1).role, Role::chained);
}

TEST_F(SubjectTest, AProfileSaysBetter) {
  disguise("portmap", "three");
  Options with = options();
  with.profile = profile(R"({"roles": {"three": "interface"}, "config": {"snat": true}, "links": ["up-{pod}"],
                             "args": "POD={pod}", "files": {"/run/three/env": "A=1"}, "lacks": "a port",
                             "known": [{"check": "V4", "reason": "for a reason"}]})");
  const auto subject = subject_of_plugin("three", "", with);
  ASSERT_TRUE(subject) << subject.error().what;
  EXPECT_EQ((*subject)->plugins.at(0).role, Role::interface);
  EXPECT_EQ((*subject)->plugins.at(0).config["snat"], true);
  EXPECT_EQ((*subject)->links.at(0).name, "up-{pod}");
  EXPECT_EQ((*subject)->args, "POD={pod}");
  EXPECT_EQ((*subject)->files.at("/run/three/env"), "A=1");
  EXPECT_EQ((*subject)->lacks, "a port");
  EXPECT_EQ((*subject)->known.at(0).reason, "for a reason");
}

TEST_F(SubjectTest, AProfileThatIsWrongIsRefusedByItsKey) {
  const std::pair<const char*, const char*> wrong[] = {
      {"[]", "no JSON object"},
      {R"({"role": "chained"})", "'role' is no key"},
      {R"({"roles": {"a": "meta"}})", "'roles.a' must be interface"},
      {R"({"links": [1]})", "'links' must be an array of strings"},
      {R"({"files": {"run/a": ""}})", "'files' must be an object whose keys are absolute paths"},
      {R"({"files": {"/run/a": 1}})", "'files./run/a' must be a string"},
      {R"({"known": [{"check": "V99", "reason": "x"}]})", "'known.check' must be a check"},
      {R"({"known": [{"check": "V4"}]})", "'known.reason' must be given"},
      {R"({"known": [{"check": "V4", "reason": "x", "since": 1}]})", "'known.since' is no key"},
      {R"({"config": 1})", "'config' must be an object"},
  };
  for (const auto& [text, message] : wrong) {
    const auto read = read_profile(profile(text));
    ASSERT_FALSE(read) << text;
    EXPECT_THAT(read.error().what, HasSubstr(message));
    EXPECT_THAT(read.error().what, HasSubstr("profile.json"));
  }
  EXPECT_FALSE(read_profile(kDir + "/absent"));
}

TEST_F(SubjectTest, APluginThatNoCheckCouldSeeIsRefused) {
  const std::string hidden = "/run/subject-test";
  std::filesystem::create_directories(hidden);
  std::filesystem::copy_file("/usr/lib/cni/ptp", hidden + "/ptp");
  Options with = options();
  with.plugin_dirs = {hidden};
  const auto subject = subject_of_plugin("ptp", "", with);
  std::filesystem::remove_all(hidden);
  ASSERT_FALSE(subject);
  EXPECT_THAT(subject.error().what, HasSubstr("copy it elsewhere"));
}

TEST_F(SubjectTest, AnUnknownPluginNeedsAConfiguration) {
  disguise("ptp", "one");
  const auto subject = subject_of_plugin("one", "", options());
  ASSERT_FALSE(subject);
  EXPECT_THAT(subject.error().what, HasSubstr("--config FILE"));
}

TEST(DefaultConfigs, AreJsonOfTheirPods) {
  for (const char* type :
       {"bridge", "ptp", "macvlan", "ipvlan", "vlan", "host-device", "loopback", "dummy", "tap", "host-local", "static",
        "dhcp", "portmap", "bandwidth", "firewall", "tuning", "sbr", "vrf"}) {
    ASSERT_NE(known_type(type), nullptr) << type;
    EXPECT_TRUE(Json::accept(known_type(type)->config)) << type;
    EXPECT_TRUE(known_type(type)->no_op.empty() || Json::accept(known_type(type)->no_op)) << type;
  }
  const Json filled = for_pod(default_capability_args(), 3);
  EXPECT_EQ(filled["portMappings"][0]["hostPort"], 8083);
  EXPECT_EQ(for_pod(Json("a-{pod}-{pod}"), 12), "a-12-12");
  EXPECT_EQ(for_version(Json::parse(R"({"delegates": [{"cniVersion": "{version}", "mtu": 1400}]})"), "0.4.0"),
            Json::parse(R"({"delegates": [{"cniVersion": "0.4.0", "mtu": 1400}]})"));
}

}  // namespace
}  // namespace cni::kit

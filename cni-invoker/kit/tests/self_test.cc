// Does the kit notice? For each check of the catalogue a plugin that does everything right passes, and one that is
// wrong in just what the check is about (wrong/wrong.h) is caught. A check without a wrong plugin fails here.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <set>

#include "cni/base/files.h"
#include "cni/kit.h"

namespace cni::kit {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Row {
  const char* check;
  const char* role;  // the wrong plugin is ROLE-CHECK
  const char* version = "1.1.0";
};
constexpr Row kWrong[] = {
    {"V1", "interface"},  {"D1", "interface"},  {"D2", "interface"},  {"D3", "interface"},  {"D4", "interface"},
    {"D5", "interface"},  {"D6", "interface"},  {"D7", "interface"},  {"D8", "interface"},  {"D9", "interface"},
    {"D9b", "interface"}, {"D10", "interface"}, {"D11", "interface"}, {"D13", "interface"}, {"D14", "interface"},
    {"D15", "interface"}, {"D16", "interface"}, {"D17", "chained"},   {"D18", "device"},    {"K1", "interface"},
    {"K2", "interface"},  {"K3", "interface"},  {"K4", "interface"},  {"K5", "interface"},  {"K6", "interface"},
    {"K7", "interface"},  {"K8", "ipam"},       {"K9", "chained"},    {"K10", "chained"},   {"K11", "chained"},
    {"K12", "chained"},   {"K13", "chained"},   {"K15", "chained"},   {"K16", "loopback"},  {"K17", "interface"},
    {"K18", "interface"}, {"K19", "interface"}, {"K20", "interface"}, {"K21", "interface"}, {"K22", "interface"},
    {"K23", "interface"}, {"X1", "ipam"},       {"X2", "interface"},  {"X3", "ipam"},       {"X4", "interface"},
    {"X5", "interface"},  {"X6", "chained"},    {"X7", "interface"},  {"X8", "ipam"},       {"X9", "interface"},
    {"X11", "interface"}, {"N30", "interface"}, {"F2", "interface"},  {"F3", "interface"},  {"F4", "interface"},
    {"F5", "interface"},  {"F6", "ipam"},       {"F7", "interface"},
};

// Those whose wrong plugin is still to be written.
const std::set<std::string> kToBeWritten = {
    "V2",  "V3",  "V4",  "V5",  "V6",  "V7",  "N1",  "N2",  "N3",  "N4",  "N5",  "N6",  "N7",  "N8",  "N9",  "N10",
    "N11", "N12", "N13", "N14", "N15", "N16", "N17", "N18", "N19", "N20", "N21", "N22", "N23", "N24", "N25", "N26",
    "N27", "N28", "N29", "A1",  "A2",  "A3",  "A4",  "A5",  "A6",  "A7",  "A8",  "A9",  "A10", "A11", "A12", "A13",
    "A14", "A15", "A16", "A17", "A18", "A19", "A20", "A21", "A22", "A23", "A24", "A25", "A26", "A27", "S1",  "S2",
    "S3",  "S4",  "S5",  "S6",  "S7",  "S8",  "S9",  "G1",  "G2",  "G3",  "G4",  "G5",  "G6",  "G7",  "G8",  "G9"};

// Checks that nothing is wrong for, each with the reason.
const std::map<std::string, std::string> kWithout = {
    {"K14", "it takes a kernel that has VRFs"},
    {"X10", "it tells how long things took, and any plugin takes its time"},
};

// What each role is configured with, and what is said of it in a profile beside its role.
struct Scene {
  const char* role;
  const char* config;
  const char* profile;  // "NAME" stands for the plugin's
};
constexpr Scene kScenes[] = {
    {"interface", R"({"label": "label", "capabilities": {"mac": true}, "ipam": {"type": "ipam"}})",
     R"({"roles": {"NAME": "interface"}, "capabilityArgs": {"mac": "02:00:00:00:00:0{pod}"}})"},
    {"device", R"({"device": "kwdev{pod}"})", R"({"roles": {"NAME": "interface"}, "links": ["kwdev{pod}"]})"},
    {"chained", R"({"capabilities": {"portMappings": true}})", R"({"roles": {"NAME": "chained"}})"},
    {"ipam", R"({"subnet": "10.240.0.0/16"})", R"({"roles": {"NAME": "ipam"}})"},
    {"loopback", "{}", R"({"roles": {"NAME": "loopback"}})"},
};

const Scene& scene_of(const std::string& plugin) {
  return *std::find_if(std::begin(kScenes), std::end(kScenes),
                       [&](const Scene& one) { return plugin.substr(0, plugin.find('-')) == one.role; });
}

class SelfTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  }
  static void SetUpTestSuite() {
    dir_ = "/tmp/kit-self-test." + std::to_string(::getpid());
    ASSERT_EQ(::mkdir(dir_.c_str(), 0755), 0);
    ASSERT_EQ(::mkdir(other_dir().c_str(), 0755), 0);
    for (const Scene& scene : kScenes) link(scene.role);
    for (const Row& row : kWrong) link(name_of(row));
  }
  static void TearDownTestSuite() { static_cast<void>(base::remove_tree(dir_)); }

  static std::string name_of(const Row& row) { return std::string(row.role) + "-" + row.check; }
  static std::string other_dir() { return dir_ + "/other"; }  // as if of another version
  static void link(const std::string& name) {
    for (const std::string& dir : {dir_, other_dir()}) ASSERT_EQ(::symlink(KIT_WRONG, (dir + "/" + name).c_str()), 0);
  }

  // What the checks say of the plugin of that name, in a list where its role asks for others.
  static std::vector<CheckResult> results_of(const std::string& plugin, const std::vector<std::string>& checks,
                                             const std::string& config = "",
                                             const std::vector<std::string>& versions = {}) {
    Options options;
    options.plugin_dirs = {dir_, other_dir()};
    options.only = checks;
    options.versions = versions;
    options.helper = KIT_PLUGIN;
    options.profile = dir_ + "/" + plugin + ".json";
    const Scene& scene = scene_of(plugin);
    std::string profile = scene.profile;
    profile.replace(profile.find("NAME"), 4, plugin);
    EXPECT_TRUE(base::write_file_durably(options.profile, profile));
    auto subject = subject_of_plugin(plugin, config.empty() ? scene.config : config, options);
    if (!subject) {
      ADD_FAILURE() << plugin << ": " << subject.error().what;
      return {};
    }
    auto report = run(*subject, options);
    if (!report) {
      ADD_FAILURE() << plugin << ": " << report.error().what;
      return {};
    }
    return std::move(report->results);
  }

  static std::string text_of(const CheckResult& result) {
    std::string text = result.check.id + " " + result.target + " " + result.version + " " + to_text(result.outcome) +
                       "; expected: " + result.expected + "; seen: " + result.seen;
    for (const std::string& line : result.evidence) text += "\n  " + line;
    for (const SeenRun& run : result.runs)
      text += "\n  " + run.plugin + " " + run.command + ": " + run.end + " " + run.output + run.errors;
    return text;
  }

  static inline std::string dir_;
};

TEST_F(SelfTest, EachCheckHasAWrongPlugin) {
  std::set<std::string> with;
  for (const Row& row : kWrong) with.insert(row.check);
  for (const CheckInfo& check : catalogue())
    // Of the data plane packets' ways are spoilt, not a plugin's answers: data_plane_test.cc.
    EXPECT_TRUE(check.id.starts_with('P') || with.contains(check.id) || kToBeWritten.contains(check.id) ||
                kWithout.contains(check.id))
        << check.id << ": " << check.title;
}

TEST_F(SelfTest, ARightPluginPassesAndAWrongOneIsCaught) {
  std::map<std::string, std::vector<std::string>> by_role;
  for (const Row& row : kWrong) by_role[row.role].emplace_back(row.check);
  std::map<std::string, std::string> told;  // by checks that never fail, of the right plugins
  for (const auto& [role, checks] : by_role) {
    std::set<std::string> tried;
    for (const CheckResult& result : results_of(role, checks)) {
      EXPECT_NE(result.outcome, Outcome::failed) << text_of(result);
      if (result.outcome == Outcome::passed || result.outcome == Outcome::told) tried.insert(result.check.id);
      if (result.outcome == Outcome::told) told[result.check.id] = result.seen;
    }
    for (const std::string& check : checks) EXPECT_TRUE(tried.contains(check)) << check << " was not tried on " << role;
  }
  for (const Row& row : kWrong) {
    const auto results = results_of(name_of(row), {row.check}, "", {row.version});
    const auto caught = std::find_if(results.begin(), results.end(), [&](const CheckResult& result) {
      return result.outcome == Outcome::failed ||
             (result.outcome == Outcome::told && result.seen != told[result.check.id]);
    });
    std::string all;
    for (const CheckResult& result : results) all += text_of(result) + "\n";
    if (caught == results.end())
      ADD_FAILURE() << name_of(row) << "\n" << all;
    else
      std::cout << name_of(row) << ": " << caught->seen << "\n";  // for the eye: caught for the right reason?
  }
}

// Not the plugin that was run, but the one that it has run.
TEST_F(SelfTest, WhatIsLeftHasItsMaker) {
  link("ipam-D1");
  const auto results = results_of("interface", {"D1"}, R"({"ipam": {"type": "ipam-D1"}})");
  ASSERT_FALSE(results.empty());
  for (const CheckResult& result : results) {
    EXPECT_EQ(result.outcome, Outcome::failed);
    EXPECT_THAT(result.evidence, ElementsAre(AllOf(StartsWith("left: file "), HasSubstr("/ipam/"),
                                                   EndsWith(", made by ipam-D1 (ADD)"))));
    EXPECT_TRUE(std::any_of(result.runs.begin(), result.runs.end(),
                            [](const SeenRun& run) { return run.plugin == "ipam-D1" && run.delegated; }));
  }
}

}  // namespace
}  // namespace cni::kit

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
using ::testing::Pair;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

struct Row {
  const char* check;
  const char* role;  // the wrong plugin is ROLE-CHECK
  const char* version = "1.1.0";
};
// A line each would be three pages.
// clang-format off
constexpr Row kWrong[] = {
    {"V2", "interface"},  {"V3", "interface"},  {"V4", "interface"},
    {"V5", "chained", "0.2.0"},
    {"V5", "interface"},  {"V6", "interface"},  {"V7", "interface"},
    {"N1", "interface"},  {"N2", "interface"},  {"N3", "interface"},
    {"N4", "ipam"},       {"N5", "interface"},  {"N6", "interface"},
    {"N7", "interface"},  {"N8", "interface"},  {"N9", "interface"},
    {"N10", "interface"}, {"N11", "interface"}, {"N12", "interface", "0.3.1"},
    {"N13", "interface"}, {"N14", "interface"}, {"N15", "interface"},
    {"N16", "interface"}, {"N17", "interface"}, {"N18", "interface"},
    {"N19", "interface"}, {"N20", "interface"}, {"N21", "interface"},
    {"N22", "interface"}, {"N23", "interface"}, {"N24", "interface"},
    {"N25", "chained"},   {"N26", "chained"},   {"N27", "chained"},
    {"N28", "interface"}, {"N29", "interface"}, {"A1", "interface"},
    {"A2", "interface"},  {"A3", "interface"},  {"A4", "interface"},
    {"A5", "interface"},  {"A6", "interface"},  {"A7", "interface"},
    {"A8", "interface"},  {"A9", "interface"},  {"A10", "interface"},
    {"A11", "interface"}, {"A12", "interface"}, {"A13", "interface"},
    {"A14", "interface"}, {"A15", "interface"}, {"A16", "interface"},
    {"A17", "interface"}, {"A18", "interface"}, {"A19", "interface"},
    {"A20", "chained"},   {"A21", "chained"},   {"A22", "chained"},
    {"A23", "interface"}, {"A24", "interface"}, {"A25", "interface"},
    {"A26", "chained"},   {"A27", "interface"}, {"S1", "interface"},
    {"S2", "interface"},  {"S3", "interface"},  {"S4", "device"},
    {"S5", "ipam"},       {"S6", "daemon"},     {"D12", "daemon"},
    {"S7", "interface"},  {"S8", "interface"},  {"S9", "interface", "1.0.0"},
    {"G1", "interface"},  {"G2", "interface"},  {"G3", "interface"},
    {"G4", "interface"},  {"G5", "interface"},  {"G6", "interface"},
    {"G7", "interface"},  {"G8", "interface"},  {"G9", "interface", "1.0.0"},
    {"V1", "interface"},  {"D1", "interface"},  {"D2", "interface"},
    {"D3", "interface"},  {"D4", "interface"},  {"D5", "interface"},
    {"D6", "interface"},  {"D7", "interface"},  {"D8", "interface"},
    {"D9", "interface"},  {"D9b", "interface"}, {"D10", "interface"},
    {"D11", "interface"}, {"D13", "interface"}, {"D14", "interface"},
    {"D15", "interface"}, {"D16", "interface"}, {"D17", "chained"},
    {"D18", "device"},    {"K1", "interface"},  {"K2", "interface"},
    {"K3", "interface"},  {"K4", "interface"},  {"K5", "interface"},
    {"K6", "interface"},  {"K7", "interface"},  {"K8", "ipam"},
    {"K14", "chained"},   {"K9", "chained"},    {"K10", "chained"},
    {"K11", "chained"},   {"K12", "chained"},   {"K13", "chained"},
    {"K15", "chained"},   {"K16", "loopback"},  {"K17", "interface"},
    {"K18", "interface"}, {"K19", "interface"}, {"K20", "interface"},
    {"K21", "interface"}, {"K22", "interface"}, {"K23", "interface"},
    {"X1", "ipam"},       {"X2", "interface"},  {"X3", "ipam"},
    {"X4", "interface"},  {"X5", "interface"},  {"X6", "chained"},
    {"X7", "interface"},  {"X8", "ipam"},       {"X9", "interface"},
    {"X11", "interface"}, {"N30", "interface"}, {"F2", "interface"},
    {"F3", "interface"},  {"F4", "interface"},  {"F5", "interface"},
    {"F6", "ipam"},       {"F7", "interface"},  {"F1", "interface"},
    {"F8", "interface"},  {"F9", "interface"},
};
// clang-format on

// It only tells how long things took: TimesAreThoseThatWereTaken.
constexpr const char* kOfTime = "X10";

// What each role is configured with, and what is said of it in a profile beside its role.
struct Scene {
  const char* role;
  const char* config;
  const char* profile;  // "NAME" stands for the plugin's
};
constexpr Scene kScenes[] = {
    {"interface",
     R"({"label": "label", "isDefaultGateway": true, "capabilities": {"mac": true}, "ipam": {"type": "ipam", "routes": [{"dst": "0.0.0.0/0"}, {"dst": "::/0"}]}})",
     R"({"roles": {"NAME": "interface"}, "capabilityArgs": {"mac": "02:00:00:00:00:0{pod}"}})"},
    {"device", R"({"device": "kwdev{pod}"})", R"({"roles": {"NAME": "interface"}, "links": ["kwdev{pod}"]})"},
    {"daemon", R"({"ipam": {"type": "dhcp"}})", R"({"roles": {"NAME": "interface"}})"},
    {"chained", R"({"capabilities": {"portMappings": true}})", R"({"roles": {"NAME": "chained"}, "noOp": {}})"},
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
    link("dhcp");
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
    options.jobs = 4;
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

  void expect_caught(const std::string& chapters);

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
    EXPECT_TRUE(check.id.starts_with('P') || with.contains(check.id) || check.id == kOfTime)
        << check.id << ": " << check.title;
}

TEST_F(SelfTest, ARightPluginPasses) {
  std::map<std::string, std::vector<std::string>> by_role;
  for (const Row& row : kWrong) by_role[row.role].emplace_back(row.check);
  for (const auto& [role, checks] : by_role) {
    std::set<std::string> tried;
    for (const CheckResult& result : results_of(role, checks, "", {"0.3.1", "1.0.0", "1.1.0"})) {
      EXPECT_FALSE(result.outcome == Outcome::failed) << text_of(result);
      if (result.outcome == Outcome::passed || result.outcome == Outcome::told) tried.insert(result.check.id);
    }
    for (const std::string& check : checks) EXPECT_TRUE(tried.contains(check)) << check << " was not tried on " << role;
  }
}

// What is seen is printed for the eye: caught for the right reason?
void SelfTest::expect_caught(const std::string& chapters) {
  for (const Row& row : kWrong) {
    if (chapters.find(row.check[0]) == std::string::npos) continue;
    const auto results = results_of(name_of(row), {row.check}, "", {row.version});
    const auto caught = std::find_if(results.begin(), results.end(), [&](const CheckResult& result) {
      if (result.outcome != Outcome::told) return result.outcome == Outcome::failed;
      return result.seen != results_of(row.role, {row.check}, "", {row.version}).front().seen;
    });
    std::string all;
    for (const CheckResult& result : results) all += text_of(result) + "\n";
    if (caught == results.end())
      ADD_FAILURE() << name_of(row) << "\n" << all;
    else
      std::cout << name_of(row) << ": " << caught->seen << "\n";
  }
}
TEST_F(SelfTest, AWrongPluginIsCaughtByItsAnswers) { expect_caught("VNASG"); }
TEST_F(SelfTest, AWrongPluginIsCaughtByWhatItDoes) { expect_caught("DKXF"); }

// In a list each answers for itself: what the first one leaves is not the second one's, and what a later one does not
// know keeps nobody from being tried.
TEST_F(SelfTest, OthersOfTheListAreNotBlamed) {
  const std::string stranger = dir_ + "/stranger";
  ASSERT_TRUE(base::write_file_durably(stranger,
                                       "#!/bin/sh\n[ $CNI_COMMAND = VERSION ] || exit 1\n"
                                       "echo '{\"cniVersion\": \"1.0.0\", \"supportedVersions\": [\"1.0.0\"]}'\n",
                                       0755));
  Options options;
  options.plugin_dirs = {dir_};
  options.only = {"D1", "D5", "F9"};
  options.versions = {"0.4.0", "1.0.0"};
  options.helper = KIT_PLUGIN;
  options.profile = dir_ + "/list.json";
  ASSERT_TRUE(base::write_file_durably(
      options.profile, R"({"roles": {"interface-D5": "interface", "chained": "chained", "stranger": "chained"}})"));
  const auto subject = subject_of_list(
      R"({"cniVersion": "1.0.0", "name": "list", "plugins":
          [{"type": "interface-D5", "ipam": {"type": "ipam"}}, {"type": "chained"}, {"type": "stranger"}]})",
      "list", options);
  ASSERT_TRUE(subject) << subject.error().what;
  const auto report = run(*subject, options);
  ASSERT_TRUE(report) << report.error().what;
  std::map<std::string, Outcome> outcomes;
  for (const CheckResult& result : report->results)
    if (result.target != "stranger")
      outcomes[result.check.id + " " + result.target + " " + result.version] = result.outcome;
  EXPECT_THAT(outcomes,
              UnorderedElementsAre(
                  Pair("D1 interface-D5 0.4.0", Outcome::passed), Pair("D1 interface-D5 1.0.0", Outcome::passed),
                  Pair("D1 chained 0.4.0", Outcome::passed), Pair("D1 chained 1.0.0", Outcome::passed),
                  Pair("D5 interface-D5 1.0.0", Outcome::failed), Pair("D5 chained 1.0.0", Outcome::passed),
                  Pair("F9 interface-D5 1.0.0", Outcome::failed), Pair("F9 chained 1.0.0", Outcome::passed)));
}

TEST_F(SelfTest, AProfilesFilesAreOnTheHost) {
  ASSERT_TRUE(base::write_file_durably(
      dir_ + "/reader",
      "#!/bin/sh\n[ $CNI_COMMAND = VERSION ] && exec echo '{\"cniVersion\": \"1.0.0\", "
      "\"supportedVersions\": [\"1.0.0\"]}'\n"
      "[ $CNI_COMMAND = DEL ] || [ \"$(cat /run/reader/env)\" = A=1 ] || { echo '{\"code\": 1}'; exit 1; }\n"
      "[ $CNI_COMMAND != ADD ] || echo '{\"cniVersion\": \"1.0.0\"}'\n",
      0755));
  for (const std::string content : {"A=1", "A=2"}) {
    Options options;
    options.plugin_dirs = {dir_};
    options.only = {"V5", "X11"};  // also after a restart
    options.helper = KIT_PLUGIN;
    options.profile = dir_ + "/reader.json";
    ASSERT_TRUE(base::write_file_durably(
        options.profile, R"({"roles": {"reader": "interface"}, "files": {"/run/reader/env": ")" + content + R"("}})"));
    const auto subject = subject_of_plugin("reader", "{}", options);
    ASSERT_TRUE(subject) << subject.error().what;
    const auto report = run(*subject, options);
    ASSERT_TRUE(report) << report.error().what;
    ASSERT_EQ(report->results.size(), 2U);
    for (const CheckResult& result : report->results)
      EXPECT_EQ(result.outcome == Outcome::passed, content == "A=1") << text_of(result);
  }
}

// One that tells an address of each of two interfaces, as multus does, and one with a daemon that two cannot be of, as
// dnsname has. Both stand before the right one.
TEST_F(SelfTest, ARightPluginOfAnotherKindPasses) {
  const std::string daemon = dir_ + "/keeper-daemon";
  ASSERT_EQ(::symlink("/bin/sleep", daemon.c_str()), 0);
  const std::map<std::string, std::string> before{
      {"X1", "[ $CNI_COMMAND != ADD ] || exec sh -c 'set -e; told=$(" + dir_ + "/interface);" +
                 R"( echo "$told" | sed "s/\"ips\":\[\([^]]*\)\]/\"ips\":[\1,\1]/"')"},
      {"X11",
       "if [ $CNI_COMMAND = ADD ] && [ ! -e /run/keeper ]; then\n" +
           std::string("  if cat /proc/[0-9]*/comm | grep -qx keeper-daemon; then echo '{\"code\": 1}'; exit 1; fi\n") +
           "  touch /run/keeper\n  setsid " + daemon + " 100 > /dev/null 2>&1 < /dev/null &\nfi"}};
  for (const auto& [check, lines] : before) {
    const std::string name = "other-" + check;
    ASSERT_TRUE(
        base::write_file_durably(dir_ + "/" + name, "#!/bin/sh\n" + lines + "\nexec " + dir_ + "/interface\n", 0755));
    Options options;
    options.plugin_dirs = {dir_};
    options.only = {check};
    options.versions = {"1.1.0"};
    options.helper = KIT_PLUGIN;
    options.profile = dir_ + "/" + name + ".json";
    ASSERT_TRUE(base::write_file_durably(options.profile, R"({"roles": {")" + name + R"(": "interface"}})"));
    const auto subject = subject_of_plugin(name, scene_of("interface").config, options);
    ASSERT_TRUE(subject) << subject.error().what;
    const auto report = run(*subject, options);
    ASSERT_TRUE(report) << report.error().what;
    ASSERT_EQ(report->results.size(), 1U);
    EXPECT_EQ(report->results.front().outcome, Outcome::passed) << text_of(report->results.front());
  }
}

// 60 ms longer where the plugin sleeps so long.
TEST_F(SelfTest, TimesAreThoseThatWereTaken) {
  link("interface-X10");
  const auto add_of = [](const std::string& plugin) {
    const auto results = results_of(plugin, {kOfTime});
    const std::string seen = results.empty() ? "" : results.front().seen;
    const std::size_t at = seen.find("ADD ");
    return at == std::string::npos ? -1 : std::atof(seen.c_str() + at + 4);
  };
  const double right = add_of("interface"), slow = add_of("interface-X10");
  EXPECT_GT(right, 0);
  EXPECT_GE(slow, 60);
  EXPECT_NE(right, slow);
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

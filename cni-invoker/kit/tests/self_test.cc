// Does the kit notice? For each check of the catalogue a plugin that does everything right passes, and one that is
// wrong in just what the check is about (wrong/wrong.h) is caught. A check without a wrong plugin fails here.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>

#include "cni/base/files.h"
#include "cni/kit.h"

namespace cni::kit {
namespace {

struct Row {
  const char* check;
  const char* role;  // the wrong plugin is ROLE-CHECK
};
constexpr Row kWrong[] = {
    {"V1", "interface"},  {"D2", "interface"}, {"D3", "interface"},  {"D6", "interface"},
    {"D16", "interface"}, {"K1", "interface"}, {"K18", "interface"}, {"K20", "interface"},
};

// Checks that nothing is wrong for, each with the reason.
// What nothing is wrong for yet.
const std::set<std::string> kWithout = {
    "D1", "D4", "D5", "D7", "D8", "D9",  "D9b", "D10", "D11", "D13", "D14", "D15", "D17", "D18", "K2",  "K3",  "K4",
    "K5", "K6", "K7", "K8", "K9", "K10", "K11", "K12", "K13", "K14", "K15", "K16", "K17", "K19", "K21", "K22", "K23"};

class SelfTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  }
  static void SetUpTestSuite() {
    dir_ = "/tmp/kit-self-test." + std::to_string(::getpid());
    ASSERT_EQ(::mkdir(dir_.c_str(), 0755), 0);
    for (const char* role : {"interface", "chained", "ipam", "loopback"}) link(role);
    for (const Row& row : kWrong) link(name_of(row));
  }
  static void TearDownTestSuite() { static_cast<void>(base::remove_tree(dir_)); }

  static std::string name_of(const Row& row) { return std::string(row.role) + "-" + row.check; }
  static void link(const std::string& name) { ASSERT_EQ(::symlink(KIT_WRONG, (dir_ + "/" + name).c_str()), 0); }

  // What the checks say of the plugin of that name, in a list where its role asks for others.
  static std::vector<CheckResult> results_of(const std::string& plugin, const std::vector<std::string>& checks) {
    Options options;
    options.plugin_dirs = {dir_};
    options.only = checks;
    options.helper = KIT_PLUGIN;
    auto subject = subject_of_plugin(plugin, R"({"ipam": {"type": "ipam"}})", options);
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
    EXPECT_TRUE(with.contains(check.id) || kWithout.contains(check.id)) << check.id << ": " << check.title;
}

TEST_F(SelfTest, ARightPluginPasses) {
  std::map<std::string, std::vector<std::string>> by_role;
  for (const Row& row : kWrong) by_role[row.role].emplace_back(row.check);
  for (const auto& [role, checks] : by_role) {
    std::set<std::string> passed;
    for (const CheckResult& result : results_of(role, checks)) {
      EXPECT_NE(result.outcome, Outcome::failed) << text_of(result);
      if (result.outcome == Outcome::passed || result.outcome == Outcome::told) passed.insert(result.check.id);
    }
    for (const std::string& check : checks)
      EXPECT_TRUE(passed.contains(check)) << check << " was not tried on " << role;
  }
}

TEST_F(SelfTest, AWrongPluginIsCaught) {
  for (const Row& row : kWrong) {
    const auto results = results_of(name_of(row), {row.check});
    const bool is_caught = std::any_of(results.begin(), results.end(),
                                       [](const CheckResult& result) { return result.outcome == Outcome::failed; });
    std::string all;
    for (const CheckResult& result : results) all += text_of(result) + "\n";
    EXPECT_TRUE(is_caught) << name_of(row) << "\n" << all;
  }
}

}  // namespace
}  // namespace cni::kit

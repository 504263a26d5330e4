// What plugins start is told, changed and kept; and else it is as if nobody looked.
#include "cni/delegates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "cni/base/files.h"

namespace cni::kit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// Runs the first plugin of that name on CNI_PATH.
constexpr const char* kCall = R"(call() {
  IFS=:
  for dir in $CNI_PATH; do [ -x "$dir/$1" ] && { "$dir/$1"; return; }; done
}
)";

class DelegatesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    ASSERT_TRUE(base::make_dirs(kDir));
    write("outer", "call inner");
    write("inner", "cat; printf '\\n%s\\n' \"$CNI_CONTAINERID\"");
  }
  void TearDown() override { static_cast<void>(base::remove_tree(kDir)); }

  static void write(const std::string& name, const std::string& script) {
    std::ofstream(kDir + "/" + name) << "#!/bin/sh\n" << kCall << script << "\n";
    ::chmod((kDir + "/" + name).c_str(), 0755);
  }
  static RunRequest request() {
    RunRequest request;
    request.path = kDir + "/outer";
    request.environment = {{"PATH", "/usr/bin:/bin"},
                           {"CNI_COMMAND", "ADD"},
                           {"CNI_CONTAINERID", "one"},
                           {"CNI_PATH", kDir + ":/nowhere"}};
    request.input = "{\"a\": 1}";
    request.timeout = std::chrono::seconds(20);
    return request;
  }
  RunOutcome run() {
    DelegateRunner runner(std::make_shared<ProcessRunner>(), KIT_PLUGIN, handler_, {});
    auto outcome = runner.exec(request());
    EXPECT_TRUE(outcome) << outcome.error().what;
    return outcome ? *outcome : RunOutcome{};
  }
  static std::vector<std::string> left() {
    std::vector<std::string> names = base::list_dir("/run").value_or({});
    std::erase_if(names, [](const std::string& name) { return !name.starts_with("cni-delegates."); });
    return names;
  }

  static inline const std::string kDir = "/opt/kit-delegates";
  std::vector<std::string> told_;
  RunRequest asked_;
  Recording seen_;
  DelegateHandler handler_{
      [this](const std::string& caller, const RunRequest& request) -> Result<std::string> {
        told_.push_back("before " + request.path + " by " + caller);
        asked_ = request;
        return request.input;
      },
      [this](const std::string& caller, const Recording& recording) -> Result<std::optional<std::string>> {
        told_.push_back("after " + recording.plugin + " by " + caller + ": " + recording.end);
        seen_ = recording;
        return std::optional(recording.output);
      }};
};

TEST_F(DelegatesTest, AreToldWithAllThatTheyAreGiven) {
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.output, "{\"a\": 1}\none\n");
  EXPECT_THAT(told_, ElementsAre("before " + kDir + "/inner by outer", "after inner by outer: exit 0"));
  EXPECT_EQ(asked_.input, "{\"a\": 1}");
  EXPECT_EQ(seen_.variable("CNI_PATH"), kDir + ":/nowhere") << "as if nobody looked";
  EXPECT_EQ(seen_.output, outcome.output);
  EXPECT_EQ(seen_.caller, "outer");
  EXPECT_THAT(left(), IsEmpty());
}

TEST_F(DelegatesTest, OfDelegatesHaveTheirCaller) {
  write("outer", "call middle");
  write("middle", "call inner");
  run();
  EXPECT_THAT(told_, ElementsAre("before " + kDir + "/middle by outer", "before " + kDir + "/inner by middle",
                                 "after inner by middle: exit 0", "after middle by outer: exit 0"));
}

TEST_F(DelegatesTest, GetAndSayWhatTheyAreToldTo) {
  handler_.before = [](const std::string&, const RunRequest&) -> Result<std::string> { return std::string("other"); };
  handler_.after = [this](const std::string&, const Recording& recording) -> Result<std::optional<std::string>> {
    seen_ = recording;
    return std::optional<std::string>("answer\n");
  };
  EXPECT_EQ(run().output, "answer\n");
  EXPECT_EQ(seen_.output, "other\none\n");
}

TEST_F(DelegatesTest, AreRunAgainWhenTheyAreToBe) {
  write("inner", "cat; echo x >> " + kDir + "/runs");
  handler_.after = [this](const std::string&, const Recording& recording) -> Result<std::optional<std::string>> {
    seen_ = recording;
    return told_.size() < 2 ? std::nullopt : std::optional(recording.output);
  };
  run();
  EXPECT_EQ(told_.size(), 2U);
  EXPECT_EQ(base::read_file(kDir + "/runs").value_or(""), "x\nx\n");
}

TEST_F(DelegatesTest, ThatAreRefusedDoNotRunAndFail) {
  write("outer", "call inner; echo $? >&2");
  write("inner", "touch " + kDir + "/ran");
  handler_.before = [](const std::string&, const RunRequest&) -> Result<std::string> {
    return Error{Kind::invalid, 0, "given up"};
  };
  const RunOutcome outcome = run();
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("\"code\""), HasSubstr("\"given up\"")));
  EXPECT_EQ(outcome.errors, "1\n");
  EXPECT_FALSE(base::path_exists(kDir + "/ran"));
}

TEST_F(DelegatesTest, EndAsTheyEnd) {
  write("outer", "call inner; echo $? >&2");
  write("inner", "printf '\\377\\n'; exit 7");
  RunOutcome outcome = run();
  EXPECT_EQ(outcome.errors, "7\n");
  EXPECT_EQ(outcome.output, "\xff\n") << "byte for byte";
  write("inner", "kill -KILL $$");
  outcome = run();
  EXPECT_THAT(outcome.errors, HasSubstr("137\n"));
  EXPECT_EQ(told_.back(), "after inner by outer: signal 9");
}

TEST_F(DelegatesTest, ThatOutliveTheirCallerRunUnseen) {
  write("outer", "(sleep 0.5; call inner > " + kDir + "/late) > /dev/null 2>&1 < /dev/null & echo done");
  EXPECT_EQ(run().output, "done\n");
  EXPECT_THAT(told_, IsEmpty());
  EXPECT_THAT(left(), IsEmpty());
  for (int patience = 0; patience < 250 && base::read_file(kDir + "/late").value_or("").empty(); ++patience)
    ::usleep(20'000);
  EXPECT_THAT(base::read_file(kDir + "/late").value_or(""), HasSubstr("one\n"));
}

TEST_F(DelegatesTest, AreRecorded) {
  write("inner", "all=$(head -c 50331648 /dev/zero | tr '\\0' a); mkdir -p /run/cni; echo x > /run/cni/kit-lease; echo '{}'");
  RecorderOptions options;
  options.dir = kDir + "/records";
  options.helper = KIT_PLUGIN;
  ASSERT_TRUE(Recorder(std::make_shared<ProcessRunner>(), options).exec(request()));
  std::vector<std::string> callers;
  for (const std::string& name : base::list_dir(options.dir).value_or({})) {
    const auto recording = parse_recording(base::read_file(options.dir + "/" + name).value_or(""), name);
    ASSERT_TRUE(recording) << recording.error().what;
    EXPECT_GT(recording->peak_memory, 48U << 20U) << name;
    callers.push_back(recording->plugin + " by " + recording->caller);
    EXPECT_EQ(recording->variable("CNI_PATH"), kDir + ":/nowhere");
    EXPECT_THAT(recording->effects, ElementsAre(StartsWith("made: file /run/cni/kit-lease"))) << name;
  }
  EXPECT_THAT(callers, ::testing::UnorderedElementsAre("outer by ", "inner by outer"));
}

}  // namespace
}  // namespace cni::kit

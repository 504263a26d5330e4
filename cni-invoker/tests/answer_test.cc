// What a plugin's exit and output are taken to mean.
#include <gmock/gmock.h>

#include "plugin_answer.h"
#include "support.h"

namespace cni {
namespace {

using testing::covers;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

RunOutcome exited(int code, const std::string& output, const std::string& errors = {}) {
  RunOutcome outcome;
  outcome.exit_code = code;
  outcome.output = output;
  outcome.errors = errors;
  outcome.duration = std::chrono::milliseconds(35);
  return outcome;
}
PluginFailure failure(int code, const std::string& output, const std::string& errors = {}) {
  return failure_of("ADD", "bridge", exited(code, output, errors));
}

TEST(Answer, ReadsTheErrorObjectLeniently) {
  covers("A6.05 A1.07");
  const PluginFailure full = failure(1, R"({"cniVersion":"1.0.0","code":7,"msg":"no","details":"why","x":1})", "log\n");
  EXPECT_EQ(full.code, 7U);
  EXPECT_EQ(full.message, "no");
  EXPECT_EQ(full.details, "why");
  EXPECT_EQ(full.stderr_text, "log\n");
  EXPECT_EQ(failure(1, R"({"Code":11,"MSG":"later","details":null})").code, 11U);
}

TEST(Answer, TheMessageNamesEverything) {
  covers("A5.07 A6.05");
  const Error error = to_error(failure(1, R"({"code":7,"msg":"no","details":"why"})", "first\nlast\n")).in("attach");
  EXPECT_EQ(error.kind, Kind::plugin);
  EXPECT_EQ(error.what, "attach: plugin 'bridge' ADD: no; why (code 7, exit status 1 after 35 ms); stderr: first last");
  ASSERT_NE(plugin_failure(error), nullptr);
  EXPECT_EQ(plugin_failure(error)->code, 7U);
  EXPECT_EQ(plugin_failure(Error{}), nullptr);
}

// Its end is where the cause stands.
TEST(Answer, OfALongMessageTheEndIsTold) {
  const auto told = [](const std::string& message) {
    return to_error(failure(1, R"({"code":7,"msg":")" + message + "\"}")).what;
  };
  EXPECT_THAT(told(std::string(500, 'x')), HasSubstr("ADD: " + std::string(500, 'x') + " ("));
  EXPECT_THAT(told("a" + std::string(500, 'x')), HasSubstr("ADD: …" + std::string(500, 'x') + " ("));
  EXPECT_THAT(told(R"(a\nb\tc\u007fd )"), HasSubstr("ADD: a b c d (")) << "on one line, and harmless to a terminal";
}

TEST(Answer, EmptyStdoutLeavesStderrAndTheReason) {
  covers("A6.01");
  EXPECT_THAT(to_error(failure(2, "", "panic: x\n")).what, HasSubstr("exit status 2"));
  EXPECT_THAT(to_error(failure(2, "", "panic: x\n")).what, HasSubstr("panic: x"));
  EXPECT_THAT(to_error(failure(2, " \n")).what, HasSubstr("no error message"));
  RunOutcome killed;
  killed.end = RunOutcome::End::signaled;
  killed.signal = 9;
  EXPECT_THAT(to_error(failure_of("ADD", "x", killed)).what, HasSubstr("ended by signal 9"));
}

TEST(Answer, UnreadableErrorsAreQuoted) {
  covers("A6.02");
  for (const char* output :
       {R"({"code":"7","msg":"x"})", R"({"code":-1,"msg":"x"})", R"({"code":1,"msg":"a"}{"code":2})", "oops", "[]",
        R"({"code":1.5})", R"({"code":99999999999,"msg":"x"})"}) {
    EXPECT_EQ(failure(1, output).code, code::kUnknown) << output;
    EXPECT_THAT(failure(1, output).message, HasSubstr(output));
  }
  const std::string readable(500, 'x');
  EXPECT_THAT(failure(1, readable).message, ::testing::EndsWith(": " + readable));
  EXPECT_THAT(failure(1, readable + "y").message, ::testing::EndsWith(": " + readable + "…"));
}

TEST(Answer, AnotherObjectIsNoError) {
  covers("A6.03");
  const std::string text = to_error(failure(1, R"({"ips":[]})", "clue")).what;
  EXPECT_THAT(text, HasSubstr(R"({"ips":[]})"));
  EXPECT_THAT(text, HasSubstr("clue"));
}

TEST(Answer, AnErrorWithExitZeroIsAFailure) {
  covers("A6.04");
  const auto result = result_of_add("x", {1, 0, 0}, exited(0, R"({"code":7,"msg":"no"})"));
  ASSERT_FALSE(result);
  EXPECT_EQ(plugin_failure(result.error())->code, 7U);
  EXPECT_EQ(result.error().what,
            "plugin 'x' ADD: exited with 0, but printed an error: no (code 7, exit status 0 after 35 ms)");
  EXPECT_FALSE(result_of_add("x", {1, 0, 0}, exited(0, R"({"msg":"no"})")));
  EXPECT_FALSE(result_of_add("x", {1, 0, 0}, exited(0, R"({"code":7})")));
  EXPECT_TRUE(result_of_add("x", {1, 0, 0}, exited(0, R"({"msg":"no","dns":{}})")));
  for (const char* key : {"ips", "interfaces", "routes"})
    EXPECT_TRUE(result_of_add("x", {1, 0, 0}, exited(0, R"({"code":7,")" + std::string(key) + "\":[]}"))) << key;
  EXPECT_TRUE(result_of_add("x", {0, 2, 0}, exited(0, R"({"code":7,"ip4":{"ip":"10.0.0.1/8"}})")));
  EXPECT_TRUE(result_of_add("x", {0, 2, 0}, exited(0, R"({"code":7,"ip6":{"ip":"fd00::1/8"}})")));
  EXPECT_TRUE(result_of_add("x", {1, 0, 0}, exited(0, R"({"code":0})")));
}

TEST(Answer, WhatIsNoResultIsAFailure) {
  covers("A6.06");
  for (const char* output :
       {"", "[]", "x{}", "{}x", R"({"cniVersion":"7.0.0"})", R"({"ips":[{"address":"10.0.0.1"}]})", "1"}) {
    const auto result = result_of_add("x", {1, 0, 0}, exited(0, output));
    ASSERT_FALSE(result) << output;
    ASSERT_NE(plugin_failure(result.error()), nullptr) << output;
    EXPECT_THAT(result.error().what, ::testing::StartsWith("plugin 'x' ADD: succeeded, but printed no result: "));
  }
  EXPECT_TRUE(result_of_add("x", {1, 0, 0}, exited(0, "null")));
  EXPECT_TRUE(result_of_add("x", {1, 0, 0}, exited(0, "{}")));
}

TEST(Answer, FloodAndTimeAreToldWithoutTheFlood) {
  covers("A5.04");
  RunOutcome flood = exited(-1, std::string(5U << 20U, 'x'));
  flood.end = RunOutcome::End::too_much_output;
  const std::string text = to_error(failure_of("ADD", "x", flood)).what;
  EXPECT_THAT(text, HasSubstr("printed more than"));
  EXPECT_LT(text.size(), 300U);
  RunOutcome slow = exited(-1, "");
  slow.end = RunOutcome::End::timed_out;
  EXPECT_EQ(to_error(failure_of("ADD", "x", slow)).kind, Kind::timeout);
}

TEST(Answer, EachCodeHasItsRemedy) {
  covers("A6.00");
  const auto remedy = [](unsigned code) {
    PluginFailure failure;
    failure.code = code;
    return failure.remedy();
  };
  for (unsigned code : {1U, 2U, 6U, 7U}) EXPECT_EQ(remedy(code), Remedy::fix_config);
  for (unsigned code : {4U, 8U}) EXPECT_EQ(remedy(code), Remedy::fix_caller);
  EXPECT_EQ(remedy(3), Remedy::nothing_to_do);
  EXPECT_EQ(remedy(5), Remedy::retry);
  EXPECT_EQ(remedy(11), Remedy::retry_later);
  EXPECT_EQ(remedy(50), Remedy::not_ready);
  EXPECT_EQ(remedy(51), Remedy::degraded);
  for (unsigned code : {0U, 100U, 999U}) EXPECT_EQ(remedy(code), Remedy::none);
}

TEST(Answer, Versions) {
  covers("A7.16");
  EXPECT_THAT(*versions_of("x", exited(0, R"({"cniVersion":"1.1.0","supportedVersions":["0.4.0","1.1.0"]})")),
              ElementsAre("0.4.0", "1.1.0"));
  EXPECT_THAT(*versions_of("x", exited(0, R"({"cniVersion":"0.2.0"})")), ElementsAre("0.1.0", "0.2.0"));
  EXPECT_FALSE(versions_of("x", exited(0, R"({"cniVersion":"1.0.0"})")));
  EXPECT_FALSE(versions_of("x", exited(0, R"({"supportedVersions":["1.0.0"]})")));
  EXPECT_FALSE(versions_of("x", exited(0, "")));
  EXPECT_THAT(versions_of("x", exited(0, "no")).error().what,
              HasSubstr("plugin 'x' VERSION: printed no JSON, stdout: no"));
  EXPECT_THAT(versions_of("x", exited(0, "{}")).error().what, HasSubstr("'cniVersion' is missing, stdout: {}"));
  EXPECT_THAT(versions_of("x", exited(0, R"({"cniVersion":"1.0.0","supportedVersions":[]})")).error().what,
              HasSubstr("'supportedVersions' is missing"));
  EXPECT_FALSE(versions_of("x", exited(0, R"({"cniVersion":"1.0.0","supportedVersions":[1]})")));
  EXPECT_FALSE(versions_of("x", exited(0, R"({"cniVersion":1,"supportedVersions":["1.0.0"]})")));
  EXPECT_THAT(*versions_of("x", exited(1, R"({"code":100,"msg":"unknown CNI_COMMAND: VERSION"})")),
              ElementsAre("0.1.0"));
  EXPECT_EQ(versions_of("x", exited(1, R"({"code":100,"msg":"other"})")).error().what,
            "plugin 'x' VERSION: other (code 100, exit status 1 after 35 ms)");
}

TEST(Answer, JoinedErrorsKeepEveryFailure) {
  covers("A6.05");
  std::vector<Error> errors;
  errors.push_back(to_error(failure(1, R"({"code":7,"msg":"a"})")));
  errors.push_back({Kind::not_found, 0, "b"});
  errors.push_back(to_error(failure(1, R"({"code":11,"msg":"c"})")));
  const Error joined = join_errors(std::move(errors)).in("x");
  ASSERT_EQ(plugin_failures(joined).size(), 2U);
  EXPECT_EQ(plugin_failures(joined)[1].code, 11U);
}

}  // namespace
}  // namespace cni

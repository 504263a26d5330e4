// The small pure parts: times, tables, exit codes, one-line messages, names as typed.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "runtime/cli/console.h"
#include "runtime/cli/context.h"
#include "runtime/cli/exit_codes.h"
#include "runtime/cli/pods.h"
#include "runtime/cli/table.h"
#include "runtime/cli/time_text.h"
#include "runtime/store/test_store.h"

namespace podrun::cli {
namespace {

using ::testing::ElementsAre;

TEST(Age, IsWrittenAsKubectlDoes) {
  const auto text = [](std::int64_t seconds) { return age(std::chrono::seconds(seconds)); };
  constexpr std::int64_t kMinute = 60, kHour = 3600, kDay = 24 * kHour;
  EXPECT_EQ(text(-5), "<invalid>");
  EXPECT_EQ(text(-1), "0s");
  EXPECT_EQ(text(5), "5s");
  EXPECT_EQ(text(119), "119s");
  EXPECT_EQ(text(2 * kMinute), "2m");
  EXPECT_EQ(text(2 * kMinute + 5), "2m5s");
  EXPECT_EQ(text(10 * kMinute + 5), "10m");
  EXPECT_EQ(text(179 * kMinute), "179m");
  EXPECT_EQ(text(3 * kHour + 14 * kMinute), "3h14m");
  EXPECT_EQ(text(9 * kHour + 14 * kMinute), "9h");
  EXPECT_EQ(text(2 * kDay + 4 * kHour), "2d4h");
  EXPECT_EQ(text(9 * kDay + 4 * kHour), "9d");
  EXPECT_EQ(text((2 * 365 + 35) * kDay), "2y35d");
  EXPECT_EQ(text(9 * 365 * kDay), "9y");
}

TEST(Time, IsUtc) {
  EXPECT_EQ(rfc3339(1'700'000'000'999'999'999), "2023-11-14T22:13:20Z");
  EXPECT_EQ(rfc3339_nanoseconds(1'700'000'000'000'000'042), "2023-11-14T22:13:20.000000042Z");
  EXPECT_EQ(long_date(1'700'000'000'000'000'000), "Tue, 14 Nov 2023 22:13:20 +0000");
}

TEST(Duration, TakesSeveralUnits) {
  EXPECT_EQ(parse_duration("90s").value_or({}), std::chrono::seconds(90));
  EXPECT_EQ(parse_duration("1h30m").value_or({}), std::chrono::minutes(90));
  EXPECT_EQ(parse_duration("250ms").value_or({}), std::chrono::milliseconds(250));
  EXPECT_EQ(parse_duration("0s").value_or(std::chrono::hours(1)), std::chrono::nanoseconds(0));
  EXPECT_EQ(parse_duration("0").value_or(std::chrono::hours(1)), std::chrono::nanoseconds(0));
  EXPECT_EQ(parse_duration("1.5h").value_or({}), std::chrono::minutes(90));
  EXPECT_EQ(parse_duration("0.5s1.s.25ms").value_or({}), std::chrono::microseconds(1'500'250));
  EXPECT_EQ(parse_duration("1.0000000019s").value_or({}), std::chrono::nanoseconds(1'000'000'001));
  for (const char* bad : {"", "5", "00", "s", "-5s", "5x", "5s3", ".s", ".", "1..5s", "1.5", "2562047.9h",
                          "9999999999h", "9223372036s9223372036s", " 5s"})
    EXPECT_EQ(parse_duration(bad).error().kind, Kind::invalid) << bad;
}

TEST(Table, AlignsColumnsAndLeavesNothingBehindTheLast) {
  EXPECT_EQ(table({{"NAME", "UP"}, {"a", "1"}, {"longer-name", "22"}}),
            "NAME          UP\n"
            "a             1\n"
            "longer-name   22\n");
  EXPECT_EQ(table({{"A", "B"}}), "A     B\n");
  EXPECT_EQ(table({{"A", "B"}, {"x"}}), "A     B\nx\n");
}

TEST(Table, GoesOnInColumnsAsWideAsBefore) {
  Table table;
  EXPECT_EQ(table.lines({{"NAME", "UP"}, {"longer-name", "1"}}), "NAME          UP\nlonger-name   1\n");
  EXPECT_EQ(table.lines({{"a", "2"}}), "a             2\n");
  EXPECT_EQ(table.lines({{"even-longer-name", "3"}}), "even-longer-name   3\n");
  EXPECT_EQ(table.lines({{"a", "4"}}), "a                  4\n");
}

TEST(ExitCode, IsDistinctForEveryKindAndClearOfShells) {
  std::set<int> codes;
  for (const Kind kind : {Kind::invalid, Kind::not_found, Kind::exists, Kind::denied, Kind::unsupported, Kind::busy,
                          Kind::timeout, Kind::corrupt, Kind::plugin, Kind::internal}) {
    codes.insert(exit_code(kind));
    EXPECT_GT(exit_code(kind), 0);
    EXPECT_LT(exit_code(kind), 125);
  }
  EXPECT_EQ(codes.size(), 10U);
  EXPECT_EQ(exit_code(Kind::not_found), 3);  // documented: scripts test for it
  EXPECT_EQ(exit_code(Kind::invalid), kUsage);
}

TEST(OneLine, ShowsControlCharactersEscaped) {
  EXPECT_EQ(one_line("plain – text\n"), "plain – text");
  EXPECT_EQ(one_line("a\nb\x1b[31m\x7f"), "a\\nb\\x1b[31m\\x7f");
}

TEST(Output, KeepsTheErrorForFlush) {
  Output full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  full.print("x");
  const auto flushed = full.flush();
  ASSERT_FALSE(flushed);
  EXPECT_EQ(flushed.error().error_number, ENOSPC);
  EXPECT_FALSE(full.flush());
}

TEST(PodNames, AreTakenAsKubectlsUsersTypeThem) {
  const auto names = [](std::vector<std::string> words) { return pod_names(words).value_or({"error"}); };
  EXPECT_THAT(names({}), ElementsAre());
  EXPECT_THAT(names({"pods"}), ElementsAre());
  EXPECT_THAT(names({"web"}), ElementsAre("web"));
  EXPECT_THAT(names({"pod", "web", "db"}), ElementsAre("web", "db"));
  EXPECT_THAT(names({"po/web", "pod/db"}), ElementsAre("web", "db"));
  EXPECT_THAT(names({"pod/pod"}), ElementsAre("pod"));
  EXPECT_EQ(pod_names({"svc/web"}).error().kind, Kind::invalid);
  // "delete svc web" is not meant for the pod web.
  for (const char* other : {"svc", "deployment", "ns", "all"})
    EXPECT_EQ(pod_names({other, "web"}).error().kind, Kind::invalid) << other;
  EXPECT_THAT(names({"svc"}), ElementsAre("svc"));
  EXPECT_THAT(names({"pod", "svc", "web"}), ElementsAre("svc", "web"));
  EXPECT_THAT(names({"web", "svc"}), ElementsAre("web", "svc"));
  EXPECT_EQ(pod_names({"pod/"}).error().kind, Kind::invalid);
  EXPECT_EQ(pod_names({""}).error().kind, Kind::invalid);
  EXPECT_EQ(pod_name({"pod", "web"}).value_or(""), "web");
  EXPECT_EQ(pod_name({"a", "b"}).error().kind, Kind::invalid);
}

// "get svc" may be meant for a pod of that name, and mostly is not.
using PodIdTest = StoreTest;
TEST_F(PodIdTest, OfAWordForOtherThingsSaysThatThereAreOnlyPods) {
  put(test_id('a'), "default", "job");
  EXPECT_EQ(find_id(store_, "default", "job").value_or(""), test_id('a'));
  for (const char* word : {"svc", "deployments", "all", "cm"}) {
    const auto id = find_id(store_, "default", word);
    ASSERT_FALSE(id);
    EXPECT_EQ(id.error().kind, Kind::not_found);
    EXPECT_EQ(id.error().what,
              "pod \"" + std::string(word) + "\" not found in namespace \"default\"; there are only pods here");
  }
  EXPECT_THAT(find_id(store_, "default", "events").error().what,
              testing::EndsWith("; 'podrun events' tells what has happened to pods"));
  EXPECT_EQ(find_id(store_, "default", "web").error().what, "pod \"web\" not found in namespace \"default\"");
}

TEST(Container, IsTheFirstUnlessNamed) {
  Pod pod;
  pod.record.plan.who.name = "web";
  pod.containers.resize(2);
  pod.containers[0].plan.name = "httpd";
  pod.containers[1].plan.name = "client";
  EXPECT_EQ((*choose_container(pod, "", true))->plan.name, "httpd");
  EXPECT_EQ((*choose_container(pod, "client", true))->plan.name, "client");
  pod.record.plan.who.annotations["kubectl.kubernetes.io/default-container"] = "client";
  EXPECT_EQ((*choose_container(pod, "", true))->plan.name, "client");
  EXPECT_EQ((*choose_container(pod, "httpd", true))->plan.name, "httpd");
  pod.record.plan.who.annotations["kubectl.kubernetes.io/default-container"] = "gone";
  EXPECT_EQ((*choose_container(pod, "", true))->plan.name, "httpd");
  const auto unknown = choose_container(pod, "x", true);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().what, "container \"x\" not found in pod \"web\", which has: httpd, client");
  pod.containers[0].plan.role = ContainerRole::init;
  EXPECT_EQ((*choose_container(pod, "", true))->plan.name, "client");
  EXPECT_EQ(choose_container(pod, "x", true).error().what,
            "container \"x\" not found in pod \"web\", which has: client, httpd (init)");
}

// Another one may be meant than the first that can be read.
TEST(Container, IsToBeNamedWhereARecordCannotBeRead) {
  Pod pod;
  pod.containers.resize(1);
  pod.containers[0].plan.name = "client";
  pod.broken = {"httpd.0"};
  EXPECT_EQ(choose_container(pod, "", true).error().kind, Kind::corrupt);
  EXPECT_EQ((*choose_container(pod, "client", true))->plan.name, "client");
}

}  // namespace
}  // namespace podrun::cli

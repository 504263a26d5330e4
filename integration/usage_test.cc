// What pods use, against what the kernel says of their processes.
#include <gmock/gmock.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <sstream>

#include "integration/on_terminal.h"
#include "integration/test_host.h"

namespace integration {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

constexpr double kMebi = 1U << 20U;

class UsageTest : public PodrunTest {
 protected:
  Json stats(const std::vector<std::string>& args) const {
    std::vector<std::string> words{"stats", "-o", "json"};
    words.insert(words.end(), args.begin(), args.end());
    const Output output = podrun(words);
    EXPECT_EQ(output.status, 0) << output.err;
    return Json::parse(output.out, nullptr, false);
  }
  Json stats_of(const std::string& name) const { return stats({name}).at("pods").at(0); }

  // In seconds, proc_pid_stat(5).
  static double processor_time(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string word;
    double ticks = 0;
    for (int field = 1; file >> word && field <= 15; ++field)
      if (field >= 14) ticks += std::stod(word);
    return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
  }
};

TEST_F(UsageTest, ABusyLoopIsSeen) {
  if (!can_run({need::controller("cpu")})) return;
  ASSERT_TRUE(must_create(
      pod("web", {container("busy", {"/bin/payload", "spin"}), container("idle", {"/bin/payload", "sleep"})})));
  const pid_t busy = container_pid("web", "busy");
  ASSERT_TRUE(eventually([&] { return processor_time(busy) > 0.5; }));
  const double before = processor_time(busy);
  const Json seen = stats_of("web");
  const double after = processor_time(busy);
  const auto seconds = [](const Json& json) { return json.at("cpu").at("usageCoreNanoSeconds").get<double>() / 1e9; };
  // Its start is counted as well, up to the exec.
  EXPECT_GT(seconds(seen.at("containers").at(0)), before - 0.1);
  EXPECT_LT(seconds(seen.at("containers").at(0)), after + 0.3);
  EXPECT_LT(seconds(seen.at("containers").at(1)), 0.3);
  EXPECT_GE(seconds(seen), seconds(seen.at("containers").at(0))) << "all of them together";

  const std::string table = podrun({"top", "--containers", "--sort-by", "cpu"}).out;
  const std::vector<std::string> lines = lines_of(table);
  ASSERT_EQ(lines.size(), 3U) << table;
  EXPECT_THAT(lines[0], ContainsRegex("^POD +CONTAINER +CPU% +MEMORY +LIMIT +MEMORY% +PIDS$"));
  EXPECT_THAT(lines[1], ContainsRegex("^web +busy +[1-9][0-9.]*% "));
  EXPECT_THAT(lines[2], ContainsRegex("^web +idle +0.[0-9]% "));
}

TEST_F(UsageTest, MemoryThatIsHeldIsSeen) {
  if (!can_run({need::controller("memory")})) return;
  Json main = container("main", {"/bin/payload", "hold", "24"});
  main["resources"]["limits"]["memory"] = "64Mi";
  ASSERT_TRUE(must_create(pod("web", {main})));
  ASSERT_TRUE(eventually([&] { return logs("web", "main").find("ate 24") != std::string::npos; }));
  const Json seen = stats_of("web");
  const Json& memory = seen.at("containers").at(0).at("memory");
  for (const char* what : {"usageBytes", "workingSetBytes", "rssBytes"}) {
    EXPECT_GT(memory.at(what).get<double>(), 24 * kMebi) << what;
    EXPECT_LT(memory.at(what).get<double>(), 40 * kMebi) << what;
    EXPECT_GE(seen.at("memory").at(what), memory.at(what)) << what;
  }
  EXPECT_EQ(memory.at("limitBytes"), 64 * kMebi);
  EXPECT_EQ(memory.at("oomKills"), 0);
  EXPECT_EQ(seen.at("containers").at(0).at("pids").at("current"), 1);
  EXPECT_EQ(seen.at("pids").at("current"), 1) << "shim and pause are nobody's";
  EXPECT_THAT(podrun({"top"}).out, ContainsRegex("\nweb +[0-9.]+% +2[4-9]\\.[0-9]MiB +[0-9.-]+[A-Za-z]* +"));
  exec("web", {"/bin/payload", "eat", "100"});
  EXPECT_GT(stats_of("web").at("memory").at("oomKills"), 0);
}

TEST_F(UsageTest, TheNetworkIsAsThePodSeesIt) {
  if (!can_run({need::default_network()})) return;
  ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "sleep"})}), {}));
  const auto inside = [&] {
    for (const std::string& line : lines_of(exec("web", {"/bin/cat", "/proc/net/dev"}).out))
      if (const std::size_t at = line.find("eth0:"); at != std::string::npos) {
        std::istringstream numbers(line.substr(at + 5));
        return std::vector<double>{std::istream_iterator<double>(numbers), {}};
      }
    return std::vector<double>(16);
  };
  exec("web", {"/bin/payload", "ask-udp", "192.0.2.1", "9", "1"});  // by its gateway
  const auto before = inside();
  const Json seen = stats_of("web").at("network").at("interfaces");
  const auto after = inside();
  ASSERT_EQ(seen.size(), 1U) << seen;
  EXPECT_EQ(seen[0].at("name"), "eth0");
  const char* const fields[] = {"rxBytes", "rxPackets", "rxErrors", "rxDropped", "",         "",
                                "",        "",          "txBytes",  "txPackets", "txErrors", "txDropped"};
  for (std::size_t i = 0; i < std::size(fields); ++i) {
    if (*fields[i] == '\0') continue;
    EXPECT_GE(seen[0].at(fields[i]).get<double>(), before.at(i)) << fields[i];
    EXPECT_LE(seen[0].at(fields[i]).get<double>(), after.at(i)) << fields[i];
  }
  EXPECT_GT(seen[0].at("txBytes").get<double>(), 0);
}

TEST_F(UsageTest, OfAPodInTheHostsNetworkThereIsNone) {
  Json manifest = pod("web", {container("main", {"/bin/payload", "sleep"})});
  manifest["spec"]["hostNetwork"] = true;
  ASSERT_TRUE(must_create(manifest, {}));
  EXPECT_FALSE(stats_of("web").contains("network"));
}

TEST_F(UsageTest, OnlyWhatIsMeantAndWhatRuns) {
  Json other = pod("other", {container("main", {"/bin/payload", "sleep"})});
  other["metadata"]["labels"]["app"] = "other";
  ASSERT_TRUE(must_create(other));
  ASSERT_TRUE(must_create(
      pod("web", {container("main", {"/bin/payload", "sleep"}), container("done", {"/bin/payload", "exit", "0"})})));
  ASSERT_TRUE(eventually([&] { return stats_of("web").at("containers").size() == 1; }));
  EXPECT_EQ(stats({}).at("pods").size(), 2U);
  EXPECT_EQ(stats({"-l", "app=other"}).at("pods").at(0).at("podRef").at("name"), "other");
  ASSERT_EQ(podrun({"stop", "web", "-t", "0"}).status, 0);
  EXPECT_EQ(stats({"-A"}).at("pods").size(), 1U) << "one that is stopped uses nothing";
  EXPECT_EQ(podrun({"top", "none"}).status, podrun({"get", "none"}).status);
  EXPECT_THAT(podrun({"top", "-n", "empty"}).err, HasSubstr("No resources found in empty namespace."));
  EXPECT_THAT(podrun({"top", "--sort-by", "name"}).err, HasSubstr("expected one of: cpu, memory"));
}

TEST_F(UsageTest, WhoWatchesEndsItByAKey) {
  ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "sleep"})})));
  OnTerminal top(podrun_command({"top"}));
  ASSERT_TRUE(top.shows("web ")) << top.shown();
  const std::size_t shown = top.shown().size();
  top.type("x\n");
  EXPECT_TRUE(eventually([&] { return top.shows("web ") && top.shown().size() > shown; })) << "it goes on";
  top.type("q");
  EXPECT_EQ(top.end(), 0);
  EXPECT_EQ(top.shown().find_first_of("xq"), std::string::npos) << "keys are not shown";

  OnTerminal other(podrun_command({"top"}));
  ASSERT_TRUE(other.shows("web ")) << other.shown();
  other.type("\x03");
  EXPECT_EQ(other.end(), 128 + SIGINT);
}

TEST_F(UsageTest, AgainAndAgainWhereThatIsAskedFor) {
  ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "sleep"})})));
  const std::string log = dir() + "/top.log";
  const pid_t top = start(podrun_command({"top", "-i", "1", "--no-headers"}).argv, log);
  const auto said = [&] {
    std::ifstream file(log);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  EXPECT_TRUE(eventually([&] { return lines_of(said()).size() >= 2; }, std::chrono::seconds(10)));
  EXPECT_TRUE(must_create(pod("late", {container("main", {"/bin/payload", "sleep"})})));
  EXPECT_TRUE(eventually([&] { return said().find("late ") != std::string::npos; }, std::chrono::seconds(10)));
  EXPECT_EQ(said().find('\x1b'), std::string::npos) << "no terminal";
  ::kill(top, SIGTERM);
  EXPECT_EQ(wait_for(top), 128 + SIGTERM);
}

}  // namespace
}  // namespace integration

// What pods use, as people and programs are told it.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "runtime/cli/usage_json.h"
#include "runtime/cli/usage_table.h"

namespace podrun::cli {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

constexpr std::uint64_t kMebi = 1U << 20U;

CgroupUsage using_memory(std::uint64_t bytes) {
  return {.cpu = CpuUsage{.usage = 5'000'000'000, .user = 3, .system = 2, .throttled = 7},
          .memory = MemoryUsage{.usage = bytes + 1, .working_set = bytes, .rss = 9, .limit = 64 * kMebi},
          .pids = PidsUsage{.current = 3, .limit = 2048}};
}

PodSample pod(const std::string& name, double cores, std::uint64_t memory) {
  PodSample one{.who = {}, .taken_at = 1'700'000'000'000'000'000, .usage = {}, .cores = cores, .containers = {}};
  one.who.name = name;
  one.who.name_space = "team-a";
  one.who.uid = "u-" + name;
  one.usage.cgroup = using_memory(memory);
  one.usage.network = {{"eth0", {1024, 2, 3, 4}, {5, 6, 7, 8}}, {"net1", {1, 0, 0, 0}, {2 * kMebi, 0, 0, 0}}};
  one.containers = {{{.name = "app", .key = "app.0", .at = 1, .cgroup = using_memory(memory)}, cores}};
  return one;
}

TEST(Usage, ARowForEachPod) {
  const std::string text = usage_table({pod("web", 0.995, 16 * kMebi)}, {});
  EXPECT_THAT(text, ContainsRegex("^POD +CPU% +MEMORY +LIMIT +MEMORY% +PIDS +NET-RX +NET-TX\n"));
  EXPECT_THAT(text, ContainsRegex("\nweb +99.5% +16.0MiB +64.0MiB +25.0% +3 +1.0KiB +2.0MiB\n"));
}

TEST(Usage, ARowForEachContainer) {
  const std::string text =
      usage_table({pod("web", 1.5, kMebi)}, {.containers = true, .with_namespace = true, .headings = true});
  EXPECT_THAT(text, ContainsRegex("^NAMESPACE +POD +CONTAINER +CPU% +MEMORY +LIMIT +MEMORY% +PIDS\n"));
  EXPECT_THAT(text, ContainsRegex("\nteam-a +web +app +150.0% +1.0MiB +64.0MiB +1.6% +3\n"));
}

TEST(Usage, APodWithoutALimitHasThoseOfItsContainers) {
  PodSample one = pod("web", 1, 16 * kMebi);
  one.usage.cgroup.memory->limit.reset();
  one.containers.push_back(one.containers.front());
  EXPECT_THAT(usage_table({one}, {}), ContainsRegex("\nweb +100.0% +16.0MiB +128MiB +12.5% +3 "));
  one.containers.back().usage.cgroup.memory->limit.reset();
  EXPECT_THAT(usage_table({one}, {}), ContainsRegex("\nweb +100.0% +16.0MiB +- +- +3 ")) << "one may use any amount";
}

TEST(Usage, WhatIsNotKnownIsADash) {
  PodSample one = pod("web", 0, 0);
  one.cores.reset();
  one.usage.cgroup = {};
  one.usage.network.clear();
  EXPECT_THAT(usage_table({one}, {.headings = false}), ContainsRegex("^web +- +- +- +- +- +- +-\n"));
}

TEST(Usage, ThoseThatUseMostGoFirst) {
  const std::vector<PodSample> pods{pod("a", 0.1, 3 * kMebi), pod("b", 0.9, kMebi), pod("c", 0.5, 2 * kMebi)};
  const auto order = [&](const std::string& by) {
    std::string names;
    std::string text = usage_table(pods, {.headings = false, .sort_by = by});
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) names += text[at];
    return names;
  };
  EXPECT_EQ(order(""), "abc");
  EXPECT_EQ(order("cpu"), "bca");
  EXPECT_EQ(order("memory"), "acb");
}

TEST(Usage, SizesForPeople) {
  EXPECT_EQ(bytes_text(0), "0B");
  EXPECT_EQ(bytes_text(1023), "1023B");
  EXPECT_EQ(bytes_text(1536), "1.5KiB");
  EXPECT_EQ(bytes_text(999 * kMebi), "999MiB");
  EXPECT_EQ(bytes_text(1000 * kMebi), "1.0GiB");
  EXPECT_EQ(bytes_text(UINT64_MAX), "16384PiB");
}

TEST(Usage, TheDocument) {
  const Json json = usage_json({pod("web", 0.25, 16 * kMebi)});
  const Json& one = json.at("pods").at(0);
  EXPECT_EQ(one.at("podRef"), (Json{{"name", "web"}, {"namespace", "team-a"}, {"uid", "u-web"}}));
  EXPECT_EQ(one.at("time"), "2023-11-14T22:13:20.000000000Z");
  EXPECT_EQ(one.at("cpu").at("usageCoreNanoSeconds"), 5'000'000'000U);
  EXPECT_EQ(one.at("cpu").at("throttledNanoSeconds"), 7);
  EXPECT_EQ(one.at("cpu").at("usageNanoCores"), 250'000'000);
  EXPECT_EQ(one.at("memory").at("workingSetBytes"), 16 * kMebi);
  EXPECT_EQ(one.at("memory").at("availableBytes"), 48 * kMebi);
  EXPECT_EQ(one.at("memory").at("limitBytes"), 64 * kMebi);
  EXPECT_EQ(one.at("pids"), (Json{{"current", 3}, {"limit", 2048}}));
  EXPECT_EQ(one.at("network").at("interfaces").at(0), (Json{{"name", "eth0"},
                                                            {"rxBytes", 1024},
                                                            {"rxPackets", 2},
                                                            {"rxErrors", 3},
                                                            {"rxDropped", 4},
                                                            {"txBytes", 5},
                                                            {"txPackets", 6},
                                                            {"txErrors", 7},
                                                            {"txDropped", 8}}));
  EXPECT_EQ(one.at("containers").at(0).at("name"), "app");
  EXPECT_EQ(one.at("containers").at(0).at("memory").at("rssBytes"), 9);
}

TEST(Usage, NoRateIsToldBeforeThereIsOne) {
  PodSample one = pod("web", 0, 0);
  one.cores.reset();
  EXPECT_FALSE(usage_json({one}).at("pods").at(0).at("cpu").contains("usageNanoCores"));
}

}  // namespace
}  // namespace podrun::cli

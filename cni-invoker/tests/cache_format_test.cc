// The form of a cache entry, which other tools read and write.
#include <gmock/gmock.h>

#include <cctype>
#include <nlohmann/json.hpp>

#include "base64.h"
#include "cni/base/files.h"
#include "store_support.h"

namespace cni {
namespace {

using nlohmann::json;
using testing::CacheTest;
using testing::covers;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kResult;
using testing::mode_of;

TEST_F(CacheTest, IsLibcnisFormatInLibcnisPlace) {
  covers("A11.01 A11.02 B12");
  for (const bool durable : {true, false}) {
    ASSERT_TRUE(cache.save(entry(), durable));
    const std::string file = dir.path() + "/cache/results/net-pod1-eth0";
    EXPECT_EQ(mode_of(dir.path() + "/cache/results"), 0700U);
    EXPECT_EQ(mode_of(file), 0600U);
    const json text = json::parse(testing::read(file));
    EXPECT_EQ(text["kind"], "cniCacheV1");
    EXPECT_EQ(text["containerId"], "pod1");
    EXPECT_EQ(text["ifName"], "eth0");
    EXPECT_EQ(text["networkName"], "net");
    EXPECT_EQ(text["netns"], "/run/netns/x");
    EXPECT_EQ(*from_base64(text["config"].get<std::string>()), chain.bytes);
    EXPECT_EQ(text["cniArgs"], json::parse(R"([["K","V"],["A","B"]])"));
    EXPECT_THAT(testing::read(file), HasSubstr(R"("capabilityArgs":{"portMappings":[{"hostPort":8080.0}]})"));
    EXPECT_EQ(text["result"], json::parse(kResult));
  }
}

// What has nothing to say is left out, as libcni leaves it out; the last key is ours.
TEST_F(CacheTest, HasLibcnisKeysAndOneOfOurs) {
  covers("A11.02 B12");
  const auto keys = [&](const CachedAttachment& one) {
    EXPECT_TRUE(cache.save(one));
    std::vector<std::string> all;
    const json written = json::parse(testing::read(dir.path() + "/cache/results/net-pod1-eth0"));
    for (const auto& [key, value] : written.items()) all.push_back(key);
    return all;
  };
  EXPECT_THAT(keys(entry()), ElementsAre("capabilityArgs", "cniArgs", "cniInvoker", "config", "containerId", "ifName",
                                         "kind", "netns", "networkName", "result"));
  CachedAttachment bare = entry();
  bare.attachment = attachment();
  bare.attachment.netns.clear();
  EXPECT_THAT(keys(bare),
              ElementsAre("cniInvoker", "config", "containerId", "ifName", "kind", "networkName", "result"));
}

TEST_F(CacheTest, ReadsKeysInAnyLetterCase) {
  covers("A11.02");
  const std::string spelled =
      R"({"kind":"cniCacheV1","containerId":"pod1","config":"e30=","ifName":"eth0","networkName":"net",)"
      R"("netns":"/run/netns/x","cniArgs":[["Key","Value"]],"capabilityArgs":{"Mac":"m"},"result":{"ips":[]}})";
  const auto respelled = [&](int (*change)(int)) {
    std::string text = spelled;
    for (const char* key :
         {"kind", "containerId", "config", "ifName", "networkName", "netns", "cniArgs", "capabilityArgs", "result"})
      for (std::size_t at = text.find('"' + std::string(key) + "\":"), end = at + 1 + std::string(key).size(); at < end;
           ++at)
        text[at] = static_cast<char>(change(text[at]));
    return text;
  };
  for (const std::string& text : {spelled, respelled(std::tolower), respelled(std::toupper)}) {
    dir.write("cache/results/net-pod1-eth0", text);
    const auto loaded = cache.load("net", "pod1", "eth0");
    ASSERT_TRUE(loaded && *loaded) << text;
    EXPECT_EQ((*loaded)->config, "{}");
    EXPECT_EQ((*loaded)->attachment.netns, "/run/netns/x");
    EXPECT_THAT((*loaded)->attachment.args, ElementsAre(std::pair<std::string, std::string>("Key", "Value")));
    EXPECT_EQ((*loaded)->attachment.capability_args.dump(), R"({"Mac":"m"})") << "values stay as they are";
    EXPECT_EQ((*loaded)->result, R"({"ips":[]})");
    EXPECT_EQ((*loaded)->owner, "");
    EXPECT_EQ(cache.list()->size(), 1U);
  }
}

TEST_F(CacheTest, ReadsOthersNulls) {
  covers("A11.02");
  dir.write("cache/results/net-pod1-eth0",
            R"({"kind":"cniCacheV1","containerID":"pod1","config":"e30=","IfName":"eth0","networkName":"net",
                "cniArgs":null,"capabilityArgs":null,"result":{"cniVersion":"1.0.0"}})");
  const auto loaded = cache.load("net", "pod1", "eth0");
  ASSERT_TRUE(loaded) << loaded.error().what;
  EXPECT_THAT((*loaded)->attachment.args, IsEmpty());
  EXPECT_TRUE((*loaded)->attachment.capability_args.empty());
}

TEST_F(CacheTest, ABareResultIsReadButNotListed) {
  covers("A11.04");
  dir.write("cache/results/net-pod1-eth0", kResult);
  const auto loaded = cache.load("net", "pod1", "eth0");
  ASSERT_TRUE(loaded && *loaded);
  EXPECT_EQ(json::parse((*loaded)->result), json::parse(kResult));
  EXPECT_THAT(*cache.list(), IsEmpty());
  dir.write("cache/results/net-pod1-eth0", R"({"kind":"cniCacheV9","ips":[]})");
  EXPECT_EQ(cache.load("net", "pod1", "eth0").error().kind, Kind::corrupt);
}

}  // namespace
}  // namespace cni

// The cache, and base64, in which it keeps configurations.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base64.h"
#include "cni/base/files.h"
#include "disk.h"
#include "store_support.h"

namespace cni {
namespace {

using nlohmann::json;
using testing::CacheTest;
using testing::covers;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kResult;
using namespace std::chrono_literals;

TEST(Base64, IsWhatOthersWrite) {
  for (const auto& [bytes, text] : std::initializer_list<std::pair<std::string, std::string>>{
           {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"\xff\xfe", "//4="}}) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(*from_base64(text), bytes);
  }
  for (const char* bad : {"Z", "Zg=", "Z===", "!!!!", "Zg==Zg=="}) EXPECT_FALSE(from_base64(bad)) << bad;
}

TEST_F(CacheTest, ReadsWhatItWroteAndTheEffectiveList) {
  covers("A11.03 A11.06");
  CachedAttachment one = entry();
  one.effective->plugins.push_back(chain.plugins[0]);  // of a sub-directory, say
  ASSERT_TRUE(cache.save(one));
  const auto loaded = cache.load("net", "pod1", "eth0");
  ASSERT_TRUE(loaded && *loaded);
  EXPECT_EQ((*loaded)->attachment.args, one.attachment.args);
  EXPECT_EQ((*loaded)->attachment.capability_args.dump(), one.attachment.capability_args.dump());
  EXPECT_EQ((*loaded)->attachment.conventional_args.dump(), one.attachment.conventional_args.dump());
  EXPECT_EQ((*loaded)->effective->plugins.size(), 4U);
  EXPECT_EQ((*loaded)->effective->bytes, one.config);
  EXPECT_EQ((*loaded)->owner, "test");
  EXPECT_FALSE(cache.load("net", "pod2", "eth0")->has_value());
}

TEST_F(CacheTest, ListsTheCompleteByFileNameAndByContainer) {
  covers("A11.06 A11.07");
  for (const char* container : {"b", "a"}) {
    CachedAttachment one = entry();
    one.attachment.container_id = container;
    ASSERT_TRUE(cache.save(one));
  }
  dir.write("cache/results/net-c-eth0", "{");
  dir.write("cache/results/net-d-eth0", "");
  dir.write("cache/results/net-e-eth0", kResult);  // as libcni 0.7.0 had it
  CachedAttachment bare = entry();  // of no use to anybody who is not asked for it: how it was made is not told
  bare.attachment.container_id = "f";
  bare.config.clear();
  ASSERT_TRUE(cache.save(bare));
  dir.write("cache/results/net-a-eth0.tmp.01234567", testing::read(dir.path() + "/cache/results/net-a-eth0"));
  const auto listed = cache.list();
  ASSERT_EQ(listed->size(), 2U);
  EXPECT_EQ((*listed)[0].attachment.container_id, "a");
  EXPECT_EQ((*listed)[0].attachment.args, entry().attachment.args);
  EXPECT_EQ((*listed)[0].attachment.capability_args.dump(), entry().attachment.capability_args.dump());
  EXPECT_EQ((*listed)[1].attachment.conventional_args.dump(), entry().attachment.conventional_args.dump());
  EXPECT_EQ((*listed)[1].result, kResult);
  EXPECT_EQ(cache.list("b")->size(), 1U);
  EXPECT_EQ(cache.list("none")->size(), 0U);
  EXPECT_THAT(*Cache(dir.path() + "/none").list(), IsEmpty());
  EXPECT_EQ(cache.load("net", "d", "eth0").error().kind, Kind::corrupt);
}

TEST_F(CacheTest, KeepsWhereItWasMade) {
  covers("A11.06");
  CachedAttachment one = entry();
  one.boot_id = "boot";
  one.netns_identity = {.device = 4, .inode = 4026531840, .cookie = 7, .id = 196080};
  ASSERT_TRUE(cache.save(one));
  const auto loaded = cache.load("net", "pod1", "eth0");
  ASSERT_TRUE(loaded && *loaded);
  EXPECT_EQ((*loaded)->network, "net");
  EXPECT_EQ((*loaded)->attachment.netns, one.attachment.netns);
  EXPECT_EQ((*loaded)->boot_id, "boot");
  EXPECT_EQ((*loaded)->netns_identity, one.netns_identity);
  EXPECT_EQ((*loaded)->config, one.config);
}

TEST_F(CacheTest, WhatIsNotThereIsRemovedAndWhatCannotBeReadIsNot) {
  covers("A11.07");
  EXPECT_TRUE(cache.remove("net", "pod1", "eth0")) << "nor is the directory";
  ASSERT_TRUE(cache.save(entry()));
  EXPECT_TRUE(cache.remove("net", "pod1", "eth0"));
  EXPECT_FALSE(cache.load("net", "pod1", "eth0")->has_value());
  std::filesystem::create_directories(dir.path() + "/cache/results/net-pod1-eth0/x");  // what nobody's file is
  EXPECT_FALSE(cache.remove("net", "pod1", "eth0"));
  EXPECT_EQ(cache.load("net", "pod1", "eth0").error().kind, Kind::corrupt);
  EXPECT_THAT(*cache.list(), IsEmpty());
  dir.write("file", "");
  EXPECT_FALSE(Cache(dir.path() + "/file").list());
}

TEST_F(CacheTest, AnEntryWithoutItsResultIsCorrupt) {
  ASSERT_TRUE(cache.save(entry()));
  const std::string name = "cache/results/net-pod1-eth0";
  json spoiled = json::parse(testing::read(dir.path() + "/" + name));
  spoiled.erase("result");
  dir.write(name, spoiled.dump());
  const auto loaded = cache.load("net", "pod1", "eth0");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().kind, Kind::corrupt);
  EXPECT_EQ(loaded.error().what, "read cache '" + dir.path() + "/" + name + "': 'result' is missing");
}

TEST_F(CacheTest, NamesThatRunTogetherAreToldApart) {
  covers("A11.08");
  CachedAttachment one = entry();
  one.network = "a-b";
  one.attachment.container_id = "c";
  ASSERT_TRUE(cache.save(one));
  EXPECT_EQ(cache.load("a", "b-c", "eth0").error().kind, Kind::corrupt);
  EXPECT_TRUE(cache.load("a-b", "c", "eth0")->has_value());
}

TEST_F(CacheTest, LongNamesAreHashedAndHostileOnesRefused) {
  covers("A11.08");
  CachedAttachment one = entry();
  one.attachment.container_id = std::string(300, 'x');
  ASSERT_TRUE(cache.save(one));
  EXPECT_TRUE(cache.load("net", one.attachment.container_id, "eth0")->has_value());
  EXPECT_EQ(cache.list()->size(), 1U);
  EXPECT_FALSE(cache.path("net", "../../x", "eth0"));
  EXPECT_FALSE(cache.path("net", std::string("a\0b", 3), "eth0"));
  EXPECT_FALSE(cache.load("..", "", "eth0"));
}

TEST_F(CacheTest, AnEntryThatLooksLikeATemporaryFileIsNotSwept) {
  CachedAttachment one = entry();
  one.attachment.ifname = "e.tmp.0123abcd";
  ASSERT_TRUE(cache.save(one));
  dir.write("cache/results/net-pod1-f.tmp.0123abcd", testing::read(*cache.path("net", "pod1", "e.tmp.0123abcd")));
  ASSERT_TRUE(cache.sweep());
  EXPECT_THAT(base::list_dir(dir.path() + "/cache/results").value(), ElementsAre("net-pod1-e.tmp.0123abcd"));
}

}  // namespace
}  // namespace cni

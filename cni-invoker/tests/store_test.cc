// Cache, ledger, locks.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "base64.h"
#include "cni/base/files.h"
#include "disk.h"
#include "locks.h"
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

class LedgerTest : public testing::InvokerTest {
 protected:
  LedgerEntry entry(const std::string& container_id = "pod1") {
    LedgerEntry one;
    one.network = chain;
    one.network.path = "/etc/cni/net.d/x.conflist";
    one.attachment = attachment(container_id);
    one.attachment.args = {{"K", "V"}};
    one.attachment.capability_args.set("x", "1.0");
    one.plugin_dirs = {"/a", "/b \"c"};
    one.owner = "test";
    one.boot_id = "boot";
    one.netns_identity = {.device = 4, .inode = 4026531840, .cookie = 7, .id = 196080};
    one.created_at = ++clock_;
    return one;
  }
  Ledger ledger{dir.path() + "/ledger"};

 private:
  std::int64_t clock_ = 1'700'000'000'000'000'000;
};

TEST_F(LedgerTest, KeepsAllThatADelNeeds) {
  covers("L.1 L.2");
  const LedgerEntry one = entry();
  ASSERT_TRUE(ledger.begin(one));
  auto found = ledger.find("net", "pod1", "eth0");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->state, LedgerEntry::State::adding);
  EXPECT_TRUE((*found)->owed());
  EXPECT_FALSE((*found)->add_failure);
  EXPECT_EQ((*found)->result, "");
  EXPECT_EQ((*found)->network.bytes, chain.bytes);
  EXPECT_EQ((*found)->network.path, one.network.path);
  EXPECT_EQ((*found)->network.plugins.size(), 3U);
  EXPECT_EQ((*found)->attachment.args, one.attachment.args);
  EXPECT_EQ((*found)->attachment.capability_args.dump(), R"({"x":1.0})");
  EXPECT_EQ((*found)->plugin_dirs, one.plugin_dirs);
  EXPECT_EQ((*found)->boot_id, "boot");
  EXPECT_EQ((*found)->netns_identity, one.netns_identity);
  EXPECT_EQ((*found)->created_at, one.created_at);
  EXPECT_EQ(mode_of(dir.path() + "/ledger"), 0700U);
  EXPECT_EQ(mode_of(dir.path() + "/ledger/net@pod1@eth0.json"), 0600U);
}

TEST_F(LedgerTest, KeepsWhatCameOfIt) {
  covers("L.1 L.2");
  LedgerEntry one = entry();
  one.attachment.conventional_args.set("labels", "[1.0]");
  one.result = kResult;
  one.add_failure = LedgerEntry::AddFailure{2, 11};
  one.last_error = "plugin 'two' DEL: \"later\"";
  for (const auto state : {LedgerEntry::State::adding, LedgerEntry::State::attached, LedgerEntry::State::deleting}) {
    one.state = state;
    ASSERT_TRUE(ledger.save(one));
    const auto found = ledger.find("net", "pod1", "eth0");
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->state, state);
    EXPECT_EQ((*found)->owed(), state != LedgerEntry::State::attached);
    EXPECT_EQ((*found)->owner, "test");
    EXPECT_EQ((*found)->attachment.netns, one.attachment.netns);
    EXPECT_EQ((*found)->attachment.conventional_args.dump(), R"({"labels":[1.0]})");
    EXPECT_EQ((*found)->result, kResult);
    ASSERT_TRUE((*found)->add_failure);
    EXPECT_EQ((*found)->add_failure->plugin, 2U);
    EXPECT_EQ((*found)->add_failure->code, 11U);
    EXPECT_EQ((*found)->last_error, one.last_error);
  }
}

TEST_F(LedgerTest, AnEntryThatIsNotWholeIsTold) {
  covers("L.5");
  ASSERT_TRUE(ledger.save(entry()));
  const std::string path = dir.path() + "/ledger/net@pod1@eth0.json";
  const json whole = json::parse(testing::read(path));
  const auto told = [&](const std::string& key, const json& value) {
    json spoiled = whole;
    if (value.is_null())
      spoiled.erase(key);
    else
      spoiled[key] = value;
    dir.write("ledger/net@pod1@eth0.json", spoiled.dump());
    const auto found = ledger.find("net", "pod1", "eth0");
    EXPECT_FALSE(found) << key;
    EXPECT_EQ(found.error().kind, Kind::corrupt) << key;
    return found.error().what;
  };
  const std::string begin = "read ledger entry '" + path + "': ";
  EXPECT_EQ(told("format", 2), begin + "not an entry of format 1");
  EXPECT_EQ(told("format", nullptr), begin + "not an entry of format 1");
  EXPECT_EQ(told("state", "asleep"), begin + "'state': unknown");
  EXPECT_EQ(told("network", nullptr), begin + "'network' is missing");
  for (const char* key : {"state", "owner", "containerId", "ifName", "netns", "bootId", "createdAt", "cniArgs",
                          "capabilityArgs", "args", "pluginDirs", "config", "path", "addFailure", "lastError"})
    EXPECT_THAT(told(key, 1.5), ::testing::StartsWith(begin));
  for (const char* key : {"containerId", "ifName"})
    EXPECT_THAT(told(key, "another"), HasSubstr("is of another attachment")) << key;
  json other = whole["network"];
  other["name"] = "another";
  EXPECT_THAT(told("network", other), HasSubstr("is of another attachment"));
}

TEST_F(LedgerTest, TheResultMakesItAttached) {
  covers("L.1");
  LedgerEntry one = entry();
  one.result = kResult;
  ASSERT_TRUE(ledger.begin(one));
  const std::string intent = testing::read(dir.path() + "/ledger/net@pod1@eth0.json");
  ASSERT_TRUE(ledger.complete(one));
  EXPECT_EQ(testing::read(dir.path() + "/ledger/net@pod1@eth0.json"), intent) << "the flushed intent was rewritten";
  EXPECT_FALSE((*ledger.find("net", "pod1", "eth0"))->owed());
  ASSERT_TRUE(ledger.remove("net", "pod1", "eth0"));
  EXPECT_FALSE(ledger.find("net", "pod1", "eth0")->has_value());
  EXPECT_TRUE(std::filesystem::is_empty(dir.path() + "/ledger"));
}

TEST_F(LedgerTest, TheResultSoFarIsForTheDelOnly) {
  covers("L.1");
  LedgerEntry one = entry();
  ASSERT_TRUE(ledger.begin(one));
  one.result = R"({"cniVersion":"1.0.0"})";
  ASSERT_TRUE(ledger.progress(one));
  auto found = *ledger.find("net", "pod1", "eth0");
  EXPECT_EQ(found->state, LedgerEntry::State::adding);
  EXPECT_EQ(found->result, one.result);
  one.result = kResult;
  ASSERT_TRUE(ledger.complete(one));
  found = *ledger.find("net", "pod1", "eth0");
  EXPECT_EQ(found->state, LedgerEntry::State::attached);
  EXPECT_EQ(json::parse(found->result), json::parse(kResult));
}

TEST_F(LedgerTest, AResultThatAPowerCutSpoiledIsNone) {
  covers("L.1");
  LedgerEntry one = entry();
  one.result = kResult;
  ASSERT_TRUE(ledger.begin(one));
  const std::string at = std::to_string(one.created_at);
  for (const std::string& spoiled : {std::string(), std::string("{"), std::string(R"({"createdAt":0,"result":{}})"),
                                     std::string(R"({"result":{}})"), R"({"createdAt":)" + at + "}"}) {
    dir.write("ledger/net@pod1@eth0.result", spoiled);
    EXPECT_TRUE((*ledger.find("net", "pod1", "eth0"))->owed()) << spoiled;
  }
}

TEST_F(LedgerTest, ListsOldestFirstAndTellsOfTheBroken) {
  covers("L.5");
  for (const char* container : {"z", "a"}) {
    LedgerEntry one = entry(container);
    ASSERT_TRUE(ledger.save(one));
  }
  const std::string broken = dir.write("ledger/net@b@eth0.json", "{");
  dir.write("ledger/net@c@eth0.json.tmp.12345678", "{");
  dir.write("ledger/net@d@eth0.json", R"({"format":2})");
  std::vector<std::string> unreadable;
  const auto entries = ledger.list(&unreadable);
  ASSERT_EQ(entries->size(), 2U);
  EXPECT_EQ((*entries)[0].attachment.container_id, "z");
  EXPECT_EQ(unreadable.size(), 2U);
  EXPECT_EQ(unreadable[0], broken);
  EXPECT_EQ(ledger.of_container("a")->size(), 1U);
  EXPECT_EQ(ledger.find("net", "b", "eth0").error().kind, Kind::corrupt);
  EXPECT_THAT(*Ledger(dir.path() + "/none").list(), IsEmpty());
  EXPECT_FALSE(Ledger(broken).list()) << "a file in place of the directory is not told as no entries";
}

// Names of entries tell most of them apart, and those too long to be spelled have to be read.
TEST_F(LedgerTest, ThoseOfAContainerAreFoundUnderLongNamesToo) {
  covers("L.5");
  const std::string longest(240, 'x');
  for (const std::string& container : {longest, longest + "y", std::string("a"), std::string("aa")})
    ASSERT_TRUE(ledger.save(entry(container)));
  LedgerEntry second = entry("a");
  second.attachment.ifname = "eth1";
  ASSERT_TRUE(ledger.save(second));
  EXPECT_EQ(ledger.of_container(longest)->size(), 1U);
  EXPECT_EQ(ledger.of_container("a")->size(), 2U);
  EXPECT_EQ(ledger.of_container("x")->size(), 0U);
}

TEST_F(LedgerTest, HostileNamesAreRefused) {
  LedgerEntry one = entry("../../x");
  EXPECT_FALSE(ledger.save(one));
  EXPECT_FALSE(ledger.begin(one));
  EXPECT_FALSE(ledger.find("net", "../../x", "eth0"));
  EXPECT_FALSE(ledger.remove("net", "a/b", "eth0"));
}

class TemporariesTest : public ::testing::Test {
 protected:
  void sweep() {
    const auto swept =
        sweep_temporaries(temp.path(), [](const std::string& name) { return name.starts_with("spared"); });
    ASSERT_TRUE(swept) << swept.error().what;
  }
  std::vector<std::string> names() { return base::list_dir(temp.path()).value(); }
  testing::TempDir temp;
};

TEST_F(TemporariesTest, WhatNobodyWritesIsSweptAndNothingElse) {
  for (const char* name : {"x.tmp.0123abcd", "spared.tmp.0123abcd", "x.tmp.0123ABCD", "x.tmp.0123abcde",
                           "x.tmp.123abcd", ".tmp.0123abcd", "x.tmp", "x"})
    temp.write(name, "");
  const Fd writer = base::open_file(temp.write("live.tmp.0123abcd", ""), O_WRONLY).value();
  ASSERT_EQ(::flock(writer.get(), LOCK_EX), 0);
  sweep();
  EXPECT_THAT(names(), ElementsAre(".tmp.0123abcd", "live.tmp.0123abcd", "spared.tmp.0123abcd", "x", "x.tmp",
                                   "x.tmp.0123ABCD", "x.tmp.0123abcde", "x.tmp.123abcd"));
  EXPECT_TRUE(sweep_temporaries(temp.path() + "/none", [](const std::string&) { return false; }));
}

TEST_F(TemporariesTest, ASweepNeverTakesAFileFromItsWriter) {
  std::atomic<bool> done = false;
  std::thread sweeper([&] {
    while (!done) sweep();
  });
  for (int i = 0; i < 500; ++i) {
    const auto written = write_file_atomically(temp.path() + "/file", std::to_string(i));
    EXPECT_TRUE(written) << written.error().what;
    EXPECT_EQ(testing::read(temp.path() + "/file"), std::to_string(i));
  }
  done = true;
  sweeper.join();
  EXPECT_THAT(names(), ElementsAre("file"));
}

TEST_F(TemporariesTest, DurablyWrittenFilesReplaceToo) {
  temp.write("file", "old");
  ASSERT_TRUE(write_file_durably(temp.path() + "/file", "new"));
  EXPECT_EQ(testing::read(temp.path() + "/file"), "new");
  EXPECT_EQ(mode_of(temp.path() + "/file"), 0600U);
  EXPECT_FALSE(write_file_durably(temp.path() + "/none/file", ""));
  EXPECT_THAT(names(), ElementsAre("file"));
}

TEST_F(TemporariesTest, AreFlushedOnTheSpotWhereNoThreadIsToBeHad) {
  pthread_attr_t before{}, huge{};
  ASSERT_EQ(::pthread_getattr_default_np(&before), 0);
  ::pthread_attr_init(&huge);
  ::pthread_attr_setstacksize(&huge, std::size_t{1} << 47U);  // which finds no place
  ASSERT_EQ(::pthread_setattr_default_np(&huge), 0);
  auto sync = BackgroundSync::start(write_file_atomically(temp.path() + "/file", "x").value(), temp.path() + "/");
  ::pthread_setattr_default_np(&before);
  ASSERT_TRUE(sync) << sync.error().what;
  pollfd done{.fd = sync->done_fd(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&done, 1, 0), 1) << "a plugin that is to be given its input then would wait for ever";
  char byte = 0;
  EXPECT_EQ(::read(done.fd, &byte, 1), 1);
  EXPECT_TRUE(sync->wait());
}

TEST_F(CacheTest, AnEntryThatLooksLikeATemporaryFileIsNotSwept) {
  CachedAttachment one = entry();
  one.attachment.ifname = "e.tmp.0123abcd";
  ASSERT_TRUE(cache.save(one));
  dir.write("cache/results/net-pod1-f.tmp.0123abcd", testing::read(*cache.path("net", "pod1", "e.tmp.0123abcd")));
  ASSERT_TRUE(cache.sweep());
  EXPECT_THAT(base::list_dir(dir.path() + "/cache/results").value(), ElementsAre("net-pod1-e.tmp.0123abcd"));
}

class LocksTest : public ::testing::Test {
 protected:
  std::string dir() { return temp.path() + "/locks"; }
  testing::TempDir temp;
};

TEST_F(LocksTest, OneContainerIsSerialOthersAreNot) {
  covers("A12.02 A12.08");
  auto first = lock_container(dir(), "a", 1s);
  ASSERT_TRUE(first);
  for (const char* file : {"/container.a", "/all", "/turn"}) EXPECT_EQ(mode_of(dir() + file), 0600U) << file;
  EXPECT_EQ(lock_container(dir(), "a", 20ms).error().kind, Kind::busy);
  EXPECT_TRUE(lock_container(dir(), "b", 20ms));
  { const Lock released = std::move(*first); }
  EXPECT_TRUE(lock_container(dir(), "a", 20ms));
  EXPECT_FALSE(base::path_exists(dir() + "/container.a"));
}

TEST_F(LocksTest, WhoWaitsLongLooksStillOften) {
  bool soon = false;
  for (int tries = 0; tries < 5 && !soon; ++tries) {  // one busy machine proves nothing
    auto held = lock_container(dir(), "a", 60s);
    ASSERT_TRUE(held);
    std::thread lets_go([&] {
      std::this_thread::sleep_for(700ms);
      const Lock released = std::move(*held);
    });
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_TRUE(lock_container(dir(), "a", 60s));
    soon = std::chrono::steady_clock::now() - begun < 1100ms;
    lets_go.join();
  }
  EXPECT_TRUE(soon);
}

TEST_F(LocksTest, FilesOfKilledHoldersAreSweptThoseOfTheLivingNot) {
  covers("A12.02");
  const auto held = lock_container(dir(), "held", 1s);
  ASSERT_TRUE(held);
  temp.write("locks/container.left", "");
  ASSERT_TRUE(sweep_locks(dir()));
  EXPECT_THAT(base::list_dir(dir()).value(), ElementsAre("all", "container.held", "turn"));
  EXPECT_EQ(lock_container(dir(), "held", 20ms).error().kind, Kind::busy);
  EXPECT_TRUE(lock_container(dir(), "left", 20ms));
  EXPECT_TRUE(sweep_locks(temp.path() + "/none"));
}

TEST_F(LocksTest, GcIsAloneAndNotStarved) {
  covers("A10.02 A12.08");
  std::atomic<int> inside = 0;
  std::atomic<bool> collected = false;
  std::vector<std::thread> containers;
  for (int i = 0; i < 4; ++i)
    containers.emplace_back([&, i] {
      while (!collected) {
        const auto lock = lock_container(dir(), "pod" + std::to_string(i), 10s);
        ASSERT_TRUE(lock) << lock.error().what;
        ++inside;
        std::this_thread::sleep_for(2ms);
        --inside;
      }
    });
  std::this_thread::sleep_for(20ms);
  {
    const auto lock = lock_all(dir(), 10s);
    EXPECT_TRUE(lock) << lock.error().what;
    for (int i = 0; i < 10; ++i) {
      EXPECT_EQ(inside, 0);
      std::this_thread::sleep_for(1ms);
    }
    collected = true;
  }
  for (std::thread& thread : containers) thread.join();
}

TEST_F(LocksTest, ManyWaitersOfOneContainerNeverOverlap) {
  covers("A12.02");
  std::atomic<int> inside = 0;
  std::atomic<bool> done = false;
  std::thread sweeper([&] {
    while (!done) {
      EXPECT_TRUE(sweep_locks(dir()));
      std::this_thread::sleep_for(100us);
    }
  });
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        const auto lock = lock_container(dir(), "same", 20s);
        ASSERT_TRUE(lock) << lock.error().what;
        EXPECT_EQ(++inside, 1);
        std::this_thread::sleep_for(500us);
        --inside;
      }
    });
  for (std::thread& thread : threads) thread.join();
  done = true;
  sweeper.join();
}

// A caller that has just no descriptor left knows no more than before.
TEST(NetnsStands, WhereItCannotBeAsked) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  LedgerEntry entry;
  entry.attachment.netns = "/proc/self/ns/net";
  entry.netns_identity = base::identify_netns(entry.attachment.netns).value();
  entry.boot_id = current_boot_id();
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const bool stands = netns_stands(entry);
  entry.attachment.netns = "/nowhere";
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_TRUE(stands);
  EXPECT_FALSE(netns_stands(entry));
}

}  // namespace
}  // namespace cni

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <set>

#include "runtime/store/own_node.h"
#include "runtime/store/test_store.h"

namespace podrun {
namespace {

using ::testing::HasSubstr;

class Reservations : public StoreTest {
 protected:
  std::string box(const std::string& id) {
    EXPECT_TRUE(base::make_dirs(store_.layout().box(id)));
    return id;
  }
};

std::string numbered_id(unsigned number) {
  char text[65];
  std::snprintf(text, sizeof text, "%08x%056x", number, number);
  return text;
}

TEST_F(Reservations, ANameBelongsToOnePod) {
  const std::string first = box(test_id('1'));
  const std::string second = box(test_id('2'));
  EXPECT_TRUE(store_.reserve_name("default", "web", first));
  EXPECT_TRUE(store_.reserve_name("default", "web", first));  // its own already
  const auto taken = store_.reserve_name("default", "web", second);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind, Kind::exists);
  EXPECT_THAT(taken.error().what, HasSubstr(first));
  EXPECT_TRUE(store_.reserve_name("other", "web", second));
}

TEST_F(Reservations, OnlyTheHolderReleasesAName) {
  const std::string first = box(test_id('1'));
  ASSERT_TRUE(store_.reserve_name("default", "web", first));
  EXPECT_TRUE(store_.release_name("default", "web", test_id('2')));
  EXPECT_TRUE(store_.find("default", "web"));
  EXPECT_TRUE(store_.release_name("default", "web", first));
  EXPECT_FALSE(store_.find("default", "web"));
  EXPECT_TRUE(store_.release_name("default", "web", first));
}

TEST_F(Reservations, WhoHasNoneHasNothingToRelease) {
  const std::string id = box(test_id('1'));
  EXPECT_TRUE(store_.release_name("default", "web", id));  // nor is there a directory of names yet
  EXPECT_TRUE(store_.release_ids(id));
  EXPECT_EQ(store_.name_of(id), std::nullopt);
  ASSERT_TRUE(store_.reserve_name("default", "web", id));
  EXPECT_EQ(store_.name_of(test_id('2')), std::nullopt);
  EXPECT_TRUE(store_.release_name("../names", "default", id));
  EXPECT_TRUE(store_.release_name("default", "../default", id));
  EXPECT_EQ(store_.name_of(id), (std::pair<std::string, std::string>("default", "web")));
}

TEST_F(Reservations, ANamespaceGoesWithItsLastName) {
  const std::string id = box(test_id('1'));
  ASSERT_TRUE(store_.reserve_name("blue", "one", id) && store_.reserve_name("blue", "two", id));
  EXPECT_TRUE(store_.release_name("blue", "one", id));
  EXPECT_TRUE(store_.find("blue", "two"));
  EXPECT_TRUE(store_.release_name("blue", "two", id));
  EXPECT_FALSE(base::path_exists(store_.layout().names_in("blue")));
}

TEST_F(Reservations, ARangeIsKeptByWhoHasIt) {
  const std::string id = box(test_id('1'));
  const auto first = store_.reserve_ids(id);
  ASSERT_TRUE(first);
  EXPECT_EQ(store_.reserve_ids(id).value_or(0), *first);
  EXPECT_EQ(base::list_dir(store_.layout().ids())->size(), 1U);
}

// From the last slot the search goes on at the first.
TEST_F(Reservations, TheSearchForARangeGoesRound) {
  ASSERT_EQ(store_.reserve_ids(box(numbered_id(4095))).value_or(0), 0x7fff0000U);
  EXPECT_EQ(store_.reserve_ids(box(numbered_id(4095 + 4096))).value_or(0), 0x70000000U);
}

TEST_F(Reservations, WhatAVanishedBoxHeldIsFree) {
  const std::string gone = test_id('1');
  ASSERT_TRUE(store_.reserve_name("default", "web", gone));
  const auto gone_ids = store_.reserve_ids(gone);
  ASSERT_TRUE(gone_ids);
  const std::string next = box(test_id('1').replace(63, 1, "2"));  // looks at the same slot first
  EXPECT_TRUE(store_.reserve_name("default", "web", next));
  EXPECT_EQ(*store_.find("default", "web"), next);
  EXPECT_EQ(store_.reserve_ids(next).value_or(0), *gone_ids);
}

TEST_F(Reservations, IdRangesStandWhereNobodyElseLooks) {
  for (const unsigned number : {0U, 1U, 4095U, 4096U, 0xffffffffU}) {
    const auto base = store_.reserve_ids(box(numbered_id(number)));
    ASSERT_TRUE(base);
    EXPECT_GE(*base, 0x70000000U);
    EXPECT_LE(*base, 0x7fff0000U);
    EXPECT_EQ(*base % 65'536, 0U);
  }
}

TEST_F(Reservations, ReleasingIdsIsIdempotentAndFindsADisplacedSlot) {
  const std::string first = box(numbered_id(7));
  const std::string displaced = box(numbered_id(7 + 4096));
  const auto first_ids = store_.reserve_ids(first);
  const auto displaced_ids = store_.reserve_ids(displaced);
  ASSERT_TRUE(first_ids && displaced_ids);
  EXPECT_NE(*first_ids, *displaced_ids);
  EXPECT_TRUE(store_.release_ids(displaced));
  EXPECT_TRUE(store_.release_ids(displaced));
  EXPECT_EQ(base::list_dir(store_.layout().ids())->size(), 1U);
  EXPECT_TRUE(store_.release_ids(first));
  EXPECT_TRUE(base::list_dir(store_.layout().ids())->empty());
}

TEST_F(Reservations, TwoHundredAtOnceNeverOverlap) {
  // All of them look at the same slot first, from eight processes.
  constexpr unsigned kPods = 200;
  constexpr unsigned kProcesses = 8;
  for (unsigned i = 0; i < kPods; ++i) box(numbered_id(3 + i * 4096));
  int results[2];
  ASSERT_EQ(::pipe(results), 0);
  for (unsigned p = 0; p < kProcesses; ++p) {
    if (::fork() != 0) continue;
    for (unsigned i = p; i < kPods; i += kProcesses) {
      const std::uint32_t base = store_.reserve_ids(numbered_id(3 + i * 4096)).value_or(0);
      if (::write(results[1], &base, sizeof base) != sizeof base) ::_exit(1);
    }
    ::_exit(0);
  }
  ::close(results[1]);
  std::set<std::uint32_t> bases;
  std::uint32_t base = 0;
  while (::read(results[0], &base, sizeof base) == sizeof base) bases.insert(base);
  ::close(results[0]);
  for (unsigned p = 0; p < kProcesses; ++p) {
    int status = -1;
    ::wait(&status);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(bases.size(), kPods);
  EXPECT_EQ(bases.count(0), 0U);
}

TEST_F(Reservations, WithoutAFreeRangeSaysWhatToDo) {
  const std::string holder = box(test_id('f'));
  ASSERT_TRUE(base::make_dirs(store_.layout().ids()));
  for (int slot = 0; slot < 4096; ++slot)
    ASSERT_EQ(::symlink(holder.c_str(), (store_.layout().ids() + "/" + std::to_string(slot)).c_str()), 0);
  const auto base = store_.reserve_ids(box(test_id('e')));
  ASSERT_FALSE(base);
  EXPECT_EQ(base.error().kind, Kind::busy);
  EXPECT_THAT(base.error().what, HasSubstr("all 4096 ranges of user ids are taken; delete a pod"));
}

TEST_F(Reservations, AFileInPlaceOfAReservationIsReportedNotRemoved) {
  ASSERT_TRUE(base::make_dirs(store_.layout().names_in("default")));
  ASSERT_TRUE(base::write_file_durably(store_.layout().name("default", "web"), "mine"));
  EXPECT_EQ(store_.reserve_name("default", "web", box(test_id('1'))).error().kind, Kind::corrupt);
  EXPECT_TRUE(base::path_exists(store_.layout().name("default", "web")));
}

TEST_F(Reservations, TheLongestNamesAreFoundByTheirId) {
  const std::string id(64, 'e'), name(253, 'a'), name_space(63, 'n');
  const auto box = store_.create(id);
  ASSERT_TRUE(box);
  const auto reserved = store_.reserve_name(name_space, name, id);
  ASSERT_TRUE(reserved) << reserved.error().what;
  EXPECT_EQ(store_.name_of(id), (std::pair{name_space, name}));
  EXPECT_EQ(store_.find(name_space, name).value_or(""), id);
  ASSERT_TRUE(store_.release_name(name_space, name, id));
  EXPECT_FALSE(base::path_exists(store_.layout().names_in(name_space))) << "a namespace without pods is nothing";
}

// Names of files have 255 bytes at most, and two pods never share one.
TEST_F(Reservations, PinsOfTheLongestNamesDiffer) {
  const Layout& layout = store_.layout();
  const std::string name_space(63, 'n'), longest(252, 'a');
  const std::string one = layout.netns(name_space, longest + "a"), other = layout.netns(name_space, longest + "b");
  EXPECT_NE(one, other);
  for (const auto& path : {one, other}) EXPECT_LE(path.substr(path.rfind('/') + 1).size(), 255U);
  EXPECT_EQ(layout.netns("default", longest + "a"), layout.directories().netns + "/" + longest + "a");
  EXPECT_EQ(layout.netns("blue", "web"), layout.directories().netns + "/blue_web");
}

TEST_F(Reservations, DirectoriesThatOthersCouldLockAreClosed) {
  const std::string id(64, 'f');
  for (const auto& dir : {store_.layout().pods(), store_.layout().names(), store_.layout().ids()})
    ASSERT_TRUE(base::make_dirs(dir, 0755));
  const auto box = store_.create(id);
  ASSERT_TRUE(box && store_.reserve_name("default", "web", id) && store_.reserve_ids(id));
  for (const auto& dir : {store_.layout().pods(), store_.layout().names(), store_.layout().ids()}) {
    struct stat info {};
    ASSERT_EQ(::stat(dir.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0700U) << dir;
  }
}

// Nodes have one directory of ranges, and see no boxes but their own.
TEST_F(Reservations, ARangeOfAnotherNodeIsTakenWhereverItsBoxIs) {
  const std::string id = numbered_id(7);
  const auto be = [&](const std::string& node) {
    if (node.empty()) return base::remove_file(store_.layout().own_node());
    return base::write_file_durably(store_.layout().own_node(), own_node_text({node, "/podrun-node-" + node}));
  };
  ASSERT_TRUE(base::make_dirs(store_.layout().directories().state));
  ASSERT_TRUE(be("n1"));
  const std::uint32_t first = store_.reserve_ids(box(id)).value_or(0);
  ASSERT_NE(first, 0U);
  EXPECT_EQ(store_.reserve_ids(id).value_or(0), first);  // its own already
  ASSERT_TRUE(base::remove_tree(store_.layout().box(id)));

  for (const char* other : {"", "n2"}) {
    ASSERT_TRUE(be(other));
    const std::uint32_t second = store_.reserve_ids(box(id)).value_or(0);
    EXPECT_NE(second, 0U);
    EXPECT_NE(second, first) << other;
    EXPECT_TRUE(store_.release_ids(id));
    ASSERT_TRUE(base::remove_tree(store_.layout().box(id)));
  }
  ASSERT_TRUE(be("n1"));  // whose own it is: it can tell that the pod is gone
  EXPECT_EQ(store_.reserve_ids(box(numbered_id(7))).value_or(0), first);
}

TEST_F(Reservations, ANodeThatIsGoneGivesAllItsRangesBack) {
  ASSERT_TRUE(base::make_dirs(store_.layout().directories().state));
  ASSERT_TRUE(store_.reserve_ids(box(numbered_id(1))));
  for (const char* node : {"n1", "n10"}) {
    ASSERT_TRUE(base::write_file_durably(store_.layout().own_node(), own_node_text({node, "/c"})));
    ASSERT_TRUE(store_.reserve_ids(box(numbered_id(2))));
    ASSERT_TRUE(store_.reserve_ids(box(numbered_id(3))));
  }
  ASSERT_TRUE(store_.release_ids_of_node("n1"));
  EXPECT_EQ(base::list_dir(store_.layout().ids()).value_or({}).size(), 3U);
  ASSERT_TRUE(store_.release_ids_of_node("n10"));
  ASSERT_TRUE(store_.release_ids_of_node(""));
  EXPECT_EQ(base::list_dir(store_.layout().ids()).value_or({}).size(), 1U);
}

TEST_F(Reservations, WhichNodeItIs) {
  EXPECT_EQ(own_node(store_.layout()).value_or({"none", ""}).name, "");
  ASSERT_TRUE(base::make_dirs(store_.layout().directories().state));
  ASSERT_TRUE(base::write_file_durably(store_.layout().own_node(), own_node_text({"n1", "/a/podrun-node-n1"})));
  const auto node = own_node(store_.layout());
  ASSERT_TRUE(node);
  EXPECT_EQ(node->name, "n1");
  EXPECT_EQ(node->cgroup, "/a/podrun-node-n1");
  for (const char* bad : {"", "\n", "n1", "\nn1\n"}) {
    ASSERT_TRUE(base::write_file_durably(store_.layout().own_node(), bad));
    EXPECT_FALSE(own_node(store_.layout())) << bad;
  }
}

}  // namespace
}  // namespace podrun

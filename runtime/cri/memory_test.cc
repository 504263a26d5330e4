#include "runtime/cri/memory.h"

#include <gmock/gmock.h>

#include <chrono>
#include <thread>

#include "runtime/store/test_store.h"

namespace podrun::cri {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class MemoryTest : public StoreTest {
 protected:
  static void settle() { std::this_thread::sleep_for(std::chrono::milliseconds(150)); }

  void save(const PodRecord& record) { EXPECT_TRUE(store_.lock(record.plan.who.id, 0)->save(record)); }
  void save(const std::string& id, const ContainerRecord& record) { EXPECT_TRUE(store_.lock(id, 0)->save(record)); }

  ContainerRecord container(const std::string& name) {
    ContainerRecord record;
    record.plan.name = name;
    return record;
  }

  const std::string id_ = test_id('1');
  Memory memory_{store_};
};

TEST_F(MemoryTest, ReadsARecordAgainWhenItIsAnotherAndNotBefore) {
  PodRecord record = put(id_, "default", "web");
  settle();
  const auto first = memory_.pod(id_);
  ASSERT_TRUE(first);
  EXPECT_EQ(*memory_.pod(id_), *first);
  record.life.ips = {"10.0.0.9"};
  save(record);
  const auto second = memory_.pod(id_);
  ASSERT_TRUE(second);
  EXPECT_EQ((*second)->record.life.ips, record.life.ips);
  EXPECT_NE((*first)->record.life.ips, record.life.ips) << "what was given stays as it is";
}

TEST_F(MemoryTest, ReadsContainersAgainWhenOneComesChangesOrGoes) {
  put(id_, "default", "web");
  save(id_, container("one"));
  settle();
  const auto pod = *memory_.pod(id_);
  const auto names = [&] {
    std::vector<std::string> all;
    for (const KnownContainer& one : (*memory_.containers_of(pod))->all)
      all.push_back(one.record.plan.name + one.record.plan.image);
    return all;
  };
  EXPECT_EQ(*memory_.containers_of(pod), *memory_.containers_of(pod));
  EXPECT_THAT(names(), ::testing::ElementsAre("one"));
  save(id_, container("two"));
  EXPECT_THAT(names(), ::testing::ElementsAre("one", "two"));
  settle();
  names();
  ContainerRecord changed = container("two");
  changed.plan.image = "!";
  save(id_, changed);
  EXPECT_THAT(names(), ::testing::ElementsAre("one", "two!"));
  settle();
  names();
  ASSERT_TRUE(base::remove_file(store_.layout().container_record(id_, changed.plan.key())));
  EXPECT_THAT(names(), ::testing::ElementsAre("one"));
}

// The clock of files may hide what comes within the same tick, also while it is read for long.
TEST_F(MemoryTest, KeepsNothingThatIsNew) {
  put(id_, "default", "web");
  save(id_, container("one"));
  const auto is_settled = [&] { return Stamp::of(store_.layout().containers(id_))->has_settled(); };
  const auto stamp = Stamp::of(store_.layout().containers(id_));
  EXPECT_FALSE(stamp->has_settled());
  const auto pod = *memory_.pod(id_);
  EXPECT_NE(*memory_.pod(id_), pod);
  EXPECT_NE(*memory_.containers_of(pod), *memory_.containers_of(pod));
  settle();
  EXPECT_TRUE(is_settled());
  EXPECT_FALSE(stamp->has_settled()) << "it is of when it was taken";
}

TEST_F(MemoryTest, LooksAgainForAContainerThatCouldNotBeRead) {
  put(id_, "default", "web");
  save(id_, container("one"));
  ASSERT_TRUE(base::write_file_durably(store_.layout().container_record(id_, "two.0"), "{"));
  settle();
  const auto pod = *memory_.pod(id_);
  EXPECT_THAT((*memory_.containers_of(pod))->all, SizeIs(1));
  EXPECT_NE(*memory_.containers_of(pod), *memory_.containers_of(pod));
}

TEST_F(MemoryTest, MissesNoChangeHoweverFastTheyCome) {
  PodRecord record = put(id_, "default", "web");
  for (int i = 0; i != 1000; ++i) {
    record.life.ips = {std::to_string(i)};
    save(record);
    ASSERT_EQ((*memory_.pod(id_))->record.life.ips, record.life.ips);
  }
}

TEST_F(MemoryTest, ForgetsWhatIsGoneAndPassesOverWhatIsBroken) {
  put(id_, "default", "web");
  put(test_id('2'), "default", "api");
  put(test_id('3'), "default", "spoilt");
  ASSERT_TRUE(base::write_file_durably(store_.layout().record(test_id('3')), "{"));
  settle();
  std::weak_ptr<const KnownPod> web;
  {
    const auto pods = memory_.pods();
    ASSERT_TRUE(pods);
    ASSERT_THAT(*pods, SizeIs(2));
    EXPECT_EQ(pods->front()->record.plan.who.name, "api");
    web = pods->back();
  }
  EXPECT_FALSE(web.expired());
  ASSERT_TRUE(store_.lock(id_, 0)->erase());
  EXPECT_THAT(*memory_.pods(), SizeIs(1));
  EXPECT_TRUE(web.expired());
  EXPECT_EQ(memory_.pod(id_).error().kind, Kind::not_found);
}

TEST_F(MemoryTest, WithoutAnyPodHasNone) { EXPECT_THAT(*memory_.pods(), IsEmpty()); }

}  // namespace
}  // namespace podrun::cri

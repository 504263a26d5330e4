// Real files and processes, and what is answered once they have changed: however fast, whoever asks meanwhile, and
// where the kernel tells nothing.
#include "runtime/cri/memory.h"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <thread>

#include "base/files.h"
#include "runtime/cri/backend.h"
#include "runtime/cri/events.h"
#include "runtime/store/test_store.h"

namespace podrun::cri {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// No new descriptor is had for as long as it lives.
class NoDescriptors {
 public:
  explicit NoDescriptors(rlim_t most = 0) {
    ::getrlimit(RLIMIT_NOFILE, &usual_);
    const rlimit none{most, usual_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &usual_); }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit usual_{};
};

class MemoryTest : public StoreTest {
 protected:
  ~MemoryTest() override {
    for (const pid_t pid : children_) end(pid);
  }

  // `hears`: else it could not have an inotify instance, and goes by stamps.
  std::unique_ptr<Memory> memory(bool hears = true) {
    std::optional<NoDescriptors> none;
    if (!hears) none.emplace();
    return std::make_unique<Memory>(store_);
  }
  static void settle() { std::this_thread::sleep_for(std::chrono::milliseconds(150)); }

  void save(const PodRecord& record) { EXPECT_TRUE(store_.lock(record.plan.who.id, 1000)->save(record)); }
  void save(const std::string& id, const ContainerRecord& record) { EXPECT_TRUE(store_.lock(id, 1000)->save(record)); }

  // A process that does nothing, until end().
  ProcessId start() {
    Fd pidfd;
    const auto pid = clone_process(SIGCHLD, &pidfd);
    EXPECT_TRUE(pid);
    if (*pid == 0) {
      ::pause();
      ::_exit(0);
    }
    children_.push_back(*pid);
    return identify(*pid, pidfd.get()).value();
  }
  static void end(pid_t pid) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }

  PodRecord standing_pod() { return standing_pod(id_, "web"); }
  PodRecord standing_pod(const std::string& id, const std::string& name) {
    PodRecord record = put(id, "default", name);
    record.life = {};
    record.life.state = PodState::ready;
    record.life.boot_id = boot_id();
    record.life.shim = start();
    record.life.pause = start();
    save(record);
    return record;
  }
  static ContainerRecord container(const std::string& name, ProcessId process = {}) {
    ContainerRecord record;
    record.plan.name = name;
    record.life.process = process;
    return record;
  }
  void write_exit(const ContainerRecord& one) {
    ASSERT_TRUE(base::write_file_durably(store_.layout().exit_file(id_, one.plan.key()), "3 0 1700000000000000000\n"));
  }
  // In a pod that stands, each with a process; how they will have ended is there already.
  std::vector<ContainerRecord> standing_containers(std::uint32_t count) {
    standing_pod();
    std::vector<ContainerRecord> all;
    for (std::uint32_t i = 0; i != count; ++i) {
      all.push_back(container("c" + std::to_string(i), start()));
      all.back().plan.position = i;
      save(id_, all.back());
      write_exit(all.back());
    }
    return all;
  }
  static void expect_each_end_is_seen(Memory& memory, const std::vector<ContainerRecord>& all) {
    std::vector<std::string> expected(all.size() + 1, "CONTAINER_RUNNING");
    expected.front() = "ready";
    for (std::size_t i = 0; i != all.size(); ++i) {
      ASSERT_EQ(states(memory), expected);
      end(all[i].life.process.pid);
      expected[i + 1] = "CONTAINER_EXITED";
    }
    EXPECT_EQ(states(memory), expected);
  }
  static std::vector<std::string> states(Memory& memory) {
    std::vector<std::string> states;
    for (const SeenPod& pod : **memory.pods()) {
      states.push_back(pod.sandbox.is_ready ? "ready" : "notready");
      for (const SeenContainer& one : *pod.containers) states.push_back(api::ContainerState_Name(one.state));
    }
    return states;
  }

  const std::string id_ = test_id('1');
  std::vector<pid_t> children_;
};

// Whether the kernel tells what happens.
class MemoryOfFiles : public MemoryTest, public testing::WithParamInterface<bool> {
 protected:
  const std::unique_ptr<Memory> memory_ = memory(GetParam());
};
INSTANTIATE_TEST_SUITE_P(, MemoryOfFiles, testing::Bool(),
                         [](const auto& hears) { return hears.param ? "Told" : "ByStamps"; });

TEST_P(MemoryOfFiles, ReadsARecordAgainWhenItIsAnotherAndNotBefore) {
  PodRecord record = put(id_, "default", "web");
  settle();
  const auto first = memory_->sandbox(id_);
  ASSERT_TRUE(first);
  EXPECT_EQ(memory_->sandbox(id_)->known, first->known);
  record.life.ips = {"10.0.0.9"};
  save(record);
  const auto second = memory_->sandbox(id_);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->record().life.ips, record.life.ips);
  EXPECT_NE(first->record().life.ips, record.life.ips) << "what was given stays as it is";
}

TEST_P(MemoryOfFiles, ReadsContainersAgainWhenOneComesChangesOrGoes) {
  put(id_, "default", "web");
  save(id_, container("one"));
  settle();
  const Sandbox pod = *memory_->sandbox(id_);
  const auto known = [&] { return memory_->containers_of(pod).value()->front().known; };
  const auto names = [&] {
    std::vector<std::string> all;
    for (const SeenContainer& one : *memory_->containers_of(pod).value())
      all.push_back(one.record().plan.name + one.record().plan.image);
    return all;
  };
  const auto before = known();
  EXPECT_EQ(known(), before);
  EXPECT_THAT(names(), ElementsAre("one"));
  save(id_, container("two"));
  EXPECT_THAT(names(), ElementsAre("one", "two"));
  settle();
  names();
  ContainerRecord changed = container("two");
  changed.plan.image = "!";
  save(id_, changed);
  EXPECT_THAT(names(), ElementsAre("one", "two!"));
  settle();
  names();
  ASSERT_TRUE(base::remove_file(store_.layout().container_record(id_, changed.plan.key())));
  EXPECT_THAT(names(), ElementsAre("one"));
}

TEST_P(MemoryOfFiles, LooksAgainForAContainerThatCouldNotBeRead) {
  put(id_, "default", "web");
  save(id_, container("one"));
  ASSERT_TRUE(base::write_file_durably(store_.layout().container_record(id_, "two.0"), "{"));
  settle();
  const Sandbox pod = *memory_->sandbox(id_);
  EXPECT_THAT(*memory_->containers_of(pod).value(), SizeIs(1));
  EXPECT_NE(*memory_->containers_of(pod), *memory_->containers_of(pod));
  EXPECT_NE(*memory_->pods(), *memory_->pods());
}

TEST_P(MemoryOfFiles, MissesNoChangeHoweverFastTheyComeAndWhoeverAsksMeanwhile) {
  PodRecord record = put(id_, "default", "web");
  std::jthread other([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) (void)memory_->pods();
  });
  for (int i = 0; i != 1000; ++i) {
    record.life.ips = {std::to_string(i)};
    save(record);
    ASSERT_EQ(memory_->sandbox(id_)->record().life.ips, record.life.ips);
    ASSERT_EQ(memory_->pods().value()->front().sandbox.record().life.ips, record.life.ips);
  }
}

TEST_P(MemoryOfFiles, ForgetsWhatIsGoneAndPassesOverWhatIsBroken) {
  put(id_, "default", "web");
  put(test_id('2'), "default", "api");
  put(test_id('3'), "default", "spoilt");
  ASSERT_TRUE(base::write_file_durably(store_.layout().record(test_id('3')), "{"));
  settle();
  std::weak_ptr<const KnownPod> web;
  {
    const auto pods = memory_->pods();
    ASSERT_TRUE(pods);
    ASSERT_THAT(**pods, SizeIs(2));
    EXPECT_EQ((*pods)->front().sandbox.record().plan.who.name, "api");
    web = (*pods)->back().sandbox.known;
  }
  EXPECT_FALSE(web.expired());
  ASSERT_TRUE(store_.lock(id_, 0)->erase());
  EXPECT_THAT(*memory_->pods().value(), SizeIs(1));
  EXPECT_TRUE(web.expired());
  EXPECT_EQ(memory_->sandbox(id_).error().kind, Kind::not_found);
}

TEST_P(MemoryOfFiles, WithoutAnyPodHasNone) { EXPECT_THAT(*memory_->pods().value(), IsEmpty()); }

TEST_P(MemoryOfFiles, SeesAnEndAtOnce) {
  const PodRecord pod = standing_pod();
  const ContainerRecord first = container("a", start());
  const ContainerRecord second = container("b", start());
  save(id_, first);
  save(id_, second);
  settle();
  for (int i = 0; i != 2; ++i)
    EXPECT_THAT(states(*memory_), ElementsAre("ready", "CONTAINER_RUNNING", "CONTAINER_RUNNING"));
  write_exit(first);
  end(first.life.process.pid);
  EXPECT_THAT(states(*memory_), ElementsAre("ready", "CONTAINER_EXITED", "CONTAINER_RUNNING"));
  end(pod.life.shim.pid);
  EXPECT_THAT(states(*memory_), ElementsAre("notready", "CONTAINER_EXITED", "CONTAINER_RUNNING"));
  end(second.life.process.pid);
  EXPECT_THAT(states(*memory_), ElementsAre("notready", "CONTAINER_EXITED", "CONTAINER_UNKNOWN"));
  write_exit(second);
  EXPECT_THAT(states(*memory_), ElementsAre("notready", "CONTAINER_EXITED", "CONTAINER_EXITED"));
}

// The process that has the pid now is not the one on record.
TEST_P(MemoryOfFiles, TakesNoOtherProcessOfThatPidForIt) {
  standing_pod();
  ProcessId other = start();
  --other.start_time;
  other.pidfd_inode += other.pidfd_inode == 0 ? 0 : 1;
  save(id_, container("a", other));
  write_exit(container("a"));
  for (int i = 0; i != 2; ++i) EXPECT_THAT(states(*memory_), ElementsAre("ready", "CONTAINER_EXITED"));
}

// It may be that a file could not be read just now.
TEST_P(MemoryOfFiles, LooksAgainForAnEndThatNobodyHasTold) {
  standing_pod();
  const ContainerRecord begun = container("a", start());
  const ContainerRecord only_made = container("b");
  for (const ContainerRecord& one : {begun, only_made}) {
    save(id_, one);
    ASSERT_TRUE(base::write_file_durably(store_.layout().exit_file(id_, one.plan.key()), "?"));
  }
  end(begun.life.process.pid);
  settle();
  for (int i = 0; i != 2; ++i)
    EXPECT_THAT(states(*memory_), ElementsAre("ready", "CONTAINER_RUNNING", "CONTAINER_CREATED"));
  for (const ContainerRecord& one : {begun, only_made})  // no event
    ASSERT_TRUE(base::write_in_place(store_.layout().exit_file(id_, one.plan.key()), "3 0 1700000000000000000\n"));
  EXPECT_THAT(states(*memory_), ElementsAre("ready", "CONTAINER_EXITED", "CONTAINER_EXITED"));
}

TEST_F(MemoryTest, LooksAtNothingWhereNothingHasHappened) {
  standing_pod();
  save(id_, container("a", start()));
  const auto memory = this->memory();
  const SeenPods seen = *memory->pods();
  EXPECT_EQ(*memory->pods(), seen);
  save(id_, container("b"));
  EXPECT_NE(*memory->pods(), seen);
}

TEST_F(MemoryTest, SeesEachEndWhoeverAsksMeanwhile) {
  const std::vector<ContainerRecord> all = standing_containers(40);
  const auto memory = this->memory();
  const std::jthread other([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) (void)memory->pods();
  });
  expect_each_end_is_seen(*memory, all);
}

TEST_F(MemoryTest, AsksForTheProcessesThatItMayNotFollow) {
  const std::vector<ContainerRecord> all = standing_containers(40);
  std::unique_ptr<Memory> memory;
  {
    const NoDescriptors few(64);
    memory = this->memory();
  }
  EXPECT_NE(*memory->pods(), *memory->pods());
  expect_each_end_is_seen(*memory, all);
}

TEST_F(MemoryTest, HearsOfTheEndOfAnyPodBeforeThoseOfContainers) {
  standing_containers(40);
  const PodRecord other = standing_pod(test_id('2'), "api");
  std::unique_ptr<Memory> memory;
  {
    const NoDescriptors few(64);
    memory = this->memory();
  }
  memory->tell([] {});
  (void)memory->pods();
  EXPECT_TRUE(memory->untold().empty());
  end(other.life.pause.pid);
  EXPECT_THAT(memory->untold().pods, ElementsAre(test_id('2')));
}

TEST_F(MemoryTest, GoesByStampsUntilItMissesNothingAgain) {
  PodRecord record = put(id_, "default", "web");
  ContainerRecord one = container("one");
  const auto memory = this->memory();
  EXPECT_THAT(*memory->pods().value(), SizeIs(1));
  {
    put(test_id('2'), "default", "api");
    save(test_id('2'), one);
    const NoDescriptors none;  // to look into what is new
    (void)memory->pods();
    EXPECT_TRUE(memory->gap());
  }
  for (int i = 0; i != 20; ++i) {
    one.plan.image = std::to_string(i);
    save(test_id('2'), one);
    record.life.ips = {std::to_string(i)};
    save(record);
    const SeenPods pods = *memory->pods();
    ASSERT_THAT(*pods, SizeIs(2));
    EXPECT_EQ(pods->front().containers->front().record().plan.image, one.plan.image);
    EXPECT_EQ(pods->back().sandbox.record().life.ips, record.life.ips);
  }
  EXPECT_FALSE(memory->gap());
  EXPECT_EQ(*memory->pods(), *memory->pods()) << "it looks at nothing where nothing happens";
}

TEST_F(MemoryTest, EventsComeAlsoWhereNothingIsTold) {
  std::optional<NoDescriptors> none(0);
  const Backend backend{{}, View(store_, true), Workers("", {}, {})};
  none.reset();
  ASSERT_TRUE(backend.view.memory().gap());
  testing::internal::CaptureStderr();
  {
    auto events = Events::start(backend);
    ASSERT_TRUE(events);
    const auto listener = (*events)->listen();
    const PodRecord pod = standing_pod();
    const auto next = [&] { return listener->next(std::chrono::seconds(20)).value().container_event_type(); };
    EXPECT_EQ(next(), api::CONTAINER_CREATED_EVENT);
    EXPECT_EQ(next(), api::CONTAINER_STARTED_EVENT);
    end(pod.life.pause.pid);
    EXPECT_EQ(next(), api::CONTAINER_STOPPED_EVENT);
  }
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
  EXPECT_THAT(said, testing::HasSubstr("files are compared"));
}

TEST_F(MemoryTest, ForgetsAllWhereTheKernelCouldNotKeepWhatHappened) {
  const auto kept = base::read_file("/proc/sys/fs/inotify/max_queued_events");
  ASSERT_TRUE(kept);
  const int limit = std::stoi(*kept);
  if (limit > 200'000) GTEST_SKIP() << "more than this test makes";
  PodRecord record = put(id_, "default", "web");
  const auto memory = this->memory();
  (void)memory->pods();
  const std::string a = store_.layout().box(id_) + "/a";
  const std::string b = store_.layout().box(id_) + "/b";
  ASSERT_TRUE(base::write_file_durably(a, ""));
  for (int i = 0; i < limit; ++i) ASSERT_EQ(std::rename((i % 2 == 0 ? a : b).c_str(), (i % 2 == 0 ? b : a).c_str()), 0);
  record.life.ips = {"10.0.0.9"};
  save(record);  // nobody hears of it
  EXPECT_EQ(memory->pods().value()->front().sandbox.record().life.ips, record.life.ips);
}

TEST_F(MemoryTest, TellsWhoSleepsAlsoWhatOthersHaveHeardOf) {
  PodRecord record = put(id_, "default", "web");
  const auto memory = this->memory();
  int woken = 0;
  ASSERT_GE(memory->tell([&] { ++woken; }), 0);
  EXPECT_TRUE(memory->untold().empty());
  save(record);
  (void)memory->pods();
  EXPECT_EQ(woken, 1);
  EXPECT_THAT(memory->untold().pods, ElementsAre(id_));
  EXPECT_TRUE(memory->untold().empty());
  save(record);
  EXPECT_THAT(memory->untold().pods, ElementsAre(id_));
  EXPECT_EQ(woken, 1) << "it was awake";
}

// The clock of files may hide what comes within the same tick, also while it is read for long.
TEST_F(MemoryTest, ByStampsItKeepsNothingThatIsNew) {
  put(id_, "default", "web");
  save(id_, container("one"));
  const auto memory = this->memory(false);
  const auto is_settled = [&] { return Stamp::of(store_.layout().containers(id_))->has_settled(); };
  const auto stamp = Stamp::of(store_.layout().containers(id_));
  EXPECT_FALSE(stamp->has_settled());
  EXPECT_NE(memory->sandbox(id_)->known, memory->sandbox(id_)->known);
  settle();
  EXPECT_TRUE(is_settled());
  EXPECT_FALSE(stamp->has_settled()) << "it is of when it was taken";
}

}  // namespace
}  // namespace podrun::cri

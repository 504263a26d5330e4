#include <gmock/gmock.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

#include "runtime/store/test_store.h"

namespace podrun {
namespace {

using ::testing::ElementsAre;

TEST_F(StoreTest, WithoutAnyPodListsNothing) {
  const auto pods = store_.list();
  ASSERT_TRUE(pods);
  EXPECT_TRUE(pods->empty());
  EXPECT_TRUE(store_.sweep());
}

TEST_F(StoreTest, ListsByNamespaceAndNameAndSaysWhatIsBroken) {
  put(test_id('1'), "default", "web");
  put(test_id('2'), "default", "api");
  put(test_id('3'), "a", "zoo");
  put(test_id('4'), "default", "spoilt");
  ASSERT_TRUE(base::write_file_durably(store_.layout().record(test_id('4')), "{"));
  ASSERT_TRUE(store_.create(test_id('5')));  // killed before its record was written
  put(test_id('6'), "default", "moved");
  ASSERT_EQ(::rename(store_.layout().box(test_id('6')).c_str(), store_.layout().box(test_id('7')).c_str()), 0);

  ASSERT_TRUE(base::make_dirs(store_.layout().pods() + "/lost+found"));

  std::vector<std::string> broken;
  const auto pods = store_.list(&broken);
  ASSERT_TRUE(pods);
  std::vector<std::string> names;
  for (const PodRecord& pod : *pods) names.push_back(pod.plan.who.name_space + "/" + pod.plan.who.name);
  EXPECT_THAT(names, ElementsAre("a/zoo", "default/api", "default/web"));
  EXPECT_THAT(broken, ElementsAre(test_id('4'), test_id('5'), test_id('7')));
}

TEST_F(StoreTest, APodNeedHaveNoContainers) {
  put(test_id('1'), "default", "web");
  const auto containers = store_.load_containers(test_id('1'));
  ASSERT_TRUE(containers) << containers.error().what;
  EXPECT_TRUE(containers->empty());
  ASSERT_TRUE(base::write_file_durably(store_.layout().containers(test_id('1')), "a file"));
  EXPECT_FALSE(store_.load_containers(test_id('1')));
}

TEST_F(StoreTest, FindsByNameWithinTheNamespace) {
  put(test_id('1'), "default", "web");
  const auto found = store_.find("default", "web");
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, test_id('1'));
  const auto elsewhere = store_.find("other", "web");
  ASSERT_FALSE(elsewhere);
  EXPECT_EQ(elsewhere.error().kind, Kind::not_found);
  EXPECT_EQ(elsewhere.error().what, "pod \"web\" not found in namespace \"other\"");
}

// Those of the CRI are reserved by their keys: names of theirs may be had twice, and the newest is meant.
TEST_F(StoreTest, FindsTheNewestPodOfTheCriByItsName) {
  const auto put_for_cri = [&](char digit, const std::string& name, std::int64_t created_at) {
    PodRecord record = full_record();
    record.plan.who.id = test_id(digit);
    record.plan.who.name = name;
    record.plan.who.name_space = "kube-system";
    record.plan.who.cri_key = std::string("key-") + digit;
    record.life.created_at = created_at;
    const auto box = store_.create(test_id(digit));
    ASSERT_TRUE(box && box->save(record) && store_.reserve_name("cri", record.plan.who.cri_key, test_id(digit)));
  };
  put_for_cri('1', "dns", 10);
  put_for_cri('2', "dns", 30);
  put_for_cri('3', "dns", 20);
  put_for_cri('4', "proxy", 40);
  EXPECT_EQ(store_.find("kube-system", "dns").value_or(""), test_id('2'));
  EXPECT_EQ(store_.find("default", "dns").error().kind, Kind::not_found);
  EXPECT_EQ(store_.find("cri", "dns").error().what, "pod \"dns\" not found in namespace \"cri\"") << "no namespace";
  EXPECT_EQ(store_.find("cri", "key-1").value_or(""), test_id('1'));
  put(test_id('5'), "kube-system", "dns");
  EXPECT_EQ(store_.find("kube-system", "dns").value_or(""), test_id('5')) << "the command line's own come first";
}

TEST_F(StoreTest, ANameThatLeadsToNoPodFindsNone) {
  put(test_id('1'), "default", "web");
  ASSERT_TRUE(base::remove_tree(store_.layout().box(test_id('1'))));
  EXPECT_EQ(store_.find("default", "web").error().kind, Kind::not_found);
  const std::string odd = store_.layout().name("default", "odd");
  ASSERT_EQ(::symlink("elsewhere", odd.c_str()), 0);
  EXPECT_EQ(store_.find("default", "odd").error().kind, Kind::corrupt);
}

// A listing that silently lacks what one may not read would be a lie.
TEST_F(StoreTest, AListingThatMayNotReadAPodIsAnError) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  put(test_id('1'), "default", "web");
  for (const std::string& dir : {root_, root_ + "/state", store_.layout().pods()})
    ASSERT_EQ(::chmod(dir.c_str(), 0755), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    constexpr uid_t kNobody = 65534;
    if (::setresuid(kNobody, kNobody, kNobody) != 0) ::_exit(2);
    std::vector<std::string> broken;
    const auto pods = store_.list(&broken);
    ::_exit(!pods && pods.error().kind == Kind::denied && broken.empty() ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(StoreTest, NamesDoNotClimbOut) {
  put(test_id('1'), "default", "web");
  for (const char* name : {"../names/default_web", "", ".", "..", "a/b", "x_y", "UPPER", "-x"}) {
    EXPECT_EQ(store_.find("default", name).error().kind, Kind::not_found) << name;
    EXPECT_EQ(store_.reserve_name("default", name, test_id('1')).error().kind, Kind::invalid) << name;
  }
  const std::string g(64, 'g'), upper(64, 'A'), longer(65, 'a'), shorter(63, 'a');
  for (const std::string& id : {std::string("../pods"), std::string(), std::string("abc"), g, upper, longer, shorter}) {
    EXPECT_EQ(store_.lock_holder(id).error().kind, Kind::invalid) << id;
    EXPECT_EQ(store_.load(id).error().kind, Kind::invalid) << id;
    EXPECT_EQ(store_.create(id).error().kind, Kind::invalid) << id;
    EXPECT_EQ(store_.lock(id, 0).error().kind, Kind::invalid) << id;
    EXPECT_EQ(store_.load_containers(id).error().kind, Kind::invalid) << id;
    EXPECT_EQ(store_.reserve_name("default", "other", id).error().kind, Kind::invalid) << id;
    EXPECT_EQ(store_.reserve_ids(id).error().kind, Kind::invalid) << id;
    EXPECT_TRUE(store_.release_ids(id)) << "it can have none";
  }
}

TEST_F(StoreTest, IdsAreOfAllHexadecimalDigits) {
  const std::string id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  put(id, "default", "web");
  EXPECT_EQ(*store_.find("default", "web"), id);
  EXPECT_EQ(store_.list()->size(), 1U);
}

// So that stores that do not know each other rarely meet.
TEST_F(StoreTest, IdsBeginAtAPlaceOfThePods) {
  for (const auto& [digit, number] : {std::pair{'1', 0x11111111U}, {'2', 0x22222222U}}) {
    put(test_id(digit), "default", std::string(1, digit));
    EXPECT_EQ(*store_.reserve_ids(test_id(digit)), 1'879'048'192U + number % 4096U * 65'536U);
  }
}

TEST_F(StoreTest, NamesAreKubernetes) {
  put(test_id('1'), "default", "web");
  const std::string longest(253, 'a');
  for (const std::string& name : {std::string("a"), std::string("0"), std::string("a-b.c9"), longest}) {
    EXPECT_TRUE(store_.reserve_name("default", name, test_id('1'))) << name;
    EXPECT_EQ(*store_.find("default", name), test_id('1'));
    EXPECT_EQ(store_.find(name, "web").error().kind, Kind::not_found) << "a namespace is no name";
    EXPECT_TRUE(store_.release_name("default", name, test_id('1')));
  }
  for (const std::string& name : {longest + "a", std::string("a-"), std::string("a."), std::string("a b")}) {
    EXPECT_EQ(store_.reserve_name("default", name, test_id('1')).error().kind, Kind::invalid) << name;
    EXPECT_EQ(store_.reserve_name(name, "a", test_id('1')).error().kind, Kind::invalid) << name;
    EXPECT_EQ(store_.find(name, "web").error().kind, Kind::not_found) << name;
    EXPECT_TRUE(store_.release_name("default", name, test_id('1')));
  }
}

// A torn record costs one container.
TEST_F(StoreTest, ContainersComeInTheOrderTheyWereMadeAndSayWhichAreBroken) {
  put(test_id('1'), "default", "web");
  const auto box = store_.lock(test_id('1'), 0);
  ASSERT_TRUE(box);
  ContainerRecord container = full_container();
  for (const char* name : {"zoo", "api", "torn", "moved"}) {
    container.plan.name = name;
    ++container.life.created_at;
    ASSERT_TRUE(box->save(container));
  }
  const auto path = [&](const char* key) { return store_.layout().container_record(test_id('1'), key); };
  ASSERT_TRUE(base::write_file_durably(path("torn.2"), "{"));
  ASSERT_EQ(::rename(path("moved.2").c_str(), path("away.2").c_str()), 0);
  std::vector<std::string> broken;
  const auto containers = store_.load_containers(test_id('1'), &broken);
  ASSERT_TRUE(containers);
  std::vector<std::string> keys;
  for (const ContainerRecord& one : *containers) keys.push_back(one.plan.key());
  EXPECT_THAT(keys, ElementsAre("zoo.2", "api.2"));
  EXPECT_THAT(broken, ::testing::UnorderedElementsAre("torn.2", "away.2"));
}

std::vector<std::string> keys_of(const std::vector<ContainerRecord>& containers) {
  std::vector<std::string> keys;
  for (const ContainerRecord& one : containers) keys.push_back(one.plan.key());
  return keys;
}

TEST_F(StoreTest, APodHasTheLatestAttemptOfEachContainerAndThoseBefore) {
  put(test_id('1'), "default", "web");
  const auto box = store_.lock(test_id('1'), 0);
  ASSERT_TRUE(box);
  ContainerRecord container = full_container();
  container.plan.position = 0;
  // The last of them made by a clock that was set back.
  for (const auto& [name, attempt, created_at] :
       {std::tuple{"zoo", 0, 100}, {"api", 0, 101}, {"zoo", 9, 200}, {"api", 1, 201}, {"zoo", 10, 50}}) {
    container.plan.name = name;
    container.plan.attempt = static_cast<std::uint32_t>(attempt);
    container.life.created_at = created_at;
    ASSERT_TRUE(box->save(container));
  }
  const auto pod = store_.load_whole(test_id('1'));
  ASSERT_TRUE(pod);
  EXPECT_THAT(keys_of(pod->containers), ElementsAre("zoo.10", "api.1"));
  EXPECT_THAT(keys_of(pod->previous), ElementsAre("zoo.0", "api.0", "zoo.9"));
  EXPECT_EQ(store_.load_containers(test_id('1'))->size(), 5U);
}

TEST_F(StoreTest, ATornAttemptIsMissedOnlyWhereItMayBeTheLatest) {
  put(test_id('1'), "default", "web");
  const auto box = store_.lock(test_id('1'), 0);
  ASSERT_TRUE(box);
  ContainerRecord container = full_container();
  container.plan.attempt = 9;
  ASSERT_TRUE(box->save(container));
  const auto tear = [&](const char* key) {
    return base::write_file_durably(store_.layout().container_record(test_id('1'), key), "{");
  };
  ASSERT_TRUE(tear("httpd.8"));
  EXPECT_TRUE(store_.load_whole(test_id('1'))->broken.empty());
  ASSERT_TRUE(tear("httpd.10"));
  ASSERT_TRUE(tear("other.0"));
  EXPECT_THAT(store_.load_whole(test_id('1'))->broken, ::testing::UnorderedElementsAre("httpd.10", "other.0"));
}

// The first attempts may be gone.
TEST_F(StoreTest, ContainersKeepTheOrderOfTheManifest) {
  put(test_id('1'), "default", "web");
  const auto box = store_.lock(test_id('1'), 0);
  ASSERT_TRUE(box);
  ContainerRecord container = full_container();
  for (const auto& [name, position, created_at] : {std::tuple{"second", 1, 100}, {"first", 0, 200}}) {
    container.plan.name = name;
    container.plan.position = static_cast<std::uint32_t>(position);
    container.life.created_at = created_at;
    ASSERT_TRUE(box->save(container));
  }
  EXPECT_THAT(keys_of(store_.load_whole(test_id('1'))->containers), ElementsAre("first.2", "second.2"));
}

TEST_F(StoreTest, BoxesAreForTheOwnerOnly) {
  put(test_id('1'), "default", "web");
  struct stat info {};
  ASSERT_EQ(::stat(store_.layout().box(test_id('1')).c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0700U);
  ASSERT_EQ(::stat(store_.layout().record(test_id('1')).c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0600U);
  ASSERT_EQ(::stat(store_.layout().lock(test_id('1')).c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0600U);
  ASSERT_TRUE(store_.lock(test_id('1'), 0)->save(full_container()));
  ASSERT_EQ(::stat(store_.layout().containers(test_id('1')).c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0700U);
  ASSERT_EQ(::stat(store_.layout().names_in("default").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0700U);
}

TEST_F(StoreTest, ErasedIsGoneAndErasingAgainIsFine) {
  put(test_id('1'), "default", "web");
  const auto box = store_.lock(test_id('1'), 0);
  ASSERT_TRUE(box);
  ASSERT_TRUE(box->save(full_container()));
  EXPECT_TRUE(box->load());
  EXPECT_TRUE(box->erase());
  EXPECT_FALSE(base::path_exists(store_.layout().box(test_id('1'))));
  EXPECT_TRUE(box->erase());
  EXPECT_EQ(store_.load(test_id('1')).error().kind, Kind::not_found);
  EXPECT_EQ(store_.lock(test_id('1'), 0).error().kind, Kind::not_found);
}

TEST_F(StoreTest, ACreateGoesOnWhereOneWasKilledBeforeItsLock) {
  ASSERT_TRUE(base::make_dirs(store_.layout().unlocked_box(test_id('1'))));
  EXPECT_TRUE(store_.create(test_id('1')));
}

TEST_F(StoreTest, ACreateThatFailsLeavesNothing) {
  put(test_id('1'), "default", "web");
  EXPECT_FALSE(store_.create(test_id('1'))) << "there is one";
  EXPECT_THAT(base::list_dir(store_.layout().pods()).value(), ElementsAre(test_id('1')));
  EXPECT_TRUE(store_.load(test_id('1')));
}

TEST_F(StoreTest, EmptyLeavesTheRecordAndTheLock) {
  put(test_id('1'), "default", "web");
  const auto box = store_.lock(test_id('1'), 0);
  ASSERT_TRUE(box);
  ASSERT_TRUE(box->save(full_container()));
  EXPECT_TRUE(box->empty());
  EXPECT_THAT(base::list_dir(store_.layout().box(test_id('1'))).value(), ElementsAre("lock", "pod.json"));
  EXPECT_TRUE(box->load());
}

// Of what no create of ours has left it takes nothing, and complains of nothing.
TEST_F(StoreTest, ASweepLeavesWhatHoldsSomething) {
  put(test_id('1'), "default", "web");
  const std::string strange = store_.layout().pods() + "/.strange";
  ASSERT_TRUE(base::make_dirs(strange + "/inside"));
  ASSERT_TRUE(base::make_dirs(store_.layout().pods() + "/.left"));
  const auto swept = store_.sweep();
  EXPECT_TRUE(swept) << swept.error().what;
  EXPECT_TRUE(base::path_exists(strange + "/inside"));
  EXPECT_FALSE(base::path_exists(store_.layout().pods() + "/.left"));
  EXPECT_TRUE(store_.load(test_id('1')));
}

// Who asks for the holder has the lock for a blink, and must not make another fail who has no time to wait.
TEST_F(StoreTest, ALockIsTriedTwiceAtLeast) {
  put(test_id('1'), "default", "web");
  const auto held = store_.lock(test_id('1'), 0);
  ASSERT_TRUE(held);
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(store_.lock(test_id('1'), 0).error().kind, Kind::busy);
  EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds(1));
}

// As a lock that is a mount point stays: what is left must not be taken for gone.
TEST_F(StoreTest, ABoxThatCannotBeRemovedIsAnError) {
  put(test_id('1'), "default", "web");
  const std::string lock = store_.layout().lock(test_id('1'));
  const pid_t child = ::fork();
  if (child == 0) {
    constexpr int kCannot = 2;
    if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount(lock.c_str(), lock.c_str(), nullptr, MS_BIND, nullptr) != 0)
      ::_exit(kCannot);
    const auto box = store_.lock(test_id('1'), 0);
    ::_exit(box && !box->erase() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  if (WEXITSTATUS(status) == 2) GTEST_SKIP() << "needs root";
  EXPECT_EQ(status, 0) << "said to be gone";
  EXPECT_TRUE(base::path_exists(lock));
}

}  // namespace
}  // namespace podrun

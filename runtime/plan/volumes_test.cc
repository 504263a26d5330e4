#include "runtime/plan/volumes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "runtime/model/holes.h"

namespace podrun {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

const Layout kLayoutOfVolumes{Directories{}};

PodSpec with_volumes(std::vector<VolumeSpec> volumes) {
  PodSpec spec;
  spec.name = "web";
  spec.name_space = "team";
  spec.volumes = std::move(volumes);
  spec.containers.resize(2);
  return spec;
}

TEST(PlanVolumes, EachKindHasItsPlace) {
  const PodSpec spec =
      with_volumes({{"a", EmptyDirSpec{}},
                    {"b", HostPathSpec{"/srv", HostPathType::directory}},
                    {"c", FilesSpec{{{"f", "text", 0600}, {"uid", holes::make("metadata.uid"), 0644, 0, true}}}},
                    {"d", ClaimSpec{"data", false}},
                    {"e", FilesSpec{}}});
  const auto plans = plan_volumes(spec, "ID", kLayoutOfVolumes);
  ASSERT_EQ(plans.size(), 5U);
  EXPECT_EQ(std::get<PodDirectory>(plans[0].source).path, "/var/lib/podrun/pods/ID/volumes/a");
  EXPECT_EQ(std::get<HostDirectory>(plans[1].source).path, "/srv");
  EXPECT_EQ(std::get<HostDirectory>(plans[1].source).type, HostPathType::directory);
  EXPECT_EQ(std::get<PodFiles>(plans[2].source).path, "/run/podrun/pods/ID/volumes/c");
  EXPECT_EQ(std::get<ClaimDirectory>(plans[3].source).path, "/var/lib/podrun/volumes/team/data");
  Identity who;
  who.uid = "the-uid";
  const VolumeFiles files = volume_files(spec, who, {});
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files.at("c").files.at(0).content, "text");
  EXPECT_EQ(files.at("c").files.at(1).content, "the-uid");
  EXPECT_THAT(files.at("e").files, IsEmpty());
}

TEST(PlanVolumes, HaveRoomForMountsBelowTheirFiles) {
  PodSpec spec = with_volumes({{"f", FilesSpec{{{"a", "text"}, {"deep/b", "text"}}}}, {"d", EmptyDirSpec{}}});
  const auto mount = [](const char* volume, const char* target, const char* sub_path = "") {
    return VolumeMountSpec{.volume = volume, .target = target, .sub_path = sub_path};
  };
  spec.containers[0].volume_mounts = {mount("f", "/f"),       mount("d", "/f/new/one"),   mount("d", "/f/deep"),
                                      mount("d", "/f/a"),     mount("d", "/fellow/x"),    mount("d", "/d"),
                                      mount("f", "/d/there"), mount("f", "/s", "./deep"), mount("d", "/s/two")};
  const VolumeFiles files = volume_files(spec, {}, {});
  EXPECT_THAT(files.at("f").directories, ElementsAre("new/one", "deep", "deep/two")) << "and none where a file is";
}

TEST(PlanVolumes, MemoryIsBoundedByItsLimitAndThoseOfAllContainers) {
  const auto bytes = [](std::optional<std::uint64_t> limit, std::optional<std::uint64_t> of_each) {
    PodSpec spec = with_volumes({{"m", EmptyDirSpec{.in_memory = true, .size_limit = limit}}});
    for (ContainerSpec& container : spec.containers) container.resources.memory_limit = of_each;
    return std::get<PodMemory>(plan_volumes(spec, "ID", kLayoutOfVolumes).at(0).source).bytes;
  };
  EXPECT_EQ(bytes({}, {}), 0U);
  EXPECT_EQ(bytes(100, {}), 100U);
  EXPECT_EQ(bytes({}, 40), 80U);
  EXPECT_EQ(bytes(100, 40), 80U);
  EXPECT_EQ(bytes(50, 40), 50U);
}

TEST(PlanVolumes, AGroupMayWriteWhateverTheMode) {
  EXPECT_EQ(mode_with_group(01700, {}), 01700U);
  EXPECT_EQ(mode_with_group(01700, VolumeGroup{.id = 5}), 03770U);
  EXPECT_EQ(mode_with_group(0, VolumeGroup{.id = 5}), 02770U);
}

TEST(PlanVolumes, PauseHasThoseInMemory) {
  const std::vector<VolumePlan> plans{{"a", PodDirectory{"/a"}}, {"m", PodMemory{4096, 0705}}};
  const auto rows = pause_volume_mounts(plans, VolumeGroup{.id = 5});
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].target, "/volumes/m");
  EXPECT_THAT(std::get<Filesystem>(rows[0].source).options,
              ElementsAre(Pair("mode", "2775"), Pair("gid", "5"), Pair("size", "4096")));
  EXPECT_THAT(pause_volume_mounts({plans[0]}, {}), IsEmpty());
}

std::vector<std::string> targets(const std::vector<MountPlan>& rows) {
  std::vector<std::string> all;
  for (const MountPlan& row : rows) all.push_back(row.target);
  return all;
}

TEST(PlanVolumes, MountsStandAfterWhatTheyAreIn) {
  std::vector<MountPlan> rows{{.target = "/", .source = Rootfs{}},
                              {.target = "/dev", .source = Dev{}},
                              {.target = "/dev/shm", .source = PodMount{"/dev/shm"}}};
  add_volume_mounts({{.volume = "a", .target = "/data/deep/er", .sub_path = {}},
                     {.volume = "a", .target = "/data", .sub_path = "s"},
                     {.volume = "m", .target = "/dev/shm", .sub_path = {}}},
                    {{"a", PodDirectory{"/a"}}, {"m", PodMemory{}}}, rows);
  EXPECT_THAT(targets(rows), ElementsAre("/", "/dev", "/data", "/dev/shm", "/data/deep/er"));
  EXPECT_EQ(std::get<PodVolume>(rows[2].source).name, "a");
  EXPECT_EQ(rows[2].sub_path, "s");
  EXPECT_EQ(std::get<PodMount>(rows[3].source).path, "/volumes/m") << "in the place of the pod's own";
}

TEST(PlanVolumes, AnImageIsWhatWasFound) {
  const PodSpec spec = with_volumes({{"tools", ImageSpec{"tools:1", PullPolicy::never}}});
  Image image;
  image.digest = "sha256:1";
  image.layers.paths = {"/layers/a", "/layers/b"};
  const auto plans = plan_volumes(spec, "ID", kLayoutOfVolumes, {{"tools", image}});
  const auto& files = std::get<ImageFiles>(plans.at(0).source);
  EXPECT_EQ(files.image, "tools:1");
  EXPECT_EQ(files.digest, "sha256:1");
  EXPECT_THAT(files.layers, ElementsAre("/layers/a", "/layers/b"));
  EXPECT_THAT(volume_layers({{"tools", image}}).at("tools").paths, ElementsAre("/layers/a", "/layers/b"));
}

TEST(PlanVolumes, WhatAnImageCallsAVolumeIsAMountUnlessItIsTheKernelsOrTaken) {
  std::vector<MountPlan> rows{{.target = "/", .source = Rootfs{}}, {.target = "/etc/hosts", .source = PodMount{"/x"}}};
  add_image_volumes({"/data", "more/", "//deep//er/../est", "/proc", "/proc/sys", "/sys/fs", "/dev/shm", "/", "/..",
                     "/etc/hosts", "/data/", "/process"},
                    rows);
  std::vector<std::string> targets;
  for (const MountPlan& row : rows)
    if (std::holds_alternative<OwnPart>(row.source)) targets.push_back(row.target);
  EXPECT_THAT(targets, ElementsAre("/data", "/more", "/deep/est", "/process"));
  VolumeMountSpec mount;
  mount.volume = "v";
  mount.target = "/data";
  add_volume_mounts({mount}, {}, rows);
  EXPECT_EQ(std::count_if(rows.begin(), rows.end(), [](const MountPlan& row) { return row.target == "/data"; }), 1);
}

TEST(PlanVolumes, NothingOfTheContainersIsMountedOnWhatIsTheHostsToo) {
  const auto rows = [](const std::string& shared, const std::string& other) {
    return std::vector<MountPlan>{
        {.target = "/", .source = Rootfs{}},
        {.target = shared, .source = PodVolume{"h"}, .propagation = Propagation::bidirectional},
        {.target = other, .source = PodVolume{"v"}, .propagation = Propagation::host_to_container}};
  };
  std::vector<MountPlan> beside = rows("/host", "/hosts/a");
  ASSERT_TRUE(put_shared_last(beside));
  EXPECT_THAT(targets(beside), ElementsAre("/", "/hosts/a", "/host"));
  std::vector<MountPlan> below = rows("/a/host", "/a");
  EXPECT_TRUE(put_shared_last(below)) << "the other way round it may be";
  std::vector<MountPlan> on_it = rows("/etc", "/etc/hosts");
  const auto refused = put_shared_last(on_it);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what,
            "mount '/etc/hosts': it would show on the host, which has '/etc' in common with the container "
            "(mountPropagation: Bidirectional)");
}

}  // namespace
}  // namespace podrun

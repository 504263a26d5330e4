// How files are chosen and taken back. What the kernel makes of them integration/cri/limits.sh sees, on whichever
// version of cgroups the machine has; here directories stand for v2's, which a machine with v1's controllers does not
// have.
#include "runtime/kernel/cgroup_files.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "base/files.h"
#include "cni-invoker/base/tests/temp_dir.h"

namespace podrun {
namespace {

using testing::HasSubstr;

class CgroupFilesTest : public testing::Test {
 protected:
  CgroupFilesTest() {  // a file here is as long as what is written over it: the kernel's have no length
    std::filesystem::create_directories(container_);
    for (const char* const file : {"memory.high", "cpuset.cpus"}) std::ofstream(container_ + "/" + file) << "before";
  }

  std::string error(CgroupHost::Mode mode, const CgroupLimits& limits) const {
    CgroupHost host;
    host.mode = mode;
    host.unified = dir_.path();
    const auto given = give_cgroup_files(Cgroup(host, "/pod"), "app.0", limits);
    return given ? "" : given.error().what;
  }
  std::string text(const std::string& file) const { return base::read_file(container_ + "/" + file).value_or("none"); }

  base::TempDir dir_;
  std::string container_ = dir_.path() + "/pod/ctr/app.0";
};

TEST_F(CgroupFilesTest, EachIsWrittenAsItIs) {
  CgroupLimits limits;
  limits.files = {{"cpuset.cpus", "0-3,17"}};
  limits.unified_files = {{"memory.high", "123456"}};
  EXPECT_EQ(error(CgroupHost::Mode::v2, limits), "");
  EXPECT_EQ(text("cpuset.cpus"), "0-3,17");
  EXPECT_EQ(text("memory.high"), "123456");
}

TEST_F(CgroupFilesTest, OneThatIsNotThereTakesBackTheOthersAndIsNamed) {
  CgroupLimits limits;
  limits.files = {{"cpuset.cpus", "0-9999"}, {"hugetlb.2MB.max", "4096"}};
  EXPECT_THAT(error(CgroupHost::Mode::v2, limits), HasSubstr("'hugetlb.2MB.max'"));
  EXPECT_THAT(error(CgroupHost::Mode::v2, limits), HasSubstr("controller 'hugetlb'"));
  EXPECT_EQ(text("cpuset.cpus"), "before");
  EXPECT_EQ(text("hugetlb.2MB.max"), "none");
}

TEST_F(CgroupFilesTest, WithControllersOfV1ThereIsNothingUnified) {
  CgroupLimits limits;
  limits.unified_files = {{"memory.high", "1"}};
  EXPECT_THAT(error(CgroupHost::Mode::hybrid, limits), HasSubstr("'memory.high' is of cgroup v2"));
  limits.unified_files.clear();
  limits.files = {{"cpuset.cpus", "0"}};
  EXPECT_THAT(error(CgroupHost::Mode::v1, limits), HasSubstr("no cgroup v1 controller 'cpuset'"));
  EXPECT_EQ(text("cpuset.cpus"), "before");
}

TEST_F(CgroupFilesTest, NoNameLeadsElsewhere) {
  for (const char* const name : {"../memory.high", "cgroup.procs", "memory/a.b", "", ".", "memory"}) {
    CgroupLimits limits;
    limits.unified_files = {{name, "1"}};
    EXPECT_THAT(error(CgroupHost::Mode::v2, limits), HasSubstr("no file of a controller")) << name;
  }
  EXPECT_TRUE(is_controller_file("hugetlb.2MB.max"));
  EXPECT_TRUE(is_controller_file("io.bfq.weight"));
}

}  // namespace
}  // namespace podrun

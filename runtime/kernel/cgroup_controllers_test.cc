#include "runtime/kernel/cgroup_controllers.h"

#include <gmock/gmock.h>

#include "base/files.h"
#include "cni-invoker/base/tests/temp_dir.h"

namespace podrun {
namespace {

using testing::HasSubstr;

class CgroupControllersTest : public testing::Test {
 protected:
  // v2, where `there` are in the cgroup that is its root here.
  CgroupHost v2(const std::string& there) {
    EXPECT_TRUE(base::write_file_durably(dir_.path() + "/cgroup.controllers", there + "\n"));
    CgroupHost host;
    host.unified = dir_.path();
    return host;
  }
  CgroupHost hybrid(const std::vector<std::string>& there) const {
    CgroupHost host;
    host.mode = CgroupHost::Mode::hybrid;
    host.unified = dir_.path();
    for (const std::string& one : there) host.v1.push_back({{one}, "/sys/fs/cgroup/" + one});
    return host;
  }
  static std::string error(const CgroupHost& host, const CgroupLimits& limits) {
    const auto checked = check_controllers(host, limits);
    return checked ? "" : checked.error().what;
  }
  static CgroupLimits all() {
    CgroupLimits limits;
    limits.memory_bytes = limits.cpu_millis = limits.cpu_weight = limits.pids = 1;
    limits.files = {{"cpuset.cpus", "0"}, {"cpuset.mems", "0"}, {"hugetlb.2MB.max", "0"}};
    return limits;
  }

  base::TempDir dir_;
};

TEST_F(CgroupControllersTest, WhatIsNotAskedForNeedNotBeThere) {
  CgroupLimits limits;
  limits.memory_kept = 1;  // where it can be
  limits.pids_unless_said = 1;
  EXPECT_EQ(error(v2(""), limits), "");
  EXPECT_EQ(error(hybrid({}), limits), "");
}

TEST_F(CgroupControllersTest, WhatIsMissingIsNamedInOneLine) {
  const std::vector<std::string> there{"cpu", "cpuset", "hugetlb", "memory", "pids"};
  EXPECT_EQ(error(v2("cpu cpuset hugetlb io memory pids"), all()), "");
  EXPECT_EQ(error(hybrid(there), all()), "");
  EXPECT_EQ(error(v2("cpu io memory"), all()),
            "set limits: this machine has no cgroup v2 controller 'cpuset', 'hugetlb', 'pids'");
  for (const std::string& one : there) {
    std::vector<std::string> others;
    std::string words;
    for (const std::string& other : there)
      if (other != one) {
        others.push_back(other);
        words += other + " ";
      }
    EXPECT_EQ(error(v2(words), all()), "set limits: this machine has no cgroup v2 controller '" + one + "'");
    EXPECT_EQ(error(hybrid(others), all()), "set limits: this machine has no cgroup v1 controller '" + one + "'");
  }
}

TEST_F(CgroupControllersTest, FilesOfV2NeedItsControllers) {
  CgroupLimits limits;
  limits.unified_files = {{"io.weight", "1"}, {"memory.high", "1"}};
  EXPECT_EQ(error(v2("io memory"), limits), "");
  EXPECT_THAT(error(v2("memory"), limits), HasSubstr("no cgroup v2 controller 'io'"));
  EXPECT_THAT(error(hybrid({"memory"}), limits), HasSubstr("'io.weight' is of cgroup v2"));
}

// The kernel will say it, then.
TEST_F(CgroupControllersTest, WhereNobodyCanTellNothingIsMissing) {
  CgroupHost host;
  host.unified = "/nowhere";
  EXPECT_EQ(error(host, all()), "");
}

}  // namespace
}  // namespace podrun

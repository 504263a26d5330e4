#include "runtime/cri/container_cdi.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "cni-invoker/base/tests/temp_dir.h"

namespace podrun::cri {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

class ContainerCdiTest : public testing::Test {
 protected:
  ContainerCdiTest() {
    pod_.namespaces.host_users = true;
    plan_.process.env = {{"PATH", "/bin"}, {"A", "image"}};
    plan_.process.uid = 1000;
    plan_.process.groups = {5};
    plan_.mounts = {{.target = "/", .source = Rootfs{}}, {.target = "/lib", .source = HostPath{"/usr", 0}}};
  }

  // Device "x.com/d=one" with these edits.
  void describe(const std::string& edits) const {
    dir_.write("x.json",
               R"({"cdiVersion": "1.1.0", "kind": "x.com/d", "devices": [{"name": "one", "containerEdits": )" + edits +
                   R"(}, {"name": "two", "containerEdits": {"env": ["TWO=2"]}}]})");
  }
  std::string error() {
    const auto given = give_cdi_devices(config_, {dir_.path()}, pod_, plan_);
    return given ? "" : given.error().what;
  }
  std::string error_of(const std::string& edits) {
    describe(edits);
    if (config_.cdi_devices_size() == 0) config_.add_cdi_devices()->set_name("x.com/d=one");
    return error();
  }

  base::TempDir dir_;
  api::ContainerConfig config_;
  PodPlan pod_;
  ContainerPlan plan_;
};

TEST_F(ContainerCdiTest, WhatVendorsSayGoesBeforeWhatIsThere) {
  describe(R"({"env": ["A=vendor", "B=c"], "additionalGids": [5, 44],
               "mounts": [{"hostPath": "/", "containerPath": "/lib/", "options": ["ro"]},
                          {"hostPath": "/", "containerPath": "/lib/deep"}]})");
  config_.add_cdi_devices()->set_name("x.com/d=one");
  ASSERT_EQ(error(), "");
  EXPECT_THAT(plan_.process.env, ElementsAre(Pair("PATH", "/bin"), Pair("A", "vendor"), Pair("B", "c")));
  EXPECT_THAT(plan_.process.groups, ElementsAre(5U, 44U));
  ASSERT_EQ(plan_.mounts.size(), 3U);
  EXPECT_EQ(plan_.mounts[1].target, "/lib");
  EXPECT_EQ(std::get<HostPath>(plan_.mounts[1].source).path, "/");
  EXPECT_TRUE(plan_.mounts[1].read_only);
  EXPECT_EQ(plan_.mounts[2].target, "/lib/deep");
}

TEST_F(ContainerCdiTest, AnnotationsAskAsTheFieldDoes) {
  describe(R"({"env": ["ONE=1"]})");
  (*config_.mutable_annotations())["cdi.k8s.io/vendor_a"] = "x.com/d=two,x.com/d=one";
  (*config_.mutable_annotations())["cdi.k8s.io/vendor_b"] = "x.com/d=two";
  (*config_.mutable_annotations())["cdi.k8s.io.other/x"] = "x.com/d=none";
  config_.add_cdi_devices()->set_name("x.com/d=one");
  ASSERT_EQ(error(), "");
  EXPECT_THAT(plan_.process.env,
              ElementsAre(Pair("PATH", "/bin"), Pair("A", "image"), Pair("ONE", "1"), Pair("TWO", "2")));
  (*config_.mutable_annotations())["cdi.k8s.io/vendor_c"] = "x.com/d=two, x.com/d=one";
  EXPECT_EQ(error(), "CDI device ' x.com/d=one': expected VENDOR/CLASS=NAME");
  (*config_.mutable_annotations())["cdi.k8s.io/vendor_c"] = "";
  EXPECT_EQ(error(), "CDI device '': expected VENDOR/CLASS=NAME");
}

TEST_F(ContainerCdiTest, ANodeIsWhatIsSaidOfItAndElseTheHosts) {
  plan_.device_nodes.resize(2);
  plan_.device_nodes[0].path = "/dev/mine/null";
  plan_.device_nodes[1].path = "/dev/other";
  ASSERT_EQ(error_of(R"({"deviceNodes": [
    {"path": "/dev/mine/null", "hostPath": "/dev/null", "permissions": "rw", "gid": 0},
    {"path": "/dev/missing", "type": "b", "major": 7, "minor": 3, "fileMode": 384}]})"),
            "");
  ASSERT_EQ(plan_.device_nodes.size(), 3U);
  EXPECT_EQ(plan_.device_nodes[0].path, "/dev/other");
  const DeviceNode& null = plan_.device_nodes[1];
  EXPECT_EQ(null.path, "/dev/mine/null");
  EXPECT_EQ(null.mode & S_IFMT, S_IFCHR + 0U);
  EXPECT_EQ(null.rule.major, 1U);
  EXPECT_EQ(null.rule.minor, 3U);
  EXPECT_TRUE(null.rule.read && null.rule.write && !null.rule.make);
  EXPECT_EQ(null.uid, 1000U) << "the process's";
  EXPECT_EQ(null.gid, 0U) << "as is said";
  const DeviceNode& missing = plan_.device_nodes[2];
  EXPECT_EQ(missing.mode, S_IFBLK | 0600U);
  EXPECT_EQ(missing.rule.type, 'b');
  EXPECT_EQ(missing.rule.major, 7U);
  EXPECT_EQ(missing.rule.minor, 3U);
}

TEST_F(ContainerCdiTest, IdsOfNodesAreThoseInside) {
  pod_.namespaces.host_users = false;
  pod_.ids = IdMap{100'000, 65'536};
  ASSERT_EQ(error_of(R"({"deviceNodes": [{"path": "/dev/null", "gid": 44}]})"), "");
  EXPECT_EQ(plan_.device_nodes.at(0).uid, 101'000U);
  EXPECT_EQ(plan_.device_nodes.at(0).gid, 100'044U);
  EXPECT_THAT(error_of(R"({"deviceNodes": [{"path": "/dev/null", "gid": 65536}]})"), HasSubstr("id 65536: the pod's"));
}

TEST_F(ContainerCdiTest, WhatIsWrongNamesTheDeviceAndItsFile) {
  const std::string begin = "CDI device 'x.com/d=one': " + dir_.path() + "/x.json: ";
  const std::pair<const char*, const char*> kWrong[] = {
      {R"({"deviceNodes": [{"path": "/dev/nothing-here"}]})", "find '/dev/nothing-here': No such file or directory"},
      {R"({"deviceNodes": [{"path": "/dev/x", "hostPath": "/"}]})", "'/': is no device"},
      {R"({"deviceNodes": [{"path": "/dev/null", "type": "b"}]})", "'/dev/null': is no device of type b"},
      {R"({"mounts": [{"hostPath": "/nothing-here", "containerPath": "/x"}]})", "mount '/x': find '/nothing-here'"},
      {R"({"mounts": [{"hostPath": "/", "containerPath": "/proc/"}]})", "nothing is mounted there"},
      {R"({"hooks": [{"hookName": "poststop"}]})", "podrun runs no OCI hooks"},
  };
  for (const auto& [edits, expected] : kWrong) {
    EXPECT_THAT(error_of(edits), testing::StartsWith(begin)) << edits;
    EXPECT_THAT(error_of(edits), HasSubstr(expected)) << edits;
  }
  pod_.namespaces.host_users = false;
  EXPECT_THAT(error_of(R"({"mounts": [{"hostPath": "/", "containerPath": "/x", "options": ["rshared"]}]})"),
              HasSubstr("user namespace of its own"));
}

}  // namespace
}  // namespace podrun::cri

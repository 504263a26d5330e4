#include "runtime/cdi/spec.h"

#include <gmock/gmock.h>
#include <sys/mount.h>

namespace podrun::cdi {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;
using testing::StartsWith;

std::string error_of(const std::string& text) {
  const auto spec = read_spec(text, "x.json");
  return spec ? "" : spec.error().what;
}

// A file of one device, with these edits.
std::string with(const std::string& edits) {
  return R"({"cdiVersion": "1.1.0", "kind": "a.com/b", "devices": [{"name": "c", "containerEdits": )" + edits + "}]}";
}

Edits edits_of(const std::string& edits) {
  auto spec = read_spec(with(edits), "x.json");
  EXPECT_TRUE(spec) << spec.error().what;
  return spec ? spec->devices.front().edits : Edits{};
}

constexpr const char* kWhole = R"(# as a vendor's tool writes it
cdiVersion: "0.7.0"
kind: vendor.example.com/gpu.big
annotations: {made-by: tool}
devices:
- name: 0
  annotations: {serial: "1"}
  containerEdits:
    deviceNodes:
    - path: /dev/gpu0
      hostPath: /dev/vendor/gpu0
      type: u
      major: 195
      minor: 0
      fileMode: 0660
      permissions: rw
      uid: 0
      gid: 44
- name: all
  containerEdits:
    env: [COUNT=1, "EMPTY="]
containerEdits:
  env: [LIBRARY=/opt/lib]
  mounts:
  - hostPath: /usr/lib/vendor//x
    containerPath: /opt/lib
    options: [ro, nosuid, nodev, rbind, rprivate]
  additionalGids: [44, 0, 7]
)";

TEST(CdiSpecTest, AFileIsReadWhole) {
  // YAML has 0 for a number, and a name is a string.
  EXPECT_THAT(error_of(kWhole), HasSubstr("devices[0].name: expected a string, found a number"));
  std::string text = kWhole;
  text.replace(text.find("name: 0"), 7, "name: \"0\"");
  const auto spec = read_spec(text, "x.yaml");
  ASSERT_TRUE(spec) << spec.error().what;
  EXPECT_EQ(spec->kind, "vendor.example.com/gpu.big");
  ASSERT_NE(spec->find("0"), nullptr);
  EXPECT_EQ(spec->find("1"), nullptr);
  const Node& node = spec->find("0")->edits.nodes.front();
  EXPECT_EQ(node.path, "/dev/gpu0");
  EXPECT_EQ(node.host_path, "/dev/vendor/gpu0");
  EXPECT_EQ(node.type, 'c');
  EXPECT_EQ(node.major, 195U);
  EXPECT_EQ(node.minor, 0U);
  EXPECT_EQ(node.mode, 0660U);
  EXPECT_EQ(node.uid, 0U);
  EXPECT_EQ(node.gid, 44U);
  EXPECT_EQ(node.permissions, "rw");
  EXPECT_THAT(spec->find("all")->edits.env, ElementsAre(Pair("COUNT", "1"), Pair("EMPTY", "")));
  EXPECT_THAT(spec->edits.groups, ElementsAre(44U, 7U));
  ASSERT_EQ(spec->edits.mounts.size(), 1U);
  const MountPlan& mount = spec->edits.mounts.front();
  EXPECT_EQ(mount.target, "/opt/lib");
  EXPECT_TRUE(mount.read_only);
  EXPECT_FALSE(mount.is_recursive);
  EXPECT_EQ(mount.propagation, Propagation::none);
  EXPECT_EQ(std::get<HostPath>(mount.source).path, "/usr/lib/vendor/x");
  EXPECT_EQ(std::get<HostPath>(mount.source).attributes, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
}

TEST(CdiSpecTest, WhatIsNotSaidOfANodeIsTheHosts) {
  const Node node = edits_of(R"({"deviceNodes": [{"path": "/dev/a"}]})").nodes.front();
  EXPECT_EQ(node.host_path, "/dev/a");
  EXPECT_EQ(node.type, 0);
  EXPECT_FALSE(node.major || node.minor || node.mode || node.uid || node.gid);
  EXPECT_EQ(node.permissions, "rwm");
  EXPECT_EQ(edits_of(R"({"deviceNodes": [{"path": "/dev/a", "permissions": "none"}]})").nodes.front().permissions, "");
}

TEST(CdiSpecTest, EveryVersionIsReadAndNoOther) {
  for (const char* version : {"0.3.0", "0.4.0", "0.5.0", "0.6.0", "0.7.0", "0.8.0", "1.0.0", "1.1.0"}) {
    std::string text = with("{}");
    text.replace(text.find("1.1.0"), 5, version);
    EXPECT_EQ(error_of(text), "") << version;
  }
  for (const char* version : {"0.2.0", "1.2.0", "1"}) {
    std::string text = with("{}");
    text.replace(text.find("1.1.0"), 5, version);
    EXPECT_THAT(error_of(text), HasSubstr("x.json: cdiVersion: expected one of 0.3.0, ")) << version;
  }
}

TEST(CdiSpecTest, WhatIsWrongIsOneLineThatNamesTheFile) {
  const std::string head = R"({"cdiVersion": "1.1.0", "kind": "a.com/b", )";
  const std::pair<std::string, const char*> kWrong[] = {
      {"", "expected one object"},
      {"[]", "expected one object"},
      {"{", "line 1"},
      {"\xff", "UTF-8"},
      {"a: b: c", "line 1"},
      {"---\na: 1\n---\nb: 1\n", "expected one object"},
      {R"({"kind": "a.com/b", "devices": [{"name": "c"}]})", "cdiVersion: is missing"},
      {R"({"cdiVersion": 1.1, "kind": "a.com/b", "devices": [{"name": "c"}]})", "cdiVersion: expected a string"},
      {head + R"("devices": []})", "devices: there are none"},
      {head + R"("x": 1})", "x: no such field in a CDI specification"},
      {head + R"("devices": [{"name": "c"}, {"name": "c"}]})", "two devices are called 'c'"},
      {head + R"("devices": [{"name": "-c"}]})", "'-c' is no name of a device"},
      {head + R"("devices": [{"name": "c\nd"}]})", "is no name of a device"},
      {head + R"("devices": [{"name": "c"}], "kind": "a.com/d"})", "twice"},
      {R"({"cdiVersion": "1.1.0", "kind": "a.com", "devices": [{"name": "c"}]})",
       "expected VENDOR/CLASS, found 'a.com'"},
      {R"({"cdiVersion": "1.1.0", "kind": "1a/b", "devices": [{"name": "c"}]})", "expected VENDOR/CLASS"},
      {R"({"cdiVersion": "1.1.0", "kind": "a/b/c", "devices": [{"name": "c"}]})", "expected VENDOR/CLASS"},
      {with(R"({"envs": []})"), "did you mean 'env'"},
      {with(R"({"env": ["A"]})"), "env[0]: expected NAME=VALUE, found 'A'"},
      {with(R"({"env": ["=A"]})"), "expected NAME=VALUE"},
      {with(R"({"deviceNodes": [{}]})"), "path: expected an absolute path"},
      {with(R"({"deviceNodes": [{"path": "/dev/a", "type": "x"}]})"), "type: expected one of b, c, u, p"},
      {with(R"({"deviceNodes": [{"path": "/dev/a", "major": -1}]})"), "major: expected 0 to 4095, found -1"},
      {with(R"({"deviceNodes": [{"path": "/dev/a", "minor": 1.5}]})"), "minor: expected a whole number"},
      {with(R"({"deviceNodes": [{"path": "/dev/a", "uid": 4294967295}]})"), "uid: expected 0 to"},
      {with(R"({"deviceNodes": [{"path": "/dev/a", "permissions": "rx"}]})"), "found 'rx'"},
      {with(R"({"deviceNodes": [{"path": "/dev/a", "mode": 1}]})"), "no such field in a CDI specification"},
      {with(R"({"mounts": [{"hostPath": "a", "containerPath": "/b"}]})"), "hostPath: expected an absolute path"},
      {with(R"({"mounts": [{"hostPath": "/a"}]})"), "containerPath: expected an absolute path"},
      {with(R"({"additionalGids": ["a"]})"), "additionalGids[0]: expected a whole number"},
  };
  for (const auto& [text, expected] : kWrong) {
    const std::string error = error_of(text);
    EXPECT_THAT(error, HasSubstr(expected)) << text;
    EXPECT_THAT(error, StartsWith("x.json: ")) << text;
    EXPECT_THAT(error, Not(HasSubstr("\n"))) << text;
  }
}

TEST(CdiSpecTest, WhatPodrunCannotGiveIsRememberedOfItsDeviceAlone) {
  const std::pair<const char*, const char*> kNotHere[] = {
      {R"({"hooks": [{"hookName": "createContainer", "path": "/bin/x"}]})",
       "containerEdits: hooks: podrun runs no OCI hooks"},
      {R"({"netDevices": [{"hostInterfaceName": "e", "name": "f"}]})", "netDevices: podrun moves no"},
      {R"({"intelRdt": {"closID": "x"}})", "intelRdt: podrun sets up no"},
      {R"({"deviceNodes": [{"path": "/run/a"}]})", "deviceNodes[0]: '/run/a' is not below /dev"},
      {R"({"deviceNodes": [{"path": "/dev/../etc/a"}]})", "'/etc/a' is not below /dev"},
      {R"({"deviceNodes": [{"path": "/dev/a", "type": "p"}]})", "makes no FIFOs"},
      {R"({"mounts": [{"hostPath": "/a", "containerPath": "/b", "type": "tmpfs"}]})", "no filesystem of type 'tmpfs'"},
      {R"({"mounts": [{"hostPath": "/a", "containerPath": "/b", "options": ["sync"]}]})",
       "mounts[0]: podrun knows no mount option 'sync'"},
  };
  for (const auto& [edits, expected] : kNotHere) EXPECT_THAT(edits_of(edits).not_here, HasSubstr(expected)) << edits;
  EXPECT_EQ(edits_of(R"({"hooks": [], "netDevices": null, "intelRdt": {}})").not_here, "") << "nothing is asked for";
}

TEST(CdiSpecTest, OptionsOfMountsAreRows) {
  const auto row = [](const std::string& options) {
    return edits_of(R"({"mounts": [{"hostPath": "/a", "containerPath": "/b", "type": "bind", "options": [)" + options +
                    "]}]}")
        .mounts.front();
  };
  EXPECT_FALSE(row("").read_only);
  EXPECT_FALSE(row(R"("ro", "rw")").read_only) << "the last one counts";
  EXPECT_TRUE(row(R"("rro")").is_recursive && row(R"("rro")").read_only);
  EXPECT_EQ(row(R"("rslave")").propagation, Propagation::host_to_container);
  EXPECT_EQ(row(R"("rshared")").propagation, Propagation::bidirectional);
  EXPECT_EQ(std::get<HostPath>(row(R"("noexec")").source).attributes, MOUNT_ATTR_NOEXEC);
}

}  // namespace
}  // namespace podrun::cdi

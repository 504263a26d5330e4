// What containers run with: variables, ports, resources.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/manifest/tests/pods.h"

namespace podrun {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(Manifest, EnvironmentAndArgumentsAreExpanded) {
  const ContainerSpec spec = parse_container(
      "env:\n- {name: A, value: one}\n- {name: B, value: $(A)-two}\n- {name: C, value: $(D)}\n- {name: D, value: "
      "$$(A)}\n"
      "- {name: A, value: last}\n- name: EMPTY\n"
      "command: [\"$(A)\", \"$(B)\", \"$(NONE)\"]\nargs: [\"$$(A)\", \"[$(EMPTY)]\"]");
  EXPECT_THAT(spec.env, ElementsAre(Pair("A", "last"), Pair("B", "one-two"), Pair("C", "$(D)"), Pair("D", "$(A)"),
                                    Pair("EMPTY", "")));
  EXPECT_THAT(spec.command, ElementsAre("last", "one-two", "$(NONE)"));
  EXPECT_THAT(spec.args, ElementsAre("$(A)", "[]"));
}

TEST(Manifest, BadEnvironment) {
  const std::string printable = " may hold only printable ASCII characters other than '='";
  std::string doubling = "env:\n- {name: V0, value: xxxxxxxxxxxxxxxx}\n";
  for (int i = 1; i < 40; ++i) {
    const std::string before = "$(V" + std::to_string(i - 1) + ")";
    doubling += "- {name: V" + std::to_string(i) + ", value: " + before + before + "}\n";
  }
  std::string many = "env:\n- {name: A, value: " + std::string(100'000, 'x') + "}\nargs:\n";
  for (int i = 0; i < 50; ++i) many += "- $(A)\n";
  expect_refused({
      {container("env: [{value: a}]"), "spec.containers[0].env[0].name: is missing"},
      {container("env: [{name: ''}]"), "spec.containers[0].env[0].name: '' is empty"},
      {container("env: [{name: A=B}]"), "spec.containers[0].env[0].name: 'A=B'" + printable},
      {container("env: [{name: \"A\\n\"}]"), "spec.containers[0].env[0].name: 'A\\x0a'" + printable},
      {container(doubling), "spec.containers[0].env[13].value: is longer than 131071 bytes, which is all execve takes"},
      {container("args: [" + std::string(131'072, 'x') + "]"),
       "spec.containers[0].args[0]: is longer than 131071 bytes, which is all execve takes"},
      {container("env: [{name: A, value: " + std::string(131'070, 'x') + "}]"),
       "spec.containers[0].env[0].value: is too long for execve"},
      {container(many), "spec.containers[0].args[40]: env, command and args of the Pod expand to more than 4 MiB"},
      {container("args: [\"a\\0b\"]"), "line 8, column 12: a string holds a NUL byte"},
  });
}

TEST(Manifest, Ports) {
  const ContainerSpec spec = parse_container(
      "ports:\n- {containerPort: 80, hostPort: 8080, name: http}\n- {containerPort: 53, protocol: UDP, hostPort: 53, "
      "hostIP: "
      "127.0.0.1}\n- {containerPort: 53, hostPort: 53}\n- {containerPort: 9, protocol: SCTP, hostPort: 0}");
  ASSERT_EQ(spec.ports.size(), 4U);
  EXPECT_EQ(spec.ports[0].name, "http");
  EXPECT_EQ(spec.ports[0].container_port, 80);
  EXPECT_EQ(spec.ports[0].host_port, 8080);
  EXPECT_EQ(spec.ports[0].protocol, "tcp");
  EXPECT_EQ(spec.ports[1].protocol, "udp");
  EXPECT_EQ(spec.ports[1].host_ip, "127.0.0.1");
  EXPECT_EQ(spec.ports[3].host_port, 0);
  EXPECT_EQ(spec.ports[3].protocol, "sctp");
  EXPECT_EQ(parse(pod("hostNetwork: true", "ports: [{containerPort: 80}]")).spec.containers[0].ports[0].host_port, 80);
}

TEST(Manifest, BadPorts) {
  const std::string port = "spec.containers[0].ports[0].";
  const std::string second = "spec.containers[0].ports[1].";
  expect_refused({
      {container("ports: [{hostPort: 80}]"), port + "containerPort: is missing"},
      {container("ports: [{containerPort: 0}]"), port + "containerPort: expected 1 to 65535, found 0"},
      {container("ports: [{containerPort: 65536}]"), port + "containerPort: expected 1 to 65535, found 65536"},
      {container("ports: [{containerPort: -1}]"), port + "containerPort: expected 1 to 65535, found -1"},
      {container("ports: [{containerPort: 1, hostPort: 65536}]"), port + "hostPort: expected 0 to 65535, found 65536"},
      {container("ports: [{containerPort: 1, hostIP: here}]"), port + "hostIP: 'here' is no IP address"},
      {container("ports: [{containerPort: 1, name: '80'}]"),
       port + "name: '80' may hold only a-z, 0-9 and single '-' between them, and needs a letter"},
      {container("ports: [{containerPort: 1, name: a}, {containerPort: 2, name: a}]"),
       second + "name: 'a' is the name of an earlier port"},
      {container("ports: [{containerPort: 1, hostPort: 5}, {containerPort: 2, hostPort: 5}]"),
       second + "hostPort: 5/tcp is taken by an earlier port"},
      {container("ports: [{containerPort: 1, hostPort: 5, hostIP: 127.0.0.1}, {containerPort: 2, hostPort: 5}]"),
       second + "hostPort: 5/tcp is taken by an earlier port"},
      {container("ports: [{containerPort: 1, hostPort: 5, hostIP: '::1'}, {containerPort: 2, hostPort: 5, hostIP: "
                 "'0:0:0:0:0:0:0:1'}]"),
       second + "hostPort: 5/tcp is taken by an earlier port"},
      {container("ports: [{containerPort: 1, hostPort: 5, hostIP: 127.0.0.1}, {containerPort: 2, hostPort: 5, hostIP: "
                 "'::ffff:127.0.0.1'}]"),
       second + "hostPort: 5/tcp is taken by an earlier port"},
      {container("ports: [{containerPort: 1, hostPort: 5, hostIP: '0::0'}, {containerPort: 2, hostPort: 5, hostIP: "
                 "10.0.0.1}]"),
       second + "hostPort: 5/tcp is taken by an earlier port"},
      {pod("containers:\n- {name: a, image: 'rootfs:/a', ports: [{containerPort: 1, hostPort: 5}]}\n"
           "- {name: b, image: 'rootfs:/a', ports: [{containerPort: 1, hostPort: 5}]}"),
       "spec.containers[1].ports[0].hostPort: 5/tcp is taken by an earlier port"},
      {pod("hostNetwork: true", "ports: [{containerPort: 80, hostPort: 8080}]"),
       port + "hostPort: must be the containerPort, 80, as the Pod uses the host's network"},
      {pod("hostNetwork: true", "ports: [{containerPort: 80}, {containerPort: 80}]"),
       second + "hostPort: 80/tcp is taken by an earlier port"},
  });
  parse_container(
      "ports: [{containerPort: 1, hostPort: 5, hostIP: 127.0.0.1}, {containerPort: 1, hostPort: 5, hostIP: "
      "127.0.0.2}]");
}

TEST(Manifest, HostAddressesAreComparedAsValues) {
  const auto two = [](const std::string& one, const std::string& other) {
    return container("ports: [{containerPort: 1, hostPort: 5, hostIP: '" + one +
                     "'}, {containerPort: 2, hostPort: 5, hostIP: '" + other + "'}]");
  };
  const std::string taken = "spec.containers[0].ports[1].hostPort: 5/tcp is taken by an earlier port";
  expect_refused({
      {two("::1", "0:0:0:0:0:0:0:1"), taken},
      {two("::ffff:192.0.2.1", "192.0.2.1"), taken},
      {two("FD00::A", "fd00::a"), taken},
      {two("0:0::0", "192.0.2.1"), taken},
      {two("::ffff:0.0.0.0", "192.0.2.1"), taken},
      {container("ports: [{containerPort: 1, hostIP: 010.0.0.1}]"),
       "spec.containers[0].ports[0].hostIP: '010.0.0.1' is no IP address"},
  });
  // What the plugins are told is what iptables takes.
  EXPECT_EQ(parse_container("ports: [{containerPort: 1, hostPort: 5, hostIP: '::ffff:192.0.2.1'}]").ports[0].host_ip,
            "192.0.2.1");
}

TEST(Manifest, Resources) {
  const ResourceSpec all =
      parse_container(
          "resources: {limits: {memory: 64Mi, cpu: 1.5, podrun.io/pids: 32}, requests: {cpu: 250m, memory: 1Mi}}")
          .resources;
  EXPECT_EQ(all.memory_limit, 64U << 20U);
  EXPECT_EQ(all.memory_request, 1U << 20U);
  EXPECT_EQ(all.cpu_limit, 1500U);
  EXPECT_EQ(all.cpu_request, 250U);
  EXPECT_EQ(all.pids_limit, 32U);

  EXPECT_EQ(parse_container("resources: {limits: {cpu: '2'}}").resources.cpu_request, 2000U);
  EXPECT_EQ(parse_container("resources: {limits: {memory: 1Mi}}").resources.memory_request, 1U << 20U);
  const ResourceSpec zero = parse_container("resources: {limits: {cpu: 0, memory: 0}, requests: {cpu: 0}}").resources;
  EXPECT_FALSE(zero.cpu_limit || zero.memory_limit || zero.cpu_request);
  EXPECT_EQ(parse_container("resources: {limits: {memory: 1e6}}").resources.memory_limit, 1000000U);
}

TEST(Manifest, BadResources) {
  const std::string limits = "spec.containers[0].resources.limits";
  expect_refused({
      {container("resources: {limits: {memory: lots}}"),
       limits + ".memory: 'lots' is no quantity, such as 2, 0.5, 100m, 64Mi or 1G"},
      {container("resources: {limits: {memory: -1}}"), limits + ".memory: '-1' is negative"},
      {container("resources: {limits: {memory: 8Ei}}"), limits + ".memory: '8Ei' is too large"},
      {container("resources: {limits: {memory: 100m}}"),
       limits + ".memory: '100m' is less than bytes can be split into; did you mean M or Mi?"},
      {container("resources: {limits: {cpu: 0.0001}}"),
       limits + ".cpu: '0.0001' is finer than 1m, a thousandth of a processor"},
      {container("resources: {limits: {podrun.io/pids: 0}}"),
       limits + "[\"podrun.io/pids\"]: '0' is out of range: expected 1 to 4194304"},
      {container("resources: {limits: {podrun.io/pids: 1.5}}"),
       limits + "[\"podrun.io/pids\"]: '1.5' is no whole number"},
      {container("resources: {limits: {cpu: 1}, requests: {cpu: 2}}"),
       "spec.containers[0].resources.requests.cpu: is more than the limit"},
      {container("resources: {limits: {memory: 1Mi}, requests: {memory: 2Mi}}"),
       "spec.containers[0].resources.requests.memory: is more than the limit"},
  });
}

TEST(Manifest, BadContainers) {
  expect_refused({
      {pod("containers: [{image: 'rootfs:/a'}]"), "spec.containers[0].name: is missing"},
      {pod("containers: [{name: '', image: 'rootfs:/a'}]"), "spec.containers[0].name: '' is empty"},
      {pod("containers: [{name: ../x, image: 'rootfs:/a'}]"),
       "spec.containers[0].name: '../x' may hold only a-z, 0-9 and '-', and begins and ends with a letter or digit"},
      {pod("containers: [{name: a}]"), "spec.containers[0].image: is missing"},
      {pod("containers: [{name: a, image: 'rootfs:/a'}, {name: a, image: 'rootfs:/a'}]"),
       "spec.containers[1].name: 'a' is the name of an earlier container"},
      {container("workingDir: srv"), "spec.containers[0].workingDir: 'srv' does not begin with '/'"},
  });
}

}  // namespace
}  // namespace podrun

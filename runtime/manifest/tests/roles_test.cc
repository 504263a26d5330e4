// What containers are to their pod: init containers, sidecars, restart policies, streams, the signal that ends them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "runtime/manifest/tests/pods.h"

namespace podrun {
namespace {

using testing::IsEmpty;

TEST(Manifest, RestartPolicyIsWhatItSays) {
  for (const auto& [word, policy] : {std::pair{"Always", RestartPolicy::always},
                                     {"OnFailure", RestartPolicy::on_failure},
                                     {"Never", RestartPolicy::never}}) {
    const Manifest manifest = parse(pod("restartPolicy: " + std::string(word)));
    EXPECT_THAT(manifest.warnings, IsEmpty());
    EXPECT_EQ(manifest.spec.restart, policy) << word;
  }
  expect_refused({{pod("restartPolicy: Sometimes"),
                   "spec.restartPolicy: expected one of Always, OnFailure, Never; found 'Sometimes'"}});
}

TEST(Manifest, AContainerMayHaveAPolicyOfItsOwnAndRules) {
  const PodSpec spec = parse(pod("initContainers:\n- {name: i, image: 'rootfs:/a', restartPolicy: Never}\n"
                                 "containers:\n- {name: a, image: 'rootfs:/a', restartPolicy: Always}\n"
                                 "- {name: b, image: 'rootfs:/a', restartPolicy: OnFailure, restartPolicyRules: ["
                                 "{action: Restart, exitCodes: {operator: In, values: [0, 42]}},"
                                 "{action: Restart, exitCodes: {operator: NotIn, values: [1]}}]}\n"
                                 "- {name: c, image: 'rootfs:/a'}"))
                           .spec;
  ASSERT_EQ(spec.containers.size(), 4U);
  EXPECT_EQ(spec.containers[0].role, ContainerRole::init);
  EXPECT_EQ(spec.containers[0].restart.policy, RestartPolicy::never);
  EXPECT_EQ(spec.containers[1].restart.policy, RestartPolicy::always);
  EXPECT_EQ(spec.containers[2].restart.policy, RestartPolicy::on_failure);
  const std::vector<RestartRule>& rules = spec.containers[2].restart.rules;
  ASSERT_EQ(rules.size(), 2U);
  EXPECT_TRUE(rules[0].is_in);
  EXPECT_EQ(rules[0].exit_codes, (std::vector<std::uint32_t>{0, 42}));
  EXPECT_FALSE(rules[1].is_in);
  EXPECT_FALSE(spec.containers[3].restart.policy);
}

TEST(Manifest, WrongRestartRules) {
  const auto rules = [](const std::string& text) {
    return container("restartPolicy: Never\nrestartPolicyRules: " + text);
  };
  const std::string path = "spec.containers[0].restartPolicy";
  std::string many = "[";
  for (int i = 0; i < 21; ++i) many += "{action: Restart, exitCodes: {operator: In, values: [1]}},";
  std::string codes = "[{action: Restart, exitCodes: {operator: In, values: [";
  for (int i = 0; i < 256; ++i) codes += std::to_string(i) + ",";
  expect_refused({
      {container("restartPolicyRules: [{action: Restart, exitCodes: {operator: In, values: [1]}}]"),
       path + ": is missing beside restartPolicyRules, which go before it"},
      {rules("[{exitCodes: {operator: In, values: [1]}}]"), path + "Rules[0].action: is missing"},
      {rules("[{action: Restart}]"), path + "Rules[0].exitCodes: is missing"},
      {rules("[{action: Restart, exitCodes: {values: [1]}}]"), path + "Rules[0].exitCodes.operator: is missing"},
      {rules("[{action: Restart, exitCodes: {operator: Equals, values: [1]}}]"),
       path + "Rules[0].exitCodes.operator: expected one of In, NotIn; found 'Equals'"},
      {rules("[{action: Restart, exitCodes: {operator: In, values: [-1]}}]"),
       path + "Rules[0].exitCodes.values[0]: expected 0 to 4294967295, found -1"},
      {rules(many + "]"), path + "Rules: has more than 20 rules"},
      {rules(codes + "]}}]"), path + "Rules[0].exitCodes.values: has more than 255 exit codes"},
  });
}

TEST(Manifest, TerminationMessage) {
  const auto message = [](const std::string& text) {
    return parse(container(text)).spec.containers.front().termination_message;
  };
  EXPECT_EQ(message("terminationMessagePath: ''").path, "/dev/termination-log");
  EXPECT_EQ(message("terminationMessagePath: /var//log/../end").path, "/var/end");
  EXPECT_FALSE(message("terminationMessagePolicy: File").falls_back_to_log);
  EXPECT_TRUE(message("terminationMessagePolicy: FallbackToLogsOnError").falls_back_to_log);
  for (const char* path : {"/", "/proc/x", "/var/", "/dev", "/a/../proc"})
    expect_refused({{container("terminationMessagePath: " + std::string(path)),
                     "spec.containers[0].terminationMessagePath: '" + std::string(path) + "' is no place for a file"}});
  expect_refused({{container("terminationMessagePath: end"),
                   "spec.containers[0].terminationMessagePath: 'end' does not begin with '/'"}});
}

TEST(Manifest, ActiveDeadline) {
  EXPECT_FALSE(parse(pod("")).spec.active_deadline);
  EXPECT_EQ(parse(pod("activeDeadlineSeconds: 600")).spec.active_deadline, 600U);
  expect_refused({{pod("activeDeadlineSeconds: 0"), "spec.activeDeadlineSeconds: expected 1 to 2147483647, found 0"},
                  {pod("activeDeadlineSeconds: 2147483648"),
                   "spec.activeDeadlineSeconds: expected 1 to 2147483647, found 2147483648"}});
}

TEST(Manifest, InitContainersAndSidecarsComeFirst) {
  const PodSpec spec = parse(pod("initContainers:\n- {name: fetch, image: 'rootfs:/a'}\n"
                                 "- {name: proxy, image: 'rootfs:/a', restartPolicy: Always, stdin: true,"
                                 " lifecycle: {stopSignal: SIGUSR1}}\n"
                                 "containers:\n- {name: main, image: 'rootfs:/a'}"))
                           .spec;
  ASSERT_EQ(spec.containers.size(), 3U);
  EXPECT_EQ(spec.containers[0].name, "fetch");
  EXPECT_EQ(spec.containers[0].role, ContainerRole::init);
  EXPECT_EQ(spec.containers[1].role, ContainerRole::sidecar);
  EXPECT_EQ(spec.containers[1].stop_signal, SIGUSR1);
  EXPECT_TRUE(spec.containers[1].has_stdin);
  EXPECT_EQ(spec.containers[2].role, ContainerRole::main);
  EXPECT_FALSE(spec.containers[2].has_stdin || spec.containers[2].stop_signal);
}

TEST(Manifest, WrongInitContainers) {
  const auto with_init = [](const std::string& init, const std::string& main = "") {
    return pod("initContainers:\n- {name: i, image: 'rootfs:/a'" + init +
               "}\ncontainers:\n- {name: main, image: 'rootfs:/a'" + main + "}");
  };
  expect_refused({
      {pod("initContainers: [{name: i, image: 'rootfs:/a'}]\ncontainers: []"),
       "spec.containers: needs at least one container"},
      {pod("initContainers: [{image: 'rootfs:/a'}]"), "spec.initContainers[0].name: is missing"},
      {with_init(", colour: red"), "spec.initContainers[0].colour: no such field in a Pod"},
      {pod("initContainers:\n- {name: main, image: 'rootfs:/a'}\ncontainers:\n- {name: main, image: 'rootfs:/a'}"),
       "spec.containers[0].name: 'main' is the name of an earlier container"},
      {with_init(", restartPolicy: Maybe"),
       "spec.initContainers[0].restartPolicy: expected one of Always, OnFailure, Never; found 'Maybe'"},
      {with_init(", lifecycle: {stopSignal: SIGINT}"),
       "spec.initContainers[0].lifecycle.stopSignal: is not for an init container, unless restartPolicy: Always makes "
       "it "
       "a sidecar"},
      {with_init("", ", lifecycle: {stopSignal: \"SIG\\n\"}"),
       "spec.containers[0].lifecycle.stopSignal: 'SIG\\x0a' is no signal, such as SIGTERM or SIGRTMIN+3"},
      {with_init(", restartPolicy: Always, ports: [{containerPort: 1, hostPort: 5}]",
                 ", ports: [{containerPort: 1, hostPort: 5}]"),
       "spec.containers[0].ports[0].hostPort: 5/tcp is taken by an earlier port"},
  });
}

TEST(Manifest, AnInitContainerIsGoneBeforeItsPortsMatter) {
  EXPECT_EQ(parse(pod("initContainers:\n- {name: i, image: 'rootfs:/a', ports: [{containerPort: 1, hostPort: 5}]}\n"
                      "containers:\n- {name: main, image: 'rootfs:/a', ports: [{containerPort: 1, hostPort: 5}]}"))
                .spec.containers.size(),
            2U);
}

TEST(Manifest, StreamsOfAContainer) {
  const ContainerSpec spec =
      parse_container("stdin: true\nstdinOnce: true\ntty: true\nlifecycle: {stopSignal: SIGRTMIN+3}");
  EXPECT_TRUE(spec.has_stdin && spec.stdin_once && spec.terminal);
  EXPECT_EQ(spec.stop_signal, 37);
  EXPECT_FALSE(parse_container("").has_stdin || parse_container("").terminal);
}

}  // namespace
}  // namespace podrun

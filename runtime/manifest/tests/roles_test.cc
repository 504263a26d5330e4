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
      {with_init(", restartPolicy: OnFailure"),
       "spec.initContainers[0].restartPolicy: 'OnFailure' is not supported yet", Kind::unsupported},
      {with_init("", ", restartPolicy: Always"),
       "spec.containers[0].restartPolicy: is for init containers, which it makes sidecars; a Pod's is "
       "spec.restartPolicy"},
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

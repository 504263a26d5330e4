// Probes and hooks of a manifest: what Kubernetes takes for what is left out, and what it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/manifest/tests/pods.h"

namespace podrun {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(Probes, HaveKubernetesDefaults) {
  for (const char* text : {"livenessProbe: {tcpSocket: {port: 1}}",
                           "livenessProbe: {tcpSocket: {port: 1}, initialDelaySeconds: 0, periodSeconds: 0, "
                           "timeoutSeconds: 0, successThreshold: 0, failureThreshold: 0}"}) {
    const ProbePlan probe = *parse_container(text).probes.liveness;
    EXPECT_EQ(probe.initial_delay, 0U);
    EXPECT_EQ(probe.period, 10U);
    EXPECT_EQ(probe.timeout, 1U);
    EXPECT_EQ(probe.success_threshold, 1U);
    EXPECT_EQ(probe.failure_threshold, 3U);
    EXPECT_FALSE(probe.grace_period);
  }
}

TEST(Probes, AreReadAsTheyAreWritten) {
  const ProbesPlan probes =
      parse_container(
          "ports: [{name: web, containerPort: 8080}]\n"
          "startupProbe: {exec: {command: [check, -s]}, terminationGracePeriodSeconds: 7}\n"
          "livenessProbe: {httpGet: {port: web, path: ok, host: 10.0.0.1, httpHeaders: [{name: Host, value: x}]}}\n"
          "readinessProbe: {tcpSocket: {port: 80, host: localhost}, initialDelaySeconds: 1, periodSeconds: 2, "
          "timeoutSeconds: 3, successThreshold: 4, failureThreshold: 5}")
          .probes;
  EXPECT_THAT(std::get<ExecAction>(probes.startup->action).command, ElementsAre("check", "-s"));
  EXPECT_EQ(probes.startup->grace_period, 7U);
  const HttpAction http = std::get<HttpAction>(probes.liveness->action);
  EXPECT_EQ(http.port, 8080);
  EXPECT_EQ(http.path, "/ok");
  EXPECT_EQ(http.host, "10.0.0.1");
  EXPECT_THAT(http.headers, ElementsAre(Pair("Host", "x")));
  const TcpAction tcp = std::get<TcpAction>(probes.readiness->action);
  EXPECT_EQ(tcp.host, "127.0.0.1");
  EXPECT_EQ(tcp.port, 80);
  EXPECT_EQ(probes.readiness->initial_delay, 1U);
  EXPECT_EQ(probes.readiness->period, 2U);
  EXPECT_EQ(probes.readiness->timeout, 3U);
  EXPECT_EQ(probes.readiness->success_threshold, 4U);
  EXPECT_EQ(probes.readiness->failure_threshold, 5U);
}

TEST(Probes, MayAskByTlsAndByGrpc) {
  const ProbesPlan probes = parse_container(
                                "livenessProbe: {httpGet: {port: 443, scheme: HTTPS}}\n"
                                "startupProbe: {httpGet: {port: 80, scheme: HTTP}}\n"
                                "readinessProbe: {grpc: {port: 9000, service: my.Service}}")
                                .probes;
  EXPECT_TRUE(std::get<HttpAction>(probes.liveness->action).over_tls);
  EXPECT_FALSE(std::get<HttpAction>(probes.startup->action).over_tls);
  const GrpcAction grpc = std::get<GrpcAction>(probes.readiness->action);
  EXPECT_EQ(grpc.port, 9000);
  EXPECT_EQ(grpc.service, "my.Service");
  EXPECT_FALSE(grpc.over_tls);
  const auto by = [](const std::string& action) { return parse_container("livenessProbe: {" + action + "}").probes; };
  EXPECT_TRUE(std::get<GrpcAction>(by("grpc: {port: 1, mode: TLS}").liveness->action).over_tls);
  EXPECT_FALSE(std::get<GrpcAction>(by("grpc: {port: 1, mode: Plaintext}").liveness->action).over_tls);
  EXPECT_TRUE(by("httpGet: {port: 1, protocol: HTTP1}").liveness);
}

TEST(Hooks, AreReadAsTheyAreWritten) {
  const HooksPlan hooks =
      parse_container("lifecycle: {postStart: {httpGet: {port: '8080'}}, preStop: {sleep: {seconds: 3}}}").hooks;
  EXPECT_EQ(std::get<HttpAction>(*hooks.post_start).port, 8080);
  EXPECT_EQ(std::get<HttpAction>(*hooks.post_start).path, "/");
  EXPECT_EQ(std::get<SleepAction>(*hooks.pre_stop).seconds, 3U);
}

TEST(Probes, ThatMakeNoSenseAreRefused) {
  const std::string at = "spec.containers[0].";
  expect_refused({
      {container("livenessProbe: {}"), at + "livenessProbe: needs one of exec, httpGet, tcpSocket, grpc"},
      {container("livenessProbe: {exec: {command: [a]}, tcpSocket: {port: 1}}"),
       at + "livenessProbe.tcpSocket: is beside exec, and only one can be done"},
      {container("livenessProbe: {httpGet: {port: 1, protocol: HTTP2}}"),
       at + "livenessProbe.httpGet.protocol: podrun asks by HTTP/1.1", Kind::unsupported},
      {container("livenessProbe: {grpc: {}}"), at + "livenessProbe.grpc.port: is missing"},
      {container("livenessProbe: {exec: {}}"), at + "livenessProbe.exec.command: is missing"},
      {container("livenessProbe: {tcpSocket: {}}"), at + "livenessProbe.tcpSocket.port: is missing"},
      {container("livenessProbe: {tcpSocket: {port: web}}"),
       at + "livenessProbe.tcpSocket.port: 'web' is no number, and the container has no port of that name"},
      {container("livenessProbe: {tcpSocket: {port: 65536}}"),
       at + "livenessProbe.tcpSocket.port: expected 1 to 65535, found 65536"},
      {container("livenessProbe: {tcpSocket: {port: 0}}"),
       at + "livenessProbe.tcpSocket.port: expected 1 to 65535, found 0"},
      {container("livenessProbe: {tcpSocket: {port: 1, host: web.example}}"),
       at + "livenessProbe.tcpSocket.host: 'web.example' is no IP address (the name of a server goes into a header, "
            "Host)"},
      {container("livenessProbe: {httpGet: {port: 1, path: \"/a b\"}}"),
       at + "livenessProbe.httpGet.path: has a space or a control character"},
      {container("livenessProbe: {httpGet: {port: 1, httpHeaders: [{name: \"A: b\", value: x}]}}"),
       at + "livenessProbe.httpGet.httpHeaders[0].name: 'A: b' is no name of a header"},
      {container("livenessProbe: {httpGet: {port: 1, httpHeaders: [{name: A, value: \"x\\r\\nB: y\"}]}}"),
       at + "livenessProbe.httpGet.httpHeaders[0].value: has a control character"},
      {container("livenessProbe: {tcpSocket: {port: 1}, successThreshold: 2}"),
       at + "livenessProbe.successThreshold: must be 1, but for a readinessProbe"},
      {container("readinessProbe: {tcpSocket: {port: 1}, terminationGracePeriodSeconds: 2}"),
       at + "readinessProbe.terminationGracePeriodSeconds: is not for a readinessProbe, which ends nothing"},
      {container("lifecycle: {preStop: {}}"), at + "lifecycle.preStop: needs one of exec, httpGet, sleep"},
      {container("lifecycle: {preStop: {tcpSocket: {port: 1}}}"),
       at + "lifecycle.preStop.tcpSocket: a hook by tcpSocket fails in Kubernetes, too: it has never been built",
       Kind::unsupported},
      {pod("initContainers: [{name: i, image: 'rootfs:/', livenessProbe: {tcpSocket: {port: 1}}}]"),
       "spec.initContainers[0].livenessProbe: is not for an init container, unless restartPolicy: Always makes it a "
       "sidecar"},
      {pod("initContainers: [{name: i, image: 'rootfs:/', lifecycle: {preStop: {sleep: {seconds: 1}}}}]"),
       "spec.initContainers[0].lifecycle.preStop: is not for an init container, unless restartPolicy: Always makes it "
       "a sidecar"},
  });
}

}  // namespace
}  // namespace podrun

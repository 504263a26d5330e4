// Whole manifests: what becomes of good ones, and the exact line for each bad one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/manifest/tests/pods.h"

namespace podrun {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Manifest, MinimalPodHasTheDefaults) {
  const Manifest manifest = parse(pod(""));
  const PodSpec& spec = manifest.spec;
  EXPECT_THAT(manifest.warnings, IsEmpty());
  EXPECT_EQ(spec.name, "web");
  EXPECT_EQ(spec.name_space, "default");
  EXPECT_EQ(spec.hostname, "web");
  EXPECT_EQ(spec.grace_period, 30U);
  EXPECT_EQ(spec.restart, RestartPolicy::always);
  EXPECT_FALSE(spec.host_network || spec.host_pid || spec.host_ipc || spec.host_users || spec.share_process_namespace);
  EXPECT_TRUE(spec.dns.empty());
  ASSERT_EQ(spec.containers.size(), 1U);
  EXPECT_EQ(spec.containers[0].name, "main");
  EXPECT_EQ(spec.containers[0].image, "rootfs:/srv/root");
  EXPECT_TRUE(spec.containers[0].security.no_new_privileges);
  EXPECT_EQ(spec.manifest, R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"containers":[)"
                           R"({"name":"main","image":"rootfs:/srv/root"}]}})");
}

TEST(Manifest, WhatIsNoPod) {
  expect_refused({
      {"", "expected v1 Pod, found nothing"},
      {"[]", "expected v1 Pod, found a list"},
      {"hello", "expected v1 Pod, found a string"},
      {"{}", "expected v1 Pod, found an object without kind"},
      {"kind: Pod", "expected v1 Pod, found an object without apiVersion"},
      {"apiVersion: v1", "expected v1 Pod, found an object without kind"},
      {"{apiVersion: v1, kind: Service, metadata: {name: web}}", "expected v1 Pod, found Service web"},
      {"{apiVersion: foo/v1, kind: Deployment, metadata: {name: web}}", "expected v1 Pod, found foo/v1 Deployment web (did you mean apps/v1 Deployment?)"},
      {"{apiVersion: apps/v1, kind: Pod, metadata: {name: x}}",
       "expected v1 Pod, found apps/v1 Pod x (did you mean v1 Pod?)"},
      {"{apiVersion: v1, kind: pod, metadata: {name: x}}",
       "expected v1 Pod, found v1 pod x (did you mean v1 Pod?)"},
      {"{apiVersion: v1, kind: Deployment}",
       "expected v1 Pod, found v1 Deployment (did you mean apps/v1 Deployment?)"},
      {"{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}",
       "expected v1 Pod, found ConfigMap x; nothing is kept of it without a Pod: give both at once, each with -f"},
      {"apiVersion: v2\nkind: Pod", "expected v1 Pod, found v2 Pod"},
      {"apiVersion: v1\nkind: List\nitems: []", "expected v1 Pod, found nothing"},
      {"apiVersion: v1\nkind: PodList", "expected v1 Pod, found nothing"},
      {"apiVersion: v1\nkind: \"Po\\nd\"", "expected v1 Pod, found v1 Po\\x0ad (did you mean v1 Pod?)"},
      {"apiVersion: v1\nkind: Pod", "metadata.name: is missing"},
      {"apiVersion: v1\nkind: Pod\nmetadata: {name: web}", "spec.containers: needs at least one container"},
      {pod("containers: []"), "spec.containers: needs at least one container"},
      {pod("") + "---\n" + pod("").replace(pod("").find("web"), 3, "db"), "expected one Pod, found 2"},
  });
}

// What only means nothing here is not taken for a mistake.
TEST(Manifest, OtherKindsAreOtherKinds) {
  for (const std::string kind : {"v1 Service", "v1 Namespace", "v1 Node", "v1 Event", "v1 ServiceAccount",
                                 "v1 PersistentVolumeClaim", "networking.k8s.io/v1 Ingress", "policy/v1 PodDisruptionBudget",
                                 "rbac.authorization.k8s.io/v1 Role", "coordination.k8s.io/v1 Lease"}) {
    const std::size_t space = kind.find(' ');
    expect_refused({{"{apiVersion: " + kind.substr(0, space) + ", kind: " + kind.substr(space + 1) + "}",
                     "expected v1 Pod, found " + kind.substr(space + 1)}});
  }
}

TEST(Manifest, UnknownFieldsNameThePathAndWhatWasMeant) {
  expect_refused({
      {pod("hostPid: true"), "spec.hostPid: no such field in a Pod; did you mean 'hostPID'?"},
      {pod("replicas: 3"), "spec.replicas: no such field in a Pod"},
      {pod("", "imagePulPolicy: Never"),
       "spec.containers[0].imagePulPolicy: no such field in a Pod; did you mean 'imagePullPolicy'?"},
      {container("ports: [{containerport: 80}]"),
       "spec.containers[0].ports[0].containerport: no such field in a Pod; did you mean 'containerPort'?"},
      {container("resources: {limits: {memroy: 1Gi}}"),
       "spec.containers[0].resources.limits.memroy: no such field in a Pod; did you mean 'memory'?"},
      {container("resources: {limits: {'***': 1}}"),
       "spec.containers[0].resources.limits[\"***\"]: no such field in a Pod"},
      {container("securityContext: {capabilities: {added: [ALL]}}"),
       "spec.containers[0].securityContext.capabilities.added: no such field in a Pod"},
      {metadata("name: web, label: {}"), "metadata.label: no such field in a Pod; did you mean 'labels'?"},
      {pod("tolerations: [{kex: a}]"), "spec.tolerations[0].kex: no such field in a Pod; did you mean 'key'?"},
      {pod("affinity: {nodeAffinity: {required: {}}}"), "spec.affinity.nodeAffinity.required: no such field in a Pod"},
      {pod("\"a\\nb\": 1"), "spec[\"a\\x0ab\"]: no such field in a Pod"},
      {pod("\"\": 1"), "spec[\"\"]: no such field in a Pod"},
  });
}

TEST(Manifest, WrongTypes) {
  expect_refused({
      {container("args: 1"), "spec.containers[0].args: expected a list, found a number"},
      {container("args: [a, 1]"), "spec.containers[0].args[1]: expected a string, found a number"},
      {container("args: [yes]"), "spec.containers[0].args[0]: expected a string, found a boolean"},
      {container("args: [null]"), "spec.containers[0].args[0]: expected a string, found null"},
      {container("env: {A: b}"), "spec.containers[0].env: expected a list, found an object"},
      {container("env: [A]"), "spec.containers[0].env[0]: expected an object, found a string"},
      {container("env: [{name: A, value: 1}]"), "spec.containers[0].env[0].value: expected a string, found a number"},
      {container("ports: [{containerPort: \"80\"}]"),
       "spec.containers[0].ports[0].containerPort: expected a whole number, found a string"},
      {container("ports: [{containerPort: 80.5}]"),
       "spec.containers[0].ports[0].containerPort: expected a whole number, found 80.5"},
      {container("resources: {limits: {cpu: [1]}}"),
       "spec.containers[0].resources.limits.cpu: expected a quantity, found a list"},
      {pod("hostNetwork: \"true\""), "spec.hostNetwork: expected true or false, found a string"},
      {pod("containers: {}"), "spec.containers: expected a list, found an object"},
      {pod("containers: [~]"), "spec.containers[0]: expected an object, found null"},
      {pod("nodeSelector: {a: 1}"), "spec.nodeSelector.a: expected a string, found a number"},
      {metadata("name: 5"), "metadata.name: expected a string, found a number"},
      {metadata("name: web, labels: {a: 1}"), "metadata.labels.a: expected a string, found a number"},
      {metadata("name: web, labels: {a.b/c: yes}"), "metadata.labels[\"a.b/c\"]: expected a string, found a boolean"},
      {"apiVersion: v1\nkind: Pod\nmetadata: []", "metadata: expected an object, found a list"},
      {"apiVersion: v1\nkind: Pod\nspec: 1", "spec: expected an object, found a number"},
      {pod("containers:\n- {name: a, image: 'rootfs:/a'}\n- {name: b, image: 5}"),
       "spec.containers[1].image: expected a string, found a number"},
  });
}

TEST(Manifest, WhatIsNotHereIsRefusedWithTheReason) {
  expect_refused({
      {pod("ephemeralContainers: [{name: i}]"),
       "spec.ephemeralContainers: they are added to a Pod that runs, as in a cluster: podrun debug", Kind::unsupported},
      {container("volumeDevices: [{name: a}]"),
       "spec.containers[0].volumeDevices: no volume here is a block device; a privileged container with hostUsers: "
       "true "
       "has the machine's",
       Kind::unsupported},
      {container("resources: {claims: [{name: a}]}"),
       "spec.containers[0].resources.claims: there is no driver here that would give a device for a claim",
       Kind::unsupported},
      {container(
           "restartPolicy: Never\nrestartPolicyRules: [{action: RestartAllContainers, exitCodes: {operator: In}}]"),
       "spec.containers[0].restartPolicyRules[0].action: all containers of a Pod at once are made again by 'podrun "
       "restart', and by nothing else",
       Kind::unsupported},
      {pod("os: {name: windows}"), "spec.os.name: a Windows Pod cannot run on Linux", Kind::unsupported},
  });
}

TEST(Manifest, FieldsThatAskForNothingAreNoTrouble) {
  const Manifest manifest =
      parse(pod("volumes: []\ninitContainers:\nsecurityContext: {}\nnodeSelector: {}\nos: {name: linux}\n"
                "automountServiceAccountToken: false\ndnsPolicy: Default\nrestartPolicy: Never",
                "tty: false\nlivenessProbe: ~\nresources: {}\nimagePullPolicy: IfNotPresent\n"
                "securityContext: {privileged: false, procMount: Default, seccompProfile: {type: RuntimeDefault}}"));
  EXPECT_THAT(manifest.warnings, IsEmpty());
}

TEST(Manifest, OneWarningForAllThatMeansNothingHere) {
  const Manifest manifest =
      parse(pod("nodeSelector: {disk: ssd}\naffinity: {podAntiAffinity: "
                "{preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1,"
                " podAffinityTerm: {topologyKey: a, labelSelector: {matchLabels: {a: b}}}}]}}\n"
                "priority: 5\nschedulerName: x\nserviceAccountName: robot",
                "resources: {requests: {ephemeral-storage: 1Mi}}"));
  EXPECT_THAT(
      manifest.warnings,
      ElementsAre(
          "spec.nodeSelector, spec.affinity, spec.priority, spec.schedulerName, "
          "spec.serviceAccountName, spec.containers[0].resources.requests.ephemeral-storage: ignored, as there is one "
          "machine and no cluster"));
}

TEST(Manifest, OneWarningForEachPolicyWithoutItsMeaning) {
  const Manifest manifest =
      parse(pod("dnsPolicy: ClusterFirstWithHostNet\nreadinessGates: [{conditionType: a.example/ready}]"));
  EXPECT_THAT(manifest.warnings,
              ElementsAre("spec.dnsPolicy: there is no cluster DNS: the Pod resolves names as this machine does",
                          "spec.readinessGates: nobody on this machine sets the conditions it names: the Pod is never "
                          "Ready"));
}

// As `kubectl get pod -o yaml` prints one that runs, but for the image.
TEST(Manifest, AnExportedPodHasNothingToWarnOf) {
  const Manifest manifest = parse(R"(
apiVersion: v1
kind: Pod
metadata:
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: |
      {"apiVersion":"v1","kind":"Pod"}
  creationTimestamp: "2026-05-04T10:11:12Z"
  generation: 1
  generateName: web-5d-
  labels: {app: web}
  managedFields:
  - {apiVersion: v1, fieldsType: FieldsV1, fieldsV1: {"f:metadata": {}}, manager: kubectl, operation: Update}
  name: web
  namespace: default
  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-5d, uid: 8f, controller: true}]
  resourceVersion: "1234"
  uid: 1d9b1c1e-0c6b-4f0a-9c4f-3c1b0f0e7a11
spec:
  containers:
  - image: oci:/srv/images/web
    imagePullPolicy: Always
    name: web
    resources: {}
    terminationMessagePath: /dev/termination-log
    terminationMessagePolicy: File
    volumeMounts:
    - {mountPath: /var/run/secrets/kubernetes.io/serviceaccount, name: kube-api-access-x2v7p, readOnly: true}
  dnsPolicy: ClusterFirst
  enableServiceLinks: true
  nodeName: node-1
  preemptionPolicy: PreemptLowerPriority
  priority: 0
  restartPolicy: Always
  schedulerName: default-scheduler
  securityContext: {}
  serviceAccount: default
  serviceAccountName: default
  terminationGracePeriodSeconds: 30
  tolerations:
  - {effect: NoExecute, key: node.kubernetes.io/not-ready, operator: Exists, tolerationSeconds: 300}
  - {effect: NoExecute, key: node.kubernetes.io/unreachable, operator: Exists, tolerationSeconds: 300}
  volumes:
  - name: kube-api-access-x2v7p
    projected: {defaultMode: 420, sources: [{serviceAccountToken: {expirationSeconds: 3607, path: token}}]}
status: {phase: Running, qosClass: BestEffort}
)");
  EXPECT_THAT(manifest.warnings, IsEmpty());
}

TEST(Manifest, JsonAndYamlGiveTheSame) {
  const std::string json =
      R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"containers":[{"name":"main","image":"oci:/i:v1"}]}})";
  const std::string yaml =
      "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: main\n    image: oci:/i:v1\n";
  EXPECT_EQ(parse(json).spec.manifest, json);
  EXPECT_EQ(parse(yaml).spec.manifest, json);
}

TEST(Manifest, TheManifestIsKeptAsGiven) {
  const std::string json = R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"web","labels":null},"spec":)"
                           R"~({"tolerations":[],"containers":[{"image":"oci:/i","name":"a","args":["$(A)"]}]}})~";
  EXPECT_EQ(parse(json).spec.manifest, json);
}

}  // namespace
}  // namespace podrun

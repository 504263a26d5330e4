// Whole manifests: what becomes of good ones, and the exact line for each bad one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/manifest/tests/pods.h"

namespace podrun {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

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
      {"{apiVersion: apps/v1, kind: Deployment, spec: {replicas: 3}}", "expected v1 Pod, found apps/v1 Deployment"},
      {"apiVersion: apps/v1\nkind: Deployment", "expected v1 Pod, found apps/v1 Deployment"},
      {"apiVersion: v2\nkind: Pod", "expected v1 Pod, found v2 Pod"},
      {"apiVersion: v1\nkind: List\nitems: []", "expected v1 Pod, found v1 List; give one Pod at a time"},
      {"apiVersion: v1\nkind: PodList", "expected v1 Pod, found v1 PodList; give one Pod at a time"},
      {"apiVersion: v1\nkind: \"Po\\nd\"", "expected v1 Pod, found v1 Po\\x0ad"},
      {"apiVersion: v1\nkind: Pod", "metadata.name: is missing"},
      {"apiVersion: v1\nkind: Pod\nmetadata: {name: web}", "spec.containers: needs at least one container"},
      {pod("containers: []"), "spec.containers: needs at least one container"},
      {pod("") + "---\n" + pod(""), "line 9, column 1: a second document begins; give one Pod at a time"},
  });
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

TEST(Manifest, NotBuiltYet) {
  const auto later = [](std::string text, std::string path) {
    return Bad{std::move(text), std::move(path) + " is not supported yet", Kind::unsupported};
  };
  expect_refused({
      later(pod("volumes: [{name: v, emptyDir: {}}]"), "spec.volumes:"),
      later(pod("ephemeralContainers: [{name: i}]"), "spec.ephemeralContainers:"),
      later(pod("activeDeadlineSeconds: 5"), "spec.activeDeadlineSeconds:"),
      later(pod("runtimeClassName: kata"), "spec.runtimeClassName:"),
      later(pod("securityContext: {fsGroup: 1}"), "spec.securityContext.fsGroup:"),
      later(container("volumeMounts: [{name: v, mountPath: /v}]"), "spec.containers[0].volumeMounts:"),
      later(container("livenessProbe: {tcpSocket: {port: 1}}"), "spec.containers[0].livenessProbe:"),
      later(container("lifecycle: {preStop: {exec: {}}}"), "spec.containers[0].lifecycle.preStop:"),
      later(container("restartPolicy: Never"), "spec.containers[0].restartPolicy: 'Never'"),
      later(container("restartPolicyRules: [{}]"), "spec.containers[0].restartPolicyRules:"),
      later(container("envFrom: [{}]"), "spec.containers[0].envFrom:"),
      later(container("env: [{name: A, valueFrom: {fieldRef: {}}}]"), "spec.containers[0].env[0].valueFrom:"),
      later(container("resources: {limits: {nvidia.com/gpu: 1}}"),
            "spec.containers[0].resources.limits[\"nvidia.com/gpu\"]:"),
      later(container("resources: {limits: {hugepages-2Mi: 1}}"), "spec.containers[0].resources.limits.hugepages-2Mi:"),
      {metadata("generateName: web-"), "metadata.generateName: is not supported yet; give a name", Kind::unsupported},
      later(pod("dnsPolicy: None"), "spec.dnsPolicy: 'None'"),
      {container("securityContext: {privileged: true}"),
       "spec.containers[0].securityContext.privileged: privileged containers are not supported yet", Kind::unsupported},
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
      parse(pod("dnsPolicy: ClusterFirstWithHostNet\ncontainers:\n"
                "- {name: a, image: 'rootfs:/a', terminationMessagePath: /x}\n"
                "- {name: b, image: 'rootfs:/a', terminationMessagePolicy: FallbackToLogsOnError}\n"));
  EXPECT_THAT(
      manifest.warnings,
      ElementsAre("spec.dnsPolicy: there is no cluster DNS: the Pod resolves names as this machine does",
                  "spec.containers[0].terminationMessagePath, spec.containers[1].terminationMessagePolicy: not acted "
                  "on yet: no termination message is collected"));
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

std::vector<std::string> all_errors(const std::string& text) {
  const Result<Manifest> manifest = parse_manifest(text, "web.yaml");
  if (manifest) return {};
  std::vector<std::string> lines{manifest.error().what};
  if (const auto* const more = dynamic_cast<const ManifestProblems*>(manifest.error().detail.get()))
    lines.insert(lines.end(), more->lines.begin(), more->lines.end());
  return lines;
}

TEST(Manifest, AllThatIsWrongIsToldAtOnce) {
  EXPECT_THAT(all_errors("apiVersion: v1\nkind: Pod\nmetadata: {name: Web, labels: {a: 1}}\nspec:\n"
                         "  volumes: [{name: v}]\n  hostPid: true\n  hostAliases: [5, {ip: x}]\n"
                         "  containers:\n"
                         "  - {name: a, image: 5, envFrom: [1], command: [1, b]}\n"
                         "  - {image: 'nginx', ports: [{containerPort: 0}, {}], resources: {limits: {cpu: fast}}}\n"
                         "  - 7\n"),
              ElementsAre("web.yaml: metadata.labels.a: expected a string, found a number",
                          "web.yaml: spec.volumes: is not supported yet",
                          "web.yaml: spec.hostPid: no such field in a Pod; did you mean 'hostPID'?",
                          "web.yaml: spec.hostAliases[0]: expected an object, found a number",
                          "web.yaml: spec.containers[0].image: expected a string, found a number",
                          "web.yaml: spec.containers[0].envFrom: is not supported yet",
                          "web.yaml: spec.containers[0].command[0]: expected a string, found a number",
                          "web.yaml: spec.containers[2]: expected an object, found a number",
                          testing::StartsWith("web.yaml: metadata.name: 'Web' may hold only"),
                          "web.yaml: spec.hostAliases[1].ip: 'x' is no IP address",
                          "web.yaml: spec.containers[1].name: is missing",
                          testing::StartsWith("web.yaml: spec.containers[1].image: expected rootfs:DIR"),
                          "web.yaml: spec.containers[1].ports[0].containerPort: expected 1 to 65535, found 0",
                          "web.yaml: spec.containers[1].ports[1].containerPort: is missing",
                          testing::StartsWith("web.yaml: spec.containers[1].resources.limits.cpu: ")));
}

TEST(Manifest, SomeWrongThingsMakeAMistakeAndOnlyMissingOnesDoNot) {
  const auto kind = [](const std::string& text) { return parse_manifest(text, "x").error().kind; };
  EXPECT_EQ(kind(pod("volumes: [{name: v}]", "envFrom: [1]")), Kind::unsupported);
  EXPECT_EQ(kind(pod("volumes: [{name: v}]", "tty: 'yes'\nimagePullPolicy: 5")), Kind::invalid);
}

TEST(Manifest, ToldIsABoundedNumberOfThings) {
  std::string many = "containers:\n";
  for (int i = 0; i < 500; ++i) many += "- {name: A, bad: 1}\n";
  const auto errors = all_errors(pod(many));
  ASSERT_EQ(errors.size(), 51U);
  EXPECT_THAT(errors.back(), testing::MatchesRegex("web.yaml: and [0-9]+ more"));
}

TEST(Manifest, ProtectionThatIsAskedForIsNeverPassedOver) {
  const std::string context = "spec.containers[0].securityContext.";
  const std::string seccomp =
      "profiles from files are not supported; RuntimeDefault, which applies by itself, is the default one of podrun";
  const std::string apparmor =
      "AppArmor profiles are not applied, and without it the container would run unconfined by one";
  const auto annotation = [](const std::string& name, const std::string& value) {
    return metadata("name: web, annotations: {'" + name + "': '" + value + "'}");
  };
  const std::string aa = "container.apparmor.security.beta.kubernetes.io/";
  const std::string sc = "container.seccomp.security.alpha.kubernetes.io/";
  const std::string of_pod = "seccomp.security.alpha.kubernetes.io/pod";
  const auto at = [](const std::string& name) { return "metadata.annotations[\"" + name + "\"]: "; };
  expect_refused({
      {container("securityContext: {seccompProfile: {type: Localhost, localhostProfile: a.json}}"),
       context + "seccompProfile.type: " + seccomp, Kind::unsupported},
      {pod("securityContext: {appArmorProfile: {type: Localhost, localhostProfile: a}}"),
       "spec.securityContext.appArmorProfile.type: " + apparmor, Kind::unsupported},
      {container("securityContext: {seLinuxOptions: {level: 's0:c1'}}"),
       context + "seLinuxOptions: SELinux labels are not set; without it the Pod runs as podrun does",
       Kind::unsupported},
      {container("securityContext: {procMount: Unmasked}"), context + "procMount: 'Unmasked' is not supported yet",
       Kind::unsupported},
      {annotation(aa + "main", "localhost/strict"), at(aa + "main") + apparmor, Kind::unsupported},
      {annotation(aa + "other", "runtime/default"), at(aa + "other") + "the Pod has no container 'other'"},
      {annotation(aa + "main", "strict"),
       at(aa + "main") + "expected runtime/default, unconfined or localhost/PROFILE, found 'strict'"},
      {annotation(sc + "main", "localhost/a.json"), at(sc + "main") + seccomp, Kind::unsupported},
      {annotation(of_pod, "localhost/a.json"), at(of_pod) + seccomp, Kind::unsupported},
      {annotation("security.alpha.kubernetes.io/sysctls", "kernel.shm_rmid_forced=1"),
       at("security.alpha.kubernetes.io/sysctls") +
           "is not supported, and asks for what is not to be left out in silence",
       Kind::unsupported},
      {annotation("io.podman.annotations.label/main", "type:container_t"),
       at("io.podman.annotations.label/main") + "is not supported, and asks for what is not to be left out in silence",
       Kind::unsupported},
  });
}

TEST(Manifest, NoAppArmorProfileIsAWarningWhereOneIsAskedFor) {
  const std::string note = ": podrun applies no AppArmor profile: what confines a container is the rest";
  EXPECT_THAT(parse(container("securityContext: {appArmorProfile: {type: RuntimeDefault}}")).warnings,
              ElementsAre("spec.containers[0].securityContext.appArmorProfile.type" + note));
  const std::string name = "container.apparmor.security.beta.kubernetes.io/main";
  EXPECT_THAT(parse(metadata("name: web, annotations: {" + name + ": runtime/default}")).warnings,
              ElementsAre("metadata.annotations[\"" + name + "\"]" + note));
  EXPECT_THAT(parse(metadata("name: web, annotations: {" + name + ": unconfined}")).warnings, IsEmpty());
  EXPECT_THAT(parse(container("securityContext: {appArmorProfile: {type: Unconfined}}")).warnings, IsEmpty());
}

TEST(Manifest, SeccompIsOffOnlyWhereThatIsAskedFor) {
  const auto seccomp = [](const std::string& text) { return parse(text).spec.containers[0].security.seccomp; };
  EXPECT_TRUE(seccomp(pod("")));
  EXPECT_TRUE(seccomp(container("securityContext: {seccompProfile: {type: RuntimeDefault}}")));
  EXPECT_FALSE(seccomp(container("securityContext: {seccompProfile: {type: Unconfined}}")));
  EXPECT_FALSE(seccomp(pod("securityContext: {seccompProfile: {type: Unconfined}}")));
  EXPECT_TRUE(seccomp(pod("securityContext: {seccompProfile: {type: Unconfined}}",
                          "securityContext: {seccompProfile: {type: RuntimeDefault}}")));
  const std::string of_pod = "seccomp.security.alpha.kubernetes.io/pod";
  const std::string of_main = "container.seccomp.security.alpha.kubernetes.io/main";
  EXPECT_TRUE(seccomp(metadata("name: web, annotations: {" + of_pod + ": docker/default}")));
  EXPECT_FALSE(seccomp(metadata("name: web, annotations: {" + of_pod + ": unconfined}")));
  EXPECT_TRUE(
      seccomp(metadata("name: web, annotations: {" + of_main + ": runtime/default, " + of_pod + ": unconfined}")));
  const std::string both = "{apiVersion: v1, kind: Pod, metadata: {name: web, annotations: {" + of_pod +
                           ": unconfined}}, "
                           "spec: {containers: [{name: main, image: 'rootfs:/a', securityContext: {seccompProfile: "
                           "{type: RuntimeDefault}}}]}}";
  EXPECT_TRUE(seccomp(both));
  const std::string with_init = "{apiVersion: v1, kind: Pod, metadata: {name: web, annotations: {" + of_main +
                                ": unconfined}}, spec: {initContainers: [{name: i, image: 'rootfs:/a', "
                                "securityContext: {seccompProfile: {type: RuntimeDefault}}}], "
                                "containers: [{name: main, image: 'rootfs:/a'}]}}";
  const PodSpec spec = parse(with_init).spec;
  EXPECT_TRUE(spec.containers[0].security.seccomp) << "the init container has a field of its own";
  EXPECT_FALSE(spec.containers[1].security.seccomp);
}

TEST(Manifest, ValuesThatAreNotAmongTheFew) {
  expect_refused({
      {pod("restartPolicy: Sometimes"),
       "spec.restartPolicy: expected one of Always, OnFailure, Never; found 'Sometimes'"},
      {container("imagePullPolicy: always"),
       "spec.containers[0].imagePullPolicy: expected one of Never, IfNotPresent, Always; found 'always'"},
      {container("terminationMessagePolicy: Log"),
       "spec.containers[0].terminationMessagePolicy: expected one of File, FallbackToLogsOnError; found 'Log'"},
      {container("ports: [{containerPort: 1, protocol: tcp}]"),
       "spec.containers[0].ports[0].protocol: expected one of TCP, UDP, SCTP; found 'tcp'"},
  });
}

TEST(Manifest, Metadata) {
  const PodSpec spec =
      parse(metadata("name: a.b-c, namespace: team, labels: {app: web, example.com/tier: ''}, annotations: "
                     "{Example.com/Note: \"any\\ntext\"}"))
          .spec;
  EXPECT_EQ(spec.name, "a.b-c");
  EXPECT_EQ(spec.name_space, "team");
  EXPECT_THAT(spec.labels, ElementsAre(Pair("app", "web"), Pair("example.com/tier", "")));
  EXPECT_THAT(spec.annotations, ElementsAre(Pair("Example.com/Note", "any\ntext")));
}

TEST(Manifest, BadMetadata) {
  const std::string label = " may hold only a-z, 0-9 and '-', and begins and ends with a letter or digit";
  const std::string subdomain =
      " may hold only a-z, 0-9, '-' and '.', and begins and ends with a letter or digit, as does each part between "
      "dots";
  const std::string key =
      " may hold only letters, digits, '-', '_' and '.', and begins and ends with a letter or digit; a DNS name and "
      "'/' may "
      "stand in front";
  expect_refused({
      {metadata(""), "metadata.name: is missing"},
      {metadata("name: ~"), "metadata.name: is missing"},
      {metadata("name: ''"), "metadata.name: '' is empty"},
      {metadata("name: ../x"), "metadata.name: '../x'" + subdomain},
      {metadata("name: Web"), "metadata.name: 'Web'" + subdomain},
      {metadata("name: " + std::string(300, 'a')),
       "metadata.name: '" + std::string(64, 'a') + "…' is 300 characters long, and at most 253 are allowed"},
      {metadata("name: web, namespace: a.b"), "metadata.namespace: 'a.b'" + label},
      {metadata("name: web, labels: {-a: b}"), "metadata.labels: '-a'" + key},
      {metadata("name: web, labels: {A.b/c: b}"), "metadata.labels: 'A.b/c' has a prefix that" + subdomain},
      {metadata("name: web, labels: {a: b c}"),
       "metadata.labels.a: 'b c' may hold only letters, digits, '-', '_' and '.', and begins and ends with a letter or "
       "digit"},
      {metadata("name: web, annotations: {a b: c}"), "metadata.annotations: 'a b'" + key},
      {metadata("name: web, annotations: {a: " + std::string(262144, 'x') + "}"),
       "metadata.annotations: are larger than 256 KiB together"},
  });
  EXPECT_TRUE(parse_manifest(metadata("name: web, annotations: {a: " + std::string(262143, 'x') + "}"), "x"));
}

TEST(Manifest, TheUidIsAWordThatCniArgsCanHold) {
  EXPECT_EQ(parse(metadata("name: web")).spec.uid, "");
  EXPECT_EQ(parse(metadata("name: web, uid: 1d9b1c1e-0c6b-4f0a-9c4f-3c1b0f0e7a11")).spec.uid,
            "1d9b1c1e-0c6b-4f0a-9c4f-3c1b0f0e7a11");
  EXPECT_EQ(parse(metadata("name: web, uid: 8a7f01d2e3")).spec.uid, "8a7f01d2e3") << "of a static pod";
  const std::string why = " is not one word of letters, digits, '-', '_' and '.', at most 128";
  expect_refused({{metadata("name: web, uid: 'a;K8S_POD_NAME=b'"), "metadata.uid: 'a;K8S_POD_NAME=b'" + why},
                  {metadata("name: web, uid: 'a b'"), "metadata.uid: 'a b'" + why}});
}

TEST(Manifest, HostnameIsThePodsNameCutAsTheKubeletCutsIt) {
  EXPECT_EQ(parse(pod("hostname: other")).spec.hostname, "other");
  EXPECT_EQ(parse(pod("hostname: ''")).spec.hostname, "web");
  const std::string part(62, 'a');
  EXPECT_EQ(parse(metadata("name: " + part + ".b." + part)).spec.hostname, part);
  EXPECT_EQ(parse(metadata("name: " + part + "bcd")).spec.hostname, part + "b");
  expect_refused({{pod("hostname: a.b"),
                   "spec.hostname: 'a.b' may hold only a-z, 0-9 and '-', and begins and ends with a "
                   "letter or digit"}});
}

TEST(Manifest, HostNamespacesImplyHostUsers) {
  EXPECT_TRUE(parse(pod("hostNetwork: true")).spec.host_users);
  EXPECT_TRUE(parse(pod("hostPID: true")).spec.host_users);
  EXPECT_TRUE(parse(pod("hostIPC: true")).spec.host_users);
  EXPECT_TRUE(parse(pod("hostUsers: true")).spec.host_users);
  EXPECT_TRUE(parse(pod("hostNetwork: true\nhostUsers: true")).spec.host_users);
  EXPECT_FALSE(parse(pod("hostUsers: false\nhostNetwork: false")).spec.host_users);
  EXPECT_TRUE(parse(pod("shareProcessNamespace: true")).spec.share_process_namespace);
  expect_refused({
      {pod("hostNetwork: true\nhostUsers: false"), "spec.hostUsers: cannot be false together with hostNetwork"},
      {pod("hostPID: true\nhostUsers: false"), "spec.hostUsers: cannot be false together with hostPID"},
      {pod("hostIPC: true\nhostUsers: false"), "spec.hostUsers: cannot be false together with hostIPC"},
      {pod("hostPID: true\nshareProcessNamespace: true"),
       "spec.shareProcessNamespace: cannot be true together with hostPID"},
  });
}

TEST(Manifest, GracePeriod) {
  EXPECT_EQ(parse(pod("terminationGracePeriodSeconds: 0")).spec.grace_period, 0U);
  EXPECT_EQ(parse(pod("terminationGracePeriodSeconds: 4294967295")).spec.grace_period, 4294967295U);
  expect_refused({
      {pod("terminationGracePeriodSeconds: -1"),
       "spec.terminationGracePeriodSeconds: expected 0 to 4294967295, found -1"},
      {pod("terminationGracePeriodSeconds: 4294967296"),
       "spec.terminationGracePeriodSeconds: expected 0 to 4294967295, found 4294967296"},
  });
}

TEST(Manifest, DnsAndHosts) {
  const PodSpec spec =
      parse(pod("dnsConfig:\n  nameservers: [192.0.2.1, '2001:db8::1']\n  searches: [example.com., .]\n"
                "  options: [{name: ndots, value: '2'}, {name: edns0}]\n"
                "hostAliases: [{ip: '::1', hostnames: [a, b.c]}]"))
          .spec;
  EXPECT_THAT(spec.dns.nameservers, ElementsAre("192.0.2.1", "2001:db8::1"));
  EXPECT_THAT(spec.dns.searches, ElementsAre("example.com.", "."));
  EXPECT_THAT(spec.dns.options, ElementsAre("ndots:2", "edns0"));
  ASSERT_EQ(spec.host_aliases.size(), 1U);
  EXPECT_EQ(spec.host_aliases[0].ip, "::1");
  EXPECT_THAT(spec.host_aliases[0].hostnames, ElementsAre("a", "b.c"));
}

TEST(Manifest, BadDnsAndHosts) {
  std::string many;
  for (int i = 0; i < 33; ++i) many += "a,";
  expect_refused({
      {pod("dnsConfig: {nameservers: [dns.example.com]}"),
       "spec.dnsConfig.nameservers[0]: 'dns.example.com' is no IP address"},
      {pod("dnsConfig: {nameservers: [1.1.1.1, 1.1.1.2, 1.1.1.3, 1.1.1.4]}"),
       "spec.dnsConfig.nameservers: more than 3"},
      {pod("dnsConfig: {searches: [\"a\\nnameserver 6.6.6.6\"]}"),
       "spec.dnsConfig.searches[0]: 'a\\x0anameserver 6.6.6.6' is no DNS name in lower case"},
      {pod("dnsConfig: {searches: [" + many + "]}"),
       "spec.dnsConfig.searches: more than 32, or longer than 2048 characters together"},
      {pod("dnsConfig: {options: [{value: '1'}]}"), "spec.dnsConfig.options[0].name: is missing"},
      {pod("dnsConfig: {options: [{name: 'a b'}]}"), "spec.dnsConfig.options[0].name: 'a b' is not one printable word"},
      {pod("dnsConfig: {options: [{name: a, value: \"1\\n\"}]}"),
       "spec.dnsConfig.options[0].value: '1\\x0a' is not one printable word"},
      {pod("hostAliases: [{hostnames: [a]}]"), "spec.hostAliases[0].ip: is missing"},
      {pod("hostAliases: [{ip: '1.2.3.4 evil', hostnames: [a]}]"),
       "spec.hostAliases[0].ip: '1.2.3.4 evil' is no IP address"},
      {pod("hostAliases: [{ip: 1.2.3.4, hostnames: ['a b']}]"),
       "spec.hostAliases[0].hostnames[0]: 'a b' may hold only a-z, 0-9, '-' and '.', and begins and ends with a letter "
       "or "
       "digit, as does each part between dots"},
  });
}

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

TEST(Manifest, Security) {
  const SecuritySpec spec =
      parse_container(
          "securityContext: {runAsUser: 1000, runAsGroup: 0, runAsNonRoot: true, readOnlyRootFilesystem: true, "
          "allowPrivilegeEscalation: true, capabilities: {add: [cap_net_admin, SYS_TIME], drop: [all]}}")
          .security;
  EXPECT_EQ(spec.run_as_user, 1000U);
  EXPECT_EQ(spec.run_as_group, 0U);
  EXPECT_TRUE(spec.run_as_non_root);
  EXPECT_TRUE(spec.read_only_root);
  EXPECT_FALSE(spec.no_new_privileges);
  EXPECT_THAT(spec.add_capabilities, ElementsAre("NET_ADMIN", "SYS_TIME"));
  EXPECT_THAT(spec.drop_capabilities, ElementsAre("ALL"));
}

TEST(Manifest, ContainersInheritThePodsUser) {
  const std::string_view of_pod = "securityContext: {runAsUser: 5, runAsGroup: 6, runAsNonRoot: true}";
  const SecuritySpec inherited = parse(pod(of_pod)).spec.containers[0].security;
  EXPECT_EQ(inherited.run_as_user, 5U);
  EXPECT_EQ(inherited.run_as_group, 6U);
  EXPECT_TRUE(inherited.run_as_non_root);
  const SecuritySpec own =
      parse(pod(of_pod, "securityContext: {runAsUser: 0, runAsNonRoot: false}")).spec.containers[0].security;
  EXPECT_EQ(own.run_as_user, 0U);
  EXPECT_EQ(own.run_as_group, 6U);
  EXPECT_FALSE(own.run_as_non_root);
}

TEST(Manifest, BadSecurity) {
  const std::string context = "spec.containers[0].securityContext.";
  expect_refused({
      {container("securityContext: {runAsUser: -1}"), context + "runAsUser: expected 0 to 2147483647, found -1"},
      {container("securityContext: {runAsUser: root}"), context + "runAsUser: expected a whole number, found a string"},
      {container("securityContext: {runAsGroup: 65536}"),
       context + "runAsGroup: 65536 is no id of the Pod's user namespace, which has 0 to 65535; hostUsers: true has "
                 "them all"},
      {container("securityContext: {runAsUser: 0, runAsNonRoot: true}"),
       context + "runAsNonRoot: is true, but runAsUser is 0"},
      {pod("securityContext: {runAsNonRoot: true}", "securityContext: {runAsUser: 0}"),
       "spec.securityContext.runAsNonRoot: is true, but runAsUser is 0"},
      {container("securityContext: {capabilities: {add: ['']}}"),
       context + "capabilities.add[0]: '' is no capability, such as NET_ADMIN"},
      {container("securityContext: {capabilities: {drop: [NET ADMIN]}}"),
       context + "capabilities.drop[0]: 'NET ADMIN' is no capability, such as NET_ADMIN"},
  });
  EXPECT_EQ(
      parse(pod("hostUsers: true", "securityContext: {runAsUser: 70000}")).spec.containers[0].security.run_as_user,
      70000U);
}

TEST(Manifest, BadContainers) {
  const std::string image = "expected rootfs:DIR or oci:DIR[:TAG], found ";
  const std::string registry = "; pulling from a registry is not supported yet";
  expect_refused({
      {pod("containers: [{image: 'rootfs:/a'}]"), "spec.containers[0].name: is missing"},
      {pod("containers: [{name: '', image: 'rootfs:/a'}]"), "spec.containers[0].name: '' is empty"},
      {pod("containers: [{name: ../x, image: 'rootfs:/a'}]"),
       "spec.containers[0].name: '../x' may hold only a-z, 0-9 and '-', and begins and ends with a letter or digit"},
      {pod("containers: [{name: a}]"), "spec.containers[0].image: is missing"},
      {pod("containers: [{name: a, image: ''}]"), "spec.containers[0].image: " + image + "''" + registry},
      {pod("containers: [{name: a, image: 'rootfs:'}]"), "spec.containers[0].image: " + image + "'rootfs:'" + registry},
      {pod("containers: [{name: a, image: 'oci::tag'}]"),
       "spec.containers[0].image: " + image + "'oci::tag'" + registry},
      {pod("containers: [{name: a, image: 'nginx:1.27'}]"),
       "spec.containers[0].image: " + image + "'nginx:1.27'" + registry},
      {pod("containers: [{name: a, image: 'rootfs:/a'}, {name: a, image: 'rootfs:/a'}]"),
       "spec.containers[1].name: 'a' is the name of an earlier container"},
      {container("workingDir: srv"), "spec.containers[0].workingDir: 'srv' does not begin with '/'"},
  });
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

// The kinds that make Pods of a template: which Pods, under which names, and what is told of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/manifest/tests/pods.h"

namespace podrun {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

// `spec` beside the template, `pod` in the template's spec.
std::string workload(const std::string& kind, const std::string& spec = "", const std::string& pod = "") {
  return "apiVersion: " + kind.substr(0, kind.find(' ')) + "\nkind: " + kind.substr(kind.find(' ') + 1) +
         "\nmetadata: {name: web}\nspec:\n  " + spec +
         "\n  template:\n    metadata: {labels: {app: web}, annotations: {a: b}}\n    spec:\n      " + pod +
         "\n      containers: [{name: main, image: 'rootfs:/srv/root'}]\n";
}

struct Read {
  std::vector<std::string> names;
  std::vector<std::string> warnings;
};
Read read_workloads(const std::string& text) {
  const auto set = parse_manifests({{text, "web.yaml"}});
  if (!set) return {{set.error().what}, {}};
  Read read{{}, set->warnings};
  for (const PodSpec& pod : set->pods) read.names.push_back(pod.name);
  return read;
}
std::string refused_workload(const std::string& text) {
  const auto set = parse_manifests({{text, "web.yaml"}});
  return set ? "" : set.error().what;
}

TEST(Workloads, AJobsDeadlineIsItsPods) {
  const auto deadline = [](const std::string& of_job, const std::string& of_pod) {
    const auto set = parse_manifests({{workload("batch/v1 Job", of_job, "restartPolicy: Never" + of_pod), "web.yaml"}});
    EXPECT_TRUE(set && set->warnings.empty());
    return set ? set->pods.front().active_deadline : std::nullopt;
  };
  EXPECT_EQ(deadline("activeDeadlineSeconds: 5", ""), 5U);
  EXPECT_EQ(deadline("activeDeadlineSeconds: 5", "\n      activeDeadlineSeconds: 7"), 5U) << "the earlier one";
  EXPECT_EQ(deadline("activeDeadlineSeconds: 7", "\n      activeDeadlineSeconds: 5"), 5U);
  EXPECT_EQ(deadline("", "\n      activeDeadlineSeconds: 5"), 5U);
  EXPECT_EQ(refused_workload(workload("batch/v1 Job", "activeDeadlineSeconds: 0", "restartPolicy: Never")),
            "web.yaml: spec.activeDeadlineSeconds: expected 1 to 2147483647, found 0");
  EXPECT_EQ(refused_workload(workload("apps/v1 Deployment", "", "activeDeadlineSeconds: 5")),
            "web.yaml: spec.template.spec.activeDeadlineSeconds: is not for a Deployment, whose Pods are to stay");
}

TEST(Workloads, AreBoundedTogether) {
  std::string text;
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    std::string one = workload("apps/v1 Deployment", "replicas: 256");
    one.replace(one.find("name: web"), 9, std::string("name: ") + name);
    text += "---\n" + one;
  }
  EXPECT_THAT(refused_workload(text), HasSubstr("more than 1024 pods are asked for at a time"));
  const auto names = find_pod_names({{text, "web.yaml"}}, {});
  ASSERT_FALSE(names);
  EXPECT_THAT(names.error().what, HasSubstr("more than 1024 pods"));
}

TEST(Workloads, ThoseWithReplicasAreNumberedAndOthersHaveTheirName) {
  for (const char* kind : {"apps/v1 Deployment", "extensions/v1beta1 Deployment", "apps/v1 ReplicaSet",
                           "v1 ReplicationController", "apps/v1beta2 StatefulSet"}) {
    EXPECT_THAT(read_workloads(workload(kind)).names, ElementsAre("web-0")) << kind;
    EXPECT_THAT(read_workloads(workload(kind, "replicas: 3")).names, ElementsAre("web-0", "web-1", "web-2")) << kind;
    EXPECT_THAT(read_workloads(workload(kind, "replicas: 3")).warnings, IsEmpty()) << kind;
  }
  EXPECT_THAT(read_workloads(workload("apps/v1 DaemonSet")).names, ElementsAre("web"));
  EXPECT_THAT(read_workloads(workload("batch/v1 Job", "", "restartPolicy: Never")).names, ElementsAre("web"));
  EXPECT_THAT(read_workloads(workload("apps/v1 StatefulSet", "replicas: 2\n  ordinals: {start: 5}")).names,
              ElementsAre("web-5", "web-6"));
}

TEST(Workloads, ACronJobAndAPodTemplateHaveTheirsElsewhere) {
  const Read cron = read_workloads(
      "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: web}\nspec:\n  schedule: '* * * * *'\n"
      "  jobTemplate: {spec: {template: {spec: {restartPolicy: OnFailure, containers: [{name: a, image: "
      "'rootfs:/x'}]}}}}\n");
  EXPECT_THAT(cron.names, ElementsAre("web"));
  EXPECT_THAT(cron.warnings, ElementsAre("spec.schedule: not acted on: its Pod is made once, now"));
  EXPECT_THAT(read_workloads(
                  "apiVersion: v1\nkind: PodTemplate\nmetadata: {name: web}\ntemplate: {spec: {containers: [{name: a, "
                  "image: 'rootfs:/x'}]}}\n")
                  .names,
              ElementsAre("web"));
}

TEST(Workloads, ThePodIsTheTemplateAsIfSomebodyHadWrittenIt) {
  const auto set = parse_manifests({{workload("apps/v1 Deployment"), "x"}});
  ASSERT_TRUE(set) << set.error().what;
  const PodSpec& pod = set->pods[0];
  EXPECT_EQ(pod.manifest,
            R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"web-0","labels":{"app":"web"},)"
            R"("annotations":{"a":"b"}},"spec":{"containers":[{"name":"main","image":"rootfs:/srv/root"}]}})");
  EXPECT_THAT(pod.labels, ElementsAre(Pair("app", "web")));
  EXPECT_EQ(pod.hostname, "web-0");
  EXPECT_TRUE(parse_manifest(pod.manifest, "again"));
}

TEST(Workloads, HaveTheLabelsThatPeopleSelectBy) {
  const auto labels = [](const std::string& text) {
    const auto set = parse_manifests({{text, "x"}});
    return set ? set->pods.back().labels : std::map<std::string, std::string>();
  };
  EXPECT_THAT(labels(workload("apps/v1 StatefulSet", "replicas: 2")),
              UnorderedElementsAre(Pair("app", "web"), Pair("statefulset.kubernetes.io/pod-name", "web-1"),
                                   Pair("apps.kubernetes.io/pod-index", "1")));
  EXPECT_THAT(
      labels(workload("batch/v1 Job", "", "restartPolicy: Never")),
      UnorderedElementsAre(Pair("app", "web"), Pair("job-name", "web"), Pair("batch.kubernetes.io/job-name", "web")));
}

TEST(Workloads, TheFirstOfAnIndexedJobKnowsWhichItIs) {
  const std::string job = workload("batch/v1 Job", "completions: 3\n  completionMode: Indexed", "restartPolicy: Never");
  const auto set = parse_manifests({{job, "x"}});
  ASSERT_TRUE(set) << set.error().what;
  ASSERT_EQ(set->pods.size(), 1U);
  const PodSpec& pod = set->pods[0];
  EXPECT_EQ(pod.name, "web");
  EXPECT_EQ(pod.hostname, "web-0");
  constexpr const char* kIndex = "batch.kubernetes.io/job-completion-index";
  EXPECT_EQ(pod.annotations.at(kIndex), "0");
  EXPECT_EQ(pod.labels.at(kIndex), "0");
  EXPECT_THAT(pod.containers.at(0).env, testing::Contains(Pair("JOB_COMPLETION_INDEX", "0")));
  EXPECT_THAT(set->warnings, testing::Contains(HasSubstr("the one pod that is made has the index 0")));

  std::string own = job;
  own.replace(own.find("rootfs:/srv/root'"), 17, "rootfs:/srv/root', env: [{name: JOB_COMPLETION_INDEX, value: '7'}]");
  const auto as_given = parse_manifests({{own, "x"}});
  ASSERT_TRUE(as_given) << as_given.error().what;
  EXPECT_THAT(as_given->pods[0].containers.at(0).env, ElementsAre(Pair("JOB_COMPLETION_INDEX", "7")));

  const auto alone = parse_manifests(
      {{workload("batch/v1 Job", "completions: 1\n  completionMode: Indexed", "restartPolicy: Never"), "x"}});
  ASSERT_TRUE(alone);
  EXPECT_THAT(alone->warnings, IsEmpty()) << "there is no other part";
  const auto usual =
      parse_manifests({{workload("batch/v1 Job", "completionMode: NonIndexed", "restartPolicy: Never"), "x"}});
  ASSERT_TRUE(usual);
  EXPECT_THAT(usual->pods[0].containers.at(0).env, IsEmpty());
  EXPECT_EQ(refused_workload(workload("batch/v1 Job", "completionMode: Indexed", "restartPolicy: Never")),
            "web.yaml: spec.completions: is missing, which says how many parts the work has");
  EXPECT_EQ(refused_workload(workload("batch/v1 Job", "completionMode: Odd", "restartPolicy: Never")),
            "web.yaml: spec.completionMode: 'Odd' is neither NonIndexed nor Indexed");
}

TEST(Workloads, ErrorsNameThePathInTheDocument) {
  const std::string bad =
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3, template: "
      "{spec: {containers: [{name: a, image: 5}]}}}\n";
  EXPECT_EQ(refused_workload(bad),
            "web.yaml: spec.template.spec.containers[0].image: expected a string, found a number");
  EXPECT_EQ(
      refused_workload(
          "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 2, template: {spec: {}}}}"),
      "web.yaml: spec.template.spec.containers: needs at least one container");
  EXPECT_EQ(refused_workload("{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}}"),
            "web.yaml: spec.template: is missing");
  EXPECT_EQ(refused_workload(workload("apps/v1 Deployment", "replica: 2")),
            "web.yaml: spec.replica: no such field in a Deployment; did you mean 'replicas'?");
  EXPECT_EQ(refused_workload(workload("apps/v1 Deployment", "replicas: 100000")),
            "web.yaml: spec.replicas: expected 0 to 256, found 100000");
  EXPECT_EQ(refused_workload(workload("apps/v1 Deployment", "", "restartPolicy: Never")),
            "web.yaml: spec.template.spec.restartPolicy: of a Deployment is Always");
  EXPECT_EQ(refused_workload(workload("batch/v1 Job")),
            "web.yaml: spec.template.spec.restartPolicy: of a Job is OnFailure or Never");
}

TEST(Workloads, ReplicasThatCannotBeAreOneAndAreTold) {
  for (const char* pod :
       {"hostNetwork: true",
        "initContainers: [{name: i, image: 'rootfs:/x', ports: [{containerPort: 1, hostPort: 1}]}]"}) {
    const Read one = read_workloads(workload("apps/v1 Deployment", "replicas: 3", pod));
    EXPECT_THAT(one.names, ElementsAre("web-0"));
    EXPECT_THAT(one.warnings,
                ElementsAre("spec.replicas: one pod is made, as each would take the same ports of this machine"));
  }
  EXPECT_EQ(refused_workload(workload("apps/v1 Deployment", "replicas: 0")),
            "web.yaml: expected v1 Pod, found Deployment web without replicas");
}

TEST(Workloads, AreToldOfABadNameOnce) {
  const auto called = [](const std::string& name) {
    return refused_workload(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {" + name +
        "}\nspec: {replicas: 3, template: {spec: {containers: [{name: main, image: 'rootfs:/'}]}}}\n");
  };
  EXPECT_EQ(called("name: Web"),
            "web.yaml: metadata.name: 'Web' may hold only a-z, 0-9, '-' and '.', and begins and ends with a letter or "
            "digit, as does each part between dots");
  EXPECT_EQ(called(""), "web.yaml: metadata.name: is missing");
}

TEST(Workloads, SelectTheirOwnPods) {
  const auto with = [](const std::string& kind, const std::string& selector) {
    return refused_workload(workload(kind, "selector: " + selector));
  };
  for (const char* selector :
       {"{matchLabels: {app: web}}", "{}", "null", "{matchLabels: {}}", "7",
        "{matchExpressions: [{key: app, operator: In, values: [db, web]}]}",
        "{matchExpressions: [{key: app, operator: NotIn, values: [db]}, {key: app, operator: "
        "Exists}, {key: tier, operator: DoesNotExist}, {key: tier, operator: NotIn, values: [a]}]}"})
    EXPECT_EQ(with("apps/v1 Deployment", selector), "") << selector;
  EXPECT_EQ(with("v1 ReplicationController", "{app: web}"), "");
  const std::string what = "web.yaml: spec.template.metadata.labels: do not match the selector of the ";
  for (const char* kind : {"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"})
    EXPECT_EQ(with("apps/v1 " + std::string(kind), "{matchLabels: {app: web, tier: front}}"),
              what + kind + ", 'tier=front'");
  const std::string another = workload("apps/v1 Deployment", "selector: {matchLabels: {app: db}}");
  EXPECT_TRUE(find_pod_names({{another, "web.yaml"}}, {})) << "it says what to delete";
  EXPECT_EQ(with("v1 ReplicationController", "{app: db}"), what + "ReplicationController, 'app=db'");
  for (const auto& [expression, told] : std::vector<std::pair<std::string, std::string>>{
           {"{key: app, operator: In, values: [db, shop]}", "app In (db, shop)"},
           {"{key: app, operator: NotIn, values: [web]}", "app NotIn (web)"},
           {"{key: tier, operator: Exists}", "tier Exists"},
           {"{key: app, operator: DoesNotExist}", "app DoesNotExist"}})
    EXPECT_EQ(with("apps/v1 Deployment", "{matchExpressions: [" + expression + "]}"),
              what + "Deployment, '" + told + "'");
}

TEST(Workloads, ClaimsOfEachReplicaTakeThePlaceOfAVolume) {
  const std::string claims = "replicas: 2\n  volumeClaimTemplates: [{metadata: {name: data}, spec: {}}]";
  const auto set = parse_manifests({{workload("apps/v1 StatefulSet", claims), "x"}});
  ASSERT_TRUE(set) << set.error().what;
  EXPECT_THAT(set->pods[1].manifest,
              HasSubstr(R"("volumes":[{"name":"data","persistentVolumeClaim":{"claimName":"data-web-1"}}])"));
}

}  // namespace
}  // namespace podrun

#include "runtime/manifest/workloads.h"

#include <algorithm>

#include "runtime/manifest/object_fields.h"
#include "runtime/manifest/parts.h"
#include "runtime/manifest/reader.h"
#include "runtime/manifest/template_labels.h"
#include "runtime/manifest/text.h"

namespace podrun::manifest {

// How many Pods there are of it, and what they are called.
enum class Makes : std::uint8_t {
  replicas,  // NAME-0, NAME-1 …
  one,       // NAME
};

struct Workload {
  std::string_view kind;
  std::vector<std::string_view> groups;  // old ones too: what was written for them is still around
  const Type* type;
  std::vector<const char*> way;  // to its template
  Makes makes;
  bool is_job = false;
};

namespace {

constexpr std::uint64_t kMostReplicas = 256;  // far more than one machine is meant to have of one kind
constexpr std::size_t kLongestLabel = 63;

const std::vector<Workload>& workloads() {
  static const std::vector<Workload> all = {
      {"Deployment", {"apps", "extensions"}, &kDeployment, {"spec", "template"}, Makes::replicas},
      {"ReplicaSet", {"apps", "extensions"}, &kReplicaSet, {"spec", "template"}, Makes::replicas},
      {"ReplicationController", {""}, &kReplicaSet, {"spec", "template"}, Makes::replicas},
      {"StatefulSet", {"apps"}, &kStatefulSet, {"spec", "template"}, Makes::replicas},
      {"DaemonSet", {"apps", "extensions"}, &kDaemonSet, {"spec", "template"}, Makes::one},
      {"Job", {"batch"}, &kJob, {"spec", "template"}, Makes::one, true},
      {"CronJob", {"batch"}, &kCronJob, {"spec", "jobTemplate", "spec", "template"}, Makes::one, true},
      {"PodTemplate", {""}, &kPodTemplate, {"template"}, Makes::one},
  };
  return all;
}

// Who has them has a port of this machine, or all of them, to itself.
bool takes_host_ports(const Reader& pod_spec) {
  if (pod_spec.flag("hostNetwork")) return true;
  for (const char* list : {"initContainers", "containers"})
    for (const Reader& container : pod_spec.items(list))
      for (const Reader& port : container.items("ports"))
        if (port.has("hostPort")) return true;
  return false;
}

// Always for what is to stay, and for a Job, which is to end, another: as Kubernetes has it.
void check_lifetime(const Workload& workload, const Reader& pod_spec) {
  const std::string policy = pod_spec.text("restartPolicy");
  const std::string kind(workload.kind);
  if (workload.is_job && (policy.empty() || policy == "Always"))
    pod_spec.bad("restartPolicy", "of a " + kind + " is OnFailure or Never");
  if (workload.is_job || workload.kind == "PodTemplate") return;
  if (!policy.empty() && policy != "Always") pod_spec.bad("restartPolicy", "of a " + kind + " is Always");
  if (pod_spec.has("activeDeadlineSeconds"))
    pod_spec.bad("activeDeadlineSeconds", "is not for a " + kind + ", whose Pods are to stay");
}

struct Numbers {
  std::uint64_t first = 0;
  std::uint64_t count = 1;
};

Numbers number(const Reader& owner, const Reader& pod_spec, std::vector<std::string>& warnings) {
  Numbers numbers;
  numbers.first = owner.at("ordinals").whole("start", {}).value_or(0);
  numbers.count = owner.whole("replicas", {0, kMostReplicas}).value_or(1);
  const std::string path = child_path(owner.path(), "replicas");
  if (numbers.count == 0) warnings.push_back(path + ": 0, so no pod is made");
  if (numbers.count > 1 && takes_host_ports(pod_spec)) {
    warnings.push_back(path + ": one pod is made, as each would take the same ports of this machine");
    numbers.count = 1;
  }
  return numbers;
}

void add_label(Json& metadata, const std::string& key, const std::string& value) {
  if (value.size() <= kLongestLabel) metadata["labels"][key] = value;
}

// What the controllers of a cluster add, and people select by.
void add_labels(const Workload& workload, const std::string& owner, const std::string& name, std::uint64_t number,
                Json& metadata) {
  if (workload.kind == "StatefulSet") {
    add_label(metadata, "statefulset.kubernetes.io/pod-name", name);
    add_label(metadata, "apps.kubernetes.io/pod-index", std::to_string(number));
  }
  if (workload.kind == "Job") {
    add_label(metadata, "batch.kubernetes.io/job-name", owner);
    add_label(metadata, "job-name", owner);
  }
}

// A claim of each pod's own, in the place of a volume of that name.
void add_claims(const Reader& owner, const std::string& name, Json& spec) {
  for (const Reader& claim : owner.items("volumeClaimTemplates")) {
    const std::string volume = claim.at("metadata").text("name");
    Json& volumes = spec["volumes"];
    if (!volumes.is_array()) volumes = Json::array();
    volumes.erase(
        std::remove_if(volumes.begin(), volumes.end(),
                       [&](const Json& other) { return other.is_object() && other.value("name", Json()) == volume; }),
        volumes.end());
    volumes.push_back({{"name", volume}, {"persistentVolumeClaim", {{"claimName", volume + "-" + name}}}});
  }
}

// A Job has one Pod here, which is active as long as the Job is.
void add_deadline(const Reader& owner, Json& spec) {
  const auto seconds = read_active_deadline(owner);
  const Json& own = spec.value("activeDeadlineSeconds", Json());
  if (seconds && !(own.is_number_integer() && own <= *seconds)) spec["activeDeadlineSeconds"] = *seconds;
}

constexpr const char* kIndex = "batch.kubernetes.io/job-completion-index";

// Whether each of its Pods has a number of its own, by which it finds its part of the work. The one that is made here
// is the first of them.
bool is_indexed(const Reader& owner, std::vector<std::string>& warnings) {
  const std::string mode = owner.text("completionMode");
  if (mode.empty() || mode == "NonIndexed") return false;
  if (mode != "Indexed") owner.bad("completionMode", quote(mode) + " is neither NonIndexed nor Indexed");
  if (!owner.has("completions")) owner.bad("completions", "is missing, which says how many parts the work has");
  if (owner.whole("completions", {}).value_or(1) > 1)
    warnings.push_back(child_path(owner.path(), "completionMode") +
                       ": the one pod that is made has the index 0, and does the first part of the work");
  return true;
}

// What a cluster's controller tells the first of an indexed Job's Pods, in all the ways in which it does.
void add_index(const std::string& owner, Json& pod) {
  Json& metadata = pod["metadata"];
  for (const char* part : {"labels", "annotations"}) metadata[part][kIndex] = "0";
  Json& spec = pod["spec"];
  spec["hostname"] = owner + "-0";
  constexpr const char* kVariable = "JOB_COMPLETION_INDEX";
  for (const char* list : {"initContainers", "containers"}) {
    if (!spec.contains(list) || !spec[list].is_array()) continue;
    for (Json& container : spec[list]) {
      if (!container.is_object()) continue;
      Json& env = container["env"];
      if (!env.is_array()) env = Json::array();
      const bool is_there = std::any_of(env.begin(), env.end(), [](const Json& variable) {
        return variable.is_object() && variable.value("name", Json()) == kVariable;
      });
      if (!is_there)
        env.push_back(
            {{"name", kVariable},
             {"valueFrom", {{"fieldRef", {{"fieldPath", "metadata.annotations['" + std::string(kIndex) + "']"}}}}}});
    }
  }
}

Json make_pod(const Reader& pod_template, const ObjectName& who, bool names_namespace) {
  Json metadata = {{"name", who.name}};
  if (names_namespace) metadata["namespace"] = who.name_space;
  for (const char* part : {"labels", "annotations"})
    if (const Reader given = pod_template.at("metadata"); given.has(part)) metadata[part] = given.at(part).json();
  return {{"apiVersion", "v1"},
          {"kind", "Pod"},
          {"metadata", std::move(metadata)},
          {"spec", pod_template.at("spec").json()}};
}

}  // namespace

const Workload* find_workload(const Object& object) {
  const auto found = std::find_if(workloads().begin(), workloads().end(), [&](const Workload& workload) {
    return workload.kind == object.kind &&
           std::find(workload.groups.begin(), workload.groups.end(), object.group) != workload.groups.end();
  });
  return found != workloads().end() ? &*found : nullptr;
}

const Type& fields_of(const Workload& workload) { return *workload.type; }

void check_selector(const Workload& workload, const Object& object, Problems& problems) {
  if (workload.is_job) return;  // the cluster makes it
  Reader owner(object.value, problems, object.path);
  Reader pod_template = owner;
  for (const char* step : workload.way) {
    owner = pod_template;
    pod_template = pod_template.at(step);
  }
  const Reader metadata = pod_template.at("metadata");
  const std::string lacking = what_labels_lack(owner.at("selector").json(), metadata.at("labels").json());
  if (!lacking.empty() && owner.has("template"))
    metadata.bad("labels", "do not match the selector of the " + std::string(workload.kind) + ", " + quote(lacking));
}

std::vector<PodDocument> expand(const Workload& workload, const Object& object, const ManifestOptions& options,
                                Problems& problems, std::vector<std::string>& warnings) {
  const Reader whole(object.value, problems, object.path);
  ObjectName who = read_object_name(whole.at("metadata"), options);
  if (!why_bad_subdomain(who.name).empty())
    who.name = "unnamed";  // that has been told, and each Pod would say it again
  Reader owner = whole;
  Reader pod_template = whole;
  for (const char* step : workload.way) {
    owner = pod_template;
    pod_template = pod_template.at(step);
  }
  if (!owner.has("template")) {
    owner.bad("template", "is missing");
    return {};
  }
  const Reader pod_spec = pod_template.at("spec");
  check_lifetime(workload, pod_spec);

  const Numbers numbers = workload.makes == Makes::replicas ? number(owner, pod_spec, warnings) : Numbers();
  const bool with_index = workload.is_job && is_indexed(owner, warnings);
  std::vector<PodDocument> made;
  for (std::uint64_t i = numbers.first; i < numbers.first + numbers.count; ++i) {
    ObjectName called = who;
    if (workload.makes == Makes::replicas) called.name += "-" + std::to_string(i);
    Json pod = make_pod(pod_template, called, whole.at("metadata").has("namespace"));
    add_labels(workload, who.name, called.name, i, pod["metadata"]);
    add_claims(owner, called.name, pod["spec"]);
    if (workload.is_job) add_deadline(owner, pod["spec"]);
    if (with_index) add_index(who.name, pod);
    made.push_back({std::move(pod), object.source, pod_template.path()});
  }
  return made;
}

}  // namespace podrun::manifest

#include "runtime/manifest/manifest.h"

#include <algorithm>
#include <set>

#include "runtime/manifest/check.h"
#include "runtime/manifest/companion_objects.h"
#include "runtime/manifest/meant.h"
#include "runtime/manifest/objects.h"
#include "runtime/manifest/parts.h"
#include "runtime/manifest/text.h"
#include "runtime/manifest/workloads.h"

namespace podrun {
namespace {

using manifest::Companions;
using manifest::Object;
using manifest::PodDocument;
using manifest::Problems;
using manifest::Reader;

bool is_pod(const Object& object) { return object.group.empty() && object.kind == "Pod"; }

std::string without_quotes(const std::string& quoted) { return quoted.substr(1, quoted.size() - 2); }

// "Service web", as it goes into a sentence; where something else was meant: "v1 pod web (did you mean v1 Pod?)".
std::string called(const Object& object) {
  const std::string name = object.kind + (object.name().empty() ? "" : " " + object.name());
  const std::string meant = manifest::what_may_be_meant(object);
  if (meant.empty()) return without_quotes(manifest::quote(name));
  return without_quotes(manifest::quote(object.version + " " + name)) + " (did you mean " + meant + "?)";
}

// A workload is a page of text, and may ask for hundreds.
constexpr std::size_t kMostPods = 1024;

void too_many_pods(const std::string& path, Problems& problems) {
  problems.add(path, "more than " + std::to_string(kMostPods) + " pods are asked for at a time");
}

Error no_pods(const std::vector<ManifestText>& texts, const std::vector<Object>& objects) {
  std::string found;
  bool some_go_with_a_pod = false;
  for (const Object& object : objects) {
    found.append(found.empty() ? "" : ", ")
        .append(called(object) + (manifest::find_workload(object) != nullptr ? " without replicas" : ""));
    some_go_with_a_pod = some_go_with_a_pod || manifest::is_companion(object);
  }
  return {Kind::invalid, 0,
          (texts.empty() ? "" : texts.front().source + ": ") + "expected v1 Pod, found " +
              (found.empty() ? "nothing" : found) +
              (some_go_with_a_pod ? "; nothing is kept of it without a Pod: give both at once, each with -f" : "")};
}

// What means something here, one by one.
class SetReader {
 public:
  SetReader(const ManifestOptions& options, std::size_t objects, Problems& problems)
      : options_(options), is_alone_(objects == 1), problems_(problems) {}

  void companion_or_other(Object& object) {
    if (is_pod(object) || manifest::find_workload(object) != nullptr) return;
    if (manifest::read_companion(object, options_, companions_, problems_)) return;
    others_.append(others_.empty() ? "" : ", ").append(called(object));
  }

  // All that they refer to has been seen.
  void pods(Object& object) {
    problems_.begin(object.source);
    if (is_pod(object)) {
      warn(object.source, manifest::check_fields(object.value, manifest::kPod, problems_, object.path, object.kind));
      return pod({object.value, object.source, object.path});
    }
    const manifest::Workload* const workload = manifest::find_workload(object);
    if (workload == nullptr) return;
    std::vector<std::string> warnings =
        manifest::check_fields(object.value, fields_of(*workload), problems_, object.path, object.kind);
    check_selector(*workload, object, problems_);
    for (PodDocument& document : expand(*workload, object, options_, problems_, warnings)) {
      pod(std::move(document));
      if (!problems_.empty()) break;  // the others are of the same template
    }
    warn(object.source, std::move(warnings));
  }

  Result<ManifestSet> finish() {
    if (!others_.empty())
      set_.warnings.insert(set_.warnings.begin(), "passed over, as there is one machine and no cluster: " + others_);
    if (!problems_.empty()) return std::move(problems_).error();
    return std::move(set_);
  }

 private:
  void pod(PodDocument document) {
    if (set_.pods.size() == kMostPods) return too_many_pods(document.path, problems_);
    PodSpec spec;
    std::vector<std::string> warnings;
    spec.manifest = document.pod.dump();
    const Reader reader(document.pod, problems_, document.path);
    const Reader pod_spec = reader.at("spec");
    manifest::read_metadata(reader.at("metadata"), options_, spec);
    manifest::read_namespaces(pod_spec, spec);
    manifest::read_names(pod_spec, spec);
    manifest::read_volumes(pod_spec, companions_, spec);
    manifest::read_fs_group(pod_spec.at("securityContext"), spec);
    manifest::read_sysctls(pod_spec.at("securityContext"), spec);
    manifest::read_containers(pod_spec, companions_, spec);
    manifest::read_pod_resources(pod_spec, spec);
    manifest::read_pull_secrets(pod_spec, companions_, spec, warnings);
    manifest::read_security_annotations(reader.at("metadata"), pod_spec, spec);
    manifest::warn_of_privileges(spec, warnings);

    // Kubernetes ends a pod with a negative period after one second; to us it is a slip.
    if (const auto seconds = pod_spec.whole("terminationGracePeriodSeconds", {}))
      spec.grace_period = static_cast<std::uint32_t>(*seconds);
    spec.restart = manifest::restart_policy(pod_spec.text("restartPolicy"));
    spec.active_deadline = manifest::read_active_deadline(pod_spec);
    if (!spec.name.empty() && !names_.emplace(spec.name_space, spec.name).second)
      reader.at("metadata").bad("name", manifest::quote(spec.name) + " is the name of an earlier pod");
    warn(document.source, std::move(warnings));
    set_.pods.push_back(std::move(spec));
  }

  void warn(const std::string& source, std::vector<std::string> warnings) {
    for (std::string& warning : warnings) {
      if (!is_alone_) warning.insert(0, source + ": ");
      if (std::find(set_.warnings.begin(), set_.warnings.end(), warning) == set_.warnings.end())
        set_.warnings.push_back(std::move(warning));
    }
  }

  const ManifestOptions& options_;
  const bool is_alone_;
  Problems& problems_;
  Companions companions_;
  std::set<std::pair<std::string, std::string>> names_;
  std::string others_;
  ManifestSet set_;
};

}  // namespace

Result<ManifestSet> parse_manifests(const std::vector<ManifestText>& texts, const ManifestOptions& options) {
  Problems problems;
  std::vector<Object> objects = manifest::read_objects(texts, options, problems);
  SetReader set(options, objects.size(), problems);
  for (Object& object : objects) set.companion_or_other(object);
  for (Object& object : objects) set.pods(object);
  ManifestSet read = TRY(set.finish());
  if (read.pods.empty()) return no_pods(texts, objects);
  return read;
}

Result<Manifest> parse_manifest(std::string_view text, std::string_view source) {
  ManifestSet set = TRY(parse_manifests({{std::string(text), std::string(source)}}));
  if (set.pods.size() > 1)
    return Error{Kind::invalid, 0,
                 std::string(source) + ": expected one Pod, found " + std::to_string(set.pods.size())};
  return Manifest{std::move(set.pods.front()), std::move(set.warnings)};
}

Result<std::vector<PodName>> find_pod_names(const std::vector<ManifestText>& texts, const ManifestOptions& options) {
  Problems problems;
  Problems unasked;
  std::vector<std::string> warnings;
  std::vector<PodName> names;
  const auto add = [&](const manifest::Json& pod, const std::string& path) {
    if (names.size() == kMostPods) return too_many_pods(path, problems);
    const auto who = manifest::read_object_name(Reader(pod, problems, path).at("metadata"), options);
    names.push_back({who.name_space, who.name});
  };
  std::vector<Object> objects = manifest::read_objects(texts, options, problems);
  for (Object& object : objects) {
    problems.begin(object.source);
    const manifest::Workload* const workload = manifest::find_workload(object);
    if (!is_pod(object) && workload == nullptr) continue;
    manifest::check_fields(object.value, is_pod(object) ? manifest::kPod : fields_of(*workload), unasked, object.path);
    if (is_pod(object)) add(object.value, object.path);
    if (workload == nullptr) continue;
    for (const PodDocument& document : expand(*workload, object, options, problems, warnings)) {
      add(document.pod, document.path);
      if (!problems.empty()) break;
    }
  }
  if (!problems.empty()) return std::move(problems).error();
  if (names.empty()) return no_pods(texts, objects);
  return names;
}

}  // namespace podrun

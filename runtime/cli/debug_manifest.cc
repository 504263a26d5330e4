#include "runtime/cli/debug_manifest.h"

#include <nlohmann/json.hpp>

#include "runtime/cli/typed_manifest.h"
#include "runtime/manifest/manifest.h"
#include "runtime/manifest/text.h"

namespace podrun::cli {
namespace {

// kubectl's profiles, as it has them for ephemeral containers (k8s.io/kubectl/pkg/cmd/debug/profiles.go).
Json security_context(const std::string& profile) {
  if (profile == "general") return {{"capabilities", {{"add", {"SYS_PTRACE"}}}}};
  if (profile == "netadmin") return {{"capabilities", {{"add", {"NET_ADMIN", "NET_RAW"}}}}};
  if (profile == "sysadmin") return {{"privileged", true}};
  if (profile == "restricted")
    return {{"allowPrivilegeEscalation", false},
            {"capabilities", {{"drop", {"ALL"}}}},
            {"runAsNonRoot", true},
            {"seccompProfile", {{"type", "RuntimeDefault"}}}};
  return Json::object();
}

Result<Json> ephemeral_container_json(const DebugManifestOptions& options) {
  if (const std::string why = why_bad_label(options.name); !why.empty())
    return bad_option("--container", options.name, why);
  Json made{{"name", options.name}, {"image", options.image}};
  if (options.pull_policy) made["imagePullPolicy"] = *options.pull_policy;
  for (const std::string& word : options.words)
    made[options.words_are_args ? "args" : "command"].push_back(literal(word));
  if (!options.env.empty()) made["env"] = TRY(environment(options.env));
  if (options.has_stdin) made["stdin"] = true;
  if (options.stdin_once) made["stdinOnce"] = true;
  if (options.terminal) made["tty"] = true;
  if (Json rights = security_context(options.profile); !rights.empty()) made["securityContext"] = std::move(rights);
  TRY(check_encoding(made));
  return made;
}

// The pod as if it had this container alone: what its manifest says of all containers counts for it, too.
Json pod_of(const Json& container, const PodPlan& pod) {
  Json made{{"apiVersion", "v1"},
            {"kind", "Pod"},
            {"metadata", {{"name", pod.who.name}, {"namespace", pod.who.name_space}}},
            {"spec", {{"containers", {container}}}}};
  const Json manifest = Json::parse(pod.who.manifest, nullptr, false);
  if (!manifest.is_object() || !manifest.contains("spec")) return made;
  for (const char* field : {"hostNetwork", "hostPID", "hostIPC", "hostUsers", "shareProcessNamespace"})
    if (manifest["spec"].contains(field)) made["spec"][field] = manifest["spec"][field];
  if (manifest["spec"].contains("securityContext")) {
    Json context = manifest["spec"]["securityContext"];
    context.erase("sysctls");  // the pod has them
    made["spec"]["securityContext"] = std::move(context);
  }
  return made;
}

}  // namespace

Result<DebugManifest> debug_manifest(const DebugManifestOptions& options, const PodPlan& pod) {
  Json asked = TRY(ephemeral_container_json(options));
  Manifest manifest = TRY(parse_manifest(pod_of(asked, pod).dump(), "debug"));
  if (!options.target.empty()) asked["targetContainerName"] = options.target;
  return DebugManifest{.spec = {.pod = std::move(manifest.spec), .asked = asked.dump(), .target = options.target},
                       .warnings = std::move(manifest.warnings)};
}

}  // namespace podrun::cli

#include "runtime/manifest/manifest.h"

#include "runtime/manifest/check.h"
#include "runtime/manifest/document.h"
#include "runtime/manifest/parts.h"
#include "runtime/manifest/text.h"

namespace podrun {
namespace {

using manifest::Json;
using manifest::Problems;
using manifest::Reader;

std::string text_of(const Json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// Before anything else is looked at, so that a Deployment is not told that it has no such field as replicas.
Result<void> expect_pod(const Json& document) {
  const auto refuse = [](const std::string& found) {
    return Error{Kind::invalid, 0, "expected v1 Pod, found " + found};
  };
  if (document.is_null()) return refuse("nothing");
  if (!document.is_object()) return refuse(std::string(manifest::noun(document)));

  const std::string kind = text_of(document, "kind");
  const std::string version = text_of(document, "apiVersion");
  if (kind == "Pod" && version == "v1") return {};
  if (kind.empty() || version.empty())
    return refuse("an object without " + std::string(kind.empty() ? "kind" : "apiVersion"));
  const std::string found = manifest::quote(version + " " + kind);
  return refuse(found.substr(1, found.size() - 2) + (kind.ends_with("List") ? "; give one Pod at a time" : ""));
}

RestartPolicy restart_policy(const std::string& word) {
  if (word == "Never") return RestartPolicy::never;
  return word == "OnFailure" ? RestartPolicy::on_failure : RestartPolicy::always;
}

Manifest read_pod(Json document, Problems& problems) {
  Manifest result;
  result.spec.manifest = document.dump();
  result.warnings = manifest::check_fields(document, manifest::kPod, problems);

  const Reader pod(document, problems);
  const Reader spec = pod.at("spec");
  manifest::read_metadata(pod.at("metadata"), result.spec);
  manifest::read_namespaces(spec, result.spec);
  manifest::read_names(spec, result.spec);
  manifest::read_containers(spec, result.spec);
  manifest::read_security_annotations(pod.at("metadata"), spec, result.spec, result.warnings);

  // Kubernetes ends a pod with a negative period after one second; to us it is a slip.
  if (const auto seconds = spec.whole("terminationGracePeriodSeconds", {}))
    result.spec.grace_period = static_cast<std::uint32_t>(*seconds);
  result.spec.restart = restart_policy(spec.text("restartPolicy"));
  return result;
}

Result<Json> read_document_of_pod(std::string_view text) {
  Json document = TRY(manifest::read_document(text));
  TRY(expect_pod(document));
  return document;
}

}  // namespace

Result<Manifest> parse_manifest(std::string_view text, std::string_view source) {
  Problems problems;
  Manifest manifest = read_pod(TRY(read_document_of_pod(text).in(source)), problems);
  if (!problems.empty()) return std::move(problems).error(source);
  return manifest;
}

}  // namespace podrun

#include "runtime/manifest/change_resources.h"

#include <algorithm>

#include "runtime/manifest/parts.h"
#include "runtime/manifest/text.h"

namespace podrun {
namespace {

using manifest::Json;
using manifest::Problems;
using manifest::Reader;
using Amounts = std::map<std::string, std::string>;

constexpr const char* kInit = "initContainers";
constexpr const char* kMain = "containers";

Result<void> check_names(const Amounts& amounts, const char* list, std::initializer_list<std::string_view> known) {
  for (const auto& [name, amount] : amounts)
    if (std::find(known.begin(), known.end(), name) == known.end())
      return Error{Kind::invalid, 0,
                   std::string(list) + ": " + manifest::quote(name) + " cannot be changed while a container runs"};
  return {};
}

void set(Json& container, const char* list, const Amounts& amounts) {
  for (const auto& [name, amount] : amounts) container["resources"][list][name] = amount;
}

bool is_meant(const ResourceChange& change, const Json& container, std::string_view list) {
  return change.container.empty() ? list == kMain : container.value("name", "") == change.container;
}

// 0 is none, to the kubelet.
void check_that_nothing_goes(const Reader& resources, const ResourceChange& change, const ResourceSpec& spec) {
  const auto check = [&](const char* list, const Amounts& given, const char* name, bool is_there) {
    if (given.contains(name) && !is_there) resources.at(list).bad(name, "cannot be taken away, only changed");
  };
  check("limits", change.limits, "cpu", spec.cpu_limit.has_value());
  check("limits", change.limits, "memory", spec.memory_limit.has_value());
  check("requests", change.requests, "cpu", spec.cpu_request.has_value());
  check("requests", change.requests, "memory", spec.memory_request.has_value());
}

}  // namespace

Result<ChangedResources> change_resources(const std::string& text, const ResourceChange& change) {
  TRY(check_names(change.limits, "limits", {"cpu", "memory", "podrun.io/pids"}));
  TRY(check_names(change.requests, "requests", {"cpu", "memory"}));
  Json pod = Json::parse(text, nullptr, false);
  if (!pod.is_object() || !pod.contains("spec") || !pod["spec"].is_object())
    return Error{Kind::corrupt, 0, "its record has no manifest that can be read"};
  ChangedResources changed;
  Problems problems;
  problems.begin("its manifest");
  bool is_found = false;
  for (const char* list : {kInit, kMain}) {
    if (!pod["spec"].contains(list)) continue;
    for (Json& container : pod["spec"][list]) {
      if (!is_meant(change, container, list)) continue;
      is_found = true;
      set(container, "limits", change.limits);
      set(container, "requests", change.requests);
    }
  }
  if (!is_found)
    return Error{Kind::not_found, ENOENT, "its manifest has no container " + manifest::quote(change.container)};
  const Reader spec = Reader(pod, problems).at("spec");
  for (const char* list : {kInit, kMain})
    for (const Reader& given : spec.items(list)) {
      ContainerSpec& container = changed.spec.containers.emplace_back();
      container.name = given.text("name");
      container.role = manifest::read_role(given, list == kInit);
      container.resources = manifest::read_resources(given.at("resources"));
      if (is_meant(change, given.json(), list))
        check_that_nothing_goes(given.at("resources"), change, container.resources);
    }
  manifest::read_pod_resources(spec, changed.spec);
  if (!problems.empty()) return std::move(problems).error();
  changed.manifest = pod.dump();
  return changed;
}

}  // namespace podrun

#include "runtime/manifest/change_resources.h"

#include <algorithm>
#include <memory>

#include "runtime/manifest/manifest.h"
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

using Names = std::initializer_list<const char*>;
constexpr Names kLimits = {"cpu", "memory", "podrun.io/pids"};
constexpr Names kLimitsOfPod = {"cpu", "memory", "pids"};
constexpr Names kRequests = {"cpu", "memory"};

Names limits_of(const ResourceChange& change) { return change.of_pod ? kLimitsOfPod : kLimits; }

Result<void> check_names(const Amounts& amounts, const char* list, Names known) {
  for (const auto& [name, amount] : amounts)
    if (std::find(known.begin(), known.end(), name) == known.end())
      return Error{Kind::invalid, 0,
                   std::string(list) + ": " + manifest::quote(name) + " cannot be changed while a container runs"};
  return {};
}

void set(Json& target, const char* list, const Amounts& amounts) {
  for (const auto& [name, amount] : amounts) target["resources"][list][name] = amount;
}

bool is_meant(const ResourceChange& change, const Json& container, std::string_view list) {
  if (change.of_pod) return false;
  return change.container.empty() ? list == kMain : container.value("name", "") == change.container;
}

Result<void> make(const ResourceChange& change, Json& spec) {
  bool is_found = change.of_pod;
  const auto set_all = [&](Json& target) {
    set(target, "limits", change.limits);
    set(target, "requests", change.requests);
  };
  if (change.of_pod) set_all(spec);
  for (const char* list : {kInit, kMain}) {
    if (!spec.contains(list)) continue;
    for (Json& container : spec[list]) {
      if (!is_meant(change, container, list)) continue;
      is_found = true;
      set_all(container);
    }
  }
  if (is_found) return {};
  return Error{Kind::not_found, ENOENT, "its manifest has no container " + manifest::quote(change.container)};
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

// Who calls says of each pod what could not be done, and begins the line with its name.
Error in_one_line(Error error) {
  const auto more = std::dynamic_pointer_cast<const ManifestProblems>(error.detail);
  if (more == nullptr) return error;
  for (const std::string& line : more->lines) error.what += "; " + line;
  error.detail.reset();
  return error;
}

const Json* member(const Json& object, const char* name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found != object.end() ? &*found : nullptr;
}

std::string as_amount(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

// Of those that can be changed; what `after` has not stays, and is a difference.
Amounts differences(Json& before, const Json& after, const char* list, Names names) {
  Amounts changed;
  const Json* const resources = member(after, "resources");
  const Json* const wanted = resources != nullptr ? member(*resources, list) : nullptr;
  if (wanted == nullptr) return changed;
  for (const char* const name : names) {
    const Json* const amount = member(*wanted, name);
    if (amount == nullptr) continue;
    Json& there = before["resources"];
    if (!there.is_null() && (!there.is_object() || !(there[list].is_null() || there[list].is_object()))) continue;
    Json& now = there[list][name];
    if (now.is_null() || as_amount(now) != as_amount(*amount)) changed[name] = as_amount(*amount);
    now = *amount;
  }
  return changed;
}

void add_difference(Json& before, const Json& after, ResourceChange change, std::vector<ResourceChange>& changes) {
  change.limits = differences(before, after, "limits", limits_of(change));
  change.requests = differences(before, after, "requests", kRequests);
  if (!change.limits.empty() || !change.requests.empty()) changes.push_back(std::move(change));
}

}  // namespace

Result<ChangedResources> change_resources(const std::string& text, const std::vector<ResourceChange>& changes) {
  for (const ResourceChange& change : changes) {
    TRY(check_names(change.limits, "limits", limits_of(change)));
    TRY(check_names(change.requests, "requests", kRequests));
  }
  Json pod = Json::parse(text, nullptr, false);
  if (!pod.is_object() || !pod.contains("spec") || !pod["spec"].is_object())
    return Error{Kind::corrupt, 0, "its record has no manifest that can be read"};
  for (const ResourceChange& change : changes) TRY(make(change, pod["spec"]));
  ChangedResources changed;
  Problems problems;
  problems.begin("its manifest");
  const Reader spec = Reader(pod, problems).at("spec");
  for (const char* list : {kInit, kMain})
    for (const Reader& given : spec.items(list)) {
      ContainerSpec& container = changed.spec.containers.emplace_back();
      container.name = given.text("name");
      container.role = manifest::read_role(given, list == kInit);
      container.resources = manifest::read_resources(given.at("resources"));
      for (const ResourceChange& change : changes)
        if (problems.empty() && is_meant(change, given.json(), list))
          check_that_nothing_goes(given.at("resources"), change, container.resources);
    }
  manifest::read_pod_resources(spec, changed.spec);
  for (const ResourceChange& change : changes)
    if (problems.empty() && change.of_pod)
      check_that_nothing_goes(spec.at("resources"), change, changed.spec.resources.value_or(ResourceSpec()));
  if (!problems.empty()) return in_one_line(std::move(problems).error());
  changed.manifest = pod.dump();
  return changed;
}

ResourceDifference difference_of_resources(const std::string& before, const std::string& after) {
  ResourceDifference difference{{}, before};
  Json pod = Json::parse(before, nullptr, false);
  const Json wanted = Json::parse(after, nullptr, false);
  const Json* const spec = member(wanted, "spec");
  if (spec == nullptr || member(pod, "spec") == nullptr) return difference;
  ResourceChange of_pod;
  of_pod.of_pod = true;
  add_difference(pod["spec"], *spec, std::move(of_pod), difference.changes);
  for (const char* list : {kInit, kMain}) {
    const Json* const theirs = member(*spec, list);
    if (theirs == nullptr || !theirs->is_array() || member(pod["spec"], list) == nullptr) continue;
    for (Json& container : pod["spec"][list])
      for (const Json& other : *theirs)
        if (other.value("name", "") == container.value("name", "")) {
          ResourceChange of_one;
          of_one.container = other.value("name", "");
          add_difference(container, other, std::move(of_one), difference.changes);
        }
  }
  difference.manifest = pod.dump();
  return difference;
}

}  // namespace podrun

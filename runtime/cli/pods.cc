#include "runtime/cli/pods.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "runtime/cli/bad_input.h"

namespace podrun::cli {
namespace {

// Where those of kubectl's words lead to that podrun has otherwise.
std::string_view place_of_others(std::string_view word) {
  if (word == "event" || word == "events" || word == "ev") return "'podrun events' tells what has happened to pods";
  if (word == "pv" || word == "pvc") return "'podrun volume list' lists volumes";
  if (word == "no" || word == "node" || word == "nodes") return "'podrun node get' lists nodes";
  if (word == "container" || word == "containers") return "'podrun describe POD' shows a pod's containers";
  return "there are only pods here";
}

// kubectl's words for what there is none of here, in front of a name. Alone, or as pod/WORD, each may be a pod's name.
bool is_other_resource_word(std::string_view word) {
  constexpr std::array<std::string_view, 41> kWords{
      "all",     "cj",        "cm",        "configmap",  "configmaps",  "container",   "containers",
      "cronjob", "cronjobs",  "daemonset", "daemonsets", "deploy",      "deployment",  "deployments",
      "ds",      "endpoints", "ep",        "ev",         "event",       "events",      "ing",
      "ingress", "job",       "jobs",      "namespace",  "namespaces",  "no",          "node",
      "nodes",   "ns",        "pv",        "pvc",        "replicaset",  "replicasets", "rs",
      "secret",  "secrets",   "service",   "services",   "statefulset", "svc"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

std::vector<const ContainerRecord*> main_ones_first(const Pod& pod) {
  std::vector<const ContainerRecord*> all;
  for (const ContainerRecord& container : pod.containers) all.push_back(&container);
  std::stable_partition(all.begin(), all.end(),
                        [](const ContainerRecord* one) { return one->plan.role == ContainerRole::main; });
  return all;
}

const char* note_of(ContainerRole role) {
  if (role == ContainerRole::ephemeral) return " (ephem)";
  return is_init(role) ? " (init)" : "";
}

// "web, proxy (init), debugger-3f9a1 (ephem)", as kubectl lists them.
std::string names_of(const std::vector<const ContainerRecord*>& containers) {
  std::string names;
  for (const ContainerRecord* one : containers)
    names += (names.empty() ? "" : ", ") + one->plan.name + note_of(one->plan.role);
  return names;
}

}  // namespace

bool is_resource_word(std::string_view word) {
  constexpr std::array<std::string_view, 5> kWords{"pod", "pods", "po", "Pod", "Pods"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

Result<std::vector<std::string>> pod_names(const std::vector<std::string>& words) {
  std::vector<std::string> names;
  if (words.size() > 1 && is_other_resource_word(words.front()))
    return bad_input("'" + words.front() + "': " + std::string(place_of_others(words.front())) +
                     "; for a pod of that name, pod/" + words.front());
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (i == 0 && is_resource_word(word)) continue;
    const auto slash = word.find('/');
    if (slash == std::string::npos) {
      names.push_back(word);
      continue;
    }
    if (!is_resource_word(word.substr(0, slash)))
      return bad_input("'" + word + "': there are only pods here: NAME or pod/NAME");
    names.push_back(word.substr(slash + 1));
  }
  std::vector<std::string> once;  // in the order they were typed
  for (std::string& name : names)
    if (std::find(once.begin(), once.end(), name) == once.end()) once.push_back(std::move(name));
  names = std::move(once);
  if (const auto empty = std::find(names.begin(), names.end(), ""); empty != names.end())
    return bad_input("the name of the pod is empty");
  return names;
}

Result<std::string> pod_name(const std::vector<std::string>& words) {
  std::vector<std::string> names = TRY(pod_names(words));
  if (names.size() != 1) return bad_input("expected the name of one pod");
  return std::move(names.front());
}

Result<std::string> find_id(const Store& store, const std::string& name_space, const std::string& name) {
  auto id = store.find(name_space, name);
  if (id || id.error().kind != Kind::not_found) return id;
  for (const PodRecord& pod : TRY(store.list()))
    if (const Identity& who = pod.plan.who;
        pod.life.state == PodState::deleting && who.name == name && who.name_space == name_space)
      return who.id;
  if (!is_other_resource_word(name)) return id;
  Error error = std::move(id).error();  // "get svc"
  error.what += "; " + std::string(place_of_others(name));
  return error;
}

Result<Pod> find_pod(const Context& context, const std::string& name) {
  return find_pod(context.store(), context.flags.name_space, name);
}

Result<Pod> find_pod(const Store& store, const std::string& name_space, const std::string& name) {
  const std::string id = TRY(find_id(store, name_space, name));
  auto pod = store.load_whole(id);
  if (!pod && pod.error().kind == Kind::not_found)  // deleted meanwhile, or its create has only just begun
    return Error{Kind::not_found, ENOENT, "pod \"" + name + "\" not found in namespace \"" + name_space + "\""};
  return pod;
}

Result<const ContainerRecord*> choose_container(const Pod& pod, const std::string& name, bool quiet) {
  const auto& annotations = pod.record.plan.who.annotations;
  if (const auto wanted = annotations.find("kubectl.kubernetes.io/default-container");
      name.empty() && wanted != annotations.end())
    for (const ContainerRecord& container : pod.containers)
      if (container.plan.name == wanted->second) return &container;
  for (const ContainerRecord& container : pod.containers)
    if (container.plan.name == name) return &container;
  const std::vector<const ContainerRecord*> all = main_ones_first(pod);
  if (!name.empty() || all.empty())
    return Error{Kind::not_found, ENOENT,
                 "container \"" + name + "\" not found in pod \"" + pod.record.plan.who.name +
                     "\", which has: " + names_of(all)};
  if (!pod.broken.empty())  // it may be the one that is meant
    return Error{Kind::corrupt, 0,
                 "read the record of container '" + pod.broken.front() +
                     "' (-c chooses another container: " + names_of(all) + ")"};
  if (all.size() > 1 && !quiet) say("defaulted container \"" + all.front()->plan.name + "\" out of: " + names_of(all));
  return all.front();
}

void Failures::add(const Error& error) {
  const int code = report(error);
  if (code_ == 0) code_ = code;
}

}  // namespace podrun::cli

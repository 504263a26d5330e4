// From what was typed to pods: names as kubectl's users type them, records, and the container meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/cli/context.h"

namespace podrun::cli {

bool is_resource_word(std::string_view word);  // "pod" and its other spellings

// {"pods"}, {"pod", "web"}, {"pod/web", "po/db"}, {"web", "db"} → names without the resource word, each once.
Result<std::vector<std::string>> pod_names(const std::vector<std::string>& words);
// The same where exactly one pod is meant.
Result<std::string> pod_name(const std::vector<std::string>& words);

// The id of the pod of that name, or, where a delete was stopped after it had given the name back, of the one whose
// record says so. Kind::not_found: pod "web" not found in namespace "default".
Result<std::string> find_id(const Store& store, const std::string& name_space, const std::string& name);
Result<Pod> find_pod(const Context& context, const std::string& name);
Result<Pod> find_pod(const Store& store, const std::string& name_space, const std::string& name);

// The container called `name`, or the one that the annotation kubectl.kubernetes.io/default-container names, or the
// first main one, saying so when there are more and `quiet` is not set.
Result<const ContainerRecord*> choose_container(const Pod& pod, const std::string& name, bool quiet);

// Errors of commands that go on with the next pod: each is said at once, the first decides the exit code.
class Failures {
 public:
  void add(const Error& error);
  int exit_code() const { return code_; }

 private:
  int code_ = 0;
};

}  // namespace podrun::cli

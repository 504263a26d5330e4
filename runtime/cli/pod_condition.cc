#include "runtime/cli/pod_condition.h"

#include <strings.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/cli/bad_input.h"
#include "runtime/cli/json_path.h"
#include "runtime/cli/json_template.h"
#include "runtime/cli/kube_json.h"

namespace podrun::cli {
namespace {

using Met = Result<std::optional<std::string>>;

constexpr int kLostExitCode = 137;  // as get -o json has it

Met met_if(bool holds) { return holds ? std::optional<std::string>("") : std::nullopt; }

bool same_word(const std::string& a, const std::string& b) { return ::strcasecmp(a.c_str(), b.c_str()) == 0; }

// "Ready", "Ready=False"
Result<PodCondition> status_condition(const std::string& text) {
  const auto equals = text.find('=');
  const std::string name = text.substr(0, equals);
  const std::string wanted = equals == std::string::npos ? "True" : text.substr(equals + 1);
  if (!same_word(wanted, "True") && !same_word(wanted, "False") && !same_word(wanted, "Unknown"))
    return bad_input("--for 'condition=" + text + "': expected True or False behind the name");
  return PodCondition([name, wanted](const LivePod* pod) -> Met {
    if (pod == nullptr) return met_if(false);
    std::string known;
    const Json document = kube_pod(*pod);
    for (const Json& condition : document["status"]["conditions"]) {
      const std::string type = condition["type"];
      if (same_word(type, name)) return met_if(same_word(condition["status"], wanted));
      known.append(known.empty() ? "" : ", ").append(type);
    }
    return bad_input("--for 'condition=" + name + "': the conditions of a pod are " + known);
  });
}

// Where the path ends and "=VALUE" may begin: a filter has an equals sign, too, in its brackets.
std::size_t end_of_path(const std::string& text) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '[' || text[i] == '{') ++depth;
    if (text[i] == ']' || text[i] == '}') --depth;
    if (text[i] == '=' && depth == 0) return i;
  }
  return text.size();
}

Result<PodCondition> json_condition(const std::string& text) {
  const std::size_t end = end_of_path(text);
  const JsonPath path = TRY(JsonPath::parse_relaxed(text.substr(0, end)).in("--for 'jsonpath=" + text + "'"));
  std::optional<std::string> wanted;
  if (end < text.size()) wanted = text.substr(end + 1);
  if (wanted && wanted->empty()) return bad_input("--for 'jsonpath=" + text + "': expected a value behind the path");
  return PodCondition([text, path, wanted](const LivePod* pod) -> Met {
    if (pod == nullptr) return met_if(false);
    const Json document = kube_pod(*pod);
    const auto found = path.find(document, document);
    if (!wanted) return met_if(!found.empty());
    if (found.size() > 1)
      return bad_input("--for 'jsonpath=" + text + "': " + std::to_string(found.size()) + " values stand there");
    return met_if(!found.empty() && plain_text(*found.front()) == *wanted);
  });
}

// Of each container the attempt there is when the waiting begins: what is started after it is not meant.
class Exits {
 public:
  explicit Exits(std::string container) : container_(std::move(container)) {}

  Met operator()(const LivePod* pod) {
    if (pod == nullptr) return Error{Kind::not_found, 0, "it is gone, and with it how its containers ended"};
    if (awaited_.empty()) TRY(choose(*pod));
    std::string codes;
    bool all = true;
    for (Awaited& one : awaited_) {
      if (!one.code) one.code = code_of(*pod, one);
      if (one.code)
        codes += std::to_string(*one.code) + "\n";
      else
        all = false;
    }
    if (!all) return met_if(false);
    return std::optional(std::move(codes));
  }

 private:
  struct Awaited {
    std::string name;
    std::uint32_t attempt = 0;
    std::optional<int> code;
  };

  // By the manifest, as not all of them need be made already.
  Result<void> choose(const LivePod& pod) {
    const Json document = kube_pod(pod);
    const Json& spec = document["spec"];
    std::vector<std::string> names;
    for (const char* list : {"containers", "initContainers", "ephemeralContainers"})
      for (const Json& container : spec.value(list, Json::array()))
        if (container_.empty() ? list == std::string_view("containers") : container["name"] == container_)
          names.push_back(container["name"]);
    if (names.empty()) return Error{Kind::not_found, 0, "no container is called \"" + container_ + "\""};
    for (const std::string& name : names) awaited_.push_back({name, latest_attempt(pod, name), std::nullopt});
    return {};
  }

  static std::uint32_t latest_attempt(const LivePod& pod, const std::string& name) {
    std::uint32_t latest = 0;
    for (const LiveContainer& container : pod.containers)
      if (container.record.plan.name == name) latest = std::max(latest, container.record.plan.attempt);
    return latest;
  }

  static std::optional<int> code_of(const LivePod& pod, const Awaited& awaited) {
    for (const LiveContainer& container : pod.containers) {
      const ContainerPlan& plan = container.record.plan;
      if (plan.name != awaited.name || plan.attempt < awaited.attempt) continue;
      if (plan.attempt == awaited.attempt) {
        const bool is_told = container.status.exit || !pod.shim_alive;
        return container.has_ended() && is_told ? std::optional(code_of(container.status)) : std::nullopt;
      }
      const auto& before = container.before;
      return before && before->record.plan.attempt == awaited.attempt ? code_of(before->status) : kLostExitCode;
    }
    return std::nullopt;
  }
  static int code_of(const ContainerStatus& status) { return status.exit ? status.exit->code : kLostExitCode; }

  std::string container_;
  std::vector<Awaited> awaited_;
};

}  // namespace

Result<AwaitedCondition> parse_condition(const std::string& text, const std::string& container) {
  const auto equals = text.find('=');
  const std::string kind = text.substr(0, equals);
  const std::string argument = equals == std::string::npos ? "" : text.substr(equals + 1);
  if (!container.empty() && text != "exit") return bad_input("--container goes with --for=exit only");
  if (text == "exit") return AwaitedCondition{.condition = Exits(container), .is_exit = true};
  if (text == "delete")
    return AwaitedCondition{.condition = [](const LivePod* pod) { return met_if(pod == nullptr); }, .of_absent = true};
  if (text == "create")
    return AwaitedCondition{
        .condition =
            [](const LivePod* pod) { return met_if(pod != nullptr && pod->record.life.state != PodState::creating); },
        .of_absent = true};
  if (kind == "condition" && !argument.empty()) return AwaitedCondition{.condition = TRY(status_condition(argument))};
  if (kind == "jsonpath" && !argument.empty()) return AwaitedCondition{.condition = TRY(json_condition(argument))};
  return bad_input("--for '" + text + "': expected " + kConditions);
}

}  // namespace podrun::cli

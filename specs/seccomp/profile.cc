#include "specs/seccomp/profile.h"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

namespace podrun::profiles {
namespace {

using base::Error;
using base::Kind;
using base::Result;
using Json = nlohmann::json;

Error wrong(const std::string& what) { return {Kind::invalid, 0, what}; }

Result<void> only_fields(const Json& object, const std::vector<std::string_view>& known) {
  if (!object.is_object()) return wrong("expected an object");
  for (const auto& [key, value] : object.items())
    if (std::find(known.begin(), known.end(), key) == known.end()) return wrong("unknown field '" + key + "'");
  return {};
}

Result<std::string> text(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return wrong(std::string(key) + ": expected a string");
  return found->get<std::string>();
}

Result<std::uint64_t> number(const Json& object, const char* key, std::uint64_t limit,
                             std::optional<std::uint64_t> absent) {
  const auto found = object.find(key);
  if (found == object.end() && absent) return *absent;
  if (found == object.end() || !found->is_number_unsigned() || found->get<std::uint64_t>() > limit)
    return wrong(std::string(key) + ": expected a number up to " + std::to_string(limit));
  return found->get<std::uint64_t>();
}

Result<std::vector<std::string>> texts(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array()) return wrong(std::string(key) + ": expected a list");
  std::vector<std::string> result;
  for (const Json& item : *found) {
    if (!item.is_string()) return wrong(std::string(key) + ": expected strings");
    result.push_back(item.get<std::string>());
  }
  return result;
}

Result<std::uint32_t> action(const Json& object, const char* action_key, const char* errno_key) {
  static const std::map<std::string_view, std::uint32_t> kActions = {{"SCMP_ACT_ALLOW", SCMP_ACT_ALLOW},
                                                                     {"SCMP_ACT_LOG", SCMP_ACT_LOG},
                                                                     {"SCMP_ACT_TRAP", SCMP_ACT_TRAP},
                                                                     {"SCMP_ACT_KILL", SCMP_ACT_KILL_THREAD},
                                                                     {"SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD},
                                                                     {"SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS}};
  constexpr std::uint64_t kLargestErrno = 4095;  // MAX_ERRNO in the kernel; more would be cut off
  const std::string name = TRY(text(object, action_key));
  if (name == "SCMP_ACT_ERRNO")
    return SCMP_ACT_ERRNO(static_cast<std::uint32_t>(TRY(number(object, errno_key, kLargestErrno, EPERM))));
  if (name == "SCMP_ACT_TRACE" || name == "SCMP_ACT_NOTIFY")
    return wrong(std::string(action_key) + ": '" + name + "' asks a process beside the container, and there is none");
  const auto found = kActions.find(name);
  if (found == kActions.end()) return wrong(std::string(action_key) + ": unknown action '" + name + "'");
  return found->second;
}

Result<scmp_arg_cmp> condition(const Json& object) {
  static const std::map<std::string_view, scmp_compare> kOperators = {{"SCMP_CMP_NE", SCMP_CMP_NE},
                                                                      {"SCMP_CMP_LT", SCMP_CMP_LT},
                                                                      {"SCMP_CMP_LE", SCMP_CMP_LE},
                                                                      {"SCMP_CMP_EQ", SCMP_CMP_EQ},
                                                                      {"SCMP_CMP_GE", SCMP_CMP_GE},
                                                                      {"SCMP_CMP_GT", SCMP_CMP_GT},
                                                                      {"SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ}};
  constexpr std::uint64_t kAny = std::numeric_limits<std::uint64_t>::max();
  TRY(only_fields(object, {"index", "op", "value", "valueTwo"}));
  const std::string name = TRY(text(object, "op"));
  const auto found = kOperators.find(name);
  if (found == kOperators.end()) return wrong("op: unknown operator '" + name + "'");
  return scmp_arg_cmp{.arg = static_cast<unsigned>(TRY(number(object, "index", 5, {}))),
                      .op = found->second,
                      .datum_a = TRY(number(object, "value", kAny, {})),
                      .datum_b = TRY(number(object, "valueTwo", kAny, 0))};
}

Result<Rule> rule(const Json& object) {
  TRY(only_fields(object, {"comment", "names", "action", "errnoRet", "args"}));
  Rule result{
      .names = TRY(texts(object, "names")), .action = TRY(action(object, "action", "errnoRet")), .conditions = {}};
  if (result.names.empty()) return wrong("names: expected at least one");
  if (const auto args = object.find("args"); args != object.end() && !args->is_null()) {
    if (!args->is_array()) return wrong("args: expected a list");
    for (const Json& item : *args) {
      const scmp_arg_cmp next = TRY(condition(item).in("args"));
      for (const scmp_arg_cmp& other :
           result.conditions)  // libseccomp takes one condition an argument, so do all profiles
        if (other.arg == next.arg) return wrong("args: two conditions on argument " + std::to_string(next.arg));
      result.conditions.push_back(next);
    }
  }
  return result;
}

Result<std::uint32_t> architecture(const std::string& name) {
  constexpr std::string_view kPrefix = "SCMP_ARCH_";
  std::string lower = name.starts_with(kPrefix) ? name.substr(kPrefix.size()) : "";
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; });
  const std::uint32_t token = ::seccomp_arch_resolve_name(lower.c_str());
  if (token == 0) return wrong("unknown architecture '" + name + "'");
  return token;
}

// Whether programs of `token` run on this machine beside its own. x32, which is a range of x86-64's numbers, is never
// let in; as an architecture it does not reach the kernel.
bool is_compat(std::uint32_t token) {
  return (::seccomp_arch_native() == SCMP_ARCH_X86_64 && token == SCMP_ARCH_X86) ||
         (::seccomp_arch_native() == SCMP_ARCH_AARCH64 && token == SCMP_ARCH_ARM);
}

// The machine's own, whether it is listed or not, and of the others those that it can run as well.
Result<std::vector<std::uint32_t>> listed_architectures(const Json& document) {
  std::vector<std::uint32_t> result = {::seccomp_arch_native()};
  if (!document.contains("architectures")) return result;
  for (const std::string& name : TRY(texts(document, "architectures"))) {
    const std::uint32_t token = TRY(architecture(name).in("architectures"));
    if (is_compat(token) && std::find(result.begin(), result.end(), token) == result.end()) result.push_back(token);
  }
  return result;
}

// Of archMap's entries the one for the machine this program was built for.
Result<std::vector<std::uint32_t>> architectures(const Json& document) {
  const auto map = document.find("archMap");
  if (map == document.end()) return listed_architectures(document);
  if (document.contains("architectures")) return wrong("archMap and architectures do not go together");
  if (!map->is_array()) return wrong("archMap: expected a list");
  for (const Json& entry : *map) {
    TRY(only_fields(entry, {"architecture", "subArchitectures"}).in("archMap"));
    const std::string own = TRY(text(entry, "architecture").in("archMap"));
    std::vector<std::uint32_t> result = {TRY(architecture(own).in("archMap"))};
    const std::vector<std::string> others = TRY(texts(entry, "subArchitectures").in("archMap"));
    for (const std::string& name : others) result.push_back(TRY(architecture(name).in("archMap")));
    if (result.front() == ::seccomp_arch_native()) return result;
  }
  return wrong("archMap: nothing for this machine's architecture");
}

}  // namespace

Result<Profile> parse_profile(std::string_view bytes) {
  const Json document = Json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded()) return wrong("not JSON");
  TRY(only_fields(document, {"comment", "defaultAction", "defaultErrnoRet", "architectures", "archMap", "syscalls"}));
  Profile profile{.default_action = TRY(action(document, "defaultAction", "defaultErrnoRet")),
                  .architectures = TRY(architectures(document)),
                  .rules = {}};
  const auto rules = document.find("syscalls");
  if (rules == document.end() || rules->is_null()) return profile;
  if (!rules->is_array()) return wrong("syscalls: expected a list");
  for (std::size_t i = 0; i < rules->size(); ++i)
    profile.rules.push_back(TRY(rule((*rules)[i]).in("syscalls[" + std::to_string(i) + "]")));
  return profile;
}

}  // namespace podrun::profiles

#include "result_keys.h"

#include <algorithm>
#include <initializer_list>

#include "any_case.h"

namespace cni {
namespace {

struct Key {
  std::string_view name;
  const std::initializer_list<Key>* inside = nullptr;  // of the object, or of each in the array
};
using Keys = std::initializer_list<Key>;

const Keys kInterface = {{"name"}, {"mac"}, {"mtu"}, {"sandbox"}, {"socketPath"}, {"pciID"}};
const Keys kIp = {{"version"}, {"interface"}, {"address"}, {"gateway"}};
const Keys kRoute = {{"dst"}, {"gw"}, {"mtu"}, {"advmss"}, {"priority"}, {"table"}, {"scope"}};
const Keys kDns = {{"nameservers"}, {"domain"}, {"search"}, {"options"}};
const Keys kFamily = {{"ip"}, {"gateway"}, {"routes", &kRoute}};
const Keys kResult = {{"cniVersion"}, {"interfaces", &kInterface}, {"ips", &kIp},    {"routes", &kRoute},
                      {"dns", &kDns}, {"ip4", &kFamily},           {"ip6", &kFamily}};

JsonObject spelled(const JsonObject& object, const Keys& keys);

std::string spelled(const std::string& value, const Keys& keys) {
  if (const auto object = JsonObject::parse(value)) return spelled(*object, keys).dump();
  const auto elements = parse_json_array(value);
  if (!elements) return value;
  std::string array;
  for (const JsonObject::Member& element : *elements)
    array += (array.empty() ? "" : ",") + spelled(element.value, keys);
  return "[" + array + "]";
}

JsonObject spelled(const JsonObject& object, const Keys& keys) {
  JsonObject known;
  for (const JsonObject::Member& member : object.members()) {
    const auto* const key =
        std::find_if(keys.begin(), keys.end(), [&](const Key& one) { return equal_in_any_case(one.name, member.key); });
    if (key == keys.end())
      known.append(member.key, member.value);  // each is once in the object, and none of ours
    else
      known.set(key->name, key->inside == nullptr ? member.value : spelled(member.value, *key->inside));
  }
  return known;
}

}  // namespace

JsonObject with_known_keys(const JsonObject& result) { return spelled(result, kResult); }

}  // namespace cni

#include "runtime/plan/network_selection_json.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "cni/attachment.h"
#include "runtime/plan/annotations.h"

namespace podrun {
namespace {

using Json = nlohmann::json;

bool is_text(const Json& value) { return value.is_string() && !value.get_ref<const std::string&>().empty(); }
bool is_mac(const Json& value) { return value.is_string() && annotations::is_mac(value); }
bool is_object(const Json& value) { return value.is_object(); }
bool are_addresses(const Json& value) {
  return value.is_array() && !value.empty() && std::all_of(value.begin(), value.end(), [](const Json& one) {
           return one.is_string() && annotations::is_address(one);
         });
}
bool is_network(const Json& value) { return value.is_string() && cni::check_network_name(std::string(value)); }
bool is_interface(const Json& value) { return value.is_string() && cni::check_ifname(std::string(value)); }
bool never(const Json&) { return false; }

struct Key {
  const char* name;
  bool (*fits)(const Json&);
  const char* expected;
  const char* capability = nullptr;  // as which the plugins get it, if they do
};

constexpr std::array kKeys{
    Key{"name", is_network, "a network's name"},
    Key{"namespace", is_text, "a namespace"},  // networks of a machine have none
    Key{"interface", is_interface, "an interface's name"},
    Key{"ips", are_addresses, "a list of addresses", "ips"},
    Key{"mac", is_mac, "six pairs of hex digits with colons", "mac"},
    Key{"infiniband-guid", is_text, "a GUID", "infinibandGUID"},
    Key{"bandwidth", is_object, "an object of rates and bursts", "bandwidth"},
    Key{"deviceID", is_text, "a device's id on its bus", "deviceID"},
    Key{"cni-args", is_object, "an object"},
    Key{"portMappings", never, "nothing: publish ports as hostPort of a container, which are the first network's"},
    Key{"default-route", never, "nothing: the network's own configuration says what it routes"},
};

Result<void> read_member(const cni::JsonObject::Member& member, const std::string& where, NetworkSelection& selection) {
  const auto* const key =
      std::find_if(kKeys.begin(), kKeys.end(), [&](const Key& one) { return member.key == one.name; });
  if (key == kKeys.end()) {
    std::string known;
    for (const Key& one : kKeys)
      if (one.fits != never) known += (known.empty() ? "" : ", ") + std::string(one.name);
    return annotations::bad(annotations::kNetworks, where, "one of " + known, member.key);
  }
  const Json value = Json::parse(member.value, nullptr, false);
  if (!key->fits(value))
    return annotations::bad(annotations::kNetworks, where + "." + key->name, key->expected, member.value);
  if (key->capability != nullptr) selection.capability_args.set(key->capability, member.value);
  if (member.key == "name") selection.network = value;
  if (member.key == "interface") selection.interface_name = value;
  if (member.key == "cni-args") selection.conventional_args = TRY(cni::JsonObject::parse(member.value));
  return {};
}

}  // namespace

Result<std::vector<NetworkSelection>> selections_from_json(const std::string& annotation) {
  const auto elements = cni::parse_json_array(annotation);
  if (!elements)
    return annotations::bad(annotations::kNetworks, "", "a list in JSON (" + elements.error().what + ")", annotation);
  std::vector<NetworkSelection> selections;
  for (std::size_t i = 0; i < elements->size(); ++i) {
    const std::string where = "[" + std::to_string(i) + "]";
    const auto object = cni::JsonObject::parse((*elements)[i].value);
    if (!object) return annotations::bad(annotations::kNetworks, where, "an object", (*elements)[i].value);
    NetworkSelection& selection = selections.emplace_back();
    for (const auto& member : object->members()) TRY(read_member(member, where, selection));
    if (selection.network.empty())
      return annotations::bad(annotations::kNetworks, where, "a \"name\"", (*elements)[i].value);
  }
  return selections;
}

}  // namespace podrun

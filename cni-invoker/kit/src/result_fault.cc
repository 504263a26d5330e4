#include "kit/src/result_fault.h"

#include <functional>
#include <regex>

#include "src/ip.h"

namespace cni::kit {
namespace {

using Json = nlohmann::json;

// Notes the first thing that is wrong.
class Inspector {
 public:
  Inspector(const Version& version, Role role) : version_(version), role_(role) {}

  std::string inspect(const Json& result) {
    if (!result.is_object()) return "it is no JSON object";
    if (result.value("cniVersion", Json()) != version_.to_text())
      wrong("cniVersion", "not that of the request, " + version_.to_text(), result.value("cniVersion", Json()));
    if (version_ < Version{0, 3, 0})
      old(result);
    else
      lists(result);
    if (result.contains("dns")) dns(result["dns"]);
    return fault_;
  }

 private:
  void wrong(const std::string& where, const std::string& what, const Json& value) {
    if (fault_.empty()) fault_ = where + ": " + what + ": " + value.dump();
  }

  void each(const Json& object, const std::string& key,
            const std::function<void(const Json&, const std::string&)>& look) {
    if (!object.contains(key)) return;
    if (!object[key].is_array()) return wrong(key, "no array", object[key]);
    for (std::size_t i = 0; i < object[key].size(); ++i) {
      const std::string where = key + "[" + std::to_string(i) + "]";
      if (object[key][i].is_object())
        look(object[key][i], where);
      else
        wrong(where, "no object", object[key][i]);
    }
  }

  void text(const Json& object, const std::string& key, const std::string& where, bool required,
            const std::function<std::string(const std::string&)>& rule = {}) {
    const std::string place = where.empty() ? key : where + "." + key;
    if (!object.contains(key)) {
      if (required) wrong(place, "missing in", object);
    } else if (!object[key].is_string()) {
      wrong(place, "no string", object[key]);
    } else if (rule) {
      if (const std::string broken = rule(object[key].get<std::string>()); !broken.empty())
        wrong(place, broken, object[key]);
    }
  }

  void number(const Json& object, const std::string& key, const std::string& where) {
    if (object.contains(key) && !object[key].is_number_unsigned())
      wrong(where + "." + key, "no unsigned number", object[key]);
  }

  static std::string is_cidr(const std::string& text) {
    return family_of_cidr(text) == Family::none ? "no address with a prefix length" : "";
  }
  static std::string is_address(const std::string& text) { return family_of(text) == Family::none ? "no address" : ""; }
  static std::string is_mac(const std::string& text) {
    static const std::regex kMac("([0-9a-fA-F]{2}:){5,19}[0-9a-fA-F]{2}");
    return std::regex_match(text, kMac) ? "" : "no hardware address";
  }

  // 0.1.0 and 0.2.0.
  void old(const Json& result) {
    for (const char* key : {"ips", "interfaces", "routes"})
      if (result.contains(key)) wrong(key, "not of this version", result[key]);
    for (const std::string key : {"ip4", "ip6"}) {
      if (!result.contains(key)) continue;
      if (!result[key].is_object()) return wrong(key, "no object", result[key]);
      text(result[key], "ip", key, true, is_cidr);
      text(result[key], "gateway", key, false, is_address);
      each(result[key], "routes", [&](const Json& one, const std::string& where) { route(one, where); });
    }
  }

  void lists(const Json& result) {
    for (const char* key : {"ip4", "ip6"})
      if (result.contains(key)) wrong(key, "not of this version", result[key]);
    if (role_ == Role::ipam && result.contains("interfaces") && !result["interfaces"].empty())
      wrong("interfaces", "not of an IPAM plugin", result["interfaces"]);
    each(result, "interfaces", [&](const Json& one, const std::string& where) {
      text(one, "name", where, true);
      text(one, "mac", where, false, is_mac);
      text(one, "sandbox", where, false);
      number(one, "mtu", where);
      text(one, "socketPath", where, false);
      text(one, "pciID", where, false);
    });
    const std::size_t count = result.value("interfaces", Json::array()).size();
    each(result, "ips", [&](const Json& one, const std::string& where) { ip(one, where, count); });
    each(result, "routes", [&](const Json& one, const std::string& where) { route(one, where); });
  }

  void ip(const Json& one, const std::string& where, std::size_t interfaces) {
    text(one, "address", where, true, is_cidr);
    text(one, "gateway", where, false, is_address);
    const bool has_version = version_ < Version{1, 0, 0};
    if (has_version && fault_.empty()) {
      const char* family = family_of_cidr(one["address"].get<std::string>()) == Family::v4 ? "4" : "6";
      if (one.value("version", Json()) != family)
        wrong(where + ".version", std::string("not \"") + family + "\"", one.value("version", Json()));
    }
    if (!has_version && one.contains("version")) wrong(where + ".version", "not of this version", one["version"]);
    if (!one.contains("interface")) return;
    if (role_ == Role::ipam) return wrong(where + ".interface", "not of an IPAM plugin", one["interface"]);
    number(one, "interface", where);
    if (fault_.empty() && one["interface"].get<std::size_t>() >= interfaces)
      wrong(where + ".interface", "no index of 'interfaces', which has " + std::to_string(interfaces),
            one["interface"]);
  }

  void route(const Json& one, const std::string& where) {
    text(one, "dst", where, true, is_cidr);
    text(one, "gw", where, false, is_address);
    for (const char* key : {"mtu", "advmss", "priority", "table", "scope"}) number(one, key, where);
  }

  void dns(const Json& value) {
    if (!value.is_object()) return wrong("dns", "no object", value);
    text(value, "domain", "dns", false);
    for (const std::string key : {"nameservers", "search", "options"}) {
      if (!value.contains(key)) continue;
      const Json& list = value[key];
      if (!list.is_array()) return wrong("dns." + key, "no array", list);
      for (const Json& entry : list)
        if (!entry.is_string()) wrong("dns." + key, "no string", entry);
    }
  }

  const Version& version_;
  Role role_;
  std::string fault_;
};

}  // namespace

std::string fault_of_result(const Json& result, const Version& version, Role role) {
  return Inspector(version, role).inspect(result);
}

}  // namespace cni::kit

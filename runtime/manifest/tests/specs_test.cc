// What lies in specs/ against the code: every example pod parses to exactly what its golden file says, and the JSON
// schema names the same fields as the table.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "base/files.h"
#include "runtime/manifest/fields.h"
#include "runtime/manifest/manifest.h"
#include "runtime/manifest/tree.h"

namespace podrun {
namespace {

constexpr const char* kRestartPolicies[] = {"Always", "OnFailure", "Never"};
constexpr const char* kRoles[] = {"main", "init", "sidecar"};

using manifest::Field;
using manifest::Json;
using manifest::Shape;
using manifest::Treatment;
using manifest::Type;
using std::filesystem::path;

const path kSpecs = PODRUN_SPECS;
const path kGolden = PODRUN_GOLDEN;

std::string content(const path& file) {
  Result<std::string> text = base::read_file(file);
  EXPECT_TRUE(text) << text.error().what;
  return std::move(text).value_or("");
}

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json describe(const PortSpec& port) {
  return {{"name", port.name},
          {"container", port.container_port},
          {"host", port.host_port},
          {"ip", port.host_ip},
          {"protocol", port.protocol}};
}

Json describe(const ContainerSpec& container) {
  Json ports = Json::array();
  for (const PortSpec& port : container.ports) ports.push_back(describe(port));
  Json env = Json::array();
  for (const auto& [name, value] : container.env) env.push_back(name + "=" + value);
  const ResourceSpec& resources = container.resources;
  const SecuritySpec& security = container.security;
  return {
      {"name", container.name},
      {"image", container.image},
      {"command", container.command},
      {"args", container.args},
      {"env", env},
      {"working_dir", container.working_dir},
      {"role", kRoles[static_cast<std::size_t>(container.role)]},
      {"stdin", container.has_stdin},
      {"stdin_once", container.stdin_once},
      {"tty", container.terminal},
      {"stop_signal", or_null(container.stop_signal)},
      {"ports", ports},
      {"memory_limit", or_null(resources.memory_limit)},
      {"cpu_limit", or_null(resources.cpu_limit)},
      {"cpu_request", or_null(resources.cpu_request)},
      {"pids_limit", or_null(resources.pids_limit)},
      {"run_as_user", or_null(security.run_as_user)},
      {"run_as_group", or_null(security.run_as_group)},
      {"run_as_non_root", security.run_as_non_root},
      {"add_capabilities", security.add_capabilities},
      {"drop_capabilities", security.drop_capabilities},
      {"read_only_root", security.read_only_root},
      {"no_new_privileges", security.no_new_privileges},
  };
}

Json describe(const PodSpec& pod) {
  Json containers = Json::array();
  for (const ContainerSpec& container : pod.containers) containers.push_back(describe(container));
  Json aliases = Json::object();
  for (const HostAlias& alias : pod.host_aliases) aliases[alias.ip] = alias.hostnames;
  return {
      {"name", pod.name},
      {"namespace", pod.name_space},
      {"labels", pod.labels},
      {"annotations", pod.annotations},
      {"hostname", pod.hostname},
      {"host_network", pod.host_network},
      {"host_pid", pod.host_pid},
      {"host_ipc", pod.host_ipc},
      {"host_users", pod.host_users},
      {"share_process_namespace", pod.share_process_namespace},
      {"grace_period", pod.grace_period},
      {"nameservers", pod.dns.nameservers},
      {"searches", pod.dns.searches},
      {"options", pod.dns.options},
      {"host_aliases", aliases},
      {"restart_policy", kRestartPolicies[static_cast<std::size_t>(pod.restart)]},
      {"containers", containers},
  };
}

// Most examples are one Pod, and nothing is to be said of it.
Json describe_set(const ManifestSet& set) {
  if (set.pods.size() == 1 && set.warnings.empty()) return describe(set.pods.front());
  Json pods = Json::array();
  for (const PodSpec& pod : set.pods) pods.push_back(describe(pod));
  return {{"pods", pods}, {"warnings", set.warnings}};
}

TEST(Examples, ParseToWhatTheirGoldenFilesSay) {
  std::set<path> seen;
  for (const auto& entry : std::filesystem::directory_iterator(kSpecs / "examples")) {
    if (entry.path().extension() != ".yaml" && entry.path().extension() != ".json") continue;
    SCOPED_TRACE(entry.path().string());
    const Result<ManifestSet> set = parse_manifests({{content(entry.path()), entry.path().filename().string()}});
    ASSERT_TRUE(set) << set.error().what;

    const path golden = kGolden / entry.path().filename().replace_extension(".json");
    EXPECT_EQ(describe_set(*set).dump(2) + "\n", content(golden));
    seen.insert(golden);
  }
  EXPECT_GE(seen.size(), 7U);
  for (const auto& entry : std::filesystem::directory_iterator(kGolden))
    EXPECT_TRUE(seen.contains(entry.path())) << entry.path() << " belongs to no example";
}

// Patterns of the schema, and the names of the table that mean the same.
const std::map<std::string, std::string> kWildcards{{"^hugepages-", "hugepages-*"}, {"/", "*/*"}};

class Schema : public testing::Test {
 protected:
  // What a part of the schema stands for, through any $ref.
  const Json& resolve(const Json& part) const {
    const auto reference = part.find("$ref");
    return reference == part.end() ? part : schema_.at(Json::json_pointer(reference->get<std::string>().substr(1)));
  }

  void compare(const Type& type, const Json& given, const std::string& where) {
    const Json& part = resolve(given);
    ASSERT_TRUE(part.contains("properties")) << where;
    EXPECT_EQ(part.value("additionalProperties", true), false) << where;

    std::set<std::string> table;
    for (const Field& field : type.fields)
      if (field.treatment != Treatment::later) table.emplace(field.name);
    std::set<std::string> schema;
    for (const auto& property : part.at("properties").items()) schema.insert(property.key());
    if (const auto patterns = part.find("patternProperties"); patterns != part.end())
      for (const auto& pattern : patterns->items()) schema.insert(kWildcards.at(pattern.key()));
    EXPECT_EQ(schema, table) << where;

    for (const Field& field : type.fields) {
      const std::string name(field.name);
      if (field.treatment == Treatment::later || !schema.contains(name)) continue;
      if (!part.at("properties").contains(name)) continue;  // a pattern, whose fields are all alike
      const Json& property = resolve(part.at("properties").at(name));
      const bool idle = &property == &schema_.at("$defs").at("idle");
      const bool moot = &property == &schema_.at("$defs").at("moot");
      EXPECT_EQ(idle, field.treatment == Treatment::idle) << where << "." << name;
      EXPECT_EQ(moot, field.treatment == Treatment::moot) << where << "." << name;
      if (idle || moot) continue;
      if (field.shape == Shape::object) compare(*field.type, property, where + "." + name);
      if (field.shape == Shape::list) compare(*field.type, property.at("items"), where + "." + name + "[]");
    }
  }

  const Json schema_ = Json::parse(content(kSpecs / "pod.schema.json"));
};

TEST_F(Schema, NamesTheFieldsOfTheTable) { compare(manifest::kPod, schema_, "Pod"); }

}  // namespace
}  // namespace podrun

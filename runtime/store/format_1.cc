#include "runtime/store/format_1.h"

#include <nlohmann/json.hpp>
#include <set>

#include "runtime/store/record_reader.h"

namespace podrun::format_1 {
namespace {

using Json = nlohmann::json;

struct OldContainer {
  ContainerRecord record;
};
struct OldPod {
  Pod pod;
  std::string cgroup_parent;
  std::string cgroup_path;
  std::vector<OldContainer> containers;
};

template <class Visitor>
void visit(Visitor& field, OldContainer& old) {
  ContainerRecord& container = old.record;
  field("name", container.plan.name);
  field("image", container.plan.image);
  field("imageDigest", container.plan.image_digest);
  field("process", container.life.process);
  field("startedAt", container.life.started_at);
  field("logPath", container.plan.log_path);
  field("settings", container.plan.process);
  field("namespaces", container.life.namespaces);
}

template <class Visitor>
void visit(Visitor& field, OldPod& old) {
  PodPlan& plan = old.pod.record.plan;
  PodLife& life = old.pod.record.life;
  podrun::visit(field, plan.who);
  field("gracePeriod", plan.grace_period);
  field("state", life.state);
  field("failure", life.failure);
  field("bootId", life.boot_id);
  field("createdAt", life.created_at);
  field.optional("deadline", life.deadline);
  field("shim", life.shim);
  field("pause", life.pause);
  field.optional("pluginSessions", life.plugin_sessions);
  field("namespaces", life.namespaces);
  field("hostNetwork", plan.namespaces.host_network);
  field("hostUsers", plan.namespaces.host_users);
  field("idBase", life.id_base);
  field("netnsPath", plan.netns_path);
  field.optional("netnsIdentity", life.netns_identity);
  field("cgroupParent", old.cgroup_parent);
  field("cgroupPath", old.cgroup_path);
  field("containers", old.containers);
  field("networks", life.networks);
  field("ips", life.ips);
  field("hostname", plan.hostname);
  field("timings", life.timings);
  field.optional("pluginMessages", life.plugin_messages);
}

std::string why_implausible(const OldPod& old) {
  std::string why = podrun::why_implausible(old.pod.record);
  std::set<std::string> names;
  for (const OldContainer& container : old.containers) {
    if (why.empty()) why = podrun::why_implausible(container.record);
    if (!names.insert(container.record.plan.name).second) why = "containers: one name twice";
  }
  return why;
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

// null is as good as absent, as it was for the reader of manifests.
template <class Value>
Value value_of(const Json& object, const char* field, Value otherwise) {
  const auto found = object.find(field);
  return found == object.end() || found->is_null() ? otherwise : found->template get<Value>();
}

// Format 1 had the host's ports in the manifest alone, whose every field its podrun had checked.
std::vector<PortSpec> host_ports(const std::string& manifest, bool host_network) {
  std::vector<PortSpec> ports;
  const Json pod = Json::parse(manifest, nullptr, false);
  if (pod.is_discarded()) return ports;
  for (const Json& container : pod.value(Json::json_pointer("/spec/containers"), Json::array()))
    for (const Json& port : value_of(container, "ports", Json(Json::array()))) {
      PortSpec spec;
      spec.container_port = value_of(port, "containerPort", spec.container_port);
      spec.host_port = value_of(port, "hostPort", spec.host_port);
      if (host_network && spec.host_port == 0) spec.host_port = spec.container_port;
      spec.host_ip = value_of(port, "hostIP", std::string());
      spec.protocol = lower(value_of(port, "protocol", std::string("tcp")));
      if (spec.host_port != 0) ports.push_back(std::move(spec));
    }
  return ports;
}

}  // namespace

std::string record_path(const Layout& layout, const std::string& id) { return layout.box(id) + "/record.json"; }

std::string exit_path(const Layout& layout, const std::string& id, const std::string& container) {
  return layout.containers(id) + "/" + container + "/exit";
}

Result<Pod> from_json(const std::string& text) {
  OldPod old = TRY(read_record<OldPod>(text, 1));
  PodRecord& record = old.pod.record;
  record.plan.cgroup_path = old.cgroup_parent + old.cgroup_path;
  if (const auto net = record.life.namespaces.find("net");
      record.life.netns_identity.inode == 0 && net != record.life.namespaces.end())
    record.life.netns_identity.inode = net->second;  // the first of them had no more than this
  try {
    record.plan.host_ports = host_ports(record.plan.who.manifest, record.plan.namespaces.host_network);
  } catch (const Json::exception&) {
    record.plan.host_ports.clear();  // that costs a word about a port that is taken, and not the pod
  }
  for (OldContainer& container : old.containers) {
    // As their order was in the file.
    container.record.life.created_at = record.life.created_at + static_cast<std::int64_t>(old.pod.containers.size());
    container.record.plan.cgroup = container.record.plan.name;
    old.pod.containers.push_back(std::move(container.record));
  }
  return std::move(old.pod);
}

}  // namespace podrun::format_1

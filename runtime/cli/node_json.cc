#include "runtime/cli/node_json.h"

#include <nlohmann/json.hpp>

#include "runtime/cli/link_options.h"
#include "runtime/cli/time_text.h"
#include "runtime/node/addresses.h"

namespace podrun::cli {
namespace {

Json address(const char* type, const std::string& text) { return {{"type", type}, {"address", text}}; }

}  // namespace

std::string status_text(const SeenNode& node) {
  if (node.record.state == NodeState::creating) return "Creating";
  if (node.record.state == NodeState::deleting) return "Terminating";
  return node.lives ? "Ready" : "NotReady";
}

Json kube_node(const SeenNode& node) {
  const NodeAddresses addresses = addresses_of_node(node.record.number);
  const std::string status = status_text(node);
  Json annotations = Json::object();
  if (!node.record.link.is_perfect()) annotations["podrun.io/link"] = link_text(node.record.link);
  Json metadata{{"name", node.record.name}, {"creationTimestamp", rfc3339(node.record.created_at)}};
  if (!annotations.empty()) metadata["annotations"] = annotations;
  return {{"apiVersion", "v1"},
          {"kind", "Node"},
          {"metadata", metadata},
          {"spec", {{"podCIDR", addresses.pods_v4}, {"podCIDRs", {addresses.pods_v4, addresses.pods_v6}}}},
          {"status",
           {{"addresses",
             {address("InternalIP", addresses.v4.to_text()), address("InternalIP", addresses.v6.to_text()),
              address("Hostname", node.record.name)}},
            {"conditions", {{{"type", "Ready"}, {"status", status == "Ready" ? "True" : "False"}, {"reason", status}}}},
            {"pods", node.pods},
            {"pid", node.record.holder.pid}}}};
}

Row node_heading(bool wide) {
  Row row{"NAME", "STATUS", "PODS", "AGE"};
  if (wide) row.insert(row.end(), {"INTERNAL-IP", "POD-CIDR", "LINK", "PID"});
  return row;
}

Row node_row(const SeenNode& node, bool wide, std::int64_t now) {
  Row row{node.record.name, status_text(node), std::to_string(node.pods.size()),
          age(std::chrono::seconds((now - node.record.created_at) / 1'000'000'000))};
  if (!wide) return row;
  const NodeAddresses addresses = addresses_of_node(node.record.number);
  row.insert(row.end(), {addresses.v4.to_text() + "," + addresses.v6.to_text(), addresses.pods_v4,
                         or_none(link_text(node.record.link)), std::to_string(node.record.holder.pid)});
  return row;
}

}  // namespace podrun::cli

#include "runtime/node/record.h"

#include <array>
#include <nlohmann/json.hpp>

namespace podrun {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array kStates{NodeState::creating, NodeState::ready, NodeState::deleting};

}  // namespace

const char* to_text(NodeState state) {
  switch (state) {
    case NodeState::creating:
      return "creating";
    case NodeState::ready:
      return "ready";
    case NodeState::deleting:
      return "deleting";
  }
  return "";
}

std::string to_json(const NodeRecord& node) {
  const Json holder{
      {"pid", node.holder.pid}, {"startTime", node.holder.start_time}, {"pidfdInode", node.holder.pidfd_inode}};
  const Json link{{"loss", node.link.loss}, {"delay", node.link.delay.count()}, {"rate", node.link.rate}};
  const Json record{{"format", 1},
                    {"name", node.name},
                    {"number", node.number},
                    {"state", to_text(node.state)},
                    {"bootId", node.boot_id},
                    {"cgroup", node.cgroup},
                    {"holder", holder},
                    {"mounts", node.mounts},
                    {"network", node.network},
                    {"createdAt", node.created_at},
                    {"link", link}};
  return record.dump(2) + "\n";
}

Result<NodeRecord> node_from_json(const std::string& text) {
  try {
    const Json record = Json::parse(text);
    if (record.at("format") != 1) return Error{Kind::corrupt, 0, "no record of a node that this podrun reads"};
    NodeRecord node;
    record.at("name").get_to(node.name);
    record.at("number").get_to(node.number);
    record.at("bootId").get_to(node.boot_id);
    record.at("cgroup").get_to(node.cgroup);
    record.at("holder").at("pid").get_to(node.holder.pid);
    record.at("holder").at("startTime").get_to(node.holder.start_time);
    record.at("holder").at("pidfdInode").get_to(node.holder.pidfd_inode);
    record.at("mounts").get_to(node.mounts);
    record.at("network").get_to(node.network);
    record.at("createdAt").get_to(node.created_at);
    record.at("link").at("loss").get_to(node.link.loss);
    node.link.delay = std::chrono::nanoseconds(record.at("link").at("delay").get<std::int64_t>());
    record.at("link").at("rate").get_to(node.link.rate);
    const auto state = record.at("state").get<std::string>();
    for (const NodeState one : kStates)
      if (state == to_text(one)) return node.state = one, node;
    return Error{Kind::corrupt, 0, "state: '" + state + "' is none"};
  } catch (const nlohmann::json::exception& error) {
    return Error{Kind::corrupt, 0, error.what()};
  }
}

}  // namespace podrun

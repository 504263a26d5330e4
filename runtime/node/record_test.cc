#include "runtime/node/record.h"

#include <gtest/gtest.h>

namespace podrun {
namespace {

NodeRecord whole() {
  NodeRecord node;
  node.name = "n1";
  node.number = 7;
  node.state = NodeState::ready;
  node.boot_id = "a-boot";
  node.cgroup = "/mine/podrun-node-n1";
  node.holder = {.pid = 42, .start_time = 43, .pidfd_inode = 1ULL << 63U};
  node.mounts = 4026532000;
  node.network = 4026532001;
  node.created_at = 1'700'000'000'000'000'001;
  node.link = {.loss = 0.05, .delay = std::chrono::milliseconds(20), .rate = 10'000'000};
  return node;
}

TEST(NodeRecord, ComesBackWhole) {
  const auto read = node_from_json(to_json(whole()));
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(to_json(*read), to_json(whole()));
  EXPECT_EQ(read->holder.pidfd_inode, 1ULL << 63U);
  EXPECT_EQ(read->link.delay, std::chrono::milliseconds(20));
  EXPECT_EQ(read->state, NodeState::ready);
}

TEST(NodeRecord, EveryStateHasItsWord) {
  for (const NodeState state : {NodeState::creating, NodeState::ready, NodeState::deleting}) {
    NodeRecord node = whole();
    node.state = state;
    const auto read = node_from_json(to_json(node));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->state, state);
  }
}

TEST(NodeRecord, WhatIsNoneIsCorrupt) {
  std::string other = to_json(whole());
  other.replace(other.find("\"ready\""), 7, "\"gone\"");
  std::string newer = to_json(whole());
  newer.replace(newer.find("\"format\": 1"), 11, "\"format\": 2");
  for (const std::string& text :
       {std::string(), std::string("{}"), std::string("[1"), other, newer, to_json(whole()).substr(0, 100)}) {
    const auto read = node_from_json(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().kind, Kind::corrupt) << text;
  }
}

}  // namespace
}  // namespace podrun

#include "runtime/node/node_box.h"

#include <gmock/gmock.h>
#include <stdlib.h>

#include "base/files.h"

namespace podrun {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class NodeBoxes : public ::testing::Test {
 protected:
  NodeBoxes() : root_(make_root()), layout_({root_ + "/state", root_ + "/data", root_ + "/netns"}) {}
  ~NodeBoxes() override { EXPECT_TRUE(base::remove_tree(root_)); }

  NodeRecord put(const std::string& name, std::uint32_t number) {
    NodeRecord node;
    node.name = name;
    node.number = number;
    const auto box = NodeBox::make(layout_, name, 0);
    EXPECT_TRUE(box && box->save(node));
    return node;
  }

  std::string root_;
  Layout layout_;

 private:
  static std::string make_root() {
    std::string pattern = ::testing::TempDir() + "podrun-nodes-XXXXXX";
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    return pattern;
  }
};

TEST_F(NodeBoxes, WhatANodeMayBeCalled) {
  for (const char* good : {"n1", "a", "a.b", "node-1"}) EXPECT_EQ(why_bad_node_name(good), "") << good;
  for (const std::string& bad : {std::string(), std::string("N1"), std::string("a_b"), std::string("-a"),
                                 std::string("../a"), std::string("a/b"), std::string("a..b")})
    EXPECT_NE(why_bad_node_name(bad), "") << bad;
  EXPECT_EQ(why_bad_node_name(std::string(60, 'a') + ".abc"), "");
  EXPECT_THAT(why_bad_node_name(std::string(60, 'a') + ".abcd"), HasSubstr("64"));
}

TEST_F(NodeBoxes, OneAtATime) {
  auto box = NodeBox::make(layout_, "n1", 0);
  ASSERT_TRUE(box);
  EXPECT_EQ(NodeBox::lock(layout_, "n1", 0).error().kind, Kind::busy);
  EXPECT_EQ(NodeBox::make(layout_, "n1", 0).error().kind, Kind::busy);
  EXPECT_EQ(box->load().error().kind, Kind::not_found);
  ASSERT_TRUE(box->erase());
  EXPECT_EQ(NodeBox::lock(layout_, "n1", 0).error().kind, Kind::not_found);
  EXPECT_THAT(names_of_nodes(layout_), IsEmpty());
}

TEST_F(NodeBoxes, AreFoundByTheirNames) {
  put("n1", 1);
  put("web", 2);
  EXPECT_THAT(names_of_nodes(layout_), ElementsAre("n1", "web"));
  EXPECT_EQ(find_node(layout_, "web").value_or({}).number, 2U);
  const auto missed = find_node(layout_, "wbe");
  ASSERT_FALSE(missed);
  EXPECT_EQ(missed.error().kind, Kind::not_found);
  EXPECT_EQ(missed.error().what, "node \"wbe\" not found; did you mean \"web\"?");
  EXPECT_EQ(find_node(layout_, "../n1").error().kind, Kind::not_found);
  EXPECT_EQ(NodeBox::lock(layout_, "..", 0).error().kind, Kind::not_found);
}

TEST_F(NodeBoxes, ARecordThatCannotBeReadIsNamed) {
  put("n1", 1);
  put("n2", 2);
  ASSERT_TRUE(base::write_file_durably(layout_.node_record("n1"), "{"));
  ASSERT_TRUE(NodeBox::make(layout_, "n3", 0));  // about to be one
  std::vector<std::string> broken;
  const auto nodes = list_nodes(layout_, &broken);
  ASSERT_EQ(nodes.size(), 1U);
  EXPECT_EQ(nodes.front().name, "n2");
  EXPECT_THAT(broken, ElementsAre("n1"));
  EXPECT_EQ(find_node(layout_, "n1").error().kind, Kind::corrupt);
}

TEST_F(NodeBoxes, OfAnotherBootNoneLives) {
  NodeRecord node = put("n1", 1);
  EXPECT_FALSE(lives(node));
  node.boot_id = "another";
  node.holder.pid = 1;
  EXPECT_FALSE(lives(node));
}

}  // namespace
}  // namespace podrun

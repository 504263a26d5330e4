// Nodes on hosts that are not as one would have them.
#include <gmock/gmock.h>
#include <sys/mount.h>

#include <filesystem>
#include <fstream>

#include "integration/node_host.h"

namespace integration {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class NodeFormsTest : public NodeTest {};

// What is behind a link would be the machine's: its networks must not be the node's to remove.
TEST_F(NodeFormsTest, ALinkInPlaceOfEtcCniIsNotGoneAlong) {
  fs::create_directories(dir() + "/layer/upper");
  fs::create_directories(dir() + "/layer/work");
  ASSERT_EQ(::mount("tmpfs", (dir() + "/layer").c_str(), "tmpfs", 0, nullptr), 0);
  fs::create_directories(dir() + "/layer/upper");
  fs::create_directories(dir() + "/layer/work");
  const std::string layers = "lowerdir=/etc,upperdir=" + dir() + "/layer/upper,workdir=" + dir() + "/layer/work";
  ASSERT_EQ(::mount("overlay", "/etc", "overlay", 0, layers.c_str()), 0);
  fs::remove_all("/etc/cni");
  fs::create_directories("/run/elsewhere/net.d");
  std::ofstream("/run/elsewhere/net.d/10-mine.conflist") << "{}";
  fs::create_directory_symlink("/run/elsewhere", "/etc/cni");

  ASSERT_TRUE(must_add({"n1"}));
  EXPECT_THAT(run_in("n1", {"ls", "/etc/cni/net.d"}).out, "10-podrun.conflist\n");
  EXPECT_EQ(node({"delete", "n1"}).status, 0);
  EXPECT_TRUE(fs::exists("/run/elsewhere/net.d/10-mine.conflist"));
  EXPECT_FALSE(fs::exists("/run/elsewhere/net.d/10-podrun.conflist"));

  ::umount2("/etc", MNT_DETACH);
  ::umount2((dir() + "/layer").c_str(), MNT_DETACH);
}

// Its number may be anybody's.
TEST_F(NodeFormsTest, NoneIsAddedBesideOneWhoseRecordCannotBeRead) {
  ASSERT_TRUE(must_add({"n1", "n2"}));
  const std::string record = "/run/podrun/nodes/n1/node.json";
  ASSERT_TRUE(fs::exists(record));
  std::ofstream(record) << "{";
  const Output refused = node({"add", "n3"});
  EXPECT_NE(refused.status, 0);
  EXPECT_THAT(refused.err, HasSubstr("node \"n1\""));
  EXPECT_EQ(run_in("n2", {"ip", "link", "show", "eth0"}).status, 0);
  EXPECT_EQ(node({"delete", "n1", "--force"}).status, 0);
  EXPECT_TRUE(must_add({"n3"}));
}

TEST_F(NodeFormsTest, NoneIsAddedWhereTheFabricOfOthersIsOutOfSight) {
  ASSERT_TRUE(must_add({"n1"}));
  ASSERT_EQ(::umount2("/run/podrun/fabric", MNT_DETACH), 0);
  const Output refused = node({"add", "n2"});
  EXPECT_NE(refused.status, 0);
  EXPECT_THAT(refused.err, HasSubstr("the fabric that node \"n1\" is linked to"));
  EXPECT_EQ(node({"delete", "--all"}).status, 0);
  EXPECT_TRUE(must_add({"n2"}));
}

}  // namespace
}  // namespace integration

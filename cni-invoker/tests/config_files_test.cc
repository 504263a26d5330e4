#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>

#include "cni/config.h"
#include "support.h"

namespace cni {
namespace {

using testing::covers;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string list_named(const std::string& name) { return R"({"name":")" + name + R"(","plugins":[{"type":"t"}]})"; }
std::string single_named(const std::string& name) { return R"({"name":")" + name + R"(","type":"t"})"; }

class ConfigFiles : public ::testing::Test {
 protected:
  Networks scan() {
    auto networks = scan_networks(dir.path());
    EXPECT_TRUE(networks);
    return std::move(networks).value_or({});
  }
  std::vector<std::string> names(const Networks& networks) {
    std::vector<std::string> all;
    for (const NetworkList& list : networks.lists) all.push_back(list.name);
    return all;
  }
  testing::TempDir dir;
};

TEST_F(ConfigFiles, ScansByExtensionInByteOrder) {
  covers("A1.03 A1.04 A1.05 B5");
  dir.write("10-b.conflist", list_named("b"));
  dir.write("05-a.json", single_named("a"));
  dir.write("20-c.conf", single_named("c"));
  dir.write(".hidden.conflist", list_named("hidden"));
  dir.write("99.CONFLIST", list_named("shouting"));
  dir.write("readme", "x");
  std::filesystem::create_directory(dir.path() + "/00.conflist");
  const Networks networks = scan();
  EXPECT_THAT(names(networks), ElementsAre("hidden", "a", "b", "c"));
  EXPECT_THAT(networks.problems, IsEmpty());
  EXPECT_EQ(networks.first()->name, "hidden");
  EXPECT_EQ(networks.find("c")->path, dir.path() + "/20-c.conf");
  EXPECT_EQ(networks.find("d"), nullptr);
  EXPECT_THAT(InvokerOptions().plugin_dirs, ElementsAre("/opt/cni/bin", "/usr/lib/cni"));
  EXPECT_EQ(InvokerOptions().cache_dir, "/var/lib/cni");
  EXPECT_EQ(Attachment().ifname, "eth0");
}

TEST_F(ConfigFiles, AMissingDirectoryHasNoneAndALinkToOneIsAProblem) {
  covers("A1.04");
  EXPECT_THAT(scan_networks(dir.path() + "/none")->lists, IsEmpty());
  std::filesystem::create_directory(dir.path() + "/d");
  std::filesystem::create_symlink(dir.path() + "/d", dir.path() + "/x.conflist");
  EXPECT_EQ(scan().problems.size(), 1U);
  dir.write("file", "");
  EXPECT_FALSE(scan_networks(dir.path() + "/file"));
}

TEST_F(ConfigFiles, ABadFileCostsOnlyItself) {
  covers("A1.06 B1");
  dir.write("00-bad.conflist", "{\n oops");
  dir.write("10-good.conflist", list_named("good"));
  const Networks networks = scan();
  EXPECT_THAT(names(networks), ElementsAre("good"));
  ASSERT_EQ(networks.problems.size(), 1U);
  EXPECT_THAT(networks.problems[0].to_text(), HasSubstr("00-bad.conflist:2:2: "));
  EXPECT_FALSE(find_network_strictly(dir.path(), "good"));
}

TEST_F(ConfigFiles, StrictlyOnlyFilesBeforeTheMatchMatter) {
  covers("B15 A1.05 A1.06");
  dir.write("10-good.conflist", list_named("good"));
  dir.write("20-bad.conflist", "oops");
  dir.write("05-single.conf", single_named("single"));
  EXPECT_TRUE(find_network_strictly(dir.path(), "good"));
  EXPECT_FALSE(find_network_strictly(dir.path(), "single"));  // lists come first, and one of them is bad
  std::filesystem::remove(dir.path() + "/20-bad.conflist");
  dir.write("04.json", single_named("single"));
  EXPECT_EQ(find_network_strictly(dir.path(), "single")->path, dir.path() + "/04.json");
  const auto missing = find_network_strictly(dir.path(), "other").error();
  EXPECT_EQ(missing.kind, Kind::not_found);
  EXPECT_THAT(missing.what, HasSubstr("no net configuration with name 'other'"));
  EXPECT_THAT(find_network_strictly(dir.path() + "/none", "x").error().what, HasSubstr("no net configurations found"));
}

TEST_F(ConfigFiles, OfOneNameTheFirstListCounts) {
  covers("A1.05 A1.09");
  dir.write("00.conf", single_named("n"));
  dir.write("10.conflist", list_named("n"));
  dir.write("20.conflist", list_named("n"));
  const Networks networks = scan();
  ASSERT_EQ(networks.lists.size(), 1U);
  EXPECT_EQ(networks.find("n")->path, dir.path() + "/10.conflist");
  ASSERT_EQ(networks.problems.size(), 2U);
  for (const char* loser : {"/00.conf", "/20.conflist"})
    EXPECT_THAT(networks.problems,
                ::testing::Contains(::testing::Property(
                    &Diagnostic::to_text,
                    dir.path() + loser + ": network 'n' is already defined in '" + dir.path() + "/10.conflist'")));
}

TEST_F(ConfigFiles, OfOneNameTheFirstSingleConfigurationCountsWhereThereIsNoList) {
  covers("A1.05 A1.09 B5");
  dir.write("00-bad.conflist", "{");
  dir.write("10.conf", single_named("n"));
  dir.write("05.json", single_named("n"));
  dir.write("07.conf", single_named("m"));
  const Networks networks = scan();
  EXPECT_THAT(names(networks), ElementsAre("n", "m"));
  EXPECT_EQ(networks.find("n")->path, dir.path() + "/05.json");
  EXPECT_EQ(networks.first()->path, dir.path() + "/05.json") << "a file that cannot be read is no network";
  ASSERT_EQ(networks.problems.size(), 2U);
  EXPECT_THAT(networks.problems[1].to_text(), HasSubstr("/10.conf: network 'n' is already defined in '"));
}

TEST_F(ConfigFiles, PluginsOfTheSubDirectoryFollowTheInlined) {
  covers("A1.13 A1.14");
  const std::string file = dir.write("net.conflist", list_named("net"));
  dir.write("net/20.conf", R"({"type":"c"})");
  dir.write("net/10.conf", R"({"type":"b"})");
  dir.write("net/30.json", R"({"type":"no"})");
  dir.write("net/40.conflist", R"({"type":"no"})");
  dir.write("other/10.conf", R"({"type":"no"})");
  std::filesystem::create_directory(dir.path() + "/net/50.conf");
  const auto list = load_network(file);
  ASSERT_TRUE(list) << list.error().what;
  ASSERT_EQ(list->plugins.size(), 3U);
  EXPECT_EQ(list->plugins[1].type, "b");
  EXPECT_EQ(list->plugins[2].type, "c");

  dir.write("net/15.conf", R"({"type":7})");
  EXPECT_THAT(load_network(file).error().what, HasSubstr("net/15.conf:1:9"));
  dir.write("net.conflist", R"({"name":"net","loadOnlyInlinedPlugins":true,"plugins":[{"type":"t"}]})");
  EXPECT_EQ(load_network(file)->plugins.size(), 1U);
  dir.write("single.conf", single_named("net"));
  EXPECT_EQ(load_network(dir.path() + "/single.conf")->plugins.size(), 1U);
}

TEST_F(ConfigFiles, ThePluginsMayAllBeInTheSubDirectory) {
  covers("A1.12");
  const std::string file = dir.write("net.conflist", R"({"name":"net"})");
  EXPECT_THAT(load_network(file).error().what, HasSubstr("the network has no plugins"));
  dir.write("net/10.conf", R"({"type":"b"})");
  EXPECT_EQ(load_network(file)->plugins.size(), 1U);
}

TEST_F(ConfigFiles, PipesAndGiantsAreNotRead) {
  covers("A1.17");
  ::mkfifo((dir.path() + "/pipe.conflist").c_str(), 0600);
  dir.write("big.conflist", std::string(kMaxConfigBytes + 1, ' '));
  EXPECT_THAT(load_network(dir.path() + "/pipe.conflist").error().what, HasSubstr("not a regular file"));
  EXPECT_THAT(load_network(dir.path() + "/big.conflist").error().what, HasSubstr("larger than"));
  EXPECT_THAT(load_network(dir.path() + "/x.txt").error().what, HasSubstr(".conflist"));
}

}  // namespace
}  // namespace cni

// What plugins print on stderr is no error, and is not lost.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "cni-invoker/tests/covers.h"
#include "integration/test_host.h"

namespace integration {
namespace {

using cni::testing::covers;
using testing::HasSubstr;
using testing::Not;

class PluginMessagesTest : public PodrunTest {
 protected:
  void SetUp() override {
    PodrunTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    ASSERT_EQ(::mkdir(plugins().c_str(), 0755), 0);
    std::ofstream(cni_conf_dir() + "/net.conflist")
        << R"({"cniVersion":"1.0.0","name":"net","plugins":[{"type":"talks"}]})";
    configure(":");
    remember_world({"--network", "net"});  // what is warned of once has been
    // The last line has no end.
    configure(R"(echo $CNI_COMMAND is under way >&2; printf 'odd: \033[31m\n%s is done' $CNI_COMMAND >&2)");
  }
  std::string plugins() const override { return dir() + "/plugins"; }
  void configure(const std::string& script) const {
    std::ofstream(plugins() + "/talks") << "#!/bin/sh\nexport PATH=/usr/sbin:/usr/bin:/sbin:/bin\n"
                                        << script << "\n[ $CNI_COMMAND != ADD ] || echo '{\"cniVersion\":\"1.0.0\"}'\n";
    ::chmod((plugins() + "/talks").c_str(), 0755);
  }
  static Json sleeper(const std::string& name) { return pod(name, {container("main", {"/bin/payload", "sleep"})}); }
};

TEST_F(PluginMessagesTest, TheCniCommandsPassThemOn) {
  covers("A5.07 R.8");
  ASSERT_EQ(run({"ip", "netns", "add", "blue"}).status, 0);
  for (const std::string operation : {"add", "check", "del"}) {
    const Output output = podrun({"cni", operation, "net", "blue"});
    EXPECT_EQ(output.status, 0) << output.err;
    std::string name = operation;
    for (char& c : name) c = static_cast<char>(c - 'a' + 'A');
    EXPECT_EQ(output.err, name + " is under way\nodd: \\x1b[31m\n" + name + " is done\n");
    EXPECT_THAT(output.out, Not(HasSubstr("under way")));
  }
  EXPECT_EQ(run({"ip", "netns", "del", "blue"}).status, 0);
}

TEST_F(PluginMessagesTest, APodKeepsThem) {
  covers("A5.07 R.8");
  const Output created = create(sleeper("web"), {"--network", "net"});
  EXPECT_EQ(created.status, 0);
  EXPECT_EQ(created.err, "") << "what a plugin that succeeded says is no warning";
  const Json messages = inspect("web")["life"]["pluginMessages"];
  ASSERT_EQ(messages.size(), 3U) << messages;
  EXPECT_EQ(messages[0], (Json{{"plugin", "talks ADD"}, {"text", "ADD is under way"}}));
  EXPECT_EQ(messages[2]["text"], "ADD is done");
  EXPECT_THAT(podrun({"describe", "pod", "web"}).out, HasSubstr("Plugin Messages:\n"
                                                                "  talks ADD: ADD is under way\n"
                                                                "  talks ADD: odd: \\x1b[31m\n"
                                                                "  talks ADD: ADD is done\n"));
}

TEST_F(PluginMessagesTest, APodKeepsTheLastOfMany) {
  covers("R.8");
  configure(
      "i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo line $i >&2; done; head -c 100000 /dev/zero | tr '\\0' x >&2");
  ASSERT_TRUE(must_create(sleeper("web"), {"--network", "net"}));
  const Json messages = inspect("web")["life"]["pluginMessages"];
  ASSERT_EQ(messages.size(), 20U);
  EXPECT_EQ(messages[18]["text"], "line 200");
  EXPECT_EQ(messages[19]["text"], std::string(500, 'x'));
}

TEST_F(PluginMessagesTest, VerboseShowsThemWhilePluginsRun) {
  covers("R.8");
  const Output created = create(sleeper("web"), {"--network", "net", "--verbose"});
  EXPECT_EQ(created.status, 0);
  EXPECT_EQ(created.err,
            "podrun: plugin talks ADD: ADD is under way\n"
            "podrun: plugin talks ADD: odd: \\x1b[31m\n"
            "podrun: plugin talks ADD: ADD is done\n");
  const Output deleted = podrun({"delete", "web", "--grace-period", "0", "--verbose"});
  EXPECT_EQ(deleted.status, 0);
  EXPECT_THAT(deleted.err, HasSubstr("podrun: plugin talks DEL: DEL is under way\n"));
}

// A pod that could not be deleted says why, with what its plugins said before.
TEST_F(PluginMessagesTest, ADeleteThatFailedKeepsThemToo) {
  covers("R.8");
  ASSERT_TRUE(must_create(sleeper("web"), {"--network", "net"}));
  configure("echo $CNI_COMMAND finds nothing >&2; exit 1");
  EXPECT_NE(remove("web").status, 0);
  const Json messages = inspect("web")["life"]["pluginMessages"];
  ASSERT_FALSE(messages.empty());
  EXPECT_EQ(messages.back(), (Json{{"plugin", "talks DEL"}, {"text", "DEL finds nothing"}}));
  configure("exit 0");
  EXPECT_EQ(remove("web").status, 0);
}

}  // namespace
}  // namespace integration

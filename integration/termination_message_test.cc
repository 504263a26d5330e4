// What containers have to say of their ends: terminationMessagePath and terminationMessagePolicy.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "integration/clean_up.h"
#include "integration/test_host.h"

namespace integration {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* kDefault = "/dev/termination-log";

class TerminationMessageTest : public PodrunTest {
 protected:
  static Json note(const std::string& word, const std::string& code = "0", const std::string& path = kDefault) {
    return container("main", {"/bin/payload", "note", path, word, code});
  }
  // A pod of it that has ended.
  bool ends(const Json& main, const Json& spec = Json::object()) const {
    Json manifest = pod("web", {main});
    manifest["spec"].update(spec);
    return must_create(manifest) && eventually([&] { return phase("web") != "Running"; });
  }
  Json status() const {
    return Json::parse(podrun({"get", "pod", "web", "-o", "json"}).out)["status"]["containerStatuses"][0];
  }
  std::string message() const { return status()["state"]["terminated"].value("message", ""); }
  fs::path inside(const std::string& path) const {
    return "/proc/" + std::to_string(container_pid("web", "main")) + "/root" + path;
  }
  fs::path kept(int attempt = 0) const {
    return "/run/podrun/pods/" + pod_id("web") + "/containers/main." + std::to_string(attempt) + ".message";
  }
};

TEST_F(TerminationMessageTest, IsWhatTheContainerWrote) {
  Json main = note("no disk", "3");
  main["securityContext"] = {{"runAsUser", 1000}, {"readOnlyRootFilesystem", true}};
  ASSERT_TRUE(ends(main));
  EXPECT_EQ(message(), "no disk\n");
  EXPECT_THAT(podrun({"describe", "pod", "web"}).out, HasSubstr("      Message:          no disk\n"));
  ASSERT_EQ(podrun({"stop", "web"}).status, 0);
  EXPECT_EQ(message(), "no disk\n") << "it outlives the sandbox";
}

TEST_F(TerminationMessageTest, IsAnAttemptsOwn) {
  ASSERT_TRUE(must_create([] {
    Json manifest = pod("web", {note("again", "3")});
    manifest["spec"]["restartPolicy"] = "Always";
    return manifest;
  }()));
  ASSERT_TRUE(eventually([&] { return status()["lastState"].contains("terminated"); }));
  EXPECT_EQ(status()["lastState"]["terminated"].value("message", ""), "again\n") << "and not twice";
  ASSERT_TRUE(eventually([&] { return status()["restartCount"] == 1 && fs::exists(kept(1)); }));
  ASSERT_EQ(podrun({"start", "web", "-c", "main"}).status, 0);
  EXPECT_FALSE(fs::exists(kept(0))) << "it goes with its attempt";
}

TEST_F(TerminationMessageTest, MayBeAnywhere) {
  const Json spec = {{"volumes", {{{"name", "data"}, {"emptyDir", Json::object()}}}}};
  for (const bool host_users : {false, true})
    for (const char* path : {"/var/log/new/end", "/data/end"}) {
      Json main = note("somewhere", "0", path);
      main["terminationMessagePath"] = path;
      main["volumeMounts"] = {{{"name", "data"}, {"mountPath", "/data"}}};
      Json all = spec;
      all["hostUsers"] = host_users;
      ASSERT_TRUE(ends(main, all));
      EXPECT_EQ(message(), "somewhere\n") << path;
      EXPECT_EQ(remove("web").status, 0);
    }
}

TEST_F(TerminationMessageTest, FallsBackToTheLogOfWhatFailed) {
  Json main = container("main", {"/bin/payload", "count-lines", "3"});
  main["terminationMessagePolicy"] = "FallbackToLogsOnError";
  ASSERT_TRUE(ends(main));
  EXPECT_EQ(message(), "") << "it succeeded";
  EXPECT_EQ(remove("web").status, 0);
  main["command"] = {"/bin/payload", "no-such-word"};
  ASSERT_TRUE(ends(main));
  EXPECT_EQ(message(), logs("web", "main"));
  EXPECT_NE(message(), "");
}

// Its /dev is as small as that, and what is kept of it is a page.
TEST_F(TerminationMessageTest, FillsNothingOfTheHosts) {
  ASSERT_TRUE(ends(note(std::string(100'000, 'x'))));
  EXPECT_EQ(fs::file_size(kept()), 4096U);
  EXPECT_EQ(message(), std::string(4096, 'x'));
}

// Of many containers each shows a share; where that ends in the middle of a character, it is JSON all the same.
TEST_F(TerminationMessageTest, IsNotCutWithinACharacter) {
  std::string accents = "x";
  for (int i = 0; i < 2000; ++i) accents += "\u00e9";
  std::vector<Json> containers;
  for (int i = 0; i < 12; ++i) {
    containers.push_back(note(accents));
    containers.back()["name"] = "main-" + std::to_string(i);
  }
  ASSERT_TRUE(must_create(pod("web", containers)));
  ASSERT_TRUE(eventually([&] { return phase("web") == "Succeeded"; }));
  EXPECT_EQ(message(), accents.substr(0, 1023));
}

TEST_F(TerminationMessageTest, WhatIsPutInItsPlaceIsNotLookedAt) {
  ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "sleep"})})));
  const fs::path file = inside(kDefault);
  ASSERT_TRUE(eventually([&] { return fs::exists(file); }));
  ASSERT_TRUE(fs::remove(file));
  fs::create_symlink("/etc/hostname", file);
  ASSERT_EQ(podrun({"stop", "web"}).status, 0);
  EXPECT_EQ(message(), "");
  ASSERT_EQ(podrun({"start", "web"}).status, 0);
  ASSERT_TRUE(eventually([&] { return fs::exists(inside(kDefault)); }));
  fs::remove(inside(kDefault));
  ASSERT_EQ(::mkfifo(inside(kDefault).c_str(), 0666), 0);
  ASSERT_EQ(podrun({"stop", "web"}).status, 0) << "nobody waits for a writer";
  EXPECT_EQ(message(), "");
}

TEST_F(TerminationMessageTest, HasNothingThatATerminalObeys) {
  ASSERT_TRUE(ends(note("\x1b[2J")));
  EXPECT_EQ(message(), "\\x1b[2J\n");
}

}  // namespace
}  // namespace integration

// Hooks of real containers: postStart and preStop.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "integration/clean_up.h"
#include "integration/running.h"
#include "integration/test_host.h"

namespace integration {
namespace {

using testing::HasSubstr;

class HooksTest : public PodrunTest {
 protected:
  static Json note(const std::string& word, const std::string& code = "0") {
    return {{"exec", {{"command", {"/bin/payload", "note", "/notes", word, code}}}}};
  }
  static Json main_with(const char* hook, Json action) {
    Json main = container("main", {"/bin/payload", "note-term", "/notes"});
    main["lifecycle"] = {{hook, std::move(action)}};
    return main;
  }
  std::string notes() const {
    std::ifstream file(data_dir() + "/pods/" + pod_id("web") + "/containers/main.0/upper/notes");
    return {std::istreambuf_iterator<char>(file), {}};
  }
  Json status(const std::string& name) const {
    const Json shown = Json::parse(podrun({"get", "pod", "web", "-o", "json"}).out);
    for (const Json& one : shown["status"]["containerStatuses"])
      if (one["name"] == name) return one;
    return {};
  }
  std::string events() const { return podrun({"events", "web"}).out; }
};

TEST_F(HooksTest, PreStopIsDoneBeforeTheStopSignal) {
  ASSERT_TRUE(must_create(pod("web", {main_with("preStop", note("preStop"))})));
  ASSERT_EQ(podrun({"stop", "web"}).status, 0);
  EXPECT_EQ(notes(), "preStop\nTERM\n");
}

TEST_F(HooksTest, PreStopOfOneContainerIsDoneWhenThatIsStopped) {
  ASSERT_TRUE(
      must_create(pod("web", {main_with("preStop", note("preStop")), container("n", {"/bin/payload", "sleep"})})));
  ASSERT_EQ(podrun({"stop", "web", "-c", "main"}).status, 0);
  EXPECT_EQ(notes(), "preStop\nTERM\n");
}

// Root in there is root out here, and podrun must be out of its reach before it enters.
TEST_F(HooksTest, PreStopIsDoneInAPodOfTheHostsUsersByWhoeverEndsIt) {
  Json manifest = pod("web", {main_with("preStop", note("preStop"))});
  manifest["spec"]["hostUsers"] = true;
  const std::string kept = dir() + "/kept";
  Json volume = {{"name", "kept"}, {"hostPath", {{"path", kept}, {"type", "DirectoryOrCreate"}}}};
  manifest["spec"]["volumes"] = {volume};
  Json& main = manifest["spec"]["containers"][0];
  main["image"] = "rootfs:" + rootfs();
  main["volumeMounts"] = {{{"name", "kept"}, {"mountPath", "/kept"}}};
  main["lifecycle"]["preStop"]["exec"]["command"] = {"/bin/payload", "note", "/kept/notes", "preStop"};
  main["command"] = {"/bin/payload", "note-term", "/kept/notes"};
  const auto noted = [&] {
    std::ifstream file(kept + "/notes");
    std::string text{std::istreambuf_iterator<char>(file), {}};
    std::filesystem::remove(kept + "/notes");
    return text;
  };
  const std::string text = manifest.dump();
  Json changed = manifest;
  changed["metadata"]["labels"] = {{"a", "b"}};
  ASSERT_TRUE(must_create(manifest));
  const auto ends = [&](const std::vector<std::string>& args, const std::string& in = {}) {
    const Output output = podrun(args, in);
    EXPECT_EQ(output.status, 0) << output.err;
    EXPECT_EQ(noted(), "preStop\nTERM\n") << args.front();
  };
  ends({"restart", "web", "-c", "main"});
  ends({"stop", "web", "-c", "main"});
  ASSERT_EQ(podrun({"start", "web", "-c", "main"}).status, 0);
  ends({"restart", "web"});
  ends({"stop", "-f", "-"}, text);  // which is read twice
  ASSERT_EQ(podrun({"start", "web"}).status, 0);
  ends({"apply", "--network", "none", "-f", "-"}, changed.dump());
  ends({"delete", "pod", "web"});
}

TEST_F(HooksTest, PreStopIsNotDoneWithoutTime) {
  ASSERT_TRUE(must_create(pod("web", {main_with("preStop", note("preStop"))})));
  ASSERT_EQ(podrun({"stop", "web", "-t", "0"}).status, 0);
  EXPECT_EQ(notes(), "");
}

TEST_F(HooksTest, PreStopThatFailsIsToldAndKeepsNobody) {
  ASSERT_TRUE(must_create(pod("web", {main_with("preStop", note("preStop", "7"))})));
  const Output stopped = podrun({"stop", "web"});
  EXPECT_EQ(stopped.status, 0);
  EXPECT_THAT(stopped.err, HasSubstr("preStop: exit status 7"));
  EXPECT_EQ(notes(), "preStop\nTERM\n");
}

TEST_F(HooksTest, PreStopThatTakesAllOfTheTimeIsCutShort) {
  ASSERT_TRUE(
      must_create(pod("web", {main_with("preStop", {{"exec", {{"command", {"/bin/payload", "sleep-with-child"}}}}})})));
  EXPECT_EQ(podrun({"stop", "web", "-t", "1"}).status, 0);
  EXPECT_EQ(notes(), "TERM\n") << "it has two more seconds";
}

// Whoever comes later does not know whether the signal was sent.
TEST_F(HooksTest, TheStopSignalIsSentThoughWhoRanThePreStopIsGone) {
  for (const int signal : {SIGINT, SIGKILL}) {
    ASSERT_TRUE(must_create(
        pod("web", {main_with("preStop", {{"exec", {{"command", {"/bin/payload", "sleep-with-child"}}}}})})));
    Running stop(podrun_command({"stop", "web", "-t", "5"}));
    ASSERT_TRUE(in_time([&] { return inspect("web")["life"]["deadline"] != 0; }));
    stop.signal(signal);
    stop.output();
    EXPECT_EQ(podrun({"stop", "web"}).status, 0);
    EXPECT_EQ(notes(), "TERM\n") << signal;
    EXPECT_EQ(remove("web").status, 0);
  }
}

TEST_F(HooksTest, PostStartIsDoneAndHoldsUpThoseToCome) {
  Json main = main_with("postStart", note("postStart"));
  ASSERT_TRUE(must_create(pod("web", {main, container("n", {"/bin/payload", "sleep"})})));
  ASSERT_TRUE(in_time([&] { return status("n")["ready"]; }));
  EXPECT_EQ(notes(), "postStart\n");
  EXPECT_TRUE(status("main")["ready"]);
}

// More than what is shown of it, and more than a pipe holds.
TEST_F(HooksTest, PostStartMayPrintALot) {
  Json main = container("main", {"/bin/payload", "sleep"});
  main["lifecycle"]["postStart"]["exec"]["command"] = {"/bin/payload", "flood", "1000000"};
  ASSERT_TRUE(must_create(pod("web", {main})));
  EXPECT_TRUE(in_time([&] { return status("main")["ready"] == true; })) << events();
}

TEST_F(HooksTest, PostStartThatFailsEndsTheContainerAndThePolicyDecides) {
  ASSERT_TRUE(must_create(pod("web", {main_with("postStart", note("postStart", "5"))})));
  ASSERT_TRUE(in_time([&] { return status("main")["state"].contains("terminated"); }));
  EXPECT_EQ(notes(), "postStart\nTERM\n");
  EXPECT_THAT(events(), HasSubstr("PostStartHook failed: exit status 5"));
  EXPECT_EQ(remove("web").status, 0);
  Json again = pod("web", {main_with("postStart", note("postStart", "5"))});
  again["spec"]["restartPolicy"] = "Always";
  ASSERT_TRUE(must_create(again));
  EXPECT_TRUE(in_time([&] { return status("main")["restartCount"] == 1; }));
}

}  // namespace
}  // namespace integration

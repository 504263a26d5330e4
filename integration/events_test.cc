// `podrun events`: what has happened to pods.
#include <gmock/gmock.h>

#include <csignal>

#include "integration/test_host.h"
#include "integration/watcher.h"

namespace integration {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class EventsTest : public PodrunTest {
 protected:
  static Json sleeping(const std::string& name) { return pod(name, {container("main", {"/bin/payload", "sleep"})}); }
  Watcher watcher(std::vector<std::string> args = {}) const {
    args.insert(args.begin(), {"events", "-w"});
    return {podrun_command(args), dir()};
  }
  // Without the time and the heading: "Normal Created pod/web Created pod".
  static std::vector<std::string> told(const std::string& text) {
    std::vector<std::string> told;
    for (const std::string& line : lines_of(text)) {
      std::istringstream words(line);
      std::string word, row;
      for (words >> word; words >> word;) row += (row.empty() ? "" : " ") + word;
      told.push_back(row);
    }
    if (!told.empty()) told.erase(told.begin());
    return told;
  }
};

TEST_F(EventsTest, TellWhatHasHappened) {
  ASSERT_TRUE(must_create(
      pod("web", {container("main", {"/bin/payload", "sleep"}), container("side", {"/bin/payload", "exit", "3"})})));
  EXPECT_EQ(podrun({"wait", "web", "-c", "side", "--for=exit"}).status, 0);
  ASSERT_TRUE(must_create(sleeping("db")));
  const Output events = podrun({"events", "web"});
  EXPECT_EQ(events.status, 0) << events.err;
  EXPECT_THAT(lines_of(events.out).front(), testing::StartsWith("TIME "));
  EXPECT_THAT(told(events.out),
              ElementsAre("Normal Created pod/web Created pod", "Normal Started pod/web Started container main",
                          "Normal Started pod/web Started container side",
                          "Warning Error pod/web Container side ended with code 3"));
  EXPECT_THAT(podrun({"events"}).out, testing::AllOf(HasSubstr("pod/web"), HasSubstr("pod/db")));
  EXPECT_THAT(told(podrun({"events", "--since", "1h"}).out), testing::SizeIs(6));
  EXPECT_EQ(podrun({"events", "--since", "2100-01-02T03:04:05Z"}).out, "");
  const Json list = Json::parse(podrun({"events", "web", "-o", "json"}).out);
  EXPECT_EQ(list["kind"], "List");
  EXPECT_EQ(list["items"].size(), 4U);
  EXPECT_EQ(list["items"][3]["involvedObject"]["fieldPath"], "spec.containers{side}");
}

TEST_F(EventsTest, AreToldAsTheyHappen) {
  Watcher web = watcher({"web"});
  ASSERT_TRUE(must_create(sleeping("db")));
  Watcher late = watcher();
  ASSERT_TRUE(must_create(sleeping("web")));
  EXPECT_TRUE(web.sees("Started container main"));
  ASSERT_EQ(::kill(container_pid("web", "main"), SIGKILL), 0);
  EXPECT_TRUE(web.sees("ended with code 137"));
  EXPECT_EQ(remove("web").status, 0);
  EXPECT_TRUE(web.sees("Deleted pod"));
  EXPECT_TRUE(late.sees("Deleted pod"));
  const Output seen = web.end();
  EXPECT_EQ(seen.status, 128 + SIGINT);
  EXPECT_EQ(seen.err, "");
  EXPECT_THAT(told(seen.out),
              ElementsAre("Normal Created pod/web Created pod", "Normal Started pod/web Started container main",
                          "Warning Error pod/web Container main ended with code 137, by signal 9",
                          "Normal Deleting pod/web Deleting pod", "Normal Deleted pod/web Deleted pod"));
  EXPECT_EQ(told(late.end().out), told(seen.out)) << "what was before is not told";
}

TEST_F(EventsTest, TellOfASandboxThatDies) {
  ASSERT_TRUE(must_create(sleeping("web")));
  Watcher watcher = this->watcher();
  end_shim_and_pause("web");
  EXPECT_TRUE(watcher.sees("SandboxGone"));
  EXPECT_THAT(podrun({"events"}).out, HasSubstr("SandboxGone"));
}

TEST_F(EventsTest, TellOfAPodThatIsStoppedAndStarted) {
  ASSERT_TRUE(must_create(sleeping("web")));
  Watcher watcher = this->watcher();
  EXPECT_EQ(podrun({"stop", "web"}).status, 0);
  EXPECT_TRUE(watcher.sees("Stopped pod"));
  const Output started = podrun({"start", "web"});
  EXPECT_EQ(started.status, 0) << started.err;
  EXPECT_TRUE(watcher.sees("Started container main, attempt 1"));
  EXPECT_EQ(podrun({"wait", "web", "--for=condition=Ready"}).status, 0);
  EXPECT_THAT(watcher.end().out, testing::Not(HasSubstr("Warning")));
}

TEST_F(EventsTest, EachIsADocument) {
  Watcher watcher = this->watcher({"-o", "json"});
  Watcher yaml = this->watcher({"-o", "yaml"});
  ASSERT_TRUE(must_create(sleeping("web")));
  EXPECT_TRUE(watcher.sees("Started container main"));
  EXPECT_TRUE(yaml.sees("Started container main"));
  EXPECT_THAT(yaml.end().out, testing::AllOf(testing::StartsWith("apiVersion: v1\n"), HasSubstr("\n---\napiVersion")));
  std::istringstream documents(watcher.end().out);
  std::vector<std::string> reasons;
  for (Json document; documents >> std::ws && !documents.eof();) {
    documents >> document;
    EXPECT_EQ(document["kind"], "Event");
    reasons.push_back(document["reason"]);
  }
  EXPECT_THAT(reasons, ElementsAre("Created", "Started"));
}

TEST_F(EventsTest, EndWithTheirReader) {
  Command command = podrun_command({"events", "-w"});
  command.argv.insert(command.argv.begin(), {"sh", "-c", "\"$@\" | true; echo over", "sh"});
  EXPECT_EQ(run(command).out, "over\n");
}

TEST_F(EventsTest, OfNobody) {
  EXPECT_EQ(podrun({"events"}).err, "No resources found in default namespace.\n");
  EXPECT_EQ(podrun({"events", "nobody"}).status, 3);
  const Output output = podrun({"events", "--since", "soon"});
  EXPECT_EQ(output.status, 2);
  EXPECT_THAT(output.err, HasSubstr("--since 'soon'"));
}

}  // namespace
}  // namespace integration

// `podrun get --watch`: pods as they change.
#include <gmock/gmock.h>

#include <csignal>

#include "integration/test_host.h"
#include "integration/watcher.h"

namespace integration {
namespace {

using testing::HasSubstr;

class GetWatchTest : public PodrunTest {
 protected:
  static Json sleeping(const std::string& name) { return pod(name, {container("main", {"/bin/payload", "sleep"})}); }
  Watcher watcher(std::vector<std::string> args) const {
    args.insert(args.begin(), "get");
    return {podrun_command(args), dir()};
  }
  // The first three columns of each line.
  static std::vector<std::string> rows(const std::string& text) {
    std::vector<std::string> rows;
    for (const std::string& line : lines_of(text)) {
      std::istringstream words(line);
      std::string name, ready, status;
      words >> name >> ready >> status;
      rows.push_back(name + " " + ready + " " + status);
    }
    return rows;
  }
};

TEST_F(GetWatchTest, ShowsARowForEachChange) {
  ASSERT_TRUE(must_create(sleeping("db")));
  Watcher all = watcher({"-w"});
  EXPECT_TRUE(all.sees("db "));
  Watcher web = watcher({"--watch-only", "-l", "app=web"});
  Json labelled = sleeping("web");
  labelled["metadata"]["labels"]["app"] = "web";
  ASSERT_TRUE(must_create(labelled));
  EXPECT_TRUE(web.sees("Running"));
  ASSERT_EQ(::kill(container_pid("web", "main"), SIGKILL), 0);
  EXPECT_TRUE(web.sees("Error"));
  EXPECT_EQ(remove("web").status, 0);
  EXPECT_TRUE(web.sees("Terminating"));
  ASSERT_TRUE(must_create(sleeping("last")));
  EXPECT_TRUE(all.sees("last"));

  const Output seen = all.end();
  EXPECT_EQ(seen.status, 128 + SIGINT);
  EXPECT_EQ(seen.err, "");
  const auto of_all = rows(seen.out);
  EXPECT_EQ(of_all.front(), "NAME READY STATUS");
  EXPECT_EQ(of_all[1], "db 1/1 Running");
  EXPECT_THAT(of_all, testing::IsSupersetOf({"web 1/1 Running", "web 0/1 Error", "web 0/1 Terminating"}));
  EXPECT_EQ(std::count(of_all.begin(), of_all.end(), "NAME READY STATUS"), 1);
  EXPECT_EQ(std::count(of_all.begin(), of_all.end(), "db 1/1 Running"), 1) << "it has not changed";
  for (const std::string& row : rows(web.end().out))
    EXPECT_THAT(row, testing::AnyOf(HasSubstr("NAME"), HasSubstr("web ")));
}

TEST_F(GetWatchTest, ADocumentForEachChange) {
  ASSERT_TRUE(must_create(sleeping("web")));
  Watcher names = watcher({"-w", "-o", "name"});
  Watcher json = watcher({"web", "-w", "-o", "json"});
  Watcher yaml = watcher({"web", "-w", "-o", "yaml"});
  EXPECT_TRUE(json.sees("}\n"));
  EXPECT_EQ(remove("web").status, 0);
  EXPECT_TRUE(yaml.sees("phase: Failed"));
  EXPECT_TRUE(json.sees("\"phase\": \"Failed\""));
  EXPECT_TRUE(names.sees("pod/web\npod/web\n"));
  std::istringstream documents(json.end().out);
  int count = 0;
  for (Json document; documents >> std::ws && !documents.eof(); ++count) {
    documents >> document;
    EXPECT_EQ(document["kind"], "Pod");
    EXPECT_EQ(document["metadata"]["name"], "web");
  }
  EXPECT_GE(count, 2);
  EXPECT_THAT(yaml.end().out, testing::AllOf(testing::StartsWith("apiVersion: v1\n"), HasSubstr("\n---\napiVersion")));
}

TEST_F(GetWatchTest, EndsWithItsReader) {
  ASSERT_TRUE(must_create(sleeping("web")));
  Command command = podrun_command({"get", "-w"});
  command.argv.insert(command.argv.begin(), {"sh", "-c", "\"$@\" | head -n 1; echo over", "sh"});
  const Output output = run(command);
  EXPECT_EQ(lines_of(output.out).size(), 2U) << output.out;
  EXPECT_EQ(output.err, "");
  EXPECT_EQ(output.status, 0);
}

TEST_F(GetWatchTest, WaitsForTheFirstPodAndSleepsMeanwhile) {
  Watcher watcher = this->watcher({"-w", "-A"});
  const long before = watcher.switches();
  static_cast<void>(run({"sleep", "1"}));
  EXPECT_EQ(watcher.switches(), before) << "it waits, and does not look again and again";
  EXPECT_EQ(watcher.seen(), "");
  ASSERT_TRUE(must_create(sleeping("web")));
  EXPECT_TRUE(watcher.sees("Running"));
  EXPECT_EQ(rows(watcher.end(SIGTERM).out).front(), "NAMESPACE NAME READY");
}

TEST_F(GetWatchTest, SaysWhoIsNotThere) {
  const Output output = podrun({"get", "-w", "nobody"});
  EXPECT_EQ(output.status, 3);
  EXPECT_EQ(output.err, "podrun: pod \"nobody\" not found in namespace \"default\"\n");
}

}  // namespace
}  // namespace integration

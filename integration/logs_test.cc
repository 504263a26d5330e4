// Logs of real containers: renewed, followed, on a full disk.
#include <gmock/gmock.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "integration/test_host.h"

namespace integration {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class LogsTest : public PodrunTest {
 protected:
  Json counting(const std::string& lines, const Json& annotations) const {
    Json manifest = pod("web", {container("main", {"/bin/payload", "count-lines", lines})});
    if (!annotations.empty()) manifest["metadata"]["annotations"] = annotations;
    return manifest;
  }
  std::string log_dir() const { return fs::path(log_path("web", "main")).parent_path(); }
  static std::string numbers(int from, int to) {
    std::string text;
    for (int i = from; i <= to; ++i) text += "line " + std::to_string(i) + "\n";
    return text;
  }
};

const Json kSmall{{"podrun.io/log-max-size", "64Ki"}, {"podrun.io/log-max-files", "3"}};
const Json kSmallMany{{"podrun.io/log-max-size", "64Ki"}, {"podrun.io/log-max-files", "1000"}};

TEST_F(LogsTest, AreBounded) {
  ASSERT_TRUE(must_create(counting("20000", kSmall)));
  ASSERT_TRUE(eventually([&] { return logs("web", "main").find("line 20000\n") != std::string::npos; }));
  std::size_t files = 0, bytes = 0;
  for (const auto& entry : fs::directory_iterator(log_dir())) {
    ++files;
    bytes += entry.file_size();
    EXPECT_EQ(entry.status().permissions(), fs::perms(0640));
  }
  EXPECT_EQ(files, 3U);
  EXPECT_LE(bytes, 3U * 64U * 1024U);
  EXPECT_EQ(podrun({"logs", "web", "--tail", "2"}).out, numbers(19999, 20000));
  EXPECT_EQ(podrun({"logs", "web", "--tail", "2500"}).out, numbers(17501, 20000));
  const std::string all = logs("web", "main");
  EXPECT_THAT(numbers(1, 20000), testing::EndsWith(all)) << "what is left is the end, without a gap";
}

TEST_F(LogsTest, OfSelectedPodsOneAfterAnother) {
  for (const char* name : {"one", "two", "other"}) {
    Json manifest = pod(name, {container("main", {"/bin/payload", "count-lines", "20"})});
    if (std::string(name) != "other") manifest["metadata"]["labels"] = {{"app", "web"}};
    ASSERT_TRUE(must_create(manifest));
    ASSERT_TRUE(eventually([&] { return logs(name, "main").find("line 20\n") != std::string::npos; }));
  }
  EXPECT_EQ(podrun({"logs", "-l", "app=web"}).out, numbers(11, 20) + numbers(11, 20)) << "of each the last ten";
  EXPECT_EQ(podrun({"logs", "-l", "app=web", "--tail", "-1"}).out, numbers(1, 20) + numbers(1, 20));
  const std::string all = podrun({"logs", "-l", "app=web", "--prefix", "--tail", "1"}).out;
  EXPECT_THAT(all, testing::AllOf(HasSubstr("[pod/one/main] line 20\n"), HasSubstr("[pod/two/main] line 20\n")));
  EXPECT_EQ(lines_of(all).size(), 2U) << all;
  EXPECT_EQ(podrun({"logs", "-f", "-l", "app=web", "--tail", "1"}).out, "line 20\nline 20\n") << "they have ended";
  EXPECT_THAT(podrun({"logs", "-l", "app=none"}).err, HasSubstr("No resources found"));
  EXPECT_THAT(podrun({"logs", "one", "-l", "app=web"}).err, HasSubstr("do not go together"));
}

// As every other command.
TEST_F(LogsTest, SayOnceThatTheyCannotBeWrittenAndNothingOfAReaderThatWentAway) {
  ASSERT_TRUE(must_create(counting("20000", Json::object())));
  ASSERT_TRUE(eventually([&] { return logs("web", "main").find("line 20000\n") != std::string::npos; }));
  const auto podrun_to = [&](const std::string& where, const std::vector<std::string>& args) {
    Command command = podrun_command(args);
    command.argv.insert(command.argv.begin(), {"sh", "-c", "\"$@\" " + where, "sh"});
    return run(command);
  };
  for (const std::vector<std::string>& args : {std::vector<std::string>{"logs", "web"}, {"logs", "-f", "web"}}) {
    EXPECT_EQ(podrun_to("| head -c 1 >&2", args).err, "l");
    const Output full = podrun_to("> /dev/full", args);
    EXPECT_EQ(full.err, "podrun: write 'stdout': No space left on device\n");
    EXPECT_EQ(full.status, 1);
  }
}

TEST_F(LogsTest, AreFollowedAcrossFiles) {
  ASSERT_TRUE(must_create(counting("20000", kSmallMany)));
  EXPECT_EQ(podrun({"logs", "-f", "web"}).out, numbers(1, 20000));
  EXPECT_GT(std::distance(fs::directory_iterator(log_dir()), fs::directory_iterator()), 5);
}

TEST_F(LogsTest, KeepWholeRecordsWhenTheDiskIsFull) {
  if (!can_run({need::busybox(), need::kernel(6, 3)})) return;  // tmpfs with mapped ids
  fs::create_directories(data_dir());
  ASSERT_EQ(::mount("none", data_dir().c_str(), "tmpfs", 0, "size=256k"), 0);
  Json main = container("main", {"/bin/busybox", "sh", "-c",
                                 "i=0; while [ $i -lt 300 ]; do printf %01999d $i; echo; i=$((i+1)); done; "
                                 "while :; do echo later; sleep 0.1; done"});
  const bool created = must_create(pod("web", {main}));
  if (created) static_cast<void>(run({"sleep", "1"}));
  EXPECT_EQ(::mount("none", data_dir().c_str(), "tmpfs", MS_REMOUNT, "size=8m"), 0);
  EXPECT_TRUE(eventually([&] { return logs("web", "main").find("later\n") != std::string::npos; }));
  // Parts of lines may be lost, but no line has a part of another, or of a record's head, in it; and what is missing is
  // told where it is missing.
  std::size_t kept = 0, lost = 0;
  for (const std::string& line : lines_of(logs("web", "main"))) {
    if (std::size_t bytes = 0; std::sscanf(line.c_str(), "[podrun: %zu bytes of stdout are missing", &bytes) == 1) {
      lost += bytes;
      continue;
    }
    if (line != "later") kept += line.size() + 1;
    const bool digits = line.find_first_not_of("0123456789") == std::string::npos;
    EXPECT_TRUE(line == "later" || (digits && line.size() <= 1999)) << line.size() << " bytes: " << line.substr(0, 100);
  }
  EXPECT_GT(lost, 300'000U);
  EXPECT_NEAR(static_cast<double>(kept + lost), 600'000, 500) << "with what was said later, while it was full";
  static_cast<void>(remove("web"));
  ::umount2(data_dir().c_str(), MNT_DETACH);
}

TEST_F(LogsTest, SizesThatMakeNoSenseAreRefused) {
  for (const auto& [name, value] : {std::pair{"podrun.io/log-max-size", "10"},
                                    {"podrun.io/log-max-size", "much"},
                                    {"podrun.io/log-max-files", "1"},
                                    {"podrun.io/log-max-files", "x"}}) {
    const Output output = create(counting("1", {{name, value}}));
    EXPECT_NE(output.status, 0);
    EXPECT_THAT(output.err, testing::AllOf(HasSubstr(name), HasSubstr(value)));
  }
}

}  // namespace
}  // namespace integration

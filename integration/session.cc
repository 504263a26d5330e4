#include "integration/session.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace integration {
namespace {

constexpr const char* kDemo = "/var/lib/podrun/demo/rootfs";

bool only_looks(std::string command) {
  if (command.starts_with("sleep ")) command.erase(0, command.find("; ") + 2);  // which a reader is not to forget
  return command.starts_with("podrun get ") || command.starts_with("podrun logs ");
}

}  // namespace

std::vector<Line> session_of(const std::string& document, const std::string& heading) {
  std::vector<Line> lines;
  std::istringstream stream(document);
  bool is_there = heading.empty(), is_block = false, is_console = false;
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("```")) {
      is_block = !is_block;
      is_console = is_block && line == "```console";
    } else if (!is_block && line.starts_with("#") && !heading.empty()) {
      is_there = line.substr(line.find_first_not_of("# ")) == heading;
    } else if (is_console && is_there && line.starts_with("$ ")) {
      lines.push_back({line.substr(2), ""});
    } else if (is_console && is_there) {
      lines.back().said += line + "\n";
    }
  }
  return lines;
}

void SessionTest::SetUp() {
  PodrunTest::SetUp();
  if (IsSkipped() || HasFatalFailure() || !can_run({need::busybox()})) return;
  const Command podrun = podrun_command({});
  std::string script = "#!/bin/sh\nexport";
  for (const std::string& variable : podrun.environment) script += " '" + variable + "'";
  script += "\nexec";
  for (const std::string& word : podrun.argv) script += " '" + word + "'";
  lay_out("podrun", script + " \"$@\"\n");
  ASSERT_TRUE(must_create(pod("first", {container("main", {"/bin/payload", "sleep"})})));
  EXPECT_EQ(remove("first").status, 0);
}

void SessionTest::lay_out(const std::string& path, std::string text) const {
  const std::string demo = kDemo;
  for (std::size_t at = 0; (at = text.find(demo, at)) != std::string::npos; at += rootfs().size())
    text.replace(at, demo.size(), rootfs());
  const std::filesystem::path file = dir() + "/" + path;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << text;
  if (text.starts_with("#!")) ::chmod(file.c_str(), 0755);
}

std::string SessionTest::says(const std::string& command) const {
  Command shell;
  shell.argv = {"sh", "-c", "exec 2>&1; cd '" + dir() + "'; PATH=\"$PWD:$PATH\"; DEMO='" + rootfs() + "'; " + command};
  shell.limit = std::chrono::seconds(120);
  return run(shell).out;
}

void SessionTest::expect_says(const Line& line) const {
  std::string said;
  if (only_looks(line.command)) {
    eventually([&] { return (said = says(line.command)) == line.said; });
  } else {
    said = says(line.command);
  }
  std::vector<std::string> told = lines_of(said), wanted = lines_of(line.said);
  if (line.command.starts_with("podrun delete ")) {  // several are told of in the order in which they are gone
    std::sort(told.begin(), told.end());
    std::sort(wanted.begin(), wanted.end());
  }
  EXPECT_EQ(told, wanted) << "$ " << line.command;
}

}  // namespace integration

// docs/debugging.md as it is written: each command of its session is run, and has to say what stands there.
#include <fstream>
#include <sstream>

#include "integration/test_host.h"

namespace integration {
namespace {

constexpr const char* kManifest =
#include "debug_example.h"
    ;
constexpr const char* kDocument =
#include "debug_session.h"
    ;

struct Line {
  std::string command;
  std::string said;
};

// Of its blocks ```console.
std::vector<Line> session() {
  std::vector<Line> lines;
  std::istringstream document(kDocument);
  bool is_console = false;
  for (std::string line; std::getline(document, line);) {
    if (line.starts_with("```"))
      is_console = line == "```console";
    else if (is_console && line.starts_with("$ "))
      lines.push_back({line.substr(2), ""});
    else if (is_console)
      lines.back().said += line + "\n";
  }
  return lines;
}

class DebugSessionTest : public PodrunTest {
 protected:
  // The reader's directory, with a podrun that has the test's own places.
  void lay_out() const {
    std::string manifest = kManifest;
    const std::string demo = "/var/lib/podrun/demo/rootfs";
    manifest.replace(manifest.find(demo), demo.size(), rootfs());
    run({"mkdir", "-p", dir() + "/specs/examples"});
    std::ofstream(dir() + "/specs/examples/debug.yaml") << manifest;
    std::ofstream script(dir() + "/podrun");
    script << "#!/bin/sh\nexec";
    for (const std::string& word : podrun_command({}).argv) script << " '" << word << "'";
    script << " \"$@\"\n";
    script.close();
    run({"chmod", "+x", dir() + "/podrun"});
  }
};

TEST_F(DebugSessionTest, RunsAsWritten) {
  if (!can_run({need::busybox()})) return;
  lay_out();
  // What is said once a boot is said now.
  ASSERT_TRUE(must_create(pod("first", {container("main", {"/bin/payload", "sleep"})})));
  EXPECT_EQ(remove("first").status, 0);
  const std::vector<Line> lines = session();
  ASSERT_GE(lines.size(), 6U);
  for (const Line& line : lines) {
    // The server may not listen yet; nothing else of the session waits for anybody.
    if (line.command.find("wget") != std::string::npos) {
      ASSERT_TRUE(eventually([&] {
        return exec("shop", {"wget", "-q", "-O", "-", "http://localhost/"}).err.find("404") != std::string::npos;
      }));
    }
    const std::string setting = "cd '" + dir() + "'; PATH=\"$PWD:$PATH\"; DEMO='" + rootfs() + "'; ";
    EXPECT_EQ(run({"sh", "-c", "exec 2>&1; " + setting + line.command}).out, line.said) << line.command;
  }
}

}  // namespace
}  // namespace integration

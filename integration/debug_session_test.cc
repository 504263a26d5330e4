// docs/debugging.md as it is written: each command of its session is run, and has to say what stands there.
#include "integration/session.h"

namespace integration {
namespace {

constexpr const char* kManifest =
#include "debug_example.h"
    ;
constexpr const char* kDocument =
#include "debug_session.h"
    ;

class DebugSessionTest : public SessionTest {};

TEST_F(DebugSessionTest, RunsAsWritten) {
  lay_out("specs/examples/debug.yaml", kManifest);
  const std::vector<Line> lines = session_of(kDocument);
  ASSERT_GE(lines.size(), 6U);
  for (const Line& line : lines) {
    // The server may not listen yet; nothing else of the session waits for anybody.
    if (line.command.find("wget") != std::string::npos) {
      ASSERT_TRUE(eventually([&] {
        return exec("shop", {"wget", "-q", "-O", "-", "http://localhost/"}).err.find("404") != std::string::npos;
      }));
    }
    expect_says(line);
  }
}

}  // namespace
}  // namespace integration

// Sessions that documents show, run as they are written: each command has to say what stands below it.
#pragma once

#include <string>
#include <vector>

#include "integration/test_host.h"

namespace integration {

struct Line {
  std::string command;
  std::string said;  // on both streams; with the end of its last line
};

// Of a document's blocks ```console: of those below the heading with these words, up to the next heading of any kind,
// or of all of them.
std::vector<Line> session_of(const std::string& document, const std::string& heading = {});

class SessionTest : public PodrunTest {
 protected:
  // Lays out a podrun that has the test's own places, and has it say what it says once a boot.
  void SetUp() override;
  // A file of the reader's directory. Where it says /var/lib/podrun/demo/rootfs, which demo.sh makes, it says the
  // test's.
  void lay_out(const std::string& path, std::string text) const;
  // In the reader's directory, with DEMO as demo.sh leaves it. What only looks (`podrun get`, `logs`) is asked until it
  // says so, for a while: whoever reads is slower than a test.
  void expect_says(const Line& line) const;

 private:
  std::string says(const std::string& command) const;
};

}  // namespace integration

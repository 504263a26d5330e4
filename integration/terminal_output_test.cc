// What others wrote does not command the terminal that podrun prints on; into a pipe it goes as it is.
#include <gmock/gmock.h>
#include <pty.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "integration/test_host.h"

namespace integration {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// An order by ESC, a colour by C1, an order to the terminal, and a turn of the direction of writing.
const std::string kEscape = "\x1b[2J", kControl = "\u009b31m", kTitle = "\x1b]0;owned\a", kTurn = "\u202egpj";
const std::string kHostile = kEscape + kControl + kTitle + kTurn;

class TerminalOutputTest : public PodrunTest {
 protected:
  // What comes out of a terminal that stdout and stderr are.
  std::string on_a_terminal(const std::vector<std::string>& arguments) const {
    const Command command = podrun_command(arguments);
    int terminal = -1;
    const pid_t pid = ::forkpty(&terminal, nullptr, nullptr, nullptr);
    if (pid < 0) return "no terminal";
    if (pid == 0) {
      const int input = ::dup(STDIN_FILENO);
      const int output = ::dup(STDOUT_FILENO);
      const int error = ::dup(STDERR_FILENO);
      detail::become(command, input, output, error);
    }
    std::string said;
    std::array<char, 4096> buffer{};
    for (ssize_t count = 0; (count = ::read(terminal, buffer.data(), buffer.size())) > 0;)
      said.append(buffer.data(), static_cast<std::size_t>(count));
    ::close(terminal);
    wait_for(pid);
    return said;
  }
  static auto harmless() {
    return AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\u009b")), Not(HasSubstr("\a")), Not(HasSubstr("\u202e")));
  }
};

TEST_F(TerminalOutputTest, ShowsLogsAndAnnotationsEscaped) {
  Json manifest =
      pod("web", {container("main", {"/bin/payload", kHostile}), container("stay", {"/bin/payload", "sleep"})});
  manifest["metadata"]["annotations"] = {{"note", kHostile}};
  ASSERT_TRUE(must_create(manifest));
  ASSERT_TRUE(eventually([&] { return !logs("web", "main").empty(); }));

  EXPECT_EQ(logs("web", "main"), "payload: no command '" + kHostile + "'\n");  // a pipe
  const std::string shown = on_a_terminal({"logs", "web", "-c", "main"});
  EXPECT_THAT(shown, AllOf(harmless(), HasSubstr("\\x1b[2J\\u009b31m\\x1b]0;owned\\x07\\u202egpj'\r\n")));

  for (const std::vector<std::string>& command : {std::vector<std::string>{"get", "web", "-o", "yaml"},
                                                  {"get", "web", "-o", "json"},
                                                  {"describe", "web"},
                                                  {"inspect", "web"},
                                                  {"get", "-o", "jsonpath={.items[*].metadata.annotations.note}"},
                                                  {"get", "-o", "custom-columns=NOTE:.metadata.annotations.note"}})
    EXPECT_THAT(on_a_terminal(command), AllOf(harmless(), HasSubstr("u202egpj"))) << command.back();
  EXPECT_EQ(podrun({"get", "web", "-o", "jsonpath={.metadata.annotations.note}"}).out, kHostile);
}

TEST_F(TerminalOutputTest, ShowsErrorsEscaped) {
  EXPECT_THAT(on_a_terminal({"get", kHostile}), AllOf(harmless(), HasSubstr("u202egpj")));
  EXPECT_THAT(on_a_terminal({"get", "--" + kHostile}), AllOf(harmless(), HasSubstr("unknown option")));
  EXPECT_THAT(on_a_terminal({kHostile}), AllOf(harmless(), HasSubstr("unknown command")));
  const std::string file = dir() + "/bad.yaml";
  std::ofstream(file) << "apiVersion: v1\nkind: \"" << kControl << kTurn << "\"\n";
  EXPECT_THAT(on_a_terminal({"create", "-f", file}), AllOf(harmless(), HasSubstr("u202egpj")));
}

TEST_F(TerminalOutputTest, ShowsWhatAPluginSaysEscaped) {
  const std::string plugins = dir() + "/plugins";
  ASSERT_EQ(run({"mkdir", "-p", plugins, cni_conf_dir()}).status, 0);
  std::ofstream(plugins + "/mine")
      << "#!/bin/sh\ncat >/dev/null\nprintf '{\"cniVersion\":\"1.0.0\",\"code\":100,\"msg\":\"no " + kControl + kTurn +
             "\"}'\nexit 1\n";
  ASSERT_EQ(run({"chmod", "+x", plugins + "/mine"}).status, 0);
  std::ofstream(cni_conf_dir() + "/10-mine.conflist")
      << R"({"cniVersion":"1.0.0","name":"mine","plugins":[{"type":"mine"}]})";
  const std::string file = dir() + "/web.json";
  std::ofstream(file) << create_command(pod("web", {container("main", {"/bin/payload", "sleep"})})).in;
  EXPECT_THAT(on_a_terminal({"create", "-f", file, "--cni-bin-dir", plugins}),
              AllOf(harmless(), HasSubstr("\\u009b31m\\u202egpj")));
}

}  // namespace
}  // namespace integration

// `podrun cni debug` at a terminal.
#include <gmock/gmock.h>
#include <pty.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "integration/cni_host.h"

namespace integration {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class CniDebugTest : public CniHostTest {
 protected:
  // What is on the terminal in the end, of `cni debug lab blue` with these lines typed.
  std::string typed(const std::string& lines, const std::vector<std::string>& options = {}) {
    std::vector<std::string> arguments{"cni", "debug", "lab", "blue"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    Command command = podrun_command(arguments);
    command.environment.push_back("SHELL=/bin/sh");
    command.environment.push_back("EDITOR=sed -i s/br-lab/br-typed/");
    int terminal = -1;
    const pid_t pid = ::forkpty(&terminal, nullptr, nullptr, nullptr);
    if (pid == 0) detail::become(command, ::dup(STDIN_FILENO), ::dup(STDOUT_FILENO), ::dup(STDERR_FILENO));
    EXPECT_EQ(::write(terminal, lines.data(), lines.size()), static_cast<ssize_t>(lines.size()));
    std::string said;
    std::array<char, 4096> buffer{};
    for (ssize_t count = 0; (count = ::read(terminal, buffer.data(), buffer.size())) > 0;)
      said.append(buffer.data(), static_cast<std::size_t>(count));
    ::close(terminal);
    status_ = wait_for(pid);
    return said;
  }
  int status_ = -1;
};

TEST_F(CniDebugTest, StopsBeforeAndAfterEachPlugin) {
  configure_lab("1.0.0", R"(,{"type":"tuning"})");
  if (!can_run({need::plugin("tuning")})) return;
  const std::string said = typed("n\nn\n\nn\n\nn\n");
  EXPECT_EQ(status_, 0) << said;
  EXPECT_THAT(said, AllOf(HasSubstr("1. ADD bridge  " + plugins_dir() + "/bridge"), HasSubstr("(before ADD bridge) "),
                          HasSubstr("\"bridge\": \"br-lab\""), HasSubstr("ADD bridge: exit 0 after "),
                          HasSubstr("  made: link eth0 "), HasSubstr("(after ADD bridge) ")));
  EXPECT_THAT(said, AllOf(HasSubstr("2. ADD tuning"), HasSubstr("\"prevResult\""), HasSubstr("attached\r\n")));
  EXPECT_EQ(attachments().size(), 1U);
  const std::string detached = typed("r\n", {"--operation", "del"});
  EXPECT_EQ(status_, 0) << detached;
  EXPECT_THAT(detached,
              AllOf(HasSubstr("1. DEL tuning"), Not(HasSubstr("(before DEL bridge)")), HasSubstr("detached")));
  EXPECT_EQ(attachments().size(), 0U);
}

TEST_F(CniDebugTest, StopsBeforeAndAfterWhatAPluginCalls) {
  const std::string said = typed("n\nn\nn\nn\n");
  EXPECT_EQ(status_, 0) << said;
  const std::size_t before = said.find("1.1. ADD host-local, called by bridge  " + plugins_dir() + "/host-local"),
                    asked = said.find("(before ADD host-local) ", before),
                    ended = said.find("ADD host-local: exit 0 after ", asked),
                    made = said.find("  made: file /var/lib/cni/networks/lab/10.203.0.", ended),
                    after = said.find("(after ADD host-local) ", made), bridge = said.find("ADD bridge: exit 0", after);
  EXPECT_NE(bridge, std::string::npos) << said;
  EXPECT_EQ(attachments().size(), 1U);
  typed("r\n", {"--operation", "del"});
  EXPECT_EQ(leases(), "0\n");
}

TEST_F(CniDebugTest, WhatAPluginCallsIsUndoneEditedAndGivenUp) {
  // The address after the undo is another, as host-local goes on from the last one.
  const std::string undone = typed("n\nn\nu\nn\nn\nn\n");
  EXPECT_EQ(status_, 0) << undone;
  const std::size_t deleted = undone.find("DEL host-local: exit 0");
  EXPECT_NE(undone.find("(before ADD host-local) ", deleted), std::string::npos) << undone;
  EXPECT_EQ(leases(), "1\n");
  typed("r\n", {"--operation", "del"});

  const std::string given_up = typed("n\nu\n");
  EXPECT_NE(status_, 0);
  EXPECT_THAT(given_up, HasSubstr("given up"));
  EXPECT_EQ(leases(), "0\n");
  EXPECT_THAT(links("blue"), Not(HasSubstr("eth0")));

  const std::string ended = podrun({"cni", "debug", "lab", "blue"}, "n\nn\n").out;
  EXPECT_THAT(ended, HasSubstr("(after ADD host-local) "));
  EXPECT_EQ(leases(), "0\n");
  EXPECT_EQ(attachments().size(), 0U);
}

TEST_F(CniDebugTest, UndoTakesAwayWhatTheLastPluginAdded) {
  const std::string said = typed("n\nn\nn\nu\nn\nn\nn\nn\n");
  EXPECT_EQ(status_, 0) << said;
  const std::size_t first = said.find("(after ADD bridge) "), undone = said.find("DEL bridge: exit 0"),
                    again = said.find("(before ADD bridge) ", undone);
  EXPECT_LT(first, undone) << said;
  EXPECT_NE(again, std::string::npos) << said;
  EXPECT_THAT(said, HasSubstr("  removed: link eth0 "));
  EXPECT_THAT(links("blue"), HasSubstr("eth0"));
  EXPECT_EQ(attachments().size(), 1U);
  typed("r\n", {"--operation", "del"});
}

TEST_F(CniDebugTest, UndoBeforeAPluginGivesUpAll) {
  const std::string said = typed("n\nn\nn\nu\nu\n");
  EXPECT_NE(status_, 0);
  EXPECT_THAT(said, AllOf(HasSubstr("given up"), HasSubstr("DEL bridge: exit 0")));
  EXPECT_THAT(links("blue"), Not(HasSubstr("eth0")));
  EXPECT_EQ(attachments().size(), 0U);
}

TEST_F(CniDebugTest, TheEndOfItsInputIsAnUndoToo) {
  const Output ended = podrun({"cni", "debug", "lab", "blue"}, "n\n");
  EXPECT_NE(ended.status, 0);
  EXPECT_THAT(links("blue"), Not(HasSubstr("eth0")));
}

TEST_F(CniDebugTest, WhatIsEditedIsWhatThePluginGets) {
  const std::string said = typed("e\np\nr\n");
  EXPECT_EQ(status_, 0) << said;
  EXPECT_THAT(said, HasSubstr("\"bridge\": \"br-typed\""));
  EXPECT_EQ(run({"ip", "link", "show", "br-typed"}).status, 0);
  run({"ip", "link", "del", "br-typed"});
}

TEST_F(CniDebugTest, OpensAShellInTheNamespace) {
  const std::string said = typed("n\nn\nn\ns\nip -o link show eth0 && echo it is he''re\nexit\nn\n");
  EXPECT_EQ(status_, 0) << said;
  EXPECT_THAT(said, HasSubstr("it is here"));
  const std::string helped = typed("u\ns\necho gone >&2\nexit\nx\nr\n", {"--operation", "del"});
  EXPECT_THAT(helped, AllOf(HasSubstr("deleted to the end"), HasSubstr("a shell in the network namespace")));
}

}  // namespace
}  // namespace integration

// What goes in and out of `podrun exec`: all of it, in order, and nothing of the caller's with it.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <pty.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <fstream>

#include "base/fd.h"
#include "base/files.h"
#include "integration/test_host.h"

namespace integration {
namespace {

using testing::HasSubstr;

void press_interrupt(int terminal) {
  if (::write(terminal, "\x03", 1) != 1) ::usleep(1000);  // full; the caller tries again
}

class ExecStreamsTest : public PodrunTest {
 protected:
  void SetUp() override {
    PodrunTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    if (!can_run({need::busybox()})) return;
    ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "sleep"})})));
  }
  // A line for the shell, in which "podrun" is ours.
  Output shell(const std::string& line, const std::string& in = {}) const {
    std::string podrun;
    for (const std::string& word : podrun_command({}).argv) podrun += " '" + word + "'";
    Command command = podrun_command({}, in);
    command.argv = {"sh", "-c", "podrun() {" + podrun + " \"$@\"; }\n" + line};
    command.limit = std::chrono::seconds(30);
    return run(command);
  }
  // `podrun ARGS…` on a terminal of its own; `terminal` is the other side.
  pid_t on_terminal(const std::vector<std::string>& args, int& terminal) const {
    const Command command = podrun_command(args);
    const pid_t pid = ::forkpty(&terminal, nullptr, nullptr, nullptr);
    if (pid != 0) return pid;
    std::vector<char*> argv;
    for (const std::string& argument : command.argv) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    ::_exit(99);
  }
};

TEST_F(ExecStreamsTest, CanBeOpenedByTheirNames) {
  for (const char* user : {"0", "1000"}) {
    SCOPED_TRACE(user);
    const std::string exec = std::string("podrun exec -u ") + user + " web -- ";
    EXPECT_EQ(shell(exec + "sh -c 'echo out > /dev/stdout' | cat").out, "out\n");
    EXPECT_EQ(shell(exec + "sh -c 'echo err > /dev/stderr' 2>&1 >/dev/null | cat").out, "err\n");
    EXPECT_EQ(shell(std::string("echo in | podrun exec -i -u ") + user + " web -- cat /dev/stdin").out, "in\n");
    EXPECT_EQ(shell(exec + "sh -c 'echo file > /dev/stdout' > " + dir() + "/file; cat " + dir() + "/file").out,
              "file\n");
    EXPECT_EQ(shell(exec + "sh -c 'echo more > /dev/stdout' >> " + dir() + "/file; cat " + dir() + "/file").out,
              "file\nmore\n");
  }
}

TEST_F(ExecStreamsTest, AreNotTheCallersFiles) {
  const std::string file = dir() + "/file";
  const Output output = shell(
      "podrun exec -i web -- sh -c 'chmod 0777 /proc/self/fd/1; busybox chown 5 /proc/self/fd/1; "
      "busybox readlink /proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2' > " +
      file + " 2>/dev/null < /etc/hostname; stat -c '%u %a' " + file);
  EXPECT_EQ(output.out.substr(0, 2), "0 ") << output.err;
  EXPECT_EQ(output.out.find("777"), std::string::npos) << output.out;
  EXPECT_EQ(base::read_file(file).value_or("").find("/"), std::string::npos) << base::read_file(file).value_or("");
}

TEST_F(ExecStreamsTest, KeepTheirOrderWhereTheyAreOne) {
  EXPECT_EQ(shell("podrun exec web -- sh -c 'for i in 1 2 3; do echo o; echo e >&2; done' 2>&1 | cat").out,
            "o\ne\no\ne\no\ne\n");
}

TEST_F(ExecStreamsTest, LoseNothingAndChangeNothing) {
  std::string bytes;
  for (int i = 0; i < 2'000'000; ++i) bytes += static_cast<char>(i * 7 + i / 251);
  EXPECT_EQ(podrun({"exec", "-i", "web", "--", "/bin/payload", "echo"}, bytes).out, bytes);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(exec("web", {"/bin/payload", "flood", "300000"}).out.size(), 300'000U);
  EXPECT_EQ(shell("podrun exec web -- /bin/payload flood 3000000 | (sleep 0.5; wc -c)").out, "3000000\n");
}

TEST_F(ExecStreamsTest, AreReadOnlyWhenAsked) {
  EXPECT_EQ(shell("(podrun exec web -- cat; cat)", "for the next\n").out, "for the next\n");
  EXPECT_EQ(shell("podrun exec -i web -- cat < /dev/null; echo $?").out, "0\n");
  EXPECT_EQ(shell("sleep 5 | podrun exec -i web -- true; echo $?").out, "0\n") << "waited for a stdin it does not need";
}

TEST_F(ExecStreamsTest, EndForTheCommandWhenTheCallersDo) {
  EXPECT_EQ(shell("podrun exec web -- busybox yes | head -n 1").out, "y\n");
  EXPECT_EQ(shell("podrun exec web -- sh -c 'exec >&- 2>&-; exit 3'; echo $?").out, "3\n");
}

TEST_F(ExecStreamsTest, ThatCannotBeWrittenAreAnError) {
  for (const char* command : {"'echo hi'", "'busybox yes | busybox head -c 1000000'"}) {
    const Output lost = shell(std::string("podrun exec web -- sh -c ") + command + " > /dev/full");
    EXPECT_EQ(lost.status, 1) << command;
    EXPECT_EQ(lost.err, "podrun: exec in pod \"web\": write 'stdout': No space left on device\n") << command;
  }
  EXPECT_EQ(shell("podrun exec web -- sh -c 'echo hi >&2; exit 3' 2> /dev/full").status, 1);
  EXPECT_EQ(shell("podrun exec web -- sh -c 'exit 3' > /dev/full 2>&1").status, 3) << "nothing was written";
}

TEST_F(ExecStreamsTest, AreNotWaitedForOnceTheCommandHasEnded) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(shell("podrun exec web -- sh -c 'echo said; sleep 20 & exit 4' | cat; echo done").out, "said\ndone\n");
  EXPECT_EQ(shell("podrun exec web -- sh -c 'busybox yes > /dev/stdout & exit 4' > /dev/null; echo $?").out, "4\n");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(8 * slow_factor()));
}

TEST_F(ExecStreamsTest, NeverKeepASignalFromTheCommand) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const base::Fd unread(ends[0]);
  base::Fd full(ends[1]);
  const Command command = podrun_command({"exec", "web", "--", "busybox", "yes"});
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::setpgid(0, 0);
    ::dup2(full.get(), 1);
    std::vector<char*> argv;
    for (const std::string& argument : command.argv) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    ::_exit(99);
  }
  full.reset();
  ::usleep(1'000'000);  // by now every buffer is full
  ::kill(pid, SIGINT);
  ::usleep(300'000);
  ::kill(pid, SIGINT);  // the command has ended; what is left is ours to give up
  int status = 0;
  EXPECT_TRUE(eventually([&] { return ::waitpid(pid, &status, WNOHANG) == pid; }));
  EXPECT_EQ(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 128 + SIGINT);
  ::kill(pid, SIGKILL);
}

TEST_F(ExecStreamsTest, WithoutATerminalOfItsOwnItHasNone) {
  int terminal = -1;
  const pid_t pid =
      on_terminal({"exec", "web", "--", "sh", "-c", "tty; [ -t 1 ] || [ -t 2 ] || echo no terminal"}, terminal);
  std::string said;
  std::array<char, 4096> buffer{};
  for (ssize_t count = 0; (count = ::read(terminal, buffer.data(), buffer.size())) > 0;)
    said.append(buffer.data(), static_cast<std::size_t>(count));
  ::close(terminal);
  EXPECT_EQ(wait_for(pid), 0);
  EXPECT_EQ(said, "not a tty\r\nno terminal\r\n");
}

// cat is stopped by its output, podrun by its input, and neither moves: unless each direction goes on by itself.
TEST_F(ExecStreamsTest, ATerminalTakesALongPaste) {
  int terminal = -1;
  const pid_t pid = on_terminal({"exec", "-it", "web", "--", "cat"}, terminal);
  ::usleep(500'000);
  ::fcntl(terminal, F_SETFL, O_NONBLOCK);
  std::string paste;
  for (int i = 0; i < 3000; ++i) paste += std::string(70, 'x') + "\n";
  std::size_t sent = 0;
  for (int quiet = 0; quiet < 30 && sent < paste.size();) {
    pollfd poll{terminal, POLLIN | POLLOUT, 0};
    ::poll(&poll, 1, 100);
    std::array<char, 65536> buffer{};
    const bool read = ::read(terminal, buffer.data(), buffer.size()) > 0;
    const ssize_t put = ::write(terminal, paste.data() + sent, std::min<std::size_t>(4096, paste.size() - sent));
    if (put > 0) sent += static_cast<std::size_t>(put);
    quiet = read || put > 0 ? 0 : quiet + 1;
    if (quiet > 0) ::usleep(100'000);
  }
  EXPECT_EQ(sent, paste.size());
  // ^C, once what came before it is through.
  int status = 0;
  EXPECT_TRUE(eventually([&] {
    std::array<char, 65536> buffer{};
    while (::read(terminal, buffer.data(), buffer.size()) > 0) {
    }
    press_interrupt(terminal);
    return ::waitpid(pid, &status, WNOHANG) == pid;
  }));
  EXPECT_EQ(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 128 + SIGINT);
  ::kill(pid, SIGKILL);
  ::close(terminal);
}

// Bytes for the terminal are stopped, and ^C is a byte too.
TEST_F(ExecStreamsTest, InterruptsAFloodOntoAStoppedTerminal) {
  int terminal = -1;
  const pid_t pid = on_terminal({"exec", "-it", "web", "--", "busybox", "yes"}, terminal);
  ::usleep(1'500'000);  // nobody reads: full everywhere
  press_interrupt(terminal);
  ::usleep(500'000);
  ::fcntl(terminal, F_SETFL, O_NONBLOCK);
  int status = 0;
  EXPECT_TRUE(eventually([&] {
    std::array<char, 65536> buffer{};
    while (::read(terminal, buffer.data(), buffer.size()) > 0) {
    }
    return ::waitpid(pid, &status, WNOHANG) == pid;
  }));
  EXPECT_EQ(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 128 + SIGINT);
  ::kill(pid, SIGKILL);
  ::close(terminal);
}

}  // namespace
}  // namespace integration

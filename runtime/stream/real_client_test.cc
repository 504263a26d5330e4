// kubectl's own clients: its remotecommand and portforward libraries, in a program that Go builds
// (integration/stream-client).
#include <sys/wait.h>

#include <cstdio>
#include <filesystem>

#include "runtime/stream/echo_port.h"
#include "runtime/stream/server_fixture.h"

namespace podrun::stream {
namespace {

class RealClientTest : public StreamServerTest, public testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    program_ = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "stream-client";
    if (!std::filesystem::exists(program_))
      GTEST_SKIP() << "stream-client is not built: it takes Go and its module proxy";
  }

  struct Ran {
    int status = -1;
    std::string out;
  };
  Ran client(const std::string& arguments, const std::string& input = ":") {
    const std::string line = input + " | timeout 60 " + program_ + " " + arguments + " 2>&1";
    Ran ran;
    FILE* const pipe = ::popen(line.c_str(), "r");
    std::array<char, 65536> bytes{};
    std::size_t size = 0;
    while ((size = std::fread(bytes.data(), 1, bytes.size(), pipe)) > 0) ran.out.append(bytes.data(), size);
    ran.status = WEXITSTATUS(::pclose(pipe));
    return ran;
  }

 private:
  std::string program_;
};

TEST_P(RealClientTest, TellsTheExitCodeAndBothOutputs) {
  const Ran ran = client(std::string("exec ") + GetParam() + " " +
                         exec_url("echo out; echo err >&2; exit 42", {.out = true, .err = true}));
  EXPECT_EQ(ran.status, 42) << ran.out;
  EXPECT_THAT(ran.out, testing::AnyOf("out\nerr\n", "err\nout\n"));
}

TEST_P(RealClientTest, TheEndOfInputArrives) {
  const Ran ran = client(std::string("exec -i ") + GetParam() + " " + exec_url("wc -c"), "head -c 3000000 /dev/zero");
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.out, "3000000\n");
}

TEST_P(RealClientTest, NothingOfALongOutputIsLost) {
  const Ran ran = client(std::string("exec ") + GetParam() + " " + exec_url("seq 200000", {.out = true, .err = true}));
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.out.size(), 1'288'895U);
  EXPECT_TRUE(ran.out.ends_with("199999\n200000\n"));
}

TEST_P(RealClientTest, ATerminalHasASize) {
  const std::string tty = url(ExecRequest{
      .container = "c", .command = {"sizes"}, .streams = {.in = true, .out = true, .err = false, .tty = true}});
  const Ran ran = client(std::string("exec -i -t ") + GetParam() + " " + tty, "sleep 1");
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.out, "99x30\n");
}

TEST_P(RealClientTest, AnErrorIsTold) {
  const Ran ran = client(
      std::string("exec ") + GetParam() + " " +
      url(ExecRequest{
          .container = "c", .command = {"fail"}, .streams = {.in = false, .out = true, .err = true, .tty = false}}));
  EXPECT_EQ(ran.status, 125);
  EXPECT_THAT(ran.out, testing::HasSubstr("it cannot be executed"));
}

TEST_P(RealClientTest, ForwardsManyConnections) {
  const EchoPort echo;
  const Ran ran =
      client(std::string("forward ") + GetParam() + " -n 20 -port " + std::to_string(echo.port) + " " + forward_url());
  EXPECT_EQ(ran.status, 0) << ran.out;
  EXPECT_EQ(ran.out, "");
}

TEST_P(RealClientTest, ARefusedConnectionIsTold) {
  std::uint16_t nobody = 0;
  { nobody = EchoPort().port; }
  const Ran ran =
      client(std::string("forward ") + GetParam() + " -port " + std::to_string(nobody) + " " + forward_url());
  EXPECT_EQ(ran.status, 125);
  EXPECT_THAT(ran.out, testing::HasSubstr("connect to port"));
}

INSTANTIATE_TEST_SUITE_P(By, RealClientTest, testing::Values("", "-websocket"),
                         [](const auto& carrier) { return *carrier.param == '\0' ? "Spdy" : "WebSocket"; });

}  // namespace
}  // namespace podrun::stream

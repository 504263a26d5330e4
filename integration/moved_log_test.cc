// A log that somebody moves away, as a kubelet does: the shim is told of the next file, and goes on there.
#include <fcntl.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <numeric>

#include "base/files.h"
#include "integration/test_host.h"
#include "runtime/kernel/wire.h"
#include "runtime/shim/client/client.h"

namespace integration {
namespace {

namespace fs = std::filesystem;
using podrun::shim::MessageType;

class MovedLogTest : public PodrunTest {
 protected:
  // The answer to `log` for a container of pod web (protocol.h).
  MessageType go_on_in(const std::string& key, const std::string& path) const {
    const podrun::Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640));
    const auto no_renewal = []() -> podrun::Result<std::array<podrun::Fd, 2>> {
      return podrun::Error{podrun::Kind::internal, 0, "the shim is of another build"};
    };
    const auto shim = podrun::connect_to_shim(podrun::Layout(podrun::Directories()), pod_id("web"), no_renewal);
    EXPECT_TRUE(shim) << shim.error().what;
    if (!shim) return MessageType::error;
    const auto sent = shim->send(static_cast<std::uint32_t>(MessageType::log),
                                 podrun::wire::write(podrun::shim::Keep{key}), {file.get()});
    EXPECT_TRUE(sent) << sent.error().what;
    const auto answer = shim->receive(std::chrono::seconds(10) * slow_factor());
    EXPECT_TRUE(answer) << answer.error().what;
    return answer ? static_cast<MessageType>(answer->type) : MessageType::error;
  }
  // The numbers of the lines in a log of "line 1", "line 2", …
  static std::vector<int> numbers_in(const std::string& path) {
    std::vector<int> numbers;
    for (const std::string& record : lines_of(base::read_file(path).value_or("")))
      numbers.push_back(std::stoi(record.substr(record.rfind(' ') + 1)));
    return numbers;
  }
};

TEST_F(MovedLogTest, GoesOnInTheNextFileAndNoLineIsLost) {
  ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "flood-slowly"})})));
  const std::string log = log_path("web", "main");
  std::vector<std::string> files;
  for (const char* suffix : {".moved-1", ".moved-2"}) {
    ASSERT_TRUE(eventually([&] { return numbers_in(log).size() > 5; }));
    files.push_back(log + suffix);
    fs::rename(log, files.back());
    const std::size_t moved = numbers_in(files.back()).size();
    ASSERT_TRUE(eventually([&] { return numbers_in(files.back()).size() > moved; })) << "until the shim is told";
    ASSERT_EQ(go_on_in("main.0", log), MessageType::done);
  }
  ASSERT_TRUE(eventually([&] { return numbers_in(log).size() > 5; }));
  ASSERT_EQ(podrun({"stop", "web", "-c", "main", "-t", "0"}).status, 0);

  files.push_back(log);
  std::vector<int> written;
  for (const std::string& file : files) {
    const std::vector<int> here = numbers_in(file);
    written.insert(written.end(), here.begin(), here.end());
  }
  std::vector<int> expected(written.size());
  std::iota(expected.begin(), expected.end(), 1);
  EXPECT_EQ(written, expected);
}

TEST_F(MovedLogTest, OfAContainerThatDoesNotRunThereIsNone) {
  ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "sleep"})})));
  EXPECT_EQ(go_on_in("main.1", dir() + "/next"), MessageType::error);
  EXPECT_EQ(fs::file_size(dir() + "/next"), 0U);
}

}  // namespace
}  // namespace integration

#include "integration/bench/large_caller.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <memory>

#include "cni/runner.h"
#include "integration/bench/contenders.h"
#include "integration/bench/timing.h"
#include "integration/needs.h"

namespace bench {
namespace {

// Written to, page by page: what is not, costs fork nothing.
class Memory {
 public:
  explicit Memory(std::size_t gigabytes) : size_(gigabytes << 30U) {
    if (size_ == 0) return;
    at_ = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at_ == MAP_FAILED) fail("map memory");
    ::madvise(at_, size_, MADV_NOHUGEPAGE);
    for (std::size_t byte = 0; byte < size_; byte += 4096) static_cast<volatile char*>(at_)[byte] = 1;
  }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  ~Memory() {
    if (size_ != 0) ::munmap(at_, size_);
  }

 private:
  std::size_t size_;
  void* at_ = nullptr;
};

void run_by_library(const std::string& plugin) {
  cni::ProcessRunner runner;
  cni::RunRequest request;
  request.path = plugin;
  request.environment = {{"CNI_COMMAND", "DEL"}};
  request.timeout = std::chrono::minutes(1);
  const auto outcome = runner.exec(request);
  if (!outcome || !outcome->succeeded()) fail("run " + plugin);
}

void run_by_fork(const std::string& plugin) {
  const pid_t child = ::fork();
  if (child == 0) {
    const int null = ::open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; ++fd) ::dup2(null, fd);
    ::execl(plugin.c_str(), plugin.c_str(), nullptr);
    ::_exit(127);
  }
  int status = 0;
  if (::waitpid(child, &status, 0) != child || status != 0) fail("fork and run " + plugin);
}

Milliseconds median(int runs, void (*one)(const std::string&), const std::string& plugin) {
  Samples samples;
  for (int run = 0; run < runs; ++run) {
    const auto start = std::chrono::steady_clock::now();
    one(plugin);
    samples.add(std::chrono::steady_clock::now() - start);
  }
  return samples.median();
}

}  // namespace

void print_large_caller(int runs) {
  const std::string plugin = integration::tests_dir() + "/" + Scene::kIdlePlugin;
  std::printf("\nA plugin that does nothing, by the caller's memory (median of %d, ms; as a multiple of the first)\n",
              runs);
  std::printf("%-34s %14s %14s %14s\n", "", "0 GB", "1 GB", "2 GB");
  std::array<std::array<double, 3>, 2> taken{};
  for (std::size_t gigabytes = 0; gigabytes < 3; ++gigabytes) {
    const Memory memory(gigabytes);
    taken[0].at(gigabytes) = median(runs, run_by_library, plugin).count();
    taken[1].at(gigabytes) = median(runs, run_by_fork, plugin).count();
  }
  constexpr std::array kNames{"cni::ProcessRunner", "fork and exec"};
  for (std::size_t way = 0; way < kNames.size(); ++way) {
    std::printf("%-34s", kNames.at(way));
    for (const double one : taken.at(way)) std::printf("  %5.2f (%5.2f)", one, one / taken.at(way).front());
    std::printf("\n");
  }
}

}  // namespace bench

#include "integration/crowd.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "base/files.h"

namespace integration {
namespace {

using base::Fd;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostOutput = 16U << 20U;

Fd memory_file(std::string_view content) {
  Fd file(::memfd_create("crowd", MFD_CLOEXEC));
  if (!file || !base::write_all(file.get(), content, "memory file")) std::abort();
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

std::string output_of(Fd file) {
  ::lseek(file.get(), 0, SEEK_SET);
  return base::read_all(file.get(), "memory file", kMostOutput).value_or("[no output could be read]");
}

}  // namespace

Crowd::Crowd() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) std::abort();
  entrance_.reset(ends[0]);
  gate_.reset(ends[1]);
}

Crowd::~Crowd() {
  for (Member& member : members_) {
    if (member.pid < 0) continue;
    ::kill(member.pid, SIGKILL);
    ::waitpid(member.pid, nullptr, 0);
  }
}

std::size_t Crowd::start(const Command& command) {
  const Fd in = memory_file(command.in);
  Member member;
  member.out = memory_file("");
  member.err = memory_file("");
  member.limit = command.limit * slow_factor();
  member.pid = ::fork();
  if (member.pid == 0) {
    gate_.reset();
    char nothing = 0;
    while (entrance_ && ::read(entrance_.get(), &nothing, 1) < 0 && errno == EINTR) {
    }
    detail::become(command, in.get(), member.out.get(), member.err.get());
  }
  if (member.pid < 0) std::abort();
  members_.push_back(std::move(member));
  return members_.size() - 1;
}

void Crowd::open_gate() {
  gate_.reset();
  entrance_.reset();
}

void Crowd::look() {
  for (Member& member : members_) {
    if (member.pid < 0) continue;
    int status = 0;
    if (::waitpid(member.pid, &status, WNOHANG) == member.pid) {
      finish(member, detail::code_of(status));
      continue;
    }
    const auto now = Clock::now();
    if (member.deadline == Clock::time_point{} && !gate_) member.deadline = now + member.limit;
    if (member.deadline == Clock::time_point{} || now < member.deadline) continue;
    ::kill(member.pid, SIGKILL);
    ::waitpid(member.pid, nullptr, 0);
    finish(member, -1);
    member.output.err += "\n[ended by the time limit of the test]\n";
  }
}

void Crowd::finish(Member& member, int status) {
  member.pid = -1;
  member.output = {status, output_of(std::move(member.out)), output_of(std::move(member.err))};
}

bool Crowd::all_ended() const {
  return std::all_of(members_.begin(), members_.end(), [](const Member& member) { return member.pid < 0; });
}

std::vector<pid_t> Crowd::running() const {
  std::vector<pid_t> pids;
  for (const Member& member : members_)
    if (member.pid >= 0) pids.push_back(member.pid);
  return pids;
}

void Crowd::run() {
  run([] { std::this_thread::sleep_for(std::chrono::milliseconds(5)); });
}

}  // namespace integration

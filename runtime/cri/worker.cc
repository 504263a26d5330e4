#include "runtime/cri/worker.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/files.h"
#include "runtime/kernel/clean_slate.h"

namespace podrun::cri {
namespace {

using nlohmann::json;

constexpr int kSocket = 3;  // as cli/op_exec.h has it
constexpr std::size_t kAnswerLimit = 1U << 20U;
constexpr std::chrono::minutes kHandPatience{2};

Result<Fd> file_of(const std::string& text) {
  Fd file(::memfd_create("request", MFD_CLOEXEC));
  if (!file) return Error::system(errno, "make a file in memory");
  TRY(base::write_all(file.get(), text, "a file in memory"));
  if (::lseek(file.get(), 0, SEEK_SET) != 0) return Error::system(errno, "rewind a file in memory");
  return file;
}

// What a new process is given besides its words. posix_spawn(3) knows no limits; this is how it makes one, too: the
// child shares our memory until it executes, and we stand still for as long.
class Start {
 public:
  explicit Start(rlimit open_files) : open_files_(open_files) {}

  void put(const Fd& fd, int at) { put_.emplace_back(fd.get(), at); }

  Result<pid_t> run(std::vector<std::string> words) {
    for (std::string& word : words) argv_.push_back(word.data());
    argv_.push_back(nullptr);
    std::vector<std::byte> stack(kStackBytes);
    const pid_t pid = ::clone(become_program, stack.data() + stack.size(), CLONE_VM | CLONE_VFORK | SIGCHLD,
                              static_cast<void*>(this));
    const int failed = pid < 0 ? errno : failed_;
    if (failed == 0) return pid;
    if (pid > 0) ::waitpid(pid, nullptr, 0);
    return Error::system(failed, "run '" + words.front() + "'");
  }

 private:
  static constexpr std::size_t kStackBytes = 64U << 10U;

  // In the child: system calls alone. No signal finds a handler of ours in it, as there is none.
  static int become_program(void* argument) {
    auto* const self = static_cast<Start*>(argument);
    ::setsid();
    ::setrlimit(RLIMIT_NOFILE, &self->open_files_);
    for (const auto& [fd, at] : self->put_) {
      if (::dup2(fd, at) >= 0) continue;
      self->failed_ = errno;
      return 127;
    }
    default_signals();
    ::execvp(self->argv_.front(), self->argv_.data());
    self->failed_ = errno;
    return 127;
  }

  rlimit open_files_;
  std::vector<std::pair<int, int>> put_;
  std::vector<char*> argv_;
  volatile int failed_ = 0;  // errno, of the child
};

// Out of the way of 0 to 3, where it may be about to be put.
Result<Fd> above(Fd fd) {
  Fd moved(::fcntl(fd.get(), F_DUPFD_CLOEXEC, kSocket + 1));
  return moved ? Result<Fd>(std::move(moved)) : Error::system(errno, "move a descriptor");
}

Result<json> read_answer(const std::string& text) {
  json answer = json::parse(text, nullptr, false);
  if (!answer.is_object())
    return Error{Kind::internal, 0, "the worker ended without an answer" + (text.empty() ? "" : ": " + text)};
  if (!answer.contains("what")) return answer;
  return Error{static_cast<Kind>(answer.value("kind", static_cast<int>(Kind::internal))), answer.value("errno", 0),
               answer.value("what", "")};
}

}  // namespace

Worker::Worker(Worker&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)), answer_(std::move(other.answer_)), channel_(std::move(other.channel_)) {}

Worker::~Worker() {
  if (pid_ == 0) return;
  channel_.close();
  answer_.reset();
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Result<std::map<char, Fd>> Worker::take_handed() {
  auto message = channel_.receive(kHandPatience);
  if (!message) {
    channel_.close();
    TRY(wait());  // why it has handed over nothing
    return std::move(message).error().in("hear from the worker");
  }
  std::map<char, Fd> handed;
  for (std::size_t i = 0; i < message->fds.size() && i < message->body.size(); ++i)
    handed[message->body[i]] = std::move(message->fds[i]);
  return handed;
}

Result<json> Worker::wait() {
  const auto text = base::read_all(answer_.get(), "a worker's answer", kAnswerLimit);
  if (!text) return text.error();
  return read_answer(*text);
}

Result<Worker> Workers::begin(const std::vector<std::string>& words, const std::string& input) const {
  auto [ours, theirs] = TRY(Channel::pair());
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return Error::system(errno, "make a pipe");
  Fd answer(ends[0]);
  const Fd request = TRY(above(TRY(file_of(input))));
  const Fd reply = TRY(above(Fd(ends[1])));
  const Fd socket = TRY(above(std::move(theirs).take()));
  Start start(open_files_);
  start.put(request, 0);
  start.put(reply, 1);
  start.put(socket, kSocket);
  std::vector<std::string> all{program_};
  all.insert(all.end(), flags_.begin(), flags_.end());
  all.insert(all.end(), {"system", "op"});
  all.insert(all.end(), words.begin(), words.end());
  const pid_t pid = TRY(start.run(std::move(all)));
  return Worker(pid, std::move(answer), std::move(ours));
}

Result<json> Workers::run(const std::vector<std::string>& words, const std::string& input) const {
  return TRY(begin(words, input)).wait();
}

}  // namespace podrun::cri

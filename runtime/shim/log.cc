#include "runtime/shim/log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <string_view>

namespace podrun::shim {
namespace {

constexpr int kAppend = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC;
constexpr mode_t kMode = 0640;

bool ends_a_line(const iovec& part) {
  return part.iov_len > 0 && static_cast<const char*>(part.iov_base)[part.iov_len - 1] == '\n';
}

std::size_t size_of(std::span<const iovec> parts) {
  std::size_t total = 0;
  for (const iovec& part : parts) total += part.iov_len;
  return total;
}

// Of the first `written` bytes, those that are whole lines.
std::size_t whole_lines(std::span<const iovec> parts, std::size_t written) {
  std::size_t whole = 0, end = 0;
  for (const iovec& part : parts) {
    end += part.iov_len;
    if (end > written) break;
    if (ends_a_line(part)) whole = end;
  }
  return whole;
}

}  // namespace

Result<Log> Log::open(Fd dir, std::string name, LogLimits limits) {
  Log log(std::move(dir), std::move(name), limits);
  // Readable too: the last byte says whether whoever wrote here before came to the end of a line.
  log.file_.reset(::openat(log.dir_.get(), log.name_.c_str(), (kAppend & ~O_WRONLY) | O_RDWR, kMode));
  struct stat info {};
  if (!log.file_ || ::fstat(log.file_.get(), &info) != 0) return Error::system(errno, "open log '" + log.name_ + "'");
  log.size_ = static_cast<std::uint64_t>(info.st_size);
  char last = '\n';
  log.torn_ = log.size_ > 0 && ::pread(log.file_.get(), &last, 1, info.st_size - 1) == 1 && last != '\n';
  return log;
}

std::size_t Log::append(std::span<const iovec> lines) {
  const std::size_t total = size_of(lines);
  if (size_ > 0 && size_ + total > limits_.bytes) make_room(total);
  if (torn_) {
    if (::write(file_.get(), "\n", 1) != 1) return 0;
    torn_ = false;
    ++size_;
  }
  const ssize_t written = ::writev(file_.get(), lines.data(), static_cast<int>(lines.size()));
  if (written <= 0) return 0;
  size_ += static_cast<std::uint64_t>(written);
  if (static_cast<std::size_t>(written) == total) return total;
  const std::size_t kept = whole_lines(lines, static_cast<std::size_t>(written));
  take_back(static_cast<std::size_t>(written) - kept);
  return kept;
}

void Log::go_on_in(Fd file) {
  struct stat info {};
  size_ = ::fstat(file.get(), &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
  file_ = std::move(file);
  torn_ = false;
  limits_.bytes = ~std::uint64_t{0};
}

// The part of a line that found room.
void Log::take_back(std::size_t bytes) {
  struct stat info {};
  if (bytes == 0) return;
  if (::fstat(file_.get(), &info) == 0 && ::ftruncate(file_.get(), info.st_size - static_cast<off_t>(bytes)) == 0)
    size_ -= bytes;
  else
    torn_ = true;
}

// The next file is there before any other is moved: where none can be made, this one grows on.
void Log::make_room(std::size_t bytes) {
  struct stat info {};
  if (::fstat(file_.get(), &info) == 0 && static_cast<std::uint64_t>(info.st_size) + bytes <= limits_.bytes) {
    size_ = static_cast<std::uint64_t>(info.st_size);  // somebody has emptied it
    return;
  }
  const int dir = dir_.get();
  const std::string next = name_ + ".new";
  Fd file(::openat(dir, next.c_str(), kAppend | O_TRUNC, kMode));
  if (!file) return;
  const auto older = [this](std::uint32_t number) { return name_ + "." + std::to_string(number); };
  for (std::uint32_t number = limits_.files - 1; number > 1; --number)
    ::renameat(dir, older(number - 1).c_str(), dir, older(number).c_str());  // those there are
  ::renameat(dir, name_.c_str(), dir, older(1).c_str());
  if (::renameat(dir, next.c_str(), dir, name_.c_str()) != 0) return;
  file_ = std::move(file);
  size_ = 0;
  torn_ = false;
}

}  // namespace podrun::shim

#include "runtime/cli/log_part.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include "base/files.h"
#include "runtime/cli/log_line.h"

namespace podrun::cli {
namespace {

constexpr std::size_t kBlock = 64U << 10U;
constexpr std::size_t kLongestRecord = 1U << 20U;  // what is longer is passed on in pieces: no log fills our memory

bool ends_a_line(std::string_view record) {
  LogLine line;
  return !parse_log_line(record, line) || !line.partial;
}

Result<std::string> read_block(int fd, off_t position, std::size_t size, const std::string& path) {
  std::string block(size, '\0');
  ssize_t got = 0;
  do {
    got = ::pread(fd, block.data(), size, position);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return Error::system(errno, "read '" + path + "'");
  block.resize(static_cast<std::size_t>(got));
  return block;
}

// Takes whole records off the end of `text`, which starts at offset `start` of the file. The offset behind the record
// where `lines` have been counted, if that is here; what is left of `text` is the end of a record that begins before
// it.
std::optional<off_t> count_back(std::string& text, off_t start, std::uint64_t& lines) {
  for (;;) {
    if (text.empty()) return std::nullopt;
    const auto before = text.size() < 2 ? std::string::npos : text.rfind('\n', text.size() - 2);
    if (before == std::string::npos && start > 0) return std::nullopt;
    const std::size_t begin = before == std::string::npos ? 0 : before + 1;
    std::string_view record = std::string_view(text).substr(begin);
    if (record.ends_with('\n')) {
      record.remove_suffix(1);
      if (ends_a_line(record)) {
        if (lines == 0) return start + static_cast<off_t>(text.size());
        --lines;
      }
    }
    text.resize(begin);
  }
}

}  // namespace

Result<LogPart> LogPart::open(const std::string& path) {
  LogPart part(TRY(base::open_file(path, O_RDONLY | O_NOFOLLOW)), path);
  struct stat info {};
  if (::fstat(part.fd_.get(), &info) != 0) return Error::system(errno, "stat '" + path + "'");
  part.device_ = info.st_dev;
  part.inode_ = info.st_ino;
  return part;
}

Result<bool> LogPart::seek_tail(std::uint64_t& lines) {
  struct stat info {};
  if (::fstat(fd_.get(), &info) != 0) return Error::system(errno, "stat '" + path_ + "'");
  std::string text;
  off_t start = info.st_size;
  while (start > 0 && text.size() < kLongestRecord) {
    const off_t size = std::min<off_t>(start, kBlock);
    start -= size;
    text.insert(0, TRY(read_block(fd_.get(), start, static_cast<std::size_t>(size), path_)));
    if (const auto found = count_back(text, start, lines)) {
      position_ = *found;
      return true;
    }
  }
  position_ = start;
  return start > 0;
}

void LogPart::take_rest(const TakeRecord& take) {
  if (!rest_.empty()) take(std::exchange(rest_, {}));
}

Result<void> LogPart::read(const TakeRecord& take) {
  for (;;) {
    const std::string block = TRY(read_block(fd_.get(), position_, kBlock, path_));
    if (block.empty()) return {};
    position_ += static_cast<off_t>(block.size());
    std::string_view fresh = block;
    for (auto newline = fresh.find('\n'); newline != std::string_view::npos; newline = fresh.find('\n')) {
      if (rest_.empty()) {
        take(fresh.substr(0, newline));
      } else {
        rest_ += fresh.substr(0, newline);
        take(std::exchange(rest_, {}));
      }
      fresh.remove_prefix(newline + 1);
    }
    rest_ += fresh;
    if (rest_.size() > kLongestRecord) take(std::exchange(rest_, {}));
  }
}

}  // namespace podrun::cli

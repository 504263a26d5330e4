#include "runtime/shim/table.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "base/files.h"

namespace podrun::shim {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

// Bytes that would end a word, and the sign for them.
bool is_plain(char c) { return c > ' ' && c < 0x7f && c != '%'; }

}  // namespace

// "%" alone is the empty word.
void TableWriter::put(const std::string& word) {
  text_ += word.empty() ? " %" : " ";
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_plain(c))
      text_ += c;
    else
      text_ += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
  }
}

void TableWriter::put(const Fd& fd) {
  put(fd.get());
  if (fd) fds_.push_back(fd.get());
}

Result<Fd> TableWriter::finish() const {
  constexpr unsigned kNotForExec = 8;  // MFD_NOEXEC_SEAL, from Linux 6.3 on: vm.memfd_noexec may ask for it
  Fd file(::memfd_create("podrun-shim", kNotForExec));
  if (!file) file.reset(::memfd_create("podrun-shim", 0));
  if (!file) return Error::system(errno, "make the table");
  TRY(base::write_all(file.get(), text_, "the table"));
  if (::lseek(file.get(), 0, SEEK_SET) != 0) return Error::system(errno, "rewind the table");
  for (const int fd : fds_)
    if (::fcntl(fd, F_SETFD, 0) != 0) return Error::system(errno, "hand over descriptor " + std::to_string(fd));
  return file;
}

void TableWriter::release() const {
  for (const int fd : fds_) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

Result<TableReader> TableReader::open(Fd table) {
  return TableReader(TRY(base::read_all(table.get(), "the table", 64U << 20U)));
}

std::string_view TableReader::next_line() {
  if (next_ >= text_.size()) return {};
  const std::size_t end = std::min(text_.find('\n', next_), text_.size());
  line_ = std::string_view(text_).substr(next_, end - next_);
  next_ = end + 1;
  return next_word();
}

std::string_view TableReader::next_word() {
  const std::size_t end = std::min(line_.find(' '), line_.size());
  const std::string_view word = line_.substr(0, end);
  line_.remove_prefix(std::min(end + 1, line_.size()));
  return word;
}

void TableReader::take(std::string& word) {
  const std::string_view written = next_word();
  word.clear();
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (written[i] != '%') {
      word += written[i];
    } else if (i + 2 < written.size()) {
      word += static_cast<char>(kHex.find(written[i + 1]) << 4U | kHex.find(written[i + 2]));
      i += 2;
    }
  }
}

void TableReader::take(Fd& fd) {
  int number = -1;
  take(number);
  if (number >= 0 && ::fcntl(number, F_SETFD, FD_CLOEXEC) == 0) fd.reset(number);
}

}  // namespace podrun::shim

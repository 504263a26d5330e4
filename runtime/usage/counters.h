// A file of the kernel's with counters, a "KEY NUMBER" on each line: read without asking how large it is.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/fd.h"

namespace podrun {

class CounterFile {
 public:
  // Empty where there is none. What is longer than the buffer is cut off: memory.stat has some 2 KB.
  explicit CounterFile(const std::string& path) : CounterFile(AT_FDCWD, path.c_str()) {}
  CounterFile(int dir, const char* path) {
    const base::Fd file(::openat(dir, path, O_RDONLY | O_CLOEXEC));
    // One read gets what fits into a page of the kernel's, less than a line: most often that is all.
    constexpr ssize_t kAlmostAPage = 3072;
    for (ssize_t size = kAlmostAPage; file && size >= kAlmostAPage && size_ < buffer_.size();
         size_ += static_cast<std::size_t>(std::max<ssize_t>(size, 0)))
      size = ::read(file.get(), buffer_.data() + size_, buffer_.size() - size_);
  }

  std::string_view text() const { return {buffer_.data(), size_}; }

  // 0 where there is no such line.
  std::uint64_t value(std::string_view key) const {
    std::uint64_t number = 0;
    for (std::string_view left = text(); !left.empty();) {
      const std::string_view line = left.substr(0, left.find('\n'));
      if (line.size() > key.size() && line.starts_with(key) && line[key.size()] == ' ') {
        std::from_chars(line.data() + key.size() + 1, line.data() + line.size(), number);
        return number;
      }
      left.remove_prefix(std::min(left.size(), line.size() + 1));
    }
    return number;
  }

 private:
  std::array<char, 16384> buffer_;
  std::size_t size_ = 0;
};

}  // namespace podrun

// What a shim knows, as one build leaves it to the next (renew): text, a line a thing, its words in a fixed order. The
// one format of ours that two builds must agree on. It may grow: words at the end of a line, and lines of a new kind.
// What a line lacks is left as it is; a line of a kind that is not known, and words too many, are passed over.
#pragma once

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/kernel/types.h"

namespace podrun::shim {

class TableWriter {
 public:
  void line(std::string_view kind) { text_ += (text_.empty() ? "" : "\n") + std::string(kind); }
  template <class... Words>
  void operator()(const Words&... words) {
    (put(words), ...);
  }

  // The table as a file that outlives an exec, as what is in it does; release() takes that back.
  Result<Fd> finish() const;
  void release() const;

 private:
  void put(std::integral auto number) { text_ += " " + std::to_string(number); }
  void put(const std::string& word);
  void put(const Fd& fd);

  std::string text_;
  std::vector<int> fds_;
};

class TableReader {
 public:
  static Result<TableReader> open(Fd table);
  // The kind of the next line; empty at the end.
  std::string_view next_line();
  template <class... Words>
  void operator()(Words&... words) {
    (take(words), ...);
  }

 private:
  explicit TableReader(std::string text) : text_(std::move(text)) {}
  std::string_view next_word();
  void take(std::integral auto& number) {
    const std::string_view word = next_word();
    std::from_chars(word.data(), word.data() + word.size(), number);
  }
  void take(bool& flag) {
    int number = flag ? 1 : 0;
    take(number);
    flag = number != 0;
  }
  void take(std::string& word);
  void take(Fd& fd);

  std::string text_;
  std::size_t next_ = 0;
  std::string_view line_;
};

}  // namespace podrun::shim

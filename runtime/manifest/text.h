// How input is named in messages. Everything here may come from somebody hostile, and a message is one line.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace podrun::manifest {

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

// 'value' with control characters escaped, cut after 64 bytes.
std::string quote(std::string_view value);

// "spec" + "hostname" = "spec.hostname"; a key that is no plain word: limits["podrun.io/pids"].
std::string child_path(std::string_view path, std::string_view key);
std::string child_path(std::string_view path, std::size_t index);

// "line 3, column 7" of a byte; both count from 1, columns in bytes.
std::string position_of(std::string_view text, std::size_t offset);

// Where `text` stops being UTF-8 as RFC 3629 has it (no overlong forms, no surrogates, nothing above U+10FFFF).
std::optional<std::size_t> find_bad_utf8(std::string_view text);

}  // namespace podrun::manifest

#include "runtime/cli/log_file.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace podrun::cli {
namespace {

constexpr int kAttempts = 100;  // a millisecond apart; a log is renewed in a few system calls

bool has(const std::deque<LogPart>& parts, const LogPart& part) {
  return std::any_of(parts.begin(), parts.end(), [&](const LogPart& one) { return one.is_same(part); });
}

// The parts as they are one after another, the oldest first; empty when they were moved meanwhile.
Result<std::deque<LogPart>> try_to_open_all(const std::string& path) {
  std::deque<LogPart> parts;
  auto newest = LogPart::open(path);
  if (newest)
    parts.push_front(std::move(*newest));
  else if (newest.error().kind != Kind::not_found)
    return std::move(newest).error();
  for (int number = 1;; ++number) {
    auto older = LogPart::open(path + "." + std::to_string(number));
    if (!older && older.error().kind == Kind::not_found) break;
    if (!older) return std::move(older).error();
    if (!has(parts, *older)) parts.push_front(std::move(*older));
  }
  const auto again = LogPart::open(path);
  if (!again || parts.empty() || !again->is_same(parts.back())) parts.clear();
  return parts;
}

Result<std::deque<LogPart>> open_all(const std::string& path) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    auto parts = TRY(try_to_open_all(path));
    if (!parts.empty()) return parts;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  TRY(LogPart::open(path));  // says what is the matter
  return Error{Kind::busy, EBUSY, "read '" + path + "': it is renewed faster than it can be opened"};
}

}  // namespace

Result<LogFile> LogFile::open(const std::string& path) { return LogFile(path, TRY(open_all(path))); }

Result<void> LogFile::seek_tail(std::uint64_t lines) {
  for (auto part = parts_.rbegin(); part != parts_.rend(); ++part)
    if (TRY(part->seek_tail(lines))) {
      parts_.erase(parts_.begin(), part.base() - 1);
      return {};
    }
  return {};
}

// Adds what came after the last part we have. False when that is the newest still.
Result<bool> LogFile::find_newer() {
  // Between two names, or removed with its pod: then there is no more than what we have open.
  const auto nothing = [](Error error) {
    return error.kind == Kind::not_found ? Result<bool>(false) : std::move(error);
  };
  auto newest = LogPart::open(path_);
  if (!newest) return nothing(std::move(newest).error());
  if (newest->is_same(parts_.back())) return false;
  auto opened = open_all(path_);
  if (!opened) return nothing(std::move(opened).error());
  std::deque<LogPart> all = std::move(*opened);
  const auto known =
      std::find_if(all.begin(), all.end(), [&](const LogPart& one) { return one.is_same(parts_.back()); });
  if (known != all.end()) all.erase(all.begin(), known + 1);  // else it is gone already, and those between with it
  std::move(all.begin(), all.end(), std::back_inserter(parts_));
  return true;
}

Result<void> LogFile::read(const TakeRecord& take) {
  for (;;) {
    TRY(parts_.front().read(take));
    if (parts_.size() == 1) {
      if (!TRY(find_newer())) return {};
      TRY(parts_.front().read(take));  // what came before it was renewed
    }
    parts_.front().take_rest(take);
    parts_.pop_front();
  }
}

}  // namespace podrun::cli

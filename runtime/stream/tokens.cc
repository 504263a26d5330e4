#include "runtime/stream/tokens.h"

#include <utility>

#include "base/files.h"

namespace podrun::stream {
namespace {

constexpr std::size_t kTokenBytes = 16;

}  // namespace

Result<std::string> Tokens::issue(Request request, Time now) {
  std::string token = base::random_hex(kTokenBytes);
  const std::lock_guard lock(mutex_);
  forget_old(now);
  if (waiting_.size() >= most_)
    return Error{.kind = Kind::busy, .what = std::to_string(most_) + " streams wait for their clients already"};
  waiting_.emplace(token, Waiting{std::move(request), now + life_});
  return token;
}

std::optional<Request> Tokens::find(const std::string& token, Time now) {
  const std::lock_guard lock(mutex_);
  forget_old(now);
  const auto found = waiting_.find(token);
  if (found == waiting_.end()) return std::nullopt;
  return found->second.request;
}

std::optional<Request> Tokens::take(const std::string& token, Time now) {
  const std::lock_guard lock(mutex_);
  forget_old(now);
  auto found = waiting_.extract(token);
  if (found.empty()) return std::nullopt;
  return std::move(found.mapped().request);
}

void Tokens::forget_old(Time now) {
  std::erase_if(waiting_, [now](const auto& waiting) { return waiting.second.until <= now; });
}

}  // namespace podrun::stream

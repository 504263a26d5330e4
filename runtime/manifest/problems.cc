#include "runtime/manifest/problems.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "runtime/manifest/manifest.h"

namespace podrun::manifest {
namespace {

constexpr std::size_t kMostTold = 50;

bool is_at_or_below(std::string_view path, std::string_view above) {
  return path.starts_with(above) &&
         (path.size() == above.size() || path[above.size()] == '.' || path[above.size()] == '[');
}

}  // namespace

void Problems::begin(std::string source) {
  source_ = std::move(source);
  unreadable_.clear();
}

void Problems::add(const std::string& path, std::string_view problem, Kind kind) {
  const auto covers = [&](const std::string& known) { return is_at_or_below(path, known); };
  if (std::any_of(unreadable_.begin(), unreadable_.end(), covers)) return;
  if (kind != Kind::unsupported) kind_ = Kind::invalid;
  if (found_.size() < kMostTold)
    found_.push_back(source_ + ": " + path + (path.empty() ? "" : ": ") + std::string(problem));
  else
    ++left_out_;
}

void Problems::add_unreadable(const std::string& path, std::string_view problem, Kind kind) {
  add(path, problem, kind);
  if (unreadable_.size() < kMostTold) unreadable_.push_back(path);
}

Error Problems::error() && {
  const auto more = std::make_shared<ManifestProblems>();
  more->lines = std::move(found_);
  if (left_out_ != 0) more->lines.push_back(source_ + ": and " + std::to_string(left_out_) + " more");
  Error error{kind_, 0, std::move(more->lines.front()), nullptr};
  more->lines.erase(more->lines.begin());
  if (!more->lines.empty()) error.detail = more;
  return error;
}

}  // namespace podrun::manifest

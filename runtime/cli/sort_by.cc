#include "runtime/cli/sort_by.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "runtime/cli/json_path.h"
#include "runtime/cli/json_template.h"
#include "runtime/cli/kube_json.h"

namespace podrun::cli {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Digits that `text` begins with, without zeros in front of them; taken off it.
std::string_view take_number(std::string_view& text) {
  std::size_t zeros = 0;
  while (zeros < text.size() && text[zeros] == '0') ++zeros;
  std::size_t end = zeros;
  while (end < text.size() && is_digit(text[end])) ++end;
  const std::string_view number = text.substr(zeros, end - zeros);
  text.remove_prefix(end);
  return number;
}

bool less(const Json& a, const Json& b) {
  if (a.is_null() || b.is_null()) return a.is_null() && !b.is_null();
  if (a.is_number() && b.is_number()) return a < b;
  return comes_before(plain_text(a), plain_text(b));
}

}  // namespace

bool comes_before(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    if (is_digit(a.front()) && is_digit(b.front())) {
      const std::string_view first = take_number(a);
      const std::string_view second = take_number(b);
      if (first.size() != second.size()) return first.size() < second.size();
      if (first != second) return first < second;
    } else {
      if (a.front() != b.front()) return a.front() < b.front();
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
  }
  return a.empty() && !b.empty();
}

Result<void> sort_by(std::vector<LivePod>& pods, const std::string& path) {
  const JsonPath key = TRY(JsonPath::parse_relaxed(path).in("--sort-by"));
  std::vector<std::pair<Json, LivePod>> keyed;
  for (LivePod& pod : pods) {
    const Json json = kube_pod(pod);
    const auto found = key.find(json, json);
    keyed.emplace_back(found.empty() ? Json() : *found.front(), std::move(pod));
  }
  // As kubectl: a path that no pod has is a slip.
  if (!keyed.empty() && std::all_of(keyed.begin(), keyed.end(), [](const auto& pod) { return pod.first.is_null(); }))
    return Error{Kind::invalid, 0, "--sort-by '" + path + "': no pod has that field"};
  std::stable_sort(keyed.begin(), keyed.end(), [](const auto& a, const auto& b) { return less(a.first, b.first); });
  for (std::size_t i = 0; i < keyed.size(); ++i) pods[i] = std::move(keyed[i].second);
  return {};
}

}  // namespace podrun::cli

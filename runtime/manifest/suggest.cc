#include "runtime/manifest/suggest.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace podrun::manifest {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Damerau's distance in its "optimal string alignment" form; three rows of the table are enough.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0U : 1U)});
      const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(above);
    above.swap(row);
  }
  return above[b.size()];
}

}  // namespace

std::string_view closest(std::string_view given, std::span<const std::string_view> known) {
  constexpr std::size_t kLongest = 64;  // the given name is as long as its author likes; no field's is longer than this
  if (given.size() > kLongest) return {};
  std::string_view best;
  std::size_t best_distance = std::min<std::size_t>(given.size() / 3, 3) + 1;
  for (const std::string_view name : known) {
    const std::size_t mistakes = distance(given, name);
    if (mistakes < best_distance) {
      best = name;
      best_distance = mistakes;
    }
  }
  return best;
}

}  // namespace podrun::manifest

#include "specs/seccomp/ranges.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "specs/seccomp/program.h"

namespace podrun::profiles {
namespace {

using base::Error;
using base::Kind;
using base::Result;

Result<std::map<std::uint32_t, Decision>> decisions(const Profile& profile, std::uint32_t architecture) {
  std::map<std::uint32_t, Decision> result;
  for (const Rule& rule : profile.rules) {
    for (const std::string& name : rule.names) {
      const int number = TRY(syscall_number(name, architecture));
      if (number < 0) continue;
      Decision& decision = result[static_cast<std::uint32_t>(number)];
      for (const Rule* other : decision)
        if (other->action != rule.action && (other->conditions.empty() || rule.conditions.empty()))
          return Error{Kind::invalid, 0, "rules for system call '" + name + "' contradict each other"};
      if (rule.conditions.empty()) decision.clear();
      if (decision.empty() || !decision.front()->conditions.empty()) decision.push_back(&rule);
    }
  }
  return result;
}

bool same_answer(const Decision& a, const Decision& b) {
  if (a == b) return true;
  const auto unconditional = [](const Decision& d) { return d.size() == 1 && d.front()->conditions.empty(); };
  return unconditional(a) && unconditional(b) && a.front()->action == b.front()->action;
}

}  // namespace

Result<std::vector<Range>> ranges(const Profile& profile, std::uint32_t architecture) {
  const std::map<std::uint32_t, Decision> by_number = TRY(decisions(profile, architecture));
  std::vector<Range> result = {{.first = 0, .decision = {}}};
  const auto append = [&](std::uint32_t first, const Decision& decision) {
    if (result.back().first == first)
      result.back().decision = decision;
    else if (!same_answer(result.back().decision, decision))
      result.push_back({first, decision});
  };
  std::uint32_t next = 0;
  for (const auto& [number, decision] : by_number) {
    if (number != next) append(next, {});
    append(number, decision);
    next = number + 1;
  }
  append(next, {});
  return result;
}

std::size_t middle_of(std::span<const Range> part) {
  const std::uint32_t half = std::midpoint(part[1].first, part.back().first);
  const auto off = [&](const Range& range) { return range.first > half ? range.first - half : half - range.first; };
  const auto nearest =
      std::min_element(part.begin() + 1, part.end(), [&](const Range& a, const Range& b) { return off(a) < off(b); });
  return static_cast<std::size_t>(nearest - part.begin());
}

}  // namespace podrun::profiles

// Versions of the CNI specification: which exist, which are chosen, what each allows. Spec: "Versions", "Version
// considerations"; the numbers are compared as numbers, part by part.
#pragma once

#include <array>
#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "cni/base/result.h"

namespace cni {

struct Version {
  unsigned major = 0;
  unsigned minor = 1;
  unsigned patch = 0;

  // One to three numbers with dots; what is missing is 0; "" is 0.1.0, which is what no version means. Kind::invalid
  // else.
  static Result<Version> parse(std::string_view text);
  std::string to_text() const;
  auto operator<=>(const Version&) const = default;

  // Gates: what a runtime may do in a network of this version.
  bool has_check() const { return *this >= Version{0, 4, 0}; }  // CHECK, and prevResult on DEL
  bool has_gc_and_status() const { return *this >= Version{1, 1, 0}; }
};

// Every version a result can have, ascending.
inline constexpr std::array<Version, 7> kKnownVersions = {
    {{0, 1, 0}, {0, 2, 0}, {0, 3, 0}, {0, 3, 1}, {0, 4, 0}, {1, 0, 0}, {1, 1, 0}}};
inline constexpr Version kNewestVersion = kKnownVersions.back();
bool is_known(const Version& version);

// The highest version of those a network declares that is not newer than ours. Kind::unsupported when all are newer.
Result<Version> select_version(const std::vector<Version>& declared);

}  // namespace cni

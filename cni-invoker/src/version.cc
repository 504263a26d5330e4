#include "cni/version.h"

#include <algorithm>

namespace cni {

Result<Version> Version::parse(std::string_view text) {
  if (text.empty()) return Version{};
  const Error invalid{
      Kind::invalid, 0,
      "'" + std::string(text) + "' is no version: expected one to three numbers with dots, as in 1.0.0"};
  std::array<unsigned, 3> parts{};
  std::size_t part = 0;
  std::size_t digits = 0;
  for (const char c : text) {
    if (c == '.') {
      if (digits == 0 || ++part == parts.size()) return invalid;
      digits = 0;
    } else if (c >= '0' && c <= '9' && ++digits <= 6) {
      parts[part] = parts[part] * 10 + static_cast<unsigned>(c - '0');
    } else {
      return invalid;
    }
  }
  if (digits == 0) return invalid;
  return Version{parts[0], parts[1], parts[2]};
}

std::string Version::to_text() const {
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

bool is_known(const Version& version) {
  return std::find(kKnownVersions.begin(), kKnownVersions.end(), version) != kKnownVersions.end();
}

Result<Version> select_version(const std::vector<Version>& declared) {
  const Version* best = nullptr;
  std::string all;
  for (const Version& version : declared) {
    all += (all.empty() ? "" : ", ") + version.to_text();
    if (is_known(version) && (best == nullptr || *best < version)) best = &version;
  }
  if (best != nullptr) return *best;
  return Error{Kind::unsupported, 0,
               "no mutually supported version: declared is " + all + ", known are 0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, " +
                   "1.0.0 and 1.1.0"};
}

}  // namespace cni

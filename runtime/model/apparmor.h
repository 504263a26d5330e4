// What a container asks of AppArmor (Kubernetes: "Restrict a Container's Access to Resources with AppArmor").
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace podrun {

struct AppArmorSpec {
  enum class Type : std::uint8_t {
    unsaid,           // podrun's own profile, where it is loaded
    runtime_default,  // the same, and whoever asks is told where it is not
    unconfined,
    localhost,  // one of this machine's
  };
  Type type = Type::unsaid;
  std::string profile;  // of type localhost
};

// What is wrong with the name of a profile; empty: nothing. The kernel reads more out of a name than one profile:
// several at once (a leading &, or //&), those of another policy namespace (a leading :), and none at all.
inline std::string problem_of_apparmor_profile(std::string_view name) {
  constexpr std::size_t kLongest = 4000;  // a page is what the kernel takes, with what is asked of it
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (name.empty()) return "is missing: the name of a profile that is loaded";
  if (name.size() > kLongest) return "is longer than " + std::to_string(kLongest) + " bytes";
  if (std::any_of(name.begin(), name.end(), is_control)) return "has a control character in it";
  if (name.front() == ' ' || name.back() == ' ') return "begins or ends with a space";
  const bool is_more = name.find_first_of(":&=") == 0 || name.find("//&") != std::string_view::npos;
  if (is_more || name == "unconfined") return "'" + std::string(name) + "' is not the name of one profile";
  return {};
}

}  // namespace podrun

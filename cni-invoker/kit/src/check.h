// A check: a row of the catalogue with the function that makes it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cni/kit.h"

namespace cni::kit {

class Lab;

struct Verdict {
  Outcome outcome = Outcome::passed;
  std::string expected, seen;
  std::vector<std::string> evidence;
  std::optional<Level> level;  // where it is another than the row's
};
inline Verdict passed() { return {}; }
inline Verdict failed(std::string expected, std::string seen, std::vector<std::string> evidence = {}) {
  return {Outcome::failed, std::move(expected), std::move(seen), std::move(evidence), {}};
}
// Of a check whose level is MUST: only what the specification recommends is missing.
inline Verdict falls_short(std::string expected, std::string seen, std::vector<std::string> evidence = {}) {
  return {Outcome::failed, std::move(expected), std::move(seen), std::move(evidence), Level::should};
}
inline Verdict skipped(std::string why) { return {Outcome::skipped, "", std::move(why), {}, {}}; }
inline Verdict not_applicable(std::string why) { return {Outcome::not_applicable, "", std::move(why), {}, {}}; }
inline Verdict told(std::string what) { return {Outcome::told, "", std::move(what), {}, {}}; }

// Which plugins a row is about.
struct Applies {
  unsigned roles = 0;  // bits of Role; 0: all
  Version from{0, 1, 0}, to = kNewestVersion;
  bool once = false;  // in one version only: the newest of these that the plugin knows
};
constexpr unsigned bit(Role role) { return 1U << static_cast<unsigned>(role); }
constexpr unsigned kInterfaces = bit(Role::interface), kChained = bit(Role::chained), kIpam = bit(Role::ipam),
                   kLoopback = bit(Role::loopback);

struct Check {
  CheckInfo info;
  Applies applies;
  // In a fresh host, in a process of its own: it may leave whatever it likes. Returns at the first thing that is wrong.
  Verdict (*run)(Lab& lab);
};

// The chapters, each in the file of its name.
std::vector<Check> version_checks();     // V
std::vector<Check> protocol_checks();    // N
std::vector<Check> add_checks();         // A
std::vector<Check> del_checks();         // D
std::vector<Check> check_checks();       // K
std::vector<Check> status_checks();      // S
std::vector<Check> gc_checks();          // G
std::vector<Check> crowd_checks();       // X
std::vector<Check> fault_checks();       // F
std::vector<Check> data_plane_checks();  // P

const std::vector<Check>& all_checks();

}  // namespace cni::kit

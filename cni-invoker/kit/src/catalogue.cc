#include <algorithm>
#include <map>

#include "kit/src/check.h"

namespace cni::kit {
namespace {

std::vector<Check> join() {
  std::vector<Check> all;
  for (const auto chapter : {version_checks, protocol_checks, add_checks, del_checks, check_checks, status_checks,
                             gc_checks, crowd_checks, fault_checks, data_plane_checks}) {
    std::vector<Check> rows = chapter();
    std::move(rows.begin(), rows.end(), std::back_inserter(all));
  }
  for (Check& check : all) {
    check.info.from = check.applies.from;
    check.info.to = check.applies.to;
    for (const Role role : {Role::interface, Role::chained, Role::ipam, Role::loopback})
      if ((check.applies.roles & bit(role)) != 0) check.info.roles.push_back(role);
  }
  return all;
}

}  // namespace

const std::vector<Check>& all_checks() {
  static const std::vector<Check> checks = join();
  return checks;
}

std::vector<CheckInfo> catalogue() {
  std::vector<CheckInfo> rows;
  for (const Check& check : all_checks()) rows.push_back(check.info);
  return rows;
}

std::string chapter_title(const CheckInfo& check) {
  static const std::map<char, const char*> titles{{'V', "VERSION"},
                                                  {'N', "Protocol and input"},
                                                  {'A', "ADD and its result"},
                                                  {'D', "DEL"},
                                                  {'K', "CHECK"},
                                                  {'S', "STATUS"},
                                                  {'G', "GC"},
                                                  {'X', "Crowds and chains"},
                                                  {'F', "Faults"},
                                                  {'P', "Packets"}};
  return titles.at(check.id.at(0));
}

std::string to_text(Level level) { return level == Level::must ? "MUST" : level == Level::should ? "SHOULD" : "info"; }

std::string to_text(Role role) {
  switch (role) {
    case Role::interface:
      return "interface";
    case Role::chained:
      return "chained";
    case Role::ipam:
      return "IPAM";
    case Role::loopback:
      return "loopback";
  }
  return "";
}

std::string to_text(Outcome outcome) {
  switch (outcome) {
    case Outcome::passed:
      return "passed";
    case Outcome::failed:
      return "FAILED";
    case Outcome::skipped:
      return "skipped";
    case Outcome::not_applicable:
      return "not applicable";
    case Outcome::told:
      return "told";
  }
  return "";
}

}  // namespace cni::kit

#include "runtime/packet/counters.h"

#include <sstream>

#include "base/files.h"

namespace podrun::packet {

Counts parse_counts(const std::string& text) {
  Counts counts;
  std::istringstream lines(text);
  for (std::string names, numbers; std::getline(lines, names) && std::getline(lines, numbers);) {
    std::istringstream name(names);
    std::istringstream number(numbers);
    std::string group;
    std::string same;
    name >> group;
    number >> same;
    if (group != same || !group.ends_with(':')) continue;
    group.back() = '.';
    // Tcp.MaxConn is -1 where there is no limit.
    for (std::string word, value; name >> word && number >> value;)
      if (value.find_first_not_of("0123456789") == std::string::npos) counts[group + word] = std::stoull(value);
  }
  return counts;
}

Counts read_counts(const OpenSpace& space) {
  Counts counts;
  static_cast<void>(run_in(space, [&]() -> Result<void> {
    for (const char* file : {"snmp", "netstat"})
      counts.merge(parse_counts(TRY(base::read_file(std::string("/proc/thread-self/net/") + file))));
    // A name and a number a line.
    std::istringstream of_v6(base::read_file("/proc/thread-self/net/snmp6").value_or(""));
    std::string name;
    for (std::uint64_t number = 0; of_v6 >> name >> number;) counts[name] = number;
    return {};
  }));
  return counts;
}

std::vector<Counter> grown_since(const Counts& before, const Counts& now, int place) {
  std::vector<Counter> counters;
  for (const auto& [name, count] : now) {
    const auto found = before.find(name);
    if (found != before.end() && count > found->second) counters.push_back({place, name, count - found->second});
  }
  return counters;
}

}  // namespace podrun::packet

#include "runtime/usage/network_usage.h"

#include <fcntl.h>

#include <array>

#include "base/files.h"
#include "base/printable.h"
#include "runtime/usage/counters.h"

namespace podrun {
namespace {

// bytes packets errs drop fifo frame compressed multicast, bytes packets errs drop fifo colls carrier compressed
constexpr std::size_t kSent = 8;

Traffic traffic_of(const std::array<std::uint64_t, 16>& numbers, std::size_t first) {
  return {numbers[first], numbers[first + 1], numbers[first + 2], numbers[first + 3]};
}

// "  eth0: 1 2 3 …". A line that is none, such as a heading, has no numbers.
bool read_line(std::string_view line, InterfaceUsage& interface) {
  const std::size_t begin = line.find_first_not_of(' ');
  const std::size_t colon = line.rfind(':');  // the name of an alias may have one
  if (begin == std::string_view::npos || colon == std::string_view::npos || colon < begin) return false;
  // Whoever has NET_ADMIN in the pod calls it what it likes.
  interface.name = base::printable(line.substr(begin, colon - begin));
  std::array<std::uint64_t, 16> numbers{};
  const char* at = line.data() + colon + 1;
  const char* const end = line.data() + line.size();
  for (std::uint64_t& number : numbers) {
    while (at < end && *at == ' ') ++at;
    const auto read = std::from_chars(at, end, number);
    if (read.ec != std::errc{}) return false;
    at = read.ptr;
  }
  interface.received = traffic_of(numbers, 0);
  interface.sent = traffic_of(numbers, kSent);
  return true;
}

}  // namespace

std::vector<InterfaceUsage> network_from(std::string_view text) {
  std::vector<InterfaceUsage> interfaces;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    InterfaceUsage interface;
    if (read_line(line, interface) && interface.name != "lo") interfaces.push_back(std::move(interface));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return interfaces;
}

// The directory stays that process's: once it has ended, and its pid is another's, there is nothing in it.
std::vector<InterfaceUsage> read_network(const ProcessId& process) {
  const auto dir = base::open_file("/proc/" + std::to_string(process.pid), O_PATH | O_DIRECTORY);
  if (!dir || !is_alive(process)) return {};
  return network_from(CounterFile(dir->get(), "net/dev").text());
}

}  // namespace podrun

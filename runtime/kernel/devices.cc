#include "runtime/kernel/devices.h"

#include <array>

namespace podrun::devices {
namespace {

// Numbers: Documentation/admin-guide/devices.txt of the kernel.
constexpr std::uint32_t kMemory = 1;
constexpr std::uint32_t kTty = 5;
constexpr std::uint32_t kFirstUnix98Slave = 136;

constexpr Rule usable(std::uint32_t major, std::optional<std::uint32_t> minor) {
  return {.type = 'c', .major = major, .minor = minor, .read = true, .write = true, .make = true};
}

constexpr Rule makeable(char type) {
  return {.type = type, .major = {}, .minor = {}, .read = false, .write = false, .make = true};
}

constexpr std::array kRules = {
    makeable('c'),
    makeable('b'),
    usable(kMemory, 3),
    usable(kMemory, 5),
    usable(kMemory, 7),
    usable(kMemory, 8),
    usable(kMemory, 9),
    usable(kTty, 0),  // the opener's own terminal
    usable(kTty, 2),  // ptmx, of whichever devpts it is looked up in
    usable(kFirstUnix98Slave, {}),
};

constexpr std::array kNodes = {
    Node{"null", kMemory, 3},   Node{"zero", kMemory, 5},    Node{"full", kMemory, 7},
    Node{"random", kMemory, 8}, Node{"urandom", kMemory, 9}, Node{"tty", kTty, 0},
};

std::string number(const std::optional<std::uint32_t>& value) { return value ? std::to_string(*value) : "*"; }

}  // namespace

std::span<const Rule> default_rules() { return kRules; }
std::span<const Node> default_nodes() { return kNodes; }

std::string to_text(const Rule& rule) {
  std::string text{rule.type};
  text += ' ' + number(rule.major) + ':' + number(rule.minor) + ' ';
  if (rule.read) text += 'r';
  if (rule.write) text += 'w';
  if (rule.make) text += 'm';
  return text;
}

}  // namespace podrun::devices

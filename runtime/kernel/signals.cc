#include "runtime/kernel/signals.h"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <optional>
#include <string>
#include <utility>

namespace podrun {
namespace {

constexpr std::pair<std::string_view, int> kNames[] = {
    {"HUP", SIGHUP},       {"INT", SIGINT},   {"QUIT", SIGQUIT}, {"ILL", SIGILL},       {"TRAP", SIGTRAP},
    {"ABRT", SIGABRT},     {"IOT", SIGABRT},  {"BUS", SIGBUS},   {"FPE", SIGFPE},       {"KILL", SIGKILL},
    {"USR1", SIGUSR1},     {"SEGV", SIGSEGV}, {"USR2", SIGUSR2}, {"PIPE", SIGPIPE},     {"ALRM", SIGALRM},
    {"TERM", SIGTERM},     {"CHLD", SIGCHLD}, {"CLD", SIGCHLD},  {"CONT", SIGCONT},     {"STOP", SIGSTOP},
    {"TSTP", SIGTSTP},     {"TTIN", SIGTTIN}, {"TTOU", SIGTTOU}, {"URG", SIGURG},       {"XCPU", SIGXCPU},
    {"XFSZ", SIGXFSZ},     {"PROF", SIGPROF}, {"IO", SIGIO},     {"VTALRM", SIGVTALRM}, {"WINCH", SIGWINCH},
    {"STKFLT", SIGSTKFLT}, {"POLL", SIGIO},   {"PWR", SIGPWR},   {"SYS", SIGSYS},
};

// As glibc and every image see them: the kernel's first two are the C library's own.
constexpr int kRtMin = 34;
constexpr int kRtMax = 64;

std::optional<int> number_of(std::string_view digits) {
  int number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || digits.front() == '-' || error != std::errc() || end != digits.data() + digits.size())
    return std::nullopt;
  return number;
}

std::optional<int> real_time(std::string_view name) {
  const bool from_below = name.starts_with("RTMIN");
  if (!from_below && !name.starts_with("RTMAX")) return std::nullopt;
  const int base = from_below ? kRtMin : kRtMax;
  const std::string_view rest = name.substr(5);
  if (rest.empty()) return base;
  const auto distance = number_of(rest.substr(1));
  if (rest.front() != (from_below ? '+' : '-') || !distance || *distance > kRtMax - kRtMin) return std::nullopt;
  return from_below ? base + *distance : base - *distance;
}

std::optional<int> named(std::string name) {
  for (char& c : name)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (name.starts_with("SIG")) name.erase(0, 3);
  const auto* const known =
      std::find_if(std::begin(kNames), std::end(kNames), [&](const auto& entry) { return entry.first == name; });
  return known != std::end(kNames) ? known->second : real_time(name);
}

}  // namespace

Result<int> parse_signal(std::string_view text) {
  if (const auto number = number_of(text); number && *number > 0 && *number <= kRtMax) return *number;
  if (const auto number = named(std::string(text))) return *number;
  return Error{Kind::invalid, 0, "'" + std::string(text.substr(0, 64)) + "' is no signal, such as SIGTERM or 15"};
}

}  // namespace podrun

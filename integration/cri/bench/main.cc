// cri_bench IMAGE LOGS PLUGIN-TIMES CHAIN ROUNDS CROWD NAME=SOCKET:PID...: what calls take of servers of the CRI, the
// first of which the others are compared with, and what they hold in memory where CROWD is not 0. Prints figures of one
// run as tables, and judges nothing. Started by bench.sh, which has the servers.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "integration/cri/bench/rounds.h"

namespace cri_bench {
namespace {

constexpr int kFewestArguments = 8;
constexpr int kFewestRounds = 3;

Contender contender_of(std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::size_t colon = text.rfind(':');
  if (equals == std::string_view::npos || colon == std::string_view::npos) std::exit(2);
  return {.name = std::string(text.substr(0, equals)),
          .socket = std::string(text.substr(equals + 1, colon - equals - 1)),
          .process = std::atoi(std::string(text.substr(colon + 1)).c_str()),
          .samples = {},
          .kilobytes = {}};
}

void print_head(const char* what, const std::vector<Contender>& contenders) {
  std::printf("\n| %s |", what);
  for (const Contender& contender : contenders) std::printf(" %s |", contender.name.c_str());
  std::printf("\n|---|");
  for (std::size_t i = 0; i < contenders.size(); ++i) std::printf("--:|");
  std::printf("\n");
}

// One cell: the figure, and the first contender's as a part of it.
void print_cell(double figure, double first, bool is_first, const char* more) {
  if (is_first)
    std::printf(" %.2f%s |", figure, more);
  else
    std::printf(" %.2f%s (%.2f) |", figure, more, first / figure);
}

void print_times(const std::vector<std::string>& rows, const std::vector<Contender>& contenders) {
  for (const std::string& row : rows) {
    if (!contenders.front().samples.contains(row)) continue;
    std::printf("| %s |", row.c_str());
    const double first = contenders.front().samples.at(row).median().count();
    for (const Contender& contender : contenders) {
      const bench::Samples& samples = contender.samples.at(row);
      std::array<char, 32> p90{};
      std::snprintf(p90.data(), p90.size(), " – %.2f", samples.p90().count());
      print_cell(samples.median().count(), first, &contender == &contenders.front(), p90.data());
    }
    std::printf("\n");
  }
}

void print_memory(const std::vector<std::string>& rows, const std::vector<Contender>& contenders) {
  for (const std::string& row : rows) {
    if (!contenders.front().kilobytes.contains(row)) continue;
    std::printf("| %s |", row.c_str());
    const double first = contenders.front().kilobytes.at(row) / 1024;
    for (const Contender& contender : contenders)
      print_cell(contender.kilobytes.at(row) / 1024, first, &contender == &contenders.front(), "");
    std::printf("\n");
  }
}

int run(int count, char** arguments) {
  const Options options{.image = arguments[1],
                        .logs = arguments[2],
                        .plugin_times = arguments[3],
                        .chain = arguments[4],
                        .rounds = std::atoi(arguments[5]),
                        .pods = std::strtoul(arguments[6], nullptr, 10)};
  std::vector<Contender> contenders;
  for (int i = kFewestArguments - 1; i < count; ++i) contenders.push_back(contender_of(arguments[i]));
  for (const Contender& contender : contenders) {
    Client client(contender.socket);
    client.pull(options.image);
    std::printf("%s: %s\n", contender.name.c_str(), client.version().c_str());
  }
  std::vector<std::string> crowd;
  if (options.pods != 0) crowd = measure_crowds(contenders, options);
  std::vector<std::string> lives = measure_lives(contenders, 1, options);
  Options crowded = options;
  crowded.rounds = std::max(kFewestRounds, options.rounds / 3);  // of ten calls each
  for (std::string& row : measure_lives(contenders, 10, crowded)) lives.push_back(std::move(row));

  print_head("ms, median – 90th percentile", contenders);
  print_times(lives, contenders);
  print_times(crowd, contenders);
  if (crowd.empty()) return 0;
  print_head("MiB, proportional set size", contenders);
  print_memory(crowd, contenders);
  return 0;
}

}  // namespace
}  // namespace cri_bench

int main(int argc, char** argv) {
  if (argc >= cri_bench::kFewestArguments) return cri_bench::run(argc, argv);
  std::fprintf(stderr, "usage: cri_bench IMAGE LOGS PLUGIN-TIMES CHAIN ROUNDS CROWD NAME=SOCKET:PID...\n");
  return 2;
}

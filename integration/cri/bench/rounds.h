// What calls take, of several servers in turn.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "integration/bench/timing.h"
#include "integration/cri/bench/client.h"

namespace cri_bench {

struct Options {
  std::string image;
  std::string logs;
  std::string plugin_times;  // a file
  std::string chain;         // of CNI plugins: its name
  int rounds = 30;
  std::size_t pods = 50;
  std::size_t containers = 4;  // of each
};

struct Contender {
  std::string name;
  std::string socket;
  pid_t process = 0;
  std::map<std::string, bench::Samples> samples;  // by row
  std::map<std::string, double> kilobytes;        // by row
};

// Several clients, each on a connection of its own.
using Clients = std::vector<std::unique_ptr<Client>>;
Clients connect(const std::string& socket, std::size_t count);

// Rows of a pod's life, with that many clients at once. The servers take turns, one round each.
std::vector<std::string> measure_lives(std::vector<Contender>& contenders, std::size_t clients, const Options& options);

// Rows of lists and of memory, with all of the pods standing, of one server after another.
std::vector<std::string> measure_crowds(std::vector<Contender>& contenders, const Options& options);

}  // namespace cri_bench

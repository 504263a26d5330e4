// bench: how long podrun takes for a pod, beside crun, runc, podman and the bare clone3, and what a pod holds in
// memory. Prints figures of one run and judges nothing: exits 0 whatever they are, and 1 when a command failed. Usage:
// run.sh.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "integration/bench/large_caller.h"
#include "integration/bench/machine.h"
#include "integration/bench/memory.h"
#include "integration/bench/operations.h"
#include "integration/bench/probes.h"
#include "integration/bench/report.h"
#include "integration/command.h"
#include "integration/needs.h"
#include "integration/own_host.h"

namespace bench {
namespace {

struct Options {
  int runs = 30;
  bool fast = false;
  std::string only;  // what an operation has in its name
};

constexpr Milliseconds kQuiet{200};

bool available(const integration::Unmet& unmet) { return !unmet; }

Peers find_peers(const Options& options) {
  using namespace integration;
  Peers peers;
  peers.crun = available(need::program("crun"));
  peers.runc = !options.fast && available(need::program("runc"));
  peers.podman = !options.fast && available(need::program("podman"));
  peers.cnitool = ::access((tests_dir() + "/cnitool").c_str(), X_OK) == 0;
  if (!peers.cnitool) std::printf("cnitool skipped: it is not built, for want of Go\n");
  const auto unmet = need::plugin("portmap");
  peers.plugins = available(unmet) && available(need::program("iptables"));
  if (!peers.plugins) std::printf("create with a network skipped: needs iptables and the CNI plugin portmap\n");
  return peers;
}

void run_loops(const std::vector<Operation>& all, const Options& options, bool quiet, Report& report) {
  const Places places;
  const Milliseconds sleep = quiet ? kQuiet : Milliseconds(0);
  for (const Operation& operation : all) {
    std::fprintf(stderr, "  %s, %s\n", operation.name.c_str(), quiet ? "quiet" : "tight");
    report.add(operation.name, quiet, operation.interleaved,
               measure(operation.interleaved, {options.runs, sleep}, places));
    for (const Trial& trial : operation.apart)
      report.add(operation.name, quiet, {trial}, measure({trial}, {std::max(5, options.runs / 3), sleep}, places));
  }
}

integration::Unmet podrun_is_built() {
  for (const char* program : {"podrun", "podrun-shim", "pause"})
    if (const std::string path = integration::programs_dir() + "/" + program; ::access(path.c_str(), X_OK) != 0)
      return "needs " + path + ": build it first, or name a directory with PODRUN_BIN_DIR";
  return std::nullopt;
}

int run(const Scene& scene, const Options& options) {
  const Podrun podrun(scene);
  print_machine(integration::programs_dir() + "/podrun");
  const Peers peers = find_peers(options);
  if (options.only == "probes") {
    print_probes(scene, podrun, peers);
    return 0;
  }
  std::vector<Operation> all = operations(scene, podrun, peers);
  std::erase_if(all, [&](const Operation& one) { return one.name.find(options.only) == std::string::npos; });
  Report report;
  run_loops(all, options, false, report);
  if (!options.fast && options.only.empty()) run_loops(all, options, true, report);
  report.print_medians();
  report.print_spread();
  if (!options.only.empty()) return 0;
  report.print_targets();
  print_memory(scene, podrun);
  print_probes(scene, podrun, peers);
  print_large_caller(options.runs);
  return 0;
}

// The scene is taken down by a process outside, after everything inside has ended, however it did.
int run_in_own_host(const Options& options) {
  const Scene scene;
  std::signal(SIGINT, [](int) {});  // strikes the command under way, and so ends the run
  const pid_t inside = ::fork();
  if (inside == 0) std::_Exit(integration::in_own_host([&] { return run(scene, options); }));
  return integration::wait_for(inside);
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  bench::Options options;
  CLI::App app("Times podrun beside crun, runc, podman and a bare clone3; prints figures of one run");
  app.add_option("--runs", options.runs, "Runs of each loop; runc and podman do a third")
      ->capture_default_str()
      ->check(CLI::Range(5, 10000));
  app.add_flag("--fast", options.fast, "Only the tight loop, without runc and podman");
  app.add_option("--only", options.only, "Operations with this in their name, in the tight loop; or: probes");
  CLI11_PARSE(app, argc, argv);
  for (const auto& unmet : {integration::need::root(), bench::podrun_is_built(), integration::need::busybox()})
    if (unmet) bench::fail(*unmet);
  return bench::run_in_own_host(options);
}

// podrun-cri: the Kubernetes CRI on podrun's pods.
#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

#include <iostream>

#include "runtime/cri/server.h"

namespace podrun::cri {
namespace {

int run(const std::vector<std::string>& arguments) {
  const auto options = read_options(arguments);
  if (!options) {
    std::cerr << "podrun-cri: " << options.error().what << "\n";
    return 2;
  }
  if (options->wants_help || options->wants_version) {
    std::cout << (options->wants_help ? help_text() : std::string("podrun-cri ") + PODRUN_VERSION + "\n");
    return 0;
  }
  if (::geteuid() != 0) {
    std::cerr << "podrun-cri: must be run as root\n";
    return 1;
  }
  const auto served = serve(*options);
  if (served) return 0;
  std::cerr << "podrun-cri: " << served.error().what << "\n";
  return 1;
}

}  // namespace
}  // namespace podrun::cri

int main(int argc, char** argv) {
  // One heap for all threads, whose free end goes back to the kernel: with one for each, every thread of gRPC's keeps
  // the room of the largest list that it has answered. Calls are few, and wait for the kernel and for podrun, not for
  // each other here.
  ::mallopt(M_ARENA_MAX, 1);
  ::mallopt(M_MMAP_THRESHOLD, 128 << 10);
  ::mallopt(M_TRIM_THRESHOLD, 128 << 10);
  ::umask(0022);
  return podrun::cri::run({argv + (argc > 0 ? 1 : 0), argv + argc});
}

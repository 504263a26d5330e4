// A plugin's own test program, which asks the kit: plugin-tests DIRECTORY TYPE [CHECK...]
// Prints what failed; exits with 0 where the plugin conforms, 1 where it does not, and 2 where it could not be tested.
#include <cstdio>

#include "cni/kit.h"

int main(int argc, char** argv) {
  if (argc < 3) return std::fprintf(stderr, "usage: plugin-tests DIRECTORY TYPE [CHECK...]\n"), 2;
  cni::kit::Options options;
  options.plugin_dirs = {argv[1]};
  options.helper = KIT_PLUGIN;
  options.only.assign(argv + 3, argv + argc);
  const auto subject = cni::kit::subject_of_plugin(argv[2], "", options);
  if (!subject) return std::fprintf(stderr, "%s\n", subject.error().what.c_str()), 2;
  const auto report = cni::kit::run(*subject, options);
  if (!report) return std::fprintf(stderr, "%s\n", report.error().what.c_str()), 2;
  std::fputs(cni::kit::as_text(*report).c_str(), stdout);
  return report->conforms() ? 0 : 1;
}

// What plugins print: first byte the exit status, then stdout.
#include <cstdint>
#include <string>

#include "plugin_answer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  cni::RunOutcome outcome;
  outcome.exit_code = data[0] % 2;
  outcome.output.assign(reinterpret_cast<const char*>(data) + 1, size - 1);
  (void)cni::to_error(cni::failure_of("ADD", "fuzz", outcome));
  (void)cni::result_of_add("fuzz", cni::kNewestVersion, outcome);
  (void)cni::versions_of("fuzz", outcome);
  return 0;
}

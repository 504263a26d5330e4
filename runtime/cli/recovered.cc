#include "runtime/cli/recovered.h"

#include "runtime/cli/pods.h"

namespace podrun::cli {

int tell(Context& context, const std::vector<Recovered>& report) {
  Failures failures;
  for (const Recovered& one : report) {
    if (one.error)
      failures.add(Error(*one.error).in(one.what));
    else
      context.out.print(one_line(one.what) + "\n");
  }
  return failures.exit_code();
}

}  // namespace podrun::cli

#include "runtime/cli/recovered.h"

#include "runtime/cli/exit_codes.h"
#include "runtime/cli/pods.h"

namespace podrun::cli {

int tell(Context& context, const std::vector<Recovered>& report) {
  Failures failures;
  bool told_before = false;
  for (const Recovered& one : report) {
    if (!one.error) {
      context.out.print(one_line(one.what) + "\n");
    } else if (one.told_before) {
      say(one.what + ": as before: " + one.error->what);
      told_before = true;
    } else {
      failures.add(Error(*one.error).in(one.what));
    }
  }
  if (told_before)
    note("What can never succeed is given up by `podrun cni forget`, and of pods by `podrun delete --force`");
  return failures.exit_code() != 0 || !told_before ? failures.exit_code() : kToldBefore;
}

}  // namespace podrun::cli

#include "kit/src/end_text.h"

namespace cni::kit {

std::string end_text(const RunOutcome& outcome) {
  switch (outcome.end) {
    case RunOutcome::End::exited:
      return "exit " + std::to_string(outcome.exit_code);
    case RunOutcome::End::signaled:
      return "signal " + std::to_string(outcome.signal);
    case RunOutcome::End::timed_out:
      return "time limit";
    case RunOutcome::End::too_much_output:
      return "too much output";
    case RunOutcome::End::cancelled:
      return "cancelled";
  }
  return "";
}

}  // namespace cni::kit

#include "runtime/stream/status.h"

#include <nlohmann/json.hpp>

namespace podrun::stream {

std::string status_of(const Result<int>& end, StatusForm form) {
  const bool succeeded = end && *end == 0;
  std::string message;
  if (!end)
    message = end.error().what;
  else if (!succeeded)
    message = "command terminated with exit code " + std::to_string(*end);
  if (form == StatusForm::text) return message;

  nlohmann::ordered_json status{{"metadata", nlohmann::ordered_json::object()},
                                {"status", succeeded ? "Success" : "Failure"}};
  if (!succeeded) status["message"] = message;
  if (!end) {
    status["reason"] = "InternalError";
    status["code"] = 500;
  } else if (!succeeded) {
    status["reason"] = "NonZeroExitCode";
    status["details"]["causes"] = {{{"reason", "ExitCode"}, {"message", std::to_string(*end)}}};
  }
  // A text may have bytes that are no UTF-8: of a path, say.
  return status.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace podrun::stream

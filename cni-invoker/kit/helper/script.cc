#include "kit/helper/script.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <thread>

#include "cni/base/files.h"
#include "cni/base/try.h"
#include "kit/helper/places.h"

namespace cni::kit {
namespace {

using Json = nlohmann::json;

std::string command() {
  const char* value = std::getenv("CNI_COMMAND");
  return value == nullptr ? "" : value;
}

Json environment_json() {
  Json all = Json::object();
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text(*entry);
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos) all[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return all;
}

}  // namespace

Result<void> tell_call(const std::string& plugin, const std::string& input) {
  const Json call{{"command", command()}, {"environment", environment_json()}, {"stdin", input}};
  const std::string path = log_of(plugin);
  // In one write, as others of its kind may run.
  const Fd log = TRY(base::open_file(path, O_WRONLY | O_CREAT | O_APPEND, 0600));
  return base::write_all(log.get(), call.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n", path);
}

Result<std::optional<int>> answer_by_script(const std::string& plugin) {
  const std::string path = script_of(plugin);
  if (!base::path_exists(path)) return std::optional<int>();
  const Json script = Json::parse(TRY(base::read_file(path)), nullptr, false);
  const Json answer = script.is_object() ? script.value(command(), Json::object()) : Json::object();
  if (!answer.is_object()) return Error{Kind::invalid, 0, "'" + path + "': no script"};
  std::this_thread::sleep_for(std::chrono::milliseconds(answer.value("delay", 0)));
  TRY(base::write_all(2, answer.value("stderr", ""), "stderr"));
  if (!answer.contains("stdout") && !answer.contains("exit")) return std::optional<int>();
  TRY(base::write_all(1, answer.value("stdout", ""), "stdout"));
  return std::optional<int>(answer.value("exit", 0));
}

}  // namespace cni::kit

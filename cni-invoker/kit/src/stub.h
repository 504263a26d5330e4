// One of the kit's own plugins (cni-kit-plugin) as a check sees it: it says what the plugin is to answer, and reads how
// it was called.
#pragma once

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cni/base/result.h"

namespace cni::kit {

// Where it has neither output nor exit status, the plugin does its work.
struct StubAnswer {
  std::optional<std::string> output;  // stdout, byte for byte: a result of any version, an error, or junk
  std::optional<int> exit_code;       // 0, unless told
  std::string errors;                 // stderr
  std::chrono::milliseconds delay{0};
};
StubAnswer stub_result(const nlohmann::json& result);
StubAnswer stub_error(int code, const std::string& message);

struct StubCall {
  std::string command;
  std::map<std::string, std::string> environment;
  std::string input;  // stdin
};

class Stub {
 public:
  explicit Stub(std::string name) : name_(std::move(name)) {}
  const std::string& type() const { return name_; }

  void answer(const std::string& command, const StubAnswer& answer);  // from now on
  void forget();                                                      // answers and calls
  std::vector<StubCall> calls() const;                                // in their order
  std::size_t count(const std::string& command) const;

 private:
  void write_script() const;

  std::string name_;
  nlohmann::json script_ = nlohmann::json::object();
};

// Links to the program at `helper` under the names of all that it can be (helper/places.h).
Result<void> put_up_stubs(const std::string& helper);

}  // namespace cni::kit

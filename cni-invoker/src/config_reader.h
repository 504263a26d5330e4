// Reads one configuration object and says of each error where it is. A reader of a part knows its place in the whole.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cni/config.h"

namespace cni {

class ConfigReader {
 public:
  // `document` must outlive the reader.
  ConfigReader(std::string_view document, std::string name)
      : ConfigReader(document, std::move(name), 0, document.size()) {}

  Result<NetworkList> list() const;  // without plugins when there is no such key
  Result<NetworkList> single() const;
  Result<PluginConfig> plugin(std::vector<std::string>& warnings) const;

  Error at(std::size_t offset, const std::string& message) const;

 private:
  ConfigReader(std::string_view document, std::string name, std::size_t base, std::size_t length)
      : document_(document), text_(document.substr(base, length)), base_(base), name_(std::move(name)) {}
  ConfigReader within(std::size_t base, std::size_t length) const { return {document_, name_, base, length}; }

  Result<JsonObject> root() const;
  Result<std::string> required_text(const JsonObject& object, std::string_view key) const;
  Result<std::string> text(const JsonObject& object, std::string_view key) const;  // empty when absent
  Result<bool> flag(const JsonObject& object, std::string_view key) const;         // false when absent
  Result<std::string> network_name(const JsonObject& object) const;
  Result<Version> version(const JsonObject& object, bool also_list) const;
  void warn_of_open_loopback(NetworkList& list) const;  // of the plugin read last
  void warn_of_reserved_keys(const JsonObject& object, std::vector<std::string>& warnings) const;

  std::string_view document_;
  std::string_view text_;  // the part this reader reads: document_ from base_
  std::size_t base_;
  std::string name_;
};

Error diagnostic_error(Diagnostic diagnostic, Kind kind);

}  // namespace cni

// A plugin's configuration, read by what each value should be: text, whole numbers, numbers, flags, arrays, objects. A
// key is looked up without a check at every level; what is wrong on the way is told when the value is read.
//
//   const auto subnet = call.config["ipam"]["subnet"].text();
//   const auto mtu = call.config["mtu"].number_or(1500, {68, 65535});
//   if (!mtu) return mtu.error();
//
// Such an error is a plugin's own (error.h), of code 7, and names place and key:
//   line 1, column 87: 'ipam.ranges[0].subnet': expected a string
// The place is that in what the plugin was given on stdin; a runtime gives it on one line, as a rule. Keys are
// case-sensitive. JSON null counts as absent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cni/base/result.h"

namespace cni {

struct NumberRange {
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();  // itself allowed
};

// One value, or none: cheap to copy, and alive for as long as any copy is.
class ConfigView {
 public:
  ConfigView() = default;  // absent
  // Kind::invalid when the text is something other than a JSON object.
  static Result<ConfigView> parse(std::string document);

  // The value of a key. Absent in what is absent; an error once it is read, in what is no object.
  ConfigView operator[](std::string_view key) const;
  bool is_there() const { return length_ != 0; }

  // Absent: an error. The number may be written as a whole number only: 1.0 and 1e3 are none.
  Result<std::string> text() const;
  Result<bool> flag() const;
  Result<std::int64_t> number(NumberRange range = {}) const;
  Result<double> real() const;
  // Absent: the other value. Of another type: an error all the same.
  Result<std::string> text_or(std::string otherwise) const;
  Result<bool> flag_or(bool otherwise) const;
  Result<std::int64_t> number_or(std::int64_t otherwise, NumberRange range = {}) const;
  Result<double> real_or(double otherwise) const;
  // Absent: empty.
  Result<std::vector<ConfigView>> array() const;
  Result<std::vector<std::string>> texts() const;                           // an array of strings
  Result<std::vector<std::pair<std::string, ConfigView>>> members() const;  // of an object, in their order

  // The JSON text as it was given; empty when absent. For what is somebody else's: JsonObject::parse takes it.
  std::string_view json() const;

  // An error about this value, for rules of the plugin's own: error("must be a directory that exists").
  Error error(const std::string& message) const;

 private:
  ConfigView part(const std::string& path, std::size_t offset, std::size_t length) const;
  bool is_absent() const { return !wrong_ && !is_there(); }
  Result<void> check_there() const;
  Error expected(std::string_view what) const;

  std::shared_ptr<const std::string> document_;
  std::size_t offset_ = 0;      // in the document; of what is absent: that of the object it should be in
  std::size_t length_ = 0;      // 0: absent
  std::string path_;            // "ipam.ranges[0]"; empty: the whole
  std::optional<Error> wrong_;  // what was no object on the way here
};

}  // namespace cni

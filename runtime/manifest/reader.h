// Typed access to what check_fields has seen: shapes are known to be right, so that absence is all a reader meets.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/manifest/tree.h"

namespace podrun::manifest {

struct Range {
  std::uint64_t from = 0;
  std::uint64_t to = std::numeric_limits<std::uint32_t>::max();
};

// An object at a path. The tree must outlive it. Null and absent are the same, as for Kubernetes.
class Reader {
 public:
  explicit Reader(const Json& object, std::string path = {}) : object_(&object), path_(std::move(path)) {}

  bool has(std::string_view field) const { return find(field) != nullptr; }
  Reader at(std::string_view field) const;  // an empty object where the field is absent
  std::vector<Reader> items(std::string_view field) const;

  std::string text(std::string_view field) const;  // empty where absent
  bool flag(std::string_view field, bool otherwise = false) const;
  std::vector<std::string> texts(std::string_view field) const;
  std::vector<std::pair<std::string, std::string>> entries(std::string_view field) const;
  Result<std::optional<std::uint64_t>> whole(std::string_view field, Range range) const;
  std::optional<std::string> amount(std::string_view field) const;  // as written

  // An error about one of the object's fields, or about an item in one.
  Error bad(std::string_view field, std::string_view problem) const;
  Error bad(std::string_view field, std::size_t index, std::string_view problem) const;

 private:
  const Json* find(std::string_view field) const;

  const Json* object_;
  std::string path_;
};

}  // namespace podrun::manifest

// Typed access to what check_fields has seen: shapes are right (what was not has been taken away), so that absence is
// all a reader meets. What is wrong with a value goes to the Problems, and reading goes on.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/manifest/problems.h"
#include "runtime/manifest/tree.h"

namespace podrun::manifest {

struct Range {
  std::uint64_t from = 0;
  std::uint64_t to = std::numeric_limits<std::uint32_t>::max();
};

// An object at a path. The tree and the problems must outlive it. Null and absent are the same, as for Kubernetes.
class Reader {
 public:
  Reader(const Json& object, Problems& problems, std::string path = {})
      : object_(&object), problems_(&problems), path_(std::move(path)) {}

  const Json& json() const { return *object_; }
  const std::string& path() const { return path_; }
  bool has(std::string_view field) const { return find(field) != nullptr; }
  Reader at(std::string_view field) const;  // an empty object where the field is absent
  std::vector<Reader> items(std::string_view field) const;

  std::string text(std::string_view field) const;  // empty where absent
  bool flag(std::string_view field, bool otherwise = false) const;
  std::vector<std::string> texts(std::string_view field) const;
  std::vector<std::pair<std::string, std::string>> entries(std::string_view field) const;
  std::vector<std::uint64_t> wholes(std::string_view field, Range range) const;  // without those out of range
  // Empty, too, where it is out of range.
  std::optional<std::uint64_t> whole(std::string_view field, Range range) const;
  std::optional<std::string> amount(std::string_view field) const;  // as written

  // What is wrong with the object, with one of its fields, or with an item in one.
  void bad(std::string_view problem) const;
  void bad(std::string_view field, std::string_view problem, Kind kind = Kind::invalid) const;
  void bad(std::string_view field, std::size_t index, std::string_view problem) const;

 private:
  const Json* find(std::string_view field) const;
  std::optional<std::uint64_t> within(const Json& value, Range range, const std::string& path) const;

  const Json* object_;
  Problems* problems_;
  std::string path_;
};

}  // namespace podrun::manifest

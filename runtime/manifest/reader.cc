#include "runtime/manifest/reader.h"

#include "runtime/manifest/text.h"

namespace podrun::manifest {

const Json* Reader::find(std::string_view field) const {
  const auto found = object_->find(std::string(field));
  return found == object_->end() || found->is_null() ? nullptr : &*found;
}

Reader Reader::at(std::string_view field) const {
  static const Json kNothing = Json::object();
  const Json* const value = find(field);
  return Reader(value != nullptr ? *value : kNothing, *problems_, child_path(path_, field));
}

std::vector<Reader> Reader::items(std::string_view field) const {
  std::vector<Reader> readers;
  if (const Json* const value = find(field))
    for (const Json& item : *value)
      readers.emplace_back(item, *problems_, child_path(child_path(path_, field), readers.size()));
  return readers;
}

std::string Reader::text(std::string_view field) const {
  const Json* const value = find(field);
  return value != nullptr ? value->get<std::string>() : std::string();
}

bool Reader::flag(std::string_view field, bool otherwise) const {
  const Json* const value = find(field);
  return value != nullptr ? value->get<bool>() : otherwise;
}

std::vector<std::string> Reader::texts(std::string_view field) const {
  const Json* const value = find(field);
  return value != nullptr ? value->get<std::vector<std::string>>() : std::vector<std::string>();
}

std::vector<std::pair<std::string, std::string>> Reader::entries(std::string_view field) const {
  std::vector<std::pair<std::string, std::string>> pairs;
  if (const Json* const value = find(field))
    for (const auto& member : value->items()) pairs.emplace_back(member.key(), member.value().get<std::string>());
  return pairs;
}

std::optional<std::uint64_t> Reader::whole(std::string_view field, Range range) const {
  const Json* const value = find(field);
  return value != nullptr ? within(*value, range, child_path(path_, field)) : std::nullopt;
}

std::vector<std::uint64_t> Reader::wholes(std::string_view field, Range range) const {
  std::vector<std::uint64_t> numbers;
  const Json* const list = find(field);
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i)
    if (const auto number = within((*list)[i], range, child_path(child_path(path_, field), i)))
      numbers.push_back(*number);
  return numbers;
}

std::optional<std::uint64_t> Reader::within(const Json& value, Range range, const std::string& path) const {
  const bool negative = value.is_number_integer() && !value.is_number_unsigned() && value.get<std::int64_t>() < 0;
  if (!negative && value.get<std::uint64_t>() >= range.from && value.get<std::uint64_t>() <= range.to)
    return value.get<std::uint64_t>();
  problems_->add(
      path, "expected " + std::to_string(range.from) + " to " + std::to_string(range.to) + ", found " + value.dump());
  return std::nullopt;
}

std::optional<std::string> Reader::amount(std::string_view field) const {
  const Json* const value = find(field);
  if (value == nullptr) return std::nullopt;
  return value->is_string() ? value->get<std::string>() : value->dump();
}

void Reader::bad(std::string_view field, std::string_view problem, Kind kind) const {
  problems_->add(child_path(path_, field), problem, kind);
}

void Reader::bad(std::string_view problem) const { problems_->add(path_, problem); }

void Reader::bad(std::string_view field, std::size_t index, std::string_view problem) const {
  problems_->add(child_path(child_path(path_, field), index), problem);
}

}  // namespace podrun::manifest

#include "runtime/manifest/document.h"

#include "runtime/manifest/text.h"

namespace podrun::manifest {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr const char* kDocumentBlanks = " \t\r\n";

// Behind its brace JSON has a string or nothing. Whose errors are told where it is read neither way.
bool begins_as_json(std::string_view text) {
  const std::size_t next = text.find_first_not_of(kDocumentBlanks, 1);
  return next == std::string_view::npos || text[next] == '"' || text[next] == '}';
}

}  // namespace

Result<std::vector<Json>> read_documents(std::string_view text) {
  if (text.size() > kMaxTextBytes) return Error{Kind::invalid, 0, "is larger than 1 MiB"};
  if (const auto bad = find_bad_utf8(text)) return Error{Kind::invalid, 0, position_of(text, *bad) + ": not UTF-8"};
  // yaml-cpp takes a NUL for the end, so what follows it would be hidden from us and not from other readers.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos)
    return Error{Kind::invalid, 0, position_of(text, nul) + ": a NUL byte"};

  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const std::size_t first = text.find_first_not_of(kDocumentBlanks);
  if (first == std::string_view::npos || text[first] != '{') return read_yaml(text);

  // YAML may begin with a brace, too, in its flow style.
  Result<std::vector<Json>> json = read_json(text);
  if (json) return json;
  Result<std::vector<Json>> yaml = read_yaml(text);
  return yaml || !begins_as_json(text.substr(first)) ? std::move(yaml) : std::move(json);
}

}  // namespace podrun::manifest

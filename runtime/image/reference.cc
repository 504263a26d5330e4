#include "runtime/image/reference.h"

#include <algorithm>
#include <climits>
#include <string_view>

namespace podrun::image {
namespace {

constexpr std::size_t kTagLimit = 255;

Error invalid(const std::string& text, std::string_view why) {
  // A reference may be any bytes of any length; a message is one line.
  std::string shown = text.substr(0, 200);
  std::replace_if(
      shown.begin(), shown.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return Error{Kind::invalid, 0, "image '" + shown + "': " + std::string(why)};
}

bool is_printable(const std::string& text) {
  return std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

}  // namespace

Result<Reference> parse_reference(const std::string& text) {
  Reference reference;
  std::string rest;
  if (text.starts_with("rootfs:")) {
    rest = text.substr(7);
  } else if (text.starts_with("oci:")) {
    reference.form = Reference::Form::oci;
    rest = text.substr(4);
    if (const auto colon = rest.find(':'); colon != std::string::npos) {
      reference.tag = rest.substr(colon + 1);
      rest.resize(colon);
      if (reference.tag.empty()) return invalid(text, "the tag after the colon is empty; write oci:DIR or oci:DIR:TAG");
      if (reference.tag.size() > kTagLimit) return invalid(text, "the tag is longer than 255 bytes");
    }
  } else {
    auto name = parse_name(text);
    if (!name) return invalid(text, name.error().what);
    reference.form = Reference::Form::name;
    reference.name = *std::move(name);
    return reference;
  }
  if (!is_printable(rest) || !is_printable(reference.tag)) return invalid(text, "control characters are not allowed");
  if (rest.empty()) return invalid(text, "the directory is missing");
  if (rest.front() != '/') return invalid(text, "the directory must be an absolute path; write it from / on");
  if (rest.size() >= PATH_MAX) return invalid(text, "the directory's path is longer than 4095 bytes");
  reference.directory = std::move(rest);
  return reference;
}

}  // namespace podrun::image

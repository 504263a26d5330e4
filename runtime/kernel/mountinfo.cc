#include "runtime/kernel/mountinfo.h"

#include <charconv>

#include "base/files.h"

namespace podrun {
namespace {

// The part before the separator, which it takes off together with that.
std::string_view take_part(std::string_view& rest, char separator) {
  const auto end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return part;
}

MountLine parse_line(std::string_view line) {
  MountLine mount;
  const std::string_view id = take_part(line, ' ');
  std::from_chars(id.data(), id.data() + id.size(), mount.id);
  take_part(line, ' ');  // parent
  take_part(line, ' ');  // device
  mount.root = take_part(line, ' ');
  mount.target = take_part(line, ' ');
  take_part(line, ' ');  // options of the mount
  for (std::string_view tag = take_part(line, ' '); !line.empty() && tag != "-"; tag = take_part(line, ' '))
    mount.is_shared = mount.is_shared || tag.starts_with("shared:");
  mount.type = take_part(line, ' ');
  take_part(line, ' ');  // source
  mount.options = take_part(line, ' ');
  return mount;
}

bool is_octal(std::string_view digits) { return digits.find_first_not_of("01234567") == std::string_view::npos; }

}  // namespace

Result<std::string> read_mountinfo() { return base::read_file("/proc/self/mountinfo"); }

void each_mount(std::string_view mountinfo, const std::function<void(const MountLine&)>& visit) {
  while (!mountinfo.empty()) visit(parse_line(take_part(mountinfo, '\n')));
}

std::string unescape_mount_field(std::string_view field) {
  std::string text;
  while (!field.empty()) {
    const std::string_view digits = field.front() == '\\' && field.size() > 3 ? field.substr(1, 3) : "";
    int code = static_cast<unsigned char>(field.front());
    const bool is_escape = !digits.empty() && is_octal(digits);
    if (is_escape) std::from_chars(digits.data(), digits.data() + digits.size(), code, 8);
    text += static_cast<char>(code);
    field.remove_prefix(is_escape ? 4 : 1);
  }
  return text;
}

}  // namespace podrun

// Users and groups from the image's own files. The texts are the image's and may hold anything: lines that are not well
// formed are passed over, as getpwnam(3) does, and nothing here costs more than one walk over each text.
#include <algorithm>
#include <charconv>
#include <climits>
#include <functional>
#include <optional>
#include <string_view>

#include "runtime/image/image.h"

namespace podrun {
namespace {

constexpr std::uint32_t kIdLimit = 0x7fffffff;  // as other runtimes: beyond it tools disagree about the sign
constexpr std::size_t kGroupLimit = 65536;      // NGROUPS_MAX of Linux

struct PasswdLine {
  std::string_view name;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::string_view home;
};

struct GroupLine {
  std::string_view name;
  std::uint32_t gid = 0;
  std::string_view members;
};

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc{} || stop != end || value > kIdLimit) return std::nullopt;
  return value;
}

// A text cut at separators, one field after the other; past the last one all are empty.
class Fields {
 public:
  explicit Fields(std::string_view text) : rest_(text) {}
  bool more() const { return more_; }
  std::string_view next(char separator) {
    const auto at = rest_.find(separator);
    const std::string_view field = rest_.substr(0, at);
    more_ = at != std::string_view::npos;
    rest_ = more_ ? rest_.substr(at + 1) : std::string_view();
    return field;
  }

 private:
  std::string_view rest_;
  bool more_ = true;
};

std::optional<PasswdLine> parse_passwd_line(std::string_view line) {
  Fields fields(line);  // name:password:uid:gid:gecos:home:shell, passwd(5)
  const std::string_view name = fields.next(':');
  fields.next(':');
  const auto uid = number(fields.next(':'));
  const auto gid = number(fields.next(':'));
  fields.next(':');
  if (name.empty() || !uid || !gid) return std::nullopt;
  return PasswdLine{name, *uid, *gid, fields.next(':')};
}

std::optional<GroupLine> parse_group_line(std::string_view line) {
  Fields fields(line);  // name:password:gid:member,member, group(5)
  const std::string_view name = fields.next(':');
  fields.next(':');
  const auto gid = number(fields.next(':'));
  if (name.empty() || !gid) return std::nullopt;
  return GroupLine{name, *gid, fields.next(':')};
}

// Calls `visit` for each well-formed line until it says true.
template <class Line>
void each_line(std::string_view text, std::optional<Line> (*parse)(std::string_view),
               const std::function<bool(const Line&)>& visit) {
  for (Fields lines(text); lines.more();)
    if (const auto parsed = parse(lines.next('\n')); parsed && visit(*parsed)) return;
}

bool lists(std::string_view members, std::string_view name) {
  for (Fields fields(members); fields.more();)
    if (fields.next(',') == name) return true;
  return false;
}

bool usable_home(std::string_view home) {
  return home.starts_with('/') && home.size() < PATH_MAX && home.find('\0') == std::string_view::npos;
}

Error unknown(std::string_view what, std::string_view name, std::string_view file) {
  std::string text(what);
  text += " '" + std::string(name.substr(0, 64)) + "': no such name in the image's " + std::string(file);
  text += "; use a name it has, or a number up to 2147483647";
  return Error{Kind::invalid, 0, std::move(text)};
}

Result<User> find_user(std::string_view wanted, std::string_view passwd) {
  const auto uid = wanted.empty() ? std::optional<std::uint32_t>(0) : number(wanted);
  User user;
  bool found = false;
  each_line<PasswdLine>(passwd, parse_passwd_line, [&](const PasswdLine& line) {
    found = uid ? line.uid == *uid : line.name == wanted;
    if (!found) return false;
    user.uid = line.uid;
    user.gid = line.gid;
    user.name = line.name;
    if (usable_home(line.home)) user.home = line.home;
    return true;
  });
  if (!found && !uid) return unknown("user", wanted, "/etc/passwd");
  if (!found) user.uid = *uid;
  return user;
}

Result<std::uint32_t> find_group(std::string_view wanted, std::string_view group) {
  if (const auto gid = number(wanted)) return *gid;
  std::optional<std::uint32_t> found;
  each_line<GroupLine>(group, parse_group_line, [&](const GroupLine& line) {
    if (line.name == wanted) found = line.gid;
    return found.has_value();
  });
  if (!found) return unknown("group", wanted, "/etc/group");
  return *found;
}

// The primary group is among them, as login(1) has it: a process could otherwise shed it through a set-gid program and
// pass a file whose mode denies that group (CVE-2022-36109).
Result<std::vector<std::uint32_t>> memberships(const User& user, std::string_view group) {
  std::vector<std::uint32_t> groups = {user.gid};
  if (!user.name.empty())
    each_line<GroupLine>(group, parse_group_line, [&](const GroupLine& line) {
      if (lists(line.members, user.name)) groups.push_back(line.gid);
      return groups.size() > 2 * kGroupLimit;
    });
  std::sort(groups.begin(), groups.end());
  groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
  if (groups.size() > kGroupLimit)
    return Error{Kind::invalid, 0, "user '" + user.name + "': is in more than 65536 groups of the image's /etc/group"};
  return groups;
}

}  // namespace

Result<User> resolve_user(const std::string& wanted, std::string_view passwd, std::string_view group) {
  const auto colon = wanted.find(':');
  const std::string_view text = wanted;
  User user = TRY(find_user(text.substr(0, colon), passwd));
  if (colon != std::string::npos && colon + 1 < wanted.size())
    user.gid = TRY(find_group(text.substr(colon + 1), group));
  user.groups = TRY(memberships(user, group));
  return user;
}

}  // namespace podrun

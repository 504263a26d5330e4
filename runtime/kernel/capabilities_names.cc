// Names of capabilities, as libcap knows them. Not linked into the shim, which is given bit masks.
#include <sys/capability.h>

#include <algorithm>
#include <cctype>

#include "runtime/kernel/capabilities.h"

namespace podrun::capabilities {
namespace {

constexpr std::string_view kPrefix = "CAP_";
constexpr std::size_t kLongestName = 64;  // "CAP_CHECKPOINT_RESTORE" has 22

std::string upper(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return result;
}

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= kLongestName && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalpha(c) != 0 || c == '_';  // libcap would also take a number for a name
  });
}

bool holds_all(const std::vector<std::string>& list) {
  return std::any_of(list.begin(), list.end(), [](const std::string& name) { return upper(name) == "ALL"; });
}

Result<Set> parse_each(const std::vector<std::string>& list) {
  Set set = 0;
  for (const std::string& name : list)
    if (upper(name) != "ALL") set |= TRY(parse(name));
  return set;
}

}  // namespace

Result<Set> parse(std::string_view name) {
  if (!is_word(name))
    return Error{Kind::invalid, 0, "read capability '" + std::string(name.substr(0, kLongestName)) + "': not a name"};
  std::string full = upper(name);
  if (full == "ALL") return all();
  if (!full.starts_with(kPrefix)) full.insert(0, kPrefix);
  cap_value_t number = 0;
  if (::cap_from_name(full.c_str(), &number) != 0)
    return Error{Kind::invalid, 0, "read capability '" + std::string(name) + "': there is none of that name"};
  const Set bit = Set{1} << static_cast<unsigned>(number);
  if ((bit & all()) == 0)
    return Error{Kind::unsupported, 0, "read capability '" + std::string(name) + "': this kernel does not have it"};
  return bit;
}

std::vector<std::string> names(Set set) {
  std::vector<std::string> result;
  for (unsigned number = 0; number < 64; ++number) {
    if ((set >> number & 1U) == 0) continue;
    char* name = ::cap_to_name(static_cast<cap_value_t>(number));
    result.push_back(name != nullptr ? upper(name) : std::string(kPrefix) + std::to_string(number));
    ::cap_free(name);
  }
  return result;
}

Result<Set> resolve(const std::vector<std::string>& add, const std::vector<std::string>& drop) {
  Set set = kDefault;
  if (holds_all(add)) set = all();
  if (holds_all(drop)) set = 0;
  set |= TRY(parse_each(add).in("capabilities.add"));
  set &= ~TRY(parse_each(drop).in("capabilities.drop"));
  return set;
}

}  // namespace podrun::capabilities

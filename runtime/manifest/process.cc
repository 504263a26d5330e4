#include <algorithm>

#include "runtime/manifest/environment.h"
#include "runtime/manifest/expand.h"
#include "runtime/manifest/names.h"
#include "runtime/manifest/parts.h"
#include "runtime/manifest/text.h"

namespace podrun::manifest {
namespace {

Result<void> spend(std::size_t bytes, std::size_t& room) {
  if (bytes > room) return Error{Kind::invalid, 0, "env, command and args of the Pod expand to more than 4 MiB"};
  room -= bytes;
  return {};
}

Result<std::string> expand_within(std::string_view text, const Variables& variables, std::size_t& room) {
  std::string expanded = TRY(expand(text, variables));
  TRY(spend(expanded.size(), room));
  return expanded;
}

// The variables of one container, each name once: of two with one name the later counts, in the place of the earlier.
class Environment {
 public:
  Environment(ContainerSpec& spec, std::size_t& room) : spec_(spec), room_(room) {}

  // The error is of its value.
  Result<void> set(const std::string& name, const std::string& value) {
    TRY(spend(value.size(), room_));
    if (name.size() + 1 + value.size() > kMaxArgument) return Error{Kind::invalid, 0, "is too long for execve"};
    auto& env = spec_.env;
    const bool again = !variables_.insert_or_assign(name, value).second;
    if (again)
      std::find_if(env.begin(), env.end(), [&](const auto& e) { return e.first == name; })->second = value;
    else
      env.emplace_back(name, value);
    return {};
  }

  const Variables& variables() const { return variables_; }

 private:
  ContainerSpec& spec_;
  std::size_t& room_;
  Variables variables_;
};

void read_env_lists(const Reader& container, const Referred& referred, Environment& environment) {
  const std::string own_name = container.text("name");
  for (const Reader& source : container.items("envFrom"))
    for (const auto& [name, value] : read_env_from(source, referred))
      if (const auto set = environment.set(name, value); !set) source.bad(quote(name) + " " + set.error().what);

  // Each may refer to those before it.
  for (const Reader& given : container.items("env")) {
    const std::string name = given.text("name");
    if (!given.has("name"))
      given.bad("name", "is missing");
    else if (const std::string why = why_bad_env_name(name); !why.empty())
      given.bad("name", quote(name) + " " + why);

    const bool is_reference = given.has("valueFrom");
    if (is_reference && !given.text("value").empty()) given.bad("valueFrom", "and value do not go together");
    const auto literal = expand(given.text("value"), environment.variables());
    if (!literal) given.bad("value", literal.error().what);
    const auto value = is_reference ? read_value_from(given.at("valueFrom"), own_name, referred)
                       : literal    ? std::optional(*literal)
                                    : std::nullopt;
    if (!value) continue;
    if (const auto set = environment.set(name, *value); !set)
      given.bad(is_reference ? "valueFrom" : "value", set.error().what);
  }
}

std::vector<std::string> read_words(const Reader& container, std::string_view field, const Variables& variables,
                                    std::size_t& room) {
  std::vector<std::string> words = container.texts(field);
  for (std::size_t i = 0; i < words.size(); ++i) {
    auto word = expand_within(words[i], variables, room);
    if (word)
      words[i] = std::move(*word);
    else
      container.bad(field, i, word.error().what);
  }
  return words;
}

}  // namespace

void read_process(const Reader& container, const Referred& referred, std::size_t& room, ContainerSpec& spec) {
  Environment environment(spec, room);
  read_env_lists(container, referred, environment);
  spec.command = read_words(container, "command", environment.variables(), room);
  spec.args = read_words(container, "args", environment.variables(), room);
}

}  // namespace podrun::manifest

#include <algorithm>

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

// Each may refer to those before it; of two with one name the later wins, in the place of the earlier.
Variables read_env(const Reader& container, std::size_t& room, ContainerSpec& spec) {
  Variables variables;
  for (const Reader& given : container.items("env")) {
    const std::string name = given.text("name");
    if (!given.has("name"))
      given.bad("name", "is missing");
    else if (const std::string why = why_bad_env_name(name); !why.empty())
      given.bad("name", quote(name) + " " + why);

    const auto value = expand_within(given.text("value"), variables, room);
    if (!value) given.bad("value", value.error().what);
    if (!value) continue;
    if (name.size() + 1 + value->size() > kMaxArgument) given.bad("value", "is too long for execve");
    const bool again = !variables.insert_or_assign(name, *value).second;
    if (again)
      std::find_if(spec.env.begin(), spec.env.end(), [&](const auto& e) { return e.first == name; })->second = *value;
    else
      spec.env.emplace_back(name, *value);
  }
  return variables;
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

void read_process(const Reader& container, std::size_t& room, ContainerSpec& spec) {
  const Variables variables = read_env(container, room, spec);
  spec.command = read_words(container, "command", variables, room);
  spec.args = read_words(container, "args", variables, room);
}

}  // namespace podrun::manifest

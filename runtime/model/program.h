// Which file a process's program is: as execvp(3) looks for it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/kernel/types.h"
#include "runtime/model/process.h"

namespace podrun {

inline std::string_view value_of(const Process& process, std::string_view name) {
  std::string_view value;
  for (const auto& [key, text] : process.env)
    if (key == name) value = text;  // the last one wins, as in execve's environment for most programs
  return value;
}

// Paths, of which the first that can be run is it. None for an empty name.
inline std::vector<std::string> places_of_program(const Process& process) {
  const std::string& name = process.args.front();
  if (name.empty()) return {};
  if (name.find('/') != std::string::npos) return {name};
  std::vector<std::string> places;
  for (std::string_view path = value_of(process, "PATH");;) {
    const std::string_view dir = path.substr(0, path.find(':'));
    places.push_back((dir.empty() ? "." : std::string(dir)) + "/" + name);
    if (dir.size() == path.size()) return places;
    path.remove_prefix(dir.size() + 1);
  }
}

// There is nothing at any of them.
inline Error no_such_program(const Process& process) {
  const std::string& name = process.args.front();
  if (name.find('/') != std::string::npos) return Error::system(ENOENT, "find program '" + name + "'");
  return {Kind::not_found, ENOENT,
          "find program '" + name + "': it is not in PATH (" + std::string(value_of(process, "PATH")) + ")"};
}

}  // namespace podrun

// Pods to copy into and out of.
#pragma once

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "integration/test_host.h"

namespace integration {

class CpHost : public PodrunTest {
 protected:
  bool make_pod(const Json& more = {}, const std::vector<std::string>& command = {"/bin/payload", "sleep"}) {
    Json main = container("main", command);
    if (more.contains("container")) main.update(more.at("container"));
    Json manifest = pod("web", {main});
    if (more.contains("spec")) manifest["spec"].update(more.at("spec"));
    return must_create(manifest);
  }
  Output inside(const std::vector<std::string>& command) const { return exec("web", command); }
  Output cp(const std::string& from, const std::string& to, const std::string& in = {}) const {
    return podrun({"cp", from, to}, in);
  }
  std::string here(const std::string& name) const { return dir() + "/" + name; }
  static std::string text_of(const std::string& path) {
    std::ifstream file(path);
    return (std::ostringstream() << file.rdbuf()).str();
  }
  static void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }
};

inline std::size_t count_of(const std::string& directory) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(directory), std::filesystem::directory_iterator()));
}

}  // namespace integration

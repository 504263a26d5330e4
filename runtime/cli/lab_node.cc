#include "runtime/cli/lab_node.h"

#include <cstdlib>

namespace podrun::cli {
namespace {

constexpr const char* kDirectory = "/run/lab";
constexpr int kNotFound = 3;  // docs/errors.md

}  // namespace

Result<LabNode> LabNode::of(const Context& context, const std::string& lab) {
  LabNode node;
  node.name_ = "lab-" + lab;
  const Directories& directories = context.flags.directories;
  const std::string path = TRY(own_path());
  node.program_ = {path, "--state-dir", directories.state, "--data-dir", directories.data};
  if (!context.flags.cgroup_parent.empty())
    node.program_.insert(node.program_.end(), {"--cgroup-parent", context.flags.cgroup_parent});
  const char* search = std::getenv("PATH");
  // Nothing else of the caller's environment: what a page says is so for everybody.
  node.shell_ = {"env",
                 "-i",
                 "HOME=/root",
                 "PATH=" + path.substr(0, path.rfind('/')) + ":" + (search == nullptr ? "" : search),
                 "CNI_PATH=" + context.flags.cni_bin_path,
                 "PODRUN_STATE_DIR=" + directories.state,
                 "PODRUN_DATA_DIR=" + directories.data,
                 "sh",
                 "-c",
                 std::string("cd ") + kDirectory + " && exec sh -c \"$1\" >&2",
                 "sh"};
  return node;
}

Result<ProgramEnd> LabNode::podrun(std::vector<std::string> words) const {
  words.insert(words.begin(), program_.begin(), program_.end());
  return run_program(words);
}

Result<void> LabNode::must(std::vector<std::string> words) const {
  const std::string what = words[0] + " " + words[1] + " " + name_;
  ProgramEnd end = TRY(podrun(std::move(words)));
  if (end.code == 0) return {};
  while (end.errors.ends_with('\n')) end.errors.pop_back();
  return Error{Kind::internal, 0, what + ": " + end.errors};
}

Result<bool> LabNode::exists() const {
  const ProgramEnd end = TRY(podrun({"node", "get", name_}));
  if (end.code == 0 || end.code == kNotFound) return end.code == 0;
  return Error{Kind::internal, 0, "node get " + name_ + ": " + end.errors};
}

Result<void> LabNode::make() const {
  TRY(must({"node", "add", name_}));
  return must({"node", "exec", name_, "--", "mkdir", "-m", "0755", kDirectory});
}

Result<void> LabNode::remove() const {
  if (!TRY(exists())) return {};
  return must({"node", "delete", name_, "--grace-period", "0"});
}

Result<ProgramEnd> LabNode::run(const std::string& command) const {
  std::vector<std::string> words{"node", "exec", name_, "--"};
  words.insert(words.end(), shell_.begin(), shell_.end());
  words.push_back(command);
  return podrun(std::move(words));
}

Result<std::size_t> LabNode::steps_done() const {
  const ProgramEnd end = TRY(run("cat .steps-done 2> /dev/null"));
  return static_cast<std::size_t>(std::strtoul(end.errors.c_str(), nullptr, 10));
}

Result<void> LabNode::note_steps_done(std::size_t steps) const {
  TRY(run("echo " + std::to_string(steps) + " > .steps-done"));
  return {};
}

Result<std::optional<std::string>> lacking_for(const LabNode& node, const Lab& lab) {
  for (const LabBlock& block : lab.blocks)
    if (block.kind == LabBlock::Kind::needs)
      for (const std::string& command : block.commands)
        if (TRY(node.run(command)).code != 0) return std::optional(command);
  return std::optional<std::string>();
}

std::string typed(const std::string& command) {
  std::string text = "# ";
  for (const char c : command) text += c == '\n' ? "\n> " : std::string(1, c);
  return text + "\n";
}

}  // namespace podrun::cli

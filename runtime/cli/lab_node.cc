#include "runtime/cli/lab_node.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "runtime/node/node_box.h"

namespace podrun::cli {
namespace {

constexpr const char* kDirectory = "/run/lab";

}  // namespace

Result<LabNode> LabNode::of(const Context& context, const std::string& lab) {
  LabNode node;
  node.layout_ = context.store().layout();
  node.name_ = "lab-" + lab;
  const Directories& directories = context.flags.directories;
  const std::string path = TRY(own_path());
  node.program_ = {path, "--state-dir", directories.state, "--data-dir", directories.data};
  if (!context.flags.cgroup_parent.empty())
    node.program_.insert(node.program_.end(), {"--cgroup-parent", context.flags.cgroup_parent});
  const char* search = std::getenv("PATH");
  // Nothing of the caller's: what a page says is so for everybody. Where we are, the node may have no directory.
  if (::chdir("/") != 0) return Error::system(errno, "change directory to '/'");
  node.shell_ = {"env",
                 "-i",
                 "HOME=/root",
                 "PATH=" + path.substr(0, path.rfind('/')) + ":" + (search == nullptr ? "" : search),
                 "CNI_PATH=" + context.flags.cni_bin_path,
                 "PODRUN_STATE_DIR=" + directories.state,
                 "PODRUN_DATA_DIR=" + directories.data,
                 "sh",
                 "-c",
                 std::string("umask 022; cd ") + kDirectory + " && exec sh -c \"$1\" >&2",
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

bool LabNode::exists() const { return std::ranges::count(names_of_nodes(layout_), name_) != 0; }

Result<void> LabNode::make() const {
  TRY(must({"node", "add", name_}));
  return must({"node", "exec", name_, "--", "mkdir", "-m", "0755", kDirectory});
}

Result<void> LabNode::remove() const {
  if (!exists()) return {};
  return must({"node", "delete", name_, "--grace-period", "0"});
}

// run_program() would pass the interruption on.
void LabNode::remove_at_last() const {
  if (!exists()) return;
  std::vector<std::string> words = program_;
  words.insert(words.end(), {"node", "delete", name_, "--grace-period", "0", "-o", "name"});
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t pid = 0;
  const int failed = ::posix_spawn(&pid, argv.front(), &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return warn("node " + name_ + " is left: " + Error::system(failed, "run podrun").what);
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Result<ProgramEnd> LabNode::run(const std::string& command) const {
  std::vector<std::string> words{"node", "exec", name_, "--"};
  words.insert(words.end(), shell_.begin(), shell_.end());
  words.push_back(command);
  return podrun(std::move(words));
}

Result<std::size_t> LabNode::steps_done() const {
  if (!exists()) return std::size_t{0};
  const ProgramEnd end = TRY(run("cat .steps-done 2> /dev/null"));
  return static_cast<std::size_t>(std::strtoul(end.errors.c_str(), nullptr, 10));
}

Result<void> LabNode::note_steps_done(std::size_t steps) const {
  const ProgramEnd end = TRY(run("echo " + std::to_string(steps) + " > .steps-done"));
  if (end.code == 0) return {};
  return Error{Kind::internal, 0, "write down how far it has come: " + end.errors};
}

Result<std::optional<std::string>> lacking_for(const LabNode& node, const Lab& lab) {
  if (const ProgramEnd any = TRY(node.run("true")); any.code != 0)
    return Error{Kind::internal, 0, "run a command in node " + node.name() + ": " + any.errors};
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

// podrun cp: files and directories into a container that runs, and out of it.
#include <unistd.h>

#include <memory>

#include "base/interruption.h"
#include "base/joined.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/cp_place.h"
#include "runtime/cli/own_program.h"
#include "runtime/cli/pods.h"
#include "runtime/sandbox/copy_files.h"

namespace podrun::cli {
namespace {

struct CpCommandOptions {
  std::vector<std::string> words;
  std::string container;
  bool no_preserve = false;
  bool quiet = false;
};

void tell_what_was_not_copied(const copy::Tally& tally) {
  const auto tell = [](const copy::LeftOut& what, const char* one, const char* many) {
    if (what.count == 0) return;
    const std::string names = base::joined(what.first, ", ") + (what.count > what.first.size() ? ", …" : "");
    warn("cp: " + std::to_string(what.count) + (what.count == 1 ? one : many) + " (" + names + ")");
  };
  tell(tally.passed_over, " entry was passed over: fifos, sockets, devices and kernel filesystems are not copied",
       " entries were passed over: fifos, sockets, devices and kernel filesystems are not copied");
  tell(tally.changed, " entry changed while it was read: it is left out, or ends in zeros",
       " entries changed while they were read: they are left out, or end in zeros");
}

// Relative to its working directory, as with kubectl.
std::string absolute(const std::string& path, const ContainerPlan& container) {
  return path.starts_with('/') ? path : container.process.cwd + "/" + path;
}

Result<int> cp(Context& context, const CpCommandOptions& options) {
  const CpPlace from = TRY(parse_cp_place(options.words.front()));
  const CpPlace to = TRY(parse_cp_place(options.words.back()));
  if (from.is_in_pod() == to.is_in_pod())
    return Error{Kind::invalid, 0, "one of the two is in a pod, as POD:PATH, the other on this machine"};
  const CpPlace& inside = from.is_in_pod() ? from : to;
  const CpPlace& outside = from.is_in_pod() ? to : from;
  if (outside.path == "-" && ::isatty(from.is_in_pod() ? STDOUT_FILENO : STDIN_FILENO) == 1)
    return Error{Kind::invalid, 0, "'-' is a tar, and a terminal cannot take or give one; use a pipe or a file"};
  TRY(context.require_root("cp"));
  if (!inside.name_space.empty()) context.flags.name_space = inside.name_space;
  const Pod pod = TRY(find_pod(context, inside.pod));
  if (pod.record.plan.namespaces.host_users) TRY(go_on_read_only());
  const ContainerRecord& container = *TRY(choose_container(pod, options.container, options.quiet));
  base::listen_for_interruption();
  CopyOptions copy{.inside = absolute(inside.path, container.plan), .preserves = !options.no_preserve};
  if (outside.path != "-") copy.outside = outside.path;
  const auto copied = from.is_in_pod() ? copy_out(pod.record, container, copy) : copy_in(pod.record, container, copy);
  tell_what_was_not_copied(TRY(copied));
  return 0;
}

}  // namespace

void cp_command(Command& command, Context& context) {
  const auto options = std::make_shared<CpCommandOptions>();
  command.words(options->words, "FROM TO", "[NAMESPACE/]POD:PATH, and a path of this machine, or - for a tar", 2, 2);
  command.option("-c,--container", options->container, "NAME", "Container; else the pod's first");
  command.flag("--no-preserve", options->no_preserve, "Keep neither times nor write permissions of others");
  command.flag("-q,--quiet", options->quiet, "Say nothing about which container was chosen");
  command.run([&context, options] { return cp(context, *options).in("cp"); });
}

}  // namespace podrun::cli

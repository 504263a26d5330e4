// podrun cni add, check, del: one interface of one network namespace.
#include <memory>
#include <utility>

#include "base/interruption.h"
#include "runtime/cli/cni_attachment.h"
#include "runtime/cli/cni_commands.h"
#include "runtime/cli/indent_json.h"
#include "runtime/cli/record_option.h"
#include "runtime/sandbox/settle.h"

namespace podrun::cli {
namespace {

struct CniRunCommandOptions {
  std::vector<std::string> words;  // NETWORK NETNS
  AttachmentFlags flags;           // without the namespace

  const std::string& network() const { return words.at(0); }
};

Result<cni::Attachment> attachment(const CniTool& tool, const CniRunCommandOptions& options) {
  AttachmentFlags flags = options.flags;
  flags.netns = options.words.at(1);
  return attachment_of(flags, tool.host.layout().directories().netns);
}

Result<int> run_add(Context& context, const CniRunCommandOptions& options) {
  TRY(context.require_root("cni add"));
  base::listen_for_interruption();
  CniTool tool(context);
  const cni::Attachment wanted = TRY(attachment(tool, options));
  if (wanted.netns.starts_with("/proc/"))
    warn("'" + wanted.netns +
         "' is another's once its process has ended; `ip netns attach` gives it a name that stays");
  const cni::NetworkList network = TRY(tool.network(options.network()));
  TRY(settle_after_boot(tool.host));
  const cni::NetworkResult result = TRY(tool.invoker.add(network, wanted));
  context.out.print(indent_json(TRY(cni::to_json(result, network.version))));
  return 0;
}

// CHECK and DEL go by what the ADD left. The configuration of today serves where that is unknown, and a network that
// is configured no longer is no reason to leave its interface behind.
Result<cni::NetworkList> network_of(const CniTool& tool, const std::string& name, const cni::Attachment& attachment) {
  auto configured = tool.network(name);
  if (configured) return configured;
  auto known = tool.invoker.attachment(name, attachment.container_id, attachment.ifname);
  if (!known || !*known) return configured;
  if ((*known)->effective) return std::move(*(*known)->effective);
  return cni::parse_network_list((*known)->config, "cached configuration of network '" + name + "'");
}

Result<int> run_check(Context& context, const CniRunCommandOptions& options) {
  TRY(context.require_root("cni check"));
  CniTool tool(context);
  const cni::Attachment wanted = TRY(attachment(tool, options));
  TRY(tool.invoker.check(TRY(network_of(tool, options.network(), wanted)), wanted));
  return 0;
}

Result<int> run_del(Context& context, const CniRunCommandOptions& options) {
  TRY(context.require_root("cni del"));
  base::listen_for_interruption();  // to no request: a DEL that has begun goes on to its end
  CniTool tool(context);
  const cni::Attachment wanted = TRY(attachment(tool, options));
  TRY(tool.invoker.del(TRY(network_of(tool, options.network(), wanted)), wanted));
  return 0;
}

void set_up(Command& command, Context& context, Result<int> (*run)(Context&, const CniRunCommandOptions&)) {
  const auto options = std::make_shared<CniRunCommandOptions>();
  command.words(options->words, "NETWORK NETNS",
                "A configured network, and a network namespace: a path, or a name as `ip netns` has it", 2, 2);
  add_attachment_options(command, options->flags);
  add_record(command, context);
  command.run([&context, options, run] { return run(context, *options); });
}

}  // namespace

void cni_add_command(Command& command, Context& context) { set_up(command, context, run_add); }
void cni_check_command(Command& command, Context& context) { set_up(command, context, run_check); }
void cni_del_command(Command& command, Context& context) { set_up(command, context, run_del); }

}  // namespace podrun::cli

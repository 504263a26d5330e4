// podrun cni debug: a network's plugins, step by step.
#include <memory>
#include <utility>

#include "base/interruption.h"
#include "runtime/cli/cni_attachment.h"
#include "runtime/cli/cni_commands.h"
#include "runtime/cli/cni_stepper.h"
#include "runtime/cli/indent_json.h"
#include "runtime/cli/record_option.h"
#include "runtime/sandbox/settle.h"

namespace podrun::cli {
namespace {

struct CniDebugAsked {
  std::vector<std::string> words;  // NETWORK NETNS
  std::string operation = "add";
  AttachmentFlags flags;
};

Result<int> debug_network(Context& context, const CniDebugAsked& asked) {
  TRY(context.require_root("cni debug"));
  base::listen_for_interruption();
  Host host = context.host(warn, [](const std::string&, const std::string& line) { note(line); });
  host.runner = std::make_shared<CniStepper>(host.runner, delegate_helper(), context.out);
  CniTool tool(std::move(host));
  AttachmentFlags flags = asked.flags;
  flags.netns = asked.words.at(1);
  const cni::Attachment wanted = TRY(attachment_of(flags, tool.host.layout().directories().netns));
  const cni::NetworkList network = TRY(tool.network(asked.words.front()));
  cni::CallOptions patient;  // as long as a person thinks
  patient.deadline = std::chrono::steady_clock::now() + std::chrono::hours(24);
  TRY(settle_after_boot(tool.host));
  if (asked.operation == "add") {
    const cni::NetworkResult result = TRY(tool.invoker.add(network, wanted, patient));
    context.out.print("\nattached\n" + indent_json(TRY(cni::to_json(result, network.version))));
  } else if (asked.operation == "check") {
    TRY(tool.invoker.check(network, wanted, patient));
    context.out.print("\nattached as it was\n");
  } else {
    TRY(tool.invoker.del(network, wanted, patient));
    context.out.print("\ndetached\n");
  }
  return 0;
}

}  // namespace

void cni_debug_command(Command& command, Context& context) {
  const auto asked = std::make_shared<CniDebugAsked>();
  command.words(asked->words, "NETWORK NETNS", "As for `podrun cni add`", 2, 2);
  command.option("--operation", asked->operation, "OPERATION", "What is done")
      .one_of({"add", "check", "del"})
      .shows("add");
  add_attachment_options(command, asked->flags);
  command.run([&context, asked] { return debug_network(context, *asked); });
}

}  // namespace podrun::cli

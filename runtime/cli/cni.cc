// podrun cni: the group of commands, and what they share.

#include "runtime/cli/cni_commands.h"
#include "runtime/cli/commands.h"
#include "runtime/sandbox/choose_networks.h"
#include "runtime/sandbox/network.h"

namespace podrun::cli {
namespace {

constexpr CommandEntry kCniCommands[] = {
    {"list", "List the networks, their plugins, and what is wrong with either", cni_list_command},
    {"add", "Attach a network namespace and print the result", cni_add_command},
    {"check", "Ask the plugins whether it is still attached as it was", cni_check_command},
    {"debug", "Attach or detach it step by step, with a look around before and after each plugin", cni_debug_command},
    {"del", "Detach it, with the configuration and arguments it was attached with", cni_del_command},
    {"forget", "Give up what is owed a DEL that can never succeed, and tell what may be left", cni_forget_command},
    {"gc", "Detach everything but what is listed, what pods have, and others' own", cni_gc_command},
    {"replay", "Run a recorded run of a plugin again, and tell what it does differently", cni_replay_command},
    {"status", "Ask the plugins whether they could attach something now", cni_status_command},
    {"test", "Test a plugin or a network for conformance, in hosts of its own", cni_test_command},
    {"version", "Ask plugins which versions of CNI they implement", cni_version_command},
    {"attachments", "List what is attached, and what is owed a DEL", cni_attachments_command},
    {"default-config", "Print the network that serves where none is configured", cni_default_config_command},
};

}  // namespace

// As cnitool, these commands pass on what plugins print on stderr; live, and printable.
CniTool::CniTool(const Context& context)
    : CniTool(context.host(warn, [](const std::string&, const std::string& line) { note(line); })) {}

CniTool::CniTool(Host own) : host(std::move(own)), runner(*host.runner), invoker(runner, invoker_options(host)) {}

Result<cni::NetworkList> CniTool::network(const std::string& name) const {
  return choose_network(name, host.options.cni_conf_dir, host.warn);
}

void cni_command(Command& command, Context&) { command.group(kCniCommands); }

}  // namespace podrun::cli

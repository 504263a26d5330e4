#include "runtime/cli/commands.h"

#include "runtime/cli/trace_commands.h"

namespace podrun::cli {
namespace {

constexpr CommandEntry kCommands[] = {
    {"apply", "Make the pods of manifests, and anew those whose manifest has changed", apply_command},
    {"attach", "See what a container prints, and type into it", attach_command},
    {"check", "Ask the CNI plugins whether pods are still connected as they were", check_command},
    {"cni", "Run CNI plugins without a pod, and see what they are owed", cni_command},
    {"cp", "Copy files and directories into containers and out of them", cp_command},
    {"create", "Make the pods that manifests describe", create_command},
    {"debug", "Look at a pod from a container that is added to it", debug_command},
    {"delete", "End pods and remove everything of theirs", delete_command},
    {"describe", "Show pods in detail", describe_command},
    {"events", "Show what has happened to pods, or as it happens", events_command},
    {"exec", "Run a command in a container", exec_command},
    {"explain", "Show what becomes of a field of a Pod here, or why a packet does not arrive", explain_command},
    {"get", "List pods, or show some of them", get_command},
    {"help", "Show what a command takes", help_command},
    {"image", "Pull, import, list and remove images", image_command},
    {"inspect", "Print what podrun recorded of a pod, as JSON", inspect_command},
    {"kill", "Send a signal to the first process of containers", kill_command},
    {"lab", "Play labs: how networks of pods work, typed, checked and broken", lab_command},
    {"logs", "Print what a container wrote to stdout and stderr", logs_command},
    {"node", "Make machines within this one, with a network between them", node_command},
    {"port-forward", "Have ports of this machine lead to ports of a pod", port_forward_command},
    {"recover", "Remove what crashed commands and reboots left behind", recover_command},
    {"restart", "End containers and start them again", restart_command},
    {"run", "Make a pod of one container from what is typed", run_command},
    {"start", "Start stopped pods again, or a container that has ended", start_command},
    {"stats", "Show what pods use, as top does", top_command},
    {"stop", "End what runs in pods; start makes them run again", stop_command},
    {"system", "Look after what podrun has on this machine", system_command},
    {"systemd", "Have systemd make pods when the machine starts", systemd_command},
    {"top", "Show what pods use of processors, memory and network", top_command},
    {"trace", "Follow one packet and its answer from a pod, rule by rule", trace_command},
    {"update", "Change what containers may use, while they run", update_command},
    {"version", "Print the version", version_command},
    {"volume", "See and remove the volumes that pods claim", volume_command},
    {"wait", "Wait until pods are ready, gone, or have ended", wait_command},
};

}  // namespace

Command podrun_command(Context& context) {
  Command podrun("podrun", "Pods on one machine: namespaces, real CNI plugins, no daemon");
  context.add_flags(podrun);
  podrun.group(kCommands);
  return podrun;
}

}  // namespace podrun::cli

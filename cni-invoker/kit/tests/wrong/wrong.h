// kit-wrong: a plugin that does everything right but for one thing. Which it says by the name that it is run under:
// "interface", "device", "daemon", "chained", "ipam" and "loopback" are right; "interface-D2" is wrong in just what the
// check D2 is about.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cni/skel.h"

namespace cni::kit::wrong {

// Is this run to be wrong in what that check is about?
bool wrong(const std::string& check);
const std::string& own_path();  // as it was run
bool stdout_is_closed();        // when it was

// --- the roles, in the files of their names
std::unique_ptr<Plugin> interface_plugin();
std::unique_ptr<Plugin> chained_plugin();
std::unique_ptr<Plugin> device_plugin();  // an interface plugin too
std::unique_ptr<Plugin> ipam_plugin();
std::unique_ptr<Plugin> plugin_without_daemon();  // "dhcp", which "daemon" calls: an interface plugin but for that
std::unique_ptr<Plugin> loopback_plugin();

// --- what is wrong with the protocol, whatever the plugin does (spoil.cc)
struct Run {
  std::string command;
  std::string input;   // stdin
  std::string output;  // stdout
  int status = 0;
};
// Before the plugin sees it; false: the run is over, with what is in `run`.
bool spoil_before(Run& run);
void spoil_after(Run& run);

// Where an attachment's things are remembered, and their names: "kw0123abcd".
std::string tag_of(const PluginCall& call);
std::string tag_of(const std::string& network, const std::string& id, const std::string& ifname);
std::string state_dir(const PluginCall& call);
std::string state_file(const PluginCall& call);

// A line of shell; Kind::plugin where it fails.
Result<void> shell(const std::string& line);

}  // namespace cni::kit::wrong

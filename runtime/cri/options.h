// What the server is started with: flags go before the configuration file, and that before the defaults.
#pragma once

#include <string>
#include <vector>

#include "runtime/kernel/types.h"
#include "runtime/model/layout.h"

namespace podrun::cri {

enum class LogLevel { error, warn, info, debug };

// Which pods clients see.
enum class Pods {
  unsaid,  // all, and kubelets are turned away: they end what they do not know
  all,     // also those that podrun's command line made
  own,     // those alone that came by the CRI
};

struct Options {
  std::string socket = "/run/podrun/cri.sock";
  std::string config = "/etc/podrun/cri.toml";
  std::string stream_address = "127.0.0.1:0";  // of the server for Exec, Attach and PortForward
  std::string metrics_address;                 // "PORT" on loopback, or "ADDRESS:PORT"; empty: no metrics
  std::string podrun;                          // the program that acts; empty: beside this one, else in PATH
  Directories directories;
  std::string cgroup_parent;  // of pods that name none
  std::string cni_conf_dir = "/etc/cni/net.d";
  std::string cni_bin_path = "/opt/cni/bin:/usr/lib/cni";
  std::string cdi_spec_dirs = "/etc/cdi:/var/run/cdi";  // several joined by colons; later ones go before
  std::string network;                                  // "NETWORK[@INTERFACE]"; empty: the first that is configured
  Pods pods = Pods::unsaid;
  LogLevel log_level = LogLevel::info;
  bool wants_help = false;
  bool wants_version = false;
};

// Kind::invalid names the flag, or the key and its line.
Result<Options> read_options(const std::vector<std::string>& arguments);

std::string help_text();

// The flags with which podrun works on the same pods.
std::vector<std::string> flags_for_podrun(const Options& options);

}  // namespace podrun::cri

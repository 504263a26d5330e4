// What a network is meant to carry, as far as its configuration says so to somebody who knows its plugins.
#pragma once

#include "kit/src/subject.h"

namespace cni::kit {

struct Meant {
  std::string type;         // of the plugin that makes the interface
  bool is_known = false;    // what follows can be said
  bool joins_pods = false;  // pods of the network reach each other
  bool is_routed = false;   // the host is the pods' gateway
  bool masquerades = false;
  bool hairpins = false;  // what a pod sends to the host, for itself, comes back to it
};
Meant meant(const Subject& subject);

// Of the plugin that makes the interface; empty: none does.
Json maker_config(const Subject& subject);

// The plugin that the type names, or that takes the capability; null: none does.
const PluginUnderTest* find_type(const Subject& subject, const std::string& type);
const PluginUnderTest* find_capability(const Subject& subject, const std::string& capability);

}  // namespace cni::kit

// The operations by the names they have in the report, and who does them.
#pragma once

#include <string>
#include <vector>

#include "integration/bench/contenders.h"

namespace bench {

inline constexpr const char* kCreate = "create";
inline constexpr const char* kCreateAndDelete = "create + delete";
inline constexpr const char* kExec = "exec true";
inline constexpr const char* kCopyIn = "cp, 16 MiB in";
inline constexpr const char* kCopyOut = "cp, 16 MiB out";
inline constexpr const char* kDelete = "delete";
inline constexpr const char* kCreateWithNetwork = "create, bridge + portmap";
inline constexpr const char* kCniAdd = "cni add, idle plugin";
inline constexpr const char* kCniDel = "cni del, idle plugin";
inline constexpr const char* kCniAddBridge = "cni add, bridge + portmap";
inline constexpr const char* kCniDelBridge = "cni del, bridge + portmap";

struct Operation {
  std::string name;
  std::vector<Trial> interleaved;  // one run of each in turn
  std::vector<Trial> apart;        // slower ones, that would disturb the others: a loop for each, with fewer runs
};

struct Peers {
  bool crun = false;
  bool runc = false;
  bool podman = false;
  bool plugins = false;
  bool cnitool = false;
};

std::vector<Operation> operations(const Scene& scene, const Podrun& podrun, const Peers& peers);

}  // namespace bench

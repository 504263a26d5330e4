// A flight recorder for CNI plugins: each run becomes a file that says all of it, and can be run again.
//
//   const auto runner = std::make_shared<cni::kit::Recorder>(std::make_shared<cni::ProcessRunner>(),
//                                                            cni::kit::RecorderOptions{.dir = "/var/log/cni"});
//   cni::Invoker invoker(*runner, options);
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cni/base/result.h"
#include "cni/runner.h"

namespace cni::kit {

// One run of one plugin.
struct Recording {
  std::string plugin;   // type
  std::string command;  // "ADD"
  std::string caller;   // type of the plugin that has started it; empty: the runtime has
  std::string path;     // of the binary
  std::string digest;   // of its content, as RecorderOptions::digest makes it
  std::string started;  // UTC, RFC 3339
  Environment environment;
  std::string input, output, errors;  // stdin, stdout, stderr; bytes that are no UTF-8 are replaced in the file
  std::string end;                    // "exit 0", "signal 9", "time limit"; or why it could not be started
  std::chrono::microseconds duration{0};
  ProcessorTime processor;
  std::uint64_t peak_memory =
      0;  // bytes in memory at most, as RunOutcome has it; 0: not known, as it is less than ours
  // What it did: "made: link veth1a2b type veth mtu 1500", "changed: …", "removed: …" in the network namespaces of the
  // host and of the pod, and below /var/lib/cni and /run/cni. What others did meanwhile is in it, too.
  std::vector<std::string> effects;
  // What was there before it, of what effects are told of: "link", "br0", "" or "pod" for whose it is, "mtu 1500".
  struct Found {
    std::string area, name, where, state;
  };
  std::vector<Found> before;
  std::vector<std::string> links;  // of the host's, those that its configuration names

  std::string variable(const std::string& name) const;  // of the environment; empty where there is none
};

std::string to_json(const Recording& recording);
// `name` stands for its file in messages. Kind::invalid.
Result<Recording> parse_recording(const std::string& text, const std::string& name);

// One run of a plugin by `runner`, and all of it. It looks around before and after.
struct Recorded {
  Recording recording;  // without a digest
  Result<RunOutcome> outcome;
};
Recorded run_recorded(Runner& runner, const RunRequest& request);

struct RecorderOptions {
  std::string dir;     // made where it is missing; root's alone
  std::string helper;  // of cni-kit-plugin, by which runs that plugins start are seen; empty: they are not
  std::function<std::string(const std::string& path)> digest;  // may be empty
  std::function<void(const std::string& warning)> warn;        // what could not be recorded; may be empty
};

// Runs plugins by another runner, and writes a file in `dir` for each, and for each that those start by CNI_PATH
// (delegates.h), named by time, command and plugin. What it
// cannot write it warns of: no plugin fails for it. What a plugin did is seen by looking before and after, which takes
// some milliseconds each. Files hold all that the plugin was given, secrets too, and only root can read them.
class Recorder final : public Runner {
 public:
  Recorder(std::shared_ptr<Runner> runner, RecorderOptions options);

  Result<std::string> find(std::string_view type, const std::vector<std::string>& dirs) override;
  Result<RunOutcome> exec(const RunRequest& request) override;

 private:
  void keep(Recording recording) const;

  RecorderOptions options_;
  std::shared_ptr<Runner> runner_;
};

// Runs it again, in a host of its own as it was before: with the pod's network namespace, the links that are named, and
// what plugins before it have made, as prevResult tells. Before a DEL or a CHECK comes an ADD with the same
// configuration. `path`: of the binary; `plugin_dirs`: for those that it calls. Needs root.
struct ReplayOptions {
  std::string path;
  std::vector<std::string> plugin_dirs;
};
Result<Recording> replay(const Recording& recording, const ReplayOptions& options);

// What the two did differently, a line each: "stdout /ips/0/address: "10.1.0.2/16" -> "10.1.0.3/16"". MAC addresses and
// names that plugins draw by lot are all the same; what one of them has made, or set, and the other has found so, is no
// difference.
std::vector<std::string> differences(const Recording& before, const Recording& now);

}  // namespace cni::kit

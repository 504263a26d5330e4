// Conformance tests for CNI plugins: what `podrun cni test` runs, for programs and other tests.
//
//   cni::kit::Options options;
//   options.plugin_dirs = {"/opt/cni/bin"};
//   auto subject = cni::kit::subject_of_plugin("bridge", "", options);       // with a configuration of the kit's
//   auto report = cni::kit::run(*subject, options);
//   std::cout << cni::kit::as_text(*report);
//
// Each check runs in a host of its own (network, mount and pid namespaces made for it), so it needs root, sees nothing
// of the machine and leaves nothing on it. What is checked is the CNI specification's; every check says which part.
// Errors: Kind::invalid for input that cannot be read, Kind::denied without root. A plugin that fails is no error.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cni/base/result.h"
#include "cni/runner.h"
#include "cni/version.h"

namespace cni::kit {

enum class Level { must, should, info };
enum class Role { interface, chained, ipam, loopback };
enum class Outcome {
  passed,
  failed,
  skipped,         // this machine cannot try it; `seen` says what is missing
  not_applicable,  // says nothing of such a plugin, or of this version
  told,            // Level::info: what was seen, with no judgement
};

std::string to_text(Level level);      // "MUST", "SHOULD", "info"
std::string to_text(Role role);        // "interface" …
std::string to_text(Outcome outcome);  // "passed", "FAILED", "skipped", "not applicable", "told"

// A row of the catalogue, for lists and documentation.
struct CheckInfo {
  std::string id;  // "V1"; chapter and number
  Level level = Level::must;
  std::string title;        // what a plugin that passes does: "answers VERSION with the versions it knows"
  std::string section;      // what it rests on: "Spec, section 4, VERSION"
  bool of_network = false;  // of the whole list, not of each of its plugins
  // Whom it is about, and in which versions; catalogue() and reports have it.
  std::vector<Role> roles = {};  // empty: every one
  Version from = {}, to = kNewestVersion;
};
std::vector<CheckInfo> catalogue();
std::string chapter_title(const CheckInfo& check);  // "VERSION", "ADD and its result" …

// One run of one plugin, as it was seen.
struct SeenRun {
  std::string plugin;                    // type
  std::string command;                   // "ADD"
  bool delegated = false;                // started by another plugin
  std::vector<std::string> environment;  // "K=V"
  std::string input, output, errors;
  std::string end;                                  // "exit 0", "exit 1", "signal 9", "time limit"
  std::chrono::microseconds begin{0}, duration{0};  // since the check's begin
};

// A packet's way that was tried.
struct SeenPath {
  std::string from, to;  // "pod-1", "outside"
  std::string what;      // "tcp 198.51.100.1:8080 -> 10.1.0.2:80"
  bool expected = true;  // that it arrives
  bool arrived = false;
  std::string peer;  // the address the server saw
};

struct CheckResult {
  CheckInfo check;
  std::string target;   // type of the plugin; the network's name where it is of the network
  std::string version;  // of CNI
  Outcome outcome = Outcome::passed;
  bool known = false;    // the profile lists it as failing; passed: none that it lists there fails any more
  std::string expected;  // of a failure, and what was seen instead
  std::string seen;
  std::vector<std::string> evidence;  // lines: "left: link veth1a2b, made by bridge (ADD)"
  std::string reproduce;              // a command line that runs this check again
  std::chrono::microseconds duration{0};
  std::vector<SeenRun> runs;
  std::vector<SeenPath> paths;
};

struct Report {
  std::string subject;               // "bridge", or the network's name
  std::vector<std::string> plugins;  // "bridge (interface) 0.1.0 … 1.1.0, /usr/lib/cni/bridge"
  std::string kernel;                // uname -sr
  std::vector<CheckResult> results;
  std::chrono::microseconds duration{0};
  std::size_t count(Outcome outcome) const;  // without failures that are known
  bool conforms() const;                     // no MUST failed that the profile does not list
  bool has_tried() const;                    // anything at all: what has been skipped whole says nothing
};

struct Options {
  std::vector<std::string> plugin_dirs = {"/opt/cni/bin", "/usr/lib/cni"};
  std::vector<std::string> only, skip;  // ids, or chapters: "V", "D4"; empty `only`: all
  std::vector<std::string> versions;    // empty: every one that the plugins know
  unsigned jobs = 2;                    // checks at a time
  std::string profile;                  // path of a file (docs/testing-your-plugin.md); empty: none
  // What names the subject on the command line, for CheckResult::reproduce: "podrun cni test --plugin bridge". Empty:
  // reports tell no command.
  std::string command;
  std::string helper;  // path of cni-kit-plugin; empty: beside the running program, or installed
  bool keep = false;   // keep each failed check's runs (cni/record.h), below keep_dir
  std::string keep_dir = "/var/tmp";
  std::chrono::seconds limit{60};  // for one check
  // Called on the caller's thread when a check has ended: how many have, of how many.
  std::function<void(const CheckResult&, std::size_t ended, std::size_t all)> on_result;
};

// What is under test.
class Subject;
// `config` is JSON text of one plugin; empty: the kit's own for that type, where it has one.
Result<std::shared_ptr<const Subject>> subject_of_plugin(const std::string& type, const std::string& config,
                                                         const Options& options);
// JSON text of a configuration list; `name` stands for its file in messages.
Result<std::shared_ptr<const Subject>> subject_of_list(const std::string& list, const std::string& name,
                                                       const Options& options);

Result<Report> run(const std::shared_ptr<const Subject>& subject, const Options& options);

std::string as_text(const Report& report);   // for people
std::string as_tap(const Report& report);    // TAP 14
std::string as_junit(const Report& report);  // JUnit's XML
std::string as_json(const Report& report);
std::string as_html(const Report& report);  // one page that needs nothing else

}  // namespace cni::kit

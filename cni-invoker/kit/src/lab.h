// The equipment of one check: a fresh host, pods to attach, the plugin or network under test, and all that is seen of
// it.
//
// Everything a plugin gets (environment, stdin) is made here from nothing, not by the library: what is tested is what
// plugins do with what the specification says, and not with what a runtime of ours happens to send.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cni/runner.h"
#include "kit/src/check.h"
#include "kit/src/host/furnish.h"
#include "kit/src/stub.h"
#include "kit/src/subject.h"
#include "kit/src/world/world.h"

namespace cni::kit {

// A network namespace to attach, at /run/netns/NAME, with lo up; down where that is what the target is for.
struct Pod {
  unsigned number = 0;
  std::string name;   // "pod-1"
  std::string id;     // CNI_CONTAINERID
  std::string netns;  // CNI_NETNS
  std::string ifname = "eth0";
  Json runtime_config = Json::object();  // by capability; what the plugins take of it they get
  Json before;                           // the result of what comes before the target, for its ADD; null: nothing does
  Json result;                           // of the last ADD; null before
  std::string args;                      // CNI_ARGS
};

// What a plugin is run with. A check takes a good one, spoils one thing, and runs it.
struct Call {
  std::string path;
  std::map<std::string, std::string> environment;
  std::string input;
  std::chrono::milliseconds limit{std::chrono::seconds(20)};
};

struct Answer {
  RunOutcome outcome;
  Json document;  // stdout; discarded where it is not one JSON document
  bool succeeded() const { return outcome.succeeded(); }
  bool is_error() const;        // did not succeed, and said why as the specification asks
  int code() const;             // of the error; -1: none
  std::string printed() const;  // stdout, for people: JSON in one line, and not more of it than they read
  std::string text() const;     // "exit 1, code 7: network name missing"
};

class Lab {
 public:
  // Watched: every run of a plugin is, and every run that it starts (watch/watch.h), which takes its time.
  Lab(const Subject& subject, std::size_t target, Version version, const OwnHost& host, bool watched = false);
  ~Lab();

  const Subject& subject() const { return subject_; }
  const PluginUnderTest& target() const { return subject_.plugins.at(target_); }
  const Version& version() const { return version_; }

  Pod& pod();  // one more; stays where it is
  // From now on addresses of IPv6 are probed for before they can be used, which takes a second or two. Else they are
  // not: most checks are about other things, and are many.
  void detect_duplicates();

  // That a profile names; again after a restart, as who writes them does.
  void put_up_files() const;

  // The host, the namespaces of the pods there are now, and all files that were written. What leaves nothing behind,
  // and what changes nothing, is in world/leftovers.h.
  World world() const;

  Stub& ipam() { return ipam_; }    // "ipam": {"type": "kit-ipam"}
  Stub& first() { return first_; }  // kit-first

  // --- one plugin, the target
  // As a runtime calls it: DEL and CHECK with the pod's result, a chained ADD with what comes before it.
  Call call(const std::string& command, const Pod& pod) const;
  Json config(std::size_t plugin, const std::string& command, const Pod& pod, const Json& previous) const;
  Answer run(const Call& call);
  std::vector<Answer> run_together(const std::vector<Call>& calls);  // all at a time; the answers in the calls' order
  // What a check asks first; each returns why it cannot be made.
  Verdict has_what_it_needs() const;  // skipped: an ADD of the target needs what nobody has here
  Verdict needs_daemon() const;       // not applicable: none is known that it needs; where one is, it does not run
  Verdict has_ipam() const;           // not applicable: the target calls no IPAM plugin
  Verdict takes_no_links() const;     // not applicable: pods take interfaces of the host, which are the kit's
  Verdict prepare(Pod& pod);
  // That, and ADD of the target: pod.result is its own. Skipped where it fails: the checks of ADD tell of that.
  Verdict attach(Pod& pod);
  Verdict attach_prepared(Pod& pod);
  // DEL of what comes before the target, in reverse order: what stood on it goes with it.
  void take_down_before(const Pod& pod);
  // As when its last process has ended: what was in it goes, also the other ends of its links.
  Verdict remove_netns(const Pod& pod);
  // The same where somebody else removes it: one is marked before, and then waited for.
  Verdict mark_netns(const Pod& pod);
  Verdict wait_for_marked_netns();

  // --- the network, up to the target: whole where that is its last. Those behind it may not know its version. Of
  // several pods also at the same time.
  Answer add(Pod& pod);  // stops at the first that fails; pod.result is the last one's
  Answer del(Pod& pod);  // in reverse order; goes on, and returns the first that failed
  Answer check(Pod& pod);
  Answer status();
  Answer gc(const std::vector<const Pod*>& valid);

  // Of a watched lab also those that plugins have started.
  std::vector<SeenRun> runs() const;
  std::vector<SeenPath>& paths() { return paths_; }

 private:
  void see(const Call& call, const Answer& answer, std::chrono::steady_clock::time_point begin);
  void make_links(unsigned number) const;
  Answer run_plugin(std::size_t plugin, const std::string& command, const Pod& pod, const Json& previous);
  Call call_of(std::size_t plugin, const std::string& command, const Pod& pod, const Json& previous) const;

  const Subject& subject_;
  std::size_t target_;
  Version version_;
  const OwnHost& host_;
  bool watched_;
  std::chrono::steady_clock::time_point begin_;
  std::vector<std::unique_ptr<Pod>> pods_;
  bool detects_duplicates_ = false;
  Stub ipam_, first_;
  std::vector<SeenRun> runs_;
  std::mutex seeing_;  // runs_, where pods are attached at the same time
  std::vector<SeenPath> paths_;
};

// "return" with the verdict of a step that did not pass.
#define KIT_REQUIRE(step) \
  if (::cni::kit::Verdict verdict_ = (step); verdict_.outcome != ::cni::kit::Outcome::passed) return verdict_

}  // namespace cni::kit

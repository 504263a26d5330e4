// Faults at a step of the plugin's own: at a system call that changes something outside of it, or of what it has
// started. Unlike a moment (fault.cc) a step is met each time, however short it is. And what is taken away from a
// plugin between its runs.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "cni/base/files.h"
#include "kit/helper/places.h"
#include "kit/src/checks/chapter.h"
#include "kit/src/checks/victim.h"
#include "kit/src/spoil.h"
#include "kit/src/world/leftovers.h"
#include "kit/src/world/made.h"

namespace cni::kit {
namespace {

const std::string kLog = kWrapped + "/steps";

// A run whose n-th step is broken, as helper/breaker.h does it.
struct BrokenRun {
  Answer answer;
  unsigned steps = 0;  // that were seen
  std::string at;      // the one that was broken: "bridge: sendto 7"; empty: the plugin ended before it
};

Verdict run_broken(Lab& lab, const Call& call, const std::string& harm, unsigned step, BrokenRun& run) {
  ::unlink(kLog.c_str());
  const auto broken = run_by(call, "exec " + kOwnPlugins + "/" + kBreaker + " " + harm + " " + std::to_string(step) +
                                       " " + kLog + " \"$plugin\"");
  if (!broken) return skipped(broken.error().what);
  run = {lab.run(*broken), 0, ""};
  std::ifstream log(kLog);
  log >> run.steps >> std::ws;
  std::getline(log, run.at);
  if (run.steps > 0) return passed();
  return run.answer.succeeded() ? not_applicable("it does nothing that others see before it is done")
                                : skipped("no step was seen: " + run.answer.text());
}

// How many steps an ADD has, after which DEL has to succeed.
Verdict count_steps(Lab& lab, unsigned& steps) {
  KIT_REQUIRE(prime(lab));
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  BrokenRun whole;
  KIT_REQUIRE(run_broken(lab, lab.call("ADD", pod), "none", 0, whole));
  if (!whole.answer.succeeded()) return skipped("its ADD failed: " + whole.answer.text());
  pod.result = whole.answer.document;
  steps = whole.steps;
  KIT_REQUIRE(expect_success(lab.run(lab.call("DEL", pod)), "DEL"));
  lab.take_down_before(pod);
  return lab.remove_netns(pod);
}

// All, where they are few. Else some, spread over all of them and the same in each run: they may take long.
std::vector<unsigned> sample(unsigned steps, unsigned some) {
  constexpr unsigned kFew = 24;
  const unsigned count = steps <= kFew ? steps : some;
  std::vector<unsigned> chosen;
  for (unsigned i = 0; i < count; ++i) chosen.push_back(1 + steps * i / count);
  return chosen;
}

std::string told_of_step(const char* what, unsigned step, unsigned steps, const BrokenRun& run) {
  return std::string(what) + std::to_string(step) + " of " + std::to_string(steps) + " (" + run.at + ")";
}

// --- F1
// As a runtime tries once more: the same container, if need be in another namespace of the same kind.
Verdict expect_another_add(Lab& lab, Victim& victim, const std::string& fault) {
  KIT_REQUIRE(make_victim_again(lab, victim));
  const Answer added = lab.run(lab.call("ADD", *victim.pod));
  if (!added.succeeded()) return failed("success of another ADD, after DEL and " + fault, "stuck: " + added.text());
  victim.pod->result = added.document;
  KIT_REQUIRE(expect_success(lab.run(lab.call("DEL", *victim.pod)), "DEL of another ADD after " + fault));
  return is_as_given(lab, victim) ? passed() : take_down(lab, victim);
}

// Catches who writes down last what it has made, and who leaves behind what stands in its own way.
Verdict recovers_at_any_step(Lab& lab) {
  unsigned steps = 0;
  KIT_REQUIRE(count_steps(lab, steps));
  Victim victim;
  for (const unsigned step : sample(steps, 8)) {
    KIT_REQUIRE(make_victim(lab, victim));
    BrokenRun run;
    KIT_REQUIRE(run_broken(lab, lab.call("ADD", *victim.pod), "kill", step, run));
    if (run.answer.succeeded()) victim.pod->result = run.answer.document;
    const std::string fault = told_of_step("ADD that was killed at its step ", step, steps, run);
    KIT_REQUIRE(expect_recovery(lab, victim, fault));
    KIT_REQUIRE(expect_another_add(lab, victim, fault));
  }
  return passed();
}

// --- F8
// As an upgrade does it: the program that has made the attachment is no longer there, and its successor, elsewhere, is
// the same. Catches who needs itself as it was.
Verdict recovers_from_its_removal(Lab& lab) {
  KIT_REQUIRE(prime(lab));
  const std::string copy = kWrapped + "/" + lab.target().type();
  std::error_code error;
  std::filesystem::copy_file(lab.target().path, copy, std::filesystem::copy_options::overwrite_existing, error);
  if (error) return skipped("cannot copy '" + lab.target().path + "'");
  Victim victim;
  KIT_REQUIRE(make_victim(lab, victim));
  Call add = lab.call("ADD", *victim.pod);
  add.path = copy;
  const Answer added = lab.run(add);
  if (!added.succeeded()) return skipped("its ADD failed: " + added.text());
  victim.pod->result = added.document;
  ::unlink(copy.c_str());
  return expect_recovery(lab, victim, "ADD by a program that was removed then, and put back elsewhere");
}

// --- F9
// The pod ends while it is attached. ADD may fail or not; it ends, and DEL makes it good.
Verdict recovers_from_a_removed_netns(Lab& lab) {
  unsigned steps = 0;
  KIT_REQUIRE(count_steps(lab, steps));
  for (const unsigned step : sample(steps, 4)) {
    Victim victim;
    KIT_REQUIRE(make_victim(lab, victim));
    KIT_REQUIRE(lab.mark_netns(*victim.pod));
    BrokenRun run;
    KIT_REQUIRE(run_broken(lab, lab.call("ADD", *victim.pod), "netns", step, run));
    if (run.at.empty()) {  // it was sooner done than last time
      KIT_REQUIRE(lab.remove_netns(*victim.pod));
      continue;
    }
    const std::string fault =
        told_of_step("ADD that lost its network namespace at its step ", step, steps, run) + ", and ended with ";
    KIT_REQUIRE(expect_composure(run.answer, fault.substr(0, fault.rfind(','))));
    if (run.answer.succeeded()) victim.pod->result = run.answer.document;
    KIT_REQUIRE(lab.wait_for_marked_netns());
    victim.has_netns = false;
    KIT_REQUIRE(expect_recovery(lab, victim, fault + run.answer.text()));
  }
  return passed();
}

}  // namespace

std::vector<Check> step_checks() {
  constexpr Applies kOnce{.once = true};
  const auto row = [](const char* id, const char* title, Verdict (*run)(Lab&)) {
    return Check{{id, Level::should, title, kBestEffort}, kOnce, run};
  };
  return {
      row("F1", "recovers from an ADD that was killed at any of its steps", recovers_at_any_step),
      row("F8", "recovers where its program was removed after ADD, and put back elsewhere", recovers_from_its_removal),
      row("F9", "recovers from an ADD whose network namespace was removed meanwhile", recovers_from_a_removed_netns),
  };
}

}  // namespace cni::kit

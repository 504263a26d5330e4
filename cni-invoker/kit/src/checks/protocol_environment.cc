// The environment a plugin is called with, spoiled. Spec, section 2, Parameters.
#include <sys/stat.h>

#include <fstream>

#include "kit/src/checks/chapter.h"
#include "kit/src/checks/sections.h"
#include "kit/src/spoil.h"
#include "kit/src/world/leftovers.h"

namespace cni::kit {
namespace {

// "The error message must contain the names of invalid variables."
Verdict must_name(const Answer& answer, const std::vector<std::string>& variables, const std::string& what) {
  KIT_REQUIRE(expect_code(answer, {4}, what));
  const std::string text = answer.document.value("msg", "") + answer.document.value("details", "");
  for (const std::string& variable : variables)
    if (text.find(variable) == std::string::npos)
      return failed("an error for " + what + " that names " + variable, answer.text());
  return passed();
}

Verdict refuses_an_unknown_command(Lab& lab) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  const Call call = with_variable(lab.call("ADD", pod), "CNI_COMMAND", "KIT");
  return must_name(lab.run(call), {"CNI_COMMAND"}, "CNI_COMMAND=KIT");
}

Verdict tells_without_a_command(Lab& lab) {
  Pod& pod = lab.pod();
  const Answer answer = lab.run(without_variable(lab.call("ADD", pod), "CNI_COMMAND"));
  const std::string errors = answer.outcome.errors.empty() ? "nothing" : answer.outcome.errors.substr(0, 200);
  return told("without CNI_COMMAND: " + answer.text() + "; stderr: " + errors);
}

std::vector<std::string> required_by(const std::string& command) {
  if (command == "GC") return {"CNI_PATH"};
  if (command == "DEL") return {"CNI_CONTAINERID", "CNI_IFNAME"};
  return {"CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME"};
}

// What a DEL or a GC cannot know it cannot take away: there it is no more than advice.
Verdict by_command(const std::string& command, Verdict verdict) {
  if (command != "ADD" && command != "CHECK") verdict.level = Level::should;
  return verdict;
}

Verdict refuses_missing_variables(Lab& lab) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.subject().lacks.empty() ? lab.attach(pod) : lab.prepare(pod));
  std::vector<std::string> commands{"ADD", "DEL"};
  if (lab.version().has_check()) commands.insert(commands.begin() + 1, "CHECK");
  if (lab.version().has_gc_and_status()) commands.emplace_back("GC");
  for (const std::string& command : commands) {
    const Call good = command == "GC" ? lab.call(command, {}) : lab.call(command, pod);
    Call without_all = good;
    for (const std::string& variable : required_by(command)) {
      KIT_REQUIRE(by_command(
          command, must_name(lab.run(without_variable(good, variable)), {variable}, command + " without " + variable)));
      without_all.environment.erase(variable);
    }
    Verdict all = must_name(lab.run(without_all), required_by(command), command + " without all that it needs");
    if (all.outcome == Outcome::failed) all.level = Level::should;
    KIT_REQUIRE(all);
  }
  return passed();
}

// Optional by the text for all but GC; the reference library demands it all the same.
Verdict needs_no_path(Lab& lab) {
  if (lab.target().delegates()) return not_applicable("it has to find an IPAM plugin");
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.attach(pod));
  std::vector<std::string> commands{"DEL", "ADD"};
  if (lab.version().has_check()) commands.insert(commands.begin(), "CHECK");
  if (lab.version().has_gc_and_status()) commands.insert(commands.begin(), "STATUS");
  for (const std::string& command : commands) {
    const Call call = command == "STATUS" ? lab.call(command, {}) : lab.call(command, pod);
    KIT_REQUIRE(expect_success(lab.run(without_variable(call, "CNI_PATH")), command + " without CNI_PATH"));
  }
  return passed();
}

Verdict deletes_without_netns(Lab& lab) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.attach(pod));
  return expect_success(lab.run(without_variable(lab.call("DEL", pod), "CNI_NETNS")), "DEL without CNI_NETNS");
}

Verdict needs_no_args(Lab& lab) {
  for (const bool there : {false, true}) {
    Pod& pod = lab.pod();
    if (!lab.subject().lacks.empty()) return lab.attach(pod);
    KIT_REQUIRE(lab.prepare(pod));
    Call call = without_variable(lab.call("ADD", pod), "CNI_ARGS");
    if (there) call.environment["CNI_ARGS"] = "";
    KIT_REQUIRE(expect_success(lab.run(call), there ? "ADD with an empty CNI_ARGS" : "ADD without CNI_ARGS"));
  }
  return passed();
}

// That all are refused comes before how it is told.
Verdict refuses_values(Lab& lab, const std::string& variable, std::initializer_list<const char*> values) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  std::vector<std::pair<std::string, Answer>> answers;
  for (const char* value : values)
    answers.emplace_back(variable + "='" + value + "'", lab.run(with_variable(lab.call("ADD", pod), variable, value)));
  for (const auto& [what, answer] : answers) KIT_REQUIRE(expect_failure(answer, what));
  for (const auto& [what, answer] : answers) KIT_REQUIRE(must_name(answer, {variable}, what));
  return passed();
}

Verdict refuses_bad_ids(Lab& lab) { return refuses_values(lab, "CNI_CONTAINERID", {"a/b", "-x", ".x", "a b"}); }

// A long id is a good one. A plugin may be unable to take it, but not mistake one for another that begins alike.
Verdict tells_long_ids_apart(Lab& lab) {
  Pod& first = lab.pod();
  Pod& second = lab.pod();
  first.id = std::string(300, 'a') + "1";
  second.id = std::string(300, 'a') + "2";
  KIT_REQUIRE(lab.prepare(first));
  KIT_REQUIRE(lab.prepare(second));
  if (!lab.subject().lacks.empty()) return lab.attach(first);
  for (Pod* pod : {&first, &second}) {
    const Answer answer = lab.run(lab.call("ADD", *pod));
    KIT_REQUIRE(expect_composure(answer, "ADD with an id of 301 bytes"));
    if (!answer.succeeded())
      return expect_success(lab.run(lab.call("DEL", *pod)), "DEL after the ADD of an id of 301 bytes failed");
    pod->result = answer.document;
  }
  const bool is_good = lab.version().has_check() && lab.run(lab.call("CHECK", second)).succeeded();  // else K1 tells
  const World before = lab.world();
  KIT_REQUIRE(expect_success(lab.run(lab.call("DEL", first)), "DEL of an id of 301 bytes"));
  for (const std::string& change : difference(before, lab.world()))
    if (change.ends_with(" in " + second.name))
      return failed("a pod whose id differs in the 301st byte is left as it is", change);
  if (!is_good) return passed();
  return expect_success(lab.run(lab.call("CHECK", second)),
                        "CHECK of a pod after DEL of another, whose id differs in the 301st byte");
}

Verdict ids(Lab& lab) {
  Verdict apart = tells_long_ids_apart(lab);
  if (apart.outcome == Outcome::failed && !apart.level) apart.level = Level::must;
  KIT_REQUIRE(apart);
  return refuses_bad_ids(lab);
}

Verdict refuses_bad_ifnames(Lab& lab) {
  return refuses_values(lab, "CNI_IFNAME", {"sixteen-bytes-16", ".", "..", "a/b", "a:b", "a b"});
}

Verdict refuses_its_own_netns(Lab& lab) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  const World before = lab.world();
  const Call call = with_variable(lab.call("ADD", pod), "CNI_NETNS", "/proc/1/ns/net");
  KIT_REQUIRE(expect_failure(lab.run(call), "ADD into the network namespace it runs in"));
  for (const std::string& change : difference(before, lab.world()))
    if (change.find(" link lo ") != std::string::npos || change.find(pod.ifname) != std::string::npos)
      return failed("ADD into the network namespace it runs in leaves the host alone", change);
  return passed();
}

Verdict refuses_what_is_no_netns(Lab& lab) {
  KIT_REQUIRE(lab.has_what_it_needs());
  KIT_REQUIRE(prime(lab));
  const std::string file = "/run/netns/a-file", dir = "/run/netns/a-directory";
  std::ofstream{file};
  ::mkdir(dir.c_str(), 0755);
  for (const std::string& netns : {std::string("/run/netns/absent"), file, dir}) {
    Pod& pod = lab.pod();
    const World before = lab.world();
    Pod spoiled = pod;
    spoiled.netns = netns;
    KIT_REQUIRE(expect_failure(lab.run(lab.call("ADD", spoiled)), "ADD with CNI_NETNS=" + netns));
    static_cast<void>(lab.run(lab.call("DEL", spoiled)));
    KIT_REQUIRE(expect_same_world(lab, before, "ADD with CNI_NETNS=" + netns + " and DEL"));
  }
  return passed();
}

Verdict ignores_unknown_args(Lab& lab) {
  for (const std::string args : {"IgnoreUnknown=1;KIT_ONE=a;KIT_TWO=b", "KIT_TWO=b;IgnoreUnknown=true;KIT_ONE=a"}) {
    Pod& pod = lab.pod();
    pod.args = args;
    if (!lab.subject().lacks.empty()) return lab.attach(pod);
    KIT_REQUIRE(lab.prepare(pod));
    const Answer added = lab.run(lab.call("ADD", pod));
    KIT_REQUIRE(expect_success(added, "ADD with CNI_ARGS=" + args));
    pod.result = added.document;
    KIT_REQUIRE(expect_success(lab.run(lab.call("DEL", pod)), "DEL with CNI_ARGS=" + args));
  }
  return passed();
}

Verdict tells_of_unknown_args(Lab& lab) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  std::string text;
  for (const std::string command : {"ADD", "DEL"}) {
    const Answer answer = lab.run(with_variable(lab.call(command, pod), "CNI_ARGS", "KIT_ONE=a"));
    text += (text.empty() ? "" : "; ") + command + ": " + answer.text().substr(0, 200);
  }
  return told("CNI_ARGS of an unknown key, without IgnoreUnknown: " + text);
}

Verdict tells_of_a_bare_environment(Lab& lab) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  const Answer answer = lab.run(without_variable(lab.call("ADD", pod), "PATH"));
  return told("ADD with nothing but CNI variables: " + (answer.succeeded() ? "works" : answer.text()));
}

}  // namespace

std::vector<Check> environment_checks() {
  constexpr Applies kOnce{.once = true};
  return {
      {{"N1", Level::must, "refuses an unknown command", kErrorSection}, kOnce, refuses_an_unknown_command},
      {{"N2", Level::info, "runs without CNI_COMMAND", kParametersSection}, kOnce, tells_without_a_command},
      {{"N3", Level::must, "refuses a call that lacks what is required, and names it", kParametersSection},
       kOnce,
       refuses_missing_variables},
      {{"N4", Level::should, "works without CNI_PATH where it calls no other plugin", kParametersSection},
       kOnce,
       needs_no_path},
      {{"N5", Level::must, "succeeds in DEL without CNI_NETNS", kDelSection}, kOnce, deletes_without_netns},
      {{"N6", Level::must, "works without CNI_ARGS, and with an empty one", kParametersSection}, kOnce, needs_no_args},
      {{"N7", Level::should, "refuses ids that are none, and keeps long ones apart", kParametersSection}, kOnce, ids},
      {{"N8", Level::must, "refuses names that no interface can have", kParametersSection}, kOnce, refuses_bad_ifnames},
      {{"N16", Level::should, "refuses the network namespace that it runs in", kParametersSection},
       {.roles = kInterfaces, .once = true},
       refuses_its_own_netns},
      {{"N17", Level::must, "refuses a CNI_NETNS that is none, and leaves nothing", kAddSection},
       {.roles = kInterfaces | kLoopback, .once = true},
       refuses_what_is_no_netns},
      {{"N21", Level::should, "ignores unknown CNI_ARGS where IgnoreUnknown asks for it", "Conventions, CNI_ARGS"},
       kOnce,
       ignores_unknown_args},
      {{"N22", Level::info, "takes or refuses unknown CNI_ARGS", "Conventions, CNI_ARGS"},
       kOnce,
       tells_of_unknown_args},
      {{"N29", Level::info, "runs with an environment of CNI's alone", kParametersSection},
       kOnce,
       tells_of_a_bare_environment},
  };
}

}  // namespace cni::kit

// Faults around a plugin: it is killed, hangs, cannot read, cannot write, finds no space. Whatever it has done until
// then, DEL takes away: recovered. Else something is leaked, or the attachment is stuck.
#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <thread>

#include "cni/base/files.h"
#include "kit/src/checks/chapter.h"
#include "kit/src/checks/victim.h"
#include "kit/src/spoil.h"
#include "kit/src/world/leftovers.h"
#include "kit/src/world/made.h"

namespace cni::kit {
namespace {

// What the target is for is done by whom it calls, too: no ADD to measure, no check.
Verdict measure_add(Lab& lab, std::chrono::microseconds& takes) {
  KIT_REQUIRE(prime(lab));
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  const auto begin = std::chrono::steady_clock::now();
  KIT_REQUIRE(lab.attach_prepared(pod));
  takes = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
  return expect_success(lab.run(lab.call("DEL", pod)), "DEL");
}

// Its whole process group: what it has started goes with it.
Call killed_after(Call call, std::chrono::microseconds time) {
  call.limit = std::max(std::chrono::duration_cast<std::chrono::milliseconds>(time), std::chrono::milliseconds(1));
  return call;
}

// Moments spread over the time that ADD takes, each at random in its part of it. The seed is told.
Verdict recovers_from_kills(Lab& lab) {
  std::chrono::microseconds takes{0};
  KIT_REQUIRE(measure_add(lab, takes));
  constexpr int kMoments = 20;
  const unsigned seed = std::random_device()();
  std::mt19937 random(seed);
  Victim victim;
  for (int part = 0; part < kMoments; ++part) {
    KIT_REQUIRE(make_victim(lab, victim));
    const auto begin = takes * part / kMoments, length = takes / kMoments;
    const auto moment = begin + length * (random() % 100) / 100;
    const Answer answer = lab.run(killed_after(lab.call("ADD", *victim.pod), moment));
    if (answer.succeeded()) victim.pod->result = answer.document;
    KIT_REQUIRE(expect_recovery(lab, victim,
                                "ADD that was killed after " + std::to_string(moment.count() / 1000) + " ms of " +
                                    std::to_string(takes.count() / 1000) + " (seed " + std::to_string(seed) + ")"));
  }
  return passed();
}

Verdict recovers_from_a_killed_del(Lab& lab) {
  std::chrono::microseconds takes{0};
  KIT_REQUIRE(measure_add(lab, takes));  // DEL takes about as long
  constexpr int kMoments = 10;
  Victim victim;
  for (int part = 0; part < kMoments; ++part) {
    KIT_REQUIRE(make_victim(lab, victim));
    KIT_REQUIRE(lab.attach_prepared(*victim.pod));
    const auto moment = takes * (2 * part + 1) / (2 * kMoments);
    lab.run(killed_after(lab.call("DEL", *victim.pod), moment));
    KIT_REQUIRE(
        expect_recovery(lab, victim, "DEL that was killed after " + std::to_string(moment.count() / 1000) + " ms"));
  }
  return passed();
}

// Catches who waits for its IPAM for ever, also in DEL, and who forgets what it had made before.
Verdict recovers_from_a_hung_ipam(Lab& lab) {
  KIT_REQUIRE(lab.has_ipam());
  KIT_REQUIRE(lab.has_what_it_needs());
  const auto run = [&](const char* command, const Pod& pod, std::chrono::milliseconds limit) {
    Call call = with_stub_ipam(lab.call(command, pod));
    call.limit = limit;
    return lab.run(call);
  };
  constexpr std::chrono::seconds kLong{20};
  Pod& first = lab.pod();
  KIT_REQUIRE(lab.prepare(first));
  KIT_REQUIRE(expect_success(run("ADD", first, kLong), "ADD with the kit's IPAM"));
  KIT_REQUIRE(expect_success(run("DEL", first, kLong), "DEL with the kit's IPAM"));
  Victim victim;
  KIT_REQUIRE(make_victim(lab, victim));
  constexpr std::chrono::milliseconds kHangs{1500}, kLimit{500};
  StubAnswer slow;
  slow.delay = kHangs;
  lab.ipam().answer("ADD", slow);
  const std::string end = run("ADD", *victim.pod, kLimit).text();
  lab.ipam().forget();
  std::this_thread::sleep_for(kHangs);  // what was started may go on for as long
  const std::string fault = "ADD whose IPAM plugin hung until the time was up (it ended with " + end + ")";
  const Answer removed = run("DEL", *victim.pod, kLong);
  if (!removed.succeeded()) return failed("DEL succeeds after " + fault, "stuck: " + removed.text());
  return expect_nothing_leaked(lab, victim, fault);
}

// --- stdin and stdout
Verdict recovers_from_half_a_config(Lab& lab) {
  KIT_REQUIRE(prime(lab));
  Victim victim;
  KIT_REQUIRE(make_victim(lab, victim));
  Call add = lab.call("ADD", *victim.pod);
  add.input.resize(add.input.size() / 2);
  KIT_REQUIRE(expect_failure(lab.run(add), "ADD whose configuration ends in the middle"));
  return expect_recovery(lab, victim, "ADD whose configuration ended in the middle");
}

Verdict recovers_from_a_closed_stdout(Lab& lab) {
  KIT_REQUIRE(prime(lab));
  Victim victim;
  KIT_REQUIRE(make_victim(lab, victim));
  const auto add = run_by(lab.call("ADD", *victim.pod), "exec \"$plugin\" >&-");
  if (!add) return skipped(add.error().what);
  const Answer answer = lab.run(*add);
  if (answer.outcome.end != RunOutcome::End::exited)
    return failed("an end of ADD where nothing can be printed", answer.text());
  return expect_recovery(lab, victim, "ADD that could not print its result (it ended with " + answer.text() + ")");
}

// --- no space
// A filesystem of a page, full to the last byte, where plugins keep what they know.
class FullDisk {
 public:
  Verdict fill() {
    if (::mount("tmpfs", kAt, "tmpfs", 0, "size=64k,nr_inodes=64") != 0)
      return skipped(std::string("cannot mount at ") + kAt);
    const auto file = base::open_file(kFile, O_WRONLY | O_CREAT, 0600);
    if (!file) return skipped(file.error().what);
    const std::string block(4096, '0');
    while (::write(file->get(), block.data(), block.size()) > 0) {
    }
    return passed();
  }
  void make_room() { ::unlink(kFile); }

 private:
  static constexpr const char* kAt = "/var/lib/cni";
  static constexpr const char* kFile = "/var/lib/cni/full";
};

// Success needs what was written: CHECK and DEL tell whether that is so.
Verdict recovers_from_a_full_disk(Lab& lab) {
  KIT_REQUIRE(prime(lab));
  Made made;
  {
    Pod& pod = lab.pod();
    KIT_REQUIRE(attach_seen(lab, pod, made));
    KIT_REQUIRE(expect_success(lab.run(lab.call("DEL", pod)), "DEL"));
  }
  const auto files = made.names("file", "");
  if (std::none_of(files.begin(), files.end(), [](const auto& path) { return path.starts_with("/var/lib/cni/"); }))
    return not_applicable("it writes nothing below /var/lib/cni");
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  FullDisk disk;
  KIT_REQUIRE(disk.fill());
  const World before = lab.world();
  const Answer answer = lab.run(lab.call("ADD", pod));
  if (answer.succeeded()) {
    pod.result = answer.document;
    if (lab.version().has_check() && !lab.run(lab.call("CHECK", pod)).succeeded())
      return failed("an error of ADD where the disk is full", "success, and then an error of CHECK");
  }
  const std::string fault = "ADD on a full disk (it ended with " + answer.text() + ")";
  const Answer removed = lab.run(lab.call("DEL", pod));
  if (!removed.succeeded()) return failed("DEL succeeds on a full disk after " + fault, "stuck: " + removed.text());
  std::vector<std::string> left;
  // Directories that it made are empty, and stay as on any other disk.
  for (const std::string& line : difference(before, lab.world()))
    if (!line.starts_with("left: directory ") && line.find("/lock ") == std::string::npos) left.push_back(line);
  if (left.empty()) return passed();
  return failed("DEL takes away all that there is after " + fault, "leaked: " + std::to_string(left.size()), left);
}

// --- what it calls is gone
Verdict tells_of_a_removed_ipam(Lab& lab) {
  if (!lab.target().delegates()) return not_applicable("it calls no IPAM plugin");
  KIT_REQUIRE(prime(lab));
  Pod& pod = lab.pod();
  Made made;
  KIT_REQUIRE(attach_seen(lab, pod, made));
  const Answer answer = lab.run(with_variable(lab.call("DEL", pod), "CNI_PATH", "/run/netns"));
  std::string text = "with its IPAM plugin removed, DEL ends with " + answer.text();
  const auto left = made.left_in(lab.world());
  text += left.empty() ? "; nothing is left" : "; left of what ADD made: " + std::to_string(left.size());
  const Answer again = lab.run(lab.call("DEL", pod));
  text += again.succeeded() && made.left_in(lab.world()).empty() ? "; once it is back, DEL takes away the rest"
                                                                 : "; once it is back, DEL does not take away the rest";
  return told(text);
}

}  // namespace

std::vector<Check> fault_checks() {
  constexpr Applies kOnce{.once = true}, kMakers{.roles = kInterfaces, .once = true};
  const auto row = [](const char* id, const char* title, const Applies& applies, Verdict (*run)(Lab&)) {
    return Check{{id, Level::should, title, kBestEffort}, applies, run};
  };
  const std::vector<Check> whole{
      row("N30", "recovers from an ADD that was killed, by DEL", kOnce, recovers_from_kills),
      row("F2", "recovers from a DEL that was killed, by another", kOnce, recovers_from_a_killed_del),
      row("F3", "recovers from an ADD whose IPAM plugin hung", kMakers, recovers_from_a_hung_ipam),
      row("F4", "recovers from a configuration that ends in the middle", kOnce, recovers_from_half_a_config),
      row("F5", "recovers from an ADD whose result could not be printed", kOnce, recovers_from_a_closed_stdout),
      row("F6", "recovers from an ADD on a full disk", kOnce, recovers_from_a_full_disk),
      {{"F7", Level::info, "says what DEL does without its IPAM plugin", kBestEffort},
       kMakers,
       tells_of_a_removed_ipam},
  };
  return chapter({whole, step_checks()});
}

}  // namespace cni::kit

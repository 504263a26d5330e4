// Every step of `podrun debug` broken: the pod goes on as it was, and what was to be added is not there, runs, or is on
// record with the reason why not.
#include <csignal>

#include "integration/faults_host.h"
#include "integration/life.h"

namespace integration {
namespace {

class FaultsOfDebugTest : public BrokenSteps {
 protected:
  static std::string name_of(int number) { return "pod-" + std::to_string(number); }
  Life life(const std::string& name) const {
    return Life(inspect(name), Json::parse(podrun({"get", name, "-o", "json"}).out, nullptr, false));
  }
  std::vector<std::string> debug_line(const std::string& name, const std::string& container) const {
    return {"debug", name,           "-c",   container, "--target", "main", "--image", "rootfs:" + rootfs(),
            "--",    "/bin/payload", "sleep"};
  }

  // What was cut short is taken up by whoever looks after the pod, and comes to an end: one or the other.
  std::string settles(const std::string& name, Fault fault, const Output& output) const {
    const bool added = output.status == 0;
    const auto is_settled = [&] {
      const Life seen = life(name);
      const std::string state = seen.attempt("look") < 0 ? "none" : seen.state("look");
      const bool is_good = added ? state == "running" : state != "waiting";
      return is_good && seen.strangers().empty();
    };
    if (!eventually(is_settled, std::chrono::seconds(20)))
      return "look: " + life(name).state("look") + ", not on record: " + testing::PrintToString(life(name).strangers());
    if (fault == Fault::fail && !added && output.err.empty()) return "failed without a word";
    return "";
  }

  void break_debug(Fault fault) {
    remember_world();
    choose_one_in(6);
    break_every_step(
        fault, Watch::program,
        [&](int number) {
          Json made = pod(name_of(number), {container("main", {"/bin/payload", "sleep"})});
          made["spec"]["terminationGracePeriodSeconds"] = 5;
          must_create(made);
          return podrun_command(debug_line(name_of(number), "look"));
        },
        [&](int number, const BrokenRun& broken) -> std::string {
          const std::string name = name_of(number);
          if (std::string why = settles(name, fault, broken.output); !why.empty()) return why;
          const Output recovered = podrun({"recover"});
          if (recovered.status != 0 || !recovered.out.empty()) return "recover: " + recovered.out + recovered.err;
          const Life seen = life(name);
          if (seen.state("main") != "running" || seen.attempt("main") != 0) return "main: " + seen.state("main");
          const Output again = podrun(debug_line(name, "again"));
          if (again.status != 0) return "debug afterwards: " + again.err;
          return removed(name);
        });
    expect_world_unchanged();
  }
};

TEST_F(FaultsOfDebugTest, FailsAtEveryStep) { break_debug(Fault::fail); }
TEST_F(FaultsOfDebugTest, IsKilledAtEveryStep) { break_debug(Fault::kill); }
TEST_F(FaultsOfDebugTest, IsInterruptedAtEveryStep) { break_debug(Fault::interrupt); }

}  // namespace
}  // namespace integration

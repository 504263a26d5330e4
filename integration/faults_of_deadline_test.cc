// Whoever ends a pod that was active for too long is killed at each step: the next one goes on.
#include <csignal>

#include "integration/aged_pod.h"
#include "integration/clean_up.h"
#include "integration/faults_host.h"
#include "integration/life.h"

namespace integration {
namespace {

class FaultsOfDeadlineTest : public WithAgedPods<BrokenSteps> {
 protected:
  static std::string name_of(int number) { return "pod-" + std::to_string(number); }

  Life life(const std::string& name) const {
    return Life(inspect(name), Json::parse(podrun({"get", name, "-o", "json"}).out, nullptr, false));
  }
  Command tend_past_deadline(int number) {
    const std::string name = name_of(number);
    Json manifest = with_deadline(pod(name, {container("main", {"/bin/payload", "sleep"})}));
    manifest["spec"]["restartPolicy"] = "Always";
    must_create(manifest);
    EXPECT_TRUE(eventually([&] { return life(name).listens("main"); }));
    age(name);
    return podrun_command({"system", "tend", pod_id(name)});
  }
  std::string settle(int number) {
    const std::string name = name_of(number);
    if (const Output again = tend(name); again.status != 0) return "tend: " + again.err;
    if (std::string why = why_not_failed_by_deadline(name); !why.empty()) return why;
    if (life(name).attempt("main") != 0) return "it has been made again";
    if (life(name).state("main") != "exit 0") return "it was not asked: " + life(name).state("main");
    const Output removed = podrun({"delete", "pod", name});
    return removed.status == 0 ? "" : "delete: " + removed.err;
  }
};

TEST_F(FaultsOfDeadlineTest, TendIsKilledAtEveryStep) {
  remember_world();
  break_every_step(
      Fault::kill, Watch::program, [&](int number) { return tend_past_deadline(number); },
      [&](int number, const BrokenRun& broken) -> std::string {
        if (broken.output.status != 0 && broken.output.status != 128 + SIGKILL) return "did not end by the signal";
        return settle(number);
      });
  expect_world_unchanged();
}

}  // namespace
}  // namespace integration

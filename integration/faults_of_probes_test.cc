// Whoever asks a pod's containers is killed at each step: the next one asks again, and the pod is as if nothing had
// been.
#include <csignal>
#include <filesystem>

#include "integration/clean_up.h"
#include "integration/faults_host.h"
#include "integration/life.h"

namespace integration {
namespace {

namespace fs = std::filesystem;

class FaultsOfProbesTest : public BrokenSteps {
 protected:
  static std::string name_of(int number) { return "pod-" + std::to_string(number); }

  static Json once(Json probe) {
    probe["periodSeconds"] = 3600;
    probe["timeoutSeconds"] = 30;
    probe["failureThreshold"] = 2;
    return probe;
  }
  static Json asked(int number) {
    const Json succeeds = {{"exec", {{"command", {"/bin/payload", "exit", "0"}}}}};
    Json main = container("main", {"/bin/payload", "sleep"});
    main["lifecycle"] = {{"postStart", succeeds}};
    main["readinessProbe"] = once(succeeds);
    main["livenessProbe"] = once({{"tcpSocket", {{"port", 1}}}});
    return pod(name_of(number), {main});
  }
  Life life(const std::string& name) const {
    return Life(inspect(name), Json::parse(podrun({"get", name, "-o", "json"}).out, nullptr, false));
  }
  bool is_ready(const std::string& name) const {
    return podrun({"wait", name, "--for=condition=Ready", "--timeout=20s"}).status == 0;
  }
  bool is_left_alone(const std::string& name) const {
    return eventually([&] { return life(name).strangers().empty(); }, std::chrono::seconds(20));
  }
};

TEST_F(FaultsOfProbesTest, TendThatAsksIsKilledAtEveryStep) {
  remember_world();
  break_every_step(
      Fault::kill, Watch::program,
      [&](int number) {
        const std::string name = name_of(number);
        must_create(asked(number));
        EXPECT_TRUE(is_ready(name) && is_left_alone(name));
        fs::remove("/run/podrun/pods/" + pod_id(name) + "/containers/main.0.probes");  // as if nobody had been asked
        return podrun_command({"system", "tend", pod_id(name)});
      },
      [&](int number, const BrokenRun& broken) -> std::string {
        const std::string name = name_of(number);
        if (broken.output.status != 0 && broken.output.status != 128 + SIGKILL) return "did not end by the signal";
        if (const Output again = podrun({"system", "tend", pod_id(name)}); again.status != 0)
          return "tend: " + again.err;
        if (!is_ready(name)) return "it is not ready";
        if (!is_left_alone(name)) return "not on record: " + testing::PrintToString(life(name).strangers());
        if (life(name).attempt("main") != 0) return "it has been made again";
        const Output removed = podrun({"delete", "pod", name});
        return removed.status == 0 ? "" : "delete: " + removed.err;
      });
  expect_world_unchanged();
}

}  // namespace
}  // namespace integration

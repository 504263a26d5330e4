// Every step of an update broken. What is left is the old or the new, of all containers: on record at once, and in
// their cgroups once recover has run.
#include <gmock/gmock.h>

#include "integration/cgroup_files.h"
#include "integration/faults_host.h"

namespace integration {
namespace {

class FaultsOfUpdatesTest : public BrokenSteps {
 protected:
  using Complaint = std::string;

  static std::string name_of(int number) { return "pod-" + std::to_string(number); }
  static Json limited(const std::string& name) {
    Json one = container(name, {"/bin/payload", "sleep"});
    one["resources"]["limits"]["podrun.io/pids"] = 100;
    return one;
  }
  std::string in_cgroup(const std::string& name, const std::string& container) const {
    const std::string text = cgroup_file(container_pid(name, container), "pids", "pids.max", "pids.max");
    return text.substr(0, text.find('\n'));
  }
  // As it is asked for: a number, or as it was typed.
  std::string on_record(const std::string& name, std::size_t container) const {
    const Json shown = Json::parse(podrun({"get", name, "-o", "json"}).out, nullptr, false);
    const Json amount = shown.value(
        Json::json_pointer("/spec/containers/" + std::to_string(container) + "/resources/limits/podrun.io~1pids"),
        Json());
    return amount.is_string() ? amount.get<std::string>() : amount.dump();
  }
  Complaint is_one_of_both(const std::string& name) const {
    const std::string main = on_record(name, 0), beside = on_record(name, 1);
    if (main != beside || (main != "100" && main != "50")) return "half on record: " + main + " and " + beside;
    return in_cgroup(name, "main") == main && in_cgroup(name, "beside") == main
               ? ""
               : "on record " + main + ", and in the cgroups " + in_cgroup(name, "main") + " and " +
                     in_cgroup(name, "beside");
  }

  void break_update(Fault fault) {
    if (!can_run({need::controller("pids")})) return;
    remember_world();
    break_every_step(
        fault, Watch::program,
        [&](int number) {
          must_create(pod(name_of(number), {limited("main"), limited("beside")}));
          return podrun_command({"update", name_of(number), "--pids-limit", "50"});
        },
        [&](int number, const BrokenRun& broken) -> Complaint {
          const std::string name = name_of(number);
          if (const Output recovered = podrun({"recover"}); recovered.status != 0) return "recover: " + recovered.err;
          if (Complaint complaint = is_one_of_both(name); !complaint.empty()) return complaint;
          if (broken.output.status == 0 && on_record(name, 0) != "50") return "succeeded, and has the old limits";
          if (const Output again = podrun({"recover"}); !again.out.empty()) return "recover again: " + again.out;
          if (const Output again = podrun({"update", name, "--pids-limit", "50"}); again.status != 0)
            return "update afterwards: " + again.err;
          if (Complaint complaint = is_one_of_both(name); !complaint.empty()) return complaint;
          return on_record(name, 0) == "50" ? removed(name) : "updated, and has the old limits";
        });
  }
};

TEST_F(FaultsOfUpdatesTest, FailsAtEveryStep) { break_update(Fault::fail); }
TEST_F(FaultsOfUpdatesTest, IsKilledAtEveryStep) { break_update(Fault::kill); }
TEST_F(FaultsOfUpdatesTest, IsInterruptedAtEveryStep) { break_update(Fault::interrupt); }

}  // namespace
}  // namespace integration

// Every step broken of what is done to a pod that stands: its containers started, stopped and made again, the pod
// stopped and started. After each the act can be repeated, the pod works, no exit code is lost or wrong, and nothing
// runs that is not on record.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "integration/faults_host.h"
#include "integration/life.h"

namespace integration {
namespace {

namespace fs = std::filesystem;

class FaultsOfLivesTest : public BrokenSteps {
 protected:
  using Words = std::vector<std::string>;
  using Complaint = std::string;  // empty where there is none

  // Of the steps with a bridge.
  bool takes_some() {
    if (!has_plugins()) return false;
    choose_one_in(6);
    return true;
  }

  static std::string name_of(int number) { return "pod-" + std::to_string(number); }

  // Both end with 0 when they are asked to.
  static Json two(int number, bool with_port, const char* policy = "Never") {
    Json main = container("main", {"/bin/payload", "sleep"});
    if (with_port) main["ports"] = {{{"containerPort", 80}, {"hostPort", 20000 + number}}};
    Json beside = container("beside", {"/bin/payload", "sleep"});  // launched once the networks are attached
    beside["env"] = {{{"name", "IP"}, {"valueFrom", {{"fieldRef", {{"fieldPath", "status.podIP"}}}}}}};
    Json made = pod(name_of(number), {main, beside});
    made["spec"]["restartPolicy"] = policy;
    made["spec"]["terminationGracePeriodSeconds"] = 5;
    return made;
  }

  Life life(const std::string& name) const {
    return Life(inspect(name), Json::parse(podrun({"get", name, "-o", "json"}).out, nullptr, false));
  }

  void must(const Words& words) const {
    const Output output = podrun(words);
    EXPECT_EQ(output.status, 0) << testing::PrintToString(words) << ": " << output.err;
  }
  Complaint succeeds(const Words& words) const {
    const Output output = podrun(words);
    return output.status == 0 ? "" : words.front() + " afterwards: " + output.err;
  }

  // What main has written is there for whichever attempt of it comes next.
  void make(int number, const Options& network, const char* policy = "Never") const {
    const std::string name = name_of(number);
    must_create(two(number, network.empty(), policy), network);
    std::ofstream(data_dir() + "/pods/" + pod_id(name) + "/containers/main.0/upper/kept") << "yes";
    EXPECT_TRUE(both_listen(name));
  }

  bool both_listen(const std::string& name) const {
    return eventually([&] {
      const Life seen = life(name);
      return seen.listens("main") && seen.listens("beside");
    });
  }
  // Whether it is there to stay: what has lost its podrun before it was let go runs for a moment yet.
  bool runs(const std::string& name) const {
    bool is_running = false;
    eventually([&] {
      const Life seen = life(name);
      is_running = seen.state("main") == "running";
      return !is_running || seen.listens("main");
    });
    return is_running;
  }

  // What is said of a step that a process did not survive, or that failed.
  static Complaint said(Fault fault, const BrokenRun& broken) {
    const Output& output = broken.output;
    if (output.status == 0) return "";
    if (fault == Fault::fail) return output.err.empty() ? "failed without a word" : output.status == -1 ? "hung" : "";
    if (fault == Fault::kill) return output.status == 128 + SIGKILL ? "" : "did not end by the signal";
    return output.status == 128 + SIGTERM ? "" : "did not end by the signal";
  }

  // Killed or not, recover has nothing to say of a pod that stands.
  Complaint stands(const std::string& name) const {
    const Output recovered = podrun({"recover"});
    if (recovered.status != 0 || !recovered.out.empty()) return "recover: " + recovered.out + recovered.err;
    const Life seen = life(name);
    if (seen.pod_state() != "ready") return "the pod is " + seen.pod_state();
    return seen.state("beside") == "running" && seen.attempt("beside") == 0 ? "" : "beside: " + seen.state("beside");
  }

  // By SIGKILL only where the step that failed was what asked them to end.
  static Complaint ended_well(const Life& seen, const std::string& container, Fault fault) {
    const std::string state = seen.state(container);
    return state == "exit 0" || (fault == Fault::fail && state == "exit 137") ? "" : container + ": " + state;
  }

  // The pod with both containers running, to its end.
  Complaint works(const std::string& name) const {
    if (!eventually([&] { return life(name).strangers().empty(); }))
      return "not on record: " + testing::PrintToString(life(name).strangers());
    const Life seen = life(name);
    for (const char* one : {"main", "beside"})
      if (seen.state(one) != "running") return std::string(one) + ": " + seen.state(one);
    if (seen.attempt("main") == 1 && seen.last_exit("main") != "0") return "lastState: " + seen.last_exit("main");
    if (!both_listen(name)) return "a payload that is none";
    if (Complaint one = succeeds({"stop", name}); !one.empty()) return one;
    const Life stopped = life(name);
    for (const char* one : {"main", "beside"})
      if (stopped.state(one) != "exit 0") return std::string(one) + " in the end: " + stopped.state(one);
    return removed(name);
  }
  Complaint keeps_what_was_written(const std::string& name) const {
    const std::string root = "/proc/" + std::to_string(container_pid(name, "main")) + "/root/";
    if (fs::exists(root + "kept")) return "";
    return "what it had written is lost; main: " + life(name).state("main") + "\n" +
           run({"find", data_dir() + "/pods", "-name", "kept"}).out;
  }

  template <class... Steps>
  static Complaint first_of(Steps... steps) {
    Complaint complaint;
    static_cast<void>((... || !(complaint = steps()).empty()));
    return complaint;
  }

  void break_start_of_one(Fault fault) {
    remember_world();
    break_every_step(
        fault, Watch::program,
        [&](int number) {
          make(number, kNoNetwork);
          must({"stop", name_of(number), "-c", "main"});
          return podrun_command({"start", name_of(number), "-c", "main"});
        },
        [&](int number, const BrokenRun& broken) {
          const std::string name = name_of(number);
          return first_of([&] { return said(fault, broken); }, [&] { return stands(name); },
                          [&] {
                            const bool is_there = runs(name);
                            if (broken.output.status == 0 && !is_there)
                              return Complaint("succeeded, and main is not running");
                            return is_there ? Complaint() : succeeds({"start", name, "-c", "main"});
                          },
                          [&] { return keeps_what_was_written(name); }, [&] { return works(name); });
        });
  }

  void break_stop_of_one(Fault fault) {
    remember_world();
    break_every_step(
        fault, Watch::program,
        [&](int number) {
          make(number, kNoNetwork);
          return podrun_command({"stop", name_of(number), "-c", "main"});
        },
        [&](int number, const BrokenRun& broken) {
          const std::string name = name_of(number);
          return first_of(
              [&] { return said(fault, broken); }, [&] { return stands(name); },
              [&] { return broken.output.status == 0 ? ended_well(life(name), "main", fault) : Complaint(); },
              [&] {
                return succeeds({"stop", name, "-c", "main"});
              },
              [&] { return ended_well(life(name), "main", fault); },
              [&] {
                return succeeds({"start", name, "-c", "main"});
              },
              [&] { return keeps_what_was_written(name); },
              [&] {
                return fault == Fault::fail && life(name).last_exit("main") == "137" ? removed(name) : works(name);
              });
        });
  }

  void break_restart(Fault fault) {
    remember_world();
    break_every_step(
        fault, Watch::program,
        [&](int number) {
          make(number, kNoNetwork);
          return podrun_command({"restart", name_of(number), "-c", "main"});
        },
        [&](int number, const BrokenRun& broken) {
          const std::string name = name_of(number);
          return first_of([&] { return said(fault, broken); }, [&] { return stands(name); },
                          [&] {
                            return broken.output.status == 0 ? Complaint() : succeeds({"restart", name, "-c", "main"});
                          },
                          [&] { return keeps_what_was_written(name); },
                          [&] {
                            return fault == Fault::fail && life(name).last_exit("main") == "137" ? removed(name)
                                                                                                 : works(name);
                          });
        });
  }

  // As if they had ended by themselves, with nobody there to see it: their hold is taken off the record by hand.
  std::string leave_to_tend(const std::string& name, const Words& containers) const {
    const std::string id = pod_id(name);
    for (const std::string& one : containers) must({"stop", name, "-c", one});
    EXPECT_TRUE(eventually([&] { return life(name).strangers().empty(); })) << "the shim's own tend";
    for (const std::string& one : containers) {
      const std::string path = "/run/podrun/pods/" + id + "/containers/" + one + ".0.json";
      Json record = Json::parse(std::ifstream(path));
      EXPECT_TRUE(record["life"]["held"].get<bool>());
      record["life"]["held"] = false;
      std::ofstream(path) << record.dump();
    }
    return id;
  }

  // Begun anew it goes on from there, or lets the attempt that failed wait: then a person is faster.
  void break_tend(Fault fault) {
    remember_world();
    break_every_step(
        fault, Watch::program,
        [&](int number) {
          make(number, kNoNetwork, "Always");
          return podrun_command({"system", "tend", leave_to_tend(name_of(number), {"main"})});
        },
        [&](int number, const BrokenRun& broken) {
          const std::string name = name_of(number);
          return first_of([&] { return said(fault, broken); }, [&] { return stands(name); },
                          [&] {
                            return succeeds({"system", "tend", pod_id(name)});
                          },
                          [&] {
                            return runs(name) ? Complaint() : succeeds({"start", name, "-c", "main"});
                          },
                          [&] { return works(name); });
        });
  }

  // Whoever comes next goes on from there: the shim's, or where there is none any more, recover.
  void break_removal(Fault fault, const Options& network) {
    remember_world(network);
    break_every_step(
        fault, Watch::program,
        [&](int number) {
          Json made = two(number, network.empty());
          made["metadata"]["annotations"] = {{"podrun.io/remove-at-end", "true"}};
          must_create(made, network);
          const std::string name = name_of(number);
          EXPECT_TRUE(both_listen(name));
          return podrun_command({"system", "tend", leave_to_tend(name, {"main", "beside"})});
        },
        [&](int number, const BrokenRun& broken) {
          const std::string name = name_of(number);
          return first_of(
              [&] { return said(fault, broken); },
              [&] {
                const std::string id = pod_id(name);
                if (!exists(name)) return Complaint();
                return succeeds(::kill(shim_pid(name), 0) == 0 ? Words{"system", "tend", id} : Words{"recover"});
              },
              [&] { return exists(name) ? Complaint("it is still there") : succeeds({"recover"}); });
        });
  }

  // Stopped, or where the step made no difference, ready.
  Complaint recovers_stopped(const std::string& name, Fault fault) const {
    if (fault == Fault::interrupt) return "";
    if (Complaint complaint = succeeds({"recover"}); !complaint.empty()) return complaint;
    const std::string state = life(name).pod_state();
    return state == "stopped" || state == "ready" ? "" : "recover left it " + state;
  }

  void break_stop_of_pod(Fault fault, const Options& network) {
    remember_world(network);
    break_every_step(
        fault, Watch::program,
        [&](int number) {
          make(number, network);
          return podrun_command({"stop", name_of(number)});
        },
        [&](int number, const BrokenRun& broken) {
          const std::string name = name_of(number);
          const auto both_ended_well = [&] {
            const Life seen = life(name);
            return first_of([&] { return ended_well(seen, "main", fault); },
                            [&] { return ended_well(seen, "beside", fault); });
          };
          return first_of(
              [&] { return said(fault, broken); },
              [&] { return broken.output.status == 0 ? both_ended_well() : Complaint(); },
              [&] {
                return succeeds({"stop", name});
              },
              [&] { return life(name).pod_state() == "stopped" ? "" : "it is not stopped"; }, both_ended_well,
              [&] {
                return succeeds({"start", name});
              },
              [&] { return keeps_what_was_written(name); },
              [&] {
                return fault == Fault::fail && life(name).last_exit("main") == "137" ? removed(name) : works(name);
              });
        });
  }

  void break_start_of_pod(Fault fault, const Options& network) {
    remember_world(network);
    break_every_step(
        fault, Watch::program,
        [&](int number) {
          make(number, network);
          must({"stop", name_of(number)});
          return podrun_command({"start", name_of(number)});
        },
        [&](int number, const BrokenRun& broken) {
          const std::string name = name_of(number);
          return first_of([&] { return said(fault, broken); }, [&] { return recovers_stopped(name, fault); },
                          [&] {
                            const bool is_there = life(name).pod_state() == "ready";
                            if (broken.output.status == 0 && !is_there)
                              return Complaint("succeeded, and the pod is not ready");
                            return is_there ? Complaint() : succeeds({"start", name});
                          },
                          [&] { return keeps_what_was_written(name); }, [&] { return works(name); });
        });
  }
};

TEST_F(FaultsOfLivesTest, StartOfAContainerFailsAtEveryStep) { break_start_of_one(Fault::fail); }
TEST_F(FaultsOfLivesTest, StartOfAContainerIsKilledAtEveryStep) { break_start_of_one(Fault::kill); }
TEST_F(FaultsOfLivesTest, StartOfAContainerIsInterruptedAtEveryStep) { break_start_of_one(Fault::interrupt); }

TEST_F(FaultsOfLivesTest, StopOfAContainerFailsAtEveryStep) { break_stop_of_one(Fault::fail); }
TEST_F(FaultsOfLivesTest, StopOfAContainerIsKilledAtEveryStep) { break_stop_of_one(Fault::kill); }
TEST_F(FaultsOfLivesTest, StopOfAContainerIsInterruptedAtEveryStep) { break_stop_of_one(Fault::interrupt); }

TEST_F(FaultsOfLivesTest, RestartFailsAtEveryStep) { break_restart(Fault::fail); }
TEST_F(FaultsOfLivesTest, RestartIsKilledAtEveryStep) { break_restart(Fault::kill); }
TEST_F(FaultsOfLivesTest, RestartIsInterruptedAtEveryStep) { break_restart(Fault::interrupt); }

TEST_F(FaultsOfLivesTest, TendFailsAtEveryStep) { break_tend(Fault::fail); }
TEST_F(FaultsOfLivesTest, TendIsKilledAtEveryStep) { break_tend(Fault::kill); }

TEST_F(FaultsOfLivesTest, RemovalAtTheEndFailsAtEveryStep) { break_removal(Fault::fail, kNoNetwork); }
TEST_F(FaultsOfLivesTest, RemovalAtTheEndIsKilledAtEveryStep) { break_removal(Fault::kill, kNoNetwork); }
TEST_F(FaultsOfLivesTest, RemovalAtTheEndFailsAtStepsWithABridge) {
  if (takes_some()) break_removal(Fault::fail, kBridge);
}
TEST_F(FaultsOfLivesTest, RemovalAtTheEndIsKilledAtStepsWithABridge) {
  if (takes_some()) break_removal(Fault::kill, kBridge);
}

TEST_F(FaultsOfLivesTest, StopOfAPodFailsAtEveryStep) { break_stop_of_pod(Fault::fail, kNoNetwork); }
TEST_F(FaultsOfLivesTest, StopOfAPodIsKilledAtEveryStep) { break_stop_of_pod(Fault::kill, kNoNetwork); }
TEST_F(FaultsOfLivesTest, StopOfAPodIsInterruptedAtEveryStep) { break_stop_of_pod(Fault::interrupt, kNoNetwork); }

TEST_F(FaultsOfLivesTest, StopOfAPodFailsAtStepsWithABridge) {
  if (takes_some()) break_stop_of_pod(Fault::fail, kBridge);
}
TEST_F(FaultsOfLivesTest, StopOfAPodIsKilledAtStepsWithABridge) {
  if (takes_some()) break_stop_of_pod(Fault::kill, kBridge);
}

TEST_F(FaultsOfLivesTest, StartOfAPodFailsAtEveryStep) { break_start_of_pod(Fault::fail, kNoNetwork); }
TEST_F(FaultsOfLivesTest, StartOfAPodIsKilledAtEveryStep) { break_start_of_pod(Fault::kill, kNoNetwork); }
TEST_F(FaultsOfLivesTest, StartOfAPodIsInterruptedAtEveryStep) { break_start_of_pod(Fault::interrupt, kNoNetwork); }
TEST_F(FaultsOfLivesTest, StartOfAPodFailsAtStepsWithABridge) {
  if (takes_some()) break_start_of_pod(Fault::fail, kBridge);
}
TEST_F(FaultsOfLivesTest, StartOfAPodIsKilledAtStepsWithABridge) {
  if (takes_some()) break_start_of_pod(Fault::kill, kBridge);
}
TEST_F(FaultsOfLivesTest, StartOfAPodIsInterruptedAtStepsWithABridge) {
  if (takes_some()) break_start_of_pod(Fault::interrupt, kBridge);
}
}  // namespace
}  // namespace integration

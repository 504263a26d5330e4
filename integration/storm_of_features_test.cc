// Ten pods that have everything at once: probes, hooks, sidecars, init containers, volumes of every kind, three restart
// policies, limits, a network with a port of the host's. Under fire they are restarted, copied to, forwarded, logged
// and looked at. After each round every pod that is left works, has counted each time one of its containers began, and
// told how each ended. PODRUN_STORM_SECONDS says for how long; it is short unless told.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <utility>

#include "base/files.h"
#include "integration/rage.h"

namespace integration {
namespace {

namespace fs = std::filesystem;

class StormOfFeaturesTest : public Rage {
 protected:
  static constexpr int kMany = 10;
  static constexpr std::array kCounted{"web", "target", "code", "echo"};

  void SetUp() override {
    Rage::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    if (!can_run({need::busybox(), need::default_network(), need::program("nft")})) return;
    fs::create_directories(dir() + "/host");
    std::ofstream(dir() + "/host/file") << "the host's\n";
    std::ofstream(dir() + "/payload.txt") << std::string(100'000, 'x') << "\n";
  }

  static std::string name_of(int number) { return "all-" + std::to_string(number); }
  // What only this pod's container ends with.
  static std::string code_of(int number) { return std::to_string(40 + number); }

  // Notes that it begins, in a volume that lives as long as the pod, and becomes its payload.
  static Json counted(const std::string& name, const std::string& command) {
    Json one = container(name, {"sh", "-c", "echo x >> /life/" + name + "; exec /bin/payload " + command});
    one["volumeMounts"] = {{{"name", "life"}, {"mountPath", "/life"}}};
    return one;
  }
  static Json command_probe(const std::vector<std::string>& command) {
    return {{"exec", {{"command", command}}}, {"periodSeconds", 1}, {"timeoutSeconds", 20}};
  }
  // As long as it is busy here, nobody is to be ended for being slow.
  static Json http_probe(int failures) {
    return {{"httpGet", {{"port", 80}}}, {"periodSeconds", 1}, {"timeoutSeconds", 20}, {"failureThreshold", failures}};
  }

  static Json volumes(const std::string& rootfs, const std::string& host, int number) {
    const Json claim = {{"accessModes", {"ReadWriteOnce"}}, {"resources", {{"requests", {{"storage", "1Mi"}}}}}};
    const Json name_of_pod = {{"path", "name"}, {"fieldRef", {{"fieldPath", "metadata.name"}}}};
    Json all = Json::array();
    all.push_back({{"name", "life"}, {"emptyDir", Json::object()}});
    all.push_back({{"name", "memory"}, {"emptyDir", {{"medium", "Memory"}, {"sizeLimit", "1Mi"}}}});
    all.push_back({{"name", "config"}, {"configMap", {{"name", "config"}}}});
    all.push_back({{"name", "secret"}, {"secret", {{"secretName", "secret"}, {"defaultMode", 0400}}}});
    all.push_back({{"name", "downward"}, {"downwardAPI", {{"items", {name_of_pod}}}}});
    all.push_back(
        {{"name", "projected"},
         {"projected",
          {{"sources", {{{"configMap", {{"name", "config"}}}}, {{"downwardAPI", {{"items", {name_of_pod}}}}}}}}}});
    all.push_back({{"name", "claim"}, {"persistentVolumeClaim", {{"claimName", "claim-" + std::to_string(number)}}}});
    all.push_back({{"name", "ephemeral"}, {"ephemeral", {{"volumeClaimTemplate", {{"spec", claim}}}}}});
    all.push_back({{"name", "host"}, {"hostPath", {{"path", host}, {"type", "Directory"}}}});
    all.push_back({{"name", "image"}, {"image", {{"reference", "rootfs:" + rootfs}}}});
    return all;
  }

  static Json web() {
    Json web = counted("web", "serve-http 80 /life/ready");
    for (const char* volume : {"memory", "config", "secret", "downward", "projected", "ephemeral", "host", "image"})
      web["volumeMounts"].push_back({{"name", volume}, {"mountPath", std::string("/") + volume}});
    web["volumeMounts"].push_back({{"name", "claim"}, {"mountPath", "/claim"}, {"subPath", "below"}});
    web["startupProbe"] = {{"tcpSocket", {{"port", 80}}}, {"periodSeconds", 1}, {"failureThreshold", 60}};
    web["livenessProbe"] = http_probe(60);
    web["readinessProbe"] = command_probe({"/bin/payload", "exists", "/life/ready"});
    web["lifecycle"] = {{"postStart", {{"exec", {{"command", {"/bin/payload", "note", "/life/hooks", "begins"}}}}}},
                        {"preStop", {{"exec", {{"command", {"/bin/payload", "note", "/life/hooks", "ends"}}}}}}};
    web["resources"] = {{"requests", {{"cpu", "10m"}, {"memory", "8Mi"}}},
                        {"limits", {{"cpu", "2"}, {"memory", "64Mi"}, {"podrun.io/pids", 64}}}};
    return web;
  }

  Json manifest(int number) const {
    Json first = counted("first", "note /life/ready x");
    Json echo = counted("echo", "serve 9000");
    echo["restartPolicy"] = "Always";
    echo["ports"] = {{{"containerPort", 9000}, {"hostPort", 20'000 + number}}};
    Json target = counted("target", "sleep");
    Json made = pod(name_of(number), {web(), target, counted("code", "exit " + code_of(number)),
                                      container("chatter", {"/bin/payload", "flood-slowly"})});
    made["spec"]["initContainers"] = {first, echo};
    made["spec"]["volumes"] = volumes(rootfs(), dir() + "/host", number);
    made["spec"]["restartPolicy"] = number % 3 == 0 ? "Always" : number % 3 == 1 ? "OnFailure" : "Never";
    for (const char* list : {"containers", "initContainers"})
      for (Json& one : made["spec"][list]) one["image"] = "rootfs:" + rootfs();
    if (number % 3 == 2) {  // by a rule of its own
      Json& one = made["spec"]["containers"][1];
      one["restartPolicy"] = "Never";
      one["restartPolicyRules"] = {
          {{"action", "Restart"}, {"exitCodes", {{"operator", "In"}, {"values", {128 + SIGKILL}}}}}};
    }
    const auto companion = [](const char* kind, const char* name, const char* value) {
      return Json{
          {"apiVersion", "v1"}, {"kind", kind}, {"metadata", {{"name", name}}}, {"stringData", {{"key", value}}}};
    };
    Json config = companion("ConfigMap", "config", "configured");
    config["data"] = std::exchange(config["stringData"], nullptr);
    config.erase("stringData");
    return {{"apiVersion", "v1"},
            {"kind", "List"},
            {"items", Json::array({config, companion("Secret", "secret", "hidden"), made})}};
  }
  Command make(int number) const { return podrun_command({"create", "-f", "-"}, manifest(number).dump()); }

  Act some_act() {
    const int number = pick(kMany);
    const std::string name = name_of(number);
    const std::string file = std::to_string(pick(1'000'000));
    constexpr std::chrono::milliseconds kWhile{500};
    switch (pick(20)) {
      case 0:
      case 1:
        return {make(number)};
      case 2:
        return {podrun_command({"kill", name, "-c", "target", "-s", pick(2) == 0 ? "KILL" : "TERM"})};
      case 3:
        return {podrun_command({"restart", name, "-c", pick(2) == 0 ? "web" : "target", "-t", "1"})};
      case 4:
        return {podrun_command({"stop", name, "-c", "target", "-t", "1"})};
      case 5:
        return {podrun_command({"start", name, "-c", "target"})};
      case 6:
        return {podrun_command({"stop", name, "-t", std::to_string(pick(3))})};
      case 7:
      case 8:
        return {podrun_command({"start", name})};
      case 9:
        return {pick(3) == 0 ? podrun_command({"delete", name, "--grace-period", "1"}) : podrun_command({"get"})};
      case 10:
        return {podrun_command({"exec", name, "-c", "web", "--", "/bin/payload", "exit", "0"})};
      case 11:
        return {podrun_command({"cp", dir() + "/payload.txt", name + ":/life/in-" + file, "-c", "web"})};
      case 12:
        return {podrun_command({"cp", name + ":/image", dir() + "/out-" + file, "-c", "web"})};
      case 13:
        return {podrun_command({"logs", name, "-c", "chatter", "-f", "--tail", "5"}), kWhile};
      case 14:
        return {podrun_command({"port-forward", name, ":9000"}), kWhile};
      case 15:
        return {podrun_command({"top"}), kWhile};
      case 16:
        return {podrun_command({"get", "-w"}), kWhile};
      case 17:
        return {
            podrun_command({"update", name, "-c", "web", "--limits", pick(2) == 0 ? "memory=64Mi" : "memory=48Mi"})};
      case 18:
        return {podrun_command(
            {"debug", name, "--image", "rootfs:" + rootfs(), "--target", "target", "--", "/bin/payload", "exit", "0"})};
      default:
        return {podrun_command({"wait", "--for=condition=Ready", "pod/" + name, "--timeout", "1s"})};
    }
  }

  void has_ended(const Command& command, const Output& output) override {
    if (output.status != 128 + SIGKILL && !changes_lives(command)) return;
    for (const std::string& word : command.argv)
      if (word.starts_with("all-")) ++disturbed_[word];
  }
  // Two of them at a time may end a container between its making and its first word.
  static bool changes_lives(const Command& command) {
    return std::any_of(command.argv.begin(), command.argv.end(), [](const std::string& word) {
      return word == "kill" || word == "stop" || word == "start" || word == "restart" || word == "delete";
    });
  }

  bool is_ready(const std::string& name, const std::string& container) const {
    const Json shown = Json::parse(podrun({"get", name, "-o", "json"}).out, nullptr, false);
    for (const char* list : {"containerStatuses", "initContainerStatuses"})
      for (const Json& one : shown.value("status", Json::object()).value(list, Json::array()))
        if (one["name"] == container) return one.value("ready", false);
    return false;
  }
  std::string in_web(const std::string& name, const std::string& script) const {
    const Output output = exec(name, {"sh", "-c", script}, {"-c", "web"});
    return output.out + output.err;
  }

  // How often each has begun: as it is told, and as it wrote down itself.
  struct Begun {
    int told = 0, written = 0;
  };
  Begun begun(const std::string& name, const std::string& container) const {
    Begun found;
    found.told = life(name).attempt(container) + 1;
    const std::string lines = in_web(name, "cat /life/" + container);
    found.written = static_cast<int>(std::count(lines.begin(), lines.end(), '\n'));
    return found;
  }

  // How often somebody was about who may have ended a container before its first word.
  int disturbances(const std::string& name) const {
    const std::string id = pod_id(name);
    const auto found = disturbed_.find(name);
    return (found == disturbed_.end() ? 0 : found->second) +
           static_cast<int>(std::count_if(killer_.kills().begin(), killer_.kills().end(),
                                          [&](const Kill& kill) { return kill.prey == Prey::tend && kill.pod == id; }));
  }

  // None began unseen; and all that are told of began, but for those that somebody ended, or was killed at, before
  // their first word.
  void expect_counted(const std::string& name) const {
    const int disturbed = disturbances(name);
    for (const char* container : kCounted) {
      Begun found;
      EXPECT_TRUE(eventually([&] {
        found = begun(name, container);
        return found.written <= found.told && found.told - found.written <= disturbed;
      })) << name
          << " " << container << ": told of " << found.told << ", began " << found.written << "; disturbed "
          << disturbed;
    }
  }

  // Ended by SIGKILL, with nobody else about: one more attempt, which is told with that code.
  void expect_counts_one_more(int number) const {
    const std::string name = name_of(number);
    if (!succeeds({"restart", name, "-c", "target", "-t", "1"})) return;
    EXPECT_TRUE(eventually([&] { return life(name).listens("target"); })) << life(name).state("target");
    const Begun before = begun(name, "target");
    succeeds({"kill", name, "-c", "target", "-s", "KILL"});
    EXPECT_TRUE(eventually([&] {
      const Life seen = life(name);
      return seen.state("target") == "exit 137" || seen.last_exit("target") == "137";
    })) << name
        << ": " << life(name).state("target") << ", before " << life(name).last_exit("target");
    succeeds({"restart", name, "-c", "target", "-t", "1"});
    Begun after;
    EXPECT_TRUE(eventually([&] {
      after = begun(name, "target");
      return after.told > before.told && after.told - before.told == after.written - before.written;
    })) << name
        << ": told of " << after.told - before.told << " more, began " << after.written - before.written;
    EXPECT_LE(after.told - before.told, 2) << "the policy's, and ours";
  }

  void expect_volumes(int number) const {
    const std::string name = name_of(number);
    EXPECT_EQ(in_web(name,
                     "cat /config/key /projected/key /secret/key /downward/name /projected/name /host/file; "
                     "echo; echo y > /memory/x && echo y > /claim/x && echo y > /ephemeral/x && cat /memory/x; "
                     "cmp /image/bin/payload /bin/payload && touch /image/x"),
              "configuredconfiguredhidden" + name + name + "the host's\n\ny\ntouch: /image/x: Read-only file system\n");
    const std::string hooks = in_web(name, "cat /life/hooks");
    // One that was ended before its postStart had its preStop alone; this one is ready.
    EXPECT_TRUE(hooks.ends_with("begins\n")) << hooks;
  }

  void expect_commands(int number) {
    const std::string name = name_of(number);
    EXPECT_EQ(exec(name, {"/bin/payload", "exit", "5"}, {"-c", "web"}).status, 5) << name;
    const std::string back = dir() + "/back-" + std::to_string(pick(1'000'000));
    succeeds({"cp", dir() + "/payload.txt", name + ":/life/copied", "-c", "web"});
    succeeds({"cp", name + ":/life/copied", back, "-c", "web"});
    EXPECT_EQ(base::read_file(back).value_or(""), base::read_file(dir() + "/payload.txt").value_or("?"));
    EXPECT_EQ(run({tests_dir() + "/payload", "ask", "127.0.0.1", std::to_string(20'000 + number)}).out,
              "hello from " + name + "\n")
        << podrun({"describe", name}).out << run({"nft", "list", "ruleset"}).out;
    EXPECT_THAT(podrun({"logs", name, "-c", "chatter", "--tail", "1"}).out, testing::StartsWith("line "));
    EXPECT_THAT(podrun({"stats", "-o", "json", name}).out, testing::HasSubstr("\"chatter\""));
  }

  // A pod that stands, or is stopped, is whole.
  void expect_whole(int number) {
    const std::string name = name_of(number);
    const std::string state = life(name).pod_state();
    if (state.empty()) return;
    ++standing_;
    EXPECT_TRUE(state == "ready" || state == "stopped") << name << " is " << state;
    if (state == "stopped" && !succeeds({"start", name})) return;
    // Of a stop that was killed on its way some have ended. Whoever waits does so for the init container, or has a
    // back-off.
    for (const char* container : {"web", "chatter"}) {
      eventually([&] { return life(name).state(container) != "waiting"; });
      if (life(name).state(container) != "running") succeeds({"restart", name, "-c", container, "-t", "0"});
    }
    if (!eventually([&] { return is_ready(name, "web") && is_ready(name, "echo"); }, std::chrono::seconds(20)))
      ADD_FAILURE() << name << " does not become ready: " << podrun({"describe", name}).out;
    expect_counted(name);
    expect_counts_one_more(number);
    expect_started_to_end(name_of(number), "code", code_of(number));
    expect_volumes(number);
    expect_commands(number);
    EXPECT_LT(descriptors_of_shim(name), 64) << name;
  }
  long descriptors_of_shim(const std::string& name) const {
    const std::string path = "/proc/" + std::to_string(shim_pid(name)) + "/fd";
    return std::distance(fs::directory_iterator(path), fs::directory_iterator());
  }

  // Those that are gone are other pods from now on.
  void make_those_that_are_gone() {
    Crowd crowd;
    for (int number = 0; number < kMany; ++number)
      if (pod_state(name_of(number)).empty()) {
        disturbed_[name_of(number)] = 0;
        crowd.start(make(number));
      }
    crowd.run();
    for (std::size_t i = 0; i < crowd.size(); ++i) EXPECT_EQ(crowd.output(i).status, 0) << crowd.output(i).err;
  }
  void remember_a_world_with_claims() {
    fs::create_directories(data_dir());
    ASSERT_EQ(run(make(0)).status, 0);
    succeeds({"delete", name_of(0), "--grace-period", "0"});
    succeeds({"volume", "rm", "claim-0"});
    remember_world({});
  }
  void remove_what_is_left() {
    succeeds({"delete", "--all", "--grace-period", "0"});
    for (const std::string& volume : lines_of(podrun({"volume", "list", "-o", "name"}).out))
      succeeds({"volume", "rm", volume.substr(volume.find('/') + 1)});
  }

  std::map<std::string, int> disturbed_;  // by the pod's name
  int standing_ = 0;
};

TEST_F(StormOfFeaturesTest, LosesNothingCountsEverythingAndLeavesNothing) {
  std::cout << "the seed is " << seed_ << std::endl;
  remember_a_world_with_claims();
  if (HasFailure()) return;
  const Clock::duration whole = duration(std::chrono::seconds(4));
  const auto end = Clock::now() + whole;
  for (int round = 0; Clock::now() < end && !HasFailure(); ++round) {
    make_those_that_are_gone();
    // Without its shim a pod is gone, and its counts with it: not every time.
    const std::vector<Prey> without = {Prey::podrun, Prey::tend},
                            with = {Prey::podrun, Prey::tend, Prey::shim, Prey::plugin};
    rage_for(std::min<Clock::duration>(whole / 2, std::chrono::seconds(10)), round % 3 == 2 ? with : without,
             [&] { return some_act(); });
    recover_all();
    // When time is up some have to do.
    constexpr int kFewest = 2;
    const int first = pick(kMany), before = standing_;
    for (int i = 0; i < kMany && (Clock::now() < end || standing_ - before < kFewest); ++i)
      expect_whole((first + i) % kMany);
  }
  recover_all();
  remove_what_is_left();
  expect_world_unchanged();
  EXPECT_GT(standing_, 0);
  std::cout << what_happened() << "; " << standing_ << " pods looked at" << std::endl;
}

}  // namespace
}  // namespace integration

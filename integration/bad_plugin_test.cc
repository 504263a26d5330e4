// CNI plugins and configurations that are missing or misbehave: one clear line, and the world as before.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <fstream>

#include "cni-invoker/tests/covers.h"
#include "integration/crowd.h"
#include "integration/test_host.h"

namespace integration {
namespace {

using cni::testing::covers;
using testing::HasSubstr;

class BadPluginTest : public PodrunTest {
 protected:
  void SetUp() override {
    PodrunTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    ASSERT_EQ(::mkdir(plugins().c_str(), 0755), 0);
    configure(R"([ "$CNI_COMMAND" = DEL ] && exit 0; exit 1)");
    static_cast<void>(run(create_command()));  // makes the ledger's directories and locks, which stay
    ASSERT_EQ(run({"mkdir", "-p", "/var/lib/cni/results"}).status, 0);  // stays too, once an ADD succeeded
    ASSERT_EQ(run({"rm", plugins() + "/bad", cni_conf_dir() + "/10-bad.conflist"}).status, 0);
    remember_world();
  }

  std::string plugins() const { return dir() + "/plugins"; }

  // A network "bad" whose one plugin is this shell script.
  void configure(const std::string& script) const {
    const std::string path = plugins() + "/bad";
    std::ofstream(path) << "#!/bin/sh\n" << script << "\n";
    ::chmod(path.c_str(), 0755);
    std::ofstream(cni_conf_dir() + "/10-bad.conflist")
        << R"({"cniVersion":"1.0.0","name":"bad","plugins":[{"type":"bad"}]})";
  }

  Command create_command() const {
    Json manifest = pod("web", {container("main", {"/bin/payload", "sleep"})});
    manifest["spec"]["containers"][0]["image"] = "rootfs:" + rootfs();
    Command command = podrun_command({"create", "-f", "-"}, manifest.dump());
    command.environment.back() = "CNI_PATH=" + plugins();
    return command;
  }

  // Creates, and wants one line that holds `words`, and nothing else.
  void expect_refusal(const std::vector<std::string>& words) {
    const Output output = run(create_command());
    EXPECT_NE(output.status, 0);
    EXPECT_EQ(output.out, "");
    EXPECT_EQ(lines_of(output.err).size(), 1U) << output.err.substr(0, 2000);
    for (const std::string& word : words) EXPECT_THAT(output.err.substr(0, 2000), HasSubstr(word));
    expect_world_unchanged();
  }
};

TEST_F(BadPluginTest, NamesThePackageWhenThePluginsAreMissing) { expect_refusal({"containernetworking-plugins"}); }

TEST_F(BadPluginTest, NamesAMissingPluginOfAConfiguredNetwork) {
  configure("exit 0");
  ASSERT_EQ(run({"rm", plugins() + "/bad"}).status, 0);
  expect_refusal({"'bad'"});
}

TEST_F(BadPluginTest, TellsWhatAFailingPluginSaid) {
  covers("A6.05 A7.04 B8");
  configure(
      R"([ "$CNI_COMMAND" = DEL ] && exit 0; echo '{"cniVersion":"1.0.0","code":7,"msg":"no leases left"}'; exit 1)");
  expect_refusal({"bad", "ADD", "no leases left"});
}

TEST_F(BadPluginTest, TellsWhatAFailingPluginWroteToStderr) {
  covers("A6.01");
  configure(R"([ "$CNI_COMMAND" = DEL ] && exit 0; echo 'cannot find the frobnicator' >&2; exit 3)");
  expect_refusal({"bad", "ADD", "frobnicator", "3"});
}

TEST_F(BadPluginTest, TellsWhichSignalEndedAPlugin) {
  covers("A5.05 A6.01");
  configure(R"([ "$CNI_COMMAND" = DEL ] && exit 0; kill -SEGV $$)");
  expect_refusal({"bad", "ADD", "signal"});
}

TEST_F(BadPluginTest, RefusesGarbage) {
  covers("A6.06");
  configure(R"([ "$CNI_COMMAND" = DEL ] && exit 0; echo 'interface eth0 is ready')");
  expect_refusal({"bad", "ADD"});
}

TEST_F(BadPluginTest, RefusesAnEmptyAnswer) {
  covers("A6.06");
  configure("exit 0");
  expect_refusal({"bad", "ADD"});
}

TEST_F(BadPluginTest, RefusesDnsThatWouldBeMoreLinesOfResolvConf) {
  covers("A6.06");
  for (const char* dns : {R"("nameservers":["10.0.0.1\nnameserver 6.6.6.6"])", R"("search":["a\nnameserver 6.6.6.6"])",
                          R"("options":["ndots:1\nnameserver 6.6.6.6"])", R"("nameservers":["dns.example"])"}) {
    configure(std::string(R"([ "$CNI_COMMAND" = DEL ] && exit 0; printf '%s' '{"cniVersion":"1.0.0","dns":{)") + dns +
              "}}'");
    const std::string key = std::string(dns).substr(1, std::string(dns).find('"', 1) - 1);
    expect_refusal({"plugin 'bad' ADD", "'dns." + key + "[0]'"});
  }
}

// Its DEL could not be executed either: nothing is owed, and nothing said of it.
TEST_F(BadPluginTest, WhatCannotBeExecutedSaysSoOnceAndLeavesNothingOwed) {
  const auto broken = [&](const std::string& content, mode_t mode) {
    configure("exit 0");
    std::ofstream(plugins() + "/bad") << content;
    ::chmod((plugins() + "/bad").c_str(), mode);
  };
  broken("#!/bin/sh\n", 0644);
  expect_refusal({"plugin 'bad' ADD", "not executable"});
  broken("#!/no/such/shell\n", 0755);
  expect_refusal({"plugin 'bad' ADD", "the file is there"});
  broken("echo hello\n", 0755);
  expect_refusal({"plugin 'bad' ADD", "begins with #!"});
}

TEST_F(BadPluginTest, RefusesAHundredMegabytes) {
  covers("A5.04 A6.06");
  configure(R"([ "$CNI_COMMAND" = DEL ] && exit 0; head -c 100000000 /dev/zero)");
  expect_refusal({"bad", "ADD"});
}

TEST_F(BadPluginTest, EndsAHangingPluginWhenThePodIsDeletedByForce) {
  configure(R"([ "$CNI_COMMAND" = DEL ] && exit 0; sleep 1000 & sleep 1000)");
  const Command command = create_command();
  std::ofstream(dir() + "/pod.json") << command.in;
  std::vector<std::string> argv{"env", command.environment.front(), command.environment.back()};
  argv.insert(argv.end(), command.argv.begin(), command.argv.end());
  argv.back() = dir() + "/pod.json";
  const pid_t creating = start(argv, dir() + "/create.log");
  ASSERT_TRUE(eventually([&] {
    for (const auto& [thing, state] : look_at_world({}))
      if (thing.area == "process" && thing.name.starts_with("sleep")) return true;
    return false;
  })) << run({"cat", dir() + "/create.log"}).out;
  const Output removed = podrun({"delete", "web", "--force", "--grace-period", "0"});
  EXPECT_EQ(removed.status, 0) << removed.err;
  EXPECT_NE(wait_for(creating), 0);
  expect_world_unchanged();
}

TEST_F(BadPluginTest, EndsAHangingPluginWhenItsTimeIsUp) {
  covers("A5.08 A5.09 A7.04");
  configure(R"([ "$CNI_COMMAND" = DEL ] && exit 0; sleep 1000 & sleep 1000)");
  Command command = create_command();
  command.argv.insert(command.argv.end(), {"--cni-timeout", "1s"});
  const auto begun = std::chrono::steady_clock::now();
  const Output output = run(command);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(10) * slow_factor());
  EXPECT_EQ(output.status, 8);
  EXPECT_EQ(lines_of(output.err).size(), 1U) << output.err;
  for (const char* word : {"bad", "ADD", "time"}) EXPECT_THAT(output.err, HasSubstr(word));
  expect_world_unchanged();  // and so no sleep is left
}

TEST_F(BadPluginTest, ADelHasTheTimeOfAnOperationOfItsOwn) {
  configure("exec sleep 1000");
  Command command = create_command();
  command.environment.emplace_back("PODRUN_CNI_TIMEOUT=1s");
  const Output output = run(command);
  EXPECT_EQ(output.status, 8);
  EXPECT_THAT(output.err, testing::AllOf(HasSubstr("ADD"), HasSubstr("DEL")));
  configure("exit 0");
  command.argv = podrun_command({"delete", "web"}).argv;
  const Output removed = run(command);
  EXPECT_EQ(removed.status, 0) << removed.err;
  expect_world_unchanged();
}

TEST_F(BadPluginTest, RefusesATimeLimitThatIsNone) {
  for (const char* limit : {"0s", "soon", "-5s", ""}) {
    const Output output = podrun({"cni", "list", "--cni-timeout=" + std::string(limit)});
    EXPECT_EQ(output.status, 2) << limit;
    EXPECT_THAT(output.err, HasSubstr("--cni-timeout"));
  }
}

// A plugin may be unable to take up a DEL that was cut short (bridge is).
TEST_F(BadPluginTest, RecoverLetsThePluginOfAKilledDeleteFinish) {
  const std::string log = dir() + "/log";
  configure(R"([ "$CNI_COMMAND" = DEL ] || { echo '{"cniVersion":"1.0.0"}'; exit; }
               echo begins >> )" +
            log + "; sleep 1; echo ends >> " + log);
  const Output created = run(create_command());
  ASSERT_EQ(created.status, 0) << created.err;
  Crowd one;
  one.start(podrun_command({"delete", "web", "--grace-period", "0"}));
  one.open_gate();
  ASSERT_TRUE(eventually([&] { return run({"cat", log}).out == "begins\n"; }));
  ::kill(one.running().front(), SIGKILL);
  one.run();
  const Output recovered = podrun({"recover"});
  EXPECT_EQ(recovered.status, 0) << recovered.err;
  EXPECT_EQ(run({"cat", log}).out, "begins\nends\nbegins\nends\n");
  expect_world_unchanged();
}

TEST_F(BadPluginTest, RefusesAConfigurationThatIsNoJson) {
  configure("exit 0");
  std::ofstream(cni_conf_dir() + "/10-bad.conflist") << R"({"cniVersion":"1.0.0","name":"bad","plugins":[{"ty)";
  expect_refusal({"10-bad.conflist"});
}

TEST_F(BadPluginTest, NamesANetworkThatIsNotThere) {
  configure("exit 0");
  Command command = create_command();
  command.argv.insert(command.argv.end(), {"--network", "other"});
  const Output output = run(command);
  EXPECT_NE(output.status, 0);
  EXPECT_THAT(output.err, testing::AllOf(HasSubstr("'other'"), HasSubstr("bad")));
  expect_world_unchanged();
}

}  // namespace
}  // namespace integration

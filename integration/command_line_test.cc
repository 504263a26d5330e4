// The command line as kubectl's users type it.
#include <gmock/gmock.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <climits>
#include <filesystem>
#include <fstream>

#include "integration/test_host.h"

namespace integration {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr int kInvalid = 2, kNotFound = 3, kTimeout = 8;

class CommandLineTest : public PodrunTest {
 protected:
  static Json sleeper(const std::string& name, const std::string& label = "web") {
    Json manifest = pod(name, {container("main", {"/bin/payload", "sleep"})});
    manifest["metadata"]["labels"] = {{"app", label}};
    return manifest;
  }
  // SIGTERM alone does not end it.
  static Json stubborn(const std::string& name) {
    Json manifest = pod(name, {container("main", {"/bin/payload", "stubborn"})});
    manifest["spec"]["terminationGracePeriodSeconds"] = 3;
    return manifest;
  }
  static std::string seconds_passed(const std::function<void()>& work, int limit) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    const auto passed = std::chrono::steady_clock::now() - begin;
    return passed < std::chrono::seconds(limit) * slow_factor() ? "" : "too slow";
  }
  std::vector<std::string> got(std::vector<std::string> options) const {
    options.insert(options.begin(), "get");
    return lines_of(podrun(options).out);
  }
};

TEST_F(CommandLineTest, SaysOneSensibleLine) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong = {
      {{"ps"}, "podrun get"},
      {{"rm", "web"}, "podrun delete"},
      {{"images"}, "podrun image list"},
      {{"kube", "play", "web.yaml"}, "podrun create -f"},
      {{"run", "-it", "busybox"}, "--image is required"},
      {{"crate", "-f", "web.yaml"}, "did you mean 'podrun create'?"},
      {{"get", "--outptu", "json"}, "did you mean --output?"},
      {{"get", "-o", "jsn"}, "expected one of"},
      {{"get", "-o", "jsonpath={.a"}, "not closed"},
      {{"get", "-o", "custom-columns=NAME"}, "HEADING:PATH"},
      {{"get", "--field-selector", "colour=red"}, "status.phase"},
      {{"get", "-o", "jsonpath"}, "expected a template"},
      {{"get", "-o", "jsonpath="}, "expected a template"},
      {{"get", "--sort-by", ".a["}, "--sort-by"},
      {{"logs", "web", "main", "other"}, "'other'"},
      {{"logs", "pod/web", "main", "other"}, "'other'"},
      {{"logs", "web", "--tail", "-2"}, "--tail"},
      {{"logs", "web", "--since-time", "yesterday"}, "--since-time"},
      {{"delete", "web", "--timeout", "soon"}, "--timeout"},
      {{"delete", "--grace-period", "-1", "web"}, "--grace-period"},
      {{"create", "-f", "https://example.com/web.yaml"}, "podrun fetches nothing"},
      {{"delete", "svc", "web"}, "there are only pods here"},
      {{"delete", "web", "--now", "--grace-period", "4"}, "do not go together"},
      {{"delete", "web", "--all"}, "do not go together"},
      {{"delete", "-f", "web.yaml", "-l", "app=web"}, "do not go together"},
      {{"delete", "web", "-A"}, "--all-namespaces"},
      {{"delete"}, "which pods?"},
      {{"cni", "ls"}, "cni"},
      {{"cni", "test"}, "one of --plugin, --conflist and --network"},
      {{"cni", "test", "--plugin", "bridge", "--network", "lab"}, "one of --plugin, --conflist and --network"},
      {{"cni", "test", "--network", "lab", "--config", "bridge.json"}, "--config"},
      {{"cni", "test", "--plugin", "bridge", "--jobs", "0"}, "--jobs"},
      {{"cni", "test", "--plugin", "bridge", "--format", "xml"}, "--format"},
      {{"cni", "test", "--plugin", "bridge", "-o", "json"}, "--format json"},
      {{"cni", "test", "--plugin", "loopback", "--only", "V1,Q9"}, "'Q9'"},
      {{"cni", "test", "--plugin", "loopback", "--versions", "1.2.0"}, "'1.2.0'"},
      {{"cni", "test", "--plugin", "nonesuch"}, "'nonesuch'"},
      {{"cni", "test", "--conflist", "/nonesuch.conflist"}, "/nonesuch.conflist"},
  };
  for (const auto& [arguments, words] : wrong) {
    const Output output = podrun(arguments);
    EXPECT_EQ(output.status, kInvalid) << arguments.front();
    EXPECT_EQ(output.out, "");
    EXPECT_EQ(lines_of(output.err).size(), 1U) << output.err;
    EXPECT_THAT(output.err, AllOf(StartsWith("podrun: "), HasSubstr(words)));
  }
}

TEST_F(CommandLineTest, HelpsAndTellsItsVersion) {
  EXPECT_THAT(podrun({"help"}).out, HasSubstr("Commands:\n"));
  EXPECT_EQ(podrun({"help", "get"}).out, podrun({"get", "--help"}).out);
  EXPECT_EQ(podrun({"help", "cni", "list"}).out, podrun({"cni", "list", "-h"}).out);
  EXPECT_EQ(podrun({"help", "gte"}).status, kInvalid);
  EXPECT_THAT(podrun({"--version"}).out, StartsWith("podrun "));
  EXPECT_EQ(podrun({"--version"}).out, podrun({"version"}).out);
}

TEST_F(CommandLineTest, ExplainsWhatBecomesOfAField) {
  EXPECT_THAT(podrun({"explain", "pod.spec.nodeSelector"}).out,
              AllOf(HasSubstr("FIELD: nodeSelector <map[string]string>"), HasSubstr("accepted with a warning")));
  const std::string ports = podrun({"explain", "spec.containers.ports"}).out;
  EXPECT_THAT(ports, AllOf(HasSubstr("FIELDS:\n"), HasSubstr("protocol\t<string>  supported: TCP, UDP, SCTP\n")));
  EXPECT_EQ(podrun({"explain", "pod.spec", "--recursive"}).out.find("containerPort") == std::string::npos, false);
  EXPECT_EQ(podrun({"explain", "pod.spec"}).out.find("containerPort"), std::string::npos);
  const Output wrong = podrun({"explain", "pod.spec.containres"});
  EXPECT_EQ(wrong.status, kNotFound);
  EXPECT_THAT(wrong.err, HasSubstr("explain: pod.spec has no field 'containres'; did you mean 'containers'?"));
  EXPECT_EQ(podrun({"explain", "pod.spec.hostname.x"}).status, kNotFound);
}

TEST_F(CommandLineTest, GetTakesWhatKubectlTakes) {
  ASSERT_TRUE(must_create(sleeper("web-2")));
  ASSERT_TRUE(must_create(sleeper("web-10", "db")));
  for (const std::vector<std::string>& same : {std::vector<std::string>{"web-2"},
                                               {"pod", "web-2"},
                                               {"pods/web-2"},
                                               {"po/web-2"},
                                               {"web-2", "web-2"},
                                               {"-n", "", "web-2"},
                                               {"pods", "-l", "app=web"},
                                               {"--field-selector", "metadata.name=web-2"}}) {
    std::vector<std::string> options = same;
    options.insert(options.end(), {"--no-headers", "-o", "custom-columns=N:.metadata.name"});
    EXPECT_THAT(got(options), ElementsAre("web-2")) << same.back();
  }
  EXPECT_THAT(got({"-o", "name", "--sort-by=.metadata.name"}), ElementsAre("pod/web-2", "pod/web-10"));
  const Output unsorted = podrun({"get", "--sort-by=.metadata.nmae"});
  EXPECT_EQ(unsorted.status, kInvalid);
  EXPECT_THAT(unsorted.err, HasSubstr("no pod has that field"));
  EXPECT_EQ(unsorted.out, "");
  EXPECT_THAT(got({"--no-headers", "--field-selector=status.phase!=Running"}), ElementsAre());
  EXPECT_THAT(got({"web-10", "--show-labels", "--no-headers"}), ElementsAre(HasSubstr("app=db")));
  EXPECT_THAT(got({"all", "-L", "none,app", "--no-headers", "--sort-by=.metadata.name"}),
              ElementsAre(testing::EndsWith(" web"), testing::EndsWith(" db")));
  EXPECT_THAT(lines_of(podrun({"events", "web-2", "-o", "jsonpath={range .items[*]}{.reason}{\"\\n\"}{end}"}).out),
              ElementsAre("Created", "Started"));
  EXPECT_EQ(podrun({"events", "-o", "jsonpath={.items[}"}).status, kInvalid);
  const std::string file = dir() + "/two.json";
  std::ofstream(file) << sleeper("web-2").dump() << "\n---\n" << sleeper("none").dump();
  EXPECT_THAT(got({"-f", file, "-o", "name"}), ElementsAre("pod/web-2"));
  EXPECT_THAT(podrun({"get", "-f", file}).err, HasSubstr("pod \"none\" not found in namespace \"default\""));
  EXPECT_EQ(podrun({"get", "web-2", "-f", file}).status, kInvalid);
  EXPECT_THAT(podrun({"get", "events"}).err, HasSubstr("'podrun events'"));
  std::array<char, HOST_NAME_MAX + 1> machine{};
  ASSERT_EQ(::gethostname(machine.data(), HOST_NAME_MAX), 0);
  EXPECT_EQ(podrun({"get", "web-2", "-o", "jsonpath={.spec.nodeName} {.status.qosClass}"}).out,
            std::string(machine.data()) + " BestEffort");
  EXPECT_EQ(got({"--field-selector", std::string("spec.nodeName=") + machine.data(), "-o", "name"}).size(), 2U);
  EXPECT_EQ(podrun({"get", "web-2", "-o", "jsonpath={.metadata.name}"}).out, "web-2");
  EXPECT_EQ(podrun({"get", "-l", "app=db", "-o", "jsonpath={.items[*].status.phase}"}).out, "Running");
  EXPECT_THAT(got({"--sort-by", "metadata.name", "-o", "jsonpath={range .items[*]}{.metadata.name}{\"\\n\"}{end}"}),
              ElementsAre("web-2", "web-10"));
  EXPECT_THAT(podrun({"describe"}).out, AllOf(HasSubstr("web-2"), HasSubstr("web-10")));
}

TEST_F(CommandLineTest, ADryRunMakesNothing) {
  remember_world();
  const Output output = create(sleeper("web"), {"--dry-run=client"});
  EXPECT_EQ(output.out, "pod/web created (dry run)\n");
  const Json asked = Json::parse(create(sleeper("web"), {"--dry-run=client", "-o", "json"}).out);
  EXPECT_EQ(asked.at("metadata").at("namespace"), "default");
  EXPECT_EQ(asked.at("kind"), "Pod");
  Json bad = sleeper("web");
  bad["spec"]["containers"] = 7;
  EXPECT_EQ(create(bad, {"--dry-run=client"}).status, kInvalid);
  expect_world_unchanged();
}

TEST_F(CommandLineTest, ExecNeedsNoDashes) {
  ASSERT_TRUE(must_create(
      pod("web", {container("main", {"/bin/payload", "sleep"}), container("other", {"/bin/payload", "sleep"})})));
  EXPECT_EQ(podrun({"exec", "web", "/bin/payload", "exit", "7"}).status, 7);
  EXPECT_EQ(podrun({"exec", "pod/web", "-c", "other", "/bin/payload", "exit", "8"}).status, 8);
  EXPECT_EQ(podrun({"exec", "pod", "web", "--", "/bin/payload", "exit", "9"}).status, 9);
  // The command's options are its own, also those that podrun has too.
  const Output help = podrun({"exec", "-q", "web", "/bin/payload", "--help", "-c", "x"});
  EXPECT_THAT(help.err, HasSubstr("payload: no command '--help'"));
  EXPECT_EQ(podrun({"exec", "web"}).status, kInvalid);
}

TEST_F(CommandLineTest, ExecTellsWhatCannotBeRunAsAnError) {
  ASSERT_TRUE(must_create(sleeper("web")));
  for (const auto& [program, code] : {std::pair("/bin/no-such-program", 127), std::pair("/etc/passwd", 126)}) {
    const Output output = podrun({"exec", "web", program});
    EXPECT_EQ(output.status, code);
    EXPECT_EQ(lines_of(output.err).size(), 1U);
    EXPECT_THAT(output.err, AllOf(StartsWith("podrun: "), HasSubstr(program), Not(HasSubstr("warning"))));
  }
}

TEST_F(CommandLineTest, ExecPassesVariablesOn) {
  ASSERT_TRUE(must_create(sleeper("web")));
  Command command = podrun_command(
      {"exec", "web", "-e", "FROM_HERE", "-e", "NOT_HERE", "-e", "GIVEN=a=b", "--", "/bin/payload", "report"});
  command.environment.emplace_back("FROM_HERE=value of here");
  const Output output = run(command);
  EXPECT_THAT(output.out, AllOf(HasSubstr("env FROM_HERE=value of here\n"), HasSubstr("env GIVEN=a=b\n"),
                                Not(HasSubstr("NOT_HERE"))));
}

TEST_F(CommandLineTest, LogsTakeWhatKubectlTakes) {
  ASSERT_TRUE(must_create(
      pod("web", {container("main", {"/bin/payload", "say-two"}), container("other", {"/bin/payload", "stubborn"})})));
  ASSERT_TRUE(
      eventually([&] { return logs("web", "other") == "stubborn\n" && lines_of(logs("web", "main")).size() == 2; }));
  EXPECT_EQ(podrun({"logs", "web", "other"}).out, "stubborn\n");
  EXPECT_EQ(podrun({"logs", "pod/web", "other"}).out, "stubborn\n");
  EXPECT_EQ(podrun({"logs", "pod", "web", "other", "--prefix"}).out, "[pod/web/other] stubborn\n");
  EXPECT_THAT(lines_of(podrun({"logs", "web", "--all-containers", "--prefix"}).out),
              ElementsAre(StartsWith("[pod/web/main] to std"), StartsWith("[pod/web/main] to std"),
                          "[pod/web/other] stubborn"));
  EXPECT_EQ(podrun({"logs", "web", "other", "--since-time", "2020-01-01T00:00:00+01:00"}).out, "stubborn\n");
  EXPECT_EQ(podrun({"logs", "web", "other", "--since", "1.5h"}).out, "stubborn\n");
  EXPECT_EQ(podrun({"logs", "web", "other", "--limit-bytes", "4"}).out, "stub");
  EXPECT_EQ(podrun({"logs", "-f", "web", "other", "--limit-bytes", "4"}).out, "stub") << "and no more is waited for";
  EXPECT_EQ(podrun({"logs", "web", "other", "--limit-bytes", "-1"}).status, kInvalid);
  EXPECT_EQ(podrun({"logs", "web", "other", "--since-time", "2100-01-01T00:00:00Z"}).out, "");
  const Output previous = podrun({"logs", "-p", "web", "other"});
  EXPECT_EQ(previous.status, kNotFound);
  EXPECT_THAT(previous.err, HasSubstr("not found"));
  EXPECT_EQ(podrun({"logs", "web", "other", "-c", "main"}).status, kInvalid);
  EXPECT_EQ(podrun({"logs", "web", "none"}).status, kNotFound);
}

TEST_F(CommandLineTest, LogsFollowEveryContainer) {
  ASSERT_TRUE(must_create(
      pod("web", {container("main", {"/bin/payload", "sleep"}), container("other", {"/bin/payload", "stubborn"})})));
  const std::string log = dir() + "/followed";
  const pid_t follower = start(podrun_command({"logs", "-f", "--all-containers", "--prefix", "web"}).argv, log);
  const auto text = [&] {
    std::ifstream file(log);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  EXPECT_TRUE(eventually([&] { return text() == "[pod/web/other] stubborn\n"; })) << text();
  EXPECT_EQ(remove("web").status, 0);
  EXPECT_EQ(wait_for(follower), 0) << text();
}

TEST_F(CommandLineTest, DeleteNowDoesNotWaitLong) {
  remember_world();
  Json patient = stubborn("web");
  patient["spec"]["terminationGracePeriodSeconds"] = 40;
  ASSERT_TRUE(must_create(patient));
  EXPECT_EQ(seconds_passed([&] { EXPECT_EQ(podrun({"delete", "web", "--now"}).status, 0); }, 15), "");
  expect_world_unchanged();
}

TEST_F(CommandLineTest, DeleteWithoutWaitingIsCarriedOn) {
  remember_world();
  ASSERT_TRUE(must_create(stubborn("web")));
  ASSERT_TRUE(must_create(stubborn("db")));
  const Output output = podrun({"delete", "web", "db", "--wait=false"});
  EXPECT_EQ(output.out, "pod \"web\" deleted\npod \"db\" deleted\n") << output.err;
  EXPECT_EQ(got({"-o", "name"}).size(), 2U);  // their grace periods are not over
  EXPECT_TRUE(eventually([&] { return got({"-o", "name"}).empty(); }, std::chrono::seconds(20)));
  expect_world_unchanged();
  EXPECT_EQ(podrun({"delete", "web", "--wait=false"}).status, kNotFound);
}

TEST_F(CommandLineTest, DeleteGivesUpWaitingAfterItsTimeout) {
  remember_world();
  ASSERT_TRUE(must_create(stubborn("web")));
  const Output output = podrun({"delete", "web", "--timeout=500ms"});
  EXPECT_EQ(output.status, kTimeout);
  EXPECT_EQ(lines_of(output.err).size(), 1U) << output.err;
  EXPECT_TRUE(eventually([&] { return got({"-o", "name"}).empty(); }, std::chrono::seconds(20)));
  expect_world_unchanged();
  ASSERT_TRUE(must_create(sleeper("web")));
  EXPECT_EQ(podrun({"delete", "web", "--timeout=1m"}).out, "pod \"web\" deleted\n");
  expect_world_unchanged();
}

TEST_F(CommandLineTest, CniListSaysWhatCreateDoesAboutABrokenFile) {
  std::filesystem::create_directories(cni_conf_dir());
  std::ofstream(cni_conf_dir() + "/10-broken.conflist") << "{\"name\": ";
  const Output list = podrun({"cni", "list"});
  EXPECT_EQ(list.status, kInvalid);
  EXPECT_THAT(list.err, AllOf(HasSubstr("`podrun create` is refused"), HasSubstr("10-broken.conflist:")));
  EXPECT_THAT(list.err, Not(HasSubstr("podrun's own")));
  EXPECT_EQ(create(sleeper("web"), {}).status, kInvalid);
}

}  // namespace
}  // namespace integration

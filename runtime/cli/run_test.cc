// The Pod that is meant by what is typed behind `podrun run`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "runtime/cli/run_manifest.h"
#include "runtime/manifest/manifest.h"

namespace podrun::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

RunOptions web_options() {
  RunOptions options;
  options.name = "web";
  options.image = "rootfs:/srv/web";
  return options;
}

Json manifest_made(const RunOptions& options) {
  const auto manifest = run_manifest(options);
  EXPECT_TRUE(manifest) << manifest.error().what;
  return manifest ? *manifest : Json();
}

Json container_made(const RunOptions& options) { return manifest_made(options)["spec"]["containers"][0]; }

std::string wrong(const RunOptions& options) {
  const auto manifest = run_manifest(options);
  if (manifest) return "nothing";
  EXPECT_EQ(manifest.error().kind, Kind::invalid);
  EXPECT_EQ(manifest.error().what.find('\n'), std::string::npos);
  return manifest.error().what;
}

// As the manifest's reader understands it.
ContainerSpec understood(const RunOptions& options) {
  const auto manifest = parse_manifest(manifest_made(options).dump(), "test");
  EXPECT_TRUE(manifest) << manifest.error().what;
  return manifest ? manifest->spec.containers.at(0) : ContainerSpec();
}

TEST(RunManifest, SaysNoMoreThanWasAsked) {
  EXPECT_EQ(manifest_made(web_options()), Json::parse(R"({"apiVersion": "v1", "kind": "Pod",
    "metadata": {"name": "web", "namespace": "default", "labels": {"run": "web"}},
    "spec": {"containers": [{"name": "web", "image": "rootfs:/srv/web"}], "restartPolicy": "Always"}})"));
}

TEST(RunManifest, HasWhatEachOptionAsksFor) {
  RunOptions options = web_options();
  options.name_space = "lab";
  options.words = {"serve", "--port", "80"};
  options.env = {{"A", "1"}, {"B", ""}};
  options.ports = {"80"};
  options.labels = {"app=web", "tier="};
  options.annotations = {"note=a=b, c", "example.com/empty="};
  options.privileged = true;
  options.hostname = "there";
  options.working_dir = "/srv";
  options.user = "1000:2000";
  options.host_users = false;
  options.restart = "on-failure";
  EXPECT_EQ(manifest_made(options), Json::parse(R"({"apiVersion": "v1", "kind": "Pod",
    "metadata": {"name": "web", "namespace": "lab", "labels": {"app": "web", "tier": ""},
      "annotations": {"note": "a=b, c", "example.com/empty": ""}},
    "spec": {"containers": [{"name": "web", "image": "rootfs:/srv/web", "args": ["serve", "--port", "80"],
      "env": [{"name": "A", "value": "1"}, {"name": "B", "value": ""}], "ports": [{"containerPort": 80}],
      "workingDir": "/srv", "securityContext": {"runAsUser": 1000, "runAsGroup": 2000, "privileged": true}}],
      "hostname": "there", "hostUsers": false, "restartPolicy": "OnFailure"}})"));
  options.command = true;
  EXPECT_EQ(container_made(options)["command"], Json::parse(R"(["serve", "--port", "80"])"));
  EXPECT_FALSE(container_made(options).contains("args"));
}

TEST(RunManifest, HasStreamsOnlyWhereTheyAreAskedFor) {
  RunOptions options = web_options();
  options.has_stdin = options.stdin_once = options.terminal = true;
  for (const char* field : {"stdin", "stdinOnce", "tty"}) {
    EXPECT_EQ(container_made(options)[field], true);
    EXPECT_FALSE(container_made(web_options()).contains(field));
  }
}

TEST(RunManifest, SpellsRestartPoliciesAsKubernetes) {
  RunOptions options = web_options();
  for (const auto& [asked, policy] : {std::pair{"Always", "Always"},
                                      {"always", "Always"},
                                      {"OnFailure", "OnFailure"},
                                      {"on-failure", "OnFailure"},
                                      {"Never", "Never"},
                                      {"no", "Never"}}) {
    options.restart = asked;
    EXPECT_EQ(manifest_made(options)["spec"]["restartPolicy"], policy) << asked;
  }
}

TEST(RunManifest, ReadsPortsAsPodmanDoes) {
  const std::vector<std::pair<std::string, std::string>> ports = {
      {"80", R"({"containerPort": 80})"},
      {"53/udp", R"({"containerPort": 53, "protocol": "UDP"})"},
      {"8080:80", R"({"containerPort": 80, "hostPort": 8080})"},
      {"127.0.0.1:8080:80/TCP", R"({"containerPort": 80, "hostPort": 8080, "hostIP": "127.0.0.1", "protocol": "TCP"})"},
      {"[::1]:1:65535/sctp", R"({"containerPort": 65535, "hostPort": 1, "hostIP": "::1", "protocol": "SCTP"})"},
  };
  for (const auto& [asked, json] : ports) {
    RunOptions options = web_options();
    options.ports = {asked};
    EXPECT_EQ(container_made(options)["ports"], Json::array({Json::parse(json)})) << asked;
    EXPECT_EQ(understood(options).ports.size(), 1U);
  }
  for (const char* asked : {"", ":", "0", "65536", "-1", "80:", ":80", "8080:80:", "a:80", "80/icmp", "80/",
                            "8080-8090:80", "300.0.0.1:8080:80", ":8080:80", "+80", "80 ", "1:2:3:4"}) {
    RunOptions options = web_options();
    options.ports = {asked};
    EXPECT_THAT(wrong(options), HasSubstr("--port '" + std::string(asked) + "': ")) << asked;
    EXPECT_THAT(wrong(options), HasSubstr("expected [[IP:]HOST:]CONTAINER[/PROTOCOL]")) << asked;
  }
}

// A manifest expands $(NAME) and $$, a shell has done with both before we see them.
TEST(RunManifest, LetsEveryWordArriveAsItWasTyped) {
  const std::vector<std::string> words = {
      "$(HOME)", "$$", "$$(A)", "$",  "a$b",  "${A}", "echo $$; echo $(id)", "'", "\"", "{\"a\": 1}", "- x: y",
      "#",       " ",  "",      "\n", "\x01", "é"};
  RunOptions options = web_options();
  options.words = words;
  options.env = {{"A", "$(HOME)$$"}, {"HOME", "/root"}, {"C", "$(A)"}};
  const ContainerSpec spec = understood(options);
  EXPECT_EQ(spec.args, words);
  EXPECT_THAT(spec.env, ElementsAre(Pair("A", "$(HOME)$$"), Pair("HOME", "/root"), Pair("C", "$(A)")));
}

TEST(RunManifest, NamesWhatIsWrong) {
  const auto with = [](const auto& change) {
    RunOptions options = web_options();
    change(options);
    return wrong(options);
  };
  EXPECT_THAT(with([](auto& o) { o.name = "Web"; }), HasSubstr("'Web': a name may hold only a-z"));
  EXPECT_THAT(with([](auto& o) { o.name = "a.b"; }), HasSubstr("'a.b': a name may hold only"));
  EXPECT_THAT(with([](auto& o) { o.name = ""; }), HasSubstr("'': a name is empty"));
  EXPECT_THAT(with([](auto& o) { o.labels = {"app"}; }), HasSubstr("--labels 'app': expected KEY=VALUE"));
  EXPECT_THAT(with([](auto& o) { o.labels = {"a b=c"}; }), HasSubstr("--labels 'a b=c': the key "));
  EXPECT_THAT(with([](auto& o) { o.labels = {"a=b c"}; }), HasSubstr("--labels 'a=b c': the value "));
  EXPECT_THAT(with([](auto& o) { o.annotations = {"a"}; }), HasSubstr("--annotations 'a': expected KEY=VALUE"));
  EXPECT_THAT(with([](auto& o) { o.annotations = {"a b=c"}; }), HasSubstr("--annotations 'a b=c': the key "));
  EXPECT_THAT(with([](auto& o) { o.user = "nobody"; }), HasSubstr("--user 'nobody': expected UID[:GID]"));
  EXPECT_THAT(with([](auto& o) { o.user = "1:"; }), HasSubstr("--user '1:': expected UID[:GID]"));
  EXPECT_THAT(with([](auto& o) { o.user = "4294967296"; }), HasSubstr("--user '4294967296'"));
  EXPECT_THAT(with([](auto& o) { o.working_dir = "srv"; }), HasSubstr("--workdir 'srv': expected a path"));
  EXPECT_THAT(with([](auto& o) { o.hostname = "a_b"; }), HasSubstr("--hostname 'a_b': may hold only"));
  EXPECT_THAT(with([](auto& o) { o.env = {{"a\tb", "c"}}; }), HasSubstr("--env 'a\\x09b=c': the name "));
  EXPECT_THAT(with([](auto& o) { o.words = {"\xff"}; }), HasSubstr("not UTF-8"));
  EXPECT_THAT(with([](auto& o) { o.labels = {"a=\xc0\x80"}; }), HasSubstr("--labels"));
  EXPECT_THAT(with([](auto& o) { o.env = {{"a", "\xed\xa0\x80"}}; }), HasSubstr("not UTF-8"));
}

TEST(EnvOption, TakesValuesAndWhatIsHere) {
  ::setenv("PODRUN_ENV_TEST", "here=now", 1);
  ::unsetenv("PODRUN_ENV_NONE");
  const auto read = read_env({"A=1", "B=", "C=x=y", "PODRUN_ENV_TEST", "PODRUN_ENV_NONE"});
  ASSERT_TRUE(read);
  EXPECT_THAT(*read, ElementsAre(Pair("A", "1"), Pair("B", ""), Pair("C", "x=y"), Pair("PODRUN_ENV_TEST", "here=now")));
  const auto bad = read_env({"=1"});
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().what, "--env '=1': expected NAME=VALUE or NAME");
}

TEST(EnvOption, ReadsFilesLineByLine) {
  const auto read = read_env_file("# a comment\nA=1\n\nB='quoted' # not\r\nC=last", "file");
  ASSERT_TRUE(read);
  EXPECT_THAT(*read, ElementsAre(Pair("A", "1"), Pair("B", "'quoted' # not"), Pair("C", "last")));
  const auto bad = read_env_file("A=1\n=2\n", "some.env");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().what, "some.env:2 '=2': expected NAME=VALUE or NAME");
}

}  // namespace
}  // namespace podrun::cli

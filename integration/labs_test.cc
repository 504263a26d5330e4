// The labs that podrun brings (specs/labs): each is played from its beginning by `podrun lab check`, as its page says.
#include <gmock/gmock.h>

#include <csignal>
#include <fstream>

#include "integration/test_host.h"

namespace integration {
namespace {

using testing::HasSubstr;

class LabTest : public PodrunTest {
 protected:
  // What the first node leaves for the next is there.
  void SetUp() override {
    PodrunTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    EXPECT_EQ(podrun({"node", "add", "first"}).status, 0);
    EXPECT_EQ(podrun({"node", "delete", "first"}).status, 0);
  }
  // A page with one step, and what is given behind it.
  std::string page(const std::string& rest) const {
    std::string path = dir() + "/own.md";
    std::ofstream(path) << "# My own\n\nOf nothing.\n\n## A step\n\n```console\n# echo one > file; cat file\n"
                        << "ignored\n# cat <<EOF\n> two\n> EOF\n```\n"
                        << rest;
    return path;
  }
  static std::string check(const std::string& command) { return "\n```check\n" + command + "\n```\n"; }
};

class PlayedLabTest : public LabTest, public testing::WithParamInterface<const char*> {};

constexpr const char* kLabs[] = {"two-namespaces", "bridge",        "masquerade",     "port-forward",
                                 "a-plugin",       "cni-by-hand",   "pause",          "localhost",
                                 "neighbours",     "routed-pods",   "routes-between-nodes", "vxlan",
                                 "cluster-ip",     "node-port",     "network-policy", "virtual-ip",
                                 "ingress"};

INSTANTIATE_TEST_SUITE_P(Labs, PlayedLabTest, testing::ValuesIn(kLabs), [](const auto& lab) {
  std::string name = lab.param;
  for (char& c : name)
    if (c == '-') c = '_';
  return name;
});

TEST_P(PlayedLabTest, IsAsItsPageSays) {
  if (!can_run({need::busybox(), need::default_network(), need::program("nsenter"), need::program("nft")})) return;
  remember_world();
  Command command = podrun_command({"lab", "check", GetParam()});
  command.limit = std::chrono::seconds(120);
  const Output checked = run(command);
  EXPECT_EQ(checked.status, 0) << checked.out << checked.err;
  if (checked.out.starts_with("skipped"))
    static_cast<void>(can_run({Unmet(checked.out)}));
  else
    EXPECT_EQ(checked.out, std::string("passed  ") + GetParam() + "\n") << checked.err;
  expect_world_unchanged();
}

TEST_F(LabTest, AllOfThemArePlayed) {
  std::string names;
  for (const char* name : kLabs) names += std::string("lab/") + name + "\n";
  EXPECT_EQ(podrun({"lab", "list", "-o", "name"}).out, names);
}

TEST_F(LabTest, IsDoneStepByStepAndTakenAway) {
  if (!can_run({need::busybox(), need::default_network()})) return;
  remember_world();
  const Output first = podrun({"lab", "do", "two-namespaces", "--steps", "1"});
  EXPECT_EQ(first.status, 0) << first.err;
  EXPECT_THAT(first.out, HasSubstr("# ip netns add red\n"));
  EXPECT_THAT(first.out, HasSubstr("# ip netns\nblue\nred\n"));
  EXPECT_THAT(podrun({"lab", "list"}).out, HasSubstr("two-namespaces         1/4 "));
  EXPECT_THAT(run({"ip", "netns"}).out, testing::Not(HasSubstr("red"))) << "the machine is not touched";

  const Output rest = podrun({"lab", "do", "two-namespaces"});
  EXPECT_EQ(rest.status, 0) << rest.err;
  EXPECT_THAT(rest.out, testing::Not(HasSubstr("ip netns add red")));
  EXPECT_THAT(rest.out, HasSubstr("Hello from blue"));
  EXPECT_THAT(podrun({"lab", "do", "two-namespaces"}).err, HasSubstr("All of it was done before"));

  const Output broken = podrun({"lab", "break", "two-namespaces"});
  EXPECT_EQ(broken.status, 0) << broken.err;
  EXPECT_THAT(broken.out, HasSubstr("podrun --node lab-two-namespaces explain netns:red 10.1.0.2:80"));
  EXPECT_THAT(broken.out, testing::Not(HasSubstr("down"))) << "what it was is to be found out";
  EXPECT_EQ(podrun({"--node", "lab-two-namespaces", "explain", "netns:red", "10.1.0.2:80", "-o", "name"}).out,
            "link-down\n");
  EXPECT_EQ(podrun({"lab", "reset", "two-namespaces"}).out, "lab/two-namespaces reset\n");
  EXPECT_EQ(podrun({"lab", "reset", "--all"}).out, "");
  expect_world_unchanged();
}

TEST_F(LabTest, APageOfSomebodysOwn) {
  remember_world();
  const Output done = podrun({"lab", "do", page("")});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("# echo one > file; cat file\none\n# cat <<EOF\n> two\n> EOF\ntwo\n"));
  EXPECT_EQ(podrun({"lab", "reset", page("")}).out, "lab/own reset\n");
  EXPECT_EQ(podrun({"lab", "check", page(check("grep -qx one file"))}).out, "passed  own\n");
  expect_world_unchanged();
}

TEST_F(LabTest, WhatIsNotAsItSaysFails) {
  remember_world();
  const Output check_fails = podrun({"lab", "check", page(check("echo seen; test -e nothing"))});
  EXPECT_EQ(check_fails.status, 1);
  EXPECT_EQ(check_fails.out, "FAILED  own\nA step, line 15, ended with 1:\n# echo seen; test -e nothing\nseen\n");

  const Output step_fails = podrun({"lab", "do", page("\n```console\n# false\n# echo never\n```\n")});
  EXPECT_EQ(step_fails.status, 1);
  EXPECT_THAT(step_fails.out, testing::EndsWith("# false\n"));
  EXPECT_THAT(step_fails.err, HasSubstr("ended with 1"));
  EXPECT_EQ(podrun({"lab", "reset", page("")}).status, 0);

  EXPECT_EQ(podrun({"lab", "check", page("\n```needs\ntest -e /no/such\n```\n")}).out,
            "skipped  own: 'test -e /no/such' fails here\n");
  const Output wrong = podrun({"lab", "check", page("\n```break one\ntrue\n```\n")});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_THAT(wrong.err, HasSubstr("own:15: expected 'break CAUSE FROM TO:PORT'"));
  expect_world_unchanged();
}

// A break of which something else is the cause, and one that breaks nothing.
TEST_F(LabTest, AnotherCauseFails) {
  if (!can_run({need::busybox()})) return;
  const std::string steps =
      "\n```console\n# ip netns add red; ip link add va type veth peer name vb netns red; ip addr add 10.0.0.1/24 dev va\n"
      "# ip -n red addr add 10.0.0.2/24 dev vb; ip -n red link set vb up; ip link set va up\n"
      "# ip netns exec red busybox httpd -p 80\n```\n";
  const Output other = podrun({"lab", "check", page(steps + "\n```break nobody host 10.0.0.2:80\nip -n red link set vb down\n```\n")});
  EXPECT_EQ(other.status, 1);
  EXPECT_THAT(other.out, HasSubstr("expected the cause nobody"));
  EXPECT_THAT(other.out, HasSubstr("cause     The link vb of netns red is down."));
  const Output whole = podrun({"lab", "check", page(steps + "\n```break link-down host 10.0.0.2:80\ntrue\n```\n")});
  EXPECT_EQ(whole.status, 1);
  EXPECT_THAT(whole.out, HasSubstr("expected the cause link-down"));
}

// Two things are wrong, and for the second nobody knows a command.
TEST_F(LabTest, WhatIsNotMendedByWhatIsToldFails) {
  if (!can_run({need::busybox()})) return;
  const Output checked = podrun(
      {"lab", "check",
       page("\n```console\n# ip netns add red; ip link add va type veth peer name vb netns red; ip link set va up\n"
            "# ip addr add 10.0.0.1/24 dev va; ip -n red addr add 10.0.0.2/24 dev vb; ip -n red link set vb up\n"
            "# ip netns exec red busybox httpd -f -p 80 & echo $! > web.pid\n"
            "# timeout 10 sh -c 'until busybox wget -q -O - http://10.0.0.2/ 2>&1 | grep -q 404; do sleep 0.1; done'\n"
            "```\n\n```break link-down host 10.0.0.2:80\nip -n red link set vb down\nkill $(cat web.pid)\n```\n")});
  EXPECT_EQ(checked.status, 1);
  EXPECT_THAT(checked.out, HasSubstr("was not mended by what is told to mend it"));
  EXPECT_THAT(checked.out, HasSubstr("listens"));
}

TEST_F(LabTest, AnInterruptedCheckLeavesNoNode) {
  remember_world();
  const pid_t checks = start(podrun_command({"lab", "check", page("\n```console\n# sleep 60\n```\n")}).argv, dir() + "/log");
  ASSERT_TRUE(eventually([&] { return podrun({"node", "exec", "lab-check-own", "--", "pgrep", "sleep"}).status == 0; }));
  ::kill(checks, SIGINT);
  EXPECT_EQ(wait_for(checks), 128 + SIGINT);
  expect_world_unchanged();
}

TEST_F(LabTest, WordsThatAreNone) {
  for (const auto& [words, said] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"lab", "do", "brigde"}, "did you mean 'bridge'?"},
           {{"lab", "show", "something"}, "'podrun lab list' has them"},
           {{"lab", "check"}, "expected labs, or --all"},
           {{"lab", "check", "--all", "bridge"}, "exclude each other"},
           {{"lab", "break", "bridge", "9"}, "expected a number from 1 to 3, not '9'"},
           {{"lab", "break", "bridge"}, "podrun lab do bridge"},
           {{"lab", "do", "/no/such.md"}, "No such file"}}) {
    const Output output = podrun(words);
    EXPECT_NE(output.status, 0);
    EXPECT_THAT(output.err, HasSubstr(said));
  }
}

TEST_F(LabTest, ShowsThePageWithoutWhatIsOnlyChecked) {
  const Output shown = podrun({"lab", "show", "bridge"});
  EXPECT_EQ(shown.status, 0);
  EXPECT_THAT(shown.out, testing::StartsWith("# A bridge for three namespaces\n"));
  EXPECT_THAT(shown.out, HasSubstr("```console\n# ip link add v-net type bridge\n"));
  for (const char* hidden : {"```check", "```break", "isolated on\n"})
    EXPECT_THAT(shown.out, testing::Not(HasSubstr(hidden)));
}

}  // namespace
}  // namespace integration

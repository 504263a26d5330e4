// Input that is wrong: exit code, one line on stderr that names what and where, and nothing changed.
#include <gmock/gmock.h>

#include <fstream>

#include "integration/test_host.h"

namespace integration {
namespace {

using testing::HasSubstr;

// Exit codes of docs/errors.md.
constexpr int kInvalid = 2, kNotFound = 3, kExists = 4, kDenied = 5;

// ROOTFS stands for the test's root filesystem, DIR for its directory.
struct BadInput {
  const char* name;
  std::string manifest;
  int status;
  std::vector<std::string> words;
};

std::string with_container(const std::string& fields) {
  return R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"containers":[{)" + fields + "}]}}";
}
std::string named(const std::string& name) {
  return R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":)" + name +
         R"(},"spec":{"containers":[{"name":"a","image":"rootfs:ROOTFS","command":["/bin/payload","sleep"]}]}})";
}
const std::string kGood = R"("name":"a","image":"rootfs:ROOTFS","command":["/bin/payload","sleep"])";

void PrintTo(const BadInput& input, std::ostream* out) { *out << input.name; }

const BadInput kBadInputs[] = {
    {"EmptyInput", "", kInvalid, {}},
    {"MalformedYaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: web\nspec: [", kInvalid, {"line"}},
    {"MalformedJson", R"({"apiVersion":"v1","kind":)", kInvalid, {}},
    {"NotAPod", R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"web"}})", kInvalid, {"Pod", "Service"}},
    {"WrongTypeOfAField", with_container(R"("name":"a","image":7)"), kInvalid, {"spec.containers[0].image"}},
    {"WrongTypeOfAList",
     R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"containers":"a"}})",
     kInvalid,
     {"spec.containers"}},
    {"NoContainers",
     R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"containers":[]}})",
     kInvalid,
     {"spec.containers"}},
    {"NoName",
     R"({"apiVersion":"v1","kind":"Pod","metadata":{},"spec":{"containers":[{"name":"a","image":"rootfs:ROOTFS"}]}})",
     kInvalid,
     {"metadata.name"}},
    {"NameThatClimbs", named(R"("../x")"), kInvalid, {"metadata.name", "../x"}},
    {"EmptyName", named(R"("")"), kInvalid, {"metadata.name"}},
    {"LongName", named('"' + std::string(300, 'a') + '"'), kInvalid, {"metadata.name"}},
    {"NameWithANewline", named(R"("a\nb")"), kInvalid, {"metadata.name"}},
    {"NamespaceThatClimbs",
     R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"../../etc"},"spec":{"containers":[{)" +
         kGood + "}]}}",
     kInvalid,
     {"metadata.namespace"}},
    {"ContainerNameThatClimbs",
     with_container(R"("name":"../a","image":"rootfs:ROOTFS")"),
     kInvalid,
     {"spec.containers[0].name"}},
    {"DuplicateContainers",
     R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"containers":[{)" + kGood + "},{" + kGood +
         "}]}}",
     kInvalid,
     {"spec.containers[1].name", "a"}},
    {"UnknownField", with_container(kGood + R"(,"colour":"green")"), kInvalid, {"spec.containers[0].colour"}},
    {"PrivilegedThatMayGainNothing",
     with_container(kGood + R"(,"securityContext":{"privileged":true,"allowPrivilegeEscalation":false})"),
     kInvalid,
     {"allowPrivilegeEscalation"}},
    {"AVolumeThatIsABlockDevice",
     with_container(kGood + R"(,"volumeDevices":[{"name":"a"}])"),
     6,
     {"spec.containers[0].volumeDevices", "no volume here is a block device"}},
    {"RestartRulesWithoutAPolicy",
     with_container(kGood +
                    R"(,"restartPolicyRules":[{"action":"Restart","exitCodes":{"operator":"In","values":[3]}}])"),
     kInvalid,
     {"spec.containers[0].restartPolicy", "restartPolicyRules"}},
    {"UnknownStopSignal",
     with_container(kGood + R"(,"lifecycle":{"stopSignal":"SIGFOO"})"),
     kInvalid,
     {"spec.containers[0].lifecycle.stopSignal", "SIGFOO"}},
    {"InitContainerOfNoForm",
     R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"initContainers":[{"name":"i"}],"containers":[{)" +
         kGood + "}]}}",
     kInvalid,
     {"spec.initContainers[0].image"}},
    {"UnknownCapability",
     with_container(kGood + R"(,"securityContext":{"capabilities":{"add":["FLY"]}})"),
     kInvalid,
     {"FLY"}},
    {"BadQuantity",
     with_container(kGood + R"(,"resources":{"limits":{"memory":"much"}})"),
     kInvalid,
     {"memory", "much"}},
    {"BadHostIp",
     with_container(kGood + R"(,"ports":[{"containerPort":80,"hostPort":80,"hostIP":"300.1.1.1"}])"),
     kInvalid,
     {"hostIP"}},
    {"BadPort", with_container(kGood + R"(,"ports":[{"containerPort":70000}])"), kInvalid, {"containerPort"}},
    {"UsersOfTheirOwnOnTheHostsNetwork",
     R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"hostNetwork":true,"hostUsers":false,"containers":[{)" +
         kGood + "}]}}",
     kInvalid,
     {"hostUsers"}},
    {"ImageOfNoForm", with_container(R"("name":"a","image":"NGINX")"), kInvalid, {"NGINX", "lower case"}},
    {"MissingRootfs", with_container(R"("name":"a","image":"rootfs:DIR/missing")"), kNotFound, {"missing"}},
    {"MissingLayout", with_container(R"("name":"a","image":"oci:DIR/missing:latest")"), kNotFound, {"missing"}},
    {"MissingProgram",
     with_container(R"("name":"a","image":"rootfs:ROOTFS","command":["/bin/no-such"])"),
     kNotFound,
     {"/bin/no-such"}},
    {"ProgramThatIsNone",
     with_container(R"("name":"a","image":"rootfs:ROOTFS","command":["/etc/passwd"])"),
     kDenied,
     {"/etc/passwd"}},
    {"NoCommandAtAll", with_container(R"("name":"a","image":"rootfs:ROOTFS")"), kInvalid, {"command"}},
};

class BadInputTest : public PodrunTest {
 protected:
  std::string filled_in(std::string text) const {
    const auto replace = [&](const std::string& from, const std::string& to) {
      for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
        text.replace(at, from.size(), to);
    };
    replace("ROOTFS", rootfs());
    replace("DIR", dir());
    return text;
  }
  void expect_one_line(const Output& output, int status, const std::vector<std::string>& words) const {
    EXPECT_EQ(output.status, status);
    EXPECT_EQ(output.out, "");
    EXPECT_EQ(lines_of(output.err).size(), 1U) << output.err;
    for (const std::string& word : words) EXPECT_THAT(output.err, HasSubstr(word));
  }
};

class BadManifestTest : public BadInputTest, public testing::WithParamInterface<BadInput> {};

TEST_P(BadManifestTest, IsRefused) {
  remember_world();
  const Output output = podrun({"create", "-f", "-", "--network", "none"}, filled_in(GetParam().manifest));
  expect_one_line(output, GetParam().status, GetParam().words);
  expect_world_unchanged();
}

INSTANTIATE_TEST_SUITE_P(Each, BadManifestTest, testing::ValuesIn(kBadInputs),
                         [](const auto& each) { return each.param.name; });

TEST_F(BadInputTest, ADuplicatePodIsRefused) {
  const Json manifest = pod("web", {container("main", {"/bin/payload", "sleep"})});
  ASSERT_TRUE(must_create(manifest));
  before_ = look_at_world(scope());
  expect_one_line(create(manifest), kExists, {"web"});
  expect_world_unchanged();
}

TEST_F(BadInputTest, AFileThatIsNotThereIsNamed) {
  expect_one_line(podrun({"create", "-f", dir() + "/missing.yaml"}), kNotFound, {dir() + "/missing.yaml"});
}

TEST_F(BadInputTest, APodThatIsNotThereIsNamed) {
  for (const char* verb : {"delete", "get", "describe", "inspect", "logs"})
    expect_one_line(podrun({verb, "missing"}), kNotFound, {"missing"});
}

TEST_F(BadInputTest, APodNameThatClimbsIsRefusedEverywhere) {
  for (const char* verb : {"delete", "get", "describe", "inspect", "logs"}) {
    const Output output = podrun({verb, "../../etc"});
    EXPECT_NE(output.status, 0) << verb;
    EXPECT_EQ(lines_of(output.err).size(), 1U) << output.err;
  }
}

TEST_F(BadInputTest, AnUnknownOptionIsRefused) {
  EXPECT_EQ(podrun({"create", "--colour"}).status, kInvalid);
  EXPECT_EQ(podrun({"frobnicate"}).status, kInvalid);
}

TEST_F(BadInputTest, SomebodyOtherThanRootIsTold) {
  if (!can_run({need::program("setpriv")})) return;
  Command command = podrun_command({"create", "-f", "-"}, named("\"web\""));
  command.argv.insert(command.argv.begin(), {"setpriv", "--reuid", "65534", "--clear-groups"});
  command.in = filled_in(command.in);
  expect_one_line(run(command), kDenied, {"root"});
}

TEST_F(BadInputTest, HugeInputIsRefusedSoon) {
  const Output deep = podrun({"create", "-f", "-"}, std::string(100'000, '[') + std::string(100'000, ']'));
  EXPECT_EQ(deep.status, kInvalid) << deep.err.substr(0, 300);
  std::string aliases = "a: &a [x,x,x,x,x,x,x,x,x]\n";  // the billion laughs
  for (char name = 'b'; name < 'k'; ++name) {
    const std::string last(1, static_cast<char>(name - 1));
    aliases += std::string(1, name) + ": &" + name + " [";
    for (int i = 0; i < 9; ++i) aliases += (i ? ",*" : "*") + last;
    aliases += "]\n";
  }
  EXPECT_EQ(podrun({"create", "-f", "-"}, aliases).status, kInvalid);
  EXPECT_EQ(podrun({"create", "-f", "-"}, "a: " + std::string(20'000'000, 'x')).status, kInvalid);
}

}  // namespace
}  // namespace integration

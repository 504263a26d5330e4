// Profiles as they are written, and what is made of each of their words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/audit.h>

#include <cerrno>
#include <cstdlib>

#include "runtime/kernel/seccomp.h"
#include "specs/seccomp/program.h"
#include "specs/seccomp/test_calls.h"

namespace podrun::profiles {
namespace {

TEST(ParseProfile, NamesThePlaceOfAnError) {
  const auto error = [](const std::string& json) {
    const auto profile = parse_profile(json);
    return profile ? "" : profile.error().what;
  };
  const std::string maps = R"("archMap":[{"architecture":"SCMP_ARCH_X86_64","subArchitectures":[]},
                              {"architecture":"SCMP_ARCH_AARCH64","subArchitectures":[]}])";
  const auto with_rule = [&](const std::string& rule) {
    return R"({"defaultAction":"SCMP_ACT_ALLOW",)" + maps + R"(,"syscalls":[)" + rule + "]}";
  };
  EXPECT_EQ(error(with_rule(R"({"names":["read"],"action":"SCMP_ACT_ALLOW"})")), "");
  EXPECT_THAT(error("{"), testing::HasSubstr("JSON"));
  EXPECT_THAT(error(R"({"defaultAction":"SCMP_ACT_SHRUG"})"), testing::HasSubstr("SCMP_ACT_SHRUG"));
  EXPECT_THAT(error(R"({"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":"EPERM"})"),
              testing::HasSubstr("defaultErrnoRet"));
  EXPECT_THAT(error(R"({"defaultAction":"SCMP_ACT_NOTIFY"})"), testing::HasSubstr("there is none"));
  EXPECT_THAT(error(R"({"defaultAction":"SCMP_ACT_LOG","flags":[]})"), testing::HasSubstr("'flags'"));
  EXPECT_THAT(error(R"({"defaultAction":"SCMP_ACT_LOG","architectures":["SCMP_ARCH_VAX"]})"),
              testing::HasSubstr("SCMP_ARCH_VAX"));
  EXPECT_THAT(error(R"({"defaultAction":"SCMP_ACT_LOG","architectures":[],"archMap":[]})"),
              testing::HasSubstr("do not go together"));
  EXPECT_THAT(error(R"({"defaultAction":"SCMP_ACT_ALLOW","archMap":[]})"), testing::HasSubstr("archMap"));
  EXPECT_THAT(error(with_rule(R"({"names":["read"],"action":"SCMP_ACT_ALLOW","includes":{}})")),
              testing::AllOf(testing::HasSubstr("syscalls[0]"), testing::HasSubstr("includes")));
  EXPECT_THAT(error(with_rule(
                  R"({"names":["read"],"action":"SCMP_ACT_ALLOW","args":[{"index":6,"op":"SCMP_CMP_EQ","value":1}]})")),
              testing::HasSubstr("index"));
  EXPECT_THAT(error(with_rule(
                  R"({"names":["read"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"op":"SCMP_CMP_IS","value":1}]})")),
              testing::HasSubstr("SCMP_CMP_IS"));
}

std::uint32_t answer(const std::string& json, const seccomp_data& data) {
  auto profile = parse_profile(json);
  EXPECT_TRUE(profile) << profile.error().what;
  return seccomp::evaluate(compile(std::move(profile).value_or({})).value_or({}), data);
}

// The profiles of Kubernetes' tutorial on seccomp: two of one line, and one that lists what is allowed.
TEST(ParseProfile, TakesWhatAKubeletTakes) {
  EXPECT_EQ(answer(R"({"defaultAction": "SCMP_ACT_LOG"})", call("mkdir")), SECCOMP_RET_LOG);
  EXPECT_EQ(answer(R"({"defaultAction": "SCMP_ACT_ERRNO"})", call("mkdir")), refused(EPERM));
  const std::string fine = R"({"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38,
      "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_AARCH64"],
      "syscalls": [{"names": ["read", "write"], "action": "SCMP_ACT_ALLOW", "args": null},
                   {"names": ["mkdirat"], "action": "SCMP_ACT_ERRNO"},
                   {"names": ["unlinkat"], "action": "SCMP_ACT_TRAP"},
                   {"names": ["fchmodat"], "action": "SCMP_ACT_KILL"}]})";
  EXPECT_EQ(answer(fine, call("write")), SECCOMP_RET_ALLOW);
  EXPECT_EQ(answer(fine, call("mkdirat")), refused(EPERM));
  EXPECT_EQ(answer(fine, call("unlinkat")), SECCOMP_RET_TRAP);
  EXPECT_EQ(answer(fine, call("fchmodat")), SECCOMP_RET_KILL_THREAD);
  EXPECT_EQ(answer(fine, call("openat")), refused(ENOSYS));
  if (::seccomp_arch_native() != SCMP_ARCH_X86_64) return;
  const int read_of_i386 = syscall_number("read", SCMP_ARCH_X86).value_or(-1);
  EXPECT_EQ(answer(fine, {.nr = read_of_i386, .arch = AUDIT_ARCH_I386, .instruction_pointer = 0, .args = {}}),
            SECCOMP_RET_ALLOW);
}

// The same call by another way into the kernel, as a 32-bit program or by x32's numbers.
TEST(Compile, ThereIsNoWayAroundAListOfWhatIsRefused) {
  if (::seccomp_arch_native() != SCMP_ARCH_X86_64) GTEST_SKIP() << "x86-64 has three ways into the kernel";
  const std::string open =
      R"({"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
      "syscalls": [{"names": ["mkdir", "socket"], "action": "SCMP_ACT_ERRNO"}]})";
  EXPECT_EQ(answer(open, call("mkdir")), refused(EPERM));
  EXPECT_EQ(answer(open, call("rmdir")), SECCOMP_RET_ALLOW);
  EXPECT_EQ(answer(open, {.nr = 0x3fffffff, .arch = AUDIT_ARCH_X86_64, .instruction_pointer = 0, .args = {}}),
            SECCOMP_RET_ALLOW);
  seccomp_data by_x32 = call("mkdir");
  by_x32.nr |= 0x40000000;
  EXPECT_EQ(answer(open, by_x32), refused(ENOSYS));
  for (const char* name : {"mkdir", "socketcall", "read"})
    EXPECT_EQ(answer(open, {.nr = syscall_number(name, SCMP_ARCH_X86).value_or(-1),
                            .arch = AUDIT_ARCH_I386,
                            .instruction_pointer = 0,
                            .args = {}}),
              refused(ENOSYS))
        << name;
}

Profile one_call(std::vector<Rule> rules) {
  return {.default_action = refused(ENOSYS), .architectures = {::seccomp_arch_native()}, .rules = std::move(rules)};
}

TEST(Compile, RefusesContradictionsAndUnknownNames) {
  const auto contradiction = compile(one_call({{{"read"}, SCMP_ACT_ALLOW, {}}, {{"read"}, SCMP_ACT_ERRNO(EPERM), {}}}));
  ASSERT_FALSE(contradiction);
  EXPECT_THAT(contradiction.error().what, testing::HasSubstr("'read'"));
  const auto unknown = compile(one_call({{{"raed"}, SCMP_ACT_ALLOW, {}}}));
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().what, testing::HasSubstr("'raed'"));
}

// Each operator against plain arithmetic, not only against libseccomp; conditions of one rule all have to hold.
TEST(Compile, ComparesSixtyFourBits) {
  const std::uint64_t pivot = 0x500000005;
  const auto holds = [&](scmp_compare op, std::uint64_t value) {
    const std::vector<scmp_arg_cmp> conditions = {
        {.arg = 0, .op = op, .datum_a = pivot, .datum_b = pivot & 0x100000005},
        {.arg = 1, .op = SCMP_CMP_EQ, .datum_a = 1, .datum_b = 0}};
    const Program program = compile(one_call({{{"read"}, SCMP_ACT_ALLOW, conditions}})).value_or({});
    seccomp_data data = call("read", value);
    EXPECT_EQ(seccomp::evaluate(program, data), refused(ENOSYS));
    data.args[1] = 1;
    return seccomp::evaluate(program, data) == SECCOMP_RET_ALLOW;
  };
  for (const std::uint64_t high : {0U, 1U, 4U, 5U, 6U, 0xffffffffU}) {
    for (const std::uint64_t low : {0U, 4U, 5U, 6U, 0xffffffffU}) {
      const std::uint64_t value = high << 32U | low;
      SCOPED_TRACE(value);
      EXPECT_EQ(holds(SCMP_CMP_NE, value), value != pivot);
      EXPECT_EQ(holds(SCMP_CMP_LT, value), value < pivot);
      EXPECT_EQ(holds(SCMP_CMP_LE, value), value <= pivot);
      EXPECT_EQ(holds(SCMP_CMP_EQ, value), value == pivot);
      EXPECT_EQ(holds(SCMP_CMP_GE, value), value >= pivot);
      EXPECT_EQ(holds(SCMP_CMP_GT, value), value > pivot);
      EXPECT_EQ(holds(SCMP_CMP_MASKED_EQ, value), (value & pivot) == (pivot & 0x100000005));
    }
  }
}

// More ranges than a conditional jump reaches across.
TEST(Compile, JumpsFar) {
  std::vector<Rule> rules;
  for (int number = 0; number < 400; ++number) {
    char* name = ::seccomp_syscall_resolve_num_arch(::seccomp_arch_native(), number);
    if (name != nullptr) rules.push_back({{name}, SCMP_ACT_ERRNO(static_cast<std::uint32_t>(number + 1)), {}});
    ::free(name);
  }
  ASSERT_GT(rules.size(), 250U);
  const Program program = compile(one_call(rules)).value_or({});
  for (const Rule& rule : rules) EXPECT_EQ(seccomp::evaluate(program, call(rule.names.front())), rule.action);
}

}  // namespace
}  // namespace podrun::profiles

// The compiled profiles against libseccomp: a filter built from the same JSON by libseccomp's own code generator has to
// give the same answer to every call.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <set>

#include "base/files.h"
#include "runtime/kernel/seccomp.h"
#include "specs/seccomp/program.h"
#include "specs/seccomp/test_calls.h"

namespace podrun::profiles {
namespace {

Profile load(const std::string& name) {
  auto json = base::read_file(std::string(SECCOMP_JSON_DIR "/") + name);
  EXPECT_TRUE(json) << json.error().what;
  auto profile = parse_profile(std::move(json).value_or(""));
  EXPECT_TRUE(profile) << profile.error().what;
  return std::move(profile).value_or({});
}

// Names that the installed libseccomp cannot put into a filter are left out, here and there.
Profile without_newer_names(Profile profile) {
  for (Rule& rule : profile.rules)
    std::erase_if(rule.names, [](const std::string& name) {
      return ::seccomp_syscall_resolve_name(name.c_str()) == __NR_SCMP_ERROR;
    });
  return profile;
}

// On i386 libseccomp makes a rule for socketcall of every rule for a socket, where those of one family contradict those
// of another: there it is not asked about sockets.
const std::set<std::string_view> kNotAskedOnX86 = {"socket", "socketpair", "socketcall"};

using Context = std::unique_ptr<void, void (*)(scmp_filter_ctx)>;

Context one_architecture(const Profile& profile, std::uint32_t architecture) {
  Context context(::seccomp_init(profile.default_action), ::seccomp_release);
  EXPECT_EQ(::seccomp_attr_set(context.get(), SCMP_FLTATR_ACT_BADARCH, profile.default_action), 0);
  if (architecture != ::seccomp_arch_native()) {
    EXPECT_EQ(::seccomp_arch_add(context.get(), architecture), 0);
    EXPECT_EQ(::seccomp_arch_remove(context.get(), ::seccomp_arch_native()), 0);
  }
  for (const Rule& rule : profile.rules) {
    if (rule.action == profile.default_action) continue;  // libseccomp refuses what changes nothing
    for (const std::string& name : rule.names) {
      if (architecture == SCMP_ARCH_X86 && kNotAskedOnX86.contains(name)) continue;
      const int number = ::seccomp_syscall_resolve_name(name.c_str());
      const int added = ::seccomp_rule_add_array(context.get(), rule.action, number,
                                                 static_cast<unsigned>(rule.conditions.size()), rule.conditions.data());
      EXPECT_EQ(added, 0) << name << ": " << std::strerror(-added);
    }
  }
  return context;
}

Program by_libseccomp(const Profile& profile) {
  const Context context = one_architecture(profile, profile.architectures.front());
  for (const std::uint32_t other : std::span(profile.architectures).subspan(1))
    EXPECT_EQ(::seccomp_merge(context.get(), one_architecture(profile, other).release()), 0);
  const base::Fd file(::memfd_create("filter", MFD_CLOEXEC));
  EXPECT_EQ(::seccomp_export_bpf(context.get(), file.get()), 0);
  ::lseek(file.get(), 0, SEEK_SET);
  const std::string bytes = base::read_all(file.get(), "filter").value_or("");
  Program program(bytes.size() / sizeof(sock_filter));
  std::memcpy(program.data(), bytes.data(), program.size() * sizeof(sock_filter));
  return program;
}

// Values beside and on the borders of everything the profiles compare with, in the low word, the high word and both.
std::vector<std::uint64_t> interesting_values() {
  std::vector<std::uint64_t> words = {
      0,  1,  7,  8,       9,       38,      39,         40,         41,         42,         43,        44,
      45, 46, 47, 0x20000, 0x20008, 0x20009, 0x7e020000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
  for (unsigned bit = 0; bit < 32; ++bit) words.push_back(std::uint64_t{1} << bit);
  std::vector<std::uint64_t> values;
  for (const std::uint64_t word : words) {
    values.push_back(word);
    values.push_back(word << 32U);
    values.push_back(word | std::uint64_t{1} << 32U);
    values.push_back(~word);
  }
  return values;
}

constexpr std::uint32_t kLastNumber = 600;

// Not numbers of a call, or only of another architecture's.
std::vector<std::uint32_t> strange_numbers() {
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t number = 0; number <= kLastNumber; ++number) {
    numbers.push_back(number | 0x40000000);  // x32
    numbers.push_back(number | 0x0f0000);    // ARM's private calls
    numbers.push_back(0U - number);
    numbers.push_back(number << 20U);
  }
  return numbers;
}

constexpr std::uint32_t kStrangeArchitectures[] = {AUDIT_ARCH_S390X, AUDIT_ARCH_RISCV64, 0, 0xffffffff};
bool is_asked(std::uint32_t architecture, std::uint32_t number) {
  const auto is = [&](std::string_view name) {
    return syscall_number(std::string(name), SCMP_ARCH_X86).value_or(-1) == static_cast<int>(number);
  };
  return architecture != AUDIT_ARCH_I386 || std::none_of(kNotAskedOnX86.begin(), kNotAskedOnX86.end(), is);
}

constexpr std::uint32_t kArchitectures[] = {AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64, AUDIT_ARCH_ARM};

class Comparison {
 public:
  Comparison(const Program& ours, const Program& theirs) : ours_(ours), theirs_(theirs) {}

  void at(std::uint32_t architecture, std::uint32_t number, std::span<const std::uint64_t> values) {
    if (!is_asked(architecture, number)) return;
    seccomp_data call{.nr = static_cast<int>(number), .arch = architecture, .instruction_pointer = 0, .args = {}};
    for (const std::uint64_t value : values) {
      call.args[0] = value;
      call.args[1] = ~value;
      const std::uint32_t mine = seccomp::evaluate(ours_, call);
      const std::uint32_t reference = seccomp::evaluate(theirs_, call);
      if (mine != reference && ++different_ <= kShown)
        ADD_FAILURE() << std::hex << "architecture " << architecture << " number 0x" << number << " argument 0x"
                      << value << ": we say " << mine << ", libseccomp says " << reference;
    }
  }

 private:
  static constexpr int kShown = 10;
  const Program& ours_;
  const Program& theirs_;
  int different_ = 0;
};

void expect_equal(const Program& ours, const Program& theirs) {
  Comparison comparison(ours, theirs);
  const std::vector<std::uint64_t> values = interesting_values();
  const std::vector<std::uint64_t> few = {0, 40, ~std::uint64_t{0}};
  const std::vector<std::uint32_t> strange = strange_numbers();
  for (const std::uint32_t architecture : kArchitectures) {
    for (std::uint32_t number = 0; number <= kLastNumber; ++number) comparison.at(architecture, number, values);
    for (const std::uint32_t number : strange) comparison.at(architecture, number, few);
  }
  for (const std::uint32_t architecture : kStrangeArchitectures)
    for (std::uint32_t number = 0; number <= kLastNumber; ++number) comparison.at(architecture, number, few);
}

std::uint32_t by_default(const seccomp_data& data) { return seccomp::evaluate(seccomp::default_profile(), data); }
TEST(CompiledProfiles, AnswerAsLibseccompDoes) {
  for (const char* name : {"default.json", "pause.json"}) {
    SCOPED_TRACE(name);
    const Profile profile = without_newer_names(load(name));
    auto ours = compile(profile);
    ASSERT_TRUE(ours) << ours.error().what;
    expect_equal(std::move(ours).value(), by_libseccomp(profile));
  }
}

// What a rule says of a call, in plain arithmetic.
bool holds(const scmp_arg_cmp& condition, const seccomp_data& call) {
  const std::uint64_t value = call.args[condition.arg];
  switch (condition.op) {
    case SCMP_CMP_NE:
      return value != condition.datum_a;
    case SCMP_CMP_LT:
      return value < condition.datum_a;
    case SCMP_CMP_LE:
      return value <= condition.datum_a;
    case SCMP_CMP_EQ:
      return value == condition.datum_a;
    case SCMP_CMP_GE:
      return value >= condition.datum_a;
    case SCMP_CMP_GT:
      return value > condition.datum_a;
    case SCMP_CMP_MASKED_EQ:
      return (value & condition.datum_a) == condition.datum_b;
    default:
      break;
  }
  ADD_FAILURE() << "unknown operator";
  return false;
}

using RulesByNumber = std::multimap<int, const Rule*>;

RulesByNumber rules_by_number(const Profile& profile, std::uint32_t architecture) {
  RulesByNumber result;
  const auto& listed = profile.architectures;
  if (std::find(listed.begin(), listed.end(), architecture) == listed.end()) return result;
  for (const Rule& rule : profile.rules)
    for (const std::string& name : rule.names) {
      const int number = syscall_number(name, architecture).value_or(-1);
      if (number >= 0) result.emplace(number, &rule);
    }
  return result;
}

std::uint32_t as_written(const Profile& profile, const RulesByNumber& rules, const seccomp_data& call) {
  const auto [first, last] = rules.equal_range(call.nr);
  for (auto it = first; it != last; ++it) {
    const auto& conditions = it->second->conditions;
    if (std::all_of(conditions.begin(), conditions.end(), [&](const auto& one) { return holds(one, call); }))
      return it->second->action;
  }
  return profile.default_action;
}

// The three ways into an x86-64 kernel: its own, the 32-bit one, and x32, of which nothing is allowed.
TEST(CompiledProfiles, AnswerEveryNumberAsTheyAreWritten) {
  constexpr std::uint32_t kNumbers = 1024;  // the kernel has 471 of its own, 470 of i386 and x32's up to 547
  constexpr std::uint32_t kX32 = 0x40000000;
  const std::vector<std::uint64_t> values = interesting_values();
  for (const auto& [name, built] :
       {std::pair{"default.json", seccomp::default_profile()}, std::pair{"pause.json", seccomp::pause_profile()}}) {
    const Profile profile = load(name);
    int differences = 0;
    const auto compare = [&](seccomp_data call, const RulesByNumber& rules) {
      for (const std::uint64_t value : values) {
        call.args[0] = call.arch == AUDIT_ARCH_I386 ? value & 0xffffffffU : value;
        const std::uint32_t expected = as_written(profile, rules, call);
        const std::uint32_t found = seccomp::evaluate(built, call);
        if (found != expected && ++differences <= 10)
          ADD_FAILURE() << name << std::hex << ": architecture " << call.arch << " number 0x" << call.nr
                        << " argument 0x" << value << ": " << found << " instead of " << expected;
      }
    };
    const RulesByNumber of_x86_64 = rules_by_number(profile, SCMP_ARCH_X86_64);
    const RulesByNumber of_i386 = rules_by_number(profile, SCMP_ARCH_X86);
    ASSERT_GT(of_x86_64.size(), 1U);
    for (std::uint32_t number = 0; number < kNumbers; ++number) {
      const auto with_number = [](std::uint32_t architecture, std::uint32_t nr) {
        return seccomp_data{.nr = static_cast<int>(nr), .arch = architecture, .instruction_pointer = 0, .args = {}};
      };
      compare(with_number(AUDIT_ARCH_X86_64, number), of_x86_64);
      compare(with_number(AUDIT_ARCH_I386, number), of_i386);
      compare(with_number(AUDIT_ARCH_X86_64, number | kX32), {});
    }
  }
}

TEST(DefaultProfile, HasNoOtherWayToASocket) {
  const auto on_i386 = [](const char* name, std::uint64_t argument) {
    return by_default({.nr = syscall_number(name, SCMP_ARCH_X86).value_or(-1),
                       .arch = AUDIT_ARCH_I386,
                       .instruction_pointer = 0,
                       .args = {argument}});
  };
  constexpr std::uint64_t kSysSocket = 1;  // linux/net.h
  EXPECT_EQ(on_i386("socketcall", kSysSocket), refused(ENOSYS));
  EXPECT_EQ(on_i386("socket", AF_ALG), refused(EAFNOSUPPORT));
  EXPECT_EQ(on_i386("socket", AF_INET), SECCOMP_RET_ALLOW);
  EXPECT_EQ(by_default(call("io_uring_setup")), refused(EPERM));  // IORING_OP_SOCKET
}

TEST(CompiledProfiles, AreWhatTheBuildLinked) {
  const auto same = [](const std::string& name, std::span<const sock_filter> built) {
    const Program fresh = compile(load(name)).value_or({});
    return fresh.size() == built.size() && std::memcmp(fresh.data(), built.data(), built.size_bytes()) == 0;
  };
  EXPECT_TRUE(same("default.json", seccomp::default_profile()));
  EXPECT_TRUE(same("pause.json", seccomp::pause_profile()));
}

TEST(DefaultProfile, TellsRefusedFromUnknown) {
  EXPECT_EQ(by_default(call("read")), SECCOMP_RET_ALLOW);
  EXPECT_EQ(by_default(call("mount")), refused(EPERM));
  EXPECT_EQ(by_default(call("bpf")), refused(EPERM));
  EXPECT_EQ(by_default(call("clone3")), refused(ENOSYS));
  EXPECT_EQ(by_default({.nr = 599, .arch = ::seccomp_arch_native(), .instruction_pointer = 0, .args = {}}),
            refused(ENOSYS));
}

TEST(DefaultProfile, AllowsCallsNewerThanTheLibrary) {
  for (const char* name : {"fchmodat2", "futex_wait", "mseal", "getxattrat", "statmount", "listmount"})
    EXPECT_EQ(by_default(call(name)), SECCOMP_RET_ALLOW) << name;
  EXPECT_EQ(by_default(call("open_tree_attr")), refused(EPERM));
}

TEST(DefaultProfile, LetsNobodyMakeNamespaces) {
  EXPECT_EQ(by_default(call("clone", CLONE_VM | CLONE_THREAD | SIGCHLD)), SECCOMP_RET_ALLOW);
  for (const int flag :
       {CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET})
    EXPECT_EQ(by_default(call("clone", static_cast<std::uint32_t>(flag | SIGCHLD))), refused(EPERM))
        << std::hex << flag;
}

TEST(DefaultProfile, HasFiveFamiliesOfSockets) {
  constexpr std::array<std::uint64_t, 5> kAllowed = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET};
  for (const char* name : {"socket", "socketpair"}) {
    for (std::uint64_t family = 0; family < 300; ++family) {
      SCOPED_TRACE(testing::Message() << name << " " << family);
      const bool allowed = std::find(kAllowed.begin(), kAllowed.end(), family) != kAllowed.end();
      EXPECT_EQ(by_default(call(name, family)), allowed ? SECCOMP_RET_ALLOW : refused(EAFNOSUPPORT));
      // The kernel takes the low 32 bits.
      EXPECT_EQ(by_default(call(name, family | std::uint64_t{1} << 32U)), refused(EAFNOSUPPORT));
      EXPECT_EQ(by_default(call(name, family | std::uint64_t{1} << 63U)), refused(EAFNOSUPPORT));
    }
  }
}

TEST(DefaultProfile, IsShortEnoughToLoadQuickly) { EXPECT_LT(seccomp::default_profile().size(), 400U); }

TEST(Programs, ComeBackFromNumbersAsTheyWere) {
  const std::span<const sock_filter> before = seccomp::default_profile();
  const Program after = seccomp::unpacked(seccomp::packed(before));
  ASSERT_EQ(after.size(), before.size());
  EXPECT_EQ(std::memcmp(after.data(), before.data(), before.size_bytes()), 0);
}

}  // namespace
}  // namespace podrun::profiles

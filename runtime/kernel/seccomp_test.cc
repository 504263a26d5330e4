#include "runtime/kernel/seccomp.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <functional>
#include <vector>

namespace podrun::seccomp {
namespace {

using Program = std::vector<sock_filter>;

std::uint32_t answer(const Program& program, const seccomp_data& call = {}) { return evaluate(program, call); }

constexpr sock_filter load(std::uint32_t offset) { return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset); }
constexpr sock_filter ret(std::uint32_t value) { return BPF_STMT(BPF_RET | BPF_K, value); }
constexpr sock_filter kReturnA = BPF_STMT(BPF_RET | BPF_A, 0);

TEST(Evaluate, ReadsEveryFieldOfTheCall) {
  const seccomp_data call{.nr = 7, .arch = 8, .instruction_pointer = 0xa0000000b, .args = {0xc0000000d}};
  EXPECT_EQ(answer({load(offsetof(seccomp_data, nr)), kReturnA}, call), 7U);
  EXPECT_EQ(answer({load(offsetof(seccomp_data, arch)), kReturnA}, call), 8U);
  EXPECT_EQ(answer({load(offsetof(seccomp_data, instruction_pointer)), kReturnA}, call), 0xbU);
  EXPECT_EQ(answer({load(offsetof(seccomp_data, args)), kReturnA}, call), 0xdU);
  EXPECT_EQ(answer({load(offsetof(seccomp_data, args) + 4), kReturnA}, call), 0xcU);
  EXPECT_EQ(answer({BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0), kReturnA}), sizeof(seccomp_data));
}

TEST(Evaluate, Calculates) {
  const auto result = [](std::uint16_t operation, std::uint32_t a, std::uint32_t b) {
    const std::uint32_t by_constant =
        answer({BPF_STMT(BPF_LD | BPF_IMM, a),
                {.code = static_cast<std::uint16_t>(BPF_ALU | operation | BPF_K), .jt = 0, .jf = 0, .k = b},
                kReturnA});
    const std::uint32_t by_x =
        answer({BPF_STMT(BPF_LDX | BPF_IMM, b),
                BPF_STMT(BPF_LD | BPF_IMM, a),
                {.code = static_cast<std::uint16_t>(BPF_ALU | operation | BPF_X), .jt = 0, .jf = 0, .k = 0},
                kReturnA});
    EXPECT_EQ(by_constant, by_x);
    return by_constant;
  };
  EXPECT_EQ(result(BPF_ADD, 0xffffffff, 2), 1U);
  EXPECT_EQ(result(BPF_SUB, 1, 2), 0xffffffffU);
  EXPECT_EQ(result(BPF_MUL, 6, 7), 42U);
  EXPECT_EQ(result(BPF_DIV, 43, 6), 7U);
  EXPECT_EQ(result(BPF_DIV, 43, 0), SECCOMP_RET_KILL_PROCESS);
  EXPECT_EQ(result(BPF_AND, 0xff, 0x18), 0x18U);
  EXPECT_EQ(result(BPF_OR, 0x10, 0x08), 0x18U);
  EXPECT_EQ(result(BPF_XOR, 0x1f, 0x07), 0x18U);
  EXPECT_EQ(result(BPF_LSH, 3, 4), 48U);
  EXPECT_EQ(result(BPF_RSH, 48, 4), 3U);
  EXPECT_EQ(result(BPF_LSH, 1, 32), SECCOMP_RET_KILL_PROCESS);
  EXPECT_EQ(result(BPF_NEG, 1, 0), 0xffffffffU);
}

TEST(Evaluate, Jumps) {
  const auto taken = [](std::uint16_t comparison, std::uint32_t a, std::uint32_t k) {
    return answer({BPF_STMT(BPF_LD | BPF_IMM, a),
                   {.code = static_cast<std::uint16_t>(BPF_JMP | comparison | BPF_K), .jt = 1, .jf = 0, .k = k},
                   ret(0),
                   ret(1)}) == 1;
  };
  EXPECT_TRUE(taken(BPF_JEQ, 5, 5));
  EXPECT_FALSE(taken(BPF_JEQ, 5, 6));
  EXPECT_TRUE(taken(BPF_JGT, 0x80000000, 1)) << "comparisons are unsigned";
  EXPECT_FALSE(taken(BPF_JGT, 5, 5));
  EXPECT_TRUE(taken(BPF_JGE, 5, 5));
  EXPECT_FALSE(taken(BPF_JGE, 4, 5));
  EXPECT_TRUE(taken(BPF_JSET, 6, 2));
  EXPECT_FALSE(taken(BPF_JSET, 6, 1));
  EXPECT_EQ(answer({BPF_STMT(BPF_JMP | BPF_JA, 1), ret(0), ret(1)}), 1U);
}

TEST(Evaluate, KeepsScratchMemoryAndTransfersRegisters) {
  EXPECT_EQ(answer({BPF_STMT(BPF_LD | BPF_IMM, 9), BPF_STMT(BPF_ST, 15), BPF_STMT(BPF_LD | BPF_IMM, 0),
                    BPF_STMT(BPF_LD | BPF_MEM, 15), kReturnA}),
            9U);
  EXPECT_EQ(answer({BPF_STMT(BPF_LD | BPF_IMM, 9), BPF_STMT(BPF_MISC | BPF_TAX, 0), BPF_STMT(BPF_STX, 0),
                    BPF_STMT(BPF_LDX | BPF_MEM, 0), BPF_STMT(BPF_MISC | BPF_TXA, 0), kReturnA}),
            9U);
}

TEST(Evaluate, KillsWhereTheKernelWouldRefuseTheProgram) {
  const std::vector<Program> bad = {
      {},
      {load(0)},                                                 // runs off the end
      {BPF_STMT(BPF_JMP | BPF_JA, 0)},                           // jumps off the end
      {BPF_STMT(BPF_JMP | BPF_JA, 0xffffffff), ret(1)},          // far off it
      {BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 255, 0), ret(1)},  //
      {load(sizeof(seccomp_data)), ret(1)},                      // past the call
      {load(2), ret(1)},                                         // unaligned
      {BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 0), ret(1)},           // half a word
      {BPF_STMT(BPF_LD | BPF_MEM, BPF_MEMWORDS), ret(1)},        // past scratch memory
      {BPF_STMT(BPF_ST, BPF_MEMWORDS), ret(1)},                  //
  };
  for (std::size_t i = 0; i < bad.size(); ++i) EXPECT_EQ(answer(bad[i]), SECCOMP_RET_KILL_PROCESS) << "program " << i;
}

// How a child ends that installs `program` and then does `action`: its exit status, or 128 + the signal.
int after_install(std::span<const sock_filter> program, const std::function<int()>& action) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (!install(program)) ::_exit(111);
    ::syscall(SYS_exit_group, action());  // _exit would let a sanitizer make calls of its own
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int errno_of(long result) { return result < 0 ? errno : 0; }

TEST(Install, MakesTheKernelAnswerAsTheProgramSays) {
  const Program uname_is_busy = {load(offsetof(seccomp_data, nr)), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_uname, 0, 1),
                                 ret(SECCOMP_RET_ERRNO | EBUSY), ret(SECCOMP_RET_ALLOW)};
  utsname name{};
  EXPECT_EQ(after_install(uname_is_busy, [&] { return errno_of(::uname(&name)); }), EBUSY);
  EXPECT_EQ(after_install(uname_is_busy, [] { return errno_of(::getppid()); }), 0);
}

TEST(Install, RefusesWhatTheKernelCannotLoad) {
  const auto empty = install({});
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().kind, Kind::invalid);
  const auto too_long = install(Program(BPF_MAXINSNS + 1, ret(SECCOMP_RET_ALLOW)));
  ASSERT_FALSE(too_long);
  EXPECT_EQ(too_long.error().kind, Kind::invalid);
  EXPECT_EQ(after_install(Program{load(2), ret(SECCOMP_RET_ALLOW)}, [] { return 0; }), 111);
}

TEST(DefaultProfile, BindsOnThisKernel) {
  const auto with_default = [](const std::function<long()>& call) {
    return after_install(default_profile(), [&] { return errno_of(call()); });
  };
  EXPECT_EQ(with_default([] { return ::syscall(SYS_getpid); }), 0);
  EXPECT_EQ(with_default([] { return ::syscall(SYS_unshare, 0); }), EPERM);
  EXPECT_EQ(with_default([] { return ::syscall(SYS_clone3, nullptr, 0); }), ENOSYS);
  EXPECT_EQ(with_default([] { return ::syscall(100000); }), ENOSYS);
  EXPECT_EQ(with_default([] { return ::syscall(SYS_personality, 0xffffffff) < 0 ? -1 : 0; }), 0);
  EXPECT_EQ(with_default([] {
              const pid_t child = ::fork();
              if (child == 0) ::_exit(0);
              return static_cast<long>(::waitpid(child, nullptr, 0));
            }),
            0);
}

TEST(PauseProfile, EndsWhoeverDoesMore) {
  EXPECT_EQ(after_install(pause_profile(), [] { return 0; }), 0) << "leaving is allowed";
  EXPECT_EQ(after_install(pause_profile(), [] { return errno_of(::getppid()); }), 128 + SIGSYS);
}

}  // namespace
}  // namespace podrun::seccomp

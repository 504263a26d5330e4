// Device rules as the eBPF program that cgroup v2 wants in place of v1's devices.allow. The kernel runs it at each open
// and mknod of a device node; it answers 1 for yes (cgroup-v2.rst, "Device controller"; struct bpf_cgroup_dev_ctx in
// linux/bpf.h).
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <vector>

#include "base/signals_blocked.h"
#include "runtime/kernel/devices.h"

namespace podrun::devices {
namespace {

constexpr std::uint8_t kResult = BPF_REG_0, kContext = BPF_REG_1, kType = BPF_REG_2, kAccess = BPF_REG_3,
                       kMajor = BPF_REG_4, kMinor = BPF_REG_5, kScratch = BPF_REG_6;

constexpr bpf_insn instruction(int code, std::uint8_t to, std::uint8_t from, std::size_t offset, std::uint32_t value) {
  return {.code = static_cast<std::uint8_t>(code),
          .dst_reg = static_cast<std::uint8_t>(to & 0xfU),
          .src_reg = static_cast<std::uint8_t>(from & 0xfU),
          .off = static_cast<std::int16_t>(offset),
          .imm = static_cast<std::int32_t>(value)};
}

constexpr bpf_insn load(std::uint8_t to, std::size_t offset) {
  return instruction(BPF_LDX | BPF_MEM | BPF_W, to, kContext, offset, 0);
}
constexpr bpf_insn copy(std::uint8_t to, std::uint8_t from) {
  return instruction(BPF_ALU | BPF_MOV | BPF_X, to, from, 0, 0);
}
constexpr bpf_insn set(std::uint8_t to, std::uint32_t value) {
  return instruction(BPF_ALU | BPF_MOV | BPF_K, to, 0, 0, value);
}
constexpr bpf_insn mask(std::uint8_t to, std::uint32_t value) {
  return instruction(BPF_ALU | BPF_AND | BPF_K, to, 0, 0, value);
}
constexpr bpf_insn shift_right(std::uint8_t to, std::uint32_t bits) {
  return instruction(BPF_ALU | BPF_RSH | BPF_K, to, 0, 0, bits);
}
constexpr bpf_insn skip_unless_equal(std::uint8_t left, std::uint32_t value) {  // how far is filled in later
  return instruction(BPF_JMP32 | BPF_JNE | BPF_K, left, 0, 0, value);
}
constexpr bpf_insn leave() { return instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0); }

using Program = std::vector<bpf_insn>;

// "Yes" when everything asked for is within this rule, else on to the next rule.
void append(Program& program, const Rule& rule) {
  const std::size_t start = program.size();
  std::uint32_t granted = 0;
  if (rule.read) granted |= BPF_DEVCG_ACC_READ;
  if (rule.write) granted |= BPF_DEVCG_ACC_WRITE;
  if (rule.make) granted |= BPF_DEVCG_ACC_MKNOD;
  program.push_back(skip_unless_equal(kType, rule.type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR));
  program.push_back(copy(kScratch, kAccess));
  program.push_back(mask(kScratch, ~granted));
  program.push_back(skip_unless_equal(kScratch, 0));
  if (rule.major) program.push_back(skip_unless_equal(kMajor, *rule.major));
  if (rule.minor) program.push_back(skip_unless_equal(kMinor, *rule.minor));
  program.push_back(set(kResult, 1));
  program.push_back(leave());
  for (std::size_t i = start; i < program.size(); ++i)
    if (BPF_OP(program[i].code) == BPF_JNE && BPF_CLASS(program[i].code) == BPF_JMP32)
      program[i].off = static_cast<std::int16_t>(program.size() - i - 1);
}

Program compile(std::span<const Rule> rules) {
  constexpr std::uint32_t kLowHalf = 0xffff, kHalfBits = 16;  // access_type is (access << 16) | type
  Program program = {
      load(kType, offsetof(bpf_cgroup_dev_ctx, access_type)),
      copy(kAccess, kType),
      shift_right(kAccess, kHalfBits),
      mask(kType, kLowHalf),
      load(kMajor, offsetof(bpf_cgroup_dev_ctx, major)),
      load(kMinor, offsetof(bpf_cgroup_dev_ctx, minor)),
  };
  for (const Rule& rule : rules) append(program, rule);
  program.push_back(set(kResult, 0));
  program.push_back(leave());
  return program;
}

long bpf(bpf_cmd command, bpf_attr& attributes) { return ::syscall(SYS_bpf, command, &attributes, sizeof attributes); }

// The verifier gives up with EAGAIN where it finds a signal that waits to be handled (kernel/bpf/verifier.c, do_check):
// a ^C that comes now is for those who look for interruptions, and no failure of this step. What is no signal sets the
// same mark, and can at any time: a tracer that goes (seen on Linux 6.1), the freezer. It is gone at the next call.
Result<Fd> load_program(bpf_attr& attributes) {
  constexpr int kAttempts = 5;  // as libbpf
  const base::AllSignalsBlocked quiet;
  Fd loaded;  // close-on-exec, as every BPF descriptor
  for (int attempt = 0; attempt < kAttempts && !loaded && (attempt == 0 || errno == EAGAIN); ++attempt)
    loaded.reset(static_cast<int>(bpf(BPF_PROG_LOAD, attributes)));
  if (!loaded) return Error::system(errno, "load device rules");
  return loaded;
}

}  // namespace

Result<void> attach_v2(int cgroup_dir, std::span<const Rule> rules) {
  const Program program = compile(rules);
  bpf_attr load_attributes{};
  load_attributes.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
  load_attributes.insns = reinterpret_cast<std::uintptr_t>(program.data());
  load_attributes.insn_cnt = static_cast<std::uint32_t>(program.size());
  load_attributes.license =
      reinterpret_cast<std::uintptr_t>("");  // required; no helper is called that asks for the GPL
  const Fd loaded = TRY(load_program(load_attributes));

  bpf_attr attach_attributes{};
  attach_attributes.target_fd = static_cast<std::uint32_t>(cgroup_dir);
  attach_attributes.attach_bpf_fd = static_cast<std::uint32_t>(loaded.get());
  attach_attributes.attach_type = BPF_CGROUP_DEVICE;
  // MULTI: programs of cgroups above (systemd's DeviceAllow=) go on to bind; all of them have to say yes.
  attach_attributes.attach_flags = BPF_F_ALLOW_MULTI;
  if (bpf(BPF_PROG_ATTACH, attach_attributes) != 0) return Error::system(errno, "attach device rules to cgroup");
  return {};
}

}  // namespace podrun::devices

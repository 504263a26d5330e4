// The two sides of "nothing of the caller reaches a pod": a caller with everything odd about it, and what a process can
// tell of how it was started.
#include <dirent.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <linux/mempolicy.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>

#include "integration/payload.h"

namespace payload {
namespace {

// ioprio_set(2): of linux/ioprio.h, which some releases have made unfit for C++.
constexpr int kOfProcess = 1;                 // IOPRIO_WHO_PROCESS
constexpr int kIdlePriority = (3 << 13) | 7;  // IOPRIO_CLASS_IDLE, and its lowest level

// A step the kernel refuses here is said and passed over; the test sees by the caller's own report what came of it.
void note(long result, const char* what) {
  if (result < 0) std::cerr << "odd caller: " << what << ": " << std::strerror(errno) << '\n';
}

void lower(__rlimit_resource resource, rlim_t value) {
  rlimit limit{};
  ::getrlimit(resource, &limit);
  limit.rlim_cur = std::min(value, limit.rlim_max);  // the hard limit stays: not everybody could raise it again
  note(::setrlimit(resource, &limit), "limit");
}

void write_to(const char* path, const char* text) {
  std::ofstream file(path);
  if (!(file << text << std::flush)) std::cerr << "odd caller: " << path << '\n';
}

void print_file(const char* path, const std::vector<std::string>& keys) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);)
    for (const std::string& key : keys)
      if (line.starts_with(key)) std::cout << line << '\n';
}

}  // namespace

int as_odd_caller(const Arguments& arguments) {
  ::umask(0077);
  cpu_set_t first;
  CPU_ZERO(&first);
  CPU_SET(0, &first);
  note(::sched_setaffinity(0, sizeof(first), &first), "affinity");
  note(::setpriority(PRIO_PROCESS, 0, 7), "niceness");
  const sched_param parameters{};
  note(::sched_setscheduler(0, SCHED_BATCH, &parameters), "scheduling class");
  note(::syscall(SYS_ioprio_set, kOfProcess, 0, kIdlePriority), "I/O priority");
  note(::prctl(PR_SET_TIMERSLACK, 7'000'000UL, 0, 0, 0), "timer slack");
  note(::prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0), "huge pages");
  const unsigned long node = 1;
  note(::syscall(SYS_set_mempolicy, MPOL_BIND, &node, 64UL), "memory policy");
  lower(RLIMIT_CORE, 0);
  lower(RLIMIT_CPU, 77);
  lower(RLIMIT_FSIZE, 8U << 20U);
  lower(RLIMIT_STACK, 1U << 20U);
  lower(RLIMIT_NOFILE, 333);
  lower(RLIMIT_MEMLOCK, 4096);
  lower(RLIMIT_SIGPENDING, 55);
  lower(RLIMIT_MSGQUEUE, 1234);
  write_to("/proc/self/oom_score_adj", "500");
  write_to("/proc/self/coredump_filter", "0x7f");
  note(::personality(ADDR_NO_RANDOMIZE), "personality");
  for (int number = 1; number <= 64; ++number) {
    const std::array<void*, 4> ignore{reinterpret_cast<void*>(SIG_IGN)};
    ::syscall(SYS_rt_sigaction, number, ignore.data(), nullptr, 8);
  }
  sigset_t all;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  note(::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr), "session keyring");
  note(::syscall(SYS_add_key, "user", "podrun-test-of-the-caller", "x", 1, KEY_SPEC_SESSION_KEYRING), "key");
  for (const int number : {7, 8, 9, 77}) ::dup2(::open("/etc/hostname", O_RDONLY), number);
  ::setenv("PODRUN_TEST_OF_THE_CALLER", "x", 1);
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
  return 127;
}

int as_tracee(const Arguments& arguments) {
  ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
  ::raise(SIGURG);  // a stop for a tracer, else ignored
  ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
  return 127;
}

int make_siblings(const Arguments& arguments) {
  int made = 0;
  for (int left = std::atoi(arguments.at(0).c_str()); left > 0; --left) {
    const long pid = ::syscall(SYS_clone, CLONE_PARENT | SIGCHLD, nullptr, nullptr, nullptr, 0);
    if (pid == 0) ::_exit(7);
    if (pid > 0) ++made;
  }
  std::cout << "siblings " << made << std::endl;
  while (true) ::pause();
}

int report_start(const Arguments&) {
  print_file("/proc/self/status", {"Umask", "SigPnd", "SigBlk", "SigIgn", "SigCgt", "ShdPnd", "Cap", "NoNewPrivs",
                                   "Cpus_allowed", "Mems_allowed", "THP"});
  std::ifstream limits("/proc/self/limits");
  std::cout << limits.rdbuf();
  for (const char* file : {"/proc/self/oom_score_adj", "/proc/self/coredump_filter", "/proc/self/personality"}) {
    std::string text;
    std::getline(std::ifstream(file) >> std::ws, text);
    std::cout << file << ' ' << text << '\n';
  }
  int policy = -1;
  ::syscall(SYS_get_mempolicy, &policy, nullptr, 0UL, nullptr, 0UL);
  std::cout << "scheduler " << ::sched_getscheduler(0) << " niceness " << ::getpriority(PRIO_PROCESS, 0)
            << " I/O priority " << ::syscall(SYS_ioprio_get, kOfProcess, 0) << " timer slack "
            << ::prctl(PR_GET_TIMERSLACK) << " memory policy " << policy << " personality " << ::personality(~0UL)
            << " securebits " << ::prctl(PR_GET_SECUREBITS) << '\n';
  return 0;
}

}  // namespace payload

// The floor: one clone3 with the seven namespace flags, whose child becomes pause and is killed. Nothing that makes
// seven new namespaces around a process can take less.
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  clone_args args{};
  // CLONE_VFORK: goes on when the child has become pause.
  args.flags = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUSER |
               CLONE_NEWCGROUP | CLONE_VFORK;
  args.exit_signal = SIGCHLD;
  const long pid = ::syscall(SYS_clone3, &args, sizeof(args));
  if (pid == 0) {
    char* const none[] = {nullptr};
    ::execve(argv[1], argv + 1, none);
    ::_exit(127);
  }
  if (pid < 0) return 1;
  ::kill(static_cast<pid_t>(pid), SIGKILL);
  int status = 0;
  if (::waitpid(static_cast<pid_t>(pid), &status, 0) != pid) return 1;
  return WIFSIGNALED(status) ? 0 : 1;  // else it never became pause
}

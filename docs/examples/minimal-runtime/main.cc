// A runtime: makes a network namespace, attaches it to the first network of a directory, runs a command in it, and
// takes all of it away again.
//   minimal-runtime CNI-CONF-DIR COMMAND [ARGUMENT...]
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <thread>

#include "cni/in_netns.h"
#include "cni/invoker.h"

using cni::base::Error;
using cni::base::Fd;
using cni::base::Result;

static int fail(const Error& error) { return std::fprintf(stderr, "%s\n", error.what.c_str()), 1; }

// The mount keeps the namespace alive once the thread that made it has ended.
static Result<void> make_netns(const std::string& path) {
  Result<void> made;
  std::thread([&] {
    const Fd file(::open(path.c_str(), O_CREAT | O_EXCL | O_CLOEXEC, 0444));
    if (!file || ::unshare(CLONE_NEWNET) != 0 ||
        ::mount("/proc/thread-self/ns/net", path.c_str(), nullptr, MS_BIND, nullptr) != 0)
      made = Error::system(errno, "make network namespace '" + path + "'");
  }).join();
  return made;
}

static void remove_netns(const std::string& path) {
  ::umount2(path.c_str(), MNT_DETACH);
  ::unlink(path.c_str());
}

static Result<int> run(char** command) {
  pid_t child = 0;
  if (const int error = ::posix_spawnp(&child, *command, nullptr, nullptr, command, environ); error != 0)
    return Error::system(error, "start '" + std::string(*command) + "'");
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char** argv) {
  if (argc < 3) return std::fprintf(stderr, "usage: minimal-runtime CNI-CONF-DIR COMMAND [ARGUMENT...]\n"), 2;
  const auto networks = cni::scan_networks(argv[1]);
  if (!networks) return fail(networks.error());
  for (const cni::Diagnostic& problem : networks->problems) std::fprintf(stderr, "%s\n", problem.to_text().c_str());
  if (networks->first() == nullptr) return std::fprintf(stderr, "no network in %s\n", argv[1]), 1;

  const std::string state = "/run/minimal-runtime";
  std::filesystem::create_directories(state);
  cni::ProcessRunner runner;
  cni::InvokerOptions options;
  options.ledger_dir = state + "/ledger";
  options.owner = "minimal-runtime";
  cni::Invoker invoker(runner, options);
  const auto lives = [](const cni::LedgerEntry& entry) {
    return ::kill(std::stoi(entry.attachment.container_id), 0) == 0;
  };
  const auto settled = invoker.settle(lives);  // what runs that were killed have left
  if (!settled) return fail(settled.error());
  for (const cni::LedgerEntry& entry : settled->detached) remove_netns(entry.attachment.netns);

  cni::Attachment attachment;
  attachment.container_id = std::to_string(::getpid());
  attachment.netns = state + "/" + attachment.container_id;
  if (const auto made = make_netns(attachment.netns); !made) return fail(made.error());
  const auto added = invoker.add(*networks->first(), attachment);
  if (added)
    for (const std::string& address : cni::pod_ips(*added)) std::fprintf(stderr, "%s\n", address.c_str());
  const auto ended =
      added ? cni::in_netns(attachment.netns, [&] { return run(argv + 2); }) : Result<int>(added.error());
  const auto deleted = invoker.del_container(attachment.container_id);
  remove_netns(attachment.netns);
  if (!ended) return fail(ended.error());
  return deleted ? *ended : fail(deleted.error());
}

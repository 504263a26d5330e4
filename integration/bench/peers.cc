// The contenders that are not ours.
#include <algorithm>

#include "integration/bench/contenders.h"
#include "integration/needs.h"

namespace bench {

OciRuntime::OciRuntime(const Scene& scene, std::string program, bool hardened)
    : scene_(scene), program_(std::move(program)), hardened_(hardened) {}

Trial OciRuntime::trial() const { return {program_ + (hardened_ ? " hardened" : ""), Place::without_unified}; }

Argv OciRuntime::start_command() const {
  return {program_, "run", "--detach", "--bundle", scene_.bundle(program_, "sleep", hardened_), "bench"};
}

Trial OciRuntime::run() const {
  Trial made = trial();
  made.timed = {{program_, "run", "--bundle", scene_.bundle(program_, "true", hardened_), "bench"}};
  return made;
}

Trial OciRuntime::exec() const {
  Trial made = trial();
  const std::string name = hardened_ ? "entered-hardened" : "entered";
  made.set_up = {start_command()};
  made.set_up.front().back() = name;
  made.timed = {{program_, "exec", name, "/bin/true"}};
  made.tear_down = {{program_, "delete", "-f", name}};
  return made;
}

Trial OciRuntime::remove() const {
  Trial made = trial();
  made.before = {start_command()};
  made.timed = {{program_, "delete", "-f", "bench"}};
  return made;
}

// vfs, cgroupfs and no events: its cheapest way.
Argv Podman::command(const std::vector<std::string>& args) const {
  Argv command{"podman",
               "--root",
               scene_.podman_dir(),
               "--runroot",
               "/run/bench-podman",
               "--tmpdir",
               "/run/bench-podman-tmp",
               "--storage-driver",
               "vfs",
               "--cgroup-manager",
               "cgroupfs",
               "--events-backend",
               "none"};
  command.insert(command.end(), args.begin(), args.end());
  return command;
}

Argv Podman::start_command() const {
  return command({"run", "--detach", "--name", "bench", "--network", "none", "--cgroup-parent", scene_.cgroup_parent(),
                  "--rootfs", scene_.rootfs(), "/bin/sleep", "1000000"});
}

Trial Podman::run() const {
  Trial made{"podman", Place::without_unified};
  made.timed = {command({"run", "--rm", "--network", "none", "--cgroup-parent", scene_.cgroup_parent(), "--rootfs",
                         scene_.rootfs(), "/bin/true"})};
  return made;
}

Trial Podman::in_container() const {
  Trial made{"podman", Place::without_unified};
  made.set_up = {start_command()};
  made.tear_down = {command({"rm", "--force", "--time", "0", "bench"})};
  return made;
}

Trial Podman::exec() const {
  Trial made = in_container();
  made.timed = {command({"exec", "bench", "/bin/true"})};
  return made;
}

Trial Podman::copy_in() const {
  Trial made = in_container();
  made.timed = {command({"cp", scene_.file(), "bench:/tmp/file"})};
  return made;
}

Trial Podman::copy_out() const {
  Trial made = copy_in();
  made.set_up.push_back(made.timed.front());
  made.timed = {command({"cp", "bench:/tmp/file", scene_.dir() + "/out"})};
  return made;
}

// Without its timer, which is systemd's: the check alone.
Trial Podman::health_check() const {
  Trial made = in_container();
  Argv& start = made.set_up.front();
  start.insert(std::find(start.begin(), start.end(), "--network"),
               {"--health-cmd", "CMD /bin/true", "--health-interval", "disable"});
  const std::string enter =
      "for h in /sys/fs/cgroup/cpuacct /sys/fs/cgroup/cpu,cpuacct /sys/fs/cgroup; do "
      "mkdir -p $h$0/podman && echo $$ > $h$0/podman/cgroup.procs && break; done; exec \"$@\"";
  Argv check = command({"healthcheck", "run", "bench"});
  check.insert(check.begin(), {"sh", "-c", enter, scene_.cgroup_parent()});
  made.timed = {check};
  return made;
}

Trial Podman::remove() const {
  Trial made{"podman", Place::without_unified};
  made.before = {start_command()};
  made.timed = {command({"rm", "--force", "--time", "0", "bench"})};
  return made;
}

Trial bare_clone() {
  Trial trial{"floor"};
  trial.timed = {{integration::tests_dir() + "/bench_floor", integration::programs_dir() + "/pause"}};
  return trial;
}

}  // namespace bench

// A container on its way to its payload, step by step. furnish() writes it down and makes what it will run in; launch()
// has it cloned and sends it its plan, so that it works towards its barrier by itself while the network is being made;
// await_ready() sees it there, with the payload's rights and no others; record_process() writes it down; and when all
// of the pod's are so far, release() lets it become its payload, which may see what its siblings do.
//
// A step that fails ends nothing: the process stays where it is until `Prepared` is dropped, whose handshake it then
// finds closed, and until the pod's cgroup is killed. What it has on disk is taken away with the pod (take_down.h). No
// step can be taken twice.
#pragma once

#include "runtime/plan/pod.h"
#include "runtime/sandbox/host.h"
#include "runtime/sandbox/mount_rows.h"
#include "runtime/sandbox/rootfs.h"
#include "runtime/sandbox/shim.h"
#include "runtime/sandbox/terminal_size.h"

namespace podrun {

// What all containers of a pod need, made once.
struct ContainerMakings {
  const Host& host;
  const Box& box;
  const PodPlan& pod;
  const PodLife& life;  // when a container is launched that waits_for_addresses(), it has them
  const Cgroup& cgroup;
  PodUsers users;
  const VolumeLayers& volume_layers;  // held; those that are not in it are as the pod's plan has them
};

struct Furnished {
  ContainerRecord record;
  MountRows rows;
  std::vector<Fd> stdio;  // the container's
  ShimStreams streams;
  CgroupEntry cgroup;
  Fd pids;  // a pidfd: whose pid namespace it is to have; empty: as its plan says
};

struct Prepared {
  ContainerRecord record;
  NewProcess launched;
};

// What is on record of one before anything of it is made.
ContainerRecord new_record(const NewContainer& container);
Result<Furnished> furnish(const NewContainer& container, const ContainerMakings& makings);
// Pause has exec'd: the container gets a copy of its mounts.
Result<Prepared> launch(Furnished container, const ContainerMakings& makings, ShimClient& shim);
// Its terminal, where it has one, is with the shim then. Kind::invalid when the container's memory limit is too low to
// start with.
Result<void> await_ready(Prepared& container, const Cgroup& cgroup, ShimClient& shim, TerminalSize size = {});
// Before release(): nothing runs that nobody knows of.
Result<void> record_process(Prepared& container, const Box& box);
Result<void> release(Prepared& container, const Cgroup& cgroup);

}  // namespace podrun

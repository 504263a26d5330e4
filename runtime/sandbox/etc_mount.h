// /etc/hosts, /etc/hostname and /etc/resolv.conf as mounts: files of a small tmpfs of the pod's own. Containers may
// write to them, as in Kubernetes and under Docker, and fill nothing of the host's; it is at no path, and goes with the
// last container that has it.
#pragma once

#include <string>
#include <vector>

#include "runtime/kernel/mounts.h"
#include "runtime/plan/etc_files.h"

namespace podrun {

class EtcMount {
 public:
  // Attached in the workbench for as long as that stands: before Linux 6.15 only what is attached can be cloned in
  // part.
  static Result<EtcMount> make(const mounts::PrivateNamespace& at, std::uint32_t owner);

  // One of the files as a detached mount, for one container.
  Result<Fd> clone(const std::string& name, bool read_only) const;

  // The content, written when it is known, into the inodes that are mounted in containers by then.
  Result<void> write(const EtcFiles& etc, const std::vector<std::string>& ips, const DnsSpec& dns) const;

 private:
  explicit EtcMount(Fd mount) : mount_(std::move(mount)) {}
  Fd mount_;
};

}  // namespace podrun

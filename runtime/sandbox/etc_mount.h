// /etc/hosts, /etc/hostname and /etc/resolv.conf as mounts: files of a small tmpfs of the pod's own. Containers may
// write to them, as in Kubernetes and under Docker, and fill nothing of the host's. Pause has it as its /etc, where every
// container finds it, also one that is started later; it is at no path of the host's.
#pragma once

#include <string>
#include <vector>

#include "runtime/kernel/mounts.h"
#include "runtime/plan/etc_files.h"

namespace podrun {

class EtcMount {
 public:
  static Result<EtcMount> make(std::uint32_t owner);

  // The mount, for pause.
  Result<Fd> mount() const;

  // The content, written when it is known, into the files that containers have by then.
  Result<void> write(const EtcFiles& etc, const std::vector<std::string>& ips, const DnsSpec& dns) const;

 private:
  explicit EtcMount(Fd mount) : mount_(std::move(mount)) {}
  Fd mount_;
};

}  // namespace podrun

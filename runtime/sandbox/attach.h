// A client at a container's standard streams: its output from now on, and a way into its stdin.
#pragma once

#include <string>

#include "runtime/kernel/channel.h"
#include "runtime/sandbox/host.h"

namespace podrun {

struct Attachment {
  Fd connection;  // reads its end when the container's streams have ended; closing it detaches
  Fd in;          // non-blocking: the writing end of its stdin, or its terminal's master; empty: it has none, or had one
                  // client already (stdinOnce)
  Fd out, err;    // non-blocking reading ends; with a terminal everything comes by `out`
  bool terminal = false;
};

// An attachment that waits for its container, which is not there yet: so nothing that it says is lost.
class PendingAttachment {
 public:
  static Result<PendingAttachment> make(const Layout& layout, const PodPlan& pod, const std::string& key,
                                        bool with_stdin);
  // Once the container is there.
  Result<Attachment> finish() &&;

 private:
  Channel connection_;
  Attachment attachment_;
};

// Kind::not_found when the container is not running.
Result<Attachment> attach(const Host& host, const PodRecord& pod, const ContainerPlan& container, bool with_stdin);

}  // namespace podrun

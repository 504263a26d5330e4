// From what was typed to an attachment: cnitool's conventions, so that either tool deletes what the other has added.
#pragma once

#include <string>
#include <string_view>

#include "cni/attachment.h"
#include "runtime/cli/command.h"
#include "runtime/kernel/types.h"

namespace podrun::cli {

struct AttachmentFlags {
  std::string netns;  // a path; without a slash, the name of one in the directory where they are pinned
  std::string ifname = "eth0";
  std::string container_id;     // empty: made of the path
  std::string args;             // K=V;K=V
  std::string capability_args;  // a JSON object
};

// All but the namespace, which is a word. `flags` must outlive the command.
void add_attachment_options(Command& command, AttachmentFlags& flags);

// Kind::invalid names the flag.
Result<cni::Attachment> attachment_of(const AttachmentFlags& flags, const std::string& netns_dir);

// A relative path starts at `working_dir`; "." and ".." are resolved in the text, links are not followed.
std::string netns_path(std::string_view typed, const std::string& netns_dir, const std::string& working_dir);

// "cnitool-" and the first ten bytes of the SHA-512 of the path, in hexadecimal.
std::string default_container_id(const std::string& netns_path);

}  // namespace podrun::cli

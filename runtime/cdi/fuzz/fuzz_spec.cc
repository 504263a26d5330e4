// Any text as a file of devices: it is refused in one line that names the file, or read, and then what is given for its
// devices is of the forms that plans have.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "runtime/cdi/names.h"
#include "runtime/cdi/spec.h"

namespace {

void demand(bool is_so) {
  if (!is_so) std::abort();
}

void look_at(const podrun::cdi::Edits& edits) {
  demand(edits.not_here.find('\n') == std::string::npos);
  for (const auto& variable : edits.env) demand(!variable.first.empty());
  for (const podrun::cdi::Node& node : edits.nodes)
    demand(!edits.not_here.empty() || (node.path.starts_with("/dev/") && node.path.find("/../") == std::string::npos));
  for (const podrun::MountPlan& mount : edits.mounts) demand(mount.target.starts_with('/'));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto spec = podrun::cdi::read_spec({reinterpret_cast<const char*>(data), size}, "fuzz");
  if (!spec) {
    demand(spec.error().what.starts_with("fuzz") && spec.error().what.find('\n') == std::string::npos);
    return 0;
  }
  demand(podrun::cdi::is_kind(spec->kind) && !spec->devices.empty());
  look_at(spec->edits);
  for (const podrun::cdi::Device& device : spec->devices) {
    demand(spec->find(device.name) == &device);
    look_at(device.edits);
  }
  return 0;
}

#include "runtime/cli/record_option.h"

#include "base/files.h"
#include "cni/delegates.h"
#include "runtime/cli/console.h"
#include "runtime/image/digest.h"

namespace podrun::cli {

void add_record(Command& command, Context& context) {
  command.option("--record", context.flags.record_dir, "DIR",
                 "Keep each run of a CNI plugin there, as a file that `podrun cni replay` runs again");
}

std::string delegate_helper() {
  auto helper = cni::kit::find_helper("");
  if (helper) return *std::move(helper);
  warn("what plugins start is not seen: " + helper.error().what);
  return "";
}

std::string program_digest(const std::string& path) {
  constexpr std::size_t kLargest = 1U << 30U;
  const auto bytes = base::read_file(path, kLargest);
  if (!bytes) return "";
  image::Hasher hasher(image::Digest::Algorithm::sha256);
  hasher.update(bytes->data(), bytes->size());
  return hasher.finish().text();
}

}  // namespace podrun::cli

#include "kit/helper/leases.h"

#include <fcntl.h>

#include <algorithm>

#include "cni/base/files.h"
#include "cni/base/try.h"
#include "kit/helper/places.h"

namespace cni::kit {
namespace {

constexpr unsigned kMost = 16'000;

std::string owner(const std::string& network, const std::string& id, const std::string& ifname) {
  return network + " " + id + " " + ifname;
}

std::string owner(const PluginCall& call) {
  return owner(call.network, call.attachment.container_id, call.attachment.ifname);
}

std::string path_of(const std::string& plugin, unsigned number) {
  return leases_of(plugin) + "/" + std::to_string(number);
}

// "" where there is none, or one that is just being made.
std::string owner_of(const std::string& plugin, unsigned number) {
  return base::read_file(path_of(plugin, number)).value_or("");
}

Result<std::vector<unsigned>> all(const std::string& plugin) {
  TRY(base::make_dirs(leases_of(plugin)));
  std::vector<unsigned> numbers;
  for (const std::string& name : TRY(base::list_dir(leases_of(plugin))))
    numbers.push_back(static_cast<unsigned>(std::stoul(name)));
  return numbers;
}

}  // namespace

Result<std::optional<unsigned>> find_lease(const std::string& plugin, const PluginCall& call) {
  for (const unsigned number : TRY(all(plugin)))
    if (owner_of(plugin, number) == owner(call)) return std::optional(number);
  return std::optional<unsigned>();
}

Result<unsigned> lease(const std::string& plugin, const PluginCall& call) {
  if (const auto has = TRY(find_lease(plugin, call))) return *has;
  for (unsigned number = 1; number <= kMost; ++number) {
    auto file = base::open_file(path_of(plugin, number), O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (!file && file.error().kind == Kind::exists) continue;
    if (!file) return std::move(file).error();
    TRY(base::write_all(file->get(), owner(call), "lease"));
    return number;
  }
  return plugin_error(code::kTryAgainLater, "no address is free");
}

Result<void> release(const std::string& plugin, const PluginCall& call) {
  for (const unsigned number : TRY(all(plugin)))
    if (owner_of(plugin, number) == owner(call)) TRY(base::remove_file(path_of(plugin, number)));
  return {};
}

Result<void> release_stale(const std::string& plugin, const PluginCall& call) {
  for (const unsigned number : TRY(all(plugin))) {
    const std::string whose = owner_of(plugin, number);
    const bool valid = std::any_of(call.valid.begin(), call.valid.end(), [&](const ValidAttachment& one) {
      return whose == owner(call.network, one.container_id, one.ifname);
    });
    if (!valid && whose.starts_with(call.network + " ")) TRY(base::remove_file(path_of(plugin, number)));
  }
  return {};
}

}  // namespace cni::kit

#include "runtime/sandbox/claims.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/files.h"

namespace podrun {
namespace {

constexpr std::string_view kGone = ".gone-";  // no namespace's name

// Of the directory of all: who makes one and who removes one do not meet in the middle.
Result<Fd> lock(const Layout& layout) {
  TRY(base::make_dirs(layout.claims(), 0700));
  Fd directory = TRY(base::open_file(layout.claims(), O_RDONLY | O_DIRECTORY));
  while (::flock(directory.get(), LOCK_EX) != 0)
    if (errno != EINTR) return Error::system(errno, "lock '" + layout.claims() + "'");
  return directory;
}

Error no_such(const std::string& name_space, const std::string& name) {
  return {Kind::not_found, ENOENT, "volume \"" + name + "\" not found in namespace \"" + name_space + "\""};
}

std::int64_t creation_time(const std::string& path) {
  struct statx info {};
  if (::statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, STATX_BTIME, &info) != 0 ||
      (info.stx_mask & STATX_BTIME) == 0)
    return 0;
  return info.stx_btime.tv_sec * std::int64_t{1'000'000'000} + info.stx_btime.tv_nsec;
}

bool has(const PodRecord& pod, const std::string& path) {
  return std::any_of(pod.plan.volumes.begin(), pod.plan.volumes.end(), [&](const VolumePlan& volume) {
    const auto* claim = std::get_if<ClaimDirectory>(&volume.source);
    return claim != nullptr && claim->path == path;
  });
}

Result<Claim> describe(const Host& host, const std::string& name_space, const std::string& name,
                       const std::vector<PodRecord>& pods) {
  Claim claim{.name_space = name_space, .name = name, .path = host.layout().claim(name_space, name), .pods = {}};
  claim.created_at = creation_time(claim.path);
  for (const PodRecord& pod : pods)
    if (has(pod, claim.path)) claim.pods.push_back(pod.plan.who.name);
  return claim;
}

std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> names = base::list_dir(directory).value_or({});
  std::erase_if(names, [](const std::string& name) { return name.starts_with('.') || name.ends_with('~'); });
  return names;
}

}  // namespace

Result<std::vector<Claim>> list_claims(const Host& host) {
  const std::vector<PodRecord> pods = TRY(host.store.list());
  std::vector<Claim> claims;
  for (const std::string& name_space : names_in(host.layout().claims()))
    for (const std::string& name : names_in(host.layout().claims_in(name_space)))
      claims.push_back(TRY(describe(host, name_space, name, pods)));
  return claims;
}

Result<Claim> find_claim(const Host& host, const std::string& name_space, const std::string& name) {
  for (Claim& claim : TRY(list_claims(host)))  // names are compared, never a path made of what was typed
    if (claim.name_space == name_space && claim.name == name) return std::move(claim);
  return no_such(name_space, name);
}

Result<void> make_claim(const Layout& layout, const std::string& name_space, const std::string& name) {
  const Fd held = TRY(lock(layout));
  const std::string path = layout.claim(name_space, name);
  if (base::path_exists(path)) return {};
  TRY(base::make_dirs(layout.claims_in(name_space), 0700));
  const std::string unfinished = path + "~";  // no claim's name
  if ((::mkdir(unfinished.c_str(), 0777) != 0 && errno != EEXIST) || ::chmod(unfinished.c_str(), 0777) != 0 ||
      ::rename(unfinished.c_str(), path.c_str()) != 0)
    return Error::system(errno, "make '" + path + "'");
  return {};
}

Result<void> remove_claim(const Host& host, const std::string& name_space, const std::string& name) {
  Fd held = TRY(lock(host.layout()));
  std::vector<std::string> broken;
  TRY(host.store.list(&broken));
  if (!broken.empty())
    return Error{Kind::corrupt, 0,
                 "the record of pod '" + broken.front() +
                     "' cannot be read, so that nobody knows which volumes it has (`podrun recover`)"};
  const Claim claim = TRY(find_claim(host, name_space, name));
  if (!claim.pods.empty())
    return Error{Kind::busy, 0,
                 "volume '" + name + "': pod '" + claim.pods.front() + "' has it (`podrun delete " +
                     claim.pods.front() + "` first)"};
  // Out of the way at once; on a full disk, whose directory has no room for another name, where it is.
  std::string gone = host.layout().claims() + "/" + std::string(kGone) + base::random_hex(8);
  if (::rename(claim.path.c_str(), gone.c_str()) != 0) {
    TRY(base::remove_tree(claim.path));
    gone.clear();
  }
  (void)::rmdir(host.layout().claims_in(name_space).c_str());  // the last one's
  held.reset();
  return gone.empty() ? Result<void>() : base::remove_tree(gone);
}

Result<bool> sweep_claims(const Layout& layout) {
  bool found = false;
  for (const std::string& name : base::list_dir(layout.claims()).value_or({})) {
    if (!name.starts_with(kGone)) continue;
    found = true;
    TRY(base::remove_tree(layout.claims() + "/" + name));
  }
  return found;
}

}  // namespace podrun

// Names and user id ranges, each reserved by a symbolic link whose text is the pod's id. Ranges are shared with nodes.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <vector>

#include "base/files.h"
#include "runtime/store/links.h"
#include "runtime/store/names.h"
#include "runtime/store/own_node.h"
#include "runtime/store/private_dir.h"
#include "runtime/store/store.h"

namespace podrun {
namespace {

// 0x70000000 to 0x7FFFFFFF (https://systemd.io/UIDS-GIDS: unused), 65,536 ids to a slot.
constexpr std::uint32_t kFirstId = 1'879'048'192;
constexpr std::uint32_t kIdsPerPod = 65'536;
constexpr std::uint32_t kSlots = 4'096;

// Reading who holds a link and then removing it must not meet another doing the same: the directory's own lock, held
// for a few system calls and never while waiting for anything else. Nobody but root can open it: flock(2) asks for no
// right to write.
Result<Fd> lock_directory(const std::string& path) {
  Fd dir = TRY(base::open_file(path, O_RDONLY | O_DIRECTORY));
  while (::flock(dir.get(), LOCK_EX) != 0)
    if (errno != EINTR) return Error::system(errno, "lock '" + path + "'");
  return dir;
}

// Before the id of a pod that is in a node: its name.
std::string in_node(const std::string& node) { return node.empty() ? "" : node + "/"; }

// Who holds the link, our own included; empty when it is free now, a void reservation having been removed. Of one that
// belongs to another node than ours (`node`) nobody here can say that it is void.
Result<std::string> holder_of(const Layout& layout, const std::string& link, const std::string& node = "") {
  auto holder = read_link(link);
  if (!holder && holder.error().kind == Kind::not_found) return std::string();
  if (!holder) return holder;
  const std::size_t begin = holder->rfind('/') + 1;
  if (begin != 0 && holder->substr(0, begin) != in_node(node)) return holder;
  if (begin == 0 && !node.empty()) return holder;
  const std::string id = holder->substr(begin);
  if (is_pod_id(id) && base::path_exists(layout.box(id))) return holder;
  TRY(base::remove_file(link));
  return std::string();
}

std::uint32_t first_slot(const std::string& id) {
  std::uint32_t number = 0;
  std::from_chars(id.data(), id.data() + 8, number, 16);
  return number % kSlots;
}

std::string slot_path(const Layout& layout, std::uint32_t slot) { return layout.ids() + "/" + std::to_string(slot); }

Error no_id(const std::string& id) { return {Kind::invalid, 0, "reserve for pod '" + id + "': that is no pod id"}; }

// True when `id` held the link.
Result<bool> remove_if_held_by(const std::string& id, const std::string& link) {
  const auto holder = read_link(link);
  if (!holder || *holder != id) return false;
  TRY(base::remove_file(link));
  return true;
}

}  // namespace

Result<void> Store::reserve_name(const std::string& name_space, const std::string& name, const std::string& id) const {
  if (!is_pod_id(id)) return no_id(id);
  if (!is_safe_name(name) || !is_safe_name(name_space))
    return Error{Kind::invalid, 0, "reserve the name '" + name + "' in namespace '" + name_space + "': a bad name"};
  TRY(make_private_dir(layout_.names()));
  const Fd guard = TRY(lock_directory(layout_.names()));
  const std::string link = layout_.name(name_space, name);
  const std::string holder = TRY(holder_of(layout_, link));
  if (holder == id) return {};
  if (!holder.empty())
    return Error{Kind::exists, EEXIST,
                 "pod \"" + name + "\" already exists in namespace \"" + name_space + "\" (id " + holder + ")"};
  auto made = make_link(id, link);
  if (made || made.error().kind != Kind::not_found) return made;
  TRY(base::make_dirs(layout_.names_in(name_space), 0700));  // the first of its namespace
  return make_link(id, link);
}

Result<void> Store::release_name(const std::string& name_space, const std::string& name, const std::string& id) const {
  if (!is_safe_name(name) || !is_safe_name(name_space)) return {};
  if (!base::path_exists(layout_.names())) return {};  // the first create failed before it made any
  const Fd guard = TRY(lock_directory(layout_.names()));
  TRY(remove_if_held_by(id, layout_.name(name_space, name)));
  const std::string dir = layout_.names_in(name_space);
  if (::rmdir(dir.c_str()) != 0 && errno != ENOENT && errno != ENOTEMPTY)
    return Error::system(errno, "remove directory '" + dir + "'");
  return {};
}

std::optional<std::pair<std::string, std::string>> Store::name_of(const std::string& id) const {
  for (const std::string& name_space : base::list_dir(layout_.names()).value_or({}))
    for (const std::string& name : base::list_dir(layout_.names_in(name_space)).value_or({}))
      if (read_link(layout_.name(name_space, name)).value_or("") == id) return std::pair{name_space, name};
  return std::nullopt;
}

Result<void> Store::reserve_container(const std::string& id, const std::string& pod, const std::string& key) const {
  if (!is_pod_id(id) || !is_pod_id(pod)) return no_id(id);
  TRY(make_private_dir(layout_.container_ids()));
  return make_link(pod + "/" + key, layout_.container_id(id));
}

Result<std::pair<std::string, std::string>> Store::find_container(const std::string& id) const {
  const Error unknown{Kind::not_found, ENOENT, "container '" + id + "' not found"};
  if (!is_pod_id(id)) return unknown;
  const auto place = read_link(layout_.container_id(id));
  if (!place) return place.error().kind == Kind::not_found ? unknown : place.error();
  const auto slash = place->find('/');
  if (slash == std::string::npos) return Error{Kind::corrupt, 0, "'" + layout_.container_id(id) + "': no container"};
  return std::pair{place->substr(0, slash), place->substr(slash + 1)};
}

Result<void> Store::release_container(const std::string& id) const {
  return is_pod_id(id) ? base::remove_file(layout_.container_id(id)) : Result<void>();
}

Result<std::uint32_t> Store::reserve_ids(const std::string& id) const {
  if (!is_pod_id(id)) return no_id(id);
  TRY(make_private_dir(layout_.ids()));
  const std::string node = TRY(own_node(layout_)).name;
  const std::string ours = in_node(node) + id;
  const Fd guard = TRY(lock_directory(layout_.ids()));
  for (std::uint32_t step = 0; step < kSlots; ++step) {
    const std::uint32_t slot = (first_slot(id) + step) % kSlots;
    const std::string link = slot_path(layout_, slot);
    const std::string holder = TRY(holder_of(layout_, link, node));
    if (!holder.empty() && holder != ours) continue;
    if (holder.empty()) TRY(make_link(ours, link));
    return kFirstId + slot * kIdsPerPod;
  }
  return Error{Kind::busy, EAGAIN, "all " + std::to_string(kSlots) + " ranges of user ids are taken; delete a pod"};
}

Result<void> Store::release_ids(const std::string& id) const {
  if (!is_pod_id(id)) return {};
  if (!base::path_exists(layout_.ids())) return {};
  const std::string ours = in_node(TRY(own_node(layout_)).name) + id;
  const Fd guard = TRY(lock_directory(layout_.ids()));
  if (TRY(remove_if_held_by(ours, slot_path(layout_, first_slot(id))))) return {};  // nearly always
  for (const std::string& slot : TRY(base::list_dir(layout_.ids())))
    if (TRY(remove_if_held_by(ours, layout_.ids() + "/" + slot))) return {};
  return {};
}

Result<void> Store::release_ids_of_node(const std::string& node) const {
  if (node.empty() || !base::path_exists(layout_.ids())) return {};
  const Fd guard = TRY(lock_directory(layout_.ids()));
  for (const std::string& slot : TRY(base::list_dir(layout_.ids()))) {
    const std::string link = layout_.ids() + "/" + slot;
    if (read_link(link).value_or("").starts_with(in_node(node))) TRY(base::remove_file(link));
  }
  return {};
}

}  // namespace podrun

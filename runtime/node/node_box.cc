#include "runtime/node/node_box.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/interruption.h"
#include "runtime/manifest/manifest.h"
#include "runtime/manifest/suggest.h"
#include "runtime/store/private_dir.h"
#include "runtime/store/store.h"

namespace podrun {
namespace {

Error no_such(const Layout& layout, const std::string& name) {
  Error error{Kind::not_found, ENOENT, "node \"" + name + "\" not found"};
  const std::vector<std::string> names = names_of_nodes(layout);
  const std::vector<std::string_view> known(names.begin(), names.end());
  const std::string_view meant = manifest::closest(name, known);
  if (!meant.empty()) error.what += "; did you mean \"" + std::string(meant) + "\"?";
  return error;
}

// Of a directory whose path may have got another one by the time that we have the lock.
Result<Fd> lock_directory(const std::string& path, int limit_ms) {
  constexpr int kPause = 20;
  Fd dir = TRY(base::open_file(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  for (int waited = 0; ::flock(dir.get(), LOCK_EX | LOCK_NB) != 0; waited += kPause) {
    if (errno != EWOULDBLOCK && errno != EINTR) return Error::system(errno, "lock '" + path + "'");
    if (waited >= limit_ms) return Error{Kind::busy, EWOULDBLOCK, "another process is at work on it"};
    TRY(base::check_interruption().in("wait for another process"));
    base::sleep_unless_interrupted(kPause);
  }
  struct stat ours {};
  struct stat there {};
  if (::fstat(dir.get(), &ours) != 0 || ::lstat(path.c_str(), &there) != 0 || ours.st_ino != there.st_ino)
    return Error{Kind::not_found, ENOENT, "lock '" + path + "': it is gone"};
  return dir;
}

}  // namespace

std::string why_bad_node_name(const std::string& name) {
  std::string why = why_bad_subdomain(name);
  if (why.empty() && name.size() > HOST_NAME_MAX)
    why = "may have at most " + std::to_string(HOST_NAME_MAX) + " characters, as a hostname";
  return why;
}

Result<NodeBox> NodeBox::lock(const Layout& layout, const std::string& name, int limit_ms) {
  if (!why_bad_node_name(name).empty()) return no_such(layout, name);
  auto held = lock_directory(layout.node(name), limit_ms);
  if (!held && held.error().kind == Kind::not_found) return no_such(layout, name);
  return NodeBox(layout, name, TRY(std::move(held)));
}

Result<NodeBox> NodeBox::make(const Layout& layout, const std::string& name, int limit_ms) {
  TRY(make_private_dir(layout.nodes()));
  for (;;) {
    const std::string path = layout.node(name);
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
      return Error::system(errno, "make directory '" + path + "'");
    auto held = lock_directory(path, limit_ms);
    if (!held && held.error().kind == Kind::not_found) continue;  // a recover has come before the lock
    return NodeBox(layout, name, TRY(std::move(held)));
  }
}

Result<void> NodeBox::save(const NodeRecord& node) const {
  return base::write_file_durably(layout_.node_record(name_), to_json(node));
}

Result<NodeRecord> NodeBox::load() const {
  const std::string path = layout_.node_record(name_);
  return node_from_json(TRY(base::read_file(path))).in("read '" + path + "'");
}

Result<void> NodeBox::erase() const {
  TRY(base::remove_tree(layout_.node_state(name_)));
  return base::remove_tree(layout_.node(name_));
}

Result<Fd> lock_all_nodes(const Layout& layout) {
  constexpr int kLongPatience = 30'000;  // milliseconds, of what takes a few
  TRY(make_private_dir(layout.nodes()));
  return lock_directory(layout.nodes(), kLongPatience);
}

std::vector<std::string> names_of_nodes(const Layout& layout) { return base::list_dir(layout.nodes()).value_or({}); }

std::vector<NodeRecord> list_nodes(const Layout& layout, std::vector<std::string>* broken) {
  std::vector<NodeRecord> nodes;
  for (const std::string& name : names_of_nodes(layout)) {
    const auto text = base::read_file(layout.node_record(name));
    if (!text && text.error().kind == Kind::not_found) continue;  // not yet, or not any more
    auto node = text ? node_from_json(*text) : text.error();
    if (node)
      nodes.push_back(std::move(*node));
    else if (broken != nullptr)
      broken->push_back(name);
  }
  return nodes;
}

Result<NodeRecord> find_node(const Layout& layout, const std::string& name) {
  if (!why_bad_node_name(name).empty()) return no_such(layout, name);
  const auto text = base::read_file(layout.node_record(name));
  if (!text && text.error().kind == Kind::not_found) return no_such(layout, name);
  auto node = text ? node_from_json(*text) : Result<NodeRecord>(text.error());
  return std::move(node).in("read the record of node \"" + name + "\"");
}

bool lives(const NodeRecord& node) { return node.boot_id == boot_id() && is_alive(node.holder); }

}  // namespace podrun

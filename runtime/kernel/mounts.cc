#include "runtime/kernel/mounts.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

#include "base/files.h"

namespace podrun::mounts {
namespace {

// The kernel tells what it disliked about a filesystem's options through the fscontext: "e overlay: …".
std::string kernel_message(int context) {
  std::array<char, 512> line{};
  std::string message;
  for (ssize_t got = 0; (got = ::read(context, line.data(), line.size())) > 0;) {
    std::string_view text(line.data(), static_cast<std::size_t>(got));
    while (text.ends_with('\n')) text.remove_suffix(1);
    if (text.starts_with("e ")) message = " (" + std::string(text.substr(2)) + ")";
  }
  return message;
}

Error with_message(int error_number, int context, const std::string& what) {
  Error error = Error::system(error_number, what);
  error.what += kernel_message(context);
  return error;
}

Result<void> configure(int context, const std::string& type, const std::string& key, const std::string& value) {
  const int done = value.empty() ? ::fsconfig(context, FSCONFIG_SET_FLAG, key.c_str(), nullptr, 0)
                                 : ::fsconfig(context, FSCONFIG_SET_STRING, key.c_str(), value.c_str(), 0);
  if (done == 0) return {};
  return with_message(errno, context, "set " + type + " option '" + key + (value.empty() ? "" : "=" + value) + "'");
}

// `depth`: AT_RECURSIVE or 0.
Result<Fd> clone_alone(int dir, const std::string& path, unsigned depth, std::uint64_t attributes,
                       std::uint64_t propagation) {
  Fd mount(::open_tree(dir, path.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | depth));
  if (!mount) return Error::system(errno, "clone the mount of '" + path + "'");
  mount_attr changes{};
  changes.attr_set = attributes;
  changes.propagation = propagation;
  if (::mount_setattr(mount.get(), "", AT_EMPTY_PATH | depth, &changes, sizeof(changes)) != 0)
    return Error::system(errno, "set up the clone of the mount of '" + path + "'");
  return mount;
}

}  // namespace

Result<Fd> make(const std::string& type, const Options& options, std::uint64_t attributes) {
  return make(type, Descriptors(), options, attributes);
}

Result<Fd> make(const std::string& type, const Descriptors& descriptors, const Options& options,
                std::uint64_t attributes) {
  const Fd context(::fsopen(type.c_str(), FSOPEN_CLOEXEC));
  if (!context) return Error::system(errno, "open filesystem '" + type + "'");
  for (const auto& [key, fd] : descriptors)
    if (::fsconfig(context.get(), FSCONFIG_SET_FD, key.c_str(), nullptr, fd.get()) != 0)
      return Error{Kind::unsupported, errno, "set " + type + " option '" + key + "' by a descriptor"};
  for (const auto& [key, value] : options) TRY(configure(context.get(), type, key, value));
  if (::fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0) {
    const bool is_refused = errno == EINVAL && !descriptors.empty();
    Error error = with_message(errno, context.get(), "create filesystem '" + type + "'");
    if (is_refused) error.kind = Kind::unsupported;
    return error;
  }
  Fd mount(::fsmount(context.get(), FSMOUNT_CLOEXEC, static_cast<unsigned>(attributes)));
  if (!mount) return with_message(errno, context.get(), "mount filesystem '" + type + "'");
  return mount;
}

Result<Fd> clone(int dir, const std::string& path, std::uint64_t attributes) {
  return clone_alone(dir, path, 0, attributes, MS_PRIVATE);
}

Result<Fd> clone_tree(int dir, const std::string& path, std::uint64_t propagation) {
  return clone_alone(dir, path, AT_RECURSIVE, 0, propagation);
}

Result<void> set_attributes(int mount, std::uint64_t set, std::uint64_t clear, bool recursive) {
  mount_attr attributes{};
  attributes.attr_set = set;
  attributes.attr_clr = clear;
  const unsigned flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0U);
  if (::mount_setattr(mount, "", flags, &attributes, sizeof(attributes)) != 0)
    return Error::system(errno, "set mount attributes");
  return {};
}

Result<void> idmap(int mount, int user_ns, bool recursive) {
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_IDMAP;
  attributes.userns_fd = static_cast<unsigned>(user_ns);
  const unsigned flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0U);
  if (::mount_setattr(mount, "", flags, &attributes, sizeof(attributes)) == 0) return {};
  // EINVAL is how a filesystem without FS_ALLOW_IDMAP says no.
  if (errno == EINVAL) return Error{Kind::unsupported, EINVAL, "map ids of a mount: this filesystem cannot"};
  return Error::system(errno, "map ids of a mount");
}

Result<void> attach(int mount, int dir, const std::string& path) {
  if (::move_mount(mount, "", dir, path.c_str(), MOVE_MOUNT_F_EMPTY_PATH) != 0)
    return Error::system(errno, "mount at '" + path + "'");
  return {};
}

Result<void> stop_propagation() {
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0)
    return Error::system(errno, "stop mounts from propagating");
  return {};
}

Result<void> pivot_into(int root) {
  // Attached over "/", the new root is a mount in this namespace; pivot_root(".", ".") then stacks the old root on top
  // of it, where one lazy unmount drops it: no directory for it is needed in either (pivot_root(2), NOTES).
  TRY(attach(root, AT_FDCWD, "/"));
  if (::fchdir(root) != 0) return Error::system(errno, "enter the new root");
  if (::syscall(SYS_pivot_root, ".", ".") != 0) return Error::system(errno, "pivot into the new root");
  if (::umount2(".", MNT_DETACH) != 0) return Error::system(errno, "unmount the old root");
  if (::chdir("/") != 0) return Error::system(errno, "enter '/'");
  return {};
}

Result<Fd> read_only_program(const std::string& path) {
  return clone(AT_FDCWD, path, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV).in("find program");
}

Result<PrivateNamespace> PrivateNamespace::enter() {
  Fd cwd(::open(".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  Fd original = TRY(base::open_file("/proc/self/ns/mnt", O_RDONLY));
  if (::unshare(CLONE_NEWNS) != 0) return Error::system(errno, "unshare the mount namespace");
  PrivateNamespace entered(std::move(original), std::move(cwd));
  TRY(stop_propagation());
  entered.scratch_ = TRY(make("tmpfs", {{"mode", "0700"}}, 0));
  TRY(attach(entered.scratch_.get(), AT_FDCWD, "/"));
  if (::fchdir(entered.scratch_.get()) != 0) return Error::system(errno, "enter the scratch filesystem");
  return entered;
}

PrivateNamespace::~PrivateNamespace() {
  if (!original_) return;
  ::setns(original_.get(), CLONE_NEWNS);
  if (cwd_ && ::fchdir(cwd_.get()) != 0) return;  // gone meanwhile: "/" it is, where setns(2) put us
}

}  // namespace podrun::mounts

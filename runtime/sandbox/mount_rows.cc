#include "runtime/sandbox/mount_rows.h"

namespace podrun {

Result<MountRows> open_rows(const std::vector<MountPlan>& rows,
                            const std::function<Result<Fd>(const MountPlan&)>& open) {
  if (rows.empty()) return Error{Kind::internal, 0, "make a root filesystem: the plan has none"};
  MountRows opened;
  for (const MountPlan& row : rows) {
    init::Mount mount;
    mount.target = row.target;
    if (const auto* filesystem = std::get_if<Filesystem>(&row.source)) {
      mount.source = init::Mount::Source::filesystem;
      mount.what = filesystem->type;
      mount.options = filesystem->options;
      mount.attributes = filesystem->attributes;
    } else if (const auto* in_pause = std::get_if<PodMount>(&row.source)) {
      mount.source = init::Mount::Source::pod;
      mount.what = in_pause->path;
      mount.sub_path = row.sub_path;
      mount.attributes = row.attributes | (row.read_only ? MOUNT_ATTR_RDONLY : 0);
    } else if (const auto* own = std::get_if<OwnPart>(&row.source)) {
      mount.source = init::Mount::Source::own;
      mount.what = own->path;
    } else {
      mount.source = init::Mount::Source::sent;
      opened.sent.push_back(TRY(open(row)));
    }
    opened.root.mounts.push_back(std::move(mount));
  }
  opened.root.is_read_only = rows.front().read_only;
  return opened;
}

}  // namespace podrun

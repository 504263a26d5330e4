#include "runtime/sandbox/evict.h"

#include <sys/stat.h>

#include "base/files.h"
#include "runtime/sandbox/stands.h"
#include "runtime/sandbox/take_box.h"
#include "runtime/tend/disk.h"
#include "runtime/usage/disk_usage.h"

namespace podrun {
namespace {

std::vector<const ContainerPlan*> plans_of(const std::vector<LiveContainer>& containers) {
  std::vector<const ContainerPlan*> plans;
  plans.reserve(containers.size());
  for (const LiveContainer& one : containers) plans.push_back(&one.record.plan);
  return plans;
}

// Of all attempts that are kept, by the container's name: their files are "web.0.log" and "web.0.log.1".
Result<void> add_logs(const std::string& directory, std::map<std::string, std::uint64_t>& containers) {
  for (const std::string& file : TRY(base::list_dir(directory))) {
    const auto container = containers.find(file.substr(0, file.find('.')));
    struct stat info {};
    if (container != containers.end() && ::lstat((directory + "/" + file).c_str(), &info) == 0)
      container->second += disk_bytes(info);
  }
  return {};
}

Result<tend::DiskUsage> measure(const PodRecord& pod, const std::vector<LiveContainer>& containers) {
  tend::DiskUsage usage;
  for (const VolumePlan& volume : pod.plan.volumes)
    if (const auto* directory = std::get_if<PodDirectory>(&volume.source))
      usage.volumes[volume.name] = TRY(disk_usage(directory->path));
  for (const LiveContainer& one : containers)
    usage.containers[one.record.plan.name] = TRY(disk_usage(one.record.plan.writable + "/upper"));
  if (!containers.empty()) {
    const std::string& log = containers.front().record.plan.log_path;
    auto added = add_logs(log.substr(0, log.rfind('/')), usage.containers);
    if (!added && added.error().kind != Kind::not_found) return std::move(added).error();
  }
  return usage;
}

}  // namespace

bool is_measured(const PodRecord& pod, const std::vector<LiveContainer>& containers) {
  return tend::has_disk_limit(pod.plan, plans_of(containers)) && !is_over(pod, containers, wall_time());
}

Result<void> evict_where_over(const Host& host, const PodRecord& pod, const std::vector<LiveContainer>& containers) {
  const auto usage = TRY(measure(pod, containers).in("measure what the pod uses of the disk"));
  const std::string why = tend::why_evicted(pod.plan, plans_of(containers), usage);
  if (why.empty()) return {};
  auto box = take_box(host.store, pod.plan.who.id);
  if (!box && box.error().kind != Kind::not_found) return box.error();
  if (!box || !*box) return {};
  Pod now = TRY(host.store.load_whole(pod.plan.who.id));
  if (!stands(now.record) || now.record.life.is_terminating()) return {};
  if (is_over(now.record, look_at(host.layout(), now.record, now.containers), wall_time())) return {};
  now.record.life.evicted = why;
  return (*box)->save(now.record).in("record that the pod is evicted");
}

}  // namespace podrun

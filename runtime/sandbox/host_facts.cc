// Runtime::plan: what make_plan has to know of the machine, found out. Of all that create does this may only read, and
// unpack image layers, which are kept for whoever comes next.
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <array>
#include <climits>

#include "base/files.h"
#include "runtime/kernel/clock.h"
#include "runtime/sandbox/choose_networks.h"
#include "runtime/sandbox/host_ports.h"
#include "runtime/sandbox/plan.h"
#include "runtime/sandbox/runtime.h"

namespace podrun {
namespace {

constexpr std::size_t kLargestHosts = 1U << 20U;

// RFC 9562, version 4.
std::string make_uuid() {
  std::string hex = base::random_hex(16);
  hex[12] = '4';
  hex[16] = "89ab"[static_cast<unsigned char>(hex[16]) % 4];
  for (const std::size_t dash : {20U, 16U, 12U, 8U}) hex.insert(dash, "-");
  return hex;
}

std::uint64_t memory_bytes() {
  struct sysinfo info {};
  return ::sysinfo(&info) == 0 ? static_cast<std::uint64_t>(info.totalram) * info.mem_unit : 0;
}

Result<ImageFacts> image_facts(const ImageStore& images, const std::string& reference) {
  ImageFacts facts{TRY(images.resolve(reference)), "", ""};
  const std::vector<std::string> layers = facts.image.layers.readable();
  facts.passwd = TRY(read_from_layers(layers, "/etc/passwd"));
  facts.group = TRY(read_from_layers(layers, "/etc/group"));
  return facts;
}

}  // namespace

Result<PodPlan> Runtime::plan(const PodSpec& spec, const CreateOptions& options) {
  const Layout& layout = store_.layout();
  if (auto taken = store_.find(spec.name_space, spec.name))
    return Error{Kind::exists, 0,
                 "pod '" + spec.name + "' exists already in namespace '" + spec.name_space +
                     "' (delete it first: `podrun delete " + spec.name + "`)"};
  HostFacts facts;
  facts.id = base::random_hex(32);
  facts.uid = make_uuid();
  facts.boot_id = boot_id();
  facts.now = wall_time();
  facts.cgroup = TRY(CgroupHost::discover());
  facts.cgroup_parent = options_.cgroup_parent;
  facts.memory_bytes = memory_bytes();
  std::array<char, HOST_NAME_MAX + 1> hostname{};
  if (::gethostname(hostname.data(), HOST_NAME_MAX) == 0) facts.hostname = hostname.data();
  if (spec.host_network) {
    facts.hosts = read_host_file("/etc/hosts", kLargestHosts);
    if (!facts.hosts.problem.empty()) options_.warn(facts.hosts.problem + " (the pod's own has localhost alone)");
  }
  facts.resolv_conf = read_resolv_conf(spec.host_network);
  const ImageStore images(layout.images(), {layout.directories().state, layout.pods_data(), layout.ledger()});
  for (const auto& container : spec.containers)
    facts.images.push_back(TRY(image_facts(images, container.image).in("container '" + container.name + "'")));
  facts.networks = TRY(choose_networks(TRY(select_networks(spec, options.networks, options_.warn)),
                                       options_.cni_conf_dir, options_.warn));

  PodPlan plan = TRY(make_plan(spec, facts, layout));
  if (!plan.record.netns_path.empty() && base::path_exists(plan.record.netns_path))
    return Error{Kind::exists, EEXIST,
                 "name the network namespace: '" + plan.record.netns_path +
                     "' exists already and is not podrun's (remove it: `ip netns delete`)"};
  for (const NetworkPlan& network : plan.networks) TRY(check_network(network, options_.cni_bin_dirs, options_.warn));
  if (!plan.networks.empty()) TRY(check_ports_of_host(plan.host_ports));
  return plan;
}

}  // namespace podrun

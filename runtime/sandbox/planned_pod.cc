#include "runtime/sandbox/planned_pod.h"

#include <fcntl.h>

#include <algorithm>

#include "base/files.h"
#include "runtime/kernel/wire.h"
#include "runtime/plan/next_attempt.h"
#include "runtime/sandbox/attempts.h"
#include "runtime/sandbox/create_pod.h"
#include "runtime/sandbox/images.h"
#include "runtime/sandbox/networks_of.h"
#include "runtime/sandbox/remove_container.h"
#include "runtime/sandbox/settle.h"
#include "runtime/sandbox/shim.h"
#include "runtime/sandbox/start_attempt.h"
#include "runtime/sandbox/start_container.h"
#include "runtime/sandbox/take_box.h"

namespace podrun {
namespace {

constexpr std::chrono::seconds kLogPatience{10};

Result<ContainerRecord> find_key(std::vector<ContainerRecord> containers, const std::string& key) {
  const auto found = std::find_if(containers.begin(), containers.end(),
                                  [&](const ContainerRecord& one) { return one.plan.key() == key; });
  if (found == containers.end()) return Error{Kind::not_found, ENOENT, "container '" + key + "' not found"};
  return std::move(*found);
}

}  // namespace

Result<ContainerRecord> find_planned_container(const Store& store, const std::string& id, const std::string& key) {
  return find_key(TRY(store.load_containers(id)), key);
}

Result<PodRecord> create_planned_pod(Host& host, const PodPlan& plan) {
  TRY(settle_after_boot(host));
  const auto [name_space, name] = plan.who.reserved();
  TRY(settle_name(host, name_space, name));
  if (auto taken = host.store.find(name_space, name))
    return Error{Kind::exists, EEXIST, "pod '" + plan.who.name + "' exists already (id " + *taken + ")"};
  return std::move(TRY(build_pod(host, TRY(decide_again(host, plan)), {})).pod.record);
}

Result<void> start_planned_container(const Host& host, const std::string& id, const std::string& key) {
  const auto box = TRY(take_box(host.store, id));
  if (!box) return Error{Kind::not_found, ENOENT, "the pod is gone"};
  const PodRecord pod = TRY(box->load());
  TRY(check_that_it_stands(pod));
  const ContainerRecord record = TRY(find_key(TRY(box->load_containers()), key));
  if (is_used(host, id, record))
    return Error{Kind::exists, EEXIST, "container '" + record.plan.name + "' has been started already"};
  ShimClient shim(pod.life.shim, TRY(connect_shim(host.layout(), pod.plan)));
  const NewContainer container{.plan = with_allotment(record.plan, pod.plan),
                               .layers = {record.plan.layers, nullptr},
                               .created_at = record.life.created_at,
                               .back_off = 0};
  const NewAttempt attempt{host, *box, pod, container, shim};
  std::optional<Prepared> prepared;
  const auto started = start_attempt(attempt, {}, prepared);
  if (started) return {};
  give_up(attempt, std::move(prepared), started.error().what);
  return started.error();
}

Result<void> remove_planned_container(const Host& host, const std::string& id, const std::string& key) {
  const auto box = take_box(host.store, id);
  if (!box && box.error().kind == Kind::not_found) return {};
  if (!box) return box.error();
  if (!*box) return {};
  const PodRecord pod = TRY((*box)->load());
  auto record = find_key(TRY((*box)->load_containers()), key);
  if (!record && record.error().kind == Kind::not_found) return {};
  return remove_container(host, **box, pod, TRY(std::move(record)));
}

Result<void> reopen_log(const Host& host, const std::string& id, const std::string& key) {
  const PodRecord pod = TRY(host.store.load(id));
  const ContainerRecord record = TRY(find_planned_container(host.store, id, key));
  if (!status_of(host.layout(), pod, record).running)
    return Error{Kind::busy, 0, "container '" + record.plan.name + "' is not running"};
  const Channel shim = TRY(connect_shim(host.layout(), pod.plan));
  const Fd file = TRY(base::open_file(record.plan.log_path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW, 0640));
  TRY(shim.send(static_cast<std::uint32_t>(shim::MessageType::log), wire::write(shim::Keep{key}), {file.get()}));
  const Message answer = TRY(shim.receive(kLogPatience).in("hear from the shim"));
  if (answer.type == static_cast<std::uint32_t>(shim::MessageType::error)) return init::unpack_error(answer.body);
  return {};
}

}  // namespace podrun

#include "runtime/cri/pods.h"

#include <chrono>
#include <thread>

#include "base/files.h"
#include "runtime/cri/cli_pods.h"
#include "runtime/cri/encoding.h"
#include "runtime/cri/pod_plan.h"
#include "runtime/sandbox/machine_facts.h"
#include "runtime/store/record_json.h"

namespace podrun::cri {
namespace {

constexpr std::chrono::minutes kMakingPatience{4};  // as clients wait for it
constexpr std::chrono::milliseconds kMakingTick{50};

// Empty where there is none, or what there was is gone.
Result<std::optional<Sandbox>> await_made(const Backend& backend, const std::string& key) {
  const Store& store = backend.view.store();
  const auto deadline = std::chrono::steady_clock::now() + kMakingPatience;
  for (;;) {
    const auto id = store.find("cri", key);
    const auto record = id ? store.load(*id) : id.error();
    if (!record && record.error().kind == Kind::not_found) return std::optional<Sandbox>();
    if (!record) return record.error();
    const bool is_made = record->life.state != PodState::creating;
    if (is_made || store.lock_holder(*id).value_or(0) == 0) {
      if (!is_made) return std::optional<Sandbox>();  // its maker died: the next one takes it away first
      return std::optional(see(*record));
    }
    if (std::chrono::steady_clock::now() > deadline)
      return Error{Kind::timeout, ETIMEDOUT, "the sandbox is still being made by an earlier call"};
    std::this_thread::sleep_for(kMakingTick);
  }
}

Result<std::string> make(const Backend& backend, const api::RunPodSandboxRequest& request) {
  const bool host_network = request.config().linux().security_context().namespace_options().network() == api::NODE;
  PodSurroundings around{
      .id = base::random_hex(32), .machine = TRY(find_machine(host_network)), .network = backend.options.network};
  around.machine.cgroup_parent = backend.options.cgroup_parent;
  PodRecord record;
  record.plan = TRY(plan_pod(request, std::move(around), backend.layout()));
  TRY(backend.workers.run({"create-sandbox"}, to_json(record)));
  return record.plan.who.id;
}

Result<void> act_if_there(const Backend& backend, const std::string& act, const std::string& id) {
  const auto sandbox = backend.view.sandbox(id);
  if (!sandbox && sandbox.error().kind == Kind::not_found) return {};
  if (!sandbox) return sandbox.error();
  auto done = backend.workers.run({act, sandbox->id()});
  if (!done && done.error().kind != Kind::not_found) return std::move(done).error();
  return {};
}

}  // namespace

Result<std::string> run_sandbox(const Backend& backend, const api::RunPodSandboxRequest& request) {
  if (!request.runtime_handler().empty() && request.runtime_handler() != "podrun")
    return Error{Kind::invalid, 0, "there is no runtime handler '" + request.runtime_handler() + "' (it is 'podrun')"};
  const std::string key = key_of(request.config().metadata());
  if (const auto there = TRY(await_made(backend, key))) {
    if (there->is_ready) return there->id();
    return Error{Kind::exists, EEXIST, "the same attempt of the pod is there, and not ready (id " + there->id() + ")"};
  }
  auto made = make(backend, request);
  if (made || made.error().kind != Kind::exists) return made;
  const auto there = TRY(await_made(backend, key));  // by a call beside this one
  return there && there->is_ready ? Result<std::string>(there->id()) : std::move(made);
}

Result<void> stop_sandbox(const Backend& backend, const std::string& id) {
  return act_if_there(backend, "stop-sandbox", id);
}

Result<void> remove_sandbox(const Backend& backend, const std::string& id) {
  return act_if_there(backend, "remove-sandbox", id);
}

Result<void> keep_resources(const Backend& backend, const api::UpdatePodSandboxResourcesRequest& request) {
  const std::string id = TRY(backend.view.sandbox(request.pod_sandbox_id())).id();
  const Box box = TRY(backend.view.store().lock_unnamed(id, kLockPatience));
  KnownPod pod = know(TRY(box.load()));
  TRY(check_of_cri(pod.record));
  auto* linux_config = pod.request.mutable_config()->mutable_linux();
  if (request.has_overhead()) *linux_config->mutable_overhead() = request.overhead();
  if (request.has_resources()) *linux_config->mutable_resources() = request.resources();
  pod.record.plan.who.cri = to_base64(pod.request.SerializeAsString());
  return box.save(pod.record);
}

}  // namespace podrun::cri

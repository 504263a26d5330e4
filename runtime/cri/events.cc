#include "runtime/cri/events.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "runtime/cri/answers.h"
#include "runtime/cri/log.h"
#include "runtime/kernel/clock.h"
#include "runtime/store/boxes.h"

namespace podrun::cri {
namespace {

constexpr std::size_t kFarBehind = 10'000;
constexpr int kUntilLookedAgain = 1000;  // milliseconds, where something may happen untold

}  // namespace

std::optional<api::ContainerEventResponse> Events::Listener::next(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  more_.wait_for(lock, patience, [&] { return is_over_ || !waiting_.empty(); });
  if (waiting_.empty()) return std::nullopt;
  api::ContainerEventResponse event = std::move(waiting_.front());
  waiting_.pop_front();
  return event;
}

bool Events::Listener::is_over() const {
  const std::lock_guard guard(mutex_);
  return is_over_ && waiting_.empty();
}

Result<std::unique_ptr<Events>> Events::start(const Backend& backend) {
  Fd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake) return Error::system(errno, "make an eventfd");
  std::unique_ptr<Events> events(new Events(backend, std::move(wake)));
  events->changes_ = backend.view.memory().tell([own = events.get()] { own->wake(); });
  events->look_at_all(false);  // what there is already is no event
  events->thread_ = std::thread([own = events.get()] { own->run(); });
  return events;
}

Events::~Events() {
  backend_.view.memory().tell(nullptr);
  is_ending_ = true;
  wake();
  if (thread_.joinable()) thread_.join();
  end_all();
}

void Events::wake() {
  const std::uint64_t one = 1;
  (void)!::write(wake_.get(), &one, sizeof(one));
}

// Where that is not so the log says why, once.
bool Events::is_told_all() {
  const auto gap = backend_.view.memory().gap();
  if (!std::exchange(has_said_why_, gap.has_value()) && gap)
    log(backend_.options, LogLevel::warn,
        gap->what + "; meanwhile files are compared, and events come within a second: not of what is over by then");
  return !gap;
}

void Events::run() {
  for (;;) {
    const bool all = is_told_all();
    std::array<pollfd, 2> events{{{changes_, POLLIN, 0}, {wake_.get(), POLLIN, 0}}};
    ::poll(events.data(), events.size(), all ? -1 : kUntilLookedAgain);
    if (is_ending_) return;
    std::uint64_t count = 0;
    (void)!::read(wake_.get(), &count, sizeof(count));
    const Changes changes = backend_.view.memory().untold();
    if (changes.everything || !all) look_at_all(true);
    for (const std::string& pod : changes.pods) look_at(pod, true);
  }
}

void Events::look_at_all(bool tells) {
  std::vector<std::string> ids = boxes(backend_.layout()).value_or({});
  for (const auto& [id, known] : known_) ids.push_back(id);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  for (const std::string& id : ids) look_at(id, tells);
}

void Events::look_at(const std::string& pod, bool tells) {
  auto sandbox = backend_.view.sandbox(pod);
  if (!sandbox && sandbox.error().kind != Kind::not_found) return;  // about to be written
  const auto known = known_.find(pod);
  if (!sandbox) {
    if (known == known_.end()) return;
    if (tells) tell_gone(known->second);
    known_.erase(known);
    return;
  }
  const std::vector<SeenContainer> containers = backend_.view.containers_of(*sandbox);
  tell_difference(known_[pod], std::move(*sandbox), containers, tells);
}

void Events::tell_difference(Known& known, Sandbox sandbox, const std::vector<SeenContainer>& containers, bool tells) {
  const auto say = [&](const std::string& id, api::ContainerEventType type) {
    if (tells) tell(id, type, sandbox, containers);
  };
  const bool is_new = known.sandbox.known == nullptr;
  const bool was_ready = known.is_ready;
  if (sandbox.is_ready && !was_ready) {
    say(sandbox.id(), api::CONTAINER_CREATED_EVENT);
    say(sandbox.id(), api::CONTAINER_STARTED_EVENT);
  }
  std::map<std::string, api::ContainerState> now;
  for (const SeenContainer& one : containers) {
    const auto before = known.containers.find(one.id());
    const bool is_there = before != known.containers.end();
    const int then = is_there ? static_cast<int>(before->second) : -1;
    const bool has_begun = one.state != api::CONTAINER_CREATED;
    const bool has_ended = one.state == api::CONTAINER_EXITED || one.state == api::CONTAINER_UNKNOWN;
    if (!is_there) say(one.id(), api::CONTAINER_CREATED_EVENT);
    if (has_begun && then < static_cast<int>(api::CONTAINER_RUNNING)) say(one.id(), api::CONTAINER_STARTED_EVENT);
    if (has_ended && then < static_cast<int>(api::CONTAINER_EXITED)) say(one.id(), api::CONTAINER_STOPPED_EVENT);
    now[one.id()] = one.state;
  }
  for (const auto& [id, state] : known.containers)
    if (!now.contains(id)) say(id, api::CONTAINER_DELETED_EVENT);
  if (!sandbox.is_ready && was_ready && !is_new) say(sandbox.id(), api::CONTAINER_STOPPED_EVENT);
  known.containers = std::move(now);
  known.is_ready = sandbox.is_ready;
  known.sandbox = std::move(sandbox);
}

void Events::tell_gone(const Known& known) {
  for (const auto& [id, state] : known.containers) tell(id, api::CONTAINER_DELETED_EVENT, known.sandbox, {});
  Sandbox gone = known.sandbox;
  gone.is_ready = false;
  if (known.is_ready) tell(gone.id(), api::CONTAINER_STOPPED_EVENT, gone, {});
  tell(gone.id(), api::CONTAINER_DELETED_EVENT, gone, {});
}

void Events::tell(const std::string& id, api::ContainerEventType type, const Sandbox& sandbox,
                  const std::vector<SeenContainer>& containers) {
  api::ContainerEventResponse event;
  event.set_container_id(id);
  event.set_container_event_type(type);
  event.set_created_at(wall_time());
  *event.mutable_pod_sandbox_status() = status_of(sandbox);
  for (const SeenContainer& one : containers) *event.add_containers_statuses() = status_of(one);
  const std::lock_guard guard(mutex_);
  std::erase_if(listeners_, [](const auto& listener) { return listener.use_count() == 1; });  // its call has ended
  for (const auto& listener : listeners_) {
    const std::lock_guard own(listener->mutex_);
    if (listener->waiting_.size() < kFarBehind)
      listener->waiting_.push_back(event);
    else
      listener->is_over_ = true;
    listener->more_.notify_all();
  }
}

std::shared_ptr<Events::Listener> Events::listen() {
  auto listener = std::make_shared<Listener>();
  const std::lock_guard guard(mutex_);
  listeners_.push_back(listener);
  return listener;
}

void Events::end_all() {
  const std::lock_guard guard(mutex_);
  for (const auto& listener : listeners_) {
    const std::lock_guard own(listener->mutex_);
    listener->is_over_ = true;
    listener->more_.notify_all();
  }
}

}  // namespace podrun::cri

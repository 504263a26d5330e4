#include "kit/src/lab.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "cni/base/files.h"
#include "cni/base/joined.h"
#include "cni/base/rtnetlink.h"
#include "cni/base/try.h"
#include "cni/in_netns.h"
#include "kit/helper/places.h"
#include "kit/src/default_configs.h"
#include "kit/src/end_text.h"
#include "kit/src/host/netns.h"
#include "kit/src/watch/watch.h"

namespace cni::kit {
namespace {

constexpr const char* kMark = "kit-last";

// Of interfaces that are made in the calling thread's network namespace. A kernel booted without IPv6 has no such file.
void detect_duplicates_here(bool wanted) {
  static_cast<void>(base::write_in_place("/proc/sys/net/ipv6/conf/default/accept_dad", wanted ? "1" : "0"));
}

// A result in the form that plugins are given it: of the version, as it was printed.
bool takes_previous(const std::string& command, const Version& version) {
  if (command == "ADD") return true;
  return version.has_check() && (command == "DEL" || command == "CHECK");
}

Answer answer_to(const Call& call) {
  ProcessRunner runner;
  RunRequest request;
  request.path = call.path;
  request.environment.assign(call.environment.begin(), call.environment.end());
  request.input = call.input;
  request.timeout = call.limit;
  auto outcome = runner.exec(request);
  Answer answer;
  if (outcome)
    answer.outcome = std::move(*outcome);
  else
    answer.outcome.errors = outcome.error().what;
  answer.document = Json::parse(answer.outcome.output, nullptr, false);
  return answer;
}

Verdict wait_until_gone(RouteSocket& socket, const std::string& link) {
  for (int patience = 0; patience < 5000; ++patience) {
    const auto links = socket.links();
    if (!links) return skipped(links.error().what);
    if (std::none_of(links->begin(), links->end(), [&](const Link& one) { return one.name == link; })) return passed();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return skipped("the kernel did not end the network namespace within 5 s");
}

}  // namespace

bool Answer::is_error() const {
  return !succeeded() && code() >= 0 && document.contains("msg") && document["msg"].is_string();
}

int Answer::code() const {
  if (!document.is_object() || !document.contains("code") || !document["code"].is_number_unsigned()) return -1;
  return document["code"].get<int>();
}

std::string Answer::printed() const {
  constexpr std::size_t kEnough = 800;
  const std::string whole =
      document.is_discarded() ? outcome.output : document.dump(-1, ' ', false, Json::error_handler_t::replace);
  return whole.size() > kEnough ? whole.substr(0, kEnough) + "..." : whole;
}

std::string Answer::text() const {
  std::string text = end_text(outcome);
  if (code() >= 0) text += ", code " + std::to_string(code());
  if (document.is_object() && document.contains("msg")) return text + ": " + document["msg"].dump();
  if (outcome.output.empty()) return text + ", nothing on stdout";
  return text + ", stdout: " + printed();
}

Lab::Lab(const Subject& subject, std::size_t target, Version version, const OwnHost& host, bool watched)
    : subject_(subject),
      target_(target),
      version_(version),
      host_(host),
      watched_(watched),
      begin_(std::chrono::steady_clock::now()),
      ipam_(kIpamPlugin),
      first_(kFirstPlugin) {
  detect_duplicates_here(false);
  static_cast<void>(put_up_stubs(subject.helper));  // who needs one says that it is not there
  if (watched_) static_cast<void>(put_up_watch(subject.helper, subject.plugin_dirs));
  make_links(0);
  put_up_files();
}
Lab::~Lab() = default;

// What fails here shows in the ADD that needs it.
void Lab::put_up_files() const {
  for (const auto& [path, content] : subject_.files) {
    static_cast<void>(base::make_dirs(path.substr(0, path.rfind('/'))));
    static_cast<void>(base::write_file_durably(path, content, 0644));
  }
}

void Lab::detect_duplicates() {
  detects_duplicates_ = true;
  detect_duplicates_here(true);
}

Pod& Lab::pod() {
  auto pod = std::make_unique<Pod>();
  pod->number = static_cast<unsigned>(pods_.size() + 1);
  const std::string number = std::to_string(pod->number);
  pod->name = "pod-" + number;
  pod->id = "kit-container-" + number;
  pod->netns = "/run/netns/" + pod->name;
  pod->runtime_config = for_pod(subject_.capability_args, pod->number);
  pod->args = for_pod(subject_.args, pod->number).get<std::string>();
  make_links(pod->number);
  static_cast<void>(make_netns(pod->netns, target().role != Role::loopback));
  static_cast<void>(in_netns(pod->netns, [this]() -> Result<void> {
    detect_duplicates_here(detects_duplicates_);
    return {};
  }));
  pods_.push_back(std::move(pod));
  return *pods_.back();
}

World Lab::world() const {
  WorldScope scope{
      {{"", kHostNetns}},
      {"/run", "/var/lib/cni", "/etc/cni"},
      {script_of(kFirstPlugin), log_of(kFirstPlugin), script_of(kIpamPlugin), log_of(kIpamPlugin), kWatchLog, kWrapped},
      &host_.layers};
  for (const auto& pod : pods_) scope.namespaces.emplace_back(pod->name, pod->netns);
  return look_at_world(scope);
}

// Of the host, with number 0, or of a pod.
void Lab::make_links(unsigned number) const {
  auto socket = RouteSocket::open(kHostNetns);
  const auto netns = base::open_file(kHostNetns, O_RDONLY);
  if (!socket || !netns) return;
  for (const NeededLink& link : subject_.links) {
    const bool is_of_pods = link.name.find("{pod}") != std::string::npos;
    if (!is_of_pods && number != 0) continue;
    const std::string name = for_pod(link.name, number).get<std::string>();
    // What fails here shows in the ADD that needs it.
    static_cast<void>(socket->make_veth(name, far_end(name), netns->get()));
    for (const Link& made : socket->links().value_or({}))
      if (made.name == name || made.name == far_end(name)) static_cast<void>(socket->bring_up(made.index));
  }
}

Json Lab::config(std::size_t plugin, const std::string& command, const Pod& pod, const Json& previous) const {
  Json config = for_version(for_pod(subject_.plugins.at(plugin).config, pod.number), version_.to_text());
  config["cniVersion"] = version_.to_text();
  config["name"] = subject_.name;
  if (const auto declared = config.find("capabilities"); declared != config.end() && declared->is_object()) {
    Json taken = Json::object();
    for (const auto& [capability, is_on] : declared->items())
      if (is_on == true && pod.runtime_config.contains(capability)) taken[capability] = pod.runtime_config[capability];
    if (!taken.empty()) config["runtimeConfig"] = taken;
  }
  config.erase("capabilities");
  if (takes_previous(command, version_) && !previous.is_null()) config["prevResult"] = previous;
  return config;
}

Call Lab::call_of(std::size_t plugin, const std::string& command, const Pod& pod, const Json& previous) const {
  const PluginUnderTest& called = subject_.plugins.at(plugin);
  Call call;
  call.path = watched_ ? kWatchedPlugins + "/" + called.path.substr(called.path.rfind('/') + 1) : called.path;
  call.environment = {{"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
                      {"CNI_COMMAND", command},
                      {"CNI_PATH", (watched_ ? kWatchedPlugins + ":" : "") + base::joined(subject_.plugin_dirs, ":")}};
  if (command == "ADD" || command == "DEL" || command == "CHECK") {
    call.environment["CNI_CONTAINERID"] = pod.id;
    call.environment["CNI_NETNS"] = pod.netns;
    call.environment["CNI_IFNAME"] = pod.ifname;
    if (!pod.args.empty()) call.environment["CNI_ARGS"] = pod.args;
  }
  call.input = config(plugin, command, pod, previous).dump();
  return call;
}

Call Lab::call(const std::string& command, const Pod& pod) const {
  return call_of(target_, command, pod, command == "ADD" ? pod.before : pod.result);
}

Answer Lab::run(const Call& call) {
  const auto begin = std::chrono::steady_clock::now();
  Answer answer = answer_to(call);
  see(call, answer, begin);
  return answer;
}

std::vector<Answer> Lab::run_together(const std::vector<Call>& calls) {
  const auto begin = std::chrono::steady_clock::now();
  std::vector<Answer> answers(calls.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < calls.size(); ++i)
    threads.emplace_back([&answer = answers[i], &call = calls[i]] { answer = answer_to(call); });
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < calls.size(); ++i) see(calls[i], answers[i], begin);
  return answers;
}

void Lab::see(const Call& call, const Answer& answer, std::chrono::steady_clock::time_point begin) {
  SeenRun seen;
  seen.plugin = call.path.substr(call.path.rfind('/') + 1);
  if (const auto command = call.environment.find("CNI_COMMAND"); command != call.environment.end())
    seen.command = command->second;
  for (const auto& [key, value] : call.environment) seen.environment.push_back(key + "=" + value);
  seen.input = call.input;
  seen.output = answer.outcome.output;
  seen.errors = answer.outcome.errors;
  seen.end = end_text(answer.outcome);
  seen.begin = std::chrono::duration_cast<std::chrono::microseconds>(begin - begin_);
  seen.duration = answer.outcome.duration;
  const std::lock_guard lock(seeing_);
  runs_.push_back(std::move(seen));
}

std::vector<SeenRun> Lab::runs() const {
  std::vector<SeenRun> all = runs_;
  for (WatchedRun& watched : watched_runs()) {
    if (!watched.run.delegated) continue;
    watched.run.begin = std::chrono::duration_cast<std::chrono::microseconds>(watched.begin - begin_);
    all.push_back(std::move(watched.run));
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& one, const auto& other) { return one.begin < other.begin; });
  return all;
}

Answer Lab::run_plugin(std::size_t plugin, const std::string& command, const Pod& pod, const Json& previous) {
  return run(call_of(plugin, command, pod, previous));
}

Verdict Lab::prepare(Pod& pod) {
  for (std::size_t i = 0; i < target_; ++i) {
    const Answer answer = run_plugin(i, "ADD", pod, pod.result);
    if (!answer.succeeded())
      return skipped("'" + subject_.plugins[i].type() + "', which comes before it, failed: " + answer.text());
    pod.before = pod.result = answer.document;
  }
  return passed();
}

Verdict Lab::has_what_it_needs() const {
  return subject_.lacks.empty() ? passed() : skipped("it needs " + subject_.lacks);
}

Verdict Lab::needs_daemon() const {
  const Json ipam = target().config.value("ipam", Json::object());
  if (target().type() == "dhcp" || ipam.value("type", "") == "dhcp") return passed();
  return not_applicable("no daemon is known that it needs");
}

Verdict Lab::has_ipam() const { return target().delegates() ? passed() : not_applicable("it has no IPAM plugin"); }

Verdict Lab::takes_no_links() const {
  const auto& links = subject_.links;
  if (std::any_of(links.begin(), links.end(),
                  [](const auto& one) { return one.name.find("{pod}") != std::string::npos; }))
    return not_applicable("each of its pods takes an interface of the host");
  return passed();
}

Verdict Lab::attach(Pod& pod) {
  KIT_REQUIRE(has_what_it_needs());
  KIT_REQUIRE(prepare(pod));
  return attach_prepared(pod);
}

Verdict Lab::attach_prepared(Pod& pod) {
  const Answer answer = run(call("ADD", pod));
  if (!answer.succeeded()) return skipped("its ADD failed: " + answer.text());
  if (!answer.document.is_object()) return skipped("its ADD answers no result (A1): " + answer.text());
  pod.result = answer.document;
  return passed();
}

void Lab::take_down_before(const Pod& pod) {
  for (std::size_t i = target_; i-- > 0;) run_plugin(i, "DEL", pod, pod.result);
}

Verdict Lab::remove_netns(const Pod& pod) {
  KIT_REQUIRE(mark_netns(pod));
  if (::umount2(pod.netns.c_str(), MNT_DETACH) != 0 || ::unlink(pod.netns.c_str()) != 0)
    return skipped(Error::system(errno, "remove '" + pod.netns + "'").what);
  return wait_for_marked_netns();
}

// The kernel takes a namespace's interfaces away a moment later, all at once: one more is made, to see when.
Verdict Lab::mark_netns(const Pod& pod) {
  const auto made = [&]() -> Result<void> {
    const Fd netns = TRY(base::open_file(pod.netns, O_RDONLY));
    return TRY(RouteSocket::open(kHostNetns)).make_veth(kMark, kMark, netns.get());
  }();
  return made ? passed() : skipped(made.error().what);
}

Verdict Lab::wait_for_marked_netns() {
  auto host = RouteSocket::open(kHostNetns);
  return host ? wait_until_gone(*host, kMark) : skipped(host.error().what);
}

Answer Lab::add(Pod& pod) {
  Answer answer;
  pod.before = pod.result = nullptr;
  for (std::size_t i = 0; i <= target_; ++i) {
    if (i == target_) pod.before = pod.result;
    answer = run_plugin(i, "ADD", pod, pod.result);
    if (!answer.succeeded()) return answer;
    pod.result = answer.document;
  }
  return answer;
}

Answer Lab::del(Pod& pod) {
  std::optional<Answer> failure, last;
  for (std::size_t i = target_ + 1; i-- > 0;) {
    last = run_plugin(i, "DEL", pod, pod.result);
    if (!last->succeeded() && !failure) failure = last;
  }
  return failure ? *failure : *last;
}

Answer Lab::check(Pod& pod) {
  Answer answer;
  for (std::size_t i = 0; i <= target_; ++i) {
    answer = run_plugin(i, "CHECK", pod, pod.result);
    if (!answer.succeeded()) break;
  }
  return answer;
}

Answer Lab::status() {
  Answer answer;
  for (std::size_t i = 0; i <= target_; ++i) {
    answer = run_plugin(i, "STATUS", Pod{}, nullptr);
    if (!answer.succeeded()) break;
  }
  return answer;
}

Answer Lab::gc(const std::vector<const Pod*>& valid) {
  Json attachments = Json::array();
  for (const Pod* pod : valid) attachments.push_back({{"containerID", pod->id}, {"ifname", pod->ifname}});
  std::optional<Answer> failure, last;
  for (std::size_t i = 0; i <= target_; ++i) {
    Call call = call_of(i, "GC", Pod{}, nullptr);
    Json config = Json::parse(call.input);
    config["cni.dev/valid-attachments"] = attachments;
    call.input = config.dump();
    last = run(call);
    if (!last->succeeded() && !failure) failure = last;
  }
  return failure ? *failure : *last;
}

}  // namespace cni::kit

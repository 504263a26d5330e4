#include "runtime/cri/server.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/server_posix.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <memory>

#include "base/files.h"
#include "runtime/cri/image_service.h"
#include "runtime/cri/listener.h"
#include "runtime/cri/log.h"
#include "runtime/cri/runtime_service.h"
#include "runtime/cri/telemetry.h"
#include "runtime/kernel/open_files.h"
#include "runtime/kernel/program.h"
#include "runtime/plan/apparmor.h"

namespace podrun::cri {
namespace {

constexpr int kMessageLimit = 16 << 20;  // as clients take it
constexpr std::chrono::seconds kDrainPatience{30};

// Blocked in every thread from here on, and readable instead.
Result<Fd> take_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT}) ::sigaddset(&signals, signal);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  Fd fd(::signalfd(-1, &signals, SFD_CLOEXEC));
  return fd ? Result<Fd>(std::move(fd)) : Error::system(errno, "make a signalfd");
}

std::string program_of(const Options& options) {
  if (!options.podrun.empty()) return options.podrun;
  if (const auto self = own_path()) {
    const auto beside = std::filesystem::path(*self).parent_path() / "podrun";
    if (std::filesystem::exists(beside)) return beside;
  }
  return "podrun";
}

// "" where it cannot be told.
std::string program_at(const Fd& connection) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  if (::getsockopt(connection.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return {};
  return base::read_file("/proc/" + std::to_string(peer.pid) + "/comm", 64).value_or("");
}

// Programs that have a kubelet in them, by the beginning of their names.
bool may_be_kubelet(const std::string& program) {
  constexpr std::string_view kBegins[] = {"kubelet", "kubelite", "k3s", "k0s", "rke2"};
  return program.empty() ||
         std::ranges::any_of(kBegins, [&](std::string_view one) { return program.starts_with(one); });
}

bool is_welcome(const Fd& connection, const Options& options) {
  if (options.pods != Pods::unsaid || !may_be_kubelet(program_at(connection))) return true;
  log(options, LogLevel::error,
      "what may be a kubelet was turned away: it ends pods it does not know, those of podrun's command line too. Start "
      "podrun-cri with '--pods own' to hide them from it, or with '--pods all'");
  return false;
}

// A machine that has AppArmor is thought to use it.
void warn_of_no_profile(const Options& options) {
  const apparmor::State machine = apparmor::look();
  const auto own = choose_profile({AppArmorSpec::Type::runtime_default, ""}, machine);
  if (machine.is_enabled && own && !own->warning.empty())
    log(options, LogLevel::warn, "RuntimeDefault: " + own->warning);
}

}  // namespace

Result<void> serve(const Options& given) {
  Options options = given;
  for (std::string* path : {&options.directories.state, &options.directories.data, &options.directories.netns,
                            &options.cni_conf_dir, &options.socket})
    *path = std::filesystem::absolute(*path).lexically_normal();
  const Fd signals = TRY(take_signals());
  const Fd lock = TRY(take_server_lock(options.directories.state));
  const rlimit open_files = raise_open_files();  // for clients, and to follow processes (memory.h)
  const Backend backend{options, View(Store(Layout(options.directories)), options.pods != Pods::own),
                        Workers(program_of(options), flags_for_podrun(options), open_files)};
  const auto streaming = TRY(Streaming::start(backend));
  const auto events = TRY(Events::start(backend));
  Samples samples(backend);
  std::unique_ptr<Telemetry> telemetry;
  if (!options.metrics_address.empty()) telemetry = TRY(Telemetry::start(backend));
  RuntimeService runtime(backend, *streaming, *events, samples);
  ImageService images(backend);

  grpc::ServerBuilder builder;
  builder.RegisterService(&runtime);
  builder.RegisterService(&images);
  builder.SetMaxReceiveMessageSize(kMessageLimit);
  builder.SetMaxSendMessageSize(kMessageLimit);
  if (telemetry) {
    std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> watchers;
    watchers.push_back(telemetry->watcher());
    builder.experimental().SetInterceptorCreators(std::move(watchers));
    log(options, LogLevel::info, "metrics at http://" + telemetry->address() + "/metrics");
  }
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (!server) return Error{Kind::internal, 0, "start the gRPC server"};
  {
    const Listener listener = TRY(Listener::open(options.socket));
    warn_of_no_profile(options);
    log(options, LogLevel::info, "serving at " + options.socket);
    listener.accept_until(signals.get(), [&](Fd connection) {
      if (is_welcome(connection, options)) grpc::AddInsecureChannelFromFd(server.get(), connection.release());
    });
  }
  log(options, LogLevel::info, "ending: calls that are under way are let end");
  events->end_all();
  server->Shutdown(std::chrono::system_clock::now() + kDrainPatience);
  return {};
}

}  // namespace podrun::cri

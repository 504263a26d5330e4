// Clients that take no answer, go in the middle of one, say nothing, or speak something else.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <thread>

#include "integration/cri/storm/caller.h"

namespace cri_storm {
namespace {

// Events that nobody takes; then the client is gone.
void listen_and_go(Caller& caller) {
  grpc::ClientContext context;
  const auto events = caller.stub().GetContainerEvents(&context, api::GetEventsRequest());
  std::this_thread::sleep_for(10 * caller.moment());
  if (caller.any(2) == 0) context.TryCancel();
}

// The first messages of a list, and no more.
void read_a_little_and_go(Caller& caller) {
  grpc::ClientContext context;
  const auto list = caller.stub().StreamContainers(&context, api::StreamContainersRequest());
  api::StreamContainersResponse one;
  (void)list->Read(&one);
  context.TryCancel();
}

void go_before_the_answer(Caller& caller) {
  api::ListPodSandboxMetricsResponse answer;
  (void)caller.call(&Runtime::ListPodSandboxMetrics, api::ListPodSandboxMetricsRequest(), answer, caller.moment() / 10);
}

void be_silent_or_speak_nonsense(Caller& caller) {
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  caller.storm().socket.copy(std::begin(address.sun_path), sizeof address.sun_path - 1);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    std::array<char, 512> bytes{};
    for (char& byte : bytes) byte = static_cast<char>(caller.any(256));
    if (caller.any(2) == 0) (void)::send(socket, bytes.data(), 1 + caller.any(sizeof bytes), MSG_NOSIGNAL);
    std::this_thread::sleep_for(10 * caller.moment());
  }
  ::close(socket);
}

}  // namespace

void be_rude(Caller& caller) {
  constexpr std::array<void (*)(Caller&), 4> kWays{listen_and_go, read_a_little_and_go, go_before_the_answer,
                                                   be_silent_or_speak_nonsense};
  while (!caller.storm().is_over()) kWays[caller.any(kWays.size())](caller);
}

}  // namespace cri_storm

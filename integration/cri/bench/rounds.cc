#include "integration/cri/bench/rounds.h"

#include <unistd.h>

#include <chrono>
#include <functional>
#include <thread>

#include "integration/cri/bench/floor.h"
#include "integration/cri/bench/memory.h"
#include "integration/cri/bench/plugin_times.h"

namespace cri_bench {
namespace {

using bench::Milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kConnections = 50;
constexpr std::size_t kMakers = 4;  // of a crowd
constexpr int kLists = 50;
constexpr std::chrono::seconds kRest{3};  // shims give pages back after one

struct Call {
  const char* name;
  std::function<void(Client&, Pod&)> act;
  const char* plugins;  // the command that its plugins are run with; may be null
};

const Call kLife[] = {
    {"RunPodSandbox", [](Client& client, Pod& pod) { client.run(pod); }, "ADD"},
    {"CreateContainer", [](Client& client, Pod& pod) { client.create(pod); }, nullptr},
    {"StartContainer", [](Client& client, Pod& pod) { client.start(pod); }, nullptr},
    {"ExecSync", [](Client& client, Pod& pod) { client.exec(pod); }, nullptr},
    {"StopPodSandbox", [](Client& client, Pod& pod) { client.stop(pod); }, "DEL"},
    {"RemovePodSandbox", [](Client& client, Pod& pod) { client.remove(pod); }, nullptr},
};

Milliseconds time(const std::function<void()>& act) {
  const auto begin = Clock::now();
  act();
  return Clock::now() - begin;
}

// Each client on a pod of its own, all at once; how long each took.
std::vector<Milliseconds> at_once(Clients& clients, std::vector<Pod>& pods, const Call& call) {
  std::vector<Milliseconds> took(clients.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < clients.size(); ++i)
    threads.emplace_back([&, i] { took[i] = time([&] { call.act(*clients[i], pods[i]); }); });
  for (std::thread& thread : threads) thread.join();
  return took;
}

std::string row_of(const std::string& call, std::size_t clients, const std::string& chain) {
  return call + ", " + std::to_string(clients) + " at once, " + chain;
}

std::string own_row(const std::string& row) { return row + ", less the plugins'"; }

void one_round(Contender& contender, Clients& clients, const std::string& name, const Options& options) {
  std::vector<Pod> pods;
  for (std::size_t i = 0; i < clients.size(); ++i)
    pods.push_back(new_pod(name + "-" + std::to_string(i), options.image, options.logs));
  for (const Call& call : kLife) {
    const std::vector<Milliseconds> took = at_once(clients, pods, call);
    const std::string row = row_of(call.name, clients.size(), options.chain);
    for (std::size_t i = 0; i < took.size(); ++i) {
      contender.samples[row].add(took[i]);
      if (call.plugins == nullptr) continue;
      contender.samples[own_row(row)].add(took[i] - plugin_time(options.plugin_times, pods[i].id, call.plugins));
    }
  }
}

void make_crowd(Clients& clients, std::vector<Pod>& pods, std::size_t containers) {
  std::vector<std::thread> threads;
  for (std::size_t first = 0; first < kMakers; ++first)
    threads.emplace_back([&, first] {
      for (std::size_t i = first; i < pods.size(); i += kMakers) {
        clients[first]->run(pods[i]);
        for (std::uint32_t attempt = 0; attempt < containers; ++attempt) {
          clients[first]->create(pods[i], attempt);
          clients[first]->start(pods[i]);
        }
      }
    });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

Clients connect(const std::string& socket, std::size_t count) {
  Clients clients;
  for (std::size_t i = 0; i < count; ++i) {
    clients.push_back(std::make_unique<Client>(socket));
    (void)clients.back()->version();
  }
  return clients;
}

std::vector<std::string> measure_lives(std::vector<Contender>& contenders, std::size_t clients,
                                       const Options& options) {
  std::vector<Clients> connected;
  for (const Contender& contender : contenders) connected.push_back(connect(contender.socket, clients));
  for (int round = 0; round < options.rounds; ++round)
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      // Who goes after whom changes: what one leaves behind for the kernel to clean up would be the next one's time.
      const std::size_t turn = (i + static_cast<std::size_t>(round)) % contenders.size();
      one_round(contenders[turn], connected[turn], "r" + std::to_string(clients) + "-" + std::to_string(round),
                options);
    }
  std::vector<std::string> rows;
  for (const Call& call : kLife) {
    rows.push_back(row_of(call.name, clients, options.chain));
    if (call.plugins != nullptr) rows.push_back(own_row(rows.back()));
  }
  return rows;
}

std::vector<std::string> measure_crowds(std::vector<Contender>& contenders, const Options& options) {
  const std::string many = std::to_string(options.pods) + " pods";
  const std::string lists = std::to_string(options.pods * options.containers) + " containers";
  const std::vector<std::string> rows{"server, at rest",
                                      "server, " + many,
                                      "server, " + many + ", " + std::to_string(kConnections) + " connections",
                                      "shim and pause, a pod of " + many,
                                      "ListContainers, " + lists,
                                      "ListContainers, " + lists + ", gRPC alone",
                                      "ListPodSandbox, " + many,
                                      "ListPodSandbox, " + many + ", gRPC alone"};
  for (Contender& contender : contenders) {
    contender.kilobytes[rows[0]] = pss(contender.process);
    Clients makers = connect(contender.socket, kMakers);
    std::vector<Pod> pods;
    for (std::size_t i = 0; i < options.pods; ++i)
      pods.push_back(new_pod("crowd-" + std::to_string(i), options.image, options.logs));
    make_crowd(makers, pods, options.containers);
    std::this_thread::sleep_for(kRest);
    contender.kilobytes[rows[1]] = pss(contender.process);
    contender.kilobytes[rows[3]] = pss_of_pods() / static_cast<double>(options.pods);
    const Answers answers{.containers = makers[0]->list_containers(), .pods = makers[0]->list_pods()};
    if (const int found = answers.containers.containers_size();
        found != static_cast<int>(options.pods * options.containers))
      std::fprintf(stderr, "cri_bench: %d containers\n", found);
    const Floor floor(answers);
    Client to_floor(floor.socket());
    (void)to_floor.list_containers();  // connects
    for (int i = 0; i < kLists; ++i) {
      contender.samples[rows[4]].add(time([&] { (void)makers[0]->list_containers(); }));
      contender.samples[rows[5]].add(time([&] { (void)to_floor.list_containers(); }));
      contender.samples[rows[6]].add(time([&] { (void)makers[0]->list_pods(); }));
      contender.samples[rows[7]].add(time([&] { (void)to_floor.list_pods(); }));
    }
    {
      const Clients connected = connect(contender.socket, kConnections);
      std::this_thread::sleep_for(kRest);
      contender.kilobytes[rows[2]] = pss(contender.process);
    }
    for (const Pod& pod : pods) {
      makers[0]->stop(pod);
      makers[0]->remove(pod);
    }
  }
  return rows;
}

}  // namespace cri_bench

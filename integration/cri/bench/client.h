// A client of one server of the CRI, on a connection of its own. A call that fails ends the benchmark, with what the
// server said: a figure that leaves out failures would be worse than none.
#pragma once

#include <memory>
#include <string>

#include "cri.grpc.pb.h"

namespace cri_bench {

namespace api = runtime::v1;

// A pod of one container that waits to be ended, under the default filter, as a kubelet asks for it.
struct Pod {
  api::PodSandboxConfig config;
  std::string image;
  std::string id;
  std::string container;
};

Pod new_pod(const std::string& name, const std::string& image, const std::string& logs);

struct Answers {
  api::ListContainersResponse containers;
  api::ListPodSandboxResponse pods;
};

class Client {
 public:
  explicit Client(const std::string& socket);

  std::string version();
  void pull(const std::string& image);
  void run(Pod& pod);
  void create(Pod& pod, std::uint32_t attempt = 0);
  void start(const Pod& pod);
  void exec(const Pod& pod);  // true
  void stop(const Pod& pod);
  void remove(const Pod& pod);
  api::ListContainersResponse list_containers();
  api::ListPodSandboxResponse list_pods();

 private:
  std::unique_ptr<api::RuntimeService::Stub> runtime_;
  std::unique_ptr<api::ImageService::Stub> images_;
};

}  // namespace cri_bench

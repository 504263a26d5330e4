#include "integration/cri/bench/floor.h"

#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace cri_bench {
namespace {

using Bytes = grpc::ByteBuffer;
using Base = api::RuntimeService::WithRawCallbackMethod_ListContainers<
    api::RuntimeService::WithRawCallbackMethod_ListPodSandbox<api::RuntimeService::Service>>;

Bytes bytes_of(const google::protobuf::MessageLite& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return {&slice, 1};
}

}  // namespace

class Floor::Service final : public Base {
 public:
  explicit Service(const Answers& answers) : containers_(bytes_of(answers.containers)), pods_(bytes_of(answers.pods)) {}

  grpc::ServerUnaryReactor* ListContainers(grpc::CallbackServerContext* context, const Bytes*, Bytes* answer) override {
    return give(*context, containers_, *answer);
  }
  grpc::ServerUnaryReactor* ListPodSandbox(grpc::CallbackServerContext* context, const Bytes*, Bytes* answer) override {
    return give(*context, pods_, *answer);
  }

 private:
  static grpc::ServerUnaryReactor* give(grpc::CallbackServerContext& context, const Bytes& bytes, Bytes& answer) {
    answer = bytes;
    auto* const reactor = context.DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  Bytes containers_, pods_;
};

Floor::Floor(const Answers& answers)
    : socket_("/tmp/cri-bench-floor-" + std::to_string(::getpid()) + ".sock"),
      service_(std::make_unique<Service>(answers)) {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("unix://" + socket_, grpc::InsecureServerCredentials());
  builder.RegisterService(service_.get());
  server_ = builder.BuildAndStart();
  if (server_) return;
  std::fprintf(stderr, "cri_bench: no server at %s\n", socket_.c_str());
  std::_Exit(1);
}

Floor::~Floor() { ::unlink(socket_.c_str()); }

}  // namespace cri_bench

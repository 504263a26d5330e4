#include "integration/cri/storm/caller.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <atomic>
#include <cstdio>

namespace cri_storm {
namespace {

std::atomic<int> complaints_made{0};
std::atomic<int> calls_answered{0};

}  // namespace

void complain(const std::string& what) {
  std::printf("FAILED %s\n", what.c_str());
  ++complaints_made;
}

int complaints() { return complaints_made; }
void count_call() { ++calls_answered; }
int calls() { return calls_answered; }

Caller::Caller(const Storm& storm, unsigned number)
    : storm_(storm), name_("client-" + std::to_string(number)), random_(number) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // else all channels share one connection
  runtime_ = api::RuntimeService::NewStub(
      grpc::CreateCustomChannel("unix://" + storm.socket, grpc::InsecureChannelCredentials(), arguments));
}

}  // namespace cri_storm

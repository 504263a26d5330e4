// What the unit tests share: what was written, and a runner that plays the plugins.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "cni-invoker/base/tests/temp_dir.h"
#include "cni/invoker.h"
#include "covers.h"

namespace cni::testing {

using base::TempDir;

std::string read(const std::string& path);

struct Call {
  std::string plugin;  // the binary's name
  std::map<std::string, std::string> environment;
  std::string input;
  std::vector<std::string> cgroup_files;
  // "ADD bridge"
  std::string name() const { return environment.at("CNI_COMMAND") + " " + plugin; }
};

// Finds every plugin under /fake but the missing ones, remembers each call and answers as told.
class FakeRunner final : public Runner {
 public:
  Result<std::string> find(std::string_view type, const std::vector<std::string>& dirs) override;
  Result<RunOutcome> exec(const RunRequest& request) override;

  // By default ADD answers with an address and everything else with nothing.
  void answer(const std::string& call, const std::string& output, int exit_code = 0, const std::string& errors = {});

  std::vector<std::string> names() const;
  const Call& call(const std::string& name) const;  // the last of that name

  std::set<std::string> missing;
  std::set<std::string> broken;  // those cannot be executed
  std::vector<Call> calls;
  std::function<void(const Call&)> on_call;

 private:
  std::map<std::string, RunOutcome> answers_;
};

inline constexpr const char* kResult =
    R"({"cniVersion":"1.0.0","interfaces":[{"name":"eth0","sandbox":"/run/netns/x"}],)"
    R"("ips":[{"address":"10.1.0.5/16","gateway":"10.1.0.1","interface":0}]})";

// An invoker over a FakeRunner, with ledger and cache in a directory of its own.
class InvokerTest : public ::testing::Test {
 protected:
  InvokerTest();
  Invoker invoker() { return {runner, options}; }
  static NetworkList network(const std::string& json);
  static Attachment attachment(const std::string& container_id = "pod1");

  TempDir dir;
  FakeRunner runner;
  InvokerOptions options;
  std::vector<std::string> warnings;
  NetworkList chain =
      network(R"({"cniVersion":"1.0.0","name":"net","plugins":[{"type":"one"},{"type":"two"},{"type":"three"}]})");
};

}  // namespace cni::testing

#include "support.h"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

namespace cni::testing {

std::string read(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

Result<std::string> FakeRunner::find(std::string_view type, const std::vector<std::string>& dirs) {
  if (missing.contains(std::string(type))) return Error{Kind::not_found, 0, "find plugin '" + std::string(type) + "'"};
  return dirs.front() + "/" + std::string(type);
}

Result<RunOutcome> FakeRunner::exec(const RunRequest& request) {
  Call call;
  call.plugin = request.path.substr(request.path.rfind('/') + 1);
  if (broken.contains(call.plugin))
    return Error{Kind::invalid, ENOEXEC, "run '" + request.path + "'", std::make_shared<NeverStarted>()};
  for (const auto& [key, value] : request.environment) {
    EXPECT_FALSE(call.environment.contains(key)) << key << " is in the environment twice";
    call.environment[key] = value;
  }
  call.input = request.input;
  call.cgroup_files = request.cgroup_files;
  calls.push_back(call);
  if (on_call) on_call(call);
  if (const auto scripted = answers_.find(call.name()); scripted != answers_.end()) return scripted->second;
  RunOutcome outcome;
  outcome.exit_code = 0;
  if (call.environment["CNI_COMMAND"] == "ADD") outcome.output = kResult;
  return outcome;
}

void FakeRunner::answer(const std::string& call, const std::string& output, int exit_code, const std::string& errors) {
  RunOutcome outcome;
  outcome.exit_code = exit_code;
  outcome.output = output;
  outcome.errors = errors;
  answers_[call] = outcome;
}

std::vector<std::string> FakeRunner::names() const {
  std::vector<std::string> all;
  all.reserve(calls.size());
  for (const Call& one : calls) all.push_back(one.name());
  return all;
}

const Call& FakeRunner::call(const std::string& name) const {
  for (auto one = calls.rbegin(); one != calls.rend(); ++one)
    if (one->name() == name) return *one;
  static const Call kNone;
  ADD_FAILURE() << "no call " << name;
  return kNone;
}

InvokerTest::InvokerTest() {
  options.plugin_dirs = {"/fake"};
  options.cache_dir = dir.path() + "/cache";
  options.ledger_dir = dir.path() + "/ledger";
  options.owner = "test";
  options.verify_netns = false;
  options.warn = [this](const std::string& warning) { warnings.push_back(warning); };
}

NetworkList InvokerTest::network(const std::string& json) {
  auto list = parse_network_list(json, "test");
  if (!list) {
    ADD_FAILURE() << list.error().what;
    return {};
  }
  return std::move(*list);
}

Attachment InvokerTest::attachment(const std::string& container_id) {
  Attachment attachment;
  attachment.container_id = container_id;
  attachment.netns = "/run/netns/x";
  return attachment;
}

}  // namespace cni::testing

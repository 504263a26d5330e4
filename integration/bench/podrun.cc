#include <nlohmann/json.hpp>

#include "integration/bench/contenders.h"
#include "integration/command.h"
#include "integration/needs.h"

namespace bench {
namespace {

using Json = nlohmann::json;

constexpr int kHostPort = 8080;

}  // namespace

Podrun::Podrun(const Scene& scene) : scene_(scene), program_(integration::programs_dir() + "/podrun") {}

Argv Podrun::command(const std::vector<std::string>& args) const {
  Argv command{program_,         "--data-dir",     scene_.data_dir(), "--cgroup-parent",   scene_.cgroup_parent(),
               "--cni-conf-dir", scene_.net_dir(), "--cni-bin-dir",   scene_.plugin_dirs()};
  command.insert(command.end(), args.begin(), args.end());
  return command;
}

Json Podrun::inspect(const std::string& pod) const {
  const integration::Output output = integration::run(command({"inspect", pod}));
  Json record = Json::parse(output.out, nullptr, false);
  if (output.status != 0 || record.is_discarded()) fail("inspect pod " + pod + ": " + output.err);
  return record;
}

Argv Podrun::create_command(const std::string& manifest, const std::string& network) const {
  return command({"create", "-f", manifest, "--network", network});
}

Argv Podrun::delete_command(const std::string& pod) const { return command({"delete", pod, "--grace-period", "0"}); }

Trial Podrun::create() const {
  Trial trial{"podrun"};
  trial.timed = {create_command(scene_.manifest("created", "true"))};
  trial.after = {delete_command("created")};
  return trial;
}

Trial Podrun::create_and_delete() const {
  Trial trial = create();
  trial.timed.push_back(trial.after.front());
  trial.after.clear();
  return trial;
}

Trial Podrun::create_with_network() const {
  Trial trial{"podrun"};
  trial.timed = {create_command(scene_.manifest("networked", "true", kHostPort), Scene::kBridgeNetwork)};
  trial.not_its_own = [this] { return plugins_time(); };
  trial.after = {delete_command("networked")};
  return trial;
}

Trial Podrun::in_pod(const std::string& contender, const std::string& pod) const {
  Trial trial{contender};
  trial.set_up = {create_command(scene_.manifest(pod, "sleep"))};
  trial.tear_down = {delete_command(pod)};
  return trial;
}

Trial Podrun::exec() const {
  Trial trial = in_pod("podrun", "entered");
  trial.timed = {command({"exec", "entered", "--", "/bin/true"})};
  return trial;
}

Trial Podrun::nsenter() const {
  Trial trial = in_pod("nsenter", "joined");
  trial.find_timed = [this] {
    const Json pid = inspect("joined")["containers"][0]["life"]["process"]["pid"];
    return std::vector<Argv>{{"nsenter", "-a", "-t", pid.dump(), "/bin/true"}};
  };
  return trial;
}

Trial Podrun::copy_in() const {
  Trial trial = in_pod("podrun", "copied");
  trial.timed = {command({"cp", scene_.file(), "copied:/tmp/file"})};
  return trial;
}

Trial Podrun::copy_out() const {
  Trial trial = copy_in();
  trial.set_up.push_back(trial.timed.front());
  trial.timed = {command({"cp", "copied:/tmp/file", scene_.dir() + "/out"})};
  return trial;
}

Trial Podrun::remove() const {
  Trial trial{"podrun"};
  trial.before = {create_command(scene_.manifest("deleted", "sleep"))};
  trial.timed = {delete_command("deleted")};
  return trial;
}

// As podrun itself took it: {"plugin bridge ADD": 31000, …}, microseconds.
Milliseconds Podrun::plugins_time() const {
  const Json record = inspect("networked");
  std::chrono::microseconds sum{0};
  for (const auto& [step, microseconds] : record["life"]["timings"].items())
    if (step.starts_with("plugin ")) sum += std::chrono::microseconds(microseconds.get<std::int64_t>());
  if (sum.count() == 0) fail("no plugin in the timings of `podrun inspect`");
  return sum;
}

}  // namespace bench

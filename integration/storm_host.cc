#include "integration/storm_host.h"

namespace integration {

void StormTest::SetUp() {
  PodrunTest::SetUp();
  if (IsSkipped() || HasFatalFailure()) return;
  static_cast<void>(can_run({need::default_network(), need::program("nft")}));
}

Command StormTest::create_number(int number) const {
  constexpr int kFirstPort = 20'000;
  Json one = container("server", {"/bin/payload", "serve", "8080"});
  if (number < kPods) one["ports"] = {{{"containerPort", 8080}, {"hostPort", kFirstPort + number}}};
  return patient(create_command(pod(name_of(number), {one}), {"-o", "json"}));
}

Command StormTest::delete_number(int number, int grace_period) const {
  return patient(podrun_command({"delete", name_of(number), "--grace-period", std::to_string(grace_period)}));
}

Command StormTest::patient(Command command) {
  command.limit = std::chrono::seconds(120);
  return command;
}

std::set<std::string> StormTest::pods_that_stand() const {
  std::set<std::string> names;
  const Output output = podrun({"get", "-o", "name"});
  EXPECT_EQ(output.status, 0) << output.err;
  for (const std::string& line : lines_of(output.out)) names.insert(line.substr(line.find('/') + 1));
  return names;
}

std::string StormTest::ip_of(const std::string& name) const {
  const auto ips = pod_ips(name);
  return ips.size() == 1 ? ips.front() : "";
}

void StormTest::expect_works(const std::string& name) const {
  const Output inside = exec(name, {"/bin/payload", "exit", "0"});
  EXPECT_EQ(inside.status, 0) << name << ": " << inside.err;
  EXPECT_EQ(run({tests_dir() + "/payload", "ask", ip_of(name), "8080"}).out, "hello from " + name + "\n");
}

void StormTest::expect_addresses_are_unique(const std::set<std::string>& names) const {
  std::set<std::string> addresses;
  for (const std::string& name : names) addresses.insert(ip_of(name));
  EXPECT_EQ(addresses.size(), names.size()) << testing::PrintToString(addresses);
  EXPECT_FALSE(addresses.contains(""));
}

void StormTest::expect_all_succeeded(const Crowd& crowd) {
  for (std::size_t i = 0; i < crowd.size(); ++i) {
    const Output& output = crowd.output(i);
    EXPECT_EQ(output.status, 0) << "number " << i << ": " << output.err;
  }
}

}  // namespace integration

#include "runtime/plan/late_values.h"

#include <gtest/gtest.h>

#include "runtime/model/file_key.h"
#include "runtime/plan/pod.h"

namespace podrun {
namespace {

Process process_with(const std::string& value) {
  Process process;
  process.args = {"/bin/true", "--is=" + value};
  process.env = {{"A", value}, {"B", "plain"}};
  return process;
}

TEST(LateValues, WhatTheMachineHasIsFilledInByThePlan) {
  Identity pod;
  pod.uid = "u-1";
  MachineFacts machine;
  machine.hostname = "here";
  machine.processors = 3;
  machine.memory_bytes = 1000;
  const auto filled = [&](const std::string& name) {
    Process process = process_with(holes::make(name));
    fill_what_is_decided(process, pod, machine);
    EXPECT_EQ(process.args[1], "--is=" + process.env[0].second);
    return process.env[0].second;
  };
  EXPECT_EQ(filled("metadata.uid"), "u-1");
  EXPECT_EQ(filled("spec.nodeName"), "here");
  EXPECT_EQ(filled("machine.cpu/1000"), "3");
  EXPECT_EQ(filled("machine.cpu/2000"), "2");
  EXPECT_EQ(filled("machine.memory/3"), "334");
  for (const char* not_yet : {"status.podIP", "machine.memory/0", "machine.memory/x", "other"})
    EXPECT_EQ(filled(not_yet), holes::make(not_yet));
}

TEST(LateValues, FilesAreAsTheyWereAtTheLaunch) {
  const FileKey given{.volume = "v", .path = "f", .key = "K"};
  const FileKey may_be_missing{.volume = "v", .path = "f", .key = "O", .optional = true};
  Process process;
  process.args = {"/bin/true", "--k=" + holes::make(given), "--o=" + holes::make(may_be_missing)};
  process.env = {{"K", holes::make(given)},
                 {"O", holes::make(may_be_missing)},
                 {"BOTH", holes::make(given) + holes::make(may_be_missing)},
                 {"IP", holes::make("status.podIP")}};
  EXPECT_TRUE(waits_for_addresses(process));
  const Process filled = with_file_values(process, {{"file:v/f=K", "value"}});
  EXPECT_EQ(filled.args, (std::vector<std::string>{"/bin/true", "--k=value", "--o="}));
  using Env = decltype(filled.env);
  EXPECT_EQ(filled.env, (Env{{"K", "value"}, {"BOTH", "value"}, {"IP", holes::make("status.podIP")}}));
  EXPECT_EQ(with_file_values(process, {{"file:v/f=K", ""}, {"file?:v/f=O", ""}}).env.size(), 4U);
}

TEST(LateValues, AddressesAreThoseOfTheLife) {
  PodPlan pod;
  PodLife life;
  life.ips = {"10.1.2.3", "fd00::3"};
  life.host_ips = {"192.0.2.7"};
  const auto filled = [&](const std::string& name) {
    return with_addresses(process_with(holes::make(name)), pod, life).env[0].second;
  };
  EXPECT_EQ(filled("status.podIP"), "10.1.2.3");
  EXPECT_EQ(filled("status.podIPs"), "10.1.2.3,fd00::3");
  EXPECT_EQ(filled("status.hostIP"), "192.0.2.7");
  EXPECT_EQ(filled("status.hostIPs"), "192.0.2.7");
  pod.namespaces.host_network = true;
  EXPECT_EQ(filled("status.podIPs"), "192.0.2.7");
  life.host_ips.clear();
  EXPECT_EQ(filled("status.podIP"), "");
}

TEST(LateValues, OnlyThoseWithHolesWait) {
  EXPECT_TRUE(waits_for_addresses(process_with(holes::make("status.podIP"))));
  EXPECT_FALSE(waits_for_addresses(process_with("status.podIP")));
  Process word;
  word.args = {holes::make("status.podIP")};
  EXPECT_TRUE(waits_for_addresses(word));
}

TEST(DigestOfGiven, IsOfEachNameAndValue) {
  const auto digest = [](std::vector<std::pair<std::string, std::string>> env, std::vector<std::string> args) {
    PodSpec spec;
    spec.containers.resize(1);
    spec.containers[0].env = std::move(env);
    spec.containers[0].args = std::move(args);
    return digest_of_given(spec);
  };
  EXPECT_EQ(digest({{"A", "1"}}, {"x"}), digest({{"A", "1"}}, {"x"}));
  EXPECT_NE(digest({{"A", "1"}}, {}), digest({{"A", "2"}}, {}));
  EXPECT_NE(digest({{"A", "1"}}, {}), digest({}, {}));
  EXPECT_NE(digest({}, {"a", "b"}), digest({}, {"ab"}));
}

TEST(DigestOfGiven, IsOfTheFilesOfVolumes) {
  const auto digest = [](const std::string& path, const std::string& content, std::uint32_t mode) {
    PodSpec spec;
    spec.volumes = {{.name = "conf", .source = FilesSpec{{{path, content, mode}}}}};
    return digest_of_given(spec);
  };
  EXPECT_EQ(digest("a", "1", 0644), digest("a", "1", 0644));
  EXPECT_NE(digest("a", "1", 0644), digest("a", "2", 0644));
  EXPECT_NE(digest("a", "1", 0644), digest("b", "1", 0644));
  EXPECT_NE(digest("a", "1", 0644), digest("a", "1", 0600));
}

}  // namespace
}  // namespace podrun

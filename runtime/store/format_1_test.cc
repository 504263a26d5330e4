// A record that a podrun of format 1 wrote, kept as it was.
#include "runtime/store/format_1.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "runtime/store/test_store.h"

namespace podrun {
namespace {

constexpr const char* kId = "7ade2a09f3e327c01680572aa8dc715e217c2f6abb02a5f8f4ea81065fe8c88d";

std::string old_text() { return base::read_file(PODRUN_FIXTURES "/record-format-1.json").value(); }

TEST(Format1, IsRead) {
  const auto pod = format_1::from_json(old_text());
  ASSERT_TRUE(pod) << pod.error().what;
  const PodPlan& plan = pod->record.plan;
  EXPECT_EQ(plan.who.id, kId);
  EXPECT_EQ(plan.who.labels.at("app"), "web");
  EXPECT_EQ(plan.netns_path, "/run/netns/web");
  EXPECT_EQ(plan.cgroup_path, std::string("/fx-test/podrun-") + kId);
  EXPECT_EQ(plan.grace_period, 5U);
  EXPECT_FALSE(plan.namespaces.host_users);
  ASSERT_EQ(plan.host_ports.size(), 1U);
  EXPECT_EQ(plan.host_ports[0].host_port, 8080);
  EXPECT_EQ(plan.host_ports[0].host_ip, "192.0.2.7");
  EXPECT_EQ(plan.host_ports[0].protocol, "tcp");
  const PodLife& life = pod->record.life;
  EXPECT_EQ(life.state, PodState::ready);
  EXPECT_EQ(life.shim.pid, 12963);
  EXPECT_EQ(life.namespaces.at("net"), 4026532254U);
  const base::NetnsIdentity inode_alone{.device = 0, .inode = 4026532254, .cookie = 0, .id = 0};
  EXPECT_EQ(life.netns_identity, inode_alone);
  EXPECT_EQ(life.id_base, 2047410176U);
  EXPECT_EQ(life.ips, std::vector<std::string>{"10.63.0.3"});
  ASSERT_EQ(pod->containers.size(), 2U);
  EXPECT_EQ(pod->containers[0].plan.key(), "main.0");
  EXPECT_EQ(pod->containers[0].life.process.pid, 12966);
  EXPECT_EQ(pod->containers[0].plan.process.uid, 1000U);
  EXPECT_EQ(pod->containers[1].plan.name, "side");
  EXPECT_FALSE(pod->containers[1].plan.process.no_new_privileges);
}

// Where a value of format 1 has its place now.
TEST(Format1, NothingOfItIsLost) {
  using nlohmann::json;
  json old = json::parse(old_text());
  old.update(json::parse(R"({"failure":"why","deadline":7,"pluginSessions":[11,12],"hostNetwork":true,"hostUsers":true,
      "netnsIdentity":{"device":4,"inode":5,"cookie":6,"id":8},"hostname":"host",
      "pluginMessages":[{"plugin":"bridge ADD","text":"be careful"}]})"));
  old["containers"][0]["imageDigest"] = "sha256:0";
  const auto pod = format_1::from_json(old.dump());
  ASSERT_TRUE(pod) << pod.error().what;
  const json now = json::parse(to_json(pod->record));
  for (const char* key : {"id", "uid", "name", "namespace", "labels", "annotations", "manifest"})
    EXPECT_EQ(now["plan"]["who"][key], old[key]) << key;
  for (const char* key : {"hostname", "netnsPath", "gracePeriod"}) EXPECT_EQ(now["plan"][key], old[key]) << key;
  for (const char* key : {"hostNetwork", "hostUsers"}) EXPECT_EQ(now["plan"]["namespaces"][key], old[key]) << key;
  for (const char* key : {"state", "failure", "bootId", "createdAt", "deadline", "shim", "pause", "pluginSessions",
                          "namespaces", "netnsIdentity", "idBase", "networks", "ips", "timings", "pluginMessages"})
    EXPECT_EQ(now["life"][key], old[key]) << key;
  for (std::size_t i = 0; i < 2; ++i) {
    const json was = old["containers"][i];
    const json is = json::parse(to_json(pod->containers[i]));
    for (const char* key : {"name", "image", "imageDigest", "logPath"}) EXPECT_EQ(is["plan"][key], was[key]) << key;
    for (const auto& [key, value] : was["settings"].items()) EXPECT_EQ(is["plan"]["process"][key], value) << key;
    EXPECT_EQ(is["plan"]["cgroup"], was["name"]);
    for (const char* key : {"process", "startedAt", "namespaces"}) EXPECT_EQ(is["life"][key], was[key]) << key;
    EXPECT_EQ(pod->containers[i].life.created_at, pod->record.life.created_at + static_cast<std::int64_t>(i));
  }
}

TEST(Format1, WhatIsNoPodsIsRefused) {
  using nlohmann::json;
  const auto refused = [](const char* path, const json& value) {
    json old = json::parse(old_text());
    old[json::json_pointer(path)] = value;
    const auto pod = format_1::from_json(old.dump());
    return pod ? std::string("(read)") : pod.error().what;
  };
  for (const auto& [path, value, complaint] : {std::tuple{"/containers/1/name", "main", "containers: one name twice"},
                                               {"/containers/1/name", "../x", "no name of a container"},
                                               {"/name", "../x", "no name of a pod"},
                                               {"/format", "2", "format"}})
    EXPECT_NE(refused(path, value).find(complaint), std::string::npos) << refused(path, value);
}

TEST(Format1, IsRefusedWhereItIsTorn) {
  const std::string good = old_text();
  for (std::size_t length = 0; length < good.size() - 1; length += 41) {
    const auto pod = format_1::from_json(good.substr(0, length));
    ASSERT_FALSE(pod) << length;
    EXPECT_EQ(pod.error().kind, Kind::corrupt);
  }
}

std::string with_manifest(const std::string& manifest) {
  std::string text = old_text();
  const auto begin = text.find("\"manifest\":\"") + 12;
  text.replace(begin, text.find("\",\"gracePeriod\"") - begin, manifest);
  return text;
}

// null was as good as absent for its podrun.
TEST(Format1, FieldsOfPortsMayBeNull) {
  const auto pod = format_1::from_json(with_manifest(
      R"({\"spec\":{\"containers\":[{\"ports\":null},{\"ports\":[{\"containerPort\":80,\"hostPort\":8081,)"
      R"(\"hostIP\":null,\"protocol\":null},{\"containerPort\":81,\"hostPort\":null}]}]}})"));
  ASSERT_TRUE(pod) << pod.error().what;
  ASSERT_EQ(pod->record.plan.host_ports.size(), 1U);
  EXPECT_EQ(pod->record.plan.host_ports[0].host_port, 8081);
  EXPECT_EQ(pod->record.plan.host_ports[0].protocol, "tcp");
}

// With the host's network what a container listens on is the host's port.
TEST(Format1, PortsInTheHostsNetworkAreTheHosts) {
  const std::string text = with_manifest(
      R"({\"spec\":{\"containers\":[{\"ports\":[{\"containerPort\":80},{\"containerPort\":81,\"hostPort\":82,)"
      R"(\"protocol\":\"SCTP\"},{}]}]}})");
  const auto ports = [](const std::string& record) {
    std::vector<std::tuple<int, int, std::string>> all;
    const Pod pod = format_1::from_json(record).value();
    for (const PortSpec& port : pod.record.plan.host_ports)
      all.emplace_back(port.container_port, port.host_port, port.protocol);
    return all;
  };
  using Ports = std::vector<std::tuple<int, int, std::string>>;
  EXPECT_EQ(ports(text), (Ports{{81, 82, "sctp"}}));
  std::string on_host = text;
  on_host.replace(on_host.find("\"hostNetwork\":false") + 14, 5, "true");
  EXPECT_EQ(ports(on_host), (Ports{{80, 80, "tcp"}, {81, 82, "sctp"}}));
}

// It stands nevertheless: what cannot be read in it costs a word about ports that are taken.
TEST(Format1, AManifestThatIsNoPodsHasNoPorts) {
  for (const char* manifest : {"{}", "null", "[]", R"({\"spec\":3})", R"({\"spec\":{\"containers\":[7]}})",
                               R"({\"spec\":{\"containers\":[{\"ports\":[{\"hostPort\":\"x\"}]}]}})"}) {
    const auto pod = format_1::from_json(with_manifest(manifest));
    ASSERT_TRUE(pod) << manifest << ": " << pod.error().what;
    EXPECT_TRUE(pod->record.plan.host_ports.empty()) << manifest;
  }
}

class Upgrade : public StoreTest {
 protected:
  Upgrade() {
    auto box = store_.create(kId);
    EXPECT_TRUE(box);
    box_.emplace(std::move(*box));
    const Layout& layout = store_.layout();
    EXPECT_TRUE(base::write_file_durably(format_1::record_path(layout, kId), old_text()));
    EXPECT_TRUE(base::make_dirs(layout.containers(kId) + "/main"));
    EXPECT_TRUE(base::write_file_durably(format_1::exit_path(layout, kId, "main"), "7 0 1700000000000000000\n"));
  }
  std::optional<Box> box_;
};

TEST_F(Upgrade, AStandingPodIsListedAndItsContainersFound) {
  const auto pods = store_.list();
  ASSERT_TRUE(pods);
  ASSERT_EQ(pods->size(), 1U);
  const auto containers = store_.load_containers(kId);
  ASSERT_TRUE(containers);
  ASSERT_EQ(containers->size(), 2U);
  // Of another boot, so that only the exit file says how it ended.
  const ContainerStatus status = status_of(store_.layout(), pods->front(), containers->front());
  ASSERT_TRUE(status.exit);
  EXPECT_EQ(status.exit->code, 7);
}

TEST_F(Upgrade, ASavedPodIsOfThisFormatWithAllItHad) {
  PodRecord pod = *box_->load();
  pod.life.deadline = 1;
  ASSERT_TRUE(box_->save(pod));
  EXPECT_FALSE(base::path_exists(format_1::record_path(store_.layout(), kId)));
  const auto whole = store_.load_whole(kId);
  ASSERT_TRUE(whole) << whole.error().what;
  EXPECT_EQ(whole->record.life.deadline, 1);
  ASSERT_EQ(whole->containers.size(), 2U);
  EXPECT_EQ(whole->containers[0].plan.name, "main");
  EXPECT_EQ(whole->containers[1].life.process.pid, 12968);
  EXPECT_TRUE(box_->erase());
}

// Its podrun was killed after the containers: the pod is still of format 1, and no container is there twice.
TEST_F(Upgrade, CutShortItIsDoneAgain) {
  const auto old = store_.load_containers(kId);
  ASSERT_TRUE(old && box_->save(old->front()));
  const auto again = store_.load_containers(kId);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->size(), 2U);
  ASSERT_TRUE(box_->save(*box_->load()));
  EXPECT_EQ(store_.load_containers(kId)->size(), 2U);
}

TEST_F(Upgrade, ErasedIsGone) {
  EXPECT_TRUE(box_->empty());
  EXPECT_TRUE(store_.load(kId));
  EXPECT_TRUE(box_->erase());
  EXPECT_FALSE(base::path_exists(store_.layout().box(kId)));
}

}  // namespace
}  // namespace podrun

// A record with something in every field, for tests.
#pragma once

#include <string>

#include "runtime/store/record.h"

namespace podrun {

inline std::string test_id(char digit) { return std::string(64, digit); }

inline PodRecord full_record() {
  PodRecord pod;
  pod.id = test_id('a');
  pod.uid = "0f0e0d0c-0b0a-4908-8706-050403020100";
  pod.name = "web";
  pod.name_space = "team-a";
  pod.labels = {{"app", "web"}, {"tier", "front"}};
  pod.annotations = {{"note", "line one\nline two"}};
  pod.manifest = R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"}})";
  pod.grace_period = 5;
  pod.state = PodState::deleting;
  pod.failure = "detach networks: plugin bridge DEL: exit status 1";
  pod.boot_id = "11111111-2222-3333-4444-555555555555";
  pod.created_at = 1'700'000'000'123'456'789;
  pod.deadline = 987654321;
  pod.shim = {101, 5000, 77};
  pod.pause = {102, 18'446'744'073'709'551'615U, 78};
  pod.namespaces = {{"net", 4026532000}, {"user", 4026532001}};
  pod.host_network = true;
  pod.host_users = true;
  pod.id_base = 1'879'048'192;
  pod.netns_path = "/run/netns/team-a_web";
  pod.netns_identity = {.device = 4, .inode = 4026532000, .cookie = 0, .id = 196080};
  pod.cgroup_parent = "/machine";
  pod.cgroup_path = "/podrun/" + pod.id;
  ContainerRecord container;
  container.name = "httpd";
  container.image = "oci:/images/web:1";
  container.image_digest = "sha256:" + test_id('b');
  container.process = {103, 5002, 79};
  container.started_at = 1'700'000'001'000'000'000;
  container.log_path = "/var/lib/podrun/pods/x/logs/httpd.log";
  container.settings.args = {"/bin/httpd", "-f"};
  container.settings.env = {{"PATH", "/bin"}, {"EQUALS", "a=b=c"}};
  container.settings.cwd = "/www";
  container.settings.uid = 1000;
  container.settings.gid = 1001;
  container.settings.groups = {10, 20};
  container.settings.capabilities = 0xa80425fb;
  container.settings.no_new_privileges = false;
  container.settings.seccomp = false;
  container.namespaces = {{"mnt", 4026532010}};
  pod.containers = {container};
  pod.networks = {{"podrun", "eth0", R"({"cniVersion":"1.0.0","ips":[{"address":"10.88.0.2/16"}]})"}};
  pod.ips = {"10.88.0.2", "fd00::2"};
  pod.hostname = "web";
  pod.timings = {{"create cgroup", 120}, {"plugin bridge ADD", 31000}};
  pod.plugin_sessions = {4711, 4712};
  pod.plugin_messages = {{"bridge ADD", "took the last address"}};
  return pod;
}

}  // namespace podrun

// Records with something in every field, for tests.
#pragma once

#include <string>

#include "runtime/model/probe_memory.h"
#include "runtime/model/record.h"

namespace podrun {

inline std::string test_id(char digit) { return std::string(64, digit); }

inline ContainerRecord full_container() {
  ContainerRecord container;
  ContainerPlan& plan = container.plan;
  plan.name = "httpd";
  plan.attempt = 2;
  plan.position = 1;
  plan.image = "oci:/images/web:1";
  plan.image_digest = "sha256:" + test_id('b');
  plan.layers = {"/layers/1", "/layers/2"};
  plan.join = 1;
  plan.fresh = 2;
  plan.mounts = {
      {.target = "/", .source = Rootfs{}, .read_only = true},
      {.target = "/dev", .source = Dev{.of_host = true}},
      {.target = "/sys/fs/cgroup", .source = CgroupDir{}},
      {.target = "/etc", .source = EtcDir{}},
      {.target = "/dev/null", .source = HostPath{"/dev/null", 3}},
      {.target = "/dev/pts", .source = Filesystem{"devpts", {{"newinstance", ""}, {"gid", "5"}}, 7}},
      {.target = "/dev/shm", .source = PodMount{"/dev/shm"}},
      {.target = "/var/message", .source = OwnPart{"/dev/termination-log"}},
      {.target = "/data",
       .source = PodVolume{"data"},
       .sub_path = "a/b",
       .attributes = 8,
       .propagation = Propagation::host_to_container,
       .is_recursive = true,
       .read_only = true},
  };
  plan.masked = {"/proc/kcore"};
  plan.read_only = {"/proc/sys"};
  plan.process = {.args = {"/bin/httpd", "-f"},
                  .env = {{"PATH", "/bin"}, {"EQUALS", "a=b=c"}},
                  .cwd = "/www",
                  .uid = 1000,
                  .gid = 1001,
                  .groups = {10, 20},
                  .capabilities = 0xa80425fb,
                  .no_new_privileges = false,
                  .seccomp = false,
                  .seccomp_filter = {0x0020000000000004, 0xffffffffffffffff},
                  .apparmor_profile = "strict",
                  .terminal = true};
  plan.process.ambient = 1U << 10U;
  plan.id = test_id('c');
  plan.cri = "Q1JJ";
  plan.image_id = "sha256:" + test_id('e');
  plan.device_nodes = {{.path = "/dev/fuse",
                        .rule = {.major = 10, .minor = 229, .read = true, .write = true},
                        .mode = 020660,
                        .uid = 1,
                        .gid = 2}};
  plan.limits = {
      .memory_bytes = 1U << 20U, .memory_kept = 2, .cpu_millis = 3, .cpu_weight = 4, .pids = 5, .pids_unless_said = 6};
  plan.limits.files = {{"cpuset.cpus", "0"}};
  plan.limits.unified_files = {{"memory.high", "max"}};
  plan.disk_bytes = 8;
  plan.role = ContainerRole::sidecar;
  plan.devices = DeviceAccess::all;
  plan.oom_score_adj = -997;
  plan.stdio = {.has_stdin = true, .stdin_once = true};
  plan.stop_signal = 3;
  plan.asked = R"({"name":"httpd"})";
  plan.target = "web";
  plan.restart = {.policy = RestartPolicy::never, .rules = {{.is_in = false, .exit_codes = {0, 42}}}};
  plan.probes = {.startup = ProbePlan{.action = ExecAction{{"/bin/check", "-s"}},
                                      .initial_delay = 1,
                                      .period = 2,
                                      .timeout = 3,
                                      .success_threshold = 1,
                                      .failure_threshold = 30,
                                      .grace_period = 4},
                 .liveness = ProbePlan{.action = HttpAction{.over_tls = true,
                                                            .host = "127.0.0.1",
                                                            .port = 8080,
                                                            .path = "/alive",
                                                            .headers = {{"X-Equals", "a=b"}}},
                                       .grace_period = {}},
                 .readiness = ProbePlan{.action = TcpAction{.host = "10.0.0.1", .port = 80}, .grace_period = {}}};
  plan.hooks = {.post_start = SleepAction{5}, .pre_stop = ExecAction{{"/bin/drain"}}};
  plan.termination_message = {.path = "/dev/termination-log", .falls_back_to_log = true};
  plan.log_path = "/var/lib/podrun/pods/x/logs/httpd.log";
  plan.writable = "/var/lib/podrun/pods/x/containers/httpd.2";
  plan.cgroup = "httpd.2";
  container.life = {.created_at = 1'700'000'000'900'000'000,
                    .started_at = 1'700'000'001'000'000'000,
                    .process = {103, 5002, 79},
                    .namespaces = {{"mnt", 4026532010}},
                    .failure = "no such program",
                    .back_off = 20'000'000'000,
                    .file_values = {{"status.podIP", "no hole of a file"}},
                    .held = true};
  return container;
}

inline ProbeMemory full_memory() {
  const Probed probed{.last = 1, .succeeded = true, .in_a_row = 2, .failure = "exit status 1", .failed_at = 3};
  return {.post_start = ProbeMemory::Hook::failed,
          .started = true,
          .ready = true,
          .ready_since = 4,
          .startup = probed,
          .liveness = probed,
          .readiness = probed,
          .failure = "exit status 2",
          .failed_at = 5};
}

inline PodRecord full_record() {
  PodRecord pod;
  PodPlan& plan = pod.plan;
  plan.who = {.id = test_id('a'),
              .uid = "0f0e0d0c-0b0a-4908-8706-050403020100",
              .name = "web",
              .name_space = "team-a",
              .labels = {{"app", "web"}, {"tier", "front"}},
              .annotations = {{"note", "line one\nline two"}},
              .manifest = R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"}})",
              .source = "/srv/pods",
              .given = "sha256:0011"};
  plan.ids = IdMap{.base = 1000, .count = 100'000};
  plan.namespaces = {.pause = 1, .join = 2, .fresh = 3, .host_network = true, .host_users = true};
  plan.etc = {.hostname = "web",
              .fqdn = "web.sub.default.svc.cluster.local",
              .aliases = {{"192.0.2.1", {"db", "db.example"}}},
              .dns = {{"192.0.2.53"}, {"a.example"}, {"ndots:5"}, true},
              .host_network = true,
              .host_hosts = "127.0.0.1 localhost\n",
              .host_resolv_conf = "nameserver 192.0.2.54\n",
              .host_resolv_problem = "none"};
  plan.volumes = {{.name = "data", .source = PodDirectory{"/var/lib/podrun/pods/x/volumes/data", 7, 0750}},
                  {.name = "cache", .source = PodMemory{1U << 20U, 01777}},
                  {.name = "config", .source = PodFiles{"/run/podrun/pods/x/volumes/config"}},
                  {.name = "kept", .source = ClaimDirectory{"kept", "/var/lib/podrun/volumes/team-a/kept"}},
                  {.name = "log", .source = HostDirectory{"/dev/log", HostPathType::socket}},
                  {.name = "tools", .source = ImageFiles{"tools:1", "sha256:1", {"/layers/a", "/layers/b"}}}};
  plan.volume_group = VolumeGroup{.id = 2000, .only_where_it_differs = true};
  plan.host_ports = {{"http", 80, 8080, "192.0.2.7", "udp"}};
  plan.sysctls = {{"net.ipv4.ip_unprivileged_port_start", "0"}};
  plan.log_limits = {.bytes = 1000, .files = 3};
  plan.hostname = "web";
  plan.netns_path = "/run/netns/team-a_web";
  plan.cgroup_path = "/machine/podrun-" + plan.who.id;
  plan.limits = {
      .memory_bytes = 1, .memory_kept = 2, .cpu_millis = 3, .cpu_weight = 4, .pids = 7, .pids_unless_said = 8};
  plan.limits.files = {{"cpuset.cpus", "0"}};
  plan.limits.unified_files = {{"memory.high", "max"}};
  plan.allotments = {{"httpd", {.limits = plan.limits, .oom_score_adj = 6}}};
  plan.grace_period = 5;
  plan.devices_by_container = true;
  plan.restart = RestartPolicy::on_failure;
  plan.active_deadline = 600;
  plan.removed_at_end = true;
  plan.networks = {"lab@eth1"};
  pod.life = {.state = PodState::deleting,
              .failure = "detach networks: plugin bridge DEL: exit status 1",
              .boot_id = "11111111-2222-3333-4444-555555555555",
              .created_at = 1'700'000'000'123'456'789,
              .deadline = 987654321,
              .evicted = "too much",
              .resizing = true,
              .shim = {101, 5000, 77},
              .pause = {102, 18'446'744'073'709'551'615U, 78},
              .plugin_sessions = {11, 12},
              .namespaces = {{"net", 4026532000}, {"user", 4026532001}},
              .netns_identity = {.device = 4, .inode = 4026532000, .cookie = 7, .id = 196080},
              .id_base = 1'879'048'192,
              .networks = {{"podrun", "eth0", R"({"cniVersion":"1.0.0","ips":[{"address":"10.88.0.2/16"}]})"}},
              .ips = {"10.88.0.2", "fd00::2"},
              .host_ips = {"192.0.2.7"},
              .timings = {{"create cgroup", 120}, {"plugin bridge ADD", 31000}},
              .plugin_messages = {{"bridge ADD", "be careful"}}};
  return pod;
}

// The same of a pod that stands, and that nothing is about to end.
inline PodRecord standing_record() {
  PodRecord pod = full_record();
  pod.plan.active_deadline.reset();
  pod.life.state = PodState::ready;
  pod.life.failure.clear();
  pod.life.deadline = 0;
  pod.life.evicted.clear();
  pod.life.resizing = false;
  return pod;
}

}  // namespace podrun

// The fields of records by their names in JSON, listed once for both directions: a writer visits a const record, a
// reader a mutable one. Whoever adds a field, adds it here: as an optional one, which older records lack, or with a new
// kRecordFormat.
#pragma once

#include <array>
#include <concepts>
#include <type_traits>

#include "runtime/model/probe_memory.h"
#include "runtime/model/record.h"

namespace podrun {

template <class Record, class Type>
concept MaybeConst = std::same_as<std::remove_const_t<Record>, Type>;

// The words of an enumeration, in the order of its enumerators.
template <class Enum>
inline constexpr std::array<const char*, 0> kWords{};
template <>
inline constexpr std::array kWords<PodState>{"creating", "ready", "deleting", "stopping", "starting", "stopped"};
template <>
inline constexpr std::array kWords<ContainerRole>{"main", "init", "sidecar"};
template <>
inline constexpr std::array kWords<DeviceAccess>{"pod", "common", "all"};
template <>
inline constexpr std::array kWords<RestartPolicy>{"Always", "OnFailure", "Never"};
template <>
inline constexpr std::array kWords<Propagation>{"None", "HostToContainer"};
template <>
inline constexpr std::array kWords<HostPathType>{"",       "DirectoryOrCreate", "Directory",  "FileOrCreate", "File",
                                                 "Socket", "CharDevice",        "BlockDevice"};
template <>
inline constexpr std::array kWords<ProbeMemory::Hook>{"due", "done", "failed"};

template <class Visitor, MaybeConst<ProcessId> Record>
void visit(Visitor& field, Record& process) {
  field("pid", process.pid);
  field("startTime", process.start_time);
  field("pidfdInode", process.pidfd_inode);
}

template <class Visitor, MaybeConst<base::NetnsIdentity> Record>
void visit(Visitor& field, Record& netns) {
  field("device", netns.device);
  field("inode", netns.inode);
  field("cookie", netns.cookie);
  field("id", netns.id);
}

template <class Visitor, MaybeConst<Process> Record>
void visit(Visitor& field, Record& process) {
  field("args", process.args);
  field("env", process.env);
  field("cwd", process.cwd);
  field("uid", process.uid);
  field("gid", process.gid);
  field("groups", process.groups);
  field("capabilities", process.capabilities);
  field("noNewPrivileges", process.no_new_privileges);
  field("seccomp", process.seccomp);
  field.optional("terminal", process.terminal);
}

template <class Visitor, MaybeConst<Rootfs> Record>
void visit(Visitor&, Record&) {}
template <class Visitor, MaybeConst<Dev> Record>
void visit(Visitor& field, Record& dev) {
  field.optional("ofHost", dev.of_host);
}
template <class Visitor, MaybeConst<CgroupDir> Record>
void visit(Visitor&, Record&) {}
template <class Visitor, MaybeConst<EtcDir> Record>
void visit(Visitor&, Record&) {}
template <class Visitor, MaybeConst<HostPath> Record>
void visit(Visitor& field, Record& host) {
  field("path", host.path);
  field("attributes", host.attributes);
}
template <class Visitor, MaybeConst<PodVolume> Record>
void visit(Visitor& field, Record& volume) {
  field("name", volume.name);
}
template <class Visitor, MaybeConst<Filesystem> Record>
void visit(Visitor& field, Record& filesystem) {
  field("type", filesystem.type);
  field("options", filesystem.options);
  field("attributes", filesystem.attributes);
}
template <class Visitor, MaybeConst<PodMount> Record>
void visit(Visitor& field, Record& mount) {
  field("path", mount.path);
}

template <class Visitor, MaybeConst<ExecAction> Record>
void visit(Visitor& field, Record& action) {
  field("command", action.command);
}
template <class Visitor, MaybeConst<HttpAction> Record>
void visit(Visitor& field, Record& action) {
  field("host", action.host);
  field("port", action.port);
  field("path", action.path);
  field("headers", action.headers);
}
template <class Visitor, MaybeConst<TcpAction> Record>
void visit(Visitor& field, Record& action) {
  field("host", action.host);
  field("port", action.port);
}
template <class Visitor, MaybeConst<SleepAction> Record>
void visit(Visitor& field, Record& action) {
  field("seconds", action.seconds);
}

// The source of a mount or a volume, or an action, is an object of one member, named after what it is: {"podMount":
// {"path":
// "/dev/shm"}}.
template <class Source>
inline constexpr const char* kSourceName = nullptr;
template <>
inline constexpr const char* kSourceName<Rootfs> = "rootfs";
template <>
inline constexpr const char* kSourceName<Dev> = "dev";
template <>
inline constexpr const char* kSourceName<CgroupDir> = "cgroupDir";
template <>
inline constexpr const char* kSourceName<EtcDir> = "etcDir";
template <>
inline constexpr const char* kSourceName<HostPath> = "hostPath";
template <>
inline constexpr const char* kSourceName<PodVolume> = "podVolume";
template <>
inline constexpr const char* kSourceName<Filesystem> = "filesystem";
template <>
inline constexpr const char* kSourceName<PodMount> = "podMount";
template <>
inline constexpr const char* kSourceName<ExecAction> = "exec";
template <>
inline constexpr const char* kSourceName<HttpAction> = "httpGet";
template <>
inline constexpr const char* kSourceName<TcpAction> = "tcpSocket";
template <>
inline constexpr const char* kSourceName<SleepAction> = "sleep";

template <class Visitor, MaybeConst<ProbePlan> Record>
void visit(Visitor& field, Record& probe) {
  field("action", probe.action);
  field("initialDelay", probe.initial_delay);
  field("period", probe.period);
  field("timeout", probe.timeout);
  field("successThreshold", probe.success_threshold);
  field("failureThreshold", probe.failure_threshold);
  field("gracePeriod", probe.grace_period);
}

template <class Visitor, MaybeConst<MountPlan> Record>
void visit(Visitor& field, Record& mount) {
  field("target", mount.target);
  field("source", mount.source);
  field.optional("subPath", mount.sub_path);
  field.optional("propagation", mount.propagation);
  field.optional("recursive", mount.is_recursive);
  field("readOnly", mount.read_only);
}

template <class Visitor, MaybeConst<PodDirectory> Record>
void visit(Visitor& field, Record& directory) {
  field("path", directory.path);
}
template <class Visitor, MaybeConst<PodMemory> Record>
void visit(Visitor& field, Record& memory) {
  field("bytes", memory.bytes);
}
template <class Visitor, MaybeConst<PodFiles> Record>
void visit(Visitor& field, Record& files) {
  field("path", files.path);
}
template <class Visitor, MaybeConst<HostDirectory> Record>
void visit(Visitor& field, Record& directory) {
  field("path", directory.path);
  field("type", directory.type);
}
template <>
inline constexpr const char* kSourceName<PodDirectory> = "podDirectory";
template <>
inline constexpr const char* kSourceName<PodMemory> = "podMemory";
template <>
inline constexpr const char* kSourceName<PodFiles> = "podFiles";
template <>
inline constexpr const char* kSourceName<HostDirectory> = "hostDirectory";

template <class Visitor, MaybeConst<ClaimDirectory> Record>
void visit(Visitor& field, Record& directory) {
  field("claim", directory.claim);
  field("path", directory.path);
}
template <>
inline constexpr const char* kSourceName<ClaimDirectory> = "claimDirectory";

template <class Visitor, MaybeConst<VolumeGroup> Record>
void visit(Visitor& field, Record& group) {
  field("id", group.id);
  field("onlyWhereItDiffers", group.only_where_it_differs);
}

template <class Visitor, MaybeConst<VolumePlan> Record>
void visit(Visitor& field, Record& volume) {
  field("name", volume.name);
  field("source", volume.source);
}

template <class Visitor, MaybeConst<CgroupLimits> Record>
void visit(Visitor& field, Record& limits) {
  field("memoryBytes", limits.memory_bytes);
  field("memoryKept", limits.memory_kept);
  field("cpuMillis", limits.cpu_millis);
  field("cpuWeight", limits.cpu_weight);
  field("pids", limits.pids);
  field("pidsUnlessSaid", limits.pids_unless_said);
}

template <class Visitor, MaybeConst<ContainerPlan> Record>
void visit(Visitor& field, Record& plan) {
  field("name", plan.name);
  field("attempt", plan.attempt);
  field.optional("position", plan.position);
  field.optional("role", plan.role);
  field("image", plan.image);
  field("imageDigest", plan.image_digest);
  field("layers", plan.layers);
  field("join", plan.join);
  field("fresh", plan.fresh);
  field("mounts", plan.mounts);
  field("masked", plan.masked);
  field("readOnly", plan.read_only);
  field("process", plan.process);
  field("limits", plan.limits);
  field.optional("devices", plan.devices);
  field("oomScoreAdj", plan.oom_score_adj);
  field.optional("stdin", plan.stdio.has_stdin);
  field.optional("stdinOnce", plan.stdio.stdin_once);
  field.optional("stopSignal", plan.stop_signal);
  field.optional("startupProbe", plan.probes.startup);
  field.optional("livenessProbe", plan.probes.liveness);
  field.optional("readinessProbe", plan.probes.readiness);
  field.optional("postStart", plan.hooks.post_start);
  field.optional("preStop", plan.hooks.pre_stop);
  field("logPath", plan.log_path);
  field("writable", plan.writable);
  field("cgroup", plan.cgroup);
}

template <class Visitor, MaybeConst<ContainerLife> Record>
void visit(Visitor& field, Record& life) {
  field("createdAt", life.created_at);
  field("startedAt", life.started_at);
  field("process", life.process);
  field("namespaces", life.namespaces);
  field.optional("failure", life.failure);
  field.optional("backOff", life.back_off);
  field.optional("held", life.held);
}

template <class Visitor, MaybeConst<ContainerRecord> Record>
void visit(Visitor& field, Record& container) {
  field("plan", container.plan);
  field("life", container.life);
}

template <class Visitor, MaybeConst<Probed> Record>
void visit(Visitor& field, Record& probed) {
  field("last", probed.last);
  field("succeeded", probed.succeeded);
  field("inARow", probed.in_a_row);
  field("failure", probed.failure);
  field("failedAt", probed.failed_at);
}

template <class Visitor, MaybeConst<ProbeMemory> Record>
void visit(Visitor& field, Record& memory) {
  field("postStart", memory.post_start);
  field("started", memory.started);
  field("ready", memory.ready);
  field("readySince", memory.ready_since);
  field("startup", memory.startup);
  field("liveness", memory.liveness);
  field("readiness", memory.readiness);
  field("failure", memory.failure);
  field("failedAt", memory.failed_at);
}

template <class Visitor, MaybeConst<Identity> Record>
void visit(Visitor& field, Record& who) {
  field("id", who.id);
  field("uid", who.uid);
  field("name", who.name);
  field("namespace", who.name_space);
  field("labels", who.labels);
  field("annotations", who.annotations);
  field("manifest", who.manifest);
  field.optional("given", who.given);
}

template <class Visitor, MaybeConst<Namespaces> Record>
void visit(Visitor& field, Record& namespaces) {
  field("pause", namespaces.pause);
  field("join", namespaces.join);
  field("fresh", namespaces.fresh);
  field("hostNetwork", namespaces.host_network);
  field("hostUsers", namespaces.host_users);
}

template <class Visitor, MaybeConst<HostAlias> Record>
void visit(Visitor& field, Record& alias) {
  field("ip", alias.ip);
  field("hostnames", alias.hostnames);
}

template <class Visitor, MaybeConst<DnsSpec> Record>
void visit(Visitor& field, Record& dns) {
  field("nameservers", dns.nameservers);
  field("searches", dns.searches);
  field("options", dns.options);
  field.optional("isAll", dns.is_all);
}

template <class Visitor, MaybeConst<EtcFiles> Record>
void visit(Visitor& field, Record& etc) {
  field("hostname", etc.hostname);
  field.optional("fqdn", etc.fqdn);
  field("aliases", etc.aliases);
  field("dns", etc.dns);
  field("hostNetwork", etc.host_network);
  field("hostHosts", etc.host_hosts);
  field("hostResolvConf", etc.host_resolv_conf);
  field("hostResolvProblem", etc.host_resolv_problem);
}

template <class Visitor, MaybeConst<PortSpec> Record>
void visit(Visitor& field, Record& port) {
  field("name", port.name);
  field("containerPort", port.container_port);
  field("hostPort", port.host_port);
  field("hostIP", port.host_ip);
  field("protocol", port.protocol);
}

template <class Visitor, MaybeConst<LogLimits> Record>
void visit(Visitor& field, Record& limits) {
  field("bytes", limits.bytes);
  field("files", limits.files);
}

template <class Visitor, MaybeConst<PodPlan> Record>
void visit(Visitor& field, Record& plan) {
  field("who", plan.who);
  field("namespaces", plan.namespaces);
  field("etc", plan.etc);
  field.optional("volumes", plan.volumes);
  field.optional("volumeGroup", plan.volume_group);
  field("hostPorts", plan.host_ports);
  field("sysctls", plan.sysctls);
  field("logLimits", plan.log_limits);
  field("hostname", plan.hostname);
  field("netnsPath", plan.netns_path);
  field("cgroupPath", plan.cgroup_path);
  field("gracePeriod", plan.grace_period);
  field.optional("devicesByContainer", plan.devices_by_container);
  field.optional("restart", plan.restart);
  field.optional("removedAtEnd", plan.removed_at_end);
  field.optional("networks", plan.networks);
}

template <class Visitor, MaybeConst<NetworkRecord> Record>
void visit(Visitor& field, Record& network) {
  field("network", network.network);
  field("interface", network.interface_name);
  field("result", network.result);
}

template <class Visitor, MaybeConst<Timing> Record>
void visit(Visitor& field, Record& timing) {
  field("step", timing.step);
  field("microseconds", timing.microseconds);
}

template <class Visitor, MaybeConst<PluginMessage> Record>
void visit(Visitor& field, Record& message) {
  field("plugin", message.plugin);
  field("text", message.text);
}

template <class Visitor, MaybeConst<PodLife> Record>
void visit(Visitor& field, Record& life) {
  field("state", life.state);
  field("failure", life.failure);
  field("bootId", life.boot_id);
  field("createdAt", life.created_at);
  field("deadline", life.deadline);
  field("shim", life.shim);
  field("pause", life.pause);
  field("pluginSessions", life.plugin_sessions);
  field("namespaces", life.namespaces);
  field("netnsIdentity", life.netns_identity);
  field("idBase", life.id_base);
  field("networks", life.networks);
  field("ips", life.ips);
  field.optional("hostIps", life.host_ips);
  field("timings", life.timings);
  field("pluginMessages", life.plugin_messages);
}

template <class Visitor, MaybeConst<PodRecord> Record>
void visit(Visitor& field, Record& pod) {
  field("plan", pod.plan);
  field("life", pod.life);
}

}  // namespace podrun

// The fields of records by their names in JSON, listed once for both directions: a writer visits a const record, a
// reader a mutable one. Whoever adds a field, adds it here: as an optional one, which older records lack, or with a new
// kRecordFormat.
#pragma once

#include "runtime/store/mount_fields.h"

namespace podrun {

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
  field.optional("seccompFilter", process.seccomp_filter);
  field.optional("apparmorProfile", process.apparmor_profile);
  field.optional("terminal", process.terminal);
  field.optional("ambient", process.ambient);
}

template <class Visitor, MaybeConst<CgroupLimits> Record>
void visit(Visitor& field, Record& limits) {
  field("memoryBytes", limits.memory_bytes);
  field("memoryKept", limits.memory_kept);
  field("cpuMillis", limits.cpu_millis);
  field("cpuWeight", limits.cpu_weight);
  field("pids", limits.pids);
  field("pidsUnlessSaid", limits.pids_unless_said);
  field.optional("files", limits.files);
  field.optional("unifiedFiles", limits.unified_files);
}

template <class Visitor, MaybeConst<RestartRule> Record>
void visit(Visitor& field, Record& rule) {
  field("isIn", rule.is_in);
  field("exitCodes", rule.exit_codes);
}

template <class Visitor, MaybeConst<TerminationMessage> Record>
void visit(Visitor& field, Record& message) {
  field("path", message.path);
  field("fallsBackToLog", message.falls_back_to_log);
}

template <class Visitor, MaybeConst<Allotment> Record>
void visit(Visitor& field, Record& allotment) {
  field("limits", allotment.limits);
  field("oomScoreAdj", allotment.oom_score_adj);
}

// Whether it is of a block device the node's mode says.
template <class Visitor, MaybeConst<devices::Rule> Record>
void visit(Visitor& field, Record& rule) {
  field("major", rule.major);
  field("minor", rule.minor);
  field("read", rule.read);
  field("write", rule.write);
  field("make", rule.make);
}

template <class Visitor, MaybeConst<DeviceNode> Record>
void visit(Visitor& field, Record& node) {
  field("path", node.path);
  field("rule", node.rule);
  field("mode", node.mode);
  field("uid", node.uid);
  field("gid", node.gid);
}

template <class Visitor, MaybeConst<ContainerPlan> Record>
void visit(Visitor& field, Record& plan) {
  field.optional("id", plan.id);
  field.optional("cri", plan.cri);
  field("name", plan.name);
  field("attempt", plan.attempt);
  field.optional("position", plan.position);
  field.optional("role", plan.role);
  field.optional("target", plan.target);
  field.optional("asked", plan.asked);
  field("image", plan.image);
  field.optional("imageId", plan.image_id);
  field("imageDigest", plan.image_digest);
  field("layers", plan.layers);
  field("join", plan.join);
  field("fresh", plan.fresh);
  field("mounts", plan.mounts);
  field("masked", plan.masked);
  field("readOnly", plan.read_only);
  field("process", plan.process);
  field("limits", plan.limits);
  field.optional("diskBytes", plan.disk_bytes);
  field.optional("devices", plan.devices);
  field.optional("deviceNodes", plan.device_nodes);
  field("oomScoreAdj", plan.oom_score_adj);
  field.optional("stdin", plan.stdio.has_stdin);
  field.optional("stdinOnce", plan.stdio.stdin_once);
  field.optional("stopSignal", plan.stop_signal);
  field.optional("restart", plan.restart.policy);
  field.optional("restartRules", plan.restart.rules);
  field.optional("startupProbe", plan.probes.startup);
  field.optional("livenessProbe", plan.probes.liveness);
  field.optional("readinessProbe", plan.probes.readiness);
  field.optional("postStart", plan.hooks.post_start);
  field.optional("preStop", plan.hooks.pre_stop);
  field.optional("terminationMessage", plan.termination_message);
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
  field.optional("fileValues", life.file_values);
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
  field.optional("source", who.source);
  field.optional("given", who.given);
  field.optional("cri", who.cri);
  field.optional("criKey", who.cri_key);
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

template <class Visitor, MaybeConst<IdMap> Record>
void visit(Visitor& field, Record& ids) {
  field("base", ids.base);
  field("count", ids.count);
}

template <class Visitor, MaybeConst<PodPlan> Record>
void visit(Visitor& field, Record& plan) {
  field.optional("ids", plan.ids);
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
  field.optional("limits", plan.limits);
  field.optional("allotments", plan.allotments);
  field("gracePeriod", plan.grace_period);
  field.optional("devicesByContainer", plan.devices_by_container);
  field.optional("restart", plan.restart);
  field.optional("activeDeadline", plan.active_deadline);
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
  field.optional("evicted", life.evicted);
  field.optional("resizing", life.resizing);
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

// The fields of a record by their names in record.json, listed once for both directions: a writer visits a const
// record, a reader a mutable one. Whoever adds a field, adds it here: as an optional one, which older records lack, or
// with a new PodRecord::kFormat.
#pragma once

#include <concepts>
#include <type_traits>

#include "runtime/store/record.h"

namespace podrun {

template <class Record, class Type>
concept MaybeConst = std::same_as<std::remove_const_t<Record>, Type>;

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

template <class Visitor, MaybeConst<ProcessSettings> Record>
void visit(Visitor& field, Record& settings) {
  field("args", settings.args);
  field("env", settings.env);
  field("cwd", settings.cwd);
  field("uid", settings.uid);
  field("gid", settings.gid);
  field("groups", settings.groups);
  field("capabilities", settings.capabilities);
  field("noNewPrivileges", settings.no_new_privileges);
  field("seccomp", settings.seccomp);
}

template <class Visitor, MaybeConst<ContainerRecord> Record>
void visit(Visitor& field, Record& container) {
  field("name", container.name);
  field("image", container.image);
  field("imageDigest", container.image_digest);
  field("process", container.process);
  field("startedAt", container.started_at);
  field("logPath", container.log_path);
  field("settings", container.settings);
  field("namespaces", container.namespaces);
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

template <class Visitor, MaybeConst<PodRecord> Record>
void visit(Visitor& field, Record& pod) {
  field("id", pod.id);
  field("uid", pod.uid);
  field("name", pod.name);
  field("namespace", pod.name_space);
  field("labels", pod.labels);
  field("annotations", pod.annotations);
  field("manifest", pod.manifest);
  field("gracePeriod", pod.grace_period);
  field("state", pod.state);
  field("failure", pod.failure);
  field("bootId", pod.boot_id);
  field("createdAt", pod.created_at);
  field.optional("deadline", pod.deadline);
  field("shim", pod.shim);
  field("pause", pod.pause);
  field.optional("pluginSessions", pod.plugin_sessions);
  field("namespaces", pod.namespaces);
  field("hostNetwork", pod.host_network);
  field("hostUsers", pod.host_users);
  field("idBase", pod.id_base);
  field("netnsPath", pod.netns_path);
  field.optional("netnsIdentity", pod.netns_identity);
  field("cgroupParent", pod.cgroup_parent);
  field("cgroupPath", pod.cgroup_path);
  field("containers", pod.containers);
  field("networks", pod.networks);
  field("ips", pod.ips);
  field("hostname", pod.hostname);
  field("timings", pod.timings);
  field.optional("pluginMessages", pod.plugin_messages);
}

}  // namespace podrun

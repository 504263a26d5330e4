// The part of the fields of records (record_fields.h) that is about mounts and volumes.
#pragma once

#include "runtime/store/record_words.h"

namespace podrun {

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
template <class Visitor, MaybeConst<ImageFilesOf> Record>
void visit(Visitor& field, Record& image) {
  field("id", image.id);
  field("digest", image.digest);
  field("layers", image.layers);
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
template <class Visitor, MaybeConst<OwnPart> Record>
void visit(Visitor& field, Record& own) {
  field("path", own.path);
}

template <class Visitor, MaybeConst<ExecAction> Record>
void visit(Visitor& field, Record& action) {
  field("command", action.command);
}
template <class Visitor, MaybeConst<HttpAction> Record>
void visit(Visitor& field, Record& action) {
  field.optional("overTls", action.over_tls);
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
template <class Visitor, MaybeConst<GrpcAction> Record>
void visit(Visitor& field, Record& action) {
  field.optional("overTls", action.over_tls);
  field("port", action.port);
  field("service", action.service);
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
inline constexpr const char* kSourceName<ImageFilesOf> = "image";
template <>
inline constexpr const char* kSourceName<PodVolume> = "podVolume";
template <>
inline constexpr const char* kSourceName<Filesystem> = "filesystem";
template <>
inline constexpr const char* kSourceName<PodMount> = "podMount";
template <>
inline constexpr const char* kSourceName<OwnPart> = "ownPart";
template <>
inline constexpr const char* kSourceName<ExecAction> = "exec";
template <>
inline constexpr const char* kSourceName<HttpAction> = "httpGet";
template <>
inline constexpr const char* kSourceName<TcpAction> = "tcpSocket";
template <>
inline constexpr const char* kSourceName<GrpcAction> = "grpc";
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
  field.optional("attributes", mount.attributes);
  field.optional("propagation", mount.propagation);
  field.optional("recursive", mount.is_recursive);
  field("readOnly", mount.read_only);
}

template <class Visitor, MaybeConst<PodDirectory> Record>
void visit(Visitor& field, Record& directory) {
  field("path", directory.path);
  field.optional("bytes", directory.bytes);
  field.optional("mode", directory.mode);
}
template <class Visitor, MaybeConst<PodMemory> Record>
void visit(Visitor& field, Record& memory) {
  field("bytes", memory.bytes);
  field.optional("mode", memory.mode);
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

template <class Visitor, MaybeConst<ImageFiles> Record>
void visit(Visitor& field, Record& files) {
  field("image", files.image);
  field("digest", files.digest);
  field("layers", files.layers);
}
template <>
inline constexpr const char* kSourceName<ImageFiles> = "imageFiles";

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

}  // namespace podrun

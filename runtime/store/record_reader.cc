// Reading a record, where nothing may be taken on trust: every name that becomes a path is checked again.
#include "runtime/store/record_reader.h"

#include "runtime/store/names.h"

namespace podrun {

Error corrupt_record(const std::string& what) { return {Kind::corrupt, 0, "read the record: " + what}; }

// A negative pid would make kill(2) mean a whole group.
std::string why_implausible(const PodRecord& pod) {
  const Identity& who = pod.plan.who;
  if (!is_pod_id(who.id)) return "id: expected 64 hex digits";
  // Of a pod of the CRI the two may be anything: they are part of no path.
  const auto [name_space, name] = who.reserved();
  if (!is_safe_name(name)) return "name: no name of a pod";
  if (!is_safe_name(name_space)) return "namespace: no name of a namespace";
  if (pod.life.shim.pid < 0 || pod.life.pause.pid < 0) return "shim, pause: negative pid";
  return {};
}

std::string why_implausible(const ContainerRecord& container) {
  if (!is_safe_name(container.plan.name)) return "name: no name of a container";
  if (container.life.process.pid < 0) return "process: negative pid";
  return {};
}

std::string why_implausible(const ProbeMemory&) { return {}; }

Result<PodRecord> pod_from_json(const std::string& text) { return read_record<PodRecord>(text, kRecordFormat); }

Result<ContainerRecord> container_from_json(const std::string& text) {
  return read_record<ContainerRecord>(text, kRecordFormat);
}

Result<ProbeMemory> probe_memory_from_json(const std::string& text) {
  return read_record<ProbeMemory>(text, kRecordFormat);
}

}  // namespace podrun

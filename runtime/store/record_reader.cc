// Reading a record, where nothing may be taken on trust: every name that becomes a path is checked again.
#include "runtime/store/record_reader.h"

#include <string_view>

#include "runtime/store/names.h"

namespace podrun {
namespace {

Result<Json> parse(const std::string& text) {
  try {
    return Json::parse(text);
  } catch (const Json::exception& error) {
    std::string_view what = error.what();  // "[json.exception.parse_error.101] parse error at line 1, …"
    if (const auto tag = what.find("] "); tag != std::string_view::npos) what.remove_prefix(tag + 2);
    return corrupt_record(std::string(what.substr(0, 200)));  // it quotes the last token, however long
  }
}

}  // namespace

Error corrupt_record(const std::string& what) { return {Kind::corrupt, 0, "read the record: " + what}; }

Result<Json> parse_record(const std::string& text, int expected) {
  Json json = TRY(parse(text));
  if (!json.is_object()) return corrupt_record(std::string("expected an object, found ") + json.type_name());
  std::string fault;
  int format = 0;
  Reader(json, "", fault)("format", format);
  if (fault.empty() && format != expected)
    fault = "format: " + std::to_string(format) + ", this podrun reads " + std::to_string(expected);
  if (!fault.empty()) return corrupt_record(fault);
  return json;
}

// A negative pid would make kill(2) mean a whole group.
std::string why_implausible(const PodRecord& pod) {
  const Identity& who = pod.plan.who;
  if (!is_pod_id(who.id)) return "id: expected 64 hex digits";
  if (!is_safe_name(who.name)) return "name: no name of a pod";
  if (!is_safe_name(who.name_space)) return "namespace: no name of a namespace";
  if (pod.life.shim.pid < 0 || pod.life.pause.pid < 0) return "shim, pause: negative pid";
  return {};
}

std::string why_implausible(const ContainerRecord& container) {
  if (!is_safe_name(container.plan.name)) return "name: no name of a container";
  if (container.life.process.pid < 0) return "process: negative pid";
  return {};
}

Result<PodRecord> pod_from_json(const std::string& text) { return read_record<PodRecord>(text, kRecordFormat); }

Result<ContainerRecord> container_from_json(const std::string& text) {
  return read_record<ContainerRecord>(text, kRecordFormat);
}

}  // namespace podrun

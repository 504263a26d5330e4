// Reading a record: every field is checked for presence, type and range, and every name that becomes a path is checked
// again, since what delete and recover do with a wrong one is not to be undone.
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <type_traits>
#include <utility>

#include "runtime/store/names.h"
#include "runtime/store/record_fields.h"

namespace podrun {
namespace {

using Json = nlohmann::json;

// Visits the fields of one JSON object. The first fault is kept, with the path of the field, and stops the reading.
class Reader {
 public:
  Reader(const Json& object, std::string path, std::string& fault)
      : object_(object), path_(std::move(path)), fault_(fault) {}

  template <class Value>
  void operator()(const char* key, Value& value) {
    if (!fault_.empty()) return;
    const auto found = object_.find(key);
    const std::string path = path_.empty() ? key : path_ + "." + key;
    if (found == object_.end()) {
      fault_ = path + ": missing";
    } else {
      decode(*found, path, value);
    }
  }
  template <class Value>
  void optional(const char* key, Value& value) {
    if (object_.contains(key)) (*this)(key, value);
  }

 private:
  void expect(bool good, const std::string& path, const char* what, const Json& json) {
    if (!good) fault_ = path + ": expected " + what + ", found " + json.type_name();
  }

  void decode(const Json& json, const std::string& path, std::string& text) {
    if (const auto* value = json.get_ptr<const std::string*>()) {
      text = *value;
    } else {
      expect(false, path, "a string", json);
    }
  }

  void decode(const Json& json, const std::string& path, bool& flag) {
    if (const auto* value = json.get_ptr<const bool*>()) {
      flag = *value;
    } else {
      expect(false, path, "true or false", json);
    }
  }

  template <class Number>
  requires std::is_integral_v<Number>
  void decode(const Json& json, const std::string& path, Number& number) {
    if (!json.is_number_integer()) return expect(false, path, "a whole number", json);
    const bool fits = json.is_number_unsigned() ? std::in_range<Number>(json.get<std::uint64_t>())
                                                : std::in_range<Number>(json.get<std::int64_t>());
    if (!fits) {
      fault_ = path + ": number out of range";
    } else {
      number = json.get<Number>();
    }
  }

  void decode(const Json& json, const std::string& path, PodState& state) {
    std::string text;
    decode(json, path, text);
    for (const PodState known : {PodState::creating, PodState::ready, PodState::deleting}) {
      if (text == to_text(known)) {
        state = known;
        return;
      }
    }
    if (fault_.empty()) fault_ = path + ": no such state";
  }

  void decode(const Json& json, const std::string& path, std::pair<std::string, std::string>& variable) {
    std::string text;
    decode(json, path, text);
    const auto equals = text.find('=');
    if (fault_.empty() && equals == std::string::npos) fault_ = path + ": expected NAME=VALUE";
    if (!fault_.empty()) return;
    variable = {text.substr(0, equals), text.substr(equals + 1)};
  }

  template <class Value>
  void decode(const Json& json, const std::string& path, std::map<std::string, Value>& map) {
    if (!json.is_object()) return expect(false, path, "an object", json);
    for (const auto& [key, value] : json.items()) {
      if (!fault_.empty()) return;
      decode(value, path + "." + key, map[key]);
    }
  }

  template <class Element>
  void decode(const Json& json, const std::string& path, std::vector<Element>& elements) {
    if (!json.is_array()) return expect(false, path, "an array", json);
    for (const Json& element : json) {
      if (!fault_.empty()) return;
      const std::string here = path + "[" + std::to_string(elements.size()) + "]";
      decode(element, here, elements.emplace_back());
    }
  }

  template <class Record>
  requires std::is_class_v<Record>
  void decode(const Json& json, const std::string& path, Record& record) {
    if (!json.is_object()) return expect(false, path, "an object", json);
    Reader reader(json, path, fault_);
    visit(reader, record);
  }

  const Json& object_;
  std::string path_;
  std::string& fault_;
};

// What the types cannot say. A negative pid would make kill(2) mean a whole group.
std::string why_implausible(const PodRecord& record) {
  if (!is_pod_id(record.id)) return "id: expected 64 hex digits";
  if (!is_safe_name(record.name)) return "name: no name of a pod";
  if (!is_safe_name(record.name_space)) return "namespace: no name of a namespace";
  if (record.shim.pid < 0 || record.pause.pid < 0) return "shim, pause: negative pid";
  std::set<std::string> names;
  for (const ContainerRecord& container : record.containers) {
    if (!is_safe_name(container.name)) return "containers: no name of a container";
    if (!names.insert(container.name).second) return "containers: '" + container.name + "' twice";
    if (container.process.pid < 0) return "containers: negative pid";
  }
  return {};
}

Error corrupt(const std::string& what) { return {Kind::corrupt, 0, "read the record: " + what}; }

Result<Json> parse(const std::string& text) {
  try {
    return Json::parse(text);
  } catch (const Json::exception& error) {
    std::string_view what = error.what();  // "[json.exception.parse_error.101] parse error at line 1, …"
    if (const auto tag = what.find("] "); tag != std::string_view::npos) what.remove_prefix(tag + 2);
    return corrupt(std::string(what.substr(0, 200)));  // it quotes the last token, however long
  }
}

}  // namespace

Result<PodRecord> record_from_json(const std::string& text) {
  const Json json = TRY(parse(text));
  if (!json.is_object()) return corrupt(std::string("expected an object, found ") + json.type_name());

  std::string fault;
  Reader reader(json, "", fault);
  int format = 0;
  reader("format", format);
  if (fault.empty() && format != PodRecord::kFormat)
    fault = "format: " + std::to_string(format) + ", this podrun reads " + std::to_string(PodRecord::kFormat);

  PodRecord record;
  if (fault.empty()) visit(reader, record);
  if (fault.empty()) fault = why_implausible(record);
  // Records of before have no more than this.
  if (const auto net = record.namespaces.find("net");
      record.netns_identity.inode == 0 && net != record.namespaces.end())
    record.netns_identity.inode = net->second;
  if (!fault.empty()) return corrupt(fault);
  return record;
}

}  // namespace podrun

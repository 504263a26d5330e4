#include "runtime/packet/recording_json.h"

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "runtime/packet/recording_fields.h"

namespace podrun::packet {
namespace {

using Json = nlohmann::ordered_json;

// What is as in a new struct is left out.
class RecordingWriter {
 public:
  template <class Value>
  void operator()(const char* key, const Value& value) {
    object_[key] = to(value);
  }

  template <class Value>
  static Json to(const Value& value) {
    if constexpr (std::is_enum_v<Value>) {
      return words_of(value).at(static_cast<std::size_t>(value));
    } else if constexpr (std::is_arithmetic_v<Value> || Is<Value, std::string>) {
      return value;
    } else {
      static const Json kNew = all_of(Value{});
      const Json all = all_of(value);
      Json kept = Json::object();
      for (const auto& [key, member] : all.items())
        if (member != kNew.at(key)) kept[key] = member;
      return kept;
    }
  }
  static Json to(const base::IpAddress& ip) { return ip == base::IpAddress{} ? Json() : Json(ip.to_text()); }
  static Json to(const Endpoint& endpoint) {
    return endpoint == Endpoint{} ? Json() : Json::array({endpoint.ip.to_text(), endpoint.port});
  }
  template <class Value>
  static Json to(const std::optional<Value>& value) {
    return value ? to(*value) : Json();
  }
  template <class Value>
  static Json to(const std::vector<Value>& values) {
    Json array = Json::array();
    for (const Value& value : values) array.push_back(to(value));
    return array;
  }

 private:
  template <class Value>
  static Json all_of(const Value& value) {
    RecordingWriter writer;
    fields(writer, value);
    return std::move(writer.object_);
  }

  Json object_ = Json::object();
};

// The first fault is kept, with the way to it; what comes behind is not looked at.
class RecordingReader {
 public:
  RecordingReader(const Json& object, std::string path, std::string& fault)
      : object_(object), path_(std::move(path)), fault_(fault) {}

  template <class Value>
  void operator()(const char* key, Value& value) {
    if (!fault_.empty()) return;
    if (const auto found = object_.find(key); found != object_.end())
      from(*found, path_ + (path_.empty() ? "" : ".") + key, value);
  }

 private:
  void expect(bool so, const std::string& path, const char* what) {
    if (!so && fault_.empty()) fault_ = path + ": expected " + what;
  }

  template <class Value>
  void from(const Json& json, const std::string& path, Value& value) {
    if constexpr (std::is_enum_v<Value>) {
      const auto& words = words_of(value);
      for (std::size_t i = 0; i < words.size(); ++i)
        if (json.is_string() && json.get<std::string>() == words.at(i)) return void(value = static_cast<Value>(i));
      expect(false, path, "another word");
    } else if constexpr (Is<Value, bool>) {
      expect(json.is_boolean(), path, "true or false");
      if (json.is_boolean()) value = json.get<bool>();
    } else if constexpr (std::is_arithmetic_v<Value>) {
      number(json, path, value);
    } else if constexpr (Is<Value, std::string>) {
      expect(json.is_string(), path, "a string");
      if (json.is_string()) value = json.get<std::string>();
    } else {
      expect(json.is_object(), path, "an object");
      if (!json.is_object()) return;
      RecordingReader inner(json, path, fault_);
      fields(inner, value);
    }
  }
  template <class Value>
  void number(const Json& json, const std::string& path, Value& value) {
    const bool fits = json.is_number_unsigned()
                          ? std::in_range<Value>(json.get<std::uint64_t>())
                          : json.is_number_integer() && std::in_range<Value>(json.get<std::int64_t>());
    expect(fits, path, "a whole number in its range");
    if (fits) value = json.get<Value>();
  }
  void number(const Json& json, const std::string& path, std::uint8_t& value) {
    std::uint16_t wide = 0;
    number(json, path, wide);
    expect(wide <= 255, path, "a whole number in its range");
    value = static_cast<std::uint8_t>(wide);
  }
  void from(const Json& json, const std::string& path, base::IpAddress& ip) {
    const auto parsed = json.is_string() ? base::IpAddress::parse(json.get<std::string>()) : std::nullopt;
    expect(parsed.has_value(), path, "an address");
    if (parsed) ip = *parsed;
  }
  void from(const Json& json, const std::string& path, Endpoint& endpoint) {
    const bool is_pair = json.is_array() && json.size() == 2 && json[0].is_string();
    const auto ip = is_pair ? base::IpAddress::parse(json[0].get<std::string>()) : std::nullopt;
    expect(ip.has_value(), path, "an address and a port");
    if (!ip) return;
    endpoint.ip = *ip;
    number(json[1], path, endpoint.port);
  }
  template <class Value>
  void from(const Json& json, const std::string& path, std::optional<Value>& value) {
    if (!json.is_null()) from(json, path, value.emplace());
  }
  template <class Value>
  void from(const Json& json, const std::string& path, std::vector<Value>& values) {
    expect(json.is_array(), path, "an array");
    if (!json.is_array()) return;
    for (std::size_t i = 0; i < json.size() && fault_.empty(); ++i)
      from(json[i], path + "[" + std::to_string(i) + "]", values.emplace_back());
  }

  const Json& object_;
  std::string path_;
  std::string& fault_;
};

// So that nobody who is given a Recording has to look.
bool are_places(const Recording& recording) {
  const int count = static_cast<int>(recording.spaces.size());
  const auto is_place = [&](int space) { return space >= 0 && space < count; };
  const auto all = [&](const auto& list) {
    for (const auto& one : list)
      if (!is_place(one.space)) return false;
    return true;
  };
  const Evidence& evidence = recording.evidence;
  for (const Space& space : recording.spaces)
    for (const Link& link : space.links)
      if (link.peer_space != -1 && !is_place(link.peer_space)) return false;
  return is_place(recording.from_space) && (recording.to_space == -1 || is_place(recording.to_space)) &&
         all(recording.sightings) && all(recording.events) && all(recording.rules) && all(recording.chains) &&
         all(recording.connections) && all(recording.counters) && all(recording.published) && all(evidence.settings) &&
         all(evidence.routes) && all(evidence.neighbours) && all(evidence.listeners) && all(evidence.hooks) &&
         all(evidence.remembered);
}

}  // namespace

std::string to_json(const Recording& recording) {
  Json whole{{"format", kRecordingFormat}};
  whole.update(RecordingWriter::to(recording));
  return whole.dump(1, ' ', false, Json::error_handler_t::replace);
}

Result<Recording> recording_from_json(const std::string& text) {
  const auto corrupt = [](const std::string& why) { return Error{Kind::corrupt, 0, "read the recording: " + why}; };
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return corrupt("it is no JSON object");
  if (json.value("format", Json()) != Json(kRecordingFormat))
    return corrupt("format: expected " + std::to_string(kRecordingFormat));
  Recording recording;
  std::string fault;
  RecordingReader reader(json, "", fault);
  fields(reader, recording);
  if (!fault.empty()) return corrupt(fault);
  if (!are_places(recording)) return corrupt("a namespace is named that is not in it");
  return recording;
}

}  // namespace podrun::packet

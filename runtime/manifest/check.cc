#include "runtime/manifest/check.h"

#include <algorithm>

#include "runtime/manifest/suggest.h"
#include "runtime/manifest/text.h"

namespace podrun::manifest {
namespace {

constexpr std::string_view kIdle = "ignored, as there is one machine and no cluster";

std::string_view noun(Shape shape) {
  switch (shape) {
    case Shape::text:
      return "a string";
    case Shape::flag:
      return "true or false";
    case Shape::whole:
      return "a whole number";
    case Shape::amount:
      return "a quantity";
    case Shape::list:
    case Shape::texts:
      return "a list";
    case Shape::object:
    case Shape::text_map:
      return "an object";
    case Shape::open:
      break;
  }
  return "anything";
}

bool fits(const Json& value, Shape shape) {
  switch (shape) {
    case Shape::text:
      return value.is_string();
    case Shape::flag:
      return value.is_boolean();
    case Shape::whole:
      return value.is_number_integer();
    case Shape::amount:
      return value.is_string() || value.is_number();
    case Shape::list:
    case Shape::texts:
      return value.is_array();
    case Shape::object:
    case Shape::text_map:
      return value.is_object();
    case Shape::open:
      break;
  }
  return true;
}

// "volumes: []" and "tty: false" ask for nothing that is not there.
bool asks_for_nothing(const Json& value) {
  return value.is_null() || value == Json(false) ||
         (value.is_string() && value.get_ref<const std::string&>().empty()) || (value.is_structured() && value.empty());
}

Error refuse(const std::string& path, std::string_view what, Kind kind = Kind::invalid) {
  return Error{kind, 0, std::string(what)}.in(path);
}

class Checker {
 public:
  Result<void> object(const Json& value, const Type& type, const std::string& path) {
    for (const auto& member : value.items()) {
      const Field* const field = type.find(member.key());
      const std::string where = child_path(path, member.key());
      if (field == nullptr) return unknown(member.key(), type, where);
      if (!member.value().is_null()) TRY(this->field(member.value(), *field, where));  // null is as good as absent
    }
    return {};
  }

  std::vector<std::string> take() {
    std::vector<std::string> lines;
    for (Remark& remark : remarks_) lines.push_back(remark.paths + ": " + std::string(remark.note));
    return lines;
  }

 private:
  struct Remark {
    std::string_view note;
    std::string paths;
  };

  Result<void> field(const Json& value, const Field& field, const std::string& path) {
    if (field.treatment == Treatment::later)
      return asks_for_nothing(value) ? Result<void>{} : refuse(path, "is not supported yet", Kind::unsupported);
    if (!fits(value, field.shape)) return mismatch(value, noun(field.shape), path);
    if (field.treatment == Treatment::idle && !asks_for_nothing(value)) remark(kIdle, path);
    if (!field.choices.empty()) return choice(value, field, path);
    return inside(value, field, path);
  }

  Result<void> inside(const Json& value, const Field& field, const std::string& path) {
    if (field.shape == Shape::object) return object(value, *field.type, path);
    if (field.shape == Shape::list) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        if (!value[i].is_object()) return mismatch(value[i], "an object", child_path(path, i));
        TRY(object(value[i], *field.type, child_path(path, i)));
      }
    }
    if (field.shape == Shape::texts)
      for (std::size_t i = 0; i < value.size(); ++i)
        if (!value[i].is_string()) return mismatch(value[i], "a string", child_path(path, i));
    if (field.shape == Shape::text_map)
      for (const auto& member : value.items())
        if (!member.value().is_string()) return mismatch(member.value(), "a string", child_path(path, member.key()));
    return {};
  }

  Result<void> choice(const Json& value, const Field& field, const std::string& path) {
    const std::string given = value.is_string() ? value.get<std::string>() : value.dump();
    const auto found = std::find_if(field.choices.begin(), field.choices.end(),
                                    [&](const Choice& choice) { return choice.value == given; });
    if (found == field.choices.end()) {
      std::string names;
      for (const Choice& choice : field.choices) names.append(names.empty() ? "" : ", ").append(choice.value);
      return refuse(path, "expected one of " + names + "; found " + quote(given));
    }
    if (found->treatment == Treatment::later)
      return refuse(path, found->note.empty() ? quote(given) + " is not supported yet" : std::string(found->note),
                    Kind::unsupported);
    if (found->treatment == Treatment::idle) remark(found->note, path);
    return {};
  }

  static Error mismatch(const Json& value, std::string_view expected, const std::string& path) {
    const bool fraction = expected == noun(Shape::whole) && value.is_number_float();
    const std::string found = fraction ? value.dump() : std::string(manifest::noun(value));
    return refuse(path, "expected " + std::string(expected) + ", found " + found);
  }

  static Error unknown(std::string_view name, const Type& type, const std::string& path) {
    std::vector<std::string_view> known;
    for (const Field& field : type.fields)
      if (field.name.find('*') == std::string_view::npos) known.push_back(field.name);
    const std::string_view near = closest(name, known);
    return refuse(path, "no such field in a Pod" + (near.empty() ? "" : "; did you mean " + quote(near) + "?"));
  }

  void remark(std::string_view note, const std::string& path) {
    const auto same = std::find_if(remarks_.begin(), remarks_.end(), [&](const Remark& r) { return r.note == note; });
    if (same == remarks_.end())
      remarks_.push_back({note, path});
    else
      same->paths.append(", ").append(path);
  }

  std::vector<Remark> remarks_;
};

}  // namespace

std::string_view noun(const Json& value) {
  if (value.is_null()) return "null";
  if (value.is_boolean()) return "a boolean";
  if (value.is_number()) return "a number";
  if (value.is_string()) return "a string";
  return value.is_array() ? "a list" : "an object";
}

Result<std::vector<std::string>> check_fields(const Json& object, const Type& type) {
  Checker checker;
  TRY(checker.object(object, type, ""));
  return checker.take();
}

}  // namespace podrun::manifest

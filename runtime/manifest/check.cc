#include "runtime/manifest/check.h"

#include <fnmatch.h>

#include <algorithm>

#include "runtime/manifest/suggest.h"
#include "runtime/manifest/text.h"

namespace podrun::manifest {
namespace {

constexpr std::string_view kIdle = "ignored, as there is one machine and no cluster";

std::string_view noun_of(Shape shape) {
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
    case Shape::wholes:
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
    case Shape::wholes:
      return value.is_array();
    case Shape::object:
    case Shape::text_map:
      return value.is_object();
    case Shape::open:
      break;
  }
  return true;
}

bool is_named(const Json& item, std::string_view pattern) {
  if (!item.is_object()) return false;
  const auto name = item.find("name");
  return name != item.end() && name->is_string() &&
         ::fnmatch(std::string(pattern).c_str(), name->get_ref<const std::string&>().c_str(), FNM_NOESCAPE) == 0;
}

std::string as_written(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

// "volumes: []" and "tty: false" ask for nothing that is not there, nor does what a cluster puts into every Pod.
bool asks_for_nothing(const Json& value, const Field& field) {
  if (value.is_null() || value == Json(false) || (value.is_structured() && value.empty())) return true;
  if (value.is_string() && value.get_ref<const std::string&>().empty()) return true;
  if (field.usual.empty()) return false;
  if (!value.is_array()) return value.is_primitive() && as_written(value) == field.usual;
  return std::all_of(value.begin(), value.end(), [&](const Json& item) { return is_named(item, field.usual); });
}

class Checker {
 public:
  Checker(Problems& problems, std::string_view kind) : problems_(problems), kind_(kind) {}

  void object(Json& value, const Type& type, const std::string& path) {
    for (auto member = value.begin(); member != value.end(); ++member) {
      const Field* const field = type.find(member.key());
      const std::string where = child_path(path, member.key());
      if (field == nullptr)
        unknown(member.key(), type, where);
      else if (!member.value().is_null())  // null is as good as absent
        this->field(member.value(), *field, where);
    }
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

  void field(Json& value, const Field& field, const std::string& path) {
    if (field.treatment == Treatment::later) {
      if (!asks_for_nothing(value, field)) problems_.add(path, field.note, Kind::unsupported);
      return;
    }
    if (!fits(value, field.shape)) return mismatch(value, noun_of(field.shape), path, nullptr);
    if (field.treatment == Treatment::idle && !asks_for_nothing(value, field))
      remark(field.note.empty() ? kIdle : field.note, path);
    if (!field.choices.empty()) return choice(value, field, path);
    inside(value, field, path);
  }

  void inside(Json& value, const Field& field, const std::string& path) {
    if (field.shape == Shape::object) object(value, *field.type, path);
    if (field.shape == Shape::list) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        if (!field.usual.empty() && is_named(value[i], field.usual)) continue;
        if (value[i].is_object())
          object(value[i], *field.type, child_path(path, i));
        else
          mismatch(value[i], "an object", child_path(path, i), Json::object());
      }
    }
    if (field.shape == Shape::texts) items(value, Shape::text, path, "");
    if (field.shape == Shape::wholes) items(value, Shape::whole, path, 0);
    if (field.shape == Shape::text_map)
      for (auto member = value.begin(); member != value.end(); ++member)
        if (!member.value().is_string()) mismatch(member.value(), "a string", child_path(path, member.key()), "");
  }

  void items(Json& list, Shape shape, const std::string& path, const Json& instead) {
    for (std::size_t i = 0; i < list.size(); ++i)
      if (!fits(list[i], shape)) mismatch(list[i], noun_of(shape), child_path(path, i), instead);
  }

  void choice(const Json& value, const Field& field, const std::string& path) {
    const std::string given = as_written(value);
    const auto found = std::find_if(field.choices.begin(), field.choices.end(), [&](const Choice& choice) {
      return choice.value == given || choice.value == kAnyOther;
    });
    if (found == field.choices.end()) {
      std::string names;
      for (const Choice& choice : field.choices)
        if (!choice.value.empty()) names.append(names.empty() ? "" : ", ").append(choice.value);
      problems_.add(path, "expected one of " + names + "; found " + quote(given));
    } else if (found->treatment == Treatment::later) {
      problems_.add(path, found->note, Kind::unsupported);
    } else if (found->treatment == Treatment::idle) {
      remark(found->note, path);
    }
  }

  void mismatch(Json& value, std::string_view expected, const std::string& path, Json instead) {
    const bool fraction = expected == noun_of(Shape::whole) && value.is_number_float();
    const std::string found = fraction ? value.dump() : std::string(noun(value));
    problems_.add_unreadable(path, "expected " + std::string(expected) + ", found " + found);
    value = std::move(instead);
  }

  void unknown(std::string_view name, const Type& type, const std::string& path) {
    std::vector<std::string_view> known;
    for (const Field& field : type.fields)
      if (field.name.find('*') == std::string_view::npos) known.push_back(field.name);
    const std::string_view near = closest(name, known);
    problems_.add(
        path, "no such field in a " + std::string(kind_) + (near.empty() ? "" : "; did you mean " + quote(near) + "?"));
  }

  void remark(std::string_view note, const std::string& path) {
    const auto same = std::find_if(remarks_.begin(), remarks_.end(), [&](const Remark& r) { return r.note == note; });
    if (same == remarks_.end())
      remarks_.push_back({note, path});
    else
      same->paths.append(", ").append(path);
  }

  Problems& problems_;
  std::string_view kind_;
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

std::vector<std::string> check_fields(Json& object, const Type& type, Problems& problems, const std::string& path,
                                      std::string_view kind) {
  Checker checker(problems, kind);
  checker.object(object, type, path);
  return checker.take();
}

}  // namespace podrun::manifest

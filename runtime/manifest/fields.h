// Every field a Kubernetes v1 Pod has (as of 1.37) and what becomes of it here: one table, in fields.cc.
#pragma once

#include <span>
#include <string_view>

namespace podrun::manifest {

enum class Treatment {
  accepted,  // read by this folder, or part of an idle field
  moot,      // asks for nothing that is not so on one machine: accepted, and nothing is said
  idle,      // means nothing on one machine: accepted with a warning
  later,     // means something that is not here: refused, with the reason, when it asks for anything
};

enum class Shape {
  open,      // anything; nobody looks inside
  text,      // a string
  flag,      // true or false
  whole,     // a whole number
  amount,    // a quantity: a string or a number
  object,    // of `type`
  list,      // of objects of `type`
  texts,     // a list of strings
  wholes,    // a list of whole numbers
  text_map,  // an object of strings under any key
};

inline constexpr std::string_view kAnyOther = "*";

// One value of a field whose values are few, as JSON writes it (strings without quotes); kAnyOther, as the last one, is
// every other.
struct Choice {
  std::string_view value;
  Treatment treatment = Treatment::accepted;
  // idle: the warning; later: the reason.
  std::string_view note = {};
};

struct Type;

struct Field {
  std::string_view name;  // may hold wildcards as fnmatch(3) has them; a name without goes first
  Treatment treatment;
  Shape shape = Shape::open;
  const Type* type = nullptr;
  std::span<const Choice> choices;
  // What a cluster fills in and nobody asked for; of a list: its items' names, may hold wildcards. Nobody looks into
  // those items.
  std::string_view usual = {};
  std::string_view note = {};  // as Choice::note

  constexpr Field(std::string_view field, Treatment what, Shape form = Shape::open, const Type* parts = nullptr)
      : name(field), treatment(what), shape(form), type(parts) {}
  constexpr Field(std::string_view field, Shape form, std::span<const Choice> values)
      : name(field), treatment(Treatment::accepted), shape(form), choices(values) {}

  constexpr Field unless(std::string_view value) const {
    Field field = *this;
    field.usual = value;
    return field;
  }
  constexpr Field because(std::string_view reason) const {
    Field field = *this;
    field.note = reason;
    return field;
  }
};

struct Type {
  std::span<const Field> fields;

  const Field* find(std::string_view name) const;
};

extern const Type kPod;
extern const Type kObjectMeta;       // the metadata of every object
extern const Type kPodTemplateSpec;  // what a Pod is made of, by whatever makes it

}  // namespace podrun::manifest

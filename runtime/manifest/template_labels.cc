#include "runtime/manifest/template_labels.h"

#include <algorithm>
#include <string>

namespace podrun::manifest {
namespace {

const Json* member_of(const Json& object, const std::string& name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  return object.is_object() && found != object.end() ? &*found : nullptr;
}

std::string word_of(const Json* value) {
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

std::string lacking_label(const Json& wanted, const Json& labels) {
  if (!wanted.is_object()) return "";
  for (const auto& [key, value] : wanted.items())
    if (const Json* const label = member_of(labels, key); value.is_string() && (label == nullptr || *label != value))
      return key + "=" + value.get<std::string>();
  return "";
}

bool holds(const Json& expression, const Json& labels) {
  const Json* const label = member_of(labels, word_of(member_of(expression, "key")));
  const Json* const values = member_of(expression, "values");
  const bool is_among = label != nullptr && values != nullptr && values->is_array() &&
                        std::find(values->begin(), values->end(), *label) != values->end();
  const std::string how = word_of(member_of(expression, "operator"));
  if (how == "In") return is_among;
  if (how == "NotIn") return !is_among;
  if (how == "Exists") return label != nullptr;
  return how != "DoesNotExist" || label == nullptr;
}

std::string as_text(const Json& expression) {
  std::string text = word_of(member_of(expression, "key")) + " " + word_of(member_of(expression, "operator"));
  const Json* const values = member_of(expression, "values");
  if (values == nullptr || !values->is_array() || values->empty()) return text;
  std::string list;
  for (const Json& value : *values) list += (list.empty() ? "" : ", ") + word_of(&value);
  return text + " (" + list + ")";
}

}  // namespace

std::string what_labels_lack(const Json& selector, const Json& labels) {
  const Json* const pairs = member_of(selector, "matchLabels");
  const Json* const expressions = member_of(selector, "matchExpressions");
  if (pairs == nullptr && expressions == nullptr) return lacking_label(selector, labels);
  if (pairs != nullptr)
    if (std::string lacking = lacking_label(*pairs, labels); !lacking.empty()) return lacking;
  if (expressions != nullptr && expressions->is_array())
    for (const Json& expression : *expressions)
      if (expression.is_object() && !holds(expression, labels)) return as_text(expression);
  return "";
}

}  // namespace podrun::manifest

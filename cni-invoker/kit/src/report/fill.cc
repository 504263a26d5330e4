#include "kit/src/report/fill.h"

#include <kainjow/mustache.hpp>
#include <stdexcept>

#include "cni/base/printable.h"

namespace cni::kit {
namespace {

using Json = nlohmann::json;
namespace mustache = kainjow::mustache;

mustache::data data_of(const Json& json) {
  if (json.is_object()) {
    mustache::data object(mustache::data::type::object);
    for (const auto& [name, value] : json.items()) object.set(name, data_of(value));
    return object;
  }
  if (json.is_array()) {
    mustache::data list(mustache::data::type::list);
    for (const Json& value : json) list.push_back(data_of(value));
    return list;
  }
  if (json.is_boolean()) return mustache::data(json.get<bool>());
  if (json.is_null() || json == "") return mustache::data(false);
  return mustache::data(json.is_string() ? json.get<std::string>() : json.dump());
}

}  // namespace

std::string fill(const std::string& text, const Json& values, const std::map<std::string, std::string>& partials) {
  mustache::mustache form(text);
  form.set_custom_escape([](const std::string& value) { return mustache::html_escape(base::printable(value)); });
  mustache::data data = data_of(values);
  for (const auto& [name, partial] : partials)
    data.set(name, mustache::data(mustache::partial([partial = partial] { return partial; })));
  std::string filled = form.render(data);
  if (!form.is_valid()) throw std::logic_error("report template: " + form.error_message());
  return filled;
}

}  // namespace cni::kit

// Templates (https://mustache.github.io/mustache.5.html) and what stands in their places.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace cni::kit {

// src/report/templates/, built in.
namespace templates {
extern const char* const junit;
extern const char* const page;
extern const char* const topology;
extern const char* const waterfall;
}  // namespace templates

// Every value is made printable and escaped, for XML and HTML, as text and as an attribute's value: no template has a
// way around that. "" and null are as false: {{#name}} is left out, {{^name}} is not. `partials`: by their names.
std::string fill(const std::string& text, const nlohmann::json& values,
                 const std::map<std::string, std::string>& partials = {});

}  // namespace cni::kit

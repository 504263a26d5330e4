// What things may be called. Each answers in words that go on after the name: "'a_b' may hold only …"; empty when good.
// Pods, namespaces and containers: manifest.h.
#pragma once

#include <string>
#include <string_view>

namespace podrun::manifest {

std::string why_bad_label_key(std::string_view key);       // [prefix/]name, also of annotations with any case
std::string why_bad_label_value(std::string_view value);   // at most 63 of A-Z a-z 0-9 - _ .
std::string why_bad_data_key(std::string_view key);        // of a ConfigMap or Secret: [-._a-zA-Z0-9]+, no ".."
std::string why_bad_env_name(std::string_view name);       // printable ASCII without =
std::string why_bad_port_name(std::string_view name);      // RFC 6335: http-alt
std::string why_bad_search_domain(std::string_view name);  // a subdomain; also with _, a final dot, or the root itself
std::string why_bad_ip(std::string_view address);          // IPv4 or IPv6, no zone

}  // namespace podrun::manifest

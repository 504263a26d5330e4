// The files under /etc that a Pod asks for: hostname, resolv.conf, hosts. All of it ends up in files of lines and
// words, so that a blank or a line break that passes here would be one in the file.
#include <algorithm>

#include "runtime/manifest/manifest.h"
#include "runtime/manifest/names.h"
#include "runtime/manifest/parts.h"
#include "runtime/manifest/text.h"

namespace podrun::manifest {
namespace {

// As the kubelet: what the kernel takes for a hostname, and no separator left at the end.
std::string default_hostname(std::string_view pod_name) {
  std::string hostname(pod_name.substr(0, 63));
  while (hostname.ends_with('-') || hostname.ends_with('.')) hostname.pop_back();
  return hostname;
}

constexpr std::size_t kMaxHostname = 64;                 // of the kernel (uname(2)) and of Kubernetes
constexpr const char* kClusterDomain = "cluster.local";  // the kubelet's default: names read as they do in a cluster

// What Kubernetes allows; the resolvers of C libraries read three nameservers.
constexpr std::size_t kMaxNameservers = 3;
constexpr std::size_t kMaxSearches = 32;
constexpr std::size_t kMaxSearchBytes = 2048;

bool is_word(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

DnsSpec read_dns(const Reader& spec) {
  const Reader config = spec.at("dnsConfig");
  DnsSpec dns;
  dns.is_all = spec.text("dnsPolicy") == "None";
  dns.nameservers = config.texts("nameservers");
  if (dns.nameservers.size() > kMaxNameservers) config.bad("nameservers", "more than 3");
  if (dns.is_all && dns.nameservers.empty()) config.bad("nameservers", "is missing: with dnsPolicy: None it needs one");
  for (std::size_t i = 0; i < dns.nameservers.size(); ++i)
    if (const std::string why = why_bad_ip(dns.nameservers[i]); !why.empty())
      config.bad("nameservers", i, quote(dns.nameservers[i]) + " " + why);

  dns.searches = config.texts("searches");
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < dns.searches.size(); ++i) {
    if (const std::string why = why_bad_search_domain(dns.searches[i]); !why.empty())
      config.bad("searches", i, quote(dns.searches[i]) + " " + why);
    bytes += dns.searches[i].size() + 1;
  }
  if (dns.searches.size() > kMaxSearches || bytes > kMaxSearchBytes + 1)
    config.bad("searches", "more than 32, or longer than 2048 characters together");

  for (const Reader& option : config.items("options")) {
    const std::string name = option.text("name");
    const std::string value = option.text("value");
    if (name.empty())
      option.bad("name", "is missing");
    else if (!is_word(name))
      option.bad("name", quote(name) + " is not one printable word");
    if (!is_word(value)) option.bad("value", quote(value) + " is not one printable word");
    dns.options.push_back(value.empty() ? name : name + ":" + value);
  }
  return dns;
}

void override_hostname(const Reader& spec, const std::string& name, PodSpec& pod) {
  if (name.size() > kMaxHostname)
    spec.bad("hostnameOverride", "is longer than 64 characters");
  else if (const std::string why = why_bad_subdomain(name); !why.empty())
    spec.bad("hostnameOverride", quote(name) + " " + why);
  if (spec.flag("setHostnameAsFQDN")) spec.bad("hostnameOverride", "cannot stand beside setHostnameAsFQDN: true");
  if (pod.host_network) spec.bad("hostnameOverride", "cannot stand beside hostNetwork: true");
  pod.hostname = name;
  pod.fqdn.clear();
}

HostAlias read_host_alias(const Reader& given) {
  HostAlias alias{given.text("ip"), given.texts("hostnames")};
  if (!given.has("ip"))
    given.bad("ip", "is missing");
  else if (const std::string why = why_bad_ip(alias.ip); !why.empty())
    given.bad("ip", quote(alias.ip) + " " + why);
  for (std::size_t i = 0; i < alias.hostnames.size(); ++i)
    if (const std::string why = why_bad_subdomain(alias.hostnames[i]); !why.empty())
      given.bad("hostnames", i, quote(alias.hostnames[i]) + " " + why);
  return alias;
}

// hostname, subdomain, setHostnameAsFQDN, hostnameOverride.
void read_hostname(const Reader& spec, PodSpec& pod) {
  pod.hostname = spec.text("hostname");
  if (pod.hostname.empty())
    pod.hostname = default_hostname(pod.name);
  else if (const std::string why = why_bad_label(pod.hostname); !why.empty())
    spec.bad("hostname", quote(pod.hostname) + " " + why);

  const std::string subdomain = spec.text("subdomain");
  if (const std::string why = subdomain.empty() ? "" : why_bad_label(subdomain); !why.empty())
    spec.bad("subdomain", quote(subdomain) + " " + why);
  if (!subdomain.empty()) pod.fqdn = pod.hostname + "." + subdomain + "." + pod.name_space + ".svc." + kClusterDomain;

  const std::string name = spec.text("hostnameOverride");
  if (!name.empty()) return override_hostname(spec, name, pod);
  if (!spec.flag("setHostnameAsFQDN") || pod.fqdn.empty()) return;
  if (pod.fqdn.size() > kMaxHostname)
    spec.bad("setHostnameAsFQDN", quote(pod.fqdn) + " is longer than the 64 characters of a hostname");
  pod.hostname = pod.fqdn;
  pod.fqdn.clear();
}

}  // namespace

void read_names(const Reader& spec, PodSpec& pod) {
  read_hostname(spec, pod);
  pod.dns = read_dns(spec);
  for (const Reader& alias : spec.items("hostAliases")) pod.host_aliases.push_back(read_host_alias(alias));
}

}  // namespace podrun::manifest

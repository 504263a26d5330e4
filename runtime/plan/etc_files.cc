#include "runtime/plan/etc_files.h"

#include <algorithm>
#include <cstdint>
#include <sstream>

#include "base/ip.h"
#include "base/joined.h"

namespace podrun {
namespace {

// Each once, whatever its spelling.
void append(std::vector<std::string>& to, const std::vector<std::string>& from) {
  for (const auto& one : from)
    if (std::none_of(to.begin(), to.end(), [&](const auto& known) { return base::same_address(known, one); }))
      to.push_back(one);
}

// 0.0.0.0 and :: are the host itself too. By value: "::1" has many spellings.
bool is_usable(const std::string& text) {
  const auto address = base::IpAddress::parse(text);
  if (!address || address->is_loopback() || address->is_any()) return false;
  return !address->is_v4() || address->bytes()[12] != 0;
}

// What Kubernetes allows (pkg/apis/core/validation); the resolvers of C libraries read three nameservers.
constexpr std::size_t kMostNameservers = 3;
constexpr std::size_t kMostSearches = 32;
constexpr std::size_t kMostSearchBytes = 2048;

void cut(DnsSpec& dns) {
  if (dns.nameservers.size() > kMostNameservers) dns.nameservers.resize(kMostNameservers);
  if (dns.searches.size() > kMostSearches) dns.searches.resize(kMostSearches);
  while (base::joined(dns.searches, " ").size() > kMostSearchBytes) dns.searches.pop_back();
}

}  // namespace

std::string hosts_text(const EtcFiles& etc, const std::vector<std::string>& ips) {
  std::string text = etc.host_hosts;
  const std::string names = (etc.fqdn.empty() ? "" : etc.fqdn + "\t") + etc.hostname + "\n";
  if (!etc.host_network || text.empty()) {
    text = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n";
    for (const auto& ip : ips) text += ip + "\t" + names;
    if (ips.empty()) text += "127.0.1.1\t" + names;
  } else if (!text.empty() && !text.ends_with('\n')) {
    text += '\n';
  }
  for (const auto& alias : etc.aliases) {
    text += alias.ip + "\t";
    for (const auto& name : alias.hostnames) text += (name == alias.hostnames.front() ? "" : "\t") + name;
    text += "\n";
  }
  return text;
}

DnsSpec parse_resolv_conf(const std::string& text) {
  DnsSpec dns;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line.substr(0, line.find_first_of("#;")));
    std::string keyword, word;
    words >> keyword;
    if (keyword == "search" || keyword == "domain") dns.searches.clear();  // resolv.conf(5): the last one counts
    if (keyword == "nameserver" && words >> word) dns.nameservers.push_back(word);  // one a line
    while (words >> word) {
      if (keyword == "search" || keyword == "domain") dns.searches.push_back(word);
      if (keyword == "options") dns.options.push_back(word);
    }
  }
  return dns;
}

std::vector<std::string> usable_nameservers(const DnsSpec& host) {
  std::vector<std::string> usable = host.nameservers;
  std::erase_if(usable, [](const std::string& address) { return !is_usable(address); });
  return usable;
}

DnsSpec dns_of(const EtcFiles& etc, const DnsSpec& network) {
  if (etc.dns.is_all) return etc.dns;
  DnsSpec dns = etc.dns;
  append(dns.nameservers, network.nameservers);
  append(dns.searches, network.searches);
  append(dns.options, network.options);
  DnsSpec host = parse_resolv_conf(etc.host_resolv_conf);
  if (!etc.host_network) host.nameservers = usable_nameservers(host);
  if (dns.nameservers.empty()) dns.nameservers = host.nameservers;
  if (dns.searches.empty()) dns.searches = host.searches;
  if (dns.options.empty()) dns.options = host.options;
  cut(dns);
  return dns;
}

std::string dns_problem(const EtcFiles& etc, const DnsSpec& dns) {
  if (!dns.nameservers.empty()) return {};
  const std::string why = !etc.host_resolv_problem.empty() ? etc.host_resolv_problem
                          : parse_resolv_conf(etc.host_resolv_conf).nameservers.empty()
                              ? "the host's /etc/resolv.conf names none"
                              : "those of the host's /etc/resolv.conf are only on the host itself";
  return "no nameserver for the pod: " + why + " (set dnsConfig.nameservers)";
}

std::string resolv_conf_text(const DnsSpec& dns) {
  std::string text;
  if (!dns.searches.empty()) text += "search " + base::joined(dns.searches, " ") + "\n";
  for (const auto& server : dns.nameservers) text += "nameserver " + server + "\n";
  if (!dns.options.empty()) text += "options " + base::joined(dns.options, " ") + "\n";
  return text;
}

}  // namespace podrun

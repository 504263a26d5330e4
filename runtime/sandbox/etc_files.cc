#include "runtime/sandbox/etc_files.h"

#include <algorithm>
#include <sstream>

#include "runtime/sandbox/plan.h"

namespace podrun {
namespace {

void append(std::vector<std::string>& to, const std::vector<std::string>& from) {
  for (const auto& one : from)
    if (std::find(to.begin(), to.end(), one) == to.end()) to.push_back(one);
}

std::string joined(const std::vector<std::string>& words) {
  std::string line;
  for (const auto& word : words) line += " " + word;
  return line;
}

bool on_loopback(const std::string& address) { return address.starts_with("127.") || address == "::1"; }

}  // namespace

std::string hosts_text(const EtcFiles& etc, const std::vector<std::string>& ips) {
  std::string text = etc.host_hosts;
  if (!etc.host_network) {
    text = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n";
    for (const auto& ip : ips) text += ip + "\t" + etc.hostname + "\n";
    if (ips.empty()) text += "127.0.1.1\t" + etc.hostname + "\n";
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
    std::istringstream words(line);
    std::string keyword;
    words >> keyword;
    if (keyword == "search" || keyword == "domain") dns.searches.clear();  // resolv.conf(5): the last one counts
    for (std::string word; words >> word;) {
      if (keyword == "nameserver") dns.nameservers.push_back(word);
      if (keyword == "search" || keyword == "domain") dns.searches.push_back(word);
      if (keyword == "options") dns.options.push_back(word);
    }
  }
  return dns;
}

std::string resolv_conf_text(const EtcFiles& etc, const DnsSpec& network) {
  DnsSpec dns = etc.dns;
  append(dns.nameservers, network.nameservers);
  append(dns.searches, network.searches);
  append(dns.options, network.options);
  DnsSpec host = parse_resolv_conf(etc.host_resolv_conf);
  if (!etc.host_network) std::erase_if(host.nameservers, on_loopback);
  if (dns.nameservers.empty()) dns.nameservers = host.nameservers;
  if (dns.searches.empty()) dns.searches = host.searches;
  if (dns.options.empty()) dns.options = host.options;

  std::string text;
  if (!dns.searches.empty()) text += "search" + joined(dns.searches) + "\n";
  for (const auto& server : dns.nameservers) text += "nameserver " + server + "\n";
  if (!dns.options.empty()) text += "options" + joined(dns.options) + "\n";
  return text;
}

}  // namespace podrun

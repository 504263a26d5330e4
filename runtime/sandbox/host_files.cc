#include "runtime/sandbox/host_files.h"

#include <fcntl.h>

#include <algorithm>

#include "base/files.h"
#include "runtime/kernel/regular_file.h"
#include "runtime/kernel/types.h"
#include "runtime/plan/etc_files.h"

namespace podrun {
namespace {

constexpr std::size_t kLargestResolvConf = 64U << 10U;
constexpr const char* kRealServers[] = {"/run/systemd/resolve/resolv.conf", "/run/NetworkManager/no-stub-resolv.conf",
                                        "/run/dnsmasq/resolv.conf"};

Result<std::string> read_file_of_host(const std::string& path, std::size_t limit) {
  const Fd file = TRY(base::open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
  return read_regular(file, path, limit).in("read '" + path + "'");
}

bool has_usable_server(const std::string& text) { return !usable_nameservers(parse_resolv_conf(text)).empty(); }

}  // namespace

HostFile read_host_file(const std::string& path, std::size_t limit) {
  auto text = read_file_of_host(path, limit);
  if (!text) return {"", text.error().what};
  if (text->find('\0') != std::string::npos) return {"", "read '" + path + "': not a text file"};
  std::erase(*text, '\r');
  return {std::move(*text), ""};
}

HostFile read_resolv_conf(bool host_network) {
  HostFile usual = read_host_file("/etc/resolv.conf", kLargestResolvConf);
  if (host_network || has_usable_server(usual.text)) return usual;
  for (const char* path : kRealServers)
    if (HostFile real = read_host_file(path, kLargestResolvConf); has_usable_server(real.text)) return real;
  return usual;
}

}  // namespace podrun

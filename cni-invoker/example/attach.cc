// Attaches a network namespace to the first network configured on this machine, prints its addresses, detaches it.
//   attach CONTAINER-ID NETNS-PATH
#include <cstdio>

#include "cni/config.h"
#include "cni/invoker.h"

int main(int argc, char** argv) {
  if (argc != 3) return std::fprintf(stderr, "usage: attach CONTAINER-ID NETNS-PATH\n"), 2;
  const auto networks = cni::scan_networks("/etc/cni/net.d");
  if (!networks || networks->first() == nullptr) return std::fprintf(stderr, "no network in /etc/cni/net.d\n"), 1;

  cni::ProcessRunner runner;
  cni::InvokerOptions options;
  options.ledger_dir = "/var/lib/attach/ledger";
  cni::Invoker invoker(runner, options);
  cni::Attachment attachment;
  attachment.container_id = argv[1];
  attachment.netns = argv[2];

  const auto added = invoker.add(*networks->first(), attachment);
  if (!added) {
    std::fprintf(stderr, "%s\n", added.error().what.c_str());
    const cni::PluginFailure* failure = cni::plugin_failure(added.error());
    return failure != nullptr && failure->remedy() == cni::Remedy::retry_later ? 75 : 1;
  }
  for (const std::string& address : cni::pod_ips(*added)) std::printf("%s\n", address.c_str());

  const auto deleted = invoker.del_container(attachment.container_id);
  if (!deleted) std::fprintf(stderr, "%s\n", deleted.error().what.c_str());
  return deleted ? 0 : 1;
}

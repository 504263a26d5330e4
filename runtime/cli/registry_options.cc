#include "runtime/cli/registry_options.h"

namespace podrun::cli {

void add_registry(Command& command, Registry& registry) {
  command.option("--authfile", registry.auth_file, "FILE",
                 "Credentials of registries, as podman login writes them; else $REGISTRY_AUTH_FILE, or skopeo's own");
  const Option::Set tls_verify = [&registry](const std::string& text) -> Result<void> {
    bool value = false;
    TRY(take(value, text));
    registry.tls_verify = value;
    return {};
  };
  command
      .option("--tls-verify", tls_verify, "",
              "Ask registries by TLS only, with a certificate that is trusted; =false does not")
      .shows("as registries.conf says");
}

}  // namespace podrun::cli

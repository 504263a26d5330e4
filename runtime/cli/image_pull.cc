// podrun image pull: images from registries.
#include <nettle/base64.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/interruption.h"
#include "runtime/cli/image_commands.h"
#include "runtime/cli/pods.h"
#include "runtime/cli/progress_line.h"
#include "runtime/cli/registry_options.h"
#include "runtime/image/name.h"
#include "runtime/sandbox/images.h"

namespace podrun::cli {
namespace {

struct ImagePullCommandOptions {
  std::vector<std::string> names;
  std::string credentials;  // a file with USER:PASSWORD; "-" for stdin
  bool quiet = false;
  Registry registry;
};

constexpr std::size_t kCredentialsLimit = 64U << 10U;

std::string base64(const std::string& bytes) {
  std::string text(BASE64_ENCODE_RAW_LENGTH(bytes.size()), '\0');
  ::base64_encode_raw(text.data(), bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()));
  return text;
}

Result<std::string> read_credentials(const std::string& file) {
  std::string text =
      TRY((file == "-" ? base::read_all(0, "stdin", kCredentialsLimit) : base::read_file(file, kCredentialsLimit))
              .in("--creds"));
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  if (text.find(':') == std::string::npos || text.find('\n') != std::string::npos)
    return Error{Kind::invalid, 0, "--creds: expected a line USER:PASSWORD in the file"};
  return text;
}

Result<std::string> pull_one(const Host& host, const std::string& name, const ImagePullCommandOptions& options,
                             const std::string& login) {
  TRY(base::check_interruption().in("pull image '" + name + "'"));
  Registry registry = options.registry;
  const auto parsed = image::parse_name(name);
  if (!login.empty() && parsed)
    registry.auths = nlohmann::json{{"auths", {{parsed->registry, {{"auth", base64(login)}}}}}}.dump();
  ProgressLine line;
  if (!options.quiet) registry.progress = [&](const std::string& text) { line.show(text); };
  return TRY(image_store(host).pull(name, registry)).digest;
}

Result<int> pull(Context& context, const ImagePullCommandOptions& options) {
  TRY(context.require_root("image pull"));
  base::listen_for_interruption();
  const std::string login = options.credentials.empty() ? "" : TRY(read_credentials(options.credentials));
  const Host host = context.host();
  Failures failures;
  for (const std::string& name : options.names) {
    const auto pulled = pull_one(host, name, options, login);
    if (pulled)
      context.out.print(*pulled + "\n");
    else
      failures.add(pulled.error());
    static_cast<void>(context.out.flush());
    if (!base::check_interruption()) break;
  }
  return failures.exit_code();
}

}  // namespace

void image_pull_command(Command& command, Context& context) {
  const auto options = std::make_shared<ImagePullCommandOptions>();
  command.words(options->names, "NAME", "What to pull: nginx, ghcr.io/a/b:1.2, localhost:5000/a@sha256:…", 1);
  add_registry(command, options->registry);
  command.option("--creds", options->credentials, "FILE", "A file with USER:PASSWORD for the registry; - reads stdin");
  command.flag("-q,--quiet", options->quiet, "Show no progress");
  command.run([&context, options] { return pull(context, *options); });
}

}  // namespace podrun::cli

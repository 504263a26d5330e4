#include "runtime/cli/cni_attachment.h"

#include <nettle/sha2.h>

#include <array>
#include <filesystem>

namespace podrun::cli {

std::string netns_path(std::string_view typed, const std::string& netns_dir, const std::string& working_dir) {
  namespace fs = std::filesystem;
  const bool is_name = typed.find('/') == std::string_view::npos;
  std::string path = (fs::path(is_name ? netns_dir : working_dir) / typed).lexically_normal();
  if (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

std::string default_container_id(const std::string& netns_path) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::array<std::uint8_t, 10> hash{};
  sha512_ctx context;
  sha512_init(&context);
  sha512_update(&context, netns_path.size(), reinterpret_cast<const std::uint8_t*>(netns_path.data()));
  sha512_digest(&context, hash.size(), hash.data());
  std::string id = "cnitool-";
  for (const unsigned byte : hash) {
    id += kDigits[byte >> 4U];
    id += kDigits[byte & 15U];
  }
  return id;
}

void add_attachment_options(Command& command, AttachmentFlags& flags) {
  command.option("--ifname", flags.ifname, "NAME", "Interface in the namespace").from("CNI_IFNAME").shows(flags.ifname);
  command.option("--container-id", flags.container_id, "ID", "Else made of the path, as cnitool does");
  command.option("--args", flags.args, "K=V;K=V", "CNI_ARGS for the plugins").from("CNI_ARGS");
  command.option("--capability-args", flags.capability_args, "JSON", "By capability: {\"portMappings\": [...]}")
      .from("CAP_ARGS");
}

Result<cni::Attachment> attachment_of(const AttachmentFlags& flags, const std::string& netns_dir) {
  if (flags.netns.empty()) return Error{Kind::invalid, 0, "the network namespace is empty"};
  std::error_code unreachable;
  const std::string working_dir = std::filesystem::current_path(unreachable);
  if (unreachable) return Error::system(unreachable.value(), "find the working directory");
  cni::Attachment attachment;
  attachment.netns = netns_path(flags.netns, netns_dir, working_dir);
  attachment.container_id = flags.container_id.empty() ? default_container_id(attachment.netns) : flags.container_id;
  attachment.ifname = flags.ifname;
  attachment.args = TRY(cni::parse_args(flags.args).in("--args"));
  if (!flags.capability_args.empty())
    attachment.capability_args = TRY(cni::JsonObject::parse(flags.capability_args).in("--capability-args"));
  TRY(cni::check_attachment(attachment));
  return attachment;
}

}  // namespace podrun::cli

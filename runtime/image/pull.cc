#include "runtime/image/pull.h"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>

#include "base/files.h"
#include "runtime/kernel/program.h"

namespace podrun::image {
namespace {

constexpr std::string_view kPartial = "oci-put-blob";  // what skopeo calls a blob that is on its way

// "12.3 MB", as docker and podman count.
std::string megabytes(std::uint64_t bytes) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f MB", static_cast<double>(bytes) / 1e6);
  return text.data();
}

// Of the blobs on their way now.
std::uint64_t bytes_on_their_way(const std::string& layout) {
  std::uint64_t bytes = 0;
  for (const std::string& file : base::list_dir(layout).value_or({})) {
    std::error_code gone;
    const auto size = file.starts_with(kPartial) ? std::filesystem::file_size(layout + "/" + file, gone) : 0;
    if (!gone) bytes += size;
  }
  return bytes;
}

// The text in the last msg="…", as Go quotes it; else the last line.
std::string reason_in(std::string_view errors) {
  while (errors.ends_with('\n')) errors.remove_suffix(1);
  const auto begin = errors.rfind(" msg=\"");
  if (begin == std::string_view::npos) return std::string(errors.substr(errors.rfind('\n') + 1));
  std::string reason;
  for (std::size_t i = begin + 6; i < errors.size() && errors[i] != '"'; ++i) {
    const bool escaped = errors[i] == '\\' && i + 1 < errors.size();
    if (escaped) ++i;
    reason += escaped && errors[i] == 'n' ? ' ' : errors[i];
  }
  return reason;
}

bool says(std::string_view reason, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words)
    if (reason.find(word) != std::string_view::npos) return true;
  return false;
}

Error failure(std::string_view errors) {
  std::string reason = reason_in(errors);
  if (reason.empty()) reason = "it failed and did not say why";
  Kind kind = Kind::internal;
  int error_number = 0;
  if (says(reason, {"manifest unknown", "name unknown", "not found"}))
    kind = Kind::not_found;
  else if (says(reason, {"unauthorized", "authentication required", "denied", "rejected by policy"}))
    kind = Kind::denied;
  else if (says(reason, {"digest", "Digest"}))
    kind = Kind::corrupt;
  else if (says(reason, {"no space left on device"}))
    error_number = ENOSPC;
  if (says(reason, {"server gave HTTP response to HTTPS client"}))
    reason += " (a registry without TLS: --tls-verify=false, or insecure = true in registries.conf)";
  return Error{kind, error_number, "skopeo: " + reason};
}

Result<std::string> make_layout(const std::string& store, const std::string& directory) {
  const std::string layout = directory + "/layout";
  TRY(base::make_dirs(store + "/blobs", 0700));
  TRY(base::make_dirs(layout, 0700));
  const std::string blobs = std::filesystem::absolute(store + "/blobs");
  if (::symlink(blobs.c_str(), (layout + "/blobs").c_str()) != 0)
    return Error::system(errno, "link '" + layout + "/blobs'");
  return layout;
}

}  // namespace

Result<std::string> fetch(const std::string& store, const std::string& directory, const Name& name,
                          const Registry& registry) {
  const std::string layout = TRY(make_layout(store, directory));
  // A registry that says a byte a minute would be waited for for ever, and who removes images waits for us.
  std::vector<std::string> argv{"skopeo", "--command-timeout", "2h", "copy"};
  std::string auth_file = registry.auth_file;
  if (!registry.auths.empty()) {
    auth_file = directory + "/auth.json";
    TRY(base::write_file_durably(auth_file, registry.auths));
  }
  if (!auth_file.empty()) argv.insert(argv.end(), {"--src-authfile", auth_file});
  if (registry.tls_verify) argv.push_back(std::string("--src-tls-verify=") + (*registry.tls_verify ? "true" : "false"));
  argv.insert(argv.end(), {"docker://" + name.text(), "oci:" + layout + ":image"});

  const auto meanwhile = [&] {
    registry.progress("pulling, " + megabytes(bytes_on_their_way(layout)) + " on their way");
  };
  auto ended = run_program(argv, registry.progress ? std::function<void()>(meanwhile) : nullptr);
  if (!ended && ended.error().kind == Kind::not_found)
    return Error{Kind::unsupported, ENOENT, "skopeo, which asks registries, is not installed (apt install skopeo)"};
  if (!registry.auths.empty()) TRY(base::remove_file(auth_file));  // before layers are unpacked, which takes its time
  const ProgramEnd result = TRY(std::move(ended));
  if (result.code != 0) return failure(result.errors);
  return layout;
}

}  // namespace podrun::image

#include "runtime/cli/manifest_file.h"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "runtime/manifest/manifest.h"

namespace podrun::cli {
namespace {

constexpr std::size_t kLimit = 1U << 20U;  // what the parser takes

Result<std::string> read_text(const std::string& file) {
  if (file == "-") return base::read_all(STDIN_FILENO, "stdin", kLimit);
  Result<std::string> text = base::read_file(file, kLimit);
  if (!text && text.error().kind == Kind::not_found && file.find("://") != std::string::npos)
    return Error{Kind::invalid, 0, file + ": podrun fetches nothing; give a file, or - and the manifest on stdin"};
  return text;
}

bool names_a_namespace(const PodSpec& spec) {
  const auto manifest = nlohmann::json::parse(spec.manifest, nullptr, false);
  static const nlohmann::json::json_pointer kPath("/metadata/namespace");
  return manifest.is_object() && manifest.contains(kPath);
}

}  // namespace

Result<PodSpec> read_manifest(const Context& context, const std::string& file, bool quiet) {
  const std::string text = TRY(read_text(file));
  Manifest manifest = TRY(parse_manifest(text, file == "-" ? "stdin" : file));
  if (!quiet)
    for (const std::string& warning : manifest.warnings) warn(warning);

  PodSpec& spec = manifest.spec;
  const std::string& wanted = context.flags.name_space;
  if (context.flags.name_space_given && spec.name_space != wanted) {
    if (names_a_namespace(spec))
      return Error{
          Kind::invalid, 0,
          file + ": the manifest's namespace \"" + spec.name_space + "\" is not --namespace \"" + wanted + "\""};
    if (const std::string why = why_bad_label(wanted); !why.empty())
      return Error{Kind::invalid, 0, "--namespace '" + wanted + "': " + why};
    spec.name_space = wanted;
  }
  return std::move(spec);
}

}  // namespace podrun::cli

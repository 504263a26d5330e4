#include "runtime/cli/manifest_file.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <random>
#include <system_error>

#include "base/files.h"
#include "base/joined.h"
#include "runtime/cli/command.h"

namespace podrun::cli {
namespace {

constexpr std::size_t kLimit = 1U << 20U;  // what the parser takes

// Whoever goes on from a mount of its own (own_program.h) reads it again.
void keep_stdin(const std::string& text) {
  const Fd copy(::memfd_create("stdin", MFD_CLOEXEC));
  if (copy && base::write_all(copy.get(), text, "stdin") && ::lseek(copy.get(), 0, SEEK_SET) == 0)
    ::dup2(copy.get(), STDIN_FILENO);
}

Result<std::string> read_text(const std::string& file) {
  if (file == "-") {
    std::string text = TRY(base::read_all(STDIN_FILENO, "stdin", kLimit));
    keep_stdin(text);
    return text;
  }
  Result<std::string> text = base::read_file(file, kLimit);
  if (!text && text.error().kind == Kind::not_found && file.find("://") != std::string::npos)
    return Error{Kind::invalid, 0, file + ": podrun fetches nothing; give a file, or - and the manifest on stdin"};
  return text;
}

// As kubectl has it, without what is in directories below.
Result<std::vector<std::string>> files_in(const std::string& directory) {
  constexpr std::array<std::string_view, 3> kEndings = {".yaml", ".yml", ".json"};
  std::vector<std::string> files;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string ending = entry->path().extension();
    if (std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end() && !entry->is_directory())
      files.push_back(entry->path());
  }
  if (error) return Error::system(error.value(), "read directory " + directory);
  if (files.empty())
    return Error{Kind::invalid, 0, directory + ": no manifest in it; those are files *.yaml, *.yml and *.json"};
  std::sort(files.begin(), files.end());
  return files;
}

// Letters and digits that make no words, as Kubernetes has them.
std::string name_suffix() {
  constexpr std::string_view kAlphabet = "bcdfghjklmnpqrstvwxz2456789";
  constexpr int kLength = 5;
  std::random_device random;
  std::uniform_int_distribution<std::size_t> any(0, kAlphabet.size() - 1);
  std::string suffix;
  for (int i = 0; i < kLength; ++i) suffix += kAlphabet[any(random)];
  return suffix;
}

}  // namespace

Option& add_manifests(Command& command, std::vector<std::string>& files) {
  return command.option("-f,--filename", files, "FILE", "Manifests, YAML or JSON; a directory of them; - reads stdin");
}

Result<std::vector<ManifestText>> read_texts(const std::vector<std::string>& files) {
  std::vector<ManifestText> texts;
  for (const std::string& file : files) {
    std::error_code unasked;
    const bool is_directory = file != "-" && std::filesystem::is_directory(file, unasked);
    for (const std::string& one : is_directory ? TRY(files_in(file)) : std::vector<std::string>{file})
      texts.push_back({TRY(read_text(one)), one == "-" ? "stdin" : one});
  }
  return texts;
}

std::string source_of(const std::vector<std::string>& files) {
  std::vector<std::string> paths;
  for (const std::string& file : files) {
    if (file == "-") return {};
    std::string path = std::filesystem::absolute(file).lexically_normal();
    if (path.size() > 1 && path.ends_with('/')) path.pop_back();
    if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(std::move(path));
  }
  std::sort(paths.begin(), paths.end());
  return base::joined(paths, "\n");
}

ManifestOptions manifest_options(const Context& context) {
  return {.name_space = context.flags.name_space, .only_there = context.flags.name_space_given, .name_suffix = nullptr};
}

Result<std::vector<PodSpec>> pods_of(const Context& context, const std::vector<ManifestText>& texts, bool named) {
  ManifestOptions options = manifest_options(context);
  if (const std::string why = why_bad_label(options.name_space); !why.empty())
    return Error{Kind::invalid, 0, "--namespace '" + options.name_space + "': " + why};
  if (named) options.name_suffix = name_suffix;
  ManifestSet set = TRY(parse_manifests(texts, options));
  for (const std::string& warning : set.warnings) warn(warning);
  return std::move(set.pods);
}

Result<std::vector<PodSpec>> read_manifests(const Context& context, const std::vector<std::string>& files, bool named) {
  std::vector<PodSpec> pods = TRY(pods_of(context, TRY(read_texts(files)), named));
  const std::string source = source_of(files);
  for (PodSpec& pod : pods) pod.source = source;
  return pods;
}

}  // namespace podrun::cli

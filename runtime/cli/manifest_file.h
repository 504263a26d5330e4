// The manifests that -f names.
#pragma once

#include <string>
#include <vector>

#include "runtime/cli/context.h"
#include "runtime/manifest/manifest.h"

namespace podrun::cli {

class Command;
class Option;

// "-f FILE", as often as wanted: a file, a directory with files, or stdin.
Option& add_manifests(Command& command, std::vector<std::string>& files);

// The texts of files, of stdin for "-", and of the files *.yaml, *.yml and *.json in directories, in the order of their
// names. Kind::invalid where a directory has none.
Result<std::vector<ManifestText>> read_texts(const std::vector<std::string>& files);

// As kubectl has it with -n: the flag counts where the manifest names no namespace, and they may not differ.
ManifestOptions manifest_options(const Context& context);

// What is to be made of all texts together, with warnings told. `named`: an object that has a generateName alone gets a
// name.
Result<std::vector<PodSpec>> pods_of(const Context& context, const std::vector<ManifestText>& texts, bool named);
// The files by which it is known later what a set was made from (PodSpec::source).
std::string source_of(const std::vector<std::string>& files);
Result<std::vector<PodSpec>> read_manifests(const Context& context, const std::vector<std::string>& files, bool named);

}  // namespace podrun::cli

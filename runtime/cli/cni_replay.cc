// podrun cni replay: a recorded run of a plugin, once more.
#include <memory>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/split_path.h"
#include "cni/record.h"
#include "runtime/cli/cni_commands.h"
#include "runtime/cli/print.h"
#include "runtime/cli/record_option.h"

namespace podrun::cli {
namespace {

namespace kit = cni::kit;

struct CniReplayAsked {
  std::vector<std::string> words;  // FILE
  std::string output;
};

struct Comparison {
  kit::Recording before;  // the recording; or the recorded build, run again beside the other
  kit::Recording now;
  bool both_again = false;
};

// What is to be run: the recorded program, or the one that --cni-bin-dir finds.
Result<kit::ReplayOptions> build_to_run(const Context& context, const kit::Recording& recording) {
  kit::ReplayOptions recorded{recording.path, base::split_path(recording.variable("CNI_PATH"))};
  if (context.flags.cni_bin_path == GlobalFlags().cni_bin_path) return recorded;
  kit::ReplayOptions other{"", base::split_path(context.flags.cni_bin_path)};
  other.path = TRY(cni::ProcessRunner().find(recording.plugin, other.plugin_dirs));
  other.plugin_dirs.insert(other.plugin_dirs.end(), recorded.plugin_dirs.begin(), recorded.plugin_dirs.end());
  return other;
}

Result<kit::Recording> replayed(const kit::Recording& recording, const kit::ReplayOptions& options) {
  kit::Recording again = TRY(kit::replay(recording, options));
  again.digest = program_digest(options.path);
  return again;
}

// Where the build that was recorded is still there, and another one is asked for, both are run again: what differs is
// then the builds', and not the machine's.
Result<Comparison> compare_runs(const Context& context, const kit::Recording& recording) {
  const kit::ReplayOptions options = TRY(build_to_run(context, recording));
  Comparison comparison{recording, TRY(replayed(recording, options)), false};
  if (options.path != recording.path && program_digest(recording.path) == recording.digest) {
    comparison.before = TRY(replayed(recording, {recording.path, base::split_path(recording.variable("CNI_PATH"))}));
    comparison.both_again = true;
  }
  return comparison;
}

std::string described(const kit::Recording& recording) {
  std::string text = recording.path + ": " + recording.end + " after " +
                     std::to_string(recording.duration.count() / 1000) + " ms, of a processor " +
                     std::to_string((recording.processor.user + recording.processor.system).count() / 1000) + " ms";
  if (recording.peak_memory != 0) text += ", in " + std::to_string(recording.peak_memory >> 20U) + " MiB";
  return text;
}

Result<int> replay(Context& context, const CniReplayAsked& asked) {
  TRY(context.require_root("cni replay"));
  const std::string& file = asked.words.front();
  const kit::Recording recording = TRY(kit::parse_recording(TRY(base::read_file(file, 1U << 30U)), file));
  const Comparison comparison = TRY(compare_runs(context, recording));
  const std::vector<std::string> lines = differences(comparison.before, comparison.now);
  if (is_document(asked.output)) {
    print_document(context.out, asked.output,
                   {{"before", Json::parse(to_json(comparison.before))},
                    {"now", Json::parse(to_json(comparison.now))},
                    {"recordedBuildRunAgain", comparison.both_again},
                    {"differences", lines}});
    return lines.empty() ? 0 : 1;
  }
  const std::string caller = recording.caller.empty() ? "" : ", called by " + recording.caller;
  context.out.print(recording.plugin + " " + recording.command + caller + ", recorded " + recording.started + "\n" +
                    (comparison.both_again ? "again " : "then  ") + described(comparison.before) + "\nnow   " +
                    described(comparison.now) + "\n");
  for (const std::string& line : lines) context.out.print("  " + line + "\n");
  if (lines.empty()) context.out.print("nothing differs\n");
  return lines.empty() ? 0 : 1;
}

}  // namespace

void cni_replay_command(Command& command, Context& context) {
  const auto asked = std::make_shared<CniReplayAsked>();
  command.words(asked->words, "FILE", "A file of --record", 1, 1);
  add_output(command, asked->output, {"json", "yaml"});
  command.run([&context, asked] { return replay(context, *asked); });
}

}  // namespace podrun::cli

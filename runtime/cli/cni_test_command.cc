// podrun cni test: does a plugin do what the specification asks?
#include <memory>

#include "base/files.h"
#include "cni/kit.h"
#include "runtime/cli/cni_commands.h"
#include "runtime/cli/pods.h"

namespace podrun::cli {
namespace {

struct Options {
  std::string conflist, network, plugin, config;
  std::vector<std::string> bin_dirs;
  std::int64_t jobs = 2;
  cni::kit::Options kit;
};

Result<std::shared_ptr<const cni::kit::Subject>> subject(const Context& context, const Options& options) {
  const int given = !options.conflist.empty() + !options.network.empty() + !options.plugin.empty();
  if (given != 1)
    return Error{Kind::invalid, 0, "name what is to be tested: one of --plugin, --conflist and --network"};
  if (!options.plugin.empty()) {
    const std::string config = options.config.empty() ? std::string() : TRY(base::read_file(options.config));
    return cni::kit::subject_of_plugin(options.plugin, config, options.kit);
  }
  if (!options.conflist.empty())
    return cni::kit::subject_of_list(TRY(base::read_file(options.conflist)), options.conflist, options.kit);
  const cni::NetworkList network = TRY(CniTool(context).network(options.network));
  return cni::kit::subject_of_list(network.bytes, "network '" + options.network + "'", options.kit);
}

Result<int> test(Context& context, Options& options) {
  TRY(context.require_root("cni test"));
  options.kit.plugin_dirs = options.bin_dirs.empty() ? context.host().options.cni_bin_dirs : options.bin_dirs;
  options.kit.jobs = static_cast<unsigned>(options.jobs);
  const auto report = TRY(cni::kit::run(TRY(subject(context, options)), options.kit));
  context.out.print(cni::kit::as_text(report));
  return report.conforms() ? 0 : 1;
}

}  // namespace

void cni_test_command(Command& command, Context& context) {
  const auto options = std::make_shared<Options>();
  command.option("--plugin", options->plugin, "TYPE", "One plugin, with the kit's own configuration or --config");
  command.option("--config", options->config, "FILE", "With --plugin: its configuration");
  command.option("--conflist", options->conflist, "FILE", "A network, and each of its plugins");
  command.option("--network", options->network, "NAME", "The same, of a configured one");
  command.option("--only", options->kit.only, "ID,...", "These checks, or chapters of them").split_at_commas();
  command.option("--skip", options->kit.skip, "ID,...", "All but these").split_at_commas();
  command.option("--versions", options->kit.versions, "VERSION,...", "In these versions of CNI").split_at_commas();
  command.option("--jobs", options->jobs, "NUMBER", "Checks at a time").shows("2");
  command.run([&context, options] { return test(context, *options); });
}

}  // namespace podrun::cli

// podrun logs: what a container wrote.
#include <CLI/CLI.hpp>
#include <memory>
#include <utility>

#include "runtime/cli/commands.h"
#include "runtime/cli/log_file.h"
#include "runtime/cli/log_printer.h"
#include "runtime/cli/log_wait.h"
#include "runtime/cli/pods.h"
#include "runtime/cli/time_text.h"

namespace podrun::cli {
namespace {

struct Options {
  std::vector<std::string> words;
  std::string container;
  bool follow = false;
  bool timestamps = false;
  std::int64_t tail = -1;  // lines; negative: all
  std::string since;
};

Result<LogStyle> style_of(const Options& options) {
  LogStyle style{.timestamps = options.timestamps, .since = ""};
  if (options.since.empty()) return style;
  const auto passed = TRY(parse_duration(options.since).in("logs: --since"));
  style.since = rfc3339_nanoseconds(now() - passed.count());
  return style;
}

// Prints what comes until the container ended and the shim has written what was left in its pipes (the exit file comes
// after that), or until nobody reads us any more.
Result<void> follow(const Layout& layout, const PodRecord& pod, const ContainerRecord& container,
                    const std::function<Result<void>()>& print_new) {
  LogWait wait = TRY(LogWait::on(container.log_path, container.process));
  auto event = LogWait::Event::grew;  // what came between the first look and the watch
  while (event == LogWait::Event::grew) {
    TRY(print_new());
    event = TRY(wait.next());
  }
  if (event == LogWait::Event::reader_gone) return {};
  for (int attempt = 0; attempt < 50 && is_alive(pod.shim) && !status_of(layout, pod, container).exit; ++attempt)
    if (TRY(wait.grows_within(20))) TRY(print_new());
  return print_new();
}

Result<int> logs(Context& context, const Options& options) {
  const std::string name = TRY(pod_name(options.words).in("logs"));
  const LogStyle style = TRY(style_of(options));
  const PodRecord pod = TRY(find_pod(context, name));
  const ContainerRecord& container = *TRY(choose_container(pod, options.container, false));
  LogFile log = TRY(LogFile::open(container.log_path));
  if (options.tail >= 0) TRY(log.seek_tail(static_cast<std::uint64_t>(options.tail)));

  LogPrinter printer(context.out, style);
  const auto print_new = [&]() -> Result<void> {
    TRY(log.read([&](std::string_view record) { printer.print(record); }));
    return context.out.flush();
  };
  TRY(options.follow ? follow(context.store().layout(), pod, container, print_new) : print_new());
  return 0;
}

}  // namespace

void add_logs(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("logs", "Print what a container wrote to stdout and stderr");
  command->add_option("pod", options->words, "Name of the pod")->required()->expected(1, 2)->type_name("POD");
  command->add_option("-c,--container", options->container, "Container; else the pod's first")->type_name("NAME");
  command->add_flag("-f,--follow", options->follow, "Go on until the container ends");
  command->add_option("--tail", options->tail, "Only so many of the last lines; -1 for all")->type_name("LINES");
  command->add_flag("--timestamps", options->timestamps, "Put the time before each line");
  command->add_option("--since", options->since, "Only what is newer: 10s, 5m, 2h")->type_name("DURATION");
  command->callback([&context, options] { context.action = [&context, options] { return logs(context, *options); }; });
}

}  // namespace podrun::cli

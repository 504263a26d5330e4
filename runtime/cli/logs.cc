// podrun logs: what a container wrote.
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "runtime/cli/commands.h"
#include "runtime/cli/container_state.h"
#include "runtime/cli/log_file.h"
#include "runtime/cli/log_printer.h"
#include "runtime/cli/log_wait.h"
#include "runtime/cli/pods.h"
#include "runtime/cli/time_text.h"
#include "runtime/kernel/clock.h"

namespace podrun::cli {
namespace {

struct LogsCommandOptions {
  std::vector<std::string> words;
  std::string container;
  bool all_containers = false;
  bool follow = false;
  bool previous = false;
  bool prefix = false;
  bool timestamps = false;
  std::int64_t tail = -1;  // lines; -1: all
  std::string since;
  std::string since_time;
};

// "web", "pod/web", "pod web", and behind either the container, as kubectl has it.
Result<std::string> take_words(LogsCommandOptions& options) {
  std::vector<std::string> words = options.words;
  const std::size_t of_pod = is_resource_word(words.front()) ? 2 : 1;
  if (words.size() > of_pod + 1)
    return Error{Kind::invalid, 0, "logs: unexpected argument '" + words[of_pod + 1] + "'; expected POD [CONTAINER]"};
  if (words.size() > of_pod) {
    if (!options.container.empty() || options.all_containers)
      return Error{Kind::invalid, 0, "logs: the container is given twice"};
    options.container = words.at(of_pod);
    words.resize(of_pod);
  }
  return pod_name(words).in("logs");
}

Result<std::string> log_since(const LogsCommandOptions& options) {
  if (!options.since.empty() && !options.since_time.empty())
    return Error{Kind::invalid, 0, "logs: --since and --since-time do not go together"};
  if (!options.since_time.empty())
    return rfc3339_nanoseconds(TRY(parse_time(options.since_time).in("logs: --since-time")));
  if (options.since.empty()) return std::string();
  return rfc3339_nanoseconds(wall_time() - TRY(parse_duration(options.since).in("logs: --since")).count());
}

Result<void> check_options_of_logs(const LogsCommandOptions& options) {
  if (options.tail < -1) return Error{Kind::invalid, 0, "logs: --tail: expected a number of lines, or -1 for all"};
  if (options.all_containers && !options.container.empty())
    return Error{Kind::invalid, 0, "logs: --container and --all-containers do not go together"};
  return {};
}

Result<std::vector<std::string>> choose(const Pod& pod, const LogsCommandOptions& options) {
  if (!options.all_containers) return std::vector{TRY(choose_container(pod, options.container, false))->plan.name};
  std::vector<std::string> all;
  for (const ContainerRecord& container : pod.containers) all.push_back(container.plan.name);
  return all;
}

// Prints what comes until the container ended and the shim has written what was left in its pipes (the exit file comes
// after that), or until nobody reads us any more.
Result<void> follow_log(const Layout& layout, const PodRecord& pod, const ContainerRecord& container,
                        const std::function<Result<void>()>& print_new) {
  LogWait wait = TRY(LogWait::on(container.plan.log_path, container.life.process));
  auto event = LogWait::Event::grew;  // what came between the first look and the watch
  while (event == LogWait::Event::grew) {
    TRY(print_new());
    event = TRY(wait.next());
  }
  if (event == LogWait::Event::reader_gone) return {};
  for (int attempt = 0; attempt < 50 && is_alive(pod.life.shim) && !status_of(layout, pod, container).exit; ++attempt)
    if (TRY(wait.grows_within(20))) TRY(print_new());
  return print_new();
}

// Several are followed at once, a thread each; `turn` keeps their lines whole.
Result<void> print_log(Context& context, const LivePod& pod, const std::string& name, const LogStyle& style,
                       const LogsCommandOptions& options, std::mutex& turn) {
  const ContainerRecord container = TRY(attempt_with_log(pod, name, options.previous));
  LogFile log = TRY(LogFile::open(container.plan.log_path));
  if (options.tail >= 0) TRY(log.seek_tail(static_cast<std::uint64_t>(options.tail)));
  LogPrinter printer(context.out, style);
  const auto print_new = [&]() -> Result<void> {
    const std::lock_guard lock(turn);
    TRY(log.read([&](std::string_view record) { printer.print(record); }));
    return context.out.flush();
  };
  TRY(options.follow ? follow_log(context.store().layout(), pod.record, container, print_new) : print_new());
  if (!options.all_containers) return {};
  const std::lock_guard lock(turn);
  printer.end_line();
  return context.out.flush();
}

Result<int> print_logs(Context& context, const LivePod& pod, const std::vector<std::string>& containers,
                       const LogsCommandOptions& options, const std::string& since) {
  std::mutex turn;
  std::vector<Result<void>> done(containers.size(), Result<void>());
  const auto print_one = [&](std::size_t i) {
    LogStyle style{.timestamps = options.timestamps, .prefix = "", .since = since};
    if (options.prefix) style.prefix = "[pod/" + pod.record.plan.who.name + "/" + containers[i] + "] ";
    done[i] = print_log(context, pod, containers[i], style, options, turn);
  };
  if (options.follow && containers.size() > 1) {
    std::vector<std::jthread> followers;
    for (std::size_t i = 0; i < containers.size(); ++i) followers.emplace_back(print_one, i);
  } else {
    for (std::size_t i = 0; i < containers.size(); ++i) print_one(i);
  }
  TRY(context.out.flush());  // whoever called us says so, once for all containers
  Failures failures;
  for (const Result<void>& one : done)
    if (!one) failures.add(one.error());
  return failures.exit_code();
}

Result<int> logs(Context& context, LogsCommandOptions options) {
  const std::string name = TRY(take_words(options));
  TRY(check_options_of_logs(options));
  const std::string newer_than = TRY(log_since(options));
  Pod pod = TRY(find_pod(context, name));
  const auto containers = TRY(choose(pod, options));
  return print_logs(context, look_at(context.store(), std::move(pod)), containers, options, newer_than);
}

}  // namespace

void logs_command(Command& command, Context& context) {
  const auto options = std::make_shared<LogsCommandOptions>();
  command.words(options->words, "POD [CONTAINER]", "Name of the pod; and container, else its first", 1, 3);
  command.option("-c,--container", options->container, "NAME", "Container");
  command.flag("--all-containers", options->all_containers, "Every container of the pod");
  command.flag("-f,--follow", options->follow, "Go on until the container ends");
  command.flag("-p,--previous", options->previous, "Of the attempt before the last restart");
  command.flag("--prefix", options->prefix, "Put pod and container before each line");
  command.option("--tail", options->tail, "LINES", "Only so many of the last lines; -1 for all");
  command.flag("--timestamps", options->timestamps, "Put the time before each line");
  command.option("--since", options->since, "DURATION", "Only what is newer: 10s, 5m, 2h");
  command.option("--since-time", options->since_time, "TIME", "Only what is newer: 2026-01-02T03:04:05Z");
  command.run([&context, options] { return logs(context, *options); });
}

}  // namespace podrun::cli

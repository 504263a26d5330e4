// podrun logs: what a container wrote.
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "runtime/cli/bad_input.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/container_state.h"
#include "runtime/cli/log_file.h"
#include "runtime/cli/log_printer.h"
#include "runtime/cli/log_wait.h"
#include "runtime/cli/pod_query.h"
#include "runtime/cli/time_text.h"
#include "runtime/kernel/clock.h"

namespace podrun::cli {
namespace {

constexpr std::int64_t kTailOfSelected = 10;  // as with kubectl, where many may be selected

struct LogsCommandOptions {
  std::vector<std::string> words;
  std::string selector;  // in the place of words
  std::string container;
  bool all_containers = false;
  bool follow = false;
  bool previous = false;
  bool prefix = false;
  bool timestamps = false;
  std::optional<std::int64_t> tail;  // lines; -1: all
  std::int64_t limit_bytes = 0;      // of each container; 0: none
  std::string since;
  std::string since_time;
};

// "web", "pod/web", "pod web", and behind either the container, as kubectl has it.
Result<std::string> take_words(LogsCommandOptions& options) {
  std::vector<std::string> words = options.words;
  if (words.empty()) return bad_input("logs: expected POD [CONTAINER], or a selector");
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
  if (options.tail.value_or(-1) < -1)
    return Error{Kind::invalid, 0, "logs: --tail: expected a number of lines, or -1 for all"};
  if (options.limit_bytes < 0) return Error{Kind::invalid, 0, "logs: --limit-bytes: expected a number of bytes"};
  if (options.all_containers && !options.container.empty())
    return Error{Kind::invalid, 0, "logs: --container and --all-containers do not go together"};
  if (!options.selector.empty() && !options.words.empty())
    return Error{Kind::invalid, 0, "logs: names and --selector do not go together"};
  return {};
}

Result<std::vector<std::string>> choose(const Pod& pod, const LogsCommandOptions& options) {
  if (!options.all_containers) return std::vector{TRY(choose_container(pod, options.container, false))->plan.name};
  std::vector<std::string> all;
  for (const ContainerRecord& container : pod.containers) all.push_back(container.plan.name);
  return all;
}

struct LogSource {
  LivePod pod;
  std::string container;
};

Result<std::vector<LogSource>> sources_of(const Context& context, Pod pod, const LogsCommandOptions& options) {
  const std::vector<std::string> containers = TRY(choose(pod, options));
  const LivePod live = look_at(context.store(), std::move(pod));
  std::vector<LogSource> sources;
  for (const std::string& container : containers) sources.push_back({live, container});
  return sources;
}

Result<std::vector<LogSource>> selected_sources(const Context& context, const LogsCommandOptions& options,
                                                Failures& failures) {
  PodQuery query;
  query.selector = options.selector;
  const FoundPods found = TRY(find_pods(context, query, failures));
  if (found.pods.empty()) note_that_there_are_none(context, query);
  std::vector<LogSource> all;
  for (const LivePod& one : found.pods) {
    auto pod = find_pod(context, one.record.plan.who.name);
    if (!pod && pod.error().kind == Kind::not_found) continue;  // deleted meanwhile
    auto sources = pod ? sources_of(context, std::move(*pod), options) : std::move(pod).error();
    if (!sources) {
      failures.add(sources.error());
      continue;
    }
    for (LogSource& source : *sources) all.push_back(std::move(source));
  }
  return all;
}

// Prints what comes until the container ended and the shim has written what was left in its pipes (the exit file comes
// after that), until nobody reads us any more, or `is_full`.
Result<void> follow_log(const Layout& layout, const PodRecord& pod, const ContainerRecord& container,
                        const std::function<Result<void>()>& print_new, const std::function<bool()>& is_full) {
  LogWait wait = TRY(LogWait::on(container.plan.log_path, container.life.process));
  auto event = LogWait::Event::grew;  // what came between the first look and the watch
  while (event == LogWait::Event::grew) {
    TRY(print_new());
    if (is_full()) return {};
    event = TRY(wait.next());
  }
  if (event == LogWait::Event::reader_gone) return {};
  for (int attempt = 0; attempt < 50 && is_alive(pod.life.shim) && !status_of(layout, pod, container).exit; ++attempt)
    if (TRY(wait.grows_within(20))) TRY(print_new());
  return print_new();
}

// Several are followed at once, a thread each; `turn` keeps their lines whole.
Result<void> print_log(Context& context, const LogSource& source, const LogStyle& style,
                       const LogsCommandOptions& options, std::mutex& turn) {
  const ContainerRecord container = TRY(attempt_with_log(source.pod, source.container, options.previous));
  LogFile log = TRY(LogFile::open(container.plan.log_path));
  const std::int64_t tail = options.tail.value_or(options.selector.empty() ? -1 : kTailOfSelected);
  if (tail >= 0) TRY(log.seek_tail(static_cast<std::uint64_t>(tail)));
  LogPrinter printer(context.out, style);
  const auto print_new = [&]() -> Result<void> {
    const std::lock_guard lock(turn);
    TRY(log.read([&](std::string_view record) { printer.print(record); }));
    return context.out.flush();
  };
  TRY(options.follow ? follow_log(context.store().layout(), source.pod.record, container, print_new,
                                  [&printer] { return printer.is_full(); })
                     : print_new());
  if (!options.all_containers && options.selector.empty()) return {};
  const std::lock_guard lock(turn);
  printer.end_line();
  return context.out.flush();
}

Result<void> print_logs(Context& context, const std::vector<LogSource>& sources, const LogsCommandOptions& options,
                        const std::string& since, Failures& failures) {
  std::mutex turn;
  std::vector<Result<void>> done(sources.size(), Result<void>());
  const auto print_one = [&](std::size_t i) {
    LogStyle style{.timestamps = options.timestamps, .prefix = "", .since = since};
    const LogSource& source = sources[i];
    if (options.limit_bytes > 0) style.most = static_cast<std::uint64_t>(options.limit_bytes);
    if (options.prefix) style.prefix = "[pod/" + source.pod.record.plan.who.name + "/" + source.container + "] ";
    done[i] = print_log(context, source, style, options, turn);
  };
  if (options.follow && sources.size() > 1) {
    std::vector<std::jthread> followers;
    for (std::size_t i = 0; i < sources.size(); ++i) followers.emplace_back(print_one, i);
  } else {
    for (std::size_t i = 0; i < sources.size(); ++i) print_one(i);
  }
  TRY(context.out.flush());  // whoever called us says so, once for all containers
  for (const Result<void>& one : done)
    if (!one) failures.add(one.error());
  return {};
}

Result<int> logs(Context& context, LogsCommandOptions options) {
  const bool are_selected = !options.selector.empty();
  std::string name;
  if (!are_selected) name = TRY(take_words(options));
  TRY(check_options_of_logs(options));
  const std::string newer_than = TRY(log_since(options));
  Failures failures;
  std::vector<LogSource> sources;
  if (are_selected)
    sources = TRY(selected_sources(context, options, failures));
  else
    sources = TRY(sources_of(context, TRY(find_pod(context, name)), options));
  TRY(print_logs(context, sources, options, newer_than, failures));
  return failures.exit_code();
}

}  // namespace

void logs_command(Command& command, Context& context) {
  const auto options = std::make_shared<LogsCommandOptions>();
  command.words(options->words, "POD [CONTAINER]", "Name of the pod; and container, else its first", 0, 3);
  command.option("-l,--selector", options->selector, "SELECTOR",
                 "Of each pod with these labels, the last 10 lines where --tail does not say otherwise");
  command.option("-c,--container", options->container, "NAME", "Container");
  command.flag("--all-containers", options->all_containers, "Every container of the pod");
  command.flag("-f,--follow", options->follow, "Go on until the container ends");
  command.flag("-p,--previous", options->previous, "Of the attempt before the last restart");
  command.flag("--prefix", options->prefix, "Put pod and container before each line");
  command.option(
      "--tail", [options](const std::string& text) { return take(options->tail.emplace(), text); }, "LINES",
      "Only so many of the last lines; -1 for all");
  command.option("--limit-bytes", options->limit_bytes, "BYTES", "Of each container no more than so many bytes");
  command.flag("--timestamps", options->timestamps, "Put the time before each line");
  command.option("--since", options->since, "DURATION", "Only what is newer: 0.5s, 5m, 2h");
  command.option("--since-time", options->since_time, "TIME", "Only what is newer: 2026-01-02T03:04:05Z");
  command.run([&context, options] { return logs(context, *options); });
}

}  // namespace podrun::cli

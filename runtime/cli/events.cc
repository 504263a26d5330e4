// podrun events: what has happened to pods.
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "runtime/cli/commands.h"
#include "runtime/cli/event_printer.h"
#include "runtime/cli/pod_follower.h"
#include "runtime/cli/pod_query.h"
#include "runtime/cli/print.h"
#include "runtime/cli/time_text.h"
#include "runtime/kernel/clock.h"

namespace podrun::cli {
namespace {

struct EventsCommandOptions {
  PodQuery query;
  std::vector<std::string> about;  // as kubectl has it: "pod/web"
  std::string since;
  std::string output;
  bool watch = false;
};

// Since when; 0: whenever. A duration as of logs, or a time.
Result<std::int64_t> events_since(const EventsCommandOptions& options) {
  if (options.since.empty()) return 0;
  if (auto time = parse_time(options.since)) return time;
  auto duration = parse_duration(options.since);
  if (duration) return wall_time() - duration->count();
  return Error{Kind::invalid, 0,
               "events: --since '" + options.since +
                   "': expected a duration, such as 10m, or a time, such as "
                   "2026-01-02T03:04:05Z"};
}

class Printer {
 public:
  Printer(Context& context, const EventsCommandOptions& options, std::int64_t since)
      : context_(context), options_(options), since_(since), table_(options.query.all_namespaces) {}

  // `going_on`: more may come, so that each is a document of its own.
  void print(std::vector<PodEvent> events, bool going_on) {
    std::stable_sort(events.begin(), events.end(), comes_earlier);
    std::erase_if(events, [this](const PodEvent& event) { return event.time != 0 && event.time < since_; });
    if (!is_document(options_.output)) return context_.out.print(table_.lines(events));
    std::vector<Json> documents;
    for (const PodEvent& event : events) documents.push_back(kube_event(event));
    if (!going_on) return print_document(context_.out, options_.output, kube_list(std::move(documents)));
    for (const Json& document : documents) {
      if (std::exchange(begun_, true) && options_.output == "yaml") context_.out.print("---\n");
      print_document(context_.out, options_.output, document);
    }
  }

 private:
  Context& context_;
  const EventsCommandOptions& options_;
  std::int64_t since_;
  EventTable table_;
  bool begun_ = false;
};

Result<int> show_until_now(Context& context, const EventsCommandOptions& options, Printer& printer) {
  Failures failures;
  const auto [pods, named] = TRY(find_pods(context, options.query, failures));
  const Layout layout = context.store().layout();
  std::vector<PodEvent> events;
  for (const LivePod& pod : pods)
    for (PodEvent& event : events_of(pod, saved_at(layout, pod))) events.push_back(std::move(event));
  if (!events.empty() || (named == 0 && is_document(options.output)))
    printer.print(std::move(events), false);
  else if (named == 0)
    note_that_there_are_none(context, options.query);
  return failures.exit_code();
}

// Until nobody reads the output any more. A pod that is named need not exist yet.
Result<int> follow_events(Context& context, const EventsCommandOptions& options, Printer& printer) {
  PodFollower follower = TRY(PodFollower::on(context, TRY(filter_of(context, options.query))));
  const Layout layout = context.store().layout();
  const auto told_of = [&](const std::optional<LivePod>& pod) {
    return pod ? events_of(*pod, saved_at(layout, *pod)) : std::vector<PodEvent>();
  };
  if (!options.since.empty())
    for (const LivePod& pod : follower.pods()) printer.print(told_of(pod), true);
  for (;;) {
    TRY(context.out.flush());
    const auto news = TRY(follower.next(std::nullopt, STDOUT_FILENO));
    if (news.why == PodFollower::Why::reader_gone) return 0;
    for (const auto& [before, now] : news.changes)
      printer.print(
          now ? cli::news(told_of(before), told_of(now), wall_time()) : std::vector{deletion_of(*before, wall_time())},
          true);
  }
}

Result<int> events(Context& context, const EventsCommandOptions& options) {
  Printer printer(context, options, TRY(events_since(options)));
  return options.watch ? follow_events(context, options, printer) : show_until_now(context, options, printer);
}

}  // namespace

void events_command(Command& command, Context& context) {
  const auto options = std::make_shared<EventsCommandOptions>();
  add_pod_query(command, options->query);
  command.option("--for", options->about, "POD", "As POD: pod/web");
  command.flag("-w,--watch", options->watch, "What happens from now on, or from --since on");
  command.option("--since", options->since, "TIME", "Only what is newer: 10s, 5m, 2h or 2026-01-02T03:04:05Z");
  add_output(command, options->output, {"json", "yaml"});
  command.run([&context, options] {
    options->query.words.insert(options->query.words.end(), options->about.begin(), options->about.end());
    return events(context, *options);
  });
}

}  // namespace podrun::cli

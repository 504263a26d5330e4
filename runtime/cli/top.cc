// podrun top, and podrun stats: what pods use, one command under the names that kubectl's and podman's users know.
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <thread>

#include "base/files.h"
#include "base/interruption.h"
#include "base/printable.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/pod_follower.h"
#include "runtime/cli/pod_query.h"
#include "runtime/cli/pod_sample.h"
#include "runtime/cli/print.h"
#include "runtime/cli/terminal.h"
#include "runtime/cli/usage_json.h"
#include "runtime/cli/usage_table.h"
#include "runtime/kernel/clock.h"

namespace podrun::cli {
namespace {

constexpr std::uint32_t kInterval = 2;                    // seconds
constexpr std::chrono::milliseconds kShortInterval{500};  // a rate needs two looks

struct TopCommandOptions {
  PodQuery query;
  UsageTableStyle style;
  std::string output;
  std::optional<std::uint32_t> interval;
  bool no_stream = false;
  bool no_headers = false;

  // Who reads it is a person in front of it, or has asked to be told again and again.
  bool goes_on() const { return !no_stream && (interval || (!is_document(output) && ::isatty(STDOUT_FILENO) != 0)); }
};

// A table on a terminal takes the place of the one before, as much of it as there is room for.
std::string in_place(const std::string& table, unsigned short rows, std::size_t columns) {
  std::string text = "\x1b[H";
  std::size_t at = 0;
  for (unsigned short row = 1; at < table.size() && (rows == 0 || row < rows); ++row) {
    const std::size_t end = std::min(table.find('\n', at), table.size());
    text += base::printable(table.substr(at, end - at)).substr(0, columns) + "\x1b[K\n";
    at = end + 1;
  }
  return text + "\x1b[J";
}

class Shown {
 public:
  Shown(Context& context, const TopCommandOptions& options) : context_(context), options_(options) {}

  Result<void> show(const std::vector<PodSample>& pods) {
    if (is_document(options_.output)) {
      if (options_.output == "yaml" && options_.goes_on()) context_.out.print("---\n");
      print_document(context_.out, options_.output, usage_json(pods));
      return context_.out.flush();
    }
    const std::string table = usage_table(pods, options_.style);
    winsize size{};
    if (!options_.goes_on() || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) {
      context_.out.print(table);
      return context_.out.flush();
    }
    return base::write_all(STDOUT_FILENO, in_place(table, size.ws_row, columns_of(STDOUT_FILENO)), "stdout");
  }

 private:
  Context& context_;
  const TopCommandOptions& options_;
};

// The keys of whoever watches the table, of which "q" is the end, as of top(1). With a table that is not watched on a
// terminal, or in the background, stdin is somebody else's.
class Keys {
 public:
  explicit Keys(const TopCommandOptions& options) {
    if (is_document(options.output) || ::isatty(STDOUT_FILENO) == 0 || !are_ours()) return;
    base::listen_for_interruption();  // so that the terminal is as it was when we end
    mode_.emplace(Typed::keys);
  }

  int fd() const { return mode_ && are_ours() ? STDIN_FILENO : -1; }
  static bool ask_for_the_end() {
    std::array<char, 64> typed{};
    const ssize_t size = ::read(STDIN_FILENO, typed.data(), typed.size());
    return size <= 0 || std::string_view(typed.data(), static_cast<std::size_t>(size)).find('q') != std::string::npos;
  }

 private:
  static bool are_ours() { return ::tcgetpgrp(STDIN_FILENO) == ::getpgrp(); }

  std::optional<RawMode> mode_;
};

Result<int> once(Context& context, const CgroupHost& host, const TopCommandOptions& options) {
  Failures failures;
  const auto [pods, named] = TRY(find_pods(context, options.query, failures));
  std::vector<PodSample> samples = sample(host, pods);
  // A document has counters, whose readers know when they looked before.
  if (!is_document(options.output) && !samples.empty()) {
    std::this_thread::sleep_for(kShortInterval);
    samples = sample(host, pods, samples);
  }
  if (named != 0)
    for (const LivePod& pod : pods)
      if (std::none_of(samples.begin(), samples.end(),
                       [&](const PodSample& one) { return one.who.id == pod.record.plan.who.id; }))
        failures.add(
            Error{Kind::not_found, 0, "pod \"" + pod.record.plan.who.name + "\" does not run: it uses nothing"});
  if (samples.empty() && !is_document(options.output)) {
    if (named == 0) note_that_there_are_none(context, options.query);
    return failures.exit_code();
  }
  TRY(Shown(context, options).show(samples));
  return failures.exit_code();
}

// Records are read when they change, and no sooner.
Result<int> again_and_again(Context& context, const CgroupHost& host, const TopCommandOptions& options) {
  PodFollower follower = TRY(PodFollower::on(context, TRY(filter_of(context, options.query))));
  Failures failures;
  if (TRY(tell_missing(context, options.query, follower.pods(), failures))) return failures.exit_code();
  const std::int64_t interval = options.interval.value_or(kInterval) * kSecond;
  Shown shown(context, options);
  std::vector<PodSample> samples = sample(host, follower.pods());
  std::int64_t at = boot_time() + std::chrono::nanoseconds(kShortInterval).count();
  if (is_document(options.output)) {
    TRY(shown.show(samples));
    at = boot_time() + interval;
  } else if (::isatty(STDOUT_FILENO) != 0) {
    TRY(base::write_all(STDOUT_FILENO, "\x1b[H\x1b[2J", "stdout"));
  }
  Keys keys(options);
  for (;; at = std::max(at + interval, boot_time())) {
    for (;;) {
      const auto news = follower.next(at, STDOUT_FILENO, keys.fd());
      if (!news && base::is_interruption(news.error())) return 128 + base::interruption_signal();
      if (!news) return news.error();
      if (news->why == PodFollower::Why::reader_gone) return failures.exit_code();
      if (news->why == PodFollower::Why::typed && Keys::ask_for_the_end()) return failures.exit_code();
      if (news->why == PodFollower::Why::timeout) break;
    }
    samples = sample(host, follower.pods(), samples);
    TRY(shown.show(samples));
  }
}

Result<int> top(Context& context, TopCommandOptions& options) {
  options.style.with_namespace = options.query.all_namespaces;
  options.style.headings = !options.no_headers;
  if (options.interval == 0U) return Error{Kind::invalid, 0, "--interval: expected at least 1 second"};
  const CgroupHost host = TRY(CgroupHost::discover());
  return options.goes_on() ? again_and_again(context, host, options) : once(context, host, options);
}

}  // namespace

void top_command(Command& command, Context& context) {
  const auto options = std::make_shared<TopCommandOptions>();
  add_pod_query(command, options->query);
  command.flag("--containers", options->style.containers, "A row for each container");
  command.option("--sort-by", options->style.sort_by, "COLUMN", "Those that use most of it first")
      .one_of({"cpu", "memory"});
  command.flag("--no-stream", options->no_stream, "Once, and not again and again");
  command.option("-i,--interval", options->interval, "SECONDS", "Time between two tables").shows("2");
  add_output(command, options->output, {"json", "yaml"});
  command.flag("--no-headers", options->no_headers, "No headings above the columns");
  command.run([&context, options] { return top(context, *options); });
}

}  // namespace podrun::cli

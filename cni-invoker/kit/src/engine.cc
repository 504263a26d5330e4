// Runs the planned checks, some at a time, each in a process and a host of its own.
#include <poll.h>
#include <sys/utsname.h>

#include <algorithm>
#include <list>

#include "cni/base/files.h"
#include "cni/base/try.h"
#include "kit/src/host/own_host.h"
#include "kit/src/lab.h"
#include "kit/src/plan.h"
#include "kit/src/record/keep_runs.h"
#include "kit/src/result_json.h"
#include "kit/src/watch/watch.h"

namespace cni::kit {
namespace {

using Clock = std::chrono::steady_clock;

struct Running {
  std::size_t number = 0;  // of the task
  bool watched = false;
  RunningHost host;
  Clock::time_point begin;
  std::string text;  // of the report, as far as it is there
};

CheckResult about(const Subject& subject, const Options& options, const Task& task) {
  CheckResult result;
  result.check = task.check->info;
  result.target = task.check->info.of_network ? subject.title : subject.plugins.at(task.target).type();
  result.version = task.version.to_text();
  if (!options.command.empty())
    result.reproduce = options.command + " --only " + result.check.id + " --versions " + result.version;
  return result;
}

std::string make_check(const Subject& subject, const Task& task, const OwnHost& host, bool watched) {
  Lab lab(subject, task.target, task.version, host, watched);
  Verdict verdict;
  try {
    verdict = task.check->run(lab);
  } catch (const Json::exception& exception) {  // who reads a result takes it to be one
    verdict = failed("a result whose values are of the types that the specification has", exception.what());
  }
  if (watched) name_makers(watched_runs(), verdict.evidence);
  CheckResult result;
  result.check.level = verdict.level.value_or(task.check->info.level);
  result.outcome = verdict.outcome;
  result.expected = verdict.expected;
  result.seen = verdict.seen;
  result.evidence = verdict.evidence;
  result.runs = lab.runs();
  result.paths = lab.paths();
  return found_to_json(result).dump(-1, ' ', false, Json::error_handler_t::replace);
}

class Engine {
 public:
  Engine(const Subject& subject, const Options& options, std::vector<Task> tasks)
      : subject_(subject), options_(options), tasks_(std::move(tasks)), results_(tasks_.size()) {}

  Result<std::vector<CheckResult>> run() {
    std::size_t next = 0;
    while (next < tasks_.size() || !running_.empty()) {
      while (next < tasks_.size() && running_.size() < std::max(options_.jobs, 1U)) TRY(start(next++));
      TRY(wait());
    }
    return std::move(results_);
  }

 private:
  Result<void> start(std::size_t number, bool watched = false) {
    const Task& task = tasks_[number];
    Running running{number, watched, TRY(start_in_own_host([this, task, watched](const OwnHost& host) {
                      return make_check(subject_, task, host, watched);
                    })),
                    Clock::now(), ""};
    running_.push_back(std::move(running));
    return {};
  }

  Result<void> wait() {
    std::vector<pollfd> polled;
    for (const Running& running : running_) polled.push_back({running.host.report().get(), POLLIN, 0});
    ::poll(polled.data(), polled.size(), 1000);
    auto at = running_.begin();
    for (const pollfd& ready : polled) {
      const auto running = at++;
      if (ready.revents != 0 ? !read_more(*running) : Clock::now() - running->begin > options_.limit) TRY(end(running));
    }
    return {};
  }

  // False at the end of the report.
  static bool read_more(Running& running) {
    std::array<char, 65536> block{};
    const ssize_t got = ::read(running.host.report().get(), block.data(), block.size());
    if (got > 0) running.text.append(block.data(), static_cast<std::size_t>(got));
    return got > 0;
  }

  Result<void> end(std::list<Running>::iterator running) {
    const std::size_t number = running->number;
    const bool watched = running->watched;
    const bool in_time = Clock::now() - running->begin <= options_.limit;
    CheckResult result = about(subject_, options_, tasks_[number]);
    result.duration = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - running->begin);
    const auto found = TRY(outcome_of(running->text));
    running_.erase(running);  // and its host
    if (!found || !found_from_json(*found, result)) {
      result.outcome = Outcome::failed;
      result.expected = "an end within " + std::to_string(options_.limit.count()) + " s";
      result.seen = in_time ? "the plugin ended the process that ran it" : "none: the whole host was ended";
    }
    if (!watched) {
      results_[number] = std::move(result);
      // Once more, for the makers of what is left or changed. It takes too long to be done always.
      if (results_[number].outcome == Outcome::failed && has_differences(results_[number].evidence))
        return start(number, true);
    } else if (result.outcome == Outcome::failed && has_differences(result.evidence)) {
      results_[number] = std::move(result);
    }
    if (options_.keep && results_[number].outcome == Outcome::failed) keep(results_[number]);
    ++ended_;
    if (options_.on_result) options_.on_result(results_[number], ended_, tasks_.size());
    return {};
  }

  void keep(CheckResult& result) const {
    const auto kept = keep_runs(result, options_.keep_dir);
    result.evidence.push_back(kept ? "kept: its runs, in " + *kept : "not kept: " + kept.error().what);
  }

  const Subject& subject_;
  const Options& options_;
  std::vector<Task> tasks_;
  std::vector<CheckResult> results_;
  std::list<Running> running_;
  std::size_t ended_ = 0;
};

bool speaks_of(const KnownFailure& known, const CheckResult& result) {
  return known.check == result.check.id && (known.plugin.empty() || known.plugin == result.target) &&
         (known.version.empty() || known.version == result.version);
}

// What the profile lists is known where it fails. Where nothing of it fails any more, that is told of what passed.
void mark_known(const KnownFailure& known, std::vector<CheckResult>& results) {
  bool fails = false;
  for (CheckResult& result : results) {
    if (result.outcome != Outcome::failed || !speaks_of(known, result)) continue;
    fails = true;
    if (!result.known) result.evidence.push_back("known: " + known.reason);
    result.known = true;
  }
  for (CheckResult& result : results)
    if (!fails && result.outcome == Outcome::passed && speaks_of(known, result)) result.known = true;
}

std::string describe(const PluginUnderTest& plugin) {
  std::string text = plugin.type() + " (" + to_text(plugin.role) + ")";
  if (!plugin.versions.empty())
    text += " " + plugin.versions.front().to_text() + " to " + plugin.versions.back().to_text();
  return text + ", " + plugin.path;
}

}  // namespace

std::size_t Report::count(Outcome outcome) const {
  return static_cast<std::size_t>(std::count_if(results.begin(), results.end(), [&](const CheckResult& result) {
    return result.outcome == outcome && !(outcome == Outcome::failed && result.known);
  }));
}

bool Report::conforms() const {
  return std::none_of(results.begin(), results.end(), [](const CheckResult& result) {
    return result.outcome == Outcome::failed && result.check.level == Level::must && !result.known;
  });
}

bool Report::has_tried() const {
  return std::any_of(results.begin(), results.end(), [](const CheckResult& result) {
    return result.outcome != Outcome::skipped && result.outcome != Outcome::not_applicable;
  });
}

Result<Report> run(const std::shared_ptr<const Subject>& subject, const Options& options) {
  if (::geteuid() != 0) return Error{Kind::denied, EPERM, "test plugins: it takes namespaces (run it as root)"};
  const auto begin = Clock::now();
  Report report;
  report.subject = subject->title;
  for (const PluginUnderTest& plugin : subject->plugins)
    if (!plugin.ours) report.plugins.push_back(describe(plugin));
  utsname kernel{};
  ::uname(&kernel);
  report.kernel = std::string(kernel.sysname) + " " + kernel.release;
  report.results = TRY(Engine(*subject, options, TRY(plan(*subject, options))).run());
  for (const KnownFailure& known : subject->known) mark_known(known, report.results);
  report.duration = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin);
  return report;
}

}  // namespace cni::kit

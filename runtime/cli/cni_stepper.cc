#include "runtime/cli/cni_stepper.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/files.h"
#include "base/interruption.h"
#include "cni/in_netns.h"
#include "runtime/cli/indent_json.h"

namespace podrun::cli {
namespace {

constexpr const char* kHelp =
    "n, or nothing   go on\n"
    "r               go on to the end without asking\n"
    "p               print it again\n"
    "e               edit it, by $VISUAL or $EDITOR\n"
    "s               a shell in the network namespace, by $SHELL; `exit` comes back\n"
    "u               undo: before a plugin, give up, and have everything deleted that was added; after one, delete "
    "what\n"
    "                it has added, and be asked before it again\n";

std::string value_of(const cni::RunRequest& request, const std::string& name) {
  for (const auto& [key, value] : request.environment)
    if (key == name) return value;
  return "";
}

std::string plugin_of(const cni::RunRequest& request) { return request.path.substr(request.path.rfind('/') + 1); }

std::string step_of(const cni::kit::Recording& recording) { return recording.command + " " + recording.plugin; }

// Of a plugin that another has started: all that is known of how.
cni::RunRequest request_of(const cni::kit::Recording& recording) {
  cni::RunRequest request;
  request.path = recording.path;
  request.environment = recording.environment;
  request.input = recording.input;
  request.timeout = std::chrono::hours(24);
  return request;
}

std::string shown(const std::string& text) {
  if (text.empty()) return "(nothing)\n";
  if (nlohmann::json::accept(text)) return indent_json(text);
  return text.ends_with('\n') ? text : text + "\n";
}

std::string from_environment(std::initializer_list<const char*> names, const char* otherwise) {
  for (const char* name : names)
    if (const char* value = ::getenv(name); value != nullptr && *value != '\0') return value;
  return otherwise;
}

Result<void> run_at_the_terminal(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = -1;
  if (const int error = ::posix_spawnp(&child, arguments[0], nullptr, nullptr, arguments.data(), environ); error != 0)
    return Error::system(error, "start '" + words[0] + "'");
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return {};
}

// In a file that only we can read.
Result<std::string> edited(const std::string& text) {
  std::string path = "/tmp/podrun-edit-XXXXXX";
  const Fd file(::mkostemp(path.data(), O_CLOEXEC));
  if (!file) return Error::system(errno, "make a file to edit");
  TRY(base::write_all(file.get(), shown(text), path));
  // $EDITOR may have arguments.
  auto done =
      run_at_the_terminal({"sh", "-c", from_environment({"VISUAL", "EDITOR"}, "vi") + " \"$1\"", "editor", path});
  auto now = base::read_file(path);
  ::unlink(path.c_str());
  if (!done) return done.error();
  return now;
}

// A line of stdin, without its end; nothing once it has ended, or a signal asks for the end.
std::optional<std::string> read_line(std::string& typed) {
  for (;;) {
    if (const std::size_t end = typed.find('\n'); end != std::string::npos) {
      std::string line = typed.substr(0, end);
      typed.erase(0, end + 1);
      return line;
    }
    std::array<pollfd, 2> awaited{{{STDIN_FILENO, POLLIN, 0}, {base::interruption_fd(), POLLIN, 0}}};
    if (::poll(awaited.data(), awaited.size(), -1) < 0 && errno != EINTR) return std::nullopt;
    if (base::interruption_signal() != 0) return std::nullopt;
    std::array<char, 4096> block{};
    const ssize_t got = ::read(STDIN_FILENO, block.data(), block.size());
    if (got <= 0) return std::nullopt;
    typed.append(block.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

CniStepper::CniStepper(std::shared_ptr<cni::Runner> runner, const std::string& helper, Output& out)
    : runner_(std::move(runner)), delegating_(runner_), out_(out) {
  if (helper.empty()) return;
  const cni::kit::DelegateHandler handler{
      [this](const std::string& caller, const cni::RunRequest& request) { return before(caller, request); },
      [this](const std::string&, const cni::kit::Recording& recording) {
        return after(request_of(recording), recording);
      }};
  delegating_ = std::make_shared<cni::kit::DelegateRunner>(runner_, helper, handler, warn);
}

Result<std::string> CniStepper::find(std::string_view type, const std::vector<std::string>& dirs) {
  return runner_->find(type, dirs);
}

void CniStepper::say(const std::string& text) {
  out_.print(text);
  static_cast<void>(out_.flush());  // told at the end
}

Result<CniStepper::Wish> CniStepper::ask(const std::string& when, const std::string& netns, bool can_undo,
                                         std::string& text) {
  while (asks_) {
    say("(" + when + ") ");
    const auto line = read_line(typed_);
    if (!line) {
      asks_ = false;
      if (can_undo) return Error{Kind::invalid, 0, "given up"};
    } else if (*line == "u" && can_undo) {
      return Wish::undo;
    } else if (line->empty() || *line == "n") {
      return Wish::go_on;
    } else if (*line == "r") {
      asks_ = false;
    } else if (*line == "p") {
      say(shown(text));
    } else if (*line == "e") {
      if (auto now = edited(text))
        text = *std::move(now);
      else
        report(now.error());
    } else if (*line == "s") {
      const auto gone =
          cni::in_netns(netns, [] { return run_at_the_terminal({from_environment({"SHELL"}, "/bin/sh")}); });
      if (!gone) report(gone.error());
    } else {
      say(*line == "u" ? "what is being deleted is deleted to the end\n" : kHelp);
    }
  }
  return Wish::go_on;
}

void CniStepper::take_back(const cni::RunRequest& added, const std::string& result) {
  cni::RunRequest request = added;
  for (auto& [key, value] : request.environment)
    if (key == "CNI_COMMAND") value = "DEL";
  nlohmann::json config = nlohmann::json::parse(request.input, nullptr, false);
  const nlohmann::json previous = nlohmann::json::parse(result, nullptr, false);
  if (config.is_object() && previous.is_object()) config["prevResult"] = previous;
  if (config.is_object()) request.input = config.dump();
  tell(cni::kit::run_recorded(*runner_, request).recording);
}

void CniStepper::tell(const cni::kit::Recording& recording) {
  say(step_of(recording) + ": " + recording.end + " after " + std::to_string(recording.duration.count() / 1000) +
      " ms\n" + shown(recording.output));
  std::string effects;
  for (const std::string& effect : recording.effects) effects += "  " + effect + "\n";
  say(effects);
}

Result<std::string> CniStepper::before(const std::string& caller, const cni::RunRequest& request) {
  const std::string command = value_of(request, "CNI_COMMAND");
  if (command == "VERSION") return request.input;
  const std::string step = command + " " + plugin_of(request);
  step_within_ = caller.empty() ? 0 : step_within_ + 1;
  if (caller.empty()) ++step_;
  const std::string number = std::to_string(step_) + "." + (caller.empty() ? "" : std::to_string(step_within_) + ".");
  say("\n" + number + " " + step + (caller.empty() ? "" : ", called by " + caller) + "  " + request.path + "\n" +
      shown(request.input));
  std::string input = request.input;
  if (TRY(ask("before " + step, value_of(request, "CNI_NETNS"), command == "ADD", input)) == Wish::go_on) return input;
  asks_ = false;
  return Error{Kind::invalid, 0, "given up"};
}

Result<std::optional<std::string>> CniStepper::after(const cni::RunRequest& request,
                                                     const cni::kit::Recording& recording) {
  if (recording.command == "VERSION") return std::optional(recording.output);
  tell(recording);
  const bool has_added = recording.command == "ADD" && recording.end == "exit 0";
  std::string output = recording.output;
  if (TRY(ask("after " + step_of(recording), recording.variable("CNI_NETNS"), has_added, output)) == Wish::go_on)
    return std::optional(output);
  take_back(request, output);
  return std::optional<std::string>();
}

Result<cni::RunOutcome> CniStepper::exec(const cni::RunRequest& asked) {
  if (value_of(asked, "CNI_COMMAND") == "VERSION") return runner_->exec(asked);
  cni::RunRequest request = asked;
  for (;;) {
    auto input = before("", request);
    if (!input) {
      Error given_up = std::move(input).error();
      given_up.detail = std::make_shared<cni::NeverStarted>();
      return given_up;
    }
    request.input = *std::move(input);
    cni::kit::Recorded done = cni::kit::run_recorded(*delegating_, request);
    if (!done.outcome) {
      tell(done.recording);
      return std::move(done.outcome);
    }
    request.input_gate = -1;  // it has opened, once
    if (auto output = TRY(after(request, done.recording))) {
      done.outcome->output = *std::move(output);
      return std::move(done.outcome);
    }
  }
}

}  // namespace podrun::cli

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
  run("DEL " + request.path.substr(request.path.rfind('/') + 1), request);
}

cni::kit::Recorded CniStepper::run(const std::string& step, const cni::RunRequest& request) {
  cni::kit::Recorded done = cni::kit::run_recorded(*runner_, request);
  const cni::kit::Recording& seen = done.recording;
  say(step + ": " + seen.end + " after " + std::to_string(seen.duration.count() / 1000) + " ms\n" + shown(seen.output));
  std::string effects;
  for (const std::string& effect : seen.effects) effects += "  " + effect + "\n";
  say(effects);
  return done;
}

Result<cni::RunOutcome> CniStepper::exec(const cni::RunRequest& asked) {
  const std::string command = value_of(asked, "CNI_COMMAND"), netns = value_of(asked, "CNI_NETNS");
  if (command == "VERSION") return runner_->exec(asked);
  const std::string step = command + " " + asked.path.substr(asked.path.rfind('/') + 1);
  const bool can_undo = command == "ADD";
  cni::RunRequest request = asked;
  say("\n" + std::to_string(++step_) + ". " + step + "  " + asked.path + "\n" + shown(request.input));
  for (;;) {
    auto before = ask("before " + step, netns, can_undo, request.input);
    if (before && *before == Wish::undo) {
      asks_ = false;
      before = Error{Kind::invalid, 0, "given up"};
    }
    if (!before) {
      Error given_up = std::move(before).error();
      given_up.detail = std::make_shared<cni::NeverStarted>();
      return given_up;
    }
    cni::kit::Recorded done = run(step, request);
    if (!done.outcome) return std::move(done.outcome);
    const bool has_added = can_undo && done.outcome->succeeded();
    if (TRY(ask("after " + step, netns, has_added, done.outcome->output)) == Wish::go_on)
      return std::move(done.outcome);
    request.input_gate = -1;  // it has opened, once
    take_back(request, done.outcome->output);
  }
}

}  // namespace podrun::cli

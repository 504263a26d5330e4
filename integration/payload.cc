// The program that tests run inside containers: static, so that it needs nothing of a root filesystem. What it finds
// out it prints as "key value" lines.
#include "integration/payload.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string>

namespace payload {
namespace {

int sleep_until_told(const Arguments&) {
  std::signal(SIGTERM, [](int) { ::_exit(0); });
  while (true) ::pause();
}

int stay_stubborn(const Arguments&) {
  std::signal(SIGTERM, SIG_IGN);
  std::cout << "stubborn" << std::endl;
  while (true) ::pause();
}

int count_terms(const Arguments&) {
  std::signal(SIGTERM, [](int) { static_cast<void>(!::write(1, "term\n", 5)); });
  std::cout << "counting" << std::endl;
  while (true) ::pause();
}

int exit_with(const Arguments& arguments) { return std::atoi(arguments.at(0).c_str()); }

int die_of_signal(const Arguments& arguments) {
  ::raise(std::atoi(arguments.at(0).c_str()));
  return 99;
}

int flood(const Arguments& arguments) {
  const std::string line(99, 'x');
  for (long left = std::atol(arguments.at(0).c_str()); left > 0; left -= 100) std::cout << line << '\n';
  return 0;
}

int count_lines(const Arguments& arguments) {
  for (int i = 1; i <= std::atoi(arguments.at(0).c_str()); ++i) std::cout << "line " << i << '\n';
  return 0;
}

int flood_slowly(const Arguments&) {
  for (int i = 1;; ++i) {
    std::cout << "line " << i << std::endl;
    ::usleep(20'000);
  }
}

// Two lines, one a stream, the second without its end.
int say_two(const Arguments&) {
  std::cout << "to stdout\n" << std::flush;
  std::cerr << "to stderr" << std::flush;
  return 0;
}

int echo_input(const Arguments&) {
  std::cout << std::cin.rdbuf();
  return 0;
}

int show_terminal(const Arguments&) {
  winsize size{};
  std::cout << "terminal " << (::isatty(0) && ::isatty(1) ? "yes" : "no") << "\n";
  if (::ioctl(0, TIOCGWINSZ, &size) == 0) std::cout << "size " << size.ws_row << " " << size.ws_col << "\n";
  return 0;
}

// Children whose parent ends at once, so that the pid namespace's init gets them; they end soon after.
int leave_orphans(const Arguments& arguments) {
  for (int i = std::atoi(arguments.at(0).c_str()); i > 0; --i) {
    const pid_t middle = ::fork();
    if (middle == 0) {
      if (::fork() == 0) ::usleep(100'000);
      ::_exit(0);
    }
    ::waitpid(middle, nullptr, 0);
  }
  return sleep_until_told({});
}

int eat_memory(const Arguments& arguments) {
  const std::size_t bytes = static_cast<std::size_t>(std::atol(arguments.at(0).c_str())) << 20U;
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return 1;
  std::memset(memory, 1, bytes);
  std::cout << "ate " << arguments.at(0) << std::endl;
  return 0;
}

int hold_memory(const Arguments& arguments) {
  const int failed = eat_memory(arguments);
  return failed != 0 ? failed : sleep_until_told({});
}

// How many children there can be at a time.
int count_children(const Arguments& arguments) {
  int children = 0;
  while (children < std::atoi(arguments.at(0).c_str())) {
    const pid_t pid = ::fork();
    if (pid == 0) sleep_until_told({});
    if (pid < 0) break;
    ++children;
  }
  std::cout << "children " << children << std::endl;
  ::signal(SIGTERM, SIG_IGN);
  ::kill(0, SIGTERM);
  return 0;
}

int spin(const Arguments&) {
  for (volatile bool turn = true; turn;) {
  }
  return 0;
}

struct Command {
  const char* name;
  int (*run)(const Arguments&);
};
constexpr Command kCommands[] = {{"sleep", sleep_until_told},
                                 {"stubborn", stay_stubborn},
                                 {"count-terms", count_terms},
                                 {"exit", exit_with},
                                 {"die", die_of_signal},
                                 {"flood", flood},
                                 {"flood-slowly", flood_slowly},
                                 {"count-lines", count_lines},
                                 {"as-tracee", as_tracee},
                                 {"siblings", make_siblings},
                                 {"say-two", say_two},
                                 {"echo", echo_input},
                                 {"terminal", show_terminal},
                                 {"orphans", leave_orphans},
                                 {"eat", eat_memory},
                                 {"hold", hold_memory},
                                 {"count-children", count_children},
                                 {"spin", spin},
                                 {"hunt", hunt},
                                 {"trace-me", trace_me},
                                 {"report", report},
                                 {"as-odd-caller", as_odd_caller},
                                 {"start", report_start},
                                 {"try", try_forbidden},
                                 {"sockets", try_sockets},
                                 {"exists", exists},
                                 {"note", note},
                                 {"note-term", note_term},
                                 {"sleep-with-child", sleep_with_child},
                                 {"serve-http", serve_http},
                                 {"swap", swap},
                                 {"make-file", make_file},
                                 {"make-hole", make_hole},
                                 {"make-tree", make_tree},
                                 {"make-fifos", make_fifos},
                                 {"serve", serve},
                                 {"serve-udp", serve_udp},
                                 {"give-back", give_back},
                                 {"ask-udp", ask_udp},
                                 {"ask", ask},
                                 {"ping", ping},
                                 {"forge", forge},
                                 {"listen-abstract", listen_abstract},
                                 {"ask-abstract", ask_abstract}};

}  // namespace
}  // namespace payload

int main(int argc, char** argv) {
  const std::string name = argc > 1 ? argv[1] : "";
  for (const payload::Command& command : payload::kCommands)
    if (name == command.name) return command.run(payload::Arguments(argv + 2, argv + argc));
  std::cerr << "payload: no command '" << name << "'\n";
  return 64;
}

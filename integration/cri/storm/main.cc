// cri_storm SOCKET IMAGE LOGS SECONDS CLIENTS: as many clients at once of a server of the CRI, half of which make pods,
// and the others look, or are rude. Says what was wrong, and how many calls there were; ends with 1 where anything was.
// cri_storm SOCKET lists COUNT CLIENTS: so many lists in all, and how long the longest took.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "integration/cri/storm/caller.h"

namespace cri_storm {
namespace {

template <class Do>
void with_clients(const Storm& storm, unsigned clients, Do act) {
  std::vector<std::thread> threads;
  for (unsigned number = 0; number != clients; ++number)
    threads.emplace_back([&storm, number, act] {
      Caller caller(storm, number);
      act(caller, number);
    });
  for (std::thread& thread : threads) thread.join();
}

int end(const std::string& what) {
  std::printf("%d calls%s, %d wrong\n", calls(), what.c_str(), complaints());
  return complaints() == 0 ? 0 : 1;
}

int rage(const Storm& storm, unsigned clients) {
  with_clients(storm, clients, [](Caller& caller, unsigned number) {
    if (number % 2 == 0)
      live(caller);
    else if (number % 4 == 1)
      look(caller);
    else
      be_rude(caller);
  });
  return end("");
}

int list_all(const Storm& storm, int count, unsigned clients) {
  std::vector<std::chrono::milliseconds> longest(clients);
  with_clients(storm, clients, [&longest, count, clients](Caller& caller, unsigned number) {
    longest[number] = list(caller, (count + static_cast<int>(clients) - 1) / static_cast<int>(clients));
  });
  return end(", the longest " + std::to_string(std::max_element(longest.begin(), longest.end())->count()) + " ms");
}

int run(int count, char** arguments) {
  Storm storm{.socket = arguments[1], .image = arguments[2], .logs = arguments[3], .end = {}};
  const auto number = [&](int i) { return static_cast<int>(std::strtol(arguments[i], nullptr, 10)); };
  if (storm.image == "lists") return list_all(storm, number(3), static_cast<unsigned>(number(4)));
  if (count != 6) return 2;
  storm.end = Clock::now() + std::chrono::seconds(number(4));
  return rage(storm, static_cast<unsigned>(number(5)));
}

}  // namespace
}  // namespace cri_storm

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr, "usage: cri_storm SOCKET (IMAGE LOGS SECONDS | lists COUNT) CLIENTS\n");
    return 2;
  }
  return cri_storm::run(argc, argv);
}

#include "integration/bench/trial.h"

#include <thread>

namespace bench {
namespace {

void run_once(const Trial& trial, const Loop& loop, Figures& figures) {
  time_commands(trial.before);
  if (loop.quiet.count() > 0) std::this_thread::sleep_for(loop.quiet);
  const Milliseconds taken = time_commands(trial.timed);
  figures.all.add(taken);
  if (trial.not_its_own) figures.own.add(taken - trial.not_its_own());
  time_commands(trial.after);
}

}  // namespace

std::vector<Figures> measure(std::vector<Trial> trials, const Loop& loop, const Places& places) {
  for (Trial& trial : trials) {
    places.enter(trial.place);
    time_commands(trial.set_up);
    if (trial.find_timed) trial.timed = trial.find_timed();
    Figures warm_up;  // programs into the page cache, directories that are made once
    run_once(trial, {}, warm_up);
  }
  std::vector<Figures> figures(trials.size());
  for (int run = 0; run < loop.runs; ++run) {
    for (std::size_t i = 0; i < trials.size(); ++i) {
      places.enter(trials[i].place);
      run_once(trials[i], loop, figures[i]);
    }
  }
  for (const Trial& trial : trials) {
    places.enter(trial.place);
    time_commands(trial.tear_down);
  }
  places.enter(Place::host);
  return figures;
}

}  // namespace bench

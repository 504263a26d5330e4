// Ends random processes of podrun's with SIGKILL, at random moments. Only in own_host, where all of /proc is the
// tests'.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace integration {

enum class Prey {
  podrun,  // the command itself
  shim,    // podrun-shim
  tend,    // `podrun system tend`, which looks after a pod
  plugin,  // a CNI plugin, also one that another plugin called
};

struct Kill {
  Prey prey;
  std::string program;    // "bridge"
  std::string operation;  // of a plugin: "ADD"
  std::string pod;        // the id; empty for podrun
};
std::string to_text(const Kill& kill);
std::string plural_of(Prey prey);  // "shims"

class Killer {
 public:
  // The same seed makes the same choices; the moments they fall on are the machine's.
  explicit Killer(std::uint64_t seed) : random_(seed) {}
  // PODRUN_STORM_SEED, or one that nobody knows before.
  static std::uint64_t seed();

  // Waits for a random moment, at most `longest` away, and ends one random process of a random kind of `preys` that has
  // been hit fewer than `most` times since the last new_round(). `podruns` are children of ours that nobody has waited
  // for.
  void strike(const std::vector<pid_t>& podruns, std::chrono::microseconds longest, int most,
              const std::vector<Prey>& preys = {Prey::podrun, Prey::shim, Prey::plugin});
  void new_round() { round_begins_ = kills_.size(); }

  const std::vector<Kill>& kills() const { return kills_; }
  int count(Prey prey) const;  // since the last new_round()
  bool has_hit(Prey prey, const std::string& pod) const;

 private:
  std::size_t pick(std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_); }

  std::mt19937_64 random_;
  std::vector<Kill> kills_;
  std::size_t round_begins_ = 0;
};

}  // namespace integration

// What plugins print on stderr, line by line: told while they run, and the last of it kept.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cni/invoker.h"
#include "runtime/model/record.h"

namespace podrun {

class PluginMessages {
 public:
  // "bridge ADD", and a line without its end; may be empty.
  using Tell = std::function<void(const std::string& plugin, const std::string& line)>;

  // `kept`, when not null, has the newest lines, of a pod's size: kMostLines of at most kLongestLine bytes.
  PluginMessages(Tell tell, std::vector<PluginMessage>* kept) : tell_(std::move(tell)), kept_(kept) {}
  static constexpr std::size_t kMostLines = 20;
  static constexpr std::size_t kLongestLine = 500;

  void take(const cni::PluginOutput& output);
  void end_of_run();  // a last line may have no end

 private:
  void line();

  Tell tell_;
  std::vector<PluginMessage>* kept_;
  std::string plugin_;
  std::string line_;
};

}  // namespace podrun

#include "runtime/sandbox/plugin_messages.h"

namespace podrun {

void PluginMessages::take(const cni::PluginOutput& output) {
  plugin_ = std::string(output.plugin) + " " + std::string(output.operation);
  std::string_view text = output.text;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    line_ += text.substr(0, end);
    line();
    text.remove_prefix(end + 1);
  }
  line_ += text;
}

void PluginMessages::end_of_run() {
  if (!line_.empty()) line();
}

void PluginMessages::line() {
  if (tell_) tell_(plugin_, line_);
  if (kept_ != nullptr) {
    if (kept_->size() == kMostLines) kept_->erase(kept_->begin());
    kept_->push_back({plugin_, line_.substr(0, kLongestLine)});
  }
  line_.clear();
}

}  // namespace podrun

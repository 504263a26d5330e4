#include "plugin_del.h"

#include <algorithm>
#include <utility>

#include "cni/base/try.h"
#include "entry.h"
#include "plugin_versions.h"
#include "recorded.h"
#include "request.h"

namespace cni {
namespace {

// Where the plugins were at ADD, then where they are now: a package may have moved them.
std::vector<std::string> dirs_for_del(const LedgerEntry& entry, const InvokerOptions& options) {
  std::vector<std::string> dirs = entry.plugin_dirs;
  for (const std::string& dir : options.plugin_dirs)
    if (std::find(dirs.begin(), dirs.end(), dir) == dirs.end()) dirs.push_back(dir);
  return dirs;
}

// The result of the ADD in this version; empty below 0.4.0, and where there is none that can be read.
std::string previous_result(const LedgerEntry& entry, const Version& version, const InvokerOptions& options) {
  if (entry.result.empty() || !version.has_check()) return {};
  const auto result = parse_result(entry.result, entry.network.version);
  auto json = result ? to_json(*result, version) : Result<std::string>(result.error());
  if (json) return std::move(*json);
  if (options.warn) options.warn("DEL without the result of the ADD: " + json.error().what);
  return {};
}

// The plugin of `now` that has the place of then.plugins[index]: the n-th of its type. Null: there is none.
const PluginConfig* counterpart(const NetworkList& now, const NetworkList& then, std::size_t index) {
  const auto is_same_type = [&](const PluginConfig& plugin) { return plugin.type == then.plugins[index].type; };
  const auto end = then.plugins.begin() + static_cast<std::ptrdiff_t>(index);
  auto before = std::count_if(then.plugins.begin(), end, is_same_type);
  for (const PluginConfig& plugin : now.plugins)
    if (is_same_type(plugin) && before-- == 0) return &plugin;
  return nullptr;
}

// A list without one of the plugins is another network under an old name.
bool has_all_plugins_of(const NetworkList& now, const NetworkList& then) {
  for (std::size_t i = 0; i < then.plugins.size(); ++i)
    if (counterpart(now, then, i) == nullptr) return false;
  return true;
}

// The plugin ran, and said itself that it could not.
bool is_answer(const Error& error) {
  const PluginFailure* failure = plugin_failure(error);
  return failure != nullptr && !failure->timed_out;
}

// With the configuration it has, another time.
bool may_pass(const PluginFailure& failure) {
  const Remedy remedy = failure.remedy();
  return failure.signal != 0 || remedy == Remedy::retry || remedy == Remedy::retry_later || remedy == Remedy::not_ready;
}

}  // namespace

PluginDel::PluginDel(Runner& runner, const InvokerOptions& options, const CallOptions& call, const LedgerEntry& entry,
                     const Attachment& attachment, const NetworkList* now)
    : runner_(runner),
      options_(options),
      call_(call),
      entry_(entry),
      attachment_(attachment),
      dirs_(dirs_for_del(entry, options)),
      operation_(runner, options, call, "DEL", options.timeouts.del),
      previous_(previous_result(entry, entry.network.version, options)),
      now_(now) {}

Result<void> PluginDel::run(std::size_t index) {
  const PluginConfig& recorded = entry_.network.plugins[index];
  auto done = ask(entry_.network, recorded);
  if (!done && refuses_version(done.error())) {
    if (made_nothing(index)) return {};
    done = ask_in_known_version(entry_.network, recorded, std::move(done).error());
  }
  if (done || !may_be_misconfigured(done.error())) return done;
  const NetworkList* now = configured_now();
  if (now == nullptr) return done;
  const PluginConfig& plugin = *counterpart(*now, entry_.network, index);
  auto again = ask(*now, plugin);
  if (!again && refuses_version(again.error())) again = ask_in_known_version(*now, plugin, std::move(again).error());
  if (again) return {};
  return join_errors({std::move(done).error(), std::move(again).error().in("as it is configured now")});
}

Result<void> PluginDel::ask(const NetworkList& network, const PluginConfig& plugin) {
  auto done = ask_in(attachment_.netns, network, plugin);
  if (done || !attachment_.netns.empty() || !is_answer(done.error()) || refuses_version(done.error())) return done;
  const StandInNetns* instead = stand_in();
  if (instead != nullptr && ask_in(instead->path(), network, plugin)) return {};
  return done;
}

Result<void> PluginDel::ask_in(const std::string& netns, const NetworkList& network, const PluginConfig& plugin) const {
  Attachment there = attachment_;
  there.netns = netns;
  const std::string path = TRY(operation_.find(plugin.type, dirs_));
  const std::string previous =
      network.version == entry_.network.version ? previous_ : previous_result(entry_, network.version, options_);
  auto outcome = operation_.run(plugin.type, path,
                                attachment_request(network, plugin, there, previous, options_.keep_capabilities_key),
                                plugin_environment("DEL", there, dirs_, options_.trace));
  if (outcome) return {};
  const PluginFailure* failure = plugin_failure(outcome.error());
  if (failure != nullptr && failure->remedy() == Remedy::nothing_to_do) return {};
  return std::move(outcome).error();
}

// The refusal stays the error where there is no other version to try.
Result<void> PluginDel::ask_in_known_version(const NetworkList& network, const PluginConfig& plugin, Error refusal) {
  auto known = ask_versions(runner_, options_, call_, plugin.type, dirs_);
  if (!known) return join_errors({std::move(refusal), std::move(known).error()});
  const auto version = highest_common({*known});
  if (!version || *version == network.version) return refusal;
  NetworkList other = network;
  other.version = *version;
  auto done = ask(other, plugin);
  if (done) return {};
  return join_errors({std::move(refusal), std::move(done).error().in("in version " + version->to_text())});
}

// It ended the ADD with the very answer, or was behind the one that did. What a delegate of it refused counts as well:
// the DEL has taken down what it had made itself by then.
bool PluginDel::made_nothing(std::size_t index) const {
  return entry_.add_failure && entry_.add_failure->code == code::kIncompatibleVersion &&
         index >= entry_.add_failure->plugin;
}

// After an ADD that succeeded the configuration was good, unless the plugin itself says that it is no longer. One with
// which no ADD ever succeeded may be to blame for any failure.
bool PluginDel::may_be_misconfigured(const Error& error) const {
  if (!is_answer(error) || may_pass(*plugin_failure(error))) return false;
  return entry_.add_failure || entry_.state == LedgerEntry::State::adding ||
         plugin_failure(error)->remedy() == Remedy::fix_config;
}

const NetworkList* PluginDel::configured_now() {
  if (!looked_up_) {
    looked_up_ = true;
    if (now_ == nullptr && options_.configured) {
      if (auto found = options_.configured(entry_.network.name)) now_ = &found_.emplace(std::move(*found));
    }
    if (now_ != nullptr && (now_->name != entry_.network.name || network_json(*now_) == network_json(entry_.network) ||
                            !has_all_plugins_of(*now_, entry_.network)))
      now_ = nullptr;
  }
  return now_;
}

const StandInNetns* PluginDel::stand_in() {
  if (!tried_stand_in_) {
    tried_stand_in_ = true;
    const auto result = told_or_seen(entry_);
    auto made = StandInNetns::make(attachment_.ifname, result ? *result : NetworkResult());
    if (made) stand_in_ = std::move(*made);
  }
  return stand_in_ ? &*stand_in_ : nullptr;
}

}  // namespace cni

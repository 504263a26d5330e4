// What is known of a plugin's failure. It travels inside Error (Kind::plugin, or Kind::timeout) through every
// in(), so that a caller at any height can act on the code:
//   if (auto added = invoker.add(list, attachment); !added)
//     if (const cni::PluginFailure* failure = cni::plugin_failure(added.error())) … failure->code …
// Spec section 5, "Error"; codes: "Well-known error codes".
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cni/base/result.h"

namespace cni {

namespace code {
inline constexpr unsigned kUnknown = 0;  // the plugin failed without a readable error
inline constexpr unsigned kIncompatibleVersion = 1;
inline constexpr unsigned kUnsupportedField = 2;
inline constexpr unsigned kUnknownContainer = 3;
inline constexpr unsigned kInvalidEnvironment = 4;
inline constexpr unsigned kIoFailure = 5;
inline constexpr unsigned kDecodeFailure = 6;
inline constexpr unsigned kInvalidConfig = 7;
inline constexpr unsigned kInvalidNetns = 8;  // not in the spec; the Go skeleton uses it
inline constexpr unsigned kTryAgainLater = 11;
inline constexpr unsigned kNotAvailable = 50;         // STATUS: no ADD now
inline constexpr unsigned kLimitedConnectivity = 51;  // STATUS: no ADD now, and existing containers are affected
inline constexpr unsigned kGeneric = 999;             // not in the spec; what Go plugins print for any other error
}  // namespace code

// What a caller may do about a failure.
enum class Remedy {
  none,           // nothing in general: the message is for a person
  fix_config,     // the same configuration fails again
  fix_caller,     // an argument of ours is wrong
  retry,          // may work next time
  retry_later,    // the plugin asks to try again after a while; after a failed ADD only once its DEL is done
  nothing_to_do,  // the plugin does not know the container: there is nothing to clean up
  not_ready,      // the network takes no new containers at the moment
  degraded,       // and those it has may have lost connectivity
};

struct PluginFailure {
  std::string plugin;     // its type
  std::string operation;  // "ADD"
  unsigned code = code::kUnknown;
  std::string message;  // the plugin's msg, or what is known in its place
  std::string details;
  int exit_code = 0;  // -1 when it did not exit by itself
  int signal = 0;
  bool timed_out = false;
  std::chrono::microseconds duration{0};
  std::string stderr_text;

  Remedy remedy() const;
};

struct PluginFailures : base::ErrorDetail {
  std::vector<PluginFailure> all;  // more than one where an operation goes on past a failure: DEL with continue, GC
};

// The first failure behind an error, nullptr when no plugin is to blame.
const PluginFailure* plugin_failure(const Error& error);
const std::vector<PluginFailure>& plugin_failures(const Error& error);

Error to_error(PluginFailure failure);
// What is the same when the same fails again: without how long it took and what was logged beside an error message.
std::string lasting_text(const Error& error);
// Joins errors into one; the details of all are kept. `errors` is not empty.
Error join_errors(std::vector<Error> errors);

}  // namespace cni

// What holds for one call of an operation alone, where InvokerOptions speak of all.
//
//   cni::CallOptions call;
//   call.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
//   call.cancel_fd = request_is_over.get();
//   call.on_stderr = [](const cni::PluginOutput& out) { … };
//   auto result = invoker.add(network, attachment, call);
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>

namespace cni {

// A piece of what a plugin prints on stderr, as it came: some bytes, and not always whole lines.
struct PluginOutput {
  std::string_view operation;  // "ADD"
  std::string_view plugin;     // its type
  std::string_view text;
};

// Called while the plugin runs, on the thread that called the operation and for one plugin at a time, with the locks of
// the operation held: it must not call operations, should be quick, as the plugin's other output waits meanwhile, and
// must not throw. Of two calls on two threads each calls its own.
using StderrSink = std::function<void(const PluginOutput&)>;

struct CallOptions {
  // When the operation is to be over, with waiting for locks: in place of its limit (Timeouts). The DEL after an ADD
  // that fails has the limit of a DEL all the same.
  std::optional<std::chrono::steady_clock::time_point> deadline = std::nullopt;
  // Not negative: in place of InvokerOptions::cancel_fd. Once something can be read here no lock is waited for any
  // longer and nothing more is begun; a plugin has a moment to come to its end and is killed else (EINTR). But one in a
  // DEL is not, since half a DEL may be all that ever is done.
  int cancel_fd = -1;
  StderrSink on_stderr = nullptr;  // that of InvokerOptions, where empty
};

}  // namespace cni

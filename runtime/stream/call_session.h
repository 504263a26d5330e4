// Exec and Attach: streams of one client, relayed to the ends that a handler's function is given.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "runtime/stream/inlet.h"
#include "runtime/stream/outlet.h"
#include "runtime/stream/resize.h"
#include "runtime/stream/session.h"
#include "runtime/stream/status.h"

namespace podrun::stream {

struct CallForm {
  Streams streams;
  bool has_resize = true;  // versions 3 and above
  StatusForm status = StatusForm::json;
};

class CallSession : public Session {
 public:
  using Call = std::function<Result<int>(Ends)>;  // called by a thread of its own

  CallSession(Setting setting, const CallForm& form, Call call);

  void start() override;
  bool opened(StreamId stream, const Headers& headers) override;
  void received(StreamId stream, std::string_view bytes) override;
  void finished(StreamId stream) override;
  void was_reset(StreamId stream) override;
  void gone() override;

 private:
  enum class Role { error, in, out, err, resize };

  Result<void> make_ends();
  void begin();
  void set_sizes(std::string_view bytes);
  void input_ended();
  void consumed(std::size_t bytes);
  void hold();
  void call_ended();
  void finish_when_done();
  std::optional<StreamId> stream_of(Role role) const;

  Setting setting_;
  CallForm form_;
  Call call_;
  std::set<Role> wanted_;
  std::map<StreamId, Role> roles_;
  Ends ends_;     // the handler's, until it has them
  Fd sizes_;      // ours
  Fd presence_;   // closed when the client has gone
  Fd out_, err_;  // until the outlets have them
  std::unique_ptr<Inlet> inlet_;
  std::unique_ptr<Outlet> outlet_, err_outlet_;
  bool input_has_ended_ = false;
  bool is_holding_ = false;
  int running_outlets_ = 0;
  ResizeReader resize_;
  std::shared_ptr<std::optional<Result<int>>> end_ =
      std::make_shared<std::optional<Result<int>>>();  // the thread's answer
  bool has_ended_ = false;
  bool is_over_ = false;
  Timer timer_;  // for streams to come, then for the client to go
  Timer look_;
  std::shared_ptr<int> alive_ = std::make_shared<int>();
};

}  // namespace podrun::stream

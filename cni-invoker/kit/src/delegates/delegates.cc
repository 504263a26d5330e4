#include "cni/delegates.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <list>
#include <thread>

#include "cni/base/files.h"
#include "cni/base/split_path.h"
#include "cni/base/try.h"
#include "kit/src/delegates/line_socket.h"

namespace cni::kit {
namespace {

using Json = nlohmann::json;

constexpr const char* kPath = "CNI_PATH";

Result<void> put_up_links(const std::string& place, const std::string& helper, const std::string& path) {
  for (const std::string& dir : base::split_path(path))
    for (const std::string& name : base::list_dir(dir).value_or({}))
      if (::symlink(helper.c_str(), (place + "/" + name).c_str()) != 0 && errno != EEXIST)
        return Error::system(errno, "link '" + place + "/" + name + "'");
  return {};
}

RunRequest request_from(const Json& told, const std::string& path) {
  RunRequest request;
  request.path = told.at("path");
  for (const auto& [name, value] : told.at("environment").items()) request.environment.emplace_back(name, value);
  for (auto& [name, value] : request.environment)
    if (name == kPath) value = path;
  request.input = told.at("stdin");
  return request;
}

// The links, and who listens to those that are run through them. Gone with this object.
class Delegates {
 public:
  static Result<std::unique_ptr<Delegates>> put_up(const RunRequest& run, const std::string& path,
                                                   const std::string& helper, const DelegateHandler& handler) {
    std::string place = kDelegatesBegin + "XXXXXX";
    if (::mkdtemp(place.data()) == nullptr) return Error::system(errno, "make '" + place + "'");
    auto delegates = std::unique_ptr<Delegates>(new Delegates(place, run, path, handler));
    TRY(put_up_links(place, helper, path));
    delegates->listener_ = TRY(LineSocket::listen(place + "/" + kDelegatesSocket));
    delegates->stop_.reset(::eventfd(0, EFD_CLOEXEC));
    if (!delegates->stop_) return Error::system(errno, "make an eventfd");
    delegates->thread_ = std::thread([&all = *delegates] { all.listen(); });
    return delegates;
  }
  ~Delegates() {
    if (thread_.joinable()) {
      ::eventfd_write(stop_.get(), 1);
      thread_.join();
    }
    static_cast<void>(base::remove_tree(place_));
  }
  Delegates(const Delegates&) = delete;
  Delegates& operator=(const Delegates&) = delete;
  const std::string& place() const { return place_; }

 private:
  Delegates(std::string place, const RunRequest& run, std::string path, const DelegateHandler& handler)
      : place_(std::move(place)),
        starter_(run.path.substr(run.path.rfind('/') + 1)),
        path_(std::move(path)),
        handler_(handler) {}

  void listen() {
    for (;;) {
      std::vector<pollfd> polled{{stop_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
      for (const LineSocket& one : talks_) polled.push_back({one.descriptor(), POLLIN, 0});
      if (::poll(polled.data(), polled.size(), -1) < 0) continue;
      if (polled[0].revents != 0) return;
      auto talk = talks_.begin();
      for (std::size_t i = 2; i < polled.size(); ++i)
        talk = polled[i].revents != 0 && !hear(*talk) ? talks_.erase(talk) : std::next(talk);
      if (polled[1].revents == 0) continue;
      if (Fd accepted(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)); accepted)
        talks_.emplace_back(std::move(accepted));
    }
  }

  // False: it will say no more.
  bool hear(LineSocket& talk) {
    const bool goes_on = talk.take();
    while (const auto message = talk.next()) {
      Json reply;
      try {
        reply = message->contains("before") ? before(message->at("before")) : after(message->at("after"));
      } catch (const Json::exception&) {
        return false;  // not from cni-kit-plugin
      }
      if (!talk.write(reply)) return false;
    }
    return goes_on;
  }

  Json before(const Json& told) const {
    auto input = handler_.before(caller_of(told), request_from(told, path_));
    return input ? Json{{"stdin", *input}} : Json{{"error", input.error().what}};
  }

  Json after(const Json& told) const {
    auto recording = parse_recording(told.at("recording").dump(), "what cni-kit-plugin tells");
    if (!recording) return Json::object();
    for (auto& [name, value] : recording->environment)
      if (name == kPath) value = path_;
    recording->caller = caller_of(told);
    const auto output = handler_.after(recording->caller, *recording);
    if (!output) return {{"error", output.error().what}};
    if (!*output) return {{"again", true}};
    // As it was printed, else: JSON has no bytes that are no text.
    return **output == recording->output ? Json::object() : Json{{"stdout", **output}};
  }

  std::string caller_of(const Json& told) const {
    std::string caller = told.at("caller");
    return caller.empty() ? starter_ : caller;
  }

  std::string place_, starter_, path_;
  const DelegateHandler& handler_;
  Fd listener_, stop_;
  std::list<LineSocket> talks_;
  std::thread thread_;
};

}  // namespace

DelegateRunner::DelegateRunner(std::shared_ptr<Runner> runner, std::string helper, DelegateHandler handler,
                               std::function<void(const std::string& warning)> warn)
    : runner_(std::move(runner)), helper_(std::move(helper)), handler_(std::move(handler)), warn_(std::move(warn)) {}

Result<std::string> DelegateRunner::find(std::string_view type, const std::vector<std::string>& dirs) {
  return runner_->find(type, dirs);
}

Result<RunOutcome> DelegateRunner::exec(const RunRequest& asked) {
  RunRequest request = asked;
  const auto path = std::find_if(request.environment.begin(), request.environment.end(),
                                 [](const auto& variable) { return variable.first == kPath; });
  if (path == request.environment.end() || path->second.empty()) return runner_->exec(asked);
  const auto delegates = Delegates::put_up(asked, path->second, helper_, handler_);
  if (!delegates) {
    if (warn_) warn_("what plugins start is not seen: " + delegates.error().what);
    return runner_->exec(asked);
  }
  path->second = (*delegates)->place() + ":" + path->second;
  return runner_->exec(request);
}

}  // namespace cni::kit

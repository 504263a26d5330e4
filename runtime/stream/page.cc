#include "runtime/stream/page.h"

#include <map>
#include <thread>
#include <utility>

#include "cni/base/signals_blocked.h"
#include "runtime/stream/exchange.h"
#include "runtime/stream/http_answer.h"
#include "runtime/stream/listen.h"

namespace podrun::stream {
namespace {

constexpr std::size_t kMostClients = 32;  // at a time; further ones are closed at once
constexpr Exchange::Patience kPatience{std::chrono::seconds(10), std::chrono::seconds(5)};
constexpr std::string_view kPlain = "text/plain; charset=utf-8";

}  // namespace

class PageServer::Impl {
 public:
  Impl(Listening listening, Page page)
      : page_(std::move(page)),
        name_(std::move(listening.name)),
        acceptor_(std::make_unique<Acceptor>(loop_, std::move(listening.socket),
                                             [this](Fd client) { take(std::move(client)); })) {
    const base::AllSignalsBlocked blocked;  // for the thread: a client that goes is no signal
    thread_ = std::thread([this] { loop_.run(); });
  }

  ~Impl() {
    loop_.post([this] {
      acceptor_.reset();
      clients_.clear();
      loop_.stop();
    });
    thread_.join();
  }

  const std::string& name() const { return name_; }

 private:
  void take(Fd client) {
    if (clients_.size() >= kMostClients) return;  // and so closes it
    const std::size_t number = ++last_;
    clients_[number] = std::make_unique<Exchange>(
        loop_, std::move(client), kPatience,
        [this, number](const HttpRequest& request, const std::string&) {
          clients_.at(number)->answer(answer_to(request));
        },
        [this, number] { loop_.post([this, number] { clients_.erase(number); }); });
  }

  std::string answer_to(const HttpRequest& request) const {
    if (request.target.substr(0, request.target.find('?')) != page_.path)
      return http_answer(404, {}, kPlain, "there is " + page_.path + " alone\n");
    if (request.method != "GET") return http_answer(405, {{"Allow", "GET"}}, kPlain, "the page is for GET\n");
    return http_answer(200, {}, page_.type, page_.text());
  }

  Page page_;
  std::string name_;
  Loop loop_;
  std::unique_ptr<Acceptor> acceptor_;
  std::map<std::size_t, std::unique_ptr<Exchange>> clients_;
  std::size_t last_ = 0;
  std::thread thread_;
};

PageServer::PageServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PageServer::~PageServer() = default;
const std::string& PageServer::name() const { return impl_->name(); }

Result<std::unique_ptr<PageServer>> PageServer::start(const std::string& address, Page page) {
  auto impl = std::make_unique<Impl>(TRY(listen_on(address)), std::move(page));
  return std::unique_ptr<PageServer>(new PageServer(std::move(impl)));
}

}  // namespace podrun::stream

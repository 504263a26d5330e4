#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>

#include "runtime/probe/stream.h"

// OpenSSL asks the processor what it can before main(), by some thirty instructions that a virtual machine traps: every
// podrun would pay for what few use. The linker puts the first in the other's place (--wrap, CMakeLists.txt), and who
// speaks TLS calls that.
extern "C" {
void __wrap_OPENSSL_cpuid_setup() {}
void __real_OPENSSL_cpuid_setup();
}

namespace podrun::probe {
namespace {

struct FreeTls {
  void operator()(SSL* tls) const { SSL_free(tls); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

// Nothing is kept secret by a probe, so that old keys are no reason to call a server dead; the oldest version is the
// one that the kubelet takes.
std::unique_ptr<SSL_CTX, FreeTls> make_context() {
  __real_OPENSSL_cpuid_setup();
  OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  std::unique_ptr<SSL_CTX, FreeTls> context(SSL_CTX_new(TLS_client_method()));
  if (!context) return nullptr;
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return context;
}

std::string why() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "no TLS" : reason;
}

class Tls : public Stream {
 public:
  Tls(const Connection& connection, std::string_view protocol) : connection_(connection), context_(make_context()) {
    if (!context_) return;
    tls_.reset(SSL_new(context_.get()));
    if (tls_ && SSL_set_fd(tls_.get(), connection.fd()) != 1) tls_.reset();
    if (!tls_) return;
    SSL_set_connect_state(tls_.get());
    if (protocol.empty()) return;
    const std::string offered = static_cast<char>(protocol.size()) + std::string(protocol);
    SSL_set_alpn_protos(tls_.get(), reinterpret_cast<const unsigned char*>(offered.data()),
                        static_cast<unsigned>(offered.size()));
  }

  Result<std::size_t> send(std::string_view bytes) override {
    if (!tls_) return failure();
    std::size_t sent = 0;
    const int done = SSL_write_ex(tls_.get(), bytes.data(), bytes.size(), &sent);
    return moved(done, sent);
  }
  Result<std::size_t> receive(std::span<char> into) override {
    if (!tls_) return failure();
    std::size_t received = 0;
    const int done = SSL_read_ex(tls_.get(), into.data(), into.size(), &received);
    return moved(done, received);
  }
  short awaits() const override { return awaits_; }
  bool holds_more() const override { return tls_ && SSL_pending(tls_.get()) > 0; }

 private:
  Result<std::size_t> moved(int succeeded, std::size_t bytes) {
    if (succeeded == 1) return bytes;
    const int errno_before = errno;
    switch (SSL_get_error(tls_.get(), succeeded)) {
      case SSL_ERROR_WANT_READ:
        awaits_ = POLLIN;
        return Error{Kind::busy, EAGAIN, "TLS with " + connection_.peer()};
      case SSL_ERROR_WANT_WRITE:
        awaits_ = POLLOUT;
        return Error{Kind::busy, EAGAIN, "TLS with " + connection_.peer()};
      case SSL_ERROR_ZERO_RETURN:
        return std::size_t{0};
      case SSL_ERROR_SYSCALL:
        if (errno_before != 0 && ERR_peek_error() == 0)
          return Error::system(errno_before, "TLS with " + connection_.peer());
        break;
      default:
        break;
    }
    return failure();
  }
  Error failure() const { return {Kind::invalid, 0, "TLS with " + connection_.peer() + ": " + why()}; }

  const Connection& connection_;
  std::unique_ptr<SSL_CTX, FreeTls> context_;
  std::unique_ptr<SSL, FreeTls> tls_;
  short awaits_ = POLLOUT;
};

}  // namespace

std::unique_ptr<Stream> tls_stream(const Connection& connection, std::string_view protocol) {
  return std::make_unique<Tls>(connection, protocol);
}

}  // namespace podrun::probe

// The server's side of TLS, for tests.
#pragma once

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <functional>
#include <string_view>
#include <thread>

#include "runtime/kernel/types.h"

namespace podrun::probe {

// Expired, and for nobody.
inline SSL_CTX* context_of_server(int version) {
  EVP_PKEY* key = EVP_RSA_gen(2048);
  X509* certificate = X509_new();
  X509_gmtime_adj(X509_getm_notBefore(certificate), -7200);
  X509_gmtime_adj(X509_getm_notAfter(certificate), -3600);
  X509_set_pubkey(certificate, key);
  X509_sign(certificate, key, EVP_sha256());
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  SSL_CTX_set_min_proto_version(context, version);
  SSL_CTX_set_max_proto_version(context, version);
  SSL_CTX_use_certificate(context, certificate);
  SSL_CTX_use_PrivateKey(context, key);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return context;
}

// Only for a client that says it speaks HTTP/2: as gRPC's servers have it.
inline int take_h2(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* offered, unsigned length,
                   void*) {
  constexpr std::string_view kWanted = "\x02h2";
  if (std::string_view(reinterpret_cast<const char*>(offered), length) != kWanted) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out = offered + 1;
  *size = 2;
  return SSL_TLSEXT_ERR_OK;
}

// What `serve` says in plain text, said by TLS.
inline std::function<void(int)> behind_tls(std::function<void(int)> serve) {
  return [serve = std::move(serve)](int client) {
    SSL_CTX* context = context_of_server(TLS1_3_VERSION);
    SSL_CTX_set_alpn_select_cb(context, take_h2, nullptr);
    SSL* tls = SSL_new(context);
    SSL_set_fd(tls, client);
    int ends[2];
    if (SSL_accept(tls) == 1 && ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0) {
      const Fd plain(ends[0]);
      std::thread server([&serve, fd = ends[1]] {
        const Fd own(fd);
        serve(fd);
      });
      char buffer[4096];
      for (bool goes_on = true; goes_on;) {
        pollfd both[] = {{client, POLLIN, 0}, {plain.get(), POLLIN, 0}};
        if (SSL_pending(tls) == 0) ::poll(both, 2, -1);
        if (both[1].revents != 0) {
          const ssize_t size = ::recv(plain.get(), buffer, sizeof(buffer), 0);
          goes_on = size > 0 && SSL_write(tls, buffer, static_cast<int>(size)) > 0;
        }
        if (goes_on && (both[0].revents != 0 || SSL_pending(tls) > 0)) {
          const int size = SSL_read(tls, buffer, sizeof(buffer));
          goes_on = size > 0 && ::send(plain.get(), buffer, static_cast<std::size_t>(size), MSG_NOSIGNAL) == size;
        }
      }
      ::shutdown(plain.get(), SHUT_RDWR);
      server.join();
    }
    SSL_free(tls);
    SSL_CTX_free(context);
  };
}

}  // namespace podrun::probe

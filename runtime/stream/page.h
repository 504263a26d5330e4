// An HTTP server with one page, for who looks by GET: a text that is made anew for each.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "runtime/kernel/types.h"

namespace podrun::stream {

class PageServer {
 public:
  struct Page {
    std::string path;                   // "/metrics"; every other is answered 404
    std::string type;                   // of Content-Type
    std::function<std::string()> text;  // called by the server's thread, one at a time
  };
  // Listens on `address`, "IPV4:PORT" or "[IPV6]:PORT"; 0 is a free port. Errors: invalid, and those of bind(2).
  static Result<std::unique_ptr<PageServer>> start(const std::string& address, Page page);

  ~PageServer();
  PageServer(const PageServer&) = delete;
  PageServer& operator=(const PageServer&) = delete;

  const std::string& name() const;  // "127.0.0.1:41234"

 private:
  class Impl;
  explicit PageServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace podrun::stream

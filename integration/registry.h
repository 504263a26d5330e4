// A registry of Debian's docker-registry on 127.0.0.1, in the test's own network namespace.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace integration {

class Registry {
 public:
  struct Options {
    bool tls = false;       // with a certificate of its own: ca()
    bool password = false;  // user "user", password "secret"
    int port = 5000;
  };
  // `dir`: of its own, made. What it has stays there when it ends.
  Registry(std::string dir, Options options);
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;
  ~Registry() { stop(); }

  void stop();
  std::string host() const { return "127.0.0.1:" + std::to_string(options_.port); }
  std::string ca() const { return dir_ + "/cert.pem"; }
  std::string log() const;  // what it has been asked

  // An OCI layout's image, as REPOSITORY:TAG. Empty when done, else why not.
  std::string push(const std::string& layout, const std::string& tag, const std::string& name) const;

 private:
  std::string dir_;
  Options options_;
  pid_t pid_ = 0;
};

}  // namespace integration

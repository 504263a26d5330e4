#include "integration/registry.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <sstream>

#include "integration/command.h"

namespace integration {
namespace {

bool answers(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr generic{};
  static_assert(sizeof generic == sizeof address);
  std::memcpy(&generic, &address, sizeof generic);
  const bool connected = ::connect(fd, &generic, sizeof generic) == 0;
  ::close(fd);
  return connected;
}

}  // namespace

Registry::Registry(std::string dir, Options options) : dir_(std::move(dir)), options_(options) {
  run({"mkdir", "-p", dir_});
  std::ofstream config(dir_ + "/config.yml");
  config << "version: 0.1\nlog: {accesslog: {disabled: false}}\nstorage: {filesystem: {rootdirectory: " << dir_
         << "/data}}\n";
  config << "http:\n  addr: " << host() << "\n";
  if (options_.tls) {
    const Output made =
        run({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=registry",
             "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", dir_ + "/key.pem", "-out", ca()});
    EXPECT_EQ(made.status, 0) << made.err;
    config << "  tls: {certificate: " << ca() << ", key: " << dir_ << "/key.pem}\n";
  }
  if (options_.password) {
    // htpasswd -nbB user secret
    std::ofstream(dir_ + "/htpasswd") << "user:$2y$05$1t1flxEoLs3PGRbM0AfcsOGMr7/qMLN1fsGnxGQaH9nf31LTzW5yO\n";
    config << "auth: {htpasswd: {realm: test, path: " << dir_ << "/htpasswd}}\n";
  }
  config.close();
  pid_ = start({"docker-registry", "serve", dir_ + "/config.yml"}, dir_ + "/log");
  EXPECT_TRUE(eventually([&] { return answers(options_.port); }, std::chrono::seconds(10))) << log();
}

void Registry::stop() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGTERM);
  wait_for(pid_);
  pid_ = 0;
}

std::string Registry::log() const {
  std::ostringstream text;
  text << std::ifstream(dir_ + "/log").rdbuf();
  return text.str();
}

std::string Registry::push(const std::string& layout, const std::string& tag, const std::string& name) const {
  std::vector<std::string> argv{"skopeo", "copy", "--dest-tls-verify=false"};
  if (options_.password) argv.push_back("--dest-creds=user:secret");
  argv.insert(argv.end(), {"oci:" + layout + ":" + tag, "docker://" + host() + "/" + name});
  const Output pushed = run(argv);
  return pushed.status == 0 ? "" : pushed.err;
}

}  // namespace integration

// Addresses of one range a family, kept as files: STATE/ADDRESS, with whose it is.
#include <fcntl.h>

#include <algorithm>

#include "cni/base/files.h"
#include "cni/base/ip.h"
#include "cni/base/try.h"
#include "kit/tests/wrong/wrong.h"

namespace cni::kit::wrong {
namespace {

std::string owner(const std::string& id, const std::string& ifname) { return id + " " + ifname; }
std::string owner(const PluginCall& call) { return owner(call.attachment.container_id, call.attachment.ifname); }

// "subnet" of the configuration, a /16 to /30 of IPv4.
struct Subnet {
  std::uint32_t first = 0;  // the network's own address
  int length = 16;
  std::uint32_t size() const { return 1U << (32 - length); }
};

std::string text(std::uint32_t address) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8)
    text += (text.empty() ? "" : ".") + std::to_string(address >> shift & 255U);
  return text;
}

bool contains_colon(const std::string& text) { return text.find(':') != std::string::npos; }

Result<Subnet> subnet_of(const PluginCall& call) {
  const ConfigView value = call.config["ipam"]["subnet"];
  const std::string written = TRY(value.text_or("10.240.0.0/16"));
  const std::size_t slash = written.find('/');
  const auto address = base::IpAddress::parse(written.substr(0, slash));
  if (!address || !address->is_v4() || slash == std::string::npos) return value.error("must be ADDRESS/LENGTH");
  Subnet subnet;
  subnet.length = std::atoi(written.c_str() + slash + 1);
  if (subnet.length < 16 || subnet.length > 30) return value.error("must have a length from 16 to 30");
  for (int i = 12; i < 16; ++i) subnet.first = subnet.first << 8 | address->bytes().at(static_cast<std::size_t>(i));
  return subnet;
}

class Ipam : public Plugin {
 public:
  Result<NetworkResult> add(const PluginCall& call) override {
    const Subnet subnet = TRY(subnet_of(call));
    TRY(base::make_dirs(state_dir(call)));
    if (!TRY(held_by(call, owner(call))).empty())
      return plugin_error(code::kGeneric, "'" + owner(call) + "' has an address already");
    const std::uint32_t number = TRY(take(call, subnet));
    NetworkResult result;
    result.ips = {{text(subnet.first + number) + "/" + std::to_string(subnet.length), text(subnet.first + 1), {}},
                  {"fd00:240::" + std::to_string(number) + "/64", "fd00:240::1", {}}};
    for (const ConfigView& route : TRY(call.config["ipam"]["routes"].array())) {
      result.routes.emplace_back().dst = TRY(route["dst"].text());
      result.routes.back().gw = contains_colon(result.routes.back().dst) ? "fd00:240::1" : text(subnet.first + 1);
    }
    return result;
  }

  Result<void> del(const PluginCall& call) override {
    if (wrong("D1")) return {};
    for (const std::string& number : TRY(held_by(call, owner(call))))
      TRY(base::remove_file(state_dir(call) + "/" + number));
    return {};
  }

  Result<void> check(const PluginCall& call) override {
    if (!call.previous_result) return call.config["prevResult"].error("is missing");
    if (!wrong("K8") && TRY(held_by(call, owner(call))).empty())
      return plugin_error(code::kGeneric, "it has no address");
    return {};
  }

  Result<void> status(const PluginCall& call) override {
    const Subnet subnet = TRY(subnet_of(call));
    if (auto numbers = base::list_dir(state_dir(call)); numbers && numbers->size() + 3 >= subnet.size())
      return plugin_error(code::kNotAvailable, "no address is free");
    return {};
  }

  Result<void> gc(const PluginCall& call) override {
    for (const std::string& number : base::list_dir(state_dir(call)).value_or({})) {
      const std::string whose = base::read_file(state_dir(call) + "/" + number).value_or("");
      const bool is_valid = std::any_of(call.valid.begin(), call.valid.end(), [&](const ValidAttachment& one) {
        return owner(one.container_id, one.ifname) == whose;
      });
      if (!is_valid) TRY(base::remove_file(state_dir(call) + "/" + number));
    }
    return {};
  }

 private:
  static Result<std::vector<std::string>> held_by(const PluginCall& call, const std::string& whose) {
    std::vector<std::string> numbers;
    for (const std::string& number : base::list_dir(state_dir(call)).value_or({}))
      if (base::read_file(state_dir(call) + "/" + number).value_or("") == whose) numbers.push_back(number);
    return numbers;
  }

  // Neither the network's own address, nor the gateway's, nor the broadcast's.
  static Result<std::uint32_t> take(const PluginCall& call, const Subnet& subnet) {
    for (std::uint32_t number = wrong("X8") ? 1 : 2; number + 1 < subnet.size(); ++number) {
      if (wrong("X1") || wrong("X3")) {  // looks first, and takes it later
        if (base::path_exists(state_dir(call) + "/" + std::to_string(number))) continue;
        TRY(shell("sleep 0.05"));
        TRY(base::write_file_durably(state_dir(call) + "/" + std::to_string(number), owner(call)));
        return number;
      }
      auto file = base::open_file(state_dir(call) + "/" + std::to_string(number), O_WRONLY | O_CREAT | O_EXCL, 0600);
      if (!file && file.error().kind == Kind::exists) continue;
      if (!file) return std::move(file).error();
      auto written = base::write_all(file->get(), owner(call), "lease");
      if (!written && !wrong("F6")) TRY(base::remove_file(state_dir(call) + "/" + std::to_string(number)));
      TRY(std::move(written));
      return number;
    }
    return plugin_error(code::kTryAgainLater, "no address is free");
  }
};

// As dhcp is where its daemon does not run: all it can do is to say so, and to have nothing to give back.
class WithoutDaemon : public Plugin {
 public:
  Result<NetworkResult> add(const PluginCall&) override { return no_daemon(); }
  Result<void> del(const PluginCall&) override { return {}; }
  Result<void> check(const PluginCall&) override { return no_daemon(); }
  Result<void> status(const PluginCall&) override { return no_daemon(); }

 private:
  static Error no_daemon() { return plugin_error(code::kNotAvailable, "its daemon does not run"); }
};

}  // namespace

std::unique_ptr<Plugin> ipam_plugin() { return std::make_unique<Ipam>(); }
std::unique_ptr<Plugin> plugin_without_daemon() { return std::make_unique<WithoutDaemon>(); }

}  // namespace cni::kit::wrong

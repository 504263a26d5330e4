// Probes and hooks. What is left out is what Kubernetes takes for it, and so is a 0.
#include <algorithm>
#include <charconv>

#include "base/ip.h"
#include "runtime/manifest/parts.h"
#include "runtime/manifest/text.h"

namespace podrun::manifest {
namespace {

constexpr std::uint32_t kPortEnd = 65535;

bool is_number(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// By number, or by the name of one of the container's.
std::uint16_t read_port_of(const Reader& action, const std::vector<PortSpec>& ports) {
  const std::string wanted = action.amount("port").value_or("");
  const auto named =
      std::find_if(ports.begin(), ports.end(), [&](const PortSpec& port) { return port.name == wanted; });
  std::uint32_t number = 0;
  if (wanted.empty())
    action.bad("port", "is missing");
  else if (is_number(wanted))
    std::from_chars(wanted.data(), wanted.data() + wanted.size(), number);
  else if (named != ports.end())
    return named->container_port;
  else
    action.bad("port", quote(wanted) + " is no number, and the container has no port of that name");
  if (is_number(wanted) && (number < 1 || number > kPortEnd))
    action.bad("port", "expected 1 to 65535, found " + wanted);
  return static_cast<std::uint16_t>(number);
}

// Empty: the pod's own. A name would have to be looked up by somebody, and each probe would wait for that.
std::string read_host(const Reader& action) {
  const std::string host = action.text("host");
  if (host.empty()) return {};
  if (host == "localhost") return "127.0.0.1";
  const auto address = base::IpAddress::parse(host);
  if (!address) action.bad("host", quote(host) + " is no IP address (the name of a server goes into a header, Host)");
  return address ? address->to_text() : std::string();
}

// A header is a line of its own.
bool is_line(const std::string& text) {
  return std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

HttpAction read_http(const Reader& given, const std::vector<PortSpec>& ports) {
  HttpAction action{.over_tls = given.text("scheme") == "HTTPS",
                    .host = read_host(given),
                    .port = read_port_of(given, ports),
                    .path = given.text("path"),
                    .headers = {}};
  if (!action.path.starts_with('/')) action.path.insert(0, "/");
  if (!is_line(action.path) || action.path.find(' ') != std::string::npos)
    given.bad("path", "has a space or a control character");
  for (const Reader& header : given.items("httpHeaders")) {
    action.headers.emplace_back(header.text("name"), header.text("value"));
    const auto& [name, value] = action.headers.back();
    if (name.empty() || !is_line(name) || name.find_first_of(" :") != std::string::npos)
      header.bad("name", quote(name) + " is no name of a header");
    if (!is_line(value)) header.bad("value", "has a control character");
  }
  return action;
}

GrpcAction read_grpc(const Reader& given) {
  const auto port = given.whole("port", {1, kPortEnd});
  if (!given.has("port")) given.bad("port", "is missing");
  return {.over_tls = given.text("mode") == "TLS",
          .port = static_cast<std::uint16_t>(port.value_or(0)),
          .service = given.text("service")};
}

ExecAction read_exec(const Reader& given) {
  ExecAction action{given.texts("command")};
  if (action.command.empty()) given.bad("command", "is missing");
  return action;
}

// What is done by exactly one of `kinds`.
std::optional<Action> read_action(const Reader& parent, const char* name, std::initializer_list<const char*> kinds,
                                  const std::vector<PortSpec>& ports) {
  const Reader given = parent.at(name);
  std::string known;
  std::string found;
  for (const char* const kind : kinds) {
    known += (known.empty() ? "" : ", ") + std::string(kind);
    if (!given.has(kind)) continue;
    if (!found.empty()) given.bad(kind, "is beside " + found + ", and only one can be done");
    found = kind;
  }
  if (found == "exec") return read_exec(given.at("exec"));
  if (found == "httpGet") return read_http(given.at("httpGet"), ports);
  if (found == "tcpSocket") {
    const Reader tcp = given.at("tcpSocket");
    return TcpAction{.host = read_host(tcp), .port = read_port_of(tcp, ports)};
  }
  if (found == "grpc") return read_grpc(given.at("grpc"));
  if (found == "sleep")
    return SleepAction{static_cast<std::uint32_t>(given.at("sleep").whole("seconds", {}).value_or(0))};
  // What is refused by itself has been told already.
  if (!given.has("tcpSocket")) parent.bad(name, "needs one of " + known);
  return std::nullopt;
}

std::optional<ProbePlan> read_probe(const Reader& container, const char* name, const std::vector<PortSpec>& ports) {
  if (!container.has(name)) return std::nullopt;
  const Reader given = container.at(name);
  const auto action = read_action(container, name, {"exec", "httpGet", "tcpSocket", "grpc"}, ports);
  if (!action) return std::nullopt;
  ProbePlan probe{.action = *action, .grace_period = {}};
  const auto take = [&](const char* field, std::uint32_t& into) {
    const auto number = given.whole(field, {});
    if (number && *number != 0) into = static_cast<std::uint32_t>(*number);
  };
  take("initialDelaySeconds", probe.initial_delay);
  take("periodSeconds", probe.period);
  take("timeoutSeconds", probe.timeout);
  take("successThreshold", probe.success_threshold);
  take("failureThreshold", probe.failure_threshold);
  const bool is_readiness = name == std::string_view("readinessProbe");
  if (!is_readiness && probe.success_threshold != 1)
    given.bad("successThreshold", "must be 1, but for a readinessProbe");
  if (const auto seconds = given.whole("terminationGracePeriodSeconds", {1}))
    probe.grace_period = static_cast<std::uint32_t>(*seconds);
  if (is_readiness && probe.grace_period)
    given.bad("terminationGracePeriodSeconds", "is not for a readinessProbe, which ends nothing");
  return probe;
}

}  // namespace

void read_probes(const Reader& container, ContainerSpec& spec) {
  spec.probes = {.startup = read_probe(container, "startupProbe", spec.ports),
                 .liveness = read_probe(container, "livenessProbe", spec.ports),
                 .readiness = read_probe(container, "readinessProbe", spec.ports)};
  const Reader lifecycle = container.at("lifecycle");
  const auto read_hook = [&](const char* name) {
    return lifecycle.has(name) ? read_action(lifecycle, name, {"exec", "httpGet", "sleep"}, spec.ports) : std::nullopt;
  };
  spec.hooks = {.post_start = read_hook("postStart"), .pre_stop = read_hook("preStop")};
}

}  // namespace podrun::manifest

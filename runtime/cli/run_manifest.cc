#include "runtime/cli/run_manifest.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "runtime/cli/typed_manifest.h"
#include "runtime/manifest/manifest.h"
#include "runtime/manifest/names.h"
#include "runtime/manifest/text.h"
#include "runtime/plan/annotations.h"

namespace podrun::cli {
namespace {

// Nothing, or the whole number that `text` is.
template <class Integer>
std::optional<Integer> number(std::string_view text) {
  Integer value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::uint16_t> port_number(std::string_view text) {
  const auto port = number<std::uint16_t>(text);
  return port == 0 ? std::nullopt : port;
}

std::string upper(std::string_view text) {
  std::string changed(text);
  for (char& c : changed)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return changed;
}

// What stands behind the last `separator` is taken off `text`; nothing where there is none.
std::optional<std::string_view> take_behind(std::string_view& text, char separator) {
  const auto at = text.rfind(separator);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view behind = text.substr(at + 1);
  text = text.substr(0, at);
  return behind;
}

Result<Json> port(const std::string& typed) {
  const auto bad = [&](const std::string& why) {
    return bad_option("--port", typed, why + "expected [[IP:]HOST:]CONTAINER[/PROTOCOL], such as 8080:80");
  };
  Json made;
  std::string_view left = typed;
  if (const auto protocol = take_behind(left, '/')) {
    made["protocol"] = upper(*protocol);
    if (made["protocol"] != "TCP" && made["protocol"] != "UDP" && made["protocol"] != "SCTP")
      return bad("no protocol of tcp, udp and sctp; ");
  }
  const auto behind = take_behind(left, ':');
  const auto container = port_number(behind ? *behind : left);
  if (!container) return bad("");
  made["containerPort"] = *container;
  if (!behind) return made;
  const auto of_host = take_behind(left, ':');
  const auto host = port_number(of_host ? *of_host : left);
  if (!host) return bad("");
  made["hostPort"] = *host;
  if (!of_host) return made;
  if (left.starts_with('[') && left.ends_with(']')) left = left.substr(1, left.size() - 2);
  if (const std::string why = manifest::why_bad_ip(left); !why.empty())
    return bad(manifest::quote(left) + " " + why + "; ");
  made["hostIP"] = std::string(left);
  return made;
}

Result<Json> labels_json(const RunOptions& options) {
  if (options.labels.empty()) return Json{{"run", options.name}};
  Json made = Json::object();
  for (const std::string& typed : options.labels) {
    const auto equals = typed.find('=');
    if (equals == std::string::npos) return bad_option("--labels", typed, "expected KEY=VALUE");
    const std::string key = typed.substr(0, equals), value = typed.substr(equals + 1);
    if (const std::string why = manifest::why_bad_label_key(key); !why.empty())
      return bad_option("--labels", typed, "the key " + why);
    if (const std::string why = manifest::why_bad_label_value(value); !why.empty())
      return bad_option("--labels", typed, "the value " + why);
    made[key] = value;
  }
  return made;
}

Result<Json> annotations_json(const RunOptions& options) {
  Json made = Json::object();
  for (const std::string& typed : options.annotations) {
    const auto equals = typed.find('=');
    if (equals == std::string::npos) return bad_option("--annotations", typed, "expected KEY=VALUE");
    const std::string key = typed.substr(0, equals);
    if (const std::string why = manifest::why_bad_label_key(key); !why.empty())
      return bad_option("--annotations", typed, "the key " + why);
    made[key] = typed.substr(equals + 1);
  }
  if (options.removed_at_end) made[annotations::kRemoveAtEnd] = "true";
  return made;
}

Result<Json> user(const std::string& typed) {
  const auto colon = typed.find(':');
  const auto uid = number<std::uint32_t>(std::string_view(typed).substr(0, colon));
  const auto gid = colon == std::string::npos ? uid : number<std::uint32_t>(std::string_view(typed).substr(colon + 1));
  if (!uid || !gid) return bad_option("--user", typed, "expected UID[:GID]: a Pod has its users by their numbers");
  Json made{{"runAsUser", *uid}};
  if (colon != std::string::npos) made["runAsGroup"] = *gid;
  return made;
}

std::string restart_policy(const std::string& typed) {
  if (typed == "always") return "Always";
  if (typed == "on-failure") return "OnFailure";
  return typed == "no" ? "Never" : typed;
}

Result<Json> container_json(const RunOptions& options) {
  Json made{{"name", options.name}, {"image", options.image}};
  if (options.pull_policy) made["imagePullPolicy"] = *options.pull_policy;
  for (const std::string& word : options.words) made[options.command ? "command" : "args"].push_back(literal(word));
  if (!options.env.empty()) made["env"] = TRY(environment(options.env));
  for (const std::string& typed : options.ports) made["ports"].push_back(TRY(port(typed)));
  if (options.working_dir) {
    if (!options.working_dir->starts_with('/'))
      return bad_option("--workdir", *options.working_dir, "expected a path that begins with /");
    made["workingDir"] = *options.working_dir;
  }
  if (options.user) made["securityContext"] = TRY(user(*options.user));
  if (options.privileged) made["securityContext"]["privileged"] = true;
  if (options.has_stdin) made["stdin"] = true;
  if (options.stdin_once) made["stdinOnce"] = true;
  if (options.terminal) made["tty"] = true;
  return made;
}

}  // namespace

Result<Json> run_manifest(const RunOptions& options) {
  if (const std::string why = why_bad_label(options.name); !why.empty())
    return Error{Kind::invalid, 0, manifest::quote(options.name) + ": a name " + why};
  Json spec{{"containers", {TRY(container_json(options))}}, {"restartPolicy", restart_policy(options.restart)}};
  if (options.hostname) {
    if (const std::string why = why_bad_label(*options.hostname); !why.empty())
      return bad_option("--hostname", *options.hostname, why);
    spec["hostname"] = *options.hostname;
  }
  if (options.host_users) spec["hostUsers"] = *options.host_users;
  Json metadata{{"name", options.name}, {"namespace", options.name_space}, {"labels", TRY(labels_json(options))}};
  if (Json given = TRY(annotations_json(options)); !given.empty()) metadata["annotations"] = std::move(given);
  Json made{{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", std::move(metadata)}, {"spec", std::move(spec)}};
  TRY(check_encoding(made));
  return made;
}

}  // namespace podrun::cli

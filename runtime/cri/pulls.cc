#include <thread>

#include "runtime/cri/encoding.h"
#include "runtime/cri/images.h"
#include "runtime/image/name.h"

namespace podrun::cri {
namespace {

using nlohmann::json;

constexpr std::chrono::milliseconds kTick{20};  // between two looks whether the caller has gone

// containers-auth.json(5), for the image's registry alone. Kind::invalid where the login is for another one.
Result<std::string> auths_of(const api::AuthConfig& auth, const image::Name& name) {
  json login;
  if (!auth.auth().empty())
    login["auth"] = auth.auth();
  else if (!auth.username().empty())
    login["auth"] = to_base64(auth.username() + ":" + auth.password());
  if (!auth.identity_token().empty()) login["identitytoken"] = auth.identity_token();
  if (!auth.registry_token().empty()) login["registrytoken"] = auth.registry_token();
  if (login.is_null()) return std::string();
  std::string server = auth.server_address();
  for (const std::string_view scheme : {"https://", "http://"})
    if (server.starts_with(scheme)) server.erase(0, scheme.size());
  server = server.substr(0, server.find('/'));
  const bool is_hub = name.registry == "docker.io" && server.ends_with("docker.io");
  if (!server.empty() && server != name.registry && !is_hub)
    return Error{Kind::invalid, 0, "auth.server_address: '" + server + "' is not '" + name.registry + "'"};
  return json{{"auths", {{name.registry, login}}}}.dump();
}

// A kubelet knows the cause by the first word.
Error told(Error error) {
  const auto says = [&](std::string_view words) { return error.what.find(words) != std::string::npos; };
  if (says("connection refused") || says("no such host") || says("i/o timeout") || says("no route to host"))
    return std::move(error).in("RegistryUnavailable");
  if (says("rejected by policy") || says("signature")) return std::move(error).in("SignatureValidationFailed");
  return error;
}

}  // namespace

struct Pulls::Pull {
  std::mutex mutex;
  std::condition_variable ended;
  std::optional<Result<std::string>> result;
};

Result<std::string> Pulls::pull(const api::PullImageRequest& request, const std::function<bool()>& is_cancelled) {
  const std::string& wanted = request.image().image();
  const image::Name name = TRY(image::parse_name(wanted).in("image '" + wanted + "'"));
  const std::string auths = TRY(auths_of(request.auth(), name));
  const std::string key = name.text() + '\0' + auths;
  std::shared_ptr<Pull> pull;
  {
    const std::lock_guard guard(under_way_->mutex);
    std::shared_ptr<Pull>& there = under_way_->pulls[key];
    // It goes on where its caller has gone: others may wait for the same, and what is fetched whole is kept.
    if (!there) {
      there = std::make_shared<Pull>();
      std::thread([under_way = under_way_, workers = workers_, key, pull = there, text = name.text(), auths] {
        auto answer = workers.run({"pull", text}, json{{"auths", auths}}.dump());
        {
          const std::lock_guard done(under_way->mutex);
          under_way->pulls.erase(key);
        }
        const std::lock_guard own(pull->mutex);
        pull->result = answer ? Result<std::string>(answer->value("id", "")) : told(std::move(answer).error());
        pull->ended.notify_all();
      }).detach();
    }
    pull = there;
  }
  std::unique_lock lock(pull->mutex);
  while (!pull->result) {
    if (is_cancelled()) return Error{Kind::timeout, ETIMEDOUT, "pull image '" + wanted + "': cancelled"};
    pull->ended.wait_for(lock, kTick);
  }
  return *pull->result;
}

}  // namespace podrun::cri

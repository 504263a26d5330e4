// podrun system op: one act for podrun-cri, which runs a program for whatever has to clone, to enter a namespace or to
// mount: a server has threads. What there is to say beside the words comes on stdin, one line of JSON is the answer,
// and descriptors go through a socket at descriptor 3.
#include <unistd.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "runtime/cli/op_exec.h"
#include "runtime/cli/system_commands.h"
#include "runtime/image/catalog.h"
#include "runtime/sandbox/delete_pod.h"
#include "runtime/sandbox/images.h"
#include "runtime/sandbox/planned_pod.h"
#include "runtime/sandbox/remove_images.h"
#include "runtime/sandbox/stop_pod.h"
#include "runtime/store/record_json.h"

namespace podrun::cli {
namespace {

using Arguments = std::vector<std::string>;

constexpr std::size_t kRequestLimit = 16U << 20U;  // as much as a message of gRPC may have

Result<nlohmann::json> read_request() {
  auto request = nlohmann::json::parse(TRY(base::read_all(STDIN_FILENO, "stdin", kRequestLimit)), nullptr, false);
  if (!request.is_object()) return Error{Kind::invalid, 0, "read the request: it is no JSON object"};
  return request;
}

Result<nlohmann::json> op_create_sandbox(Host& host, const Arguments&) {
  const std::string text = TRY(base::read_all(STDIN_FILENO, "stdin", kRequestLimit));
  const PodRecord made = TRY(create_planned_pod(host, TRY(pod_from_json(text)).plan));
  return nlohmann::json{{"id", made.plan.who.id}};
}

// A client of the CRI has ended the containers of its pod before. Those of a pod of the command line have what their
// manifest gives them.
Result<std::optional<std::chrono::seconds>> patience_of(Host& host, const std::string& id) {
  if (TRY(host.store.load(id)).plan.who.cri_key.empty()) return std::optional<std::chrono::seconds>();
  return std::optional(std::chrono::seconds(0));
}

Result<nlohmann::json> op_stop_sandbox(Host& host, const Arguments& words) {
  TRY(end_pod(begin_stop(host, words.at(1), TRY(patience_of(host, words.at(1))))));
  return nlohmann::json::object();
}

Result<nlohmann::json> op_remove_sandbox(Host& host, const Arguments& words) {
  TRY(delete_pod(host, words.at(1), {.grace_period = TRY(patience_of(host, words.at(1))), .force = false}));
  return nlohmann::json::object();
}

Result<nlohmann::json> op_start(Host& host, const Arguments& words) {
  TRY(start_planned_container(host, words.at(1), words.at(2)));
  return nlohmann::json::object();
}

Result<nlohmann::json> op_remove(Host& host, const Arguments& words) {
  TRY(remove_planned_container(host, words.at(1), words.at(2)));
  return nlohmann::json::object();
}

Result<nlohmann::json> op_reopen_log(Host& host, const Arguments& words) {
  TRY(reopen_log(host, words.at(1), words.at(2)));
  return nlohmann::json::object();
}

Result<nlohmann::json> op_pull(Host& host, const Arguments& words) {
  const nlohmann::json request = TRY(read_request());
  Registry registry;
  registry.auths = request.value("auths", "");
  const Image pulled = TRY(image_store(host).pull(words.at(1), registry));
  const image::StoredImage stored = TRY(image::find_stored(host.layout().images(), pulled.digest));
  return nlohmann::json{{"id", stored.record.image.config_digest.text()}};
}

Result<nlohmann::json> op_remove_image(Host& host, const Arguments& words) {
  TRY(remove_image(host, words.at(1), true, [] {}));
  return nlohmann::json::object();
}

struct Act {
  std::string_view name;
  std::size_t words;  // with its own
  Result<nlohmann::json> (*run)(Host& host, const Arguments& words);
};

constexpr Act kActs[] = {
    {"create-sandbox", 1, op_create_sandbox},
    {"stop-sandbox", 2, op_stop_sandbox},
    {"remove-sandbox", 2, op_remove_sandbox},
    {"start", 3, op_start},
    {"remove", 3, op_remove},
    {"reopen-log", 3, op_reopen_log},
    {"exec", 3, op_exec},
    {"attach", 3, op_attach},
    {"dial", 3, op_dial},
    {"pull", 2, op_pull},
    {"remove-image", 2, op_remove_image},
};

Result<nlohmann::json> do_act(Context& context, const Arguments& words) {
  TRY(context.require_root("system op"));
  for (const Act& known : kActs) {
    if (words.front() != known.name) continue;
    if (words.size() != known.words)
      return Error{Kind::invalid, 0, "'" + words.front() + "' takes " + std::to_string(known.words - 1) + " words"};
    Host host = context.host();
    return known.run(host, words);
  }
  return Error{Kind::invalid, 0, "there is no act '" + words.front() + "'"};
}

// It ends with 0 whatever came of it: that is in the answer, and any other end is that of a worker that died.
Result<int> op(Context& context, const Arguments& words) {
  auto done = do_act(context, words);
  nlohmann::json answer = done ? std::move(*done)
                               : nlohmann::json{{"kind", static_cast<int>(done.error().kind)},
                                                {"errno", done.error().error_number},
                                                {"what", done.error().what}};
  context.out.print(answer.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  return 0;
}

}  // namespace

void system_op_command(Command& command, Context& context) {
  const auto words = std::make_shared<Arguments>();
  command.words(*words, "ACT WORD...", "What to do, and to what; see docs/cri.md", 1, 3);
  command.run([&context, words] { return op(context, *words); });
}

}  // namespace podrun::cli

// What is wrong with how the plugin is spoken to, or speaks.
#include <nlohmann/json.hpp>

#include "kit/tests/wrong/wrong.h"

namespace cni::kit::wrong {
namespace {

using Json = nlohmann::json;

// The answer, as a document: what `change` makes of it is printed.
void answer_with(Run& run, const std::function<void(Json&)>& change) {
  Json document = Json::parse(run.output, nullptr, false);
  if (document.is_discarded()) return;
  change(document);
  run.output = document.dump();
}

}  // namespace

bool spoil_before(Run& run) {
  const Json config = Json::parse(run.input, nullptr, false);
  if (wrong("F4") && run.command == "ADD" && config.is_discarded()) {
    run.output = R"({"cniVersion": "1.1.0"})";
    return false;
  }
  return true;
}

void spoil_after(Run& run) {
  if (wrong("V1") && run.command == "VERSION")
    answer_with(run, [](Json& document) { document["supportedVersions"].push_back("1.1.0"); });
}

}  // namespace cni::kit::wrong

// podrun volume inspect: where a volume is, and whose.
#include <memory>
#include <nlohmann/json.hpp>

#include "runtime/cli/time_text.h"
#include "runtime/cli/volume_commands.h"

namespace podrun::cli {
namespace {

Result<int> inspect_volumes(Context& context, const std::vector<std::string>& names) {
  Json documents = Json::array();
  for (const std::string& name : names)
    documents.push_back(volume_json(TRY(find_claim(context.host(), context.flags.name_space, name))));
  context.out.print(documents.dump(2) + "\n");
  return 0;
}

}  // namespace

Json volume_json(const Claim& claim) {
  return {{"name", claim.name},
          {"namespace", claim.name_space},
          {"path", claim.path},
          {"createdAt", claim.created_at == 0 ? Json() : Json(rfc3339(claim.created_at))},
          {"pods", claim.pods}};
}

void volume_inspect_command(Command& command, Context& context) {
  const auto names = std::make_shared<std::vector<std::string>>();
  command.words(*names, "VOLUME", "Names of volumes", 1);
  command.run([&context, names] { return inspect_volumes(context, *names); });
}

}  // namespace podrun::cli

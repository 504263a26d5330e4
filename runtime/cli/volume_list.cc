// podrun volume list: which there are.
#include <memory>
#include <nlohmann/json.hpp>

#include "base/joined.h"
#include "runtime/cli/print.h"
#include "runtime/cli/table.h"
#include "runtime/cli/time_text.h"
#include "runtime/cli/volume_commands.h"
#include "runtime/kernel/clock.h"

namespace podrun::cli {
namespace {

struct VolumeListCommandOptions {
  bool all_namespaces = false;
  std::string output;
};

std::string age_of(const Claim& claim) {
  if (claim.created_at == 0) return "<unknown>";
  return age(std::chrono::seconds((wall_time() - claim.created_at) / 1'000'000'000));
}

void print_table(Context& context, const VolumeListCommandOptions& options, const std::vector<Claim>& claims) {
  std::vector<Row> rows{{"NAME", "PODS", "AGE"}};
  for (const Claim& claim : claims) rows.push_back({claim.name, or_none(base::joined(claim.pods, ",")), age_of(claim)});
  if (options.all_namespaces) {
    rows.front().insert(rows.front().begin(), "NAMESPACE");
    for (std::size_t i = 0; i < claims.size(); ++i) rows[i + 1].insert(rows[i + 1].begin(), claims[i].name_space);
  }
  context.out.print(table(rows));
}

Result<int> print_volumes(Context& context, const VolumeListCommandOptions& options) {
  std::vector<Claim> claims = TRY(list_claims(context.host()));
  if (!options.all_namespaces)
    std::erase_if(claims, [&](const Claim& claim) { return claim.name_space != context.flags.name_space; });
  if (is_document(options.output)) {
    Json documents = Json::array();
    for (const Claim& claim : claims) documents.push_back(volume_json(claim));
    print_document(context.out, options.output, documents);
  } else if (options.output == "name") {
    for (const Claim& claim : claims) context.out.print("volume/" + claim.name + "\n");
  } else if (claims.empty()) {
    note("No volumes found");
  } else {
    print_table(context, options, claims);
  }
  return 0;
}

}  // namespace

void volume_list_command(Command& command, Context& context) {
  const auto options = std::make_shared<VolumeListCommandOptions>();
  command.flag("-A,--all-namespaces", options->all_namespaces, "The volumes of every namespace");
  add_output(command, options->output, {"json", "yaml", "name"});
  command.run([&context, options] { return print_volumes(context, *options); });
}

}  // namespace podrun::cli

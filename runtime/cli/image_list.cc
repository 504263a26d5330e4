// podrun image list: what has been pulled or imported.
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "runtime/cli/image_commands.h"
#include "runtime/cli/image_json.h"
#include "runtime/cli/print.h"
#include "runtime/cli/table.h"
#include "runtime/cli/time_text.h"
#include "runtime/image/name.h"
#include "runtime/kernel/clock.h"

namespace podrun::cli {
namespace {

struct ImageListCommandOptions {
  std::string output;
  bool quiet = false;
  bool digests = false;
  bool whole = false;
};

constexpr std::size_t kShortImageId = 12;
constexpr const char* kNoName = "<none>";

std::string id_text(const image::StoredImage& image, const ImageListCommandOptions& options) {
  const image::Digest& id = image.record.image.config_digest;
  return options.whole ? id.text() : id.hex.substr(0, kShortImageId);
}

std::string age_text(std::int64_t then) {
  return age(std::chrono::duration_cast<std::chrono::seconds>(std::chrono::nanoseconds(wall_time() - then))) + " ago";
}

Row image_row(const image::StoredImage& image, const std::string& name, const ImageListCommandOptions& options) {
  const auto parsed = image::parse_name(name);
  Row row{parsed ? parsed->without_tag() : kNoName, parsed && !parsed->tag.empty() ? parsed->tag : kNoName};
  if (options.digests) row.push_back(image.record.image.manifest.text());
  row.insert(row.end(), {id_text(image, options), age_text(created_at(image)), size_text(image.record.bytes)});
  return row;
}

std::string text(const std::vector<image::StoredImage>& images, const ImageListCommandOptions& options) {
  std::vector<Row> rows{{"REPOSITORY", "TAG"}};
  if (options.digests) rows.front().emplace_back("DIGEST");
  rows.front().insert(rows.front().end(), {"IMAGE ID", "CREATED", "SIZE"});
  for (const image::StoredImage& image : images) {
    for (const std::string& name : image.names) rows.push_back(image_row(image, name, options));
    if (image.names.empty()) rows.push_back(image_row(image, "", options));
  }
  return table(rows);
}

Result<int> print_images(Context& context, const ImageListCommandOptions& options) {
  TRY(context.require_root("image list"));
  const auto images = TRY(image::list_images(context.store().layout().images()));
  if (is_document(options.output)) {
    Json all = Json::array();
    for (const image::StoredImage& image : images) all.push_back(image_summary(image));
    print_document(context.out, options.output, all);
  } else if (options.quiet) {
    for (const image::StoredImage& image : images) context.out.print(id_text(image, options) + "\n");
  } else {
    context.out.print(text(images, options));
  }
  return 0;
}

}  // namespace

void image_list_command(Command& command, Context& context) {
  const auto options = std::make_shared<ImageListCommandOptions>();
  command.flag("-q,--quiet", options->quiet, "Ids alone");
  command.flag("--digests", options->digests, "Also the digest of each manifest");
  command.flag("--no-trunc", options->whole, "Whole ids");
  add_output(command, options->output, {"json", "yaml"});
  command.run([&context, options] { return print_images(context, *options); });
}

}  // namespace podrun::cli

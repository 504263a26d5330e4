// podrun image import: images from files.
#include <fcntl.h>
#include <unistd.h>

#include <memory>

#include "base/files.h"
#include "base/interruption.h"
#include "runtime/cli/image_commands.h"
#include "runtime/cli/progress_line.h"
#include "runtime/image/import.h"
#include "runtime/image/record.h"
#include "runtime/image/staging.h"

namespace podrun::cli {
namespace {

struct ImageImportCommandOptions {
  std::vector<std::string> words;  // SOURCE [NAME]
  bool quiet = false;
};

// Stdin is kept as a file, since an archive is read more than once.
Result<void> spool(const std::string& path) {
  const Fd file = TRY(base::open_file(path, O_WRONLY | O_CREAT | O_EXCL, 0600));
  std::vector<char> chunk(256U << 10U);
  for (;;) {
    TRY(base::check_interruption());
    const ssize_t got = ::read(STDIN_FILENO, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error::system(errno, "read stdin");
    if (got == 0) return {};
    TRY(base::write_all(file.get(), {chunk.data(), static_cast<std::size_t>(got)}, path));
  }
}

Result<std::vector<image::ImportedImage>> import_source(const std::string& store,
                                                        const ImageImportCommandOptions& options,
                                                        const image::Progress& progress) {
  std::optional<image::Name> name;
  if (options.words.size() > 1) name = TRY(image::parse_name(options.words[1]).in("name '" + options.words[1] + "'"));
  const Fd held = TRY(image::lock_shared(store));
  if (options.words.front() != "-") return image::import_images(store, options.words.front(), name, progress);
  TRY(base::make_dirs(store + "/tmp", 0700));
  const image::Staging staging = TRY(image::Staging::make(store + "/tmp"));
  const std::string file = staging.path() + "/stdin";
  TRY(spool(file));
  return image::import_images(store, file, name, progress);
}

Result<int> import(Context& context, const ImageImportCommandOptions& options) {
  TRY(context.require_root("image import"));
  base::listen_for_interruption();
  const std::string& source = options.words.front();
  std::vector<image::ImportedImage> images;
  {
    ProgressLine line;
    image::Progress progress;
    if (!options.quiet) progress = [&](const std::string& text) { line.show(source + ": " + text); };
    images = TRY(import_source(context.store().layout().images(), options, progress).in("import '" + source + "'"));
  }
  for (const image::ImportedImage& image : images)
    for (const std::string& name : image.names)
      context.out.print((options.quiet ? image.id : "Imported: " + name) + "\n");
  return 0;
}

}  // namespace

void image_import_command(Command& command, Context& context) {
  const auto options = std::make_shared<ImageImportCommandOptions>();
  command.words(options->words, "SOURCE [NAME]",
                "An OCI layout or an archive of one, what docker save wrote, or the tar of a root filesystem; - for "
                "stdin. NAME: what the image is called then",
                1, 2);
  command.flag("-q,--quiet", options->quiet, "Show no progress, and print ids");
  command.run([&context, options] { return import(context, *options); });
}

}  // namespace podrun::cli

#include "runtime/image/import.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <map>

#include "base/files.h"
#include "runtime/image/archive_file.h"
#include "runtime/image/foreign_archive.h"
#include "runtime/image/keep.h"
#include "runtime/image/layout_writer.h"
#include "runtime/image/record.h"
#include "runtime/image/staging.h"

namespace podrun::image {
namespace {

// An image of a layout, and what it brings to be called.
struct Found {
  std::string tag;
  std::vector<std::string> names;
};

struct Source {
  std::string layout;
  std::vector<Found> images;
};

// What an archive is known by.
struct Outline {
  bool is_layout = false;
  std::string docker_manifest;
  std::map<std::string, std::string> links;
};

Error no_name() {
  return Error{Kind::invalid, 0, "brings no name; say what it is to be called: podrun image import SOURCE NAME"};
}

constexpr std::size_t kMostLinks = 4096;

Result<Outline> look_into(const std::string& file) {
  ArchiveFile archive = TRY(ArchiveFile::open(file));
  Outline outline;
  Member member;
  while (TRY(archive.next(member))) {
    // Of layers in a docker-archive, which has no more of them than an image may have.
    if (!member.link.empty() && outline.links.size() < kMostLinks) outline.links[member.name] = member.link;
    if (!member.is_file) continue;
    if (member.name == "oci-layout") outline.is_layout = true;
    if (member.name == "manifest.json") outline.docker_manifest = TRY(archive.read(kJsonLimit).in("manifest.json"));
  }
  return outline;
}

// Where an index names an image as nothing but a tag, that is no name.
Result<std::vector<Found>> images_of_layout(const std::string& layout) {
  const std::string path = layout + "/index.json";
  const std::string text = TRY(base::read_file(path, kJsonLimit));
  std::map<std::string, Found> by_tag;  // several platforms of one tag are one image
  for (const Descriptor& entry : TRY(parse_index(text).in(path))) {
    Found& found = by_tag[entry.ref_name];
    found.tag = entry.ref_name;
    if (!entry.image_name.empty())
      found.names = {entry.image_name};
    else if (entry.ref_name.find_first_of("/:") != std::string::npos)
      found.names = {entry.ref_name};
  }
  std::vector<Found> images;
  for (auto& [tag, found] : by_tag) images.push_back(std::move(found));
  return images;
}

// The blobs of an archive of a layout, whatever else is in it.
Result<void> take_layout_out(const std::string& file, const std::string& layout) {
  const LayoutWriter writer = TRY(LayoutWriter::begin(layout));
  TRY(base::make_dirs(layout + "/blobs/sha512", 0700));
  ArchiveFile archive = TRY(ArchiveFile::open(file));
  Member member;
  while (TRY(archive.next(member))) {
    if (!member.is_file) continue;
    std::string path;
    if (member.name == "index.json") path = layout + "/index.json";
    if (member.name.starts_with("blobs/")) {
      std::string text = member.name.substr(6);
      if (const auto slash = text.find('/'); slash != std::string::npos) text[slash] = ':';
      if (const auto digest = parse_digest(text)) path = writer.blob_path(*digest);
    }
    if (path.empty() || base::path_exists(path)) continue;
    TRY(archive.write_to(path).in("member '" + member.name + "'"));
  }
  return {};
}

Result<Source> open_archive(const std::string& file, const std::string& directory) {
  Source source{.layout = directory + "/layout", .images = {}};
  const Outline outline = TRY(look_into(file));
  if (outline.is_layout) {
    TRY(take_layout_out(file, source.layout));
    source.images = TRY(images_of_layout(source.layout));
  } else if (!outline.docker_manifest.empty()) {
    const auto names = TRY(convert_docker_archive(file, outline.docker_manifest, outline.links, source.layout));
    for (std::size_t i = 0; i < names.size(); ++i) source.images.push_back({std::to_string(i), names[i]});
  } else {
    TRY(convert_rootfs_archive(file, source.layout));
    source.images.push_back({"0", {}});
  }
  return source;
}

Result<Source> open_source(const std::string& path, const std::string& directory) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return Error::system(errno, "open '" + path + "'");
  if (S_ISREG(info.st_mode)) return open_archive(path, directory);
  if (!S_ISDIR(info.st_mode)) return Error{Kind::invalid, 0, "is neither a file nor a directory"};
  if (!base::path_exists(path + "/oci-layout"))
    return Error{Kind::invalid, 0, "is no OCI layout (image: rootfs:DIR takes a root filesystem as it is)"};
  const std::string layout = std::filesystem::absolute(path);
  return Source{layout, TRY(images_of_layout(layout))};
}

Result<std::vector<std::string>> names_for(const Found& found, const std::optional<Name>& name) {
  std::vector<std::string> names;
  if (name) return std::vector{name->text()};
  for (const std::string& text : found.names)
    names.push_back(TRY(parse_name(text).in("name '" + text.substr(0, 200) + "'")).text());
  if (names.empty()) return no_name();
  return names;
}

}  // namespace

Result<std::vector<ImportedImage>> import_images(const std::string& store, const std::string& path,
                                                 const std::optional<Name>& name, const Progress& progress) {
  TRY(base::make_dirs(store + "/tmp", 0700));
  remove_abandoned(store + "/tmp");
  const Staging staging = TRY(Staging::make(store + "/tmp"));
  if (progress) progress("reading");
  const Source source = TRY(open_source(path, staging.path()));
  if (source.images.empty()) return Error{Kind::not_found, 0, "holds no image"};
  if (name && source.images.size() > 1)
    return Error{Kind::invalid, 0,
                 "holds " + std::to_string(source.images.size()) + " images, which one name is too few for"};
  // Before anything is unpacked.
  std::vector<std::vector<std::string>> names;
  for (const Found& found : source.images) names.push_back(TRY(names_for(found, name)));
  std::vector<ImportedImage> imported;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const OciImage image = TRY(keep_image(store, source.layout, source.images[i].tag,
                                          {.names = names[i], .imported = true, .progress = progress}));
    imported.push_back({image.config_digest.text(), names[i]});
  }
  return imported;
}

}  // namespace podrun::image

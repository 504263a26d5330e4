#include "runtime/image/record.h"

#include <fcntl.h>
#include <sys/file.h>

#include "base/files.h"
#include "base/interruption.h"
#include "runtime/image/json_fields.h"

namespace podrun::image {
namespace {

constexpr std::size_t kRecordLimit = 32U << 20U;
constexpr const char* kFormat = "1";
constexpr std::string_view kSuffix = ".json";

std::string names_path(const std::string& store) { return store + "/names.json"; }
std::string record_path(const std::string& store, const Digest& digest) {
  return store + "/" + digest.file_name() + std::string(kSuffix);
}

Result<Digest> digest_in(const Json& object) {
  const std::string text = TRY(required_string(object, "digest"));
  return parse_digest(text);
}

Result<Names> parse_names(std::string_view text) {
  const Json object = TRY(parse_object(text));
  Names names;
  const Json* entries = TRY(required_object(object, "names"));
  for (const auto& [name, value] : entries->items()) {
    if (!value.is_object()) return Error{Kind::corrupt, 0, "an entry that is not an object"};
    names[name] = {.digest = TRY(digest_in(value)), .imported = value.value("imported", Json()) == true};
  }
  return names;
}

Result<Fd> open_lock(const std::string& path) { return base::open_file(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600); }

bool hashes_to(const Digest& digest, const std::string& text) {
  Hasher hasher(digest.algorithm);
  hasher.update(text.data(), text.size());
  return hasher.finish() == digest;
}

Result<ImageRecord> parse_record(std::string_view text) {
  const Json object = TRY(parse_object(text));
  ImageRecord record;
  record.saved_at = static_cast<std::int64_t>(TRY(required_size(object, "savedAt")));
  record.bytes = TRY(required_size(object, "bytes"));
  std::string manifest = TRY(required_string(object, "manifest"));
  std::string config = TRY(required_string(object, "config"));
  record.image = TRY(assemble_image(TRY(digest_in(object)), std::move(manifest), std::move(config), this_platform()));
  if (!hashes_to(record.image.manifest, record.image.manifest_text) ||
      !hashes_to(record.image.config_digest, record.image.config_text))
    return Error{Kind::corrupt, 0, "is not what its digests say; pull or import the image again"};
  return record;
}

}  // namespace

Result<Names> load_names(const std::string& store) {
  const std::string path = names_path(store);
  auto text = base::read_file(path, kRecordLimit);
  if (!text && text.error().kind == Kind::not_found) return Names();
  const std::string read = TRY(std::move(text));
  return parse_names(read).in(path);
}

Result<void> change_names(const std::string& store, const std::function<void(Names&)>& change) {
  const std::string path = store + "/names.lock";
  const Fd lock = TRY(open_lock(path));
  if (::flock(lock.get(), LOCK_EX) != 0) return Error::system(errno, "lock '" + path + "'");  // held for a moment
  Names names = TRY(load_names(store));
  change(names);
  Json entries = Json::object();
  for (const auto& [name, entry] : names) {
    entries[name] = {{"digest", entry.digest.text()}};
    if (entry.imported) entries[name]["imported"] = true;
  }
  return base::write_file_durably(names_path(store), Json{{"format", kFormat}, {"names", entries}}.dump(2) + "\n");
}

Result<ImageRecord> load_record(const std::string& store, const Digest& digest) {
  const std::string path = record_path(store, digest);
  const std::string text = TRY(base::read_file(path, kRecordLimit));
  return parse_record(text).in(path);
}

Result<std::vector<ImageRecord>> load_records(const std::string& store) {
  std::vector<ImageRecord> records;
  auto files = base::list_dir(store);
  if (!files && files.error().kind == Kind::not_found) return records;
  for (const std::string& file : TRY(std::move(files))) {
    if (!file.ends_with(kSuffix) || file == "names.json") continue;
    const auto text = base::read_file(store + "/" + file, kRecordLimit);
    if (auto record = text ? parse_record(*text) : Result<ImageRecord>(text.error()))
      records.push_back(*std::move(record));
  }
  return records;
}

Result<void> save_record(const std::string& store, const ImageRecord& record) {
  const Json object{
      {"format", kFormat},     {"digest", record.image.manifest.text()}, {"savedAt", record.saved_at},
      {"bytes", record.bytes}, {"manifest", record.image.manifest_text}, {"config", record.image.config_text}};
  return base::write_file_durably(record_path(store, record.image.manifest), object.dump() + "\n");
}

Result<void> remove_record(const std::string& store, const Digest& digest) {
  return base::remove_file(record_path(store, digest));
}

Result<Fd> lock_shared(const std::string& store) {
  const std::string path = store + "/lock";
  TRY(base::make_dirs(store, 0700));
  auto opened = open_lock(path);
  if (!opened && opened.error().error_number == EROFS)  // another's, to read from: flock(2) asks for no more
    opened = base::open_file(path, O_RDONLY | O_NOFOLLOW);
  Fd lock = TRY(std::move(opened));
  while (::flock(lock.get(), LOCK_SH | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return Error::system(errno, "lock '" + path + "'");
    TRY(base::check_interruption().in("wait for a removal of images"));
    base::sleep_unless_interrupted(20);
  }
  return lock;
}

Result<Fd> lock_exclusive(const std::string& store, const std::function<void()>& waits) {
  const std::string path = store + "/lock";
  TRY(base::make_dirs(store, 0700));
  Fd lock = TRY(open_lock(path));
  for (bool told = false; ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0;) {
    if (errno != EWOULDBLOCK && errno != EINTR) return Error::system(errno, "lock '" + path + "'");
    TRY(base::check_interruption().in("wait for pulls and creates"));
    if (waits && !told) waits();
    told = true;
    base::sleep_unless_interrupted(50);
  }
  return lock;
}

}  // namespace podrun::image

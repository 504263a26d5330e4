#include "runtime/image/blob.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <memory>

#include "base/interruption.h"

namespace podrun::image {
namespace {

Error corrupt_blob(const Digest& digest, std::string_view why) {
  return Error{Kind::corrupt, 0, "blob " + digest.text() + ": " + std::string(why) + "; copy the image again",
               std::make_shared<CorruptBlob>(digest)};
}

Error wrong_size(const Digest& digest, std::uint64_t size, std::uint64_t found) {
  return corrupt_blob(
      digest, "is " + std::to_string(found) + " bytes long where its descriptor promises " + std::to_string(size));
}

}  // namespace

BlobReader::BlobReader(Fd fd, Digest digest, std::uint64_t size)
    : fd_(std::move(fd)), digest_(std::move(digest)), size_(size), hasher_(digest_.algorithm) {}

Result<BlobReader> BlobReader::open(const std::string& layout, const Digest& digest, std::uint64_t size) {
  const std::string path = layout + "/blobs/" + std::string(digest.algorithm_name()) + "/" + digest.hex;
  // O_NONBLOCK: a fifo put there must not make us wait for ever.
  Fd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!fd && errno == ENOENT)
    return Error{Kind::not_found, ENOENT, "blob " + digest.text() + ": is not in the layout; copy the image again"};
  if (!fd) return Error::system(errno, "open '" + path + "'");
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return Error::system(errno, "stat '" + path + "'");
  if (!S_ISREG(info.st_mode)) return corrupt_blob(digest, "is not a regular file");
  const auto found = static_cast<std::uint64_t>(info.st_size);
  if (found != size) return wrong_size(digest, size, found);
  return BlobReader(std::move(fd), digest, size);
}

Result<std::size_t> BlobReader::read(void* buffer, std::size_t size) {
  for (;;) {
    TRY(base::check_interruption());
    const ssize_t got = ::read(fd_.get(), buffer, size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error::system(errno, "read blob " + digest_.text());
    const auto count = static_cast<std::size_t>(got);
    hasher_.update(buffer, count);
    seen_ += count;
    if (seen_ > size_) return wrong_size(digest_, size_, seen_);
    return count;
  }
}

Result<void> BlobReader::finish() {
  std::array<char, 65536> rest{};
  while (TRY(read(rest.data(), rest.size())) > 0) continue;
  if (seen_ != size_) return wrong_size(digest_, size_, seen_);
  const Digest found = hasher_.finish();
  if (found != digest_) return corrupt_blob(digest_, "its content has the digest " + found.text());
  return {};
}

Result<std::string> read_blob(const std::string& layout, const Digest& digest, std::uint64_t size,
                              std::uint64_t limit) {
  if (size > limit)
    return Error{Kind::unsupported, 0,
                 "blob " + digest.text() + ": is larger than " + std::to_string(limit) + " bytes"};
  BlobReader blob = TRY(BlobReader::open(layout, digest, size));
  std::string text(size, '\0');
  std::size_t used = 0;
  while (used < text.size()) {
    const std::size_t got = TRY(blob.read(text.data() + used, text.size() - used));
    if (got == 0) break;
    used += got;
  }
  TRY(blob.finish());
  return text;
}

}  // namespace podrun::image

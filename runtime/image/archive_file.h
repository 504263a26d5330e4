// A file that is a tar of images or of a root filesystem, plain, in gzip or in zstd: its members one after another.
#pragma once

#include <archive.h>

#include <memory>
#include <string>

#include "runtime/image/digest.h"
#include "runtime/kernel/types.h"

namespace podrun::image {

struct Member {
  std::string name;  // without a leading "./" or slash
  bool is_file = false;
  std::string link;  // a symbolic link's target, or what a hard link is another name of, from the top
};

class ArchiveFile {
 public:
  // Kind::invalid where it is no such file.
  static Result<ArchiveFile> open(const std::string& path);

  Result<bool> next(Member& member);  // false at the end
  // Of the current member, up to `limit` bytes. Errors: unsupported where there are more.
  Result<std::string> read(std::size_t limit);
  // Of the current member, into a new file; its digest.
  struct Written {
    Digest digest;
    std::uint64_t size = 0;
  };
  Result<Written> write_to(const std::string& path);

 private:
  ArchiveFile(std::string path, archive* reader) : path_(std::move(path)), reader_(reader, ::archive_read_free) {}
  Result<std::size_t> read_data(char* buffer, std::size_t size);
  Error failure() const;

  std::string path_;
  std::unique_ptr<archive, int (*)(archive*)> reader_;
  bool begun_ = false;
};

}  // namespace podrun::image

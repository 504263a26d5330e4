#include "runtime/image/file_copy.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/interruption.h"

namespace podrun::image {
namespace {

Error failed_copy(std::string_view shown) { return Error::system(errno, "copy '" + std::string(shown) + "'"); }

Result<void> copy_through_memory(int from, int to, off_t start, off_t end, std::string_view shown) {
  std::vector<char> buffer(256U << 10U);
  while (start < end) {
    TRY(base::check_interruption());
    const std::size_t wanted = std::min(buffer.size(), static_cast<std::size_t>(end - start));
    const ssize_t got = ::pread(from, buffer.data(), wanted, start);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed_copy(shown);
    if (got == 0) return {};  // it shrank meanwhile
    for (ssize_t done = 0; done < got;) {
      const ssize_t put = ::pwrite(to, buffer.data() + done, static_cast<std::size_t>(got - done), start + done);
      if (put < 0 && errno != EINTR) return failed_copy(shown);
      if (put > 0) done += put;
    }
    start += got;
  }
  return {};
}

Result<void> copy_range(int from, int to, off_t start, off_t end, std::string_view shown) {
  off_t in = start;
  off_t out = start;
  while (in < end) {
    TRY(base::check_interruption());
    const ssize_t done = ::copy_file_range(from, &in, to, &out, static_cast<std::size_t>(end - in), 0);
    if (done > 0 || (done < 0 && errno == EINTR)) continue;
    // Between two kinds of file system, or one that has no such call; and some say 0 where they mean that.
    return copy_through_memory(from, to, in, end, shown);
  }
  return {};
}

}  // namespace

Result<void> copy_content(int from, int to, std::uint64_t size, std::string_view shown) {
  if (size == 0 || ::ioctl(to, FICLONE, from) == 0) return {};
  const auto end = static_cast<off_t>(size);
  if (::ftruncate(to, end) != 0) return failed_copy(shown);
  for (off_t hole = 0; hole < end;) {
    const off_t data = ::lseek(from, hole, SEEK_DATA);
    if (data < 0 && errno == ENXIO) return {};  // nothing but a hole is left
    if (data < 0) return failed_copy(shown);
    hole = ::lseek(from, data, SEEK_HOLE);
    if (hole < 0) return failed_copy(shown);
    TRY(copy_range(from, to, data, std::min(hole, end), shown));
  }
  return {};
}

}  // namespace podrun::image

// Writing entries without making a caller wait for the disk where nothing depends on it.
//
// A file is written beside its place, as PATH.tmp.XXXXXXXX, locked by its writer for as long as the writer lives. So
// what a killed writer left can be told from what another is writing just now, whatever program that is.
#pragma once

#include <functional>
#include <future>
#include <string>
#include <string_view>

#include "cni/base/fd.h"
#include "cni/base/result.h"

namespace cni {

// Readers see the old content or the new. Not flushed: after a power cut the file may be the old one, or empty on
// filesystems that do not order data before the rename. For what may be lost then. The descriptor is the new file's,
// for who wants to flush it.
Result<Fd> write_file_atomically(const std::string& path, std::string_view bytes);

// As base::write_file_durably, with a temporary file that can be swept.
Result<void> write_file_durably(const std::string& path, std::string_view bytes);

// Removes the temporary files in a directory that nobody is writing, less those whose name `spare` knows for another's.
// A missing directory has none.
Result<void> sweep_temporaries(const std::string& dir, const std::function<bool(const std::string&)>& spare);

// Flushes a file and its directory entry while the caller goes on.
class BackgroundSync {
 public:
  // Starts at once; where no thread can be had it is done on the spot.
  static Result<BackgroundSync> start(Fd file, const std::string& path);

  // Readable for ever once the data is durable; end of file without a byte when it could not be made so.
  int done_fd() const { return done_.get(); }
  // Waits for the end of it.
  Result<void> wait() { return outcome_.get(); }

 private:
  BackgroundSync(Fd done, std::future<Result<void>> outcome) : done_(std::move(done)), outcome_(std::move(outcome)) {}
  Fd done_;
  std::future<Result<void>> outcome_;  // its destructor waits
};

}  // namespace cni

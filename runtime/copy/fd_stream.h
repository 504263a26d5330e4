// A descriptor as a stream of bytes, read and written without waiting for more than there is.
#pragma once

#include <vector>

#include "runtime/copy/tar_writer.h"
#include "runtime/image/byte_stream.h"

namespace podrun::copy {

// `wake`: a descriptor that becomes readable when all is to end (base::interruption_fd()); -1: none. The descriptors
// are the caller's.
class FdSource : public image::ByteStream {
 public:
  FdSource(int fd, int wake) : fd_(fd), wake_(wake), buffer_(kChunk) {}
  Result<std::string_view> next() override;

 private:
  static constexpr std::size_t kChunk = 256U << 10U;
  int fd_;
  int wake_;
  std::vector<char> buffer_;
};

class FdSink : public ByteSink {
 public:
  FdSink(int fd, int wake);
  Result<void> write(std::string_view bytes) override;

 private:
  enum class Sort { file, socket, may_block };
  int fd_;
  int wake_;
  Sort sort_ = Sort::file;
};

}  // namespace podrun::copy

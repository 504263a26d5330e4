// What the tests of copies share: three directories, of which nothing may come into the third.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "runtime/copy/pack.h"
#include "runtime/copy/repack.h"
#include "runtime/copy/unpack.h"
#include "runtime/image/test_support.h"

namespace podrun::copy {

namespace fs = std::filesystem;
using image::testing::TarEntry;
using image::testing::TempDir;

class TextSink : public ByteSink {
 public:
  Result<void> write(std::string_view bytes) override {
    text.append(bytes);
    return {};
  }
  std::string text;
};

class TextSource : public image::ByteStream {
 public:
  explicit TextSource(std::string_view text) : rest_(text) {}
  Result<std::string_view> next() override {
    const std::string_view chunk = rest_.substr(0, 1000);
    rest_.remove_prefix(chunk.size());
    return chunk;
  }

 private:
  std::string_view rest_;
};

class CopyTest : public testing::Test {
 protected:
  CopyTest() {
    for (const char* name : {"from", "to", "outside"}) fs::create_directory(dir_ / name);
    image::testing::write_text(dir_ / "outside/victim", "untouched");
    how_.owner = ::geteuid();
    how_.group = ::getegid();
  }

  Result<Tally> unpack_tar(std::string_view tar, const std::string& to) {
    TextSource source(tar);
    Tally tally;
    auto unpacked = unpack(source, to, open_as_typed, how_, tally);
    if (!unpacked) return std::move(unpacked).error();
    return tally;
  }
  Result<Tally> copy(const std::string& from, const std::string& to) {
    TextSink sink;
    Tally tally;
    TRY(pack(from, open_as_typed, sink, tally));
    packed_ = sink.text;
    const Tally arrived = TRY(unpack_tar(packed_, to));
    tally.passed_over.add(arrived.passed_over);
    return tally;
  }
  std::string from(const std::string& name = {}) const { return dir_ / ("from/" + name); }
  std::string to(const std::string& name = {}) const { return dir_ / ("to/" + name); }
  std::string text_of(const std::string& path) const { return image::testing::read_text(path); }
  void write(const std::string& path, const std::string& text) const { image::testing::write_text(path, text); }
  // Whatever comes, nothing of it is outside.
  void expect_kept_in(const std::vector<TarEntry>& entries) {
    (void)unpack_tar(image::testing::make_tar(entries), to());
    EXPECT_EQ(text_of(dir_ / "outside/victim"), "untouched");
    EXPECT_EQ(std::distance(fs::directory_iterator(dir_ / "outside"), fs::directory_iterator()), 1);
    EXPECT_EQ(std::distance(fs::directory_iterator(dir_.path()), fs::directory_iterator()), 3);
    fs::remove_all(to());
    fs::create_directory(to());
  }

  TempDir dir_;
  UnpackOptions how_;
  std::string packed_;
};

inline struct stat stat_of(const std::string& path) {
  struct stat info {};
  EXPECT_EQ(::lstat(path.c_str(), &info), 0) << path;
  return info;
}

}  // namespace podrun::copy

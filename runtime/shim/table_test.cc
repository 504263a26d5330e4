#include "runtime/shim/table.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

namespace podrun::shim {
namespace {

TEST(Table, ReadsWhatWasWrittenWithItsDescriptors) {
  TableWriter writer;
  const std::string odd = std::string("a b\n%\0\xff", 7);
  const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  writer.line("first");
  writer(42, std::string(), odd, true, null, Fd());
  writer.line("second");
  writer(-7, std::string("web.0"));
  auto file = writer.finish();
  ASSERT_TRUE(file);
  EXPECT_EQ(::fcntl(null.get(), F_GETFD), 0) << "it outlives an exec";
  writer.release();
  EXPECT_EQ(::fcntl(null.get(), F_GETFD), FD_CLOEXEC);

  auto reader = TableReader::open(std::move(*file));
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->next_line(), "first");
  int number = 0;
  std::string empty = "x", text;
  bool flag = false;
  Fd same, none;
  (*reader)(number, empty, text, flag, same, none);
  EXPECT_EQ(number, 42);
  EXPECT_EQ(empty, "");
  EXPECT_EQ(text, odd);
  EXPECT_TRUE(flag);
  EXPECT_EQ(same.get(), null.get());
  EXPECT_FALSE(none);
  static_cast<void>(same.release());
  EXPECT_EQ(reader->next_line(), "second");
  long small = 0;
  (*reader)(small, text);
  EXPECT_EQ(small, -7);
  EXPECT_EQ(text, "web.0");
  EXPECT_EQ(reader->next_line(), "");
}

// Of an older build: what it did not write stays as it is. Of a newer one: what is not known is passed over.
TEST(Table, IsReadByOlderAndNewerBuilds) {
  TableWriter writer;
  writer.line("short");
  writer(1);
  writer.line("long");
  writer(2, 3);
  auto file = writer.finish();
  ASSERT_TRUE(file);
  auto reader = TableReader::open(std::move(*file));
  ASSERT_TRUE(reader);
  reader->next_line();
  int first = 0, later = 9;
  (*reader)(first, later);
  EXPECT_EQ(first, 1);
  EXPECT_EQ(later, 9);
  reader->next_line();
  (*reader)(first);
  EXPECT_EQ(first, 2);
  EXPECT_EQ(reader->next_line(), "");
}

}  // namespace
}  // namespace podrun::shim

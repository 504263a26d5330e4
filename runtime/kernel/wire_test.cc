#include "runtime/kernel/wire.h"

#include <gtest/gtest.h>

namespace podrun {
namespace {

struct Inner {
  std::string name;
  std::vector<std::pair<std::string, std::string>> pairs;
};
template <class V>
void visit(V& v, Inner& i) {
  v(i.name, i.pairs);
}

struct Outer {
  std::uint64_t number = 0;
  bool flag = false;
  std::vector<Inner> list;
  std::vector<std::uint32_t> ids;
};
template <class V>
void visit(V& v, Outer& o) {
  v(o.number, o.flag, o.list, o.ids);
}

const Outer kOuter{1ULL << 40U, true, {{"a", {{"k", "v"}}}, {std::string("with\0zero", 9), {}}}, {7, 0, 4294967295U}};

TEST(Wire, WhatIsWrittenIsRead) {
  const auto read = wire::read<Outer>(wire::write(kOuter));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->number, kOuter.number);
  EXPECT_TRUE(read->flag);
  ASSERT_EQ(read->list.size(), 2U);
  EXPECT_EQ(read->list[0].pairs, kOuter.list[0].pairs);
  EXPECT_EQ(read->list[1].name, kOuter.list[1].name);
  EXPECT_EQ(read->ids, kOuter.ids);
}

TEST(Wire, EveryTruncationIsCorrupt) {
  const std::string whole = wire::write(kOuter);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto read = wire::read<Outer>(std::string_view(whole).substr(0, size));
    ASSERT_FALSE(read) << size;
    EXPECT_EQ(read.error().kind, Kind::corrupt);
  }
}

TEST(Wire, BytesLeftOverAreCorrupt) { EXPECT_FALSE(wire::read<Outer>(wire::write(kOuter) + "x")); }

// A count that the bytes cannot hold must cost no memory.
TEST(Wire, ACountBeyondTheMessageIsCorrupt) {
  const std::string huge(sizeof(std::size_t), '\x7f');
  EXPECT_FALSE(wire::read<std::string>(huge));
  EXPECT_FALSE(wire::read<std::vector<std::string>>(huge));
}

}  // namespace
}  // namespace podrun

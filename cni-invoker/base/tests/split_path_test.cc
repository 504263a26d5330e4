#include "cni/base/split_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cni::base {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(SplitPath, LeavesOutTheEmptyParts) {
  EXPECT_THAT(split_path("/a:/b::/c:"), ElementsAre("/a", "/b", "/c"));
  for (const char* nothing : {"", ":", "::"}) EXPECT_THAT(split_path(nothing), IsEmpty()) << nothing;
}

}  // namespace
}  // namespace cni::base

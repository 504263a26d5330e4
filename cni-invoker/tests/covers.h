// Which requirements of specs/cni-requirements.tsv the running test proves: covers("A1.05 A1.06"), once a test.
// conformance.py collects them from every test program it is given.
#pragma once

#include <gtest/gtest.h>

namespace cni::testing {

inline void covers(const char* requirements) { ::testing::Test::RecordProperty("covers", requirements); }

}  // namespace cni::testing

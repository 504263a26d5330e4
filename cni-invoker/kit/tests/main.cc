// The tests run in a host of the kit's own: what they make is theirs alone, and so is what they see.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "tests_host.h"

namespace cni::kit {
const OwnHost* own_host = nullptr;
}

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (::geteuid() != 0 || GTEST_FLAG_GET(list_tests)) return RUN_ALL_TESTS();  // without root they are skipped
  std::cout.flush();
  const auto code = cni::kit::in_own_host([](const cni::kit::OwnHost& own) {
    cni::kit::own_host = &own;
    const int result = RUN_ALL_TESTS();
    std::fflush(nullptr);
    return std::to_string(result);
  });
  if (code && *code == "0") return 0;
  std::cerr << "the tests' host ended with " << (code ? *code : code.error().what) << '\n';
  return 1;
}

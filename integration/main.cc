// Every integration test program: all its tests run in one host of their own. ctest runs one test a program.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "integration/own_host.h"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  std::signal(SIGPIPE, [](int) {});  // a program that refuses its input early; a handler, so that no child inherits it
  // A shell starts what it runs in the background deaf to these, as nohup does, and so would children be.
  for (const int signal : {SIGINT, SIGQUIT, SIGHUP}) std::signal(signal, SIG_DFL);
  // Without root every test says so itself, and is skipped.
  if (testing::GTEST_FLAG(list_tests) || ::geteuid() != 0) return RUN_ALL_TESTS();
  return integration::in_own_host([] { return RUN_ALL_TESTS(); });
}

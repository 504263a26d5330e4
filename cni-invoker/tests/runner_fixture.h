// ProcessRunner with real processes: plugins are shell scripts.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>

#include "support.h"

namespace cni::testing {

class ProcessRunnerTest : public ::testing::Test {
 protected:
  RunRequest request(const std::string& script) {
    RunRequest request;
    request.path = dir.write("plugin", "#!/bin/sh\n" + script, 0755);
    request.environment = {{"PATH", "/usr/sbin:/usr/bin:/sbin:/bin"}, {"CNI_COMMAND", "ADD"}};
    request.timeout = std::chrono::seconds(10);
    return request;
  }
  RunOutcome run(const std::string& script, const std::string& input = {}) {
    RunRequest one = request(script);
    one.input = input;
    auto outcome = runner.exec(one);
    EXPECT_TRUE(outcome) << outcome.error().what;
    return std::move(outcome).value_or({});
  }
  TempDir dir;
  ProcessRunner runner;
};

}  // namespace cni::testing

// The host that the tests run in (main.cc), and a lab in it.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <optional>

#include "kit/src/host/own_host.h"
#include "kit/src/lab.h"
#include "kit/src/subject.h"

namespace cni::kit {

extern const OwnHost* own_host;  // null without root

// Skipped without root, or without Debian's plugins.
class LabTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    Options options;
    options.plugin_dirs = {"/usr/lib/cni"};
    options.helper = KIT_PLUGIN;
    const auto subject = make_subject(options);
    if (!subject && subject.error().kind == Kind::not_found) GTEST_SKIP() << subject.error().what;
    ASSERT_TRUE(subject) << subject.error().what;
    subject_ = **subject;
    lab_.emplace(subject_, target(), Version{1, 0, 0}, *own_host);
  }
  virtual Result<std::shared_ptr<const Subject>> make_subject(const Options& options) const = 0;
  virtual std::size_t target() const { return subject_.plugins.size() - 1; }

  Subject subject_;
  std::optional<Lab> lab_;
};

}  // namespace cni::kit

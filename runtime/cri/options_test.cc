#include "runtime/cri/options.h"

#include <gmock/gmock.h>

#include <fstream>

#include "cni-invoker/base/tests/temp_dir.h"

namespace podrun::cri {
namespace {

using testing::HasSubstr;

class OptionsTest : public testing::Test {
 protected:
  std::string file(const std::string& text) const {
    const std::string path = dir_.path() + "/cri.toml";
    std::ofstream(path) << text;
    return path;
  }
  static std::string error(const std::vector<std::string>& arguments) {
    const auto options = read_options(arguments);
    return options ? "" : options.error().what;
  }

 private:
  base::TempDir dir_;
};

TEST_F(OptionsTest, AFlagGoesBeforeTheFileAndThatBeforeTheDefault) {
  const std::string config = file("socket = \"/run/a.sock\"\ndata_dir = \"/srv/a\"\nlog_level = \"warn\"\n");
  const auto options = read_options({"--config", config, "--socket=/run/b.sock"});
  ASSERT_TRUE(options) << options.error().what;
  EXPECT_EQ(options->socket, "/run/b.sock");
  EXPECT_EQ(options->directories.data, "/srv/a");
  EXPECT_EQ(options->log_level, LogLevel::warn);
  EXPECT_EQ(options->directories.state, "/run/podrun");
  EXPECT_EQ(options->cdi_spec_dirs, "/etc/cdi:/var/run/cdi");
  EXPECT_EQ(options->metrics_address, "") << "metrics are for who asks";
}

TEST_F(OptionsTest, WhatThereIsNotIsNamed) {
  EXPECT_THAT(error({"--nothing", "x"}), HasSubstr("--nothing"));
  EXPECT_THAT(error({"word"}), HasSubstr("word"));
  EXPECT_THAT(error({"--socket"}), HasSubstr("expected a value"));
  EXPECT_THAT(error({"--log-level", "loud"}), HasSubstr("loud"));
  EXPECT_THAT(error({"--pods", "some"}), HasSubstr("expected all or own, found 'some'"));
  EXPECT_THAT(error({"--config", file("nothing = \"x\"\n")}), HasSubstr("nothing"));
  EXPECT_THAT(error({"--config", file("socket = 5\n")}), HasSubstr("expected a string"));
  EXPECT_THAT(error({"--config", file("socket = \n")}), HasSubstr("cri.toml"));
  EXPECT_THAT(error({"--config", "/no/such/file"}), HasSubstr("/no/such/file"));
}

TEST_F(OptionsTest, HelpHasEveryFlag) {
  for (const char* flag : {"--socket", "--state-dir", "--data-dir", "--cni-conf-dir", "--log-level", "--config",
                           "--metrics-address", "--cdi-spec-dirs"})
    EXPECT_THAT(help_text(), HasSubstr(flag));
}

}  // namespace
}  // namespace podrun::cri

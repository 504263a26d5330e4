#include "runtime/image/name.h"

#include <gtest/gtest.h>

namespace podrun::image {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');

std::string whole(const std::string& text) {
  const auto name = parse_name(text);
  return name ? name->text() : "refused: " + name.error().what;
}

TEST(ImageName, WhatIsNotSaidIsDockers) {
  EXPECT_EQ(whole("nginx"), "docker.io/library/nginx:latest");
  EXPECT_EQ(whole("nginx:1.27"), "docker.io/library/nginx:1.27");
  EXPECT_EQ(whole("grafana/loki"), "docker.io/grafana/loki:latest");
  EXPECT_EQ(whole("docker.io/nginx"), "docker.io/library/nginx:latest");
  EXPECT_EQ(whole("index.docker.io/a/b:1"), "docker.io/a/b:1");
  EXPECT_EQ(whole("ghcr.io/a/b/c_d.e--f:V-1"), "ghcr.io/a/b/c_d.e--f:V-1");
}

TEST(ImageName, ARegistryHasADotAPortOrACapitalOrIsLocalhost) {
  EXPECT_EQ(whole("localhost/a"), "localhost/a:latest");
  EXPECT_EQ(whole("localhost:5000/a/b"), "localhost:5000/a/b:latest");
  EXPECT_EQ(whole("127.0.0.1:5000/a:2"), "127.0.0.1:5000/a:2");
  EXPECT_EQ(whole("[::1]:5000/a"), "[::1]:5000/a:latest");
  EXPECT_EQ(whole("[fd00::1]/a"), "[fd00::1]/a:latest");
  EXPECT_EQ(whole("Registry/a"), "Registry/a:latest");
  EXPECT_EQ(whole("local/a"), "docker.io/local/a:latest");
}

TEST(ImageName, ADigestStandsInPlaceOfTheTag) {
  EXPECT_EQ(whole("nginx@" + kDigest), "docker.io/library/nginx@" + kDigest);
  EXPECT_EQ(whole("localhost:5000/a/b:1@" + kDigest), "localhost:5000/a/b@" + kDigest);
}

TEST(ImageName, WhatIsNone) {
  for (const char* text : {"",
                           " ",
                           "nginx ",
                           "Nginx",
                           "a/B",
                           "-a",
                           "a-",
                           "a..b",
                           "a___b",
                           "a._b",
                           "a//b",
                           "/a",
                           "a/",
                           "a:",
                           "a:-1",
                           "a:b c",
                           "a:b:c",
                           "a@",
                           "a@sha256:1",
                           "a@md5:00000000000000000000000000000000",
                           "localhost:x/a",
                           "localhost:123456/a",
                           "-.b/a",
                           "[]/a",
                           "[::1/a",
                           "../a",
                           "a/../b",
                           "docker://a",
                           "a\n",
                           "a:\x1b",
                           "é"})
    EXPECT_FALSE(parse_name(text)) << text;
  EXPECT_TRUE(parse_name("a:" + std::string(128, 't')));
  EXPECT_FALSE(parse_name("a:" + std::string(129, 't')));
  EXPECT_TRUE(parse_name("a.b/" + std::string(251, 'n')));
  EXPECT_FALSE(parse_name("a.b/" + std::string(252, 'n')));
  EXPECT_FALSE(parse_name(std::string("a\0b", 3)));
}

}  // namespace
}  // namespace podrun::image

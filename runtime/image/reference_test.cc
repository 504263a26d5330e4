#include "runtime/image/reference.h"

#include <gtest/gtest.h>

namespace podrun::image {
namespace {

TEST(Reference, TakesWhatNamesADirectoryApart) {
  const auto rootfs = parse_reference("rootfs:/srv/a:b");
  ASSERT_TRUE(rootfs);
  EXPECT_EQ(rootfs->form, Reference::Form::rootfs);
  EXPECT_EQ(rootfs->directory, "/srv/a:b");
  const auto oci = parse_reference("oci:/srv/layout");
  ASSERT_TRUE(oci);
  EXPECT_EQ(oci->directory, "/srv/layout");
  EXPECT_EQ(oci->tag, "");
}

TEST(Reference, ATagMayHoldColonsAndSlashes) {
  const auto oci = parse_reference("oci:/srv/layout:docker.io/library/busybox:1.36");
  ASSERT_TRUE(oci);
  EXPECT_EQ(oci->directory, "/srv/layout");
  EXPECT_EQ(oci->tag, "docker.io/library/busybox:1.36");
}

TEST(Reference, EverythingElseIsAName) {
  const auto name = parse_reference("busybox:1.36");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->form, Reference::Form::name);
  EXPECT_EQ(name->name.text(), "docker.io/library/busybox:1.36");
}

TEST(Reference, RefusesEverythingElseInOneLine) {
  for (const std::string& text :
       {std::string(""), std::string("Busybox"), std::string("docker://busybox"), std::string("rootfs:"),
        std::string("rootfs:relative"), std::string("oci:"), std::string("oci:/a:"), std::string("oci:a:b"),
        std::string("oci:/a\n:b"), std::string("rootfs:/a\0b", 11), "rootfs:/" + std::string(5000, 'x'),
        "oci:/a:" + std::string(300, 't')}) {
    const auto parsed = parse_reference(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().kind, Kind::invalid);
    EXPECT_EQ(parsed.error().what.find('\n'), std::string::npos);
    EXPECT_LT(parsed.error().what.size(), 500U);
  }
}

}  // namespace
}  // namespace podrun::image

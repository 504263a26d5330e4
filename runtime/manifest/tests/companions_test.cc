#include "runtime/manifest/companions.h"

#include <gtest/gtest.h>

namespace podrun::manifest {
namespace {

TEST(Companions, AreFoundByKindNamespaceAndName) {
  Companions beside;
  EXPECT_TRUE(beside.add("default", "web", ConfigMap{{{"port", "80"}}}));
  EXPECT_TRUE(beside.add("other", "web", ConfigMap{{{"port", "81"}}}));
  EXPECT_TRUE(beside.add("default", "web", Secret{"Opaque", {{"key", std::string("\0\xff", 2)}}}));

  ASSERT_NE(beside.find_config_map("default", "web"), nullptr);
  EXPECT_EQ(beside.find_config_map("default", "web")->data.at("port"), "80");
  EXPECT_EQ(beside.find_config_map("other", "web")->data.at("port"), "81");
  EXPECT_EQ(beside.find_secret("default", "web")->data.at("key"), std::string("\0\xff", 2));
  EXPECT_EQ(beside.find_secret("other", "web"), nullptr);
  EXPECT_EQ(beside.find_config_map("default", "we"), nullptr);
}

TEST(Companions, KeepTheFirstOfAName) {
  Companions beside;
  EXPECT_TRUE(beside.add("default", "web", Secret{"Opaque", {{"a", "1"}}}));
  EXPECT_FALSE(beside.add("default", "web", Secret{"Opaque", {{"a", "2"}}}));
  EXPECT_EQ(beside.find_secret("default", "web")->data.at("a"), "1");
}

}  // namespace
}  // namespace podrun::manifest

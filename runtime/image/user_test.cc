#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/image/image.h"

namespace podrun {
namespace {

using ::testing::ElementsAre;

constexpr const char* kPasswd =
    "root:x:0:0:root:/root:/bin/sh\n"
    "broken line\n"
    "app:x:1000:100:An App:/home/app:/bin/sh\n"
    "1234:x:7:7::/seven:\n"
    "nohome:x:1001:1001::relative:\n"
    "toobig:x:4294967295:0::/:\n"
    "last:x:1002:1002::/last:/bin/sh";
constexpr const char* kGroup =
    "root:x:0:\n"
    "wheel:x:10:root,app\n"
    "users:x:100:\n"
    "audio:x:29:app,other\n"
    ":x:5:app\n"
    "almost:x:30:apps,ap\n";

User resolved(const std::string& wanted) {
  auto user = resolve_user(wanted, kPasswd, kGroup);
  EXPECT_TRUE(user) << wanted << ": " << (user ? "" : user.error().what);
  return std::move(user).value_or({});
}

TEST(ResolveUser, TheDefaultIsRootWithItsGroups) {
  const User user = resolved("");
  EXPECT_EQ(user.uid, 0U);
  EXPECT_EQ(user.gid, 0U);
  EXPECT_EQ(user.home, "/root");
  EXPECT_THAT(user.groups, ElementsAre(0, 10));
}

TEST(ResolveUser, ANameBringsGroupHomeAndMemberships) {
  const User user = resolved("app");
  EXPECT_EQ(user.uid, 1000U);
  EXPECT_EQ(user.gid, 100U);
  EXPECT_EQ(user.home, "/home/app");
  EXPECT_EQ(user.name, "app");
  EXPECT_THAT(user.groups, ElementsAre(10, 29, 100));
}

TEST(ResolveUser, ANumberIsLookedUpAsANumber) {
  EXPECT_EQ(resolved("1000").name, "app");
  EXPECT_EQ(resolved("1234").uid, 1234U) << "taken for the user whose name is 1234";
  EXPECT_EQ(resolved("1234").gid, 0U);
  EXPECT_EQ(resolved("4242").home, "/");
  EXPECT_EQ(resolved("2147483647").uid, 2147483647U);
}

TEST(ResolveUser, AGroupBehindAColon) {
  EXPECT_EQ(resolved("app:wheel").gid, 10U);
  EXPECT_EQ(resolved("app:77").gid, 77U);
  EXPECT_EQ(resolved(":users").gid, 100U);
  EXPECT_EQ(resolved(":users").uid, 0U);
  EXPECT_EQ(resolved("app:").gid, 100U);
  EXPECT_THAT(resolved("4242:77").groups, ElementsAre(77));
}

TEST(ResolveUser, TheLastLineNeedsNoNewline) { EXPECT_EQ(resolved("last").uid, 1002U); }

TEST(ResolveUser, AnUnusableHomeIsTheRoot) { EXPECT_EQ(resolved("nohome").home, "/"); }

TEST(ResolveUser, UnknownNamesAreRefused) {
  for (const char* wanted : {"nobody", "toobig", "broken line", "app:nogroup", "-1", "+1", "0x10", "1000 ",
                             "2147483648", "app:99999999999", "app:wheel:x"}) {
    const auto user = resolve_user(wanted, kPasswd, kGroup);
    ASSERT_FALSE(user) << wanted;
    EXPECT_EQ(user.error().kind, Kind::invalid) << wanted;
  }
}

TEST(ResolveUser, WithoutFilesNumbersWorkAndNamesDoNot) {
  EXPECT_TRUE(resolve_user("", "", ""));
  EXPECT_TRUE(resolve_user("12:34", "", ""));
  EXPECT_FALSE(resolve_user("root", "", ""));
}

TEST(ResolveUser, HostileTextsAreBounded) {
  std::string group;
  for (int i = 0; i < 70000; ++i) group += "g:x:" + std::to_string(i) + ":app\n";
  const auto many = resolve_user("app", kPasswd, group);
  ASSERT_FALSE(many);
  EXPECT_NE(many.error().what.find("65536"), std::string::npos);
  EXPECT_TRUE(resolve_user("7", std::string(1U << 20U, ':'), std::string(1U << 20U, '\n')));
  EXPECT_EQ(resolve_user("x", "x:x:5:5::/a\0b:\n", "").value_or({}).uid, 5U);
}

}  // namespace
}  // namespace podrun

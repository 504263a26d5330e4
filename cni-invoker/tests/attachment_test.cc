#include "cni/attachment.h"

#include <gmock/gmock.h>

#include "support.h"

namespace cni {
namespace {

using testing::covers;

TEST(Attachment, ContainerId) {
  covers("A3.01");
  for (const char* bad : {"", "a/b", "../x", "-x", ".x", "_x", "a b", "a\n", "ä"})
    EXPECT_FALSE(check_container_id(bad)) << bad;
  for (const char* good : {"a", "0", "a.b-c_D", "0123456789abcdef"}) EXPECT_TRUE(check_container_id(good)) << good;
  EXPECT_TRUE(check_container_id(std::string(300, 'x')));
  for (const char end : std::string_view("azAZ09")) {
    EXPECT_TRUE(check_container_id(std::string(1, end))) << end;
    EXPECT_TRUE(check_network_name("x_" + std::string(1, end))) << end;
  }
  for (const char beyond : std::string_view("`{@[/:")) {  // what stands beside them in ASCII
    EXPECT_FALSE(check_container_id(std::string(1, beyond))) << beyond;
    EXPECT_FALSE(check_network_name("x" + std::string(1, beyond))) << beyond;
  }
}

TEST(Attachment, InterfaceName) {
  covers("A3.02");
  using namespace std::string_view_literals;
  for (const auto bad : {""sv, "."sv, ".."sv, "a/b"sv, "a:b"sv, "a b"sv, "a\tb"sv, "a\0b"sv, "eth%d"sv, "a\x7F"sv,
                         "a\xC2\xA0"sv, "a\xE3\x80\x80"sv, "0123456789abcdef"sv})
    EXPECT_FALSE(check_ifname(bad)) << bad;
  for (const auto good : {"eth0"sv, "0123456789abcde"sv, "a.1"sv, "-x"sv, "\xC3\xA4"sv})
    EXPECT_TRUE(check_ifname(good)) << good;
}

TEST(Attachment, ArgsHoldNoSeparators) {
  covers("A3.06");
  EXPECT_EQ(join_args({{"IgnoreUnknown", "1"}, {"K8S_POD_NAME", "web"}}), "IgnoreUnknown=1;K8S_POD_NAME=web");
  EXPECT_EQ(join_args({}), "");
  EXPECT_EQ(parse_args("A=1;B=2")->size(), 2U);
  EXPECT_TRUE(parse_args("")->empty());
  for (const char* bad : {"A", "A=", "=1", "A=1;", "A=1;;B=2", "A=1=2", ";"}) EXPECT_FALSE(parse_args(bad)) << bad;
  EXPECT_FALSE(check_args({{"A", "x;B=2"}}));
  EXPECT_FALSE(check_args({{"A=", "1"}}));
}

TEST(Attachment, NetnsHoldsNoNul) {
  Attachment attachment;
  attachment.container_id = "a";
  EXPECT_TRUE(check_attachment(attachment));
  attachment.netns = std::string("/run\0/x", 7);
  EXPECT_FALSE(check_attachment(attachment));
}

}  // namespace
}  // namespace cni

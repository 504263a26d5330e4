#include "runtime/cli/link_options.h"

#include <gtest/gtest.h>

namespace podrun::cli {
namespace {

TEST(LinkOptions, Loss) {
  EXPECT_DOUBLE_EQ(parse_loss("5%").value_or(-1), 0.05);
  EXPECT_DOUBLE_EQ(parse_loss("0.5%").value_or(-1), 0.005);
  EXPECT_DOUBLE_EQ(parse_loss("100").value_or(-1), 1);
  for (const char* bad : {"", "%", "-1%", "101%", "5 %", "5%%", "nan", "inf", "1e1%", "0x5"})
    EXPECT_FALSE(parse_loss(bad)) << bad;
}

TEST(LinkOptions, Rate) {
  EXPECT_EQ(parse_rate("10mbit").value_or(0), 10'000'000U);
  EXPECT_EQ(parse_rate("10M").value_or(0), 10'000'000U);
  EXPECT_EQ(parse_rate("1.5Gbit").value_or(0), 1'500'000'000U);
  EXPECT_EQ(parse_rate("64k").value_or(0), 64'000U);
  EXPECT_EQ(parse_rate("9600bit").value_or(0), 9'600U);
  for (const char* bad : {"", "10", "mbit", "10mb", "10mbps", "-1mbit", "0mbit", "999bit", "1001gbit", "10mbitx", "b"})
    EXPECT_FALSE(parse_rate(bad)) << bad;
}

TEST(LinkOptions, AsText) {
  EXPECT_EQ(link_text({}), "");
  LinkQuality quality;
  quality.loss = 0.005;
  quality.delay = std::chrono::microseconds(20'500);
  quality.rate = 1'500'000;
  EXPECT_EQ(link_text(quality), "loss 0.5%, delay 20.5ms, rate 1.5mbit");
}

}  // namespace
}  // namespace podrun::cli

#include "runtime/kernel/signals.h"

#include <gtest/gtest.h>

#include <csignal>

namespace podrun {
namespace {

TEST(Signals, AreReadByNameAndNumber) {
  for (const auto& [text, number] : {std::pair{"SIGTERM", SIGTERM},
                                     {"TERM", SIGTERM},
                                     {"sigquit", SIGQUIT},
                                     {"9", SIGKILL},
                                     {"64", 64},
                                     {"SIGRTMIN", 34},
                                     {"SIGRTMIN+3", 37},
                                     {"RTMAX-2", 62},
                                     {"RTMIN+30", 64},
                                     {"SIGPOLL", SIGIO}})
    EXPECT_EQ(parse_signal(text).value_or(0), number) << text;
}

TEST(Signals, OthersAreRefused) {
  for (const char* text : {"", "0", "65", "-1", "+9", "9x", "SIG", "SIGFOO", "SIGRTMIN-1", "SIGRTMIN+31", "SIGRTMIN+",
                           "SIGRTMIN3", "SIGRTMAX+1", "SIGRTMIN+-1", "99999999999999"}) {
    const auto signal = parse_signal(text);
    ASSERT_FALSE(signal) << text;
    EXPECT_EQ(signal.error().kind, Kind::invalid);
  }
  EXPECT_EQ(parse_signal("FOO").error().what, "'FOO' is no signal, such as SIGTERM or 15");
}

}  // namespace
}  // namespace podrun

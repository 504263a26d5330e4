#include "runtime/cli/systemd_unit.h"

#include <gmock/gmock.h>

namespace podrun::cli {
namespace {

using testing::HasSubstr;

PodUnit web_unit() {
  return {.name = unit_name("default", "web"),
          .manifests = manifests_path(unit_name("default", "web")),
          .program = {"/usr/bin/podrun", "--state-dir", "/run/podrun"},
          .for_apply = {"--network", "blue,red@eth1"},
          .needs_paths = {"/var/lib/podrun"}};
}

TEST(SystemdUnit, MakesAtItsStartAndDeletesAtItsEnd) {
  const auto text = unit_text(web_unit());
  ASSERT_TRUE(text) << text.error().what;
  EXPECT_THAT(*text, HasSubstr("\nExecStart=/usr/bin/podrun --state-dir /run/podrun apply -f "
                               "/etc/podrun/pods/podrun-web --network blue,red@eth1\n"));
  EXPECT_THAT(*text, HasSubstr("\nExecStop=/usr/bin/podrun --state-dir /run/podrun delete --ignore-not-found -f "
                               "/etc/podrun/pods/podrun-web\n"));
  EXPECT_THAT(*text, HasSubstr("\nRequiresMountsFor=/etc/podrun/pods/podrun-web /var/lib/podrun\n"));
  EXPECT_THAT(*text, HasSubstr("\nWantedBy=multi-user.target\n"));
}

TEST(SystemdUnit, EachNamespaceHasItsOwn) {
  EXPECT_EQ(unit_name("default", "web"), "podrun-web.service");
  EXPECT_EQ(unit_name("team", "web"), "podrun-team:web.service");
  EXPECT_EQ(unit_path("podrun-web.service"), "/etc/systemd/system/podrun-web.service");
}

// What systemd would take for something else: a space, a quote, a specifier, a variable, an escape.
TEST(SystemdUnit, WordsArriveAsTheyAre) {
  PodUnit unit = web_unit();
  unit.program = {"/opt/pod run/podrun", "--data-dir", R"(/data/100%/$HOME/"a"\b)"};
  const auto text = unit_text(unit);
  ASSERT_TRUE(text) << text.error().what;
  EXPECT_THAT(*text, HasSubstr(R"(ExecStart="/opt/pod run/podrun" --data-dir "/data/100%%/$$HOME/\"a\"\\b" apply )"));
}

TEST(SystemdUnit, ALineBreakIsRefused) {
  PodUnit unit = web_unit();
  unit.program = {"/opt/a\nExecStartPre=/bin/evil/podrun"};
  EXPECT_EQ(unit_text(unit).error().kind, Kind::invalid);
}

}  // namespace
}  // namespace podrun::cli

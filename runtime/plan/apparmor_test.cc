#include "runtime/plan/apparmor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace podrun {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Type = AppArmorSpec::Type;

const apparmor::State kWithout{};
const apparmor::State kBare{.is_enabled = true, .profiles = {{"lsb_release", "strict"}}};
const apparmor::State kFull{.is_enabled = true, .profiles = {{"podrun-default", "strict"}}};
const apparmor::State kUnseen{.is_enabled = true, .profiles = {}};

ChosenProfile chosen(const AppArmorSpec& asked, const apparmor::State& machine) {
  auto profile = choose_profile(asked, machine);
  return profile ? std::move(*profile) : ChosenProfile{"error", profile.error().what};
}

TEST(PlanAppArmor, IsOurOwnWhereItIsLoadedUnlessAskedOtherwise) {
  EXPECT_EQ(chosen({}, kFull).name, "podrun-default");
  EXPECT_EQ(chosen({Type::runtime_default, ""}, kFull).name, "podrun-default");
  EXPECT_EQ(chosen({Type::unconfined, ""}, kFull).name, "");
  for (const auto* machine : {&kWithout, &kBare, &kUnseen}) {
    EXPECT_EQ(chosen({}, *machine).name, "");
    EXPECT_EQ(chosen({}, *machine).warning, "") << "nobody asked";
    EXPECT_EQ(chosen({Type::unconfined, ""}, *machine).warning, "");
  }
}

TEST(PlanAppArmor, WhoAsksForOursIsToldWhereThereIsNone) {
  const AppArmorSpec asked{Type::runtime_default, ""};
  EXPECT_EQ(chosen(asked, kFull).warning, "");
  EXPECT_EQ(chosen(asked, kWithout).warning,
            "no AppArmor profile is applied: this kernel has no AppArmor, or has it switched off");
  EXPECT_EQ(chosen(asked, kBare).warning,
            "no AppArmor profile is applied: podrun-default is not loaded (`apparmor_parser -r FILE` loads it, for "
            "containers that are made from then on; FILE is etc/apparmor.d/podrun-default where podrun is installed, "
            "/etc/… of a package)");
  EXPECT_THAT(chosen(asked, kUnseen).warning, HasSubstr("apparmor/profiles cannot be read"));
  for (const auto* machine : {&kWithout, &kBare, &kUnseen}) EXPECT_EQ(chosen(asked, *machine).name, "");
}

TEST(PlanAppArmor, OneThatIsNamedIsThereOrAnError) {
  const AppArmorSpec asked{Type::localhost, "strict"};
  EXPECT_EQ(chosen(asked, kFull).name, "strict");
  EXPECT_EQ(chosen(asked, kUnseen).name, "strict") << "the kernel will know";
  const auto without = choose_profile(asked, kWithout);
  ASSERT_FALSE(without);
  EXPECT_EQ(without.error().kind, Kind::unsupported);
  EXPECT_THAT(without.error().what, AllOf(HasSubstr("'strict'"), HasSubstr("no AppArmor")));
  const auto missing = choose_profile({Type::localhost, "lax"}, kFull);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, Kind::unsupported);
  EXPECT_THAT(missing.error().what, AllOf(HasSubstr("'lax'"), HasSubstr("`apparmor_parser -r FILE`")));
}

TEST(AppArmorNames, AreThoseOfOneProfile) {
  for (const char* good :
       {"strict", "/usr/bin/web server", "web//child", "k8s-nginx.1", "a&b", std::string(4000, 'a').c_str()})
    EXPECT_EQ(problem_of_apparmor_profile(good), "") << good;
  for (const auto& [bad, why] : {std::pair<std::string, std::string>{"", "is missing"},
                                 {"a\nb", "control character"},
                                 {"strict\n", "control character"},
                                 {std::string("a\0b", 3), "control character"},
                                 {" a", "space"},
                                 {"a ", "space"},
                                 {"a//&unconfined", "is not the name of one profile"},
                                 {"&a", "is not the name of one profile"},
                                 {":root:a", "is not the name of one profile"},
                                 {"=a", "is not the name of one profile"},
                                 {"unconfined", "is not the name of one profile"},
                                 {std::string(4001, 'a'), "longer than 4000"}})
    EXPECT_THAT(problem_of_apparmor_profile(bad), HasSubstr(why)) << bad;
}

TEST(AppArmorProfiles, AreReadAsTheKernelListsThem) {
  EXPECT_THAT(apparmor::parse_profiles("podrun-default (enforce)\n/usr/bin/web server (complain)\na//b (unconfined)\n"
                                       "of (two) (kill)\nnonsense\n"),
              testing::ElementsAre("podrun-default", "/usr/bin/web server", "a//b", "of (two)"));
  EXPECT_THAT(apparmor::parse_profiles(""), testing::IsEmpty());
}

}  // namespace
}  // namespace podrun

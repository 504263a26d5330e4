#include "runtime/plan/network_selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace podrun {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Words = std::vector<std::string>;

constexpr const char* kAnnotation = "k8s.v1.cni.cncf.io/networks";

class NetworkSelectionTest : public testing::Test {
 protected:
  Result<std::vector<NetworkSelection>> select(const Words& wanted, const std::string& annotation = "") {
    if (!annotation.empty()) annotations_[kAnnotation] = annotation;
    return select_networks(annotations_, host_network_, wanted,
                           [this](const std::string& line) { warnings_.push_back(line); });
  }
  // "network@interface" each; or the error.
  Words selected(const Words& wanted, const std::string& annotation = "") {
    const auto selections = select(wanted, annotation);
    if (!selections) return {selections.error().what};
    Words words;
    for (const NetworkSelection& one : *selections) words.push_back(one.network + "@" + one.interface_name);
    return words;
  }
  std::string refused(const Words& wanted, const std::string& annotation = "") {
    const auto selections = select(wanted, annotation);
    EXPECT_FALSE(selections) << annotation;
    if (selections) return "";
    EXPECT_EQ(selections.error().kind, Kind::invalid);
    return selections.error().what;
  }

  annotations::Annotations annotations_;
  bool host_network_ = false;
  Words warnings_;
};

TEST_F(NetworkSelectionTest, WithoutAWishItIsTheMachinesChoice) { EXPECT_THAT(selected({}), ElementsAre("@eth0")); }

TEST_F(NetworkSelectionTest, InterfacesAreNumberedByPlaceAroundThoseThatAreNamed) {
  EXPECT_THAT(selected({"a", "b"}), ElementsAre("a@eth0", "b@eth1"));
  EXPECT_THAT(selected({"a", "b@web0", "c"}), ElementsAre("a@eth0", "b@web0", "c@eth2"));
  EXPECT_THAT(selected({"a", "b", "c@eth1"}), ElementsAre("a@eth0", "b@eth2", "c@eth1"));
}

TEST_F(NetworkSelectionTest, TheAnnotationsNetworksComeOnTopAndAreNamedAsMultusNamesThem) {
  EXPECT_THAT(selected({}, "blue, team/green@data0 ,red"),
              ElementsAre("@eth0", "blue@net1", "green@data0", "red@net3"));
  EXPECT_THAT(selected({"a"}, "a@eth1,a"), ElementsAre("a@eth0", "a@eth1", "a@net2"));
  EXPECT_THAT(selected({}, " "), ElementsAre("@eth0"));
  EXPECT_THAT(selected({}, "[]"), ElementsAre("@eth0"));
}

TEST_F(NetworkSelectionTest, TheJsonFormSaysWhatOneAttachmentIsToHave) {
  const auto selections =
      select({}, R"([{"name":"blue","namespace":"team","interface":"data0","mac":"c2:11:22:33:44:55",
      "ips":["10.1.2.3/24"],"bandwidth":{"ingressRate":12345678901234567890},"cni-args":{"labels":[1.0]}},
      {"name":"red"}])");
  ASSERT_TRUE(selections) << selections.error().what;
  ASSERT_EQ(selections->size(), 3U);
  const NetworkSelection& blue = (*selections)[1];
  EXPECT_EQ(blue.interface_name, "data0");
  EXPECT_EQ(blue.capability_args.dump(),
            R"({"mac":"c2:11:22:33:44:55","ips":["10.1.2.3/24"],"bandwidth":{"ingressRate":12345678901234567890}})");
  EXPECT_EQ(blue.conventional_args.dump(), R"({"labels":[1.0]})");
  EXPECT_EQ((*selections)[2].interface_name, "net2");
  EXPECT_THAT((*selections)[2].capability_args.members(), IsEmpty());
}

TEST_F(NetworkSelectionTest, WhatCannotBeMeantIsRefusedByName) {
  EXPECT_THAT(refused({"a@"}), HasSubstr("'a@'"));
  EXPECT_THAT(refused({"../a"}), HasSubstr("'../a'"));
  EXPECT_THAT(refused({"a@0123456789abcdef"}), HasSubstr("'a@0123456789abcdef'"));
  EXPECT_THAT(refused({"a", "none"}), HasSubstr("none"));
  EXPECT_THAT(refused({"a@eth1", "b@eth1"}), HasSubstr("two networks as 'eth1'"));
  EXPECT_THAT(refused({"a@lo"}), HasSubstr("'lo'"));
  for (const auto& [annotation, told] : {std::pair{"a/b/c", "'a/b/c'"},
                                         {"a@b@c", "'a@b@c'"},
                                         {"[{}", "a list in JSON"},
                                         {R"({"name":"a"})", "a list in JSON"},
                                         {R"([3])", "[0]: expected an object, found '3'"},
                                         {R"([{"name":"a"},{"mac":"c2:11:22:33:44:55"}])", "[1]: expected a \"name\""},
                                         {R"([{"name":"a/b"}])", "[0].name"},
                                         {R"([{"name":"a","interface":"a b"}])", "[0].interface"},
                                         {R"([{"name":"a","mac":7}])", "[0].mac"},
                                         {R"([{"name":"a","ips":"10.0.0.1"}])", "[0].ips"},
                                         {R"([{"name":"a","ips":[]}])", "[0].ips"},
                                         {R"([{"name":"a","cni-args":[]}])", "[0].cni-args"},
                                         {R"([{"name":"a","interfaces":"b"}])", "'interfaces'"},
                                         {R"([{"name":"a","portMappings":[]}])", "hostPort"},
                                         {R"([{"name":"a","default-route":["10.0.0.1"]}])", "[0].default-route"}})
    EXPECT_THAT(refused({}, annotation), testing::AllOf(HasSubstr(kAnnotation), HasSubstr(told)));
}

TEST_F(NetworkSelectionTest, TheAnnotationCannotTakeAnInterfaceOfTheOthers) {
  for (const Words& wanted : {Words{}, Words{"a"}, Words{"a", "b"}})
    EXPECT_EQ(refused(wanted, "blue@eth0"),
              "metadata.annotations[k8s.v1.cni.cncf.io/networks]: attach two networks as "
              "'eth0' (name another interface)");
  EXPECT_THAT(refused({"a", "b"}, R"([{"name":"blue","interface":"eth1"}])"), HasSubstr("two networks as 'eth1'"));
  EXPECT_THAT(selected({"a@data0"}, "blue@eth0"), ElementsAre("a@data0", "blue@eth0"));
}

TEST_F(NetworkSelectionTest, WithoutANetworkTheAnnotationIsTold) {
  EXPECT_THAT(selected({"none"}), IsEmpty());
  EXPECT_THAT(warnings_, IsEmpty());
  EXPECT_THAT(selected({"none"}, "blue"), IsEmpty());
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr(kAnnotation)));
}

TEST_F(NetworkSelectionTest, APodOnTheHostsNetworkHasNoneOfItsOwn) {
  host_network_ = true;
  EXPECT_THAT(selected({}), IsEmpty());
  EXPECT_THAT(selected({"none"}), IsEmpty());
  EXPECT_THAT(refused({"a"}), HasSubstr("hostNetwork"));
  EXPECT_THAT(selected({}, "blue"), IsEmpty());
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("hostNetwork")));
}

}  // namespace
}  // namespace podrun

// The kit's own plugins: they do their work, or what a check says, and tell how they were called.
#include "kit/src/stub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kit/src/result_fault.h"
#include "kit/src/spoil.h"
#include "kit/src/world/leftovers.h"
#include "tests_host.h"

namespace cni::kit {
namespace {

using ::testing::HasSubstr;

class StubTest : public LabTest {
 protected:
  Result<std::shared_ptr<const Subject>> make_subject(const Options& options) const override {
    return subject_of_plugin("portmap", "", options);
  }
  std::size_t target() const override { return 0; }  // kit-first
  void TearDown() override {
    if (lab_) {
      lab_->first().forget();
      for (const Pod* pod : made_) static_cast<void>(lab_->remove_netns(*pod));
    }
  }
  Pod& pod() {
    made_.push_back(&lab_->pod());
    return *made_.back();
  }

  std::vector<Pod*> made_;
};

TEST_F(StubTest, FirstMakesAnInterfaceAndTakesItAway) {
  Pod& one = pod();
  Pod& other = pod();
  ASSERT_EQ(lab_->attach(one).outcome, Outcome::passed);
  EXPECT_EQ(fault_of_result(one.result, {1, 0, 0}, Role::interface), "");
  const World before = lab_->world();
  ASSERT_EQ(lab_->attach(other).outcome, Outcome::passed);
  EXPECT_NE(one.result["ips"][0]["address"], other.result["ips"][0]["address"]);
  EXPECT_NE(find(lab_->world(), {"route", "default on eth0", other.name}), nullptr);
  EXPECT_TRUE(lab_->run(lab_->call("CHECK", other)).succeeded());
  EXPECT_TRUE(lab_->run(lab_->call("DEL", other)).succeeded());
  const Verdict same = expect_same_world(*lab_, before, "DEL");
  EXPECT_EQ(same.outcome, Outcome::passed) << ::testing::PrintToString(same.evidence);
  EXPECT_TRUE(lab_->run(lab_->call("DEL", other)).succeeded());
  EXPECT_FALSE(lab_->run(lab_->call("CHECK", other)).succeeded());
  EXPECT_TRUE(lab_->run(lab_->call("DEL", one)).succeeded());
}

TEST_F(StubTest, AnswersAsItIsTold) {
  Pod& one = pod();
  const Call add = with_variable(lab_->call("ADD", one), "KIT_VARIABLE", "a b");
  lab_->first().answer("ADD", stub_error(11, "later"));
  EXPECT_EQ(lab_->run(add).code(), 11);
  lab_->first().answer("ADD", stub_result({{"cniVersion", "0.2.0"}}));
  EXPECT_EQ(lab_->run(add).document["cniVersion"], "0.2.0");
  StubAnswer late;
  late.output = "junk";
  late.errors = "a line";
  late.delay = std::chrono::milliseconds(300);
  lab_->first().answer("ADD", late);
  const Answer junk = lab_->run(add);
  EXPECT_TRUE(junk.document.is_discarded());
  EXPECT_THAT(junk.outcome.errors, HasSubstr("a line"));
  EXPECT_GE(junk.outcome.duration, std::chrono::milliseconds(300));

  const auto calls = lab_->first().calls();
  ASSERT_EQ(calls.size(), 3U);
  EXPECT_EQ(calls[0].command, "ADD");
  EXPECT_EQ(calls[0].environment.at("KIT_VARIABLE"), "a b");
  EXPECT_EQ(calls[0].input, add.input);
  EXPECT_EQ(lab_->first().count("DEL"), 0U);
  lab_->first().forget();
  EXPECT_TRUE(lab_->first().calls().empty());
}

TEST(FaultOfResult, IsByVersion) {
  const auto fault = [](const char* text, Version version, Role role = Role::interface) {
    return fault_of_result(nlohmann::json::parse(text), version, role);
  };
  EXPECT_EQ(fault(R"({"cniVersion": "1.0.0", "ips": [{"address": "10.1.0.5/16"}]})", {1, 0, 0}), "");
  EXPECT_EQ(
      fault(R"({"cniVersion": "0.4.0", "ips": [{"version": "4", "address": "10.1.0.5/16"}], "dns": {}})", {0, 4, 0}),
      "");
  EXPECT_EQ(fault(R"({"cniVersion": "0.2.0", "ip4": {"ip": "10.1.0.5/16"}})", {0, 2, 0}), "");
  EXPECT_THAT(fault(R"({"cniVersion": "1.0.0"})", {1, 1, 0}), HasSubstr("not that of the request"));
  EXPECT_THAT(fault(R"({"cniVersion": "0.4.0", "ips": [{"address": "10.1.0.5/16"}]})", {0, 4, 0}),
              HasSubstr("ips[0].version"));
  EXPECT_THAT(fault(R"({"cniVersion": "1.0.0", "ips": [{"version": "4", "address": "10.1.0.5/16"}]})", {1, 0, 0}),
              HasSubstr("ips[0].version"));
  EXPECT_THAT(fault(R"({"cniVersion": "1.0.0", "ips": [{"address": "10.1.0.5"}]})", {1, 0, 0}),
              HasSubstr("ips[0].address"));
  EXPECT_THAT(fault(R"({"cniVersion": "1.0.0", "ips": [{"address": "10.1.0.5/16", "interface": 0}]})", {1, 0, 0}),
              HasSubstr("no index"));
  EXPECT_THAT(
      fault(
          R"({"cniVersion": "1.0.0", "ips": [{"address": "10.1.0.5/16", "interface": -1}], "interfaces": [{"name": "a"}]})",
          {1, 0, 0}),
      HasSubstr("no unsigned"));
  EXPECT_THAT(fault(R"({"cniVersion": "0.2.0", "ips": []})", {0, 2, 0}), HasSubstr("not of this version"));
  EXPECT_THAT(fault(R"({"cniVersion": "1.0.0", "interfaces": [{"name": "a", "mac": "x"}]})", {1, 0, 0}),
              HasSubstr("mac"));
  EXPECT_THAT(fault(R"({"cniVersion": "1.0.0", "interfaces": [{"name": "a"}]})", {1, 0, 0}, Role::ipam),
              HasSubstr("IPAM"));
  EXPECT_THAT(fault(R"({"cniVersion": "1.0.0", "routes": [{"dst": "10.0.0.0/33"}]})", {1, 0, 0}),
              HasSubstr("routes[0].dst"));
  EXPECT_THAT(fault(R"({"cniVersion": "1.0.0", "dns": {"search": "x"}})", {1, 0, 0}), HasSubstr("dns.search"));
}

}  // namespace
}  // namespace cni::kit

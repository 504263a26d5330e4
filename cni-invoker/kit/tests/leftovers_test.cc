// With real plugins: what they keep for ever is no leftover, what is taken out of a DEL is.
#include "kit/src/world/leftovers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cni/base/try.h"
#include "private_host.h"
#include "tests_host.h"

namespace cni::kit {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kList = R"({"cniVersion": "1.0.0", "name": "kit", "plugins": [
    {"type": "bridge", "bridge": "br-kit", "isDefaultGateway": true, "ipMasq": true,
     "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.234.0.0/16"}], [{"subnet": "fd00:234::/64"}]]}},
    {"type": "portmap", "capabilities": {"portMappings": true}},
    {"type": "firewall"}]})";

class Leftovers : public LabTest {
 protected:
  Result<std::shared_ptr<const Subject>> make_subject(const Options& options) const override {
    auto subject = std::make_shared<Subject>(*TRY(subject_of_list(kList, "list", options)));
    subject->capability_args = {{"portMappings", {{{"hostPort", 8080}, {"containerPort", 80}, {"protocol", "tcp"}}}}};
    return std::shared_ptr<const Subject>(std::move(subject));
  }
  void TearDown() override {
    // Namespaces go a moment after their last name, and their links with them.
    cni::testing::shell(
        "nft flush ruleset; ip link del br-kit; umount /run/netns/*; rm -rf /run/netns/* /var/lib/cni/*;"
        "while ip -o link show type veth | grep -q .; do sleep 0.02; done");
  }
};

TEST_F(Leftovers, AreNoneAfterADelOfRealPlugins) {
  const Verdict verdict = expect_nothing_left(*lab_, "ADD and DEL", [&](Pod& pod) {
    if (const Answer added = lab_->add(pod); !added.succeeded()) return failed("ADD", added.text());
    if (const Answer removed = lab_->del(pod); !removed.succeeded()) return failed("DEL", removed.text());
    return passed();
  });
  EXPECT_EQ(verdict.outcome, Outcome::passed) << verdict.seen << ::testing::PrintToString(verdict.evidence);
}

TEST_F(Leftovers, AreToldWithoutADel) {
  const Verdict verdict = expect_nothing_left(*lab_, "ADD", [&](Pod& pod) {
    const Answer added = lab_->add(pod);
    return added.succeeded() ? passed() : failed("ADD", added.text());
  });
  EXPECT_EQ(verdict.outcome, Outcome::failed);
  EXPECT_THAT(verdict.evidence, Contains(StartsWith("left: link veth")));
  EXPECT_THAT(verdict.evidence, Contains(HasSubstr("left: address 10.234.0.3/16 on eth0 in pod-2")));
  EXPECT_THAT(verdict.evidence, Contains(HasSubstr("left: file /var/lib/cni/networks/kit/10.234.0.3 ")));
  EXPECT_THAT(verdict.evidence, Contains(HasSubstr("dport 8080")));
}

}  // namespace
}  // namespace cni::kit

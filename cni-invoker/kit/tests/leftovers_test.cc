// With real plugins: what they keep for ever is no leftover, what is taken out of a DEL is.
#include "kit/src/world/leftovers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "private_host.h"
#include "tests_host.h"

namespace cni::kit {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Leftovers : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    Options options;
    options.plugin_dirs = {"/usr/lib/cni"};
    options.helper = KIT_PLUGIN;
    auto subject = subject_of_list(R"({"cniVersion": "1.0.0", "name": "kit", "plugins": [
        {"type": "bridge", "bridge": "br-kit", "isDefaultGateway": true, "ipMasq": true,
         "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.234.0.0/16"}], [{"subnet": "fd00:234::/64"}]]}},
        {"type": "portmap", "capabilities": {"portMappings": true}},
        {"type": "firewall"}]})",
                                   "list", options);
    if (!subject) GTEST_SKIP() << subject.error().what;
    subject_ = **subject;
    subject_.capability_args = {{"portMappings", {{{"hostPort", 8080}, {"containerPort", 80}, {"protocol", "tcp"}}}}};
    lab_.emplace(subject_, subject_.plugins.size() - 1, Version{1, 0, 0}, *own_host);
  }
  void TearDown() override {
    // Namespaces go a moment after their last name, and their links with them.
    cni::testing::shell(
        "nft flush ruleset; ip link del br-kit; umount /run/netns/*; rm -rf /run/netns/* /var/lib/cni/*;"
        "while ip -o link show type veth | grep -q .; do sleep 0.02; done");
  }

  Subject subject_;
  std::optional<Lab> lab_;
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

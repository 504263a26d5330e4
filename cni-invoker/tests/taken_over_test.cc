// What another tool has detached and attached again since: whose it is at every operation.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "cni/base/files.h"
#include "support.h"

namespace cni {
namespace {

using nlohmann::json;
using testing::covers;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Ours, then detached and attached again by a tool that knows the cache alone.
class TakenOver : public testing::InvokerTest {
 protected:
  void SetUp() override {
    chain = network(R"({"cniVersion":"1.1.0","name":"net","plugins":[{"type":"one","mtu":1},{"type":"two"}]})");
    const auto added = invoker().add(chain, attachment());
    ASSERT_TRUE(added) << added.error().what;
    runner.calls.clear();
    theirs.network = "net";
    theirs.attachment = attachment();
    theirs.config = R"({"cniVersion":"1.1.0","name":"net","plugins":[{"type":"one","mtu":9},{"type":"two"}]})";
    theirs.result = R"({"cniVersion":"1.1.0","ips":[{"address":"10.1.0.99/16"}]})";
    ASSERT_TRUE(invoker().cache().save(theirs));
  }
  json input(const std::string& call) { return json::parse(runner.call(call).input); }
  std::vector<LedgerEntry> entries() { return *invoker().ledger()->list(); }
  static constexpr auto kNobody = [](const LedgerEntry&) { return false; };
  CachedAttachment theirs;
};

TEST_F(TakenOver, CheckGoesByTheNewerEntry) {
  covers("L.12");
  const auto checked = invoker().check(chain, attachment());
  EXPECT_TRUE(checked) << checked.error().what;
  EXPECT_EQ(input("CHECK one").at("mtu"), 9);
  EXPECT_EQ(input("CHECK one").at("prevResult").at("ips").at(0).at("address"), "10.1.0.99/16");
  EXPECT_THAT((*invoker().attachment("net", "pod1", "eth0"))->result, HasSubstr("10.1.0.99"));
}

TEST_F(TakenOver, GcLeavesItAndTellsThePlugins) {
  covers("L.12 A10.06");
  const auto collected =
      invoker().collect(chain, [] { return Result<std::vector<ValidAttachment>>(std::vector<ValidAttachment>{}); });
  ASSERT_TRUE(collected);
  EXPECT_THAT(runner.names(), ElementsAre("GC one", "GC two"));
  EXPECT_EQ(input("GC one").at("cni.dev/valid-attachments").size(), 1U);
  EXPECT_EQ(collected->taken_over.size(), 1U);
  EXPECT_THAT(entries(), IsEmpty());
  EXPECT_TRUE(*invoker().cache().load("net", "pod1", "eth0"));
}

TEST_F(TakenOver, SettlingStrikesItOffWithoutADel) {
  covers("L.12");
  const auto settled = invoker().settle(kNobody);
  ASSERT_TRUE(settled);
  EXPECT_EQ(settled->taken_over.size(), 1U);
  EXPECT_THAT(settled->detached, IsEmpty());
  EXPECT_THAT(runner.calls, IsEmpty());
  EXPECT_THAT(entries(), IsEmpty());
  EXPECT_TRUE(*invoker().cache().load("net", "pod1", "eth0"));
}

TEST_F(TakenOver, ADelThatIsAskedForDetachesTheirs) {
  covers("L.12");
  ASSERT_TRUE(invoker().del_container("pod1"));
  EXPECT_EQ(input("DEL one").at("mtu"), 9);
  EXPECT_EQ(input("DEL one").at("prevResult").at("ips").at(0).at("address"), "10.1.0.99/16");
  EXPECT_THAT(entries(), IsEmpty());
  EXPECT_FALSE(*invoker().cache().load("net", "pod1", "eth0"));
}

TEST_F(TakenOver, ADelOfTheirsThatFailsIsNotOwedByUs) {
  covers("L.12");
  runner.answer("DEL one", R"({"code":100,"msg":"stuck"})", 1);
  EXPECT_FALSE(invoker().del(chain, attachment()));
  ASSERT_EQ(entries().size(), 1U);
  EXPECT_FALSE(entries().front().owed());
  EXPECT_TRUE(*invoker().cache().load("net", "pod1", "eth0")) << "it is there for the next DEL";
}

TEST_F(TakenOver, ForgettingLeavesTheirEntry) {
  covers("L.11 L.12");
  EXPECT_TRUE(*invoker().forget(entries().front()));
  EXPECT_THAT(entries(), IsEmpty());
  EXPECT_TRUE(*invoker().cache().load("net", "pod1", "eth0"));
}

TEST_F(TakenOver, AnEntryThatCannotBeReadIsNobodys) {
  covers("L.12 A7.07");
  base::write_file_durably(*invoker().cache().path("net", "pod1", "eth0"), "{").value();
  ASSERT_TRUE(invoker().del(chain, attachment()));
  EXPECT_EQ(input("DEL one").at("mtu"), 1);
}

}  // namespace
}  // namespace cni

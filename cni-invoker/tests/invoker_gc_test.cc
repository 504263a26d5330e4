#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "cni/base/fd.h"
#include "support.h"

namespace cni {
namespace {

using nlohmann::json;
using testing::covers;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kResult;

class Gc : public testing::InvokerTest {
 protected:
  Gc() { chain = network(R"({"cniVersion":"1.1.0","name":"net","plugins":[{"type":"one"},{"type":"two"}]})"); }
  json input(const std::string& call) { return json::parse(runner.call(call).input); }
  void attach(const std::string& container_id) {
    const auto added = invoker().add(chain, attachment(container_id));
    ASSERT_TRUE(added) << added.error().what;
    runner.calls.clear();
  }
  CachedAttachment foreign(const std::string& container_id) {
    CachedAttachment entry;
    entry.network = "net";
    entry.attachment = attachment(container_id);
    entry.config = chain.bytes;
    entry.result = kResult;
    return entry;
  }
};

TEST_F(Gc, DeletesWhatIsNotValidThenAsksThePlugins) {
  covers("A10.03 A10.04 A7.15 A10.09");
  attach("stale");
  attach("valid");
  ASSERT_TRUE(invoker().gc(chain, {{"valid", "eth0"}}));
  EXPECT_THAT(runner.names(), ElementsAre("DEL two", "DEL one", "GC one", "GC two"));
  EXPECT_EQ(runner.call("DEL one").environment.at("CNI_CONTAINERID"), "stale");
  const json expected = json::parse(R"([{"containerID":"valid","ifname":"eth0"}])");
  EXPECT_EQ(input("GC one")["cni.dev/valid-attachments"], expected);
  EXPECT_EQ(input("GC one")["cni.dev/attachments"], expected);
  for (const char* empty : {"CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_ARGS"})
    EXPECT_EQ(runner.call("GC one").environment.at(empty), "") << empty;
  EXPECT_EQ(invoker().ledger()->list()->size(), 1U);
}

// The ledger has one of them, the cache alone the others: each is detached once.
TEST_F(Gc, WhatOnlyTheCacheKnowsIsDetachedToo) {
  covers("A10.03");
  attach("pod1");
  CachedAttachment other_interface = foreign("pod1");
  other_interface.attachment.ifname = "eth1";
  CachedAttachment other_network = foreign("pod3");
  other_network.network = "another";
  for (CachedAttachment entry : {other_interface, foreign("pod2"), other_network}) {
    entry.owner = options.owner;
    ASSERT_TRUE(invoker().cache().save(entry));
  }
  ASSERT_TRUE(invoker().gc(chain, {}));
  std::vector<std::string> detached;
  for (const testing::Call& call : runner.calls)
    if (call.name() == "DEL one")
      detached.push_back(call.environment.at("CNI_CONTAINERID") + " " + call.environment.at("CNI_IFNAME"));
  EXPECT_THAT(detached, ::testing::UnorderedElementsAre("pod1 eth0", "pod1 eth1", "pod2 eth0"));
}

TEST_F(Gc, OneThatIsCancelledBeginsNothingMoreAndSaysSo) {
  covers("R.4");
  attach("pod1");
  attach("pod2");
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const Fd cancel(ends[0]);
  runner.on_call = [&, asks = std::make_shared<Fd>(ends[1])](const testing::Call& call) {
    if (call.name() == "DEL one") asks->reset();
  };
  const auto report =
      invoker().collect(chain, [] { return Result<std::vector<ValidAttachment>>(std::vector<ValidAttachment>()); },
                        {.cancel_fd = cancel.get()});
  ASSERT_TRUE(report) << report.error().what;
  EXPECT_EQ(report->detached.size(), 1U);
  ASSERT_EQ(report->failures.size(), 1U);
  EXPECT_EQ(report->failures[0].what, "collect: interrupted");
  EXPECT_THAT(runner.names(), ElementsAre("DEL two", "DEL one"));
  EXPECT_EQ(invoker().ledger()->list()->size(), 1U);
}

TEST_F(Gc, AnEmptyListIsEmptyNotNull) {
  covers("A10.04 A10.05");
  ASSERT_TRUE(invoker().gc(chain, {}));
  EXPECT_THAT(runner.call("GC two").input, HasSubstr(R"("cni.dev/valid-attachments":[])"));
  EXPECT_THAT(runner.call("GC two").input, HasSubstr(R"("cni.dev/attachments":[])"));
}

TEST_F(Gc, TheSameContainersOtherInterfaceIsNotItself) {
  attach("pod1");
  ASSERT_TRUE(invoker().gc(chain, {{"pod1", "eth1"}}));
  EXPECT_THAT(*invoker().ledger()->list(), IsEmpty());
}

TEST_F(Gc, SwitchedOffItDoesNothingAtAll) {
  covers("A10.01");
  attach("stale");
  chain.disable_gc = true;
  ASSERT_TRUE(invoker().gc(chain, {}));
  EXPECT_THAT(runner.calls, IsEmpty());
}

TEST_F(Gc, BelowOneOneOnlyTheStaleAreDeleted) {
  covers("A10.03");
  chain = network(R"({"cniVersion":"1.0.0","name":"net","plugins":[{"type":"one"}]})");
  attach("stale");
  ASSERT_TRUE(invoker().gc(chain, {}));
  EXPECT_THAT(runner.names(), ElementsAre("DEL one"));
}

TEST_F(Gc, WhatIsNotOursCountsAsValid) {
  covers("A10.06");
  ASSERT_TRUE(invoker().cache().save(foreign("cnitools")));
  options.owner = "other";
  attach("others");
  options.owner = "test";
  ASSERT_TRUE(invoker().gc(chain, {}));
  EXPECT_THAT(runner.names(), ElementsAre("GC one", "GC two"));
  EXPECT_EQ(input("GC one")["cni.dev/valid-attachments"].size(), 2U);
  EXPECT_TRUE(invoker().cache().load("net", "cnitools", "eth0")->has_value());
}

TEST_F(Gc, OtherNetworksAreLeftAlone) {
  attach("pod1");
  chain.name = "another";
  ASSERT_TRUE(invoker().gc(chain, {}));
  EXPECT_THAT(runner.names(), ElementsAre("GC one", "GC two"));
}

TEST_F(Gc, CacheEntriesOfOursWithoutALedgerCountToo) {
  covers("A10.03");
  options.ledger_dir.clear();
  attach("stale");
  ASSERT_TRUE(invoker().gc(chain, {}));
  EXPECT_THAT(runner.names(), ElementsAre("DEL two", "DEL one", "GC one", "GC two"));
}

TEST_F(Gc, GoesOnAfterAFailureAndTellsAll) {
  covers("A10.03 A6.05 A10.07");
  attach("stale");
  runner.answer("DEL two", R"({"code":100,"msg":"stuck"})", 1);
  runner.answer("GC one", R"({"code":101,"msg":"no"})", 1);
  const auto done = invoker().gc(chain, {});
  EXPECT_THAT(runner.names(), ElementsAre("DEL two", "GC one", "GC two", "VERSION one", "VERSION two"))
      << "what does not know GC may answer anything";
  ASSERT_EQ(plugin_failures(done.error()).size(), 2U);
  EXPECT_EQ(plugin_failures(done.error())[0].code, 100U);
  EXPECT_EQ(plugin_failures(done.error())[1].code, 101U);
  EXPECT_EQ(invoker().ledger()->list()->size(), 1U);  // its DEL is owed still
}

TEST_F(Gc, AnUnlistableCacheIsAnError) {
  covers("A10.08");
  dir.write("cache/results", "a file");
  EXPECT_FALSE(invoker().gc(chain, {}));
  EXPECT_THAT(runner.calls, IsEmpty());
}

TEST_F(Gc, TheValidAreAskedForWhenNothingElseCanRun) {
  covers("A10.02");
  attach("early");
  InvokerOptions impatient = options;
  impatient.timeouts.lock = std::chrono::milliseconds(50);
  Invoker another(runner, impatient);
  bool refused = false;
  const auto done = invoker().collect(chain, [&]() -> Result<std::vector<ValidAttachment>> {
    const auto late = another.add(chain, attachment("late"));
    refused = !late && late.error().kind == Kind::busy;
    return std::vector<ValidAttachment>{{"early", "eth0"}};
  });
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_TRUE(refused) << "an ADD ran between the list and its use";
  EXPECT_EQ(invoker().ledger()->list()->size(), 1U);
}

TEST_F(Gc, AnAddThatIsUnderWayIsOverBeforeTheValidAreAskedFor) {
  covers("A10.02 A10.05");
  std::vector<ValidAttachment> valid;
  std::atomic<bool> asked = false;
  bool asked_early = false;
  std::thread collecting;
  runner.on_call = [&](const testing::Call& call) {
    if (call.name() != "ADD two") return;
    collecting = std::thread([&] {
      EXPECT_TRUE(invoker().collect(chain, [&] {
        asked = true;
        return Result<std::vector<ValidAttachment>>(valid);
      }));
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(100));  // it could ask now, were it not to wait for us
    asked_early = asked;
    valid.push_back({"pod1", "eth0"});
  };
  ASSERT_TRUE(invoker().add(chain, attachment("pod1")));
  collecting.join();
  EXPECT_FALSE(asked_early);
  EXPECT_TRUE(asked);
  EXPECT_EQ(invoker().ledger()->list()->size(), 1U);
}

TEST_F(Gc, WithoutAListNothingIsRemoved) {
  covers("A10.05");
  attach("pod1");
  const auto done = invoker().collect(chain, []() -> Result<std::vector<ValidAttachment>> {
    return Error{Kind::internal, 0, "no list today"};
  });
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().what, HasSubstr("no list today"));
  EXPECT_THAT(runner.calls, IsEmpty());
}

TEST_F(Gc, TellsWhatItDetachedAndWhatItCouldNot) {
  covers("A10.03");
  chain = network(R"({"cniVersion":"1.0.0","name":"net","plugins":[{"type":"one"}]})");
  attach("first");
  attach("second");
  const auto none = [] { return Result<std::vector<ValidAttachment>>(std::vector<ValidAttachment>{}); };
  runner.on_call = [&](const testing::Call& call) {
    runner.answer("DEL one", call.environment.at("CNI_CONTAINERID") == "first" ? R"({"code":100,"msg":"stuck"})" : "",
                  call.environment.at("CNI_CONTAINERID") == "first" ? 1 : 0);
  };
  const auto done = invoker().collect(chain, none);
  ASSERT_TRUE(done) << done.error().what;
  ASSERT_EQ(done->detached.size(), 1U);
  EXPECT_EQ(done->detached[0].attachment.container_id, "second");
  ASSERT_EQ(done->failures.size(), 1U);
  EXPECT_THAT(done->failures[0].what, HasSubstr("container 'first'"));
}

TEST_F(Gc, TheValidAreChecked) {
  EXPECT_FALSE(invoker().gc(chain, {{"../x", "eth0"}}));
  EXPECT_FALSE(invoker().gc(chain, {{"x", "a/b"}}));
}

}  // namespace
}  // namespace cni

// What is on the disk when, by the system calls that put it there.
#include <gmock/gmock.h>

#include <algorithm>

#include "cni/base/files.h"
#include "disk.h"
#include "entry.h"
#include "locks.h"
#include "support.h"
#include "traced.h"

namespace cni {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using testing::covers;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::kResult;
using ::testing::Not;
using ::testing::StartsWith;
using testing::traced;

class Durability : public testing::InvokerTest {
 protected:
  std::string at(const std::string& name) const { return dir.path() + "/" + name; }
  LedgerEntry entry() {
    LedgerEntry one;
    one.network = chain;
    one.attachment = attachment();
    one.owner = "test";
    return one;
  }
};

TEST_F(Durability, AFileIsFlushedBeforeItTakesItsPlaceAndThePlaceAfter) {
  covers("A11.07");
  const std::vector<std::string> steps = {"flush " + at("file.tmp."), "rename " + at("file"), "flush " + dir.path()};
  EXPECT_EQ(traced([&] { return static_cast<bool>(write_file_durably(at("file"), "new")); }), steps);
  EXPECT_EQ(traced([&] { return static_cast<bool>(base::write_file_durably(at("file"), "newer")); }), steps);
  EXPECT_EQ(testing::read(at("file")), "newer");
}

TEST_F(Durability, WhereNothingIsAtStakeNobodyWaitsForTheDisk) {
  EXPECT_THAT(traced([&] { return static_cast<bool>(write_file_atomically(at("file"), "new")); }),
              ElementsAre("rename " + at("file")));
}

TEST_F(Durability, ADirectoryOfEntriesIsThereAfterAPowerCut) {
  EXPECT_THAT(traced([&] { return static_cast<bool>(make_entry_dir(at("entries"))); }),
              ElementsAre("flush " + dir.path()));
  EXPECT_THAT(traced([&] { return static_cast<bool>(make_entry_dir(at("entries"))); }), ElementsAre());
}

TEST_F(Durability, WhatAFailedDelLeavesOwedIsOnTheDisk) {
  covers("L.1 A10.07");
  const std::string file = at("ledger/net@pod1@eth0.json");
  EXPECT_THAT(traced([&] { return static_cast<bool>(Ledger(at("ledger")).save(entry())); }),
              ElementsAre("flush " + dir.path(), "flush " + file + ".tmp.", "rename " + file, "flush " + at("ledger")));
}

// With a ledger it is the intent that a power cut must not take, and the result may go.
TEST_F(Durability, ACachedResultIsFlushedWhereItIsAllThereIs) {
  covers("A11.07");
  const auto added = [&] { return static_cast<bool>(invoker().add(chain, attachment())); };
  const std::string file = at("cache/results/net-pod1-eth0");
  EXPECT_THAT(traced(added), AllOf(Contains("rename " + file), Not(Contains("flush " + file + ".tmp."))));
  ASSERT_TRUE(invoker().del(chain, attachment()));
  options.ledger_dir.clear();
  const auto seen = traced(added);
  EXPECT_THAT(seen, AllOf(Contains("flush " + file + ".tmp."), Contains("flush " + at("cache/results"))));
  EXPECT_THAT(seen, Each(Not(HasSubstr("ledger"))));
}

// A second time it could be another's, who has made the file anew.
TEST_F(Durability, ALockFileIsRemovedOnce) {
  covers("A12.02");
  const std::string locks = at("locks");
  ASSERT_TRUE(make_entry_dir(locks));
  EXPECT_THAT(traced([&] { return static_cast<bool>(lock_container(locks, "a", std::chrono::seconds(1))); }),
              ElementsAre("remove " + locks + "/container.a"));
}

// Real plugins, as it is about when they are given what they wait for.
class IntentOnDisk : public Durability {
 protected:
  IntentOnDisk() {
    dir.write("bin/one", "#!/bin/sh\ncat > /dev/null\necho '" + std::string(kResult) + "'\n", 0755);
    options.plugin_dirs = {at("bin")};
    chain = network(R"({"cniVersion":"1.0.0","name":"net","plugins":[{"type":"one"}]})");
  }
  std::vector<std::string> add() {
    return traced([&] {
      ProcessRunner processes;
      return static_cast<bool>(Invoker(processes, options).add(chain, attachment()));
    });
  }
  // Where the first that starts so is.
  static std::ptrdiff_t place(const std::vector<std::string>& seen, const std::string& start) {
    const auto found = std::find_if(seen.begin(), seen.end(), [&](const auto& one) { return one.starts_with(start); });
    EXPECT_NE(found, seen.end()) << "never: " << start;
    return found - seen.begin();
  }
  const std::string intent = at("ledger/net@pod1@eth0.json");
  const std::string config = R"(feed {"cniVersion":"1.0.0","name":"net")";
};

TEST_F(IntentOnDisk, BeforeTheFirstPluginIsGivenItsConfiguration) {
  covers("L.1");
  const auto seen = add();
  EXPECT_LT(place(seen, "rename " + intent), place(seen, "flush " + intent));
  EXPECT_LT(place(seen, "flush " + intent), place(seen, config));
  EXPECT_LT(place(seen, "flush " + at("ledger")), place(seen, config));
}

TEST_F(IntentOnDisk, OrBeforeTheEndOfTheAddWhereTheCallerWantsIt) {
  covers("L.1");
  options.intent_sync = IntentSync::overlap;
  const auto seen = add();
  EXPECT_LT(place(seen, "rename " + intent), place(seen, config));
  EXPECT_THAT(seen,
              AllOf(Contains("flush " + intent), Contains("flush " + at("ledger")), Contains(StartsWith(config))));
}

}  // namespace
}  // namespace cni

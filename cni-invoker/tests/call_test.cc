// What one call says for itself: its deadline, its cancellation, and who hears its plugins. With real processes.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>

#include "runner_fixture.h"

namespace cni {
namespace {

using testing::covers;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kLong = 60s;  // nobody waits as long

class CallTest : public ::testing::Test {
 protected:
  CallTest() {
    options.plugin_dirs = {dir.path() + "/bin"};
    options.cache_dir = dir.path() + "/cache";
    options.ledger_dir = dir.path() + "/ledger";
    options.verify_netns = false;
    attachment.container_id = "c1";
    attachment.netns = "/run/netns/x";
  }

  // A plugin whose ADD gives a result, and which does by command what `cases` say: "CHECK) sleep 60;;".
  void plugin(const std::string& cases) {
    dir.write("bin/one",
              "#!/bin/sh\nexport PATH=/usr/sbin:/usr/bin:/sbin:/bin\necho $CNI_COMMAND >> " + log() +
                  "\ncase $CNI_COMMAND in\n" + cases +
                  "\nesac\n[ $CNI_COMMAND != ADD ] || echo '{\"cniVersion\":\"1.1.0\"}'\n",
              0755);
  }
  std::string log() const { return dir.path() + "/log"; }
  Invoker invoker() { return {runner, options}; }

  // Every operation but DEL, on a container that is attached.
  std::vector<std::function<Result<void>(const CallOptions&)>> all_but_del() {
    return {[this](const CallOptions& call) {
              Attachment other = attachment;
              other.container_id = "c2";
              return discard(invoker().add(network, other, call));
            },
            [this](const CallOptions& call) { return invoker().check(network, attachment, call); },
            [this](const CallOptions& call) { return invoker().status(network, call); },
            [this](const CallOptions& call) {
              return invoker().gc(network, {{"c1", "eth0"}}, call);
            },
            [this](const CallOptions& call) { return discard(invoker().version("one", call)); }};
  }
  template <class T>
  static Result<void> discard(Result<T> result) {
    if (!result) return std::move(result).error();
    return {};
  }

  testing::TempDir dir;
  ProcessRunner runner{{.cancel_grace = 100ms}};
  InvokerOptions options;
  Attachment attachment;
  NetworkList network =
      *parse_network_list(R"({"cniVersion":"1.1.0","name":"net","plugins":[{"type":"one"}]})", "test");
};

TEST_F(CallTest, ItsDeadlineEndsEveryOperation) {
  covers("R.4");
  plugin("nothing) ;;");
  ASSERT_TRUE(invoker().add(network, attachment));
  plugin("DEL) ;; *) sleep 60;;");
  const auto begun = Clock::now();
  for (const auto& operation : all_but_del()) {
    const auto done = operation({.deadline = Clock::now() + 200ms});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, Kind::timeout) << done.error().what;
  }
  plugin("*) sleep 60;;");
  const auto done = invoker().del(network, attachment, {.deadline = Clock::now() + 200ms});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, Kind::timeout) << done.error().what;
  EXPECT_LT(Clock::now() - begun, kLong);
}

TEST_F(CallTest, ItsDeadlineCountsInPlaceOfTheLimit) {
  covers("R.4");
  options.timeouts.add = 100ms;
  plugin("ADD) sleep 0.5;;");
  EXPECT_TRUE(invoker().add(network, attachment, {.deadline = Clock::now() + kLong}));
}

TEST_F(CallTest, TheDelAfterAnAddHasTimeOfItsOwn) {
  covers("R.4");
  plugin("ADD) sleep 60;;");
  ASSERT_FALSE(invoker().add(network, attachment, {.deadline = Clock::now() + 200ms}));
  EXPECT_THAT(testing::read(log()), HasSubstr("DEL\n"));
  EXPECT_TRUE(invoker().ledger()->list()->empty());
}

// Half of a DEL may be all that ever is done of it.
TEST_F(CallTest, TheDelThatAnAddPaysFirstHasTimeOfItsOwn) {
  covers("R.4");
  plugin("*) exit 1;;");
  ASSERT_FALSE(invoker().add(network, attachment));
  ASSERT_EQ(invoker().ledger()->list()->size(), 1U);
  plugin("DEL) sleep 0.5; echo paid >> " + log() + ";;");
  EXPECT_FALSE(invoker().add(network, attachment, {.deadline = Clock::now() + 200ms}));
  EXPECT_THAT(testing::read(log()), HasSubstr("paid\n"));
  EXPECT_TRUE(invoker().ledger()->list()->empty());
}

TEST_F(CallTest, ItsDeadlineEndsTheWaitForALock) {
  covers("R.4");
  plugin("ADD) while [ ! -e " + dir.path() + "/free ]; do sleep 0.05; done;;");
  std::thread holder([&] { EXPECT_TRUE(invoker().add(network, attachment)); });
  while (testing::read(log()).empty()) std::this_thread::sleep_for(1ms);
  const auto begun = Clock::now();
  const auto done = invoker().check(network, attachment, {.deadline = Clock::now() + 100ms});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, Kind::busy) << done.error().what;
  EXPECT_LT(Clock::now() - begun, 30s) << "as long as the options' limit";
  dir.write("free", "");
  holder.join();
}

// An eventfd, readable after a while.
class Cancel {
 public:
  explicit Cancel(std::chrono::milliseconds after)
      : fd_(::eventfd(0, EFD_CLOEXEC)), thread_([this, after] {
          std::this_thread::sleep_for(after);
          ::eventfd_write(fd_.get(), 1);
        }) {}
  ~Cancel() { thread_.join(); }
  int fd() const { return fd_.get(); }

 private:
  Fd fd_;
  std::thread thread_;
};

TEST_F(CallTest, EachIsCancelledForItself) {
  covers("R.5");
  plugin("ADD) [ $CNI_CONTAINERID = c1 ] && exec sleep 60; sleep 0.6;;");
  std::thread undisturbed([&] {
    Attachment other = attachment;
    other.container_id = "c2";
    EXPECT_TRUE(invoker().add(network, other));
  });
  const Cancel cancel(200ms);
  const auto done = invoker().add(network, attachment, {.cancel_fd = cancel.fd()});
  undisturbed.join();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().error_number, EINTR) << done.error().what;
  EXPECT_THAT(testing::read(log()), HasSubstr("DEL\n"));
}

TEST_F(CallTest, EveryOperationIsCancelledButADel) {
  covers("R.5");
  plugin("nothing) ;;");
  ASSERT_TRUE(invoker().add(network, attachment));
  plugin("DEL) ;; *) sleep 60;;");
  const auto begun = Clock::now();
  for (const auto& operation : all_but_del()) {
    const Cancel cancel(100ms);
    const auto done = operation({.cancel_fd = cancel.fd()});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().error_number, EINTR) << done.error().what;
  }
  EXPECT_LT(Clock::now() - begun, kLong);
  plugin("DEL) sleep 0.5; touch " + dir.path() + "/deleted;;");
  const Cancel cancel(100ms);
  EXPECT_TRUE(invoker().del(network, attachment, {.cancel_fd = cancel.fd()}));
  EXPECT_TRUE(std::filesystem::exists(dir.path() + "/deleted"));
}

// The plugin goes on only once it has been heard: so what it printed came while it ran.
TEST_F(CallTest, ItHearsItsPluginsWhileTheyRun) {
  covers("R.6");
  const std::string heard = dir.path() + "/heard";
  plugin("*) echo $CNI_COMMAND is under way >&2; while [ ! -e " + heard + " ]; do sleep 0.01; done;;");
  const auto caller = std::this_thread::get_id();
  std::vector<std::string> pieces;
  CallOptions call;
  call.deadline = Clock::now() + kLong;
  call.on_stderr = [&](const PluginOutput& out) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    pieces.push_back(std::string(out.operation) + " " + std::string(out.plugin) + ": " + std::string(out.text));
    dir.write("heard", "");
  };
  ASSERT_TRUE(invoker().add(network, attachment, call));
  std::filesystem::remove(heard);
  ASSERT_TRUE(invoker().check(network, attachment, call));
  std::filesystem::remove(heard);
  ASSERT_TRUE(invoker().del(network, attachment, call));
  EXPECT_THAT(pieces, ElementsAre("ADD one: ADD is under way\n", "CHECK one: CHECK is under way\n",
                                  "DEL one: DEL is under way\n"));
}

TEST_F(CallTest, ItsSinkIsHeardInPlaceOfTheOptions) {
  covers("R.6");
  plugin("*) echo $CNI_COMMAND >&2;;");
  std::string all;
  std::string own;
  options.on_stderr = [&](const PluginOutput& out) { all += out.text; };
  ASSERT_TRUE(invoker().add(network, attachment));
  CallOptions call;
  call.on_stderr = [&](const PluginOutput& out) { own += out.text; };
  ASSERT_TRUE(invoker().del(network, attachment, call));
  EXPECT_EQ(all, "ADD\n");
  EXPECT_EQ(own, "DEL\n");
}

// One invoker, sixteen threads: what one hears, no other does.
TEST_F(CallTest, ThreadsHearTheirOwn) {
  covers("R.6 A12.02");
  plugin("*) echo $CNI_CONTAINERID >&2; [ $CNI_COMMAND = ADD ] && echo '{\"cniVersion\":\"1.1.0\"}'; exit 0;;");
  Invoker shared = invoker();
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i)
    threads.emplace_back([&, i] {
      Attachment mine = attachment;
      mine.container_id = "c" + std::to_string(i);
      std::string said;
      CallOptions call;
      call.on_stderr = [&](const PluginOutput& out) { said += out.text; };
      EXPECT_TRUE(shared.add(network, mine, call));
      EXPECT_TRUE(shared.check(network, mine, call));
      EXPECT_TRUE(shared.del(network, mine, call));
      const std::string line = mine.container_id + "\n";
      EXPECT_EQ(said, line + line + line);
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(shared.ledger()->list()->empty());
}

// As firewall and portmap make their chains: who finds none makes it, and fails where another was faster.
TEST_F(CallTest, WhatPluginsMakeForAllIsMadeByTheFirstAlone) {
  covers("A12.11");
  const std::string made = dir.path() + "/made-for-";
  plugin("ADD) for one in all $(grep -o portMappings | head -n 1); do [ -e '" + made + "'$one ] && continue\n" +
         "  sleep 0.1; mkdir '" + made + "'$one || exit 1; done;;");
  network.plugins[0].capabilities = {"portMappings"};
  Invoker shared = invoker();
  // Those with ports need more than the first one without has made.
  for (const bool with_ports : {false, true}) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 6; ++i)
      threads.emplace_back([&, i] {
        Attachment mine = attachment;
        mine.container_id = (with_ports ? "p" : "c") + std::to_string(i);
        if (with_ports) mine.capability_args.set("portMappings", R"([{"hostPort":80,"containerPort":80}])");
        const auto added = shared.add(network, mine);
        EXPECT_TRUE(added) << added.error().what;
      });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(base::path_exists(made + "portMappings"), with_ports);
  }
}

}  // namespace
}  // namespace cni

// STATUS and GC, which came with version 1.1.0 of CNI: what `podrun cni status` and `podrun cni gc` make of the newest
// plugins.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "cni-invoker/tests/covers.h"
#include "integration/plugin_host.h"

namespace integration {
namespace {

namespace fs = std::filesystem;
using cni::testing::covers;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class NewestPlugins : public PluginTest {
 protected:
  void SetUp() override {
    PluginTest::SetUp();
    static_cast<void>(have({"bridge", "host-local", "dhcp", "portmap"}));
  }
  std::string plugins() const override { return GetParam().dir + ":" + dir() + "/bin"; }
  void write_plugin(const std::string& name, const std::string& script) const {
    const fs::path file = fs::path(dir()) / "bin" / name;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << script;
    fs::permissions(file, fs::perms::owner_all);
  }
  Output cni(std::vector<std::string> args) const {
    args.insert(args.begin(), "cni");
    return podrun(args);
  }
};

TEST_P(NewestPlugins, KnowVersion110) {
  for (const char* plugin : {"bridge", "host-local", "dhcp", "portmap"})
    EXPECT_THAT(cni({"version", plugin}).out, HasSubstr("1.1.0")) << plugin;
}

TEST_P(NewestPlugins, StatusIsReadyWhereAnAddWouldWork) {
  configure({bridge(host_local({"10.210.0.0/24"})), {{"type", "portmap"}, {"capabilities", {{"portMappings", true}}}}});
  const Output status = cni({"status", "lab"});
  EXPECT_EQ(status.status, 0) << status.err;
  EXPECT_THAT(status.out, AllOf(HasSubstr("1.1.0"), HasSubstr("ready")));
}

TEST_P(NewestPlugins, StatusSaysWhyAnAddWouldNot) {
  configure("lab", {bridge(host_local({"10.210.0.0/24"}))});
  configure("gone", {bridge({{"type", "nonesuch"}})});
  configure("full", {bridge({{"type", "used-up"}})});
  write_plugin("used-up", R"(#!/bin/sh
cat > /dev/null
echo '{"cniVersion": "1.1.0", "code": 50, "msg": "every address is taken"}'
exit 1
)");
  const Output status = cni({"status"});
  EXPECT_NE(status.status, 0);
  EXPECT_THAT(status.out, AllOf(HasSubstr("ready"), HasSubstr("not ready"), HasSubstr("failed")));
  EXPECT_THAT(status.err, AllOf(HasSubstr("network 'full': plugin 'bridge' STATUS: every address is taken"),
                                HasSubstr("network 'gone'"), HasSubstr("nonesuch")));
}

// What most plugins of the reference set make of a GC cannot be seen: nothing. So a wrapper notes that it comes, and
// what is to stay.
TEST_P(NewestPlugins, GcDetachesTheRestAndTellsThePluginsWhatIsValid) {
  write_plugin("noting", "#!/bin/sh\ninput=$(cat)\n[ $CNI_COMMAND = GC ] && echo \"$input\" > " + dir() +
                             "/gc\nprintf %s \"$input\" | " + GetParam().dir + "/portmap\n");
  configure({bridge(host_local({"10.210.0.0/24"})), {{"type", "noting"}}});
  ASSERT_TRUE(attach(greeter("web")));
  ASSERT_EQ(run({"ip", "netns", "add", "blue"}).status, 0);
  for (const std::string name : {"net1", "net2"})
    ASSERT_EQ(cni({"add", "lab", "blue", "--container-id", "of-" + name, "--ifname", name}).status, 0);

  const Output collected = cni({"gc", "lab", "--valid", "of-net2/net2"});
  EXPECT_EQ(collected.status, 0) << collected.err;
  const std::string links = run({"ip", "-n", "blue", "-o", "link"}).out;
  EXPECT_THAT(links, AllOf(Not(HasSubstr("net1")), HasSubstr("net2")));
  const std::string valid = Json::parse(run({"cat", dir() + "/gc"}).out).at("cni.dev/valid-attachments").dump();
  EXPECT_THAT(valid, AllOf(HasSubstr("of-net2"), HasSubstr(pod_id("web")), Not(HasSubstr("of-net1"))));
  EXPECT_EQ(ask(addresses("web").at(0)), "hello from web\n");
  expect_check_passes("web");
  EXPECT_EQ(cni({"check", "lab", "blue", "--container-id", "of-net2", "--ifname", "net2"}).status, 0);
  EXPECT_EQ(cni({"gc", "lab", "--valid-none"}).status, 0);
}

// host-local collects since 1.10.0, but bridge hands no GC on to it, so a wrapper does. Whatever podrun or another tool
// has attached keeps its address, ledger and cache included; an address that nobody has on record is free again.
TEST_P(NewestPlugins, GcReleasesALeaseOfNobodysAndNoOther) {
  covers("A10.03 A10.04 A10.06 A10.09");
  if (!have({"tuning"})) return;
  const std::string plugin = GetParam().dir + "/";
  write_plugin("collecting",
               "#!/bin/sh\n[ $CNI_COMMAND = GC ] && exec " + plugin + "host-local\nexec " + plugin + "tuning\n");
  const Json ipam = host_local({"10.210.0.0/24"});
  configure({bridge(ipam), {{"type", "collecting"}, {"ipam", ipam}}});
  ASSERT_TRUE(attach(greeter("web")));
  ASSERT_EQ(run({"ip", "netns", "add", "blue"}).status, 0);
  for (const std::string name : {"kept", "cached", "foreign", "ended"})
    ASSERT_EQ(cni({"add", "lab", "blue", "--container-id", name, "--ifname", name}).status, 0);
  for (const std::string name : {"cached", "foreign"})
    ASSERT_EQ(run({"sh", "-c", "rm " + data_dir() + "/cni/ledger/lab@" + name + "@*"}).status, 0);
  const auto cache_of = [](const std::string& name) {
    return fs::path("/var/lib/cni/results/lab-" + name + "-" + name);
  };
  std::ifstream written(cache_of("foreign"));
  Json entry = Json::parse(written);
  ASSERT_EQ(entry.erase("cniInvoker"), 1U);  // now it is what cnitool writes
  std::ofstream(cache_of("foreign")) << entry.dump();
  Command stray;
  stray.argv = {plugin + "host-local"};
  stray.environment = {"CNI_COMMAND=ADD", "CNI_CONTAINERID=stray", "CNI_NETNS=/run/netns/blue", "CNI_IFNAME=eth9",
                       "CNI_PATH=/"};
  stray.in = Json({{"cniVersion", "1.1.0"}, {"name", "lab"}, {"ipam", ipam}}).dump();
  ASSERT_EQ(run(stray).status, 0);
  const auto leases = [] { return run({"sh", "-c", "cat /var/lib/cni/networks/lab/10.*"}).out; };
  const std::string pod = pod_id("web");
  ASSERT_THAT(leases(), AllOf(HasSubstr("stray"), HasSubstr("ended"), HasSubstr(pod)));
  const auto record = [&] {
    return run({"sh", "-c", "cat " + data_dir() + "/cni/ledger/lab@kept@* " + cache_of("kept").string()}).out;
  };
  const std::string before = record();

  const Output collected = cni({"gc", "lab", "--valid", "kept/kept", "--valid", "cached/cached"});
  EXPECT_EQ(collected.status, 0) << collected.err;
  EXPECT_THAT(leases(), AllOf(HasSubstr("kept"), HasSubstr("cached"), HasSubstr("foreign"), HasSubstr(pod),
                              Not(HasSubstr("ended")), Not(HasSubstr("stray"))));
  EXPECT_EQ(record(), before);
  EXPECT_EQ(ask(addresses("web").at(0)), "hello from web\n");
  expect_check_passes("web");
  EXPECT_EQ(cni({"check", "lab", "blue", "--container-id", "kept", "--ifname", "kept"}).status, 0);
}

INSTANTIATE_TEST_SUITE_P(With, NewestPlugins, testing::Values(newest_plugins()), testing::PrintToStringParamName());

}  // namespace
}  // namespace integration

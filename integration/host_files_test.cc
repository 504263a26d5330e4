// /etc/resolv.conf and /etc/hosts as hosts have them: a stub, three servers too many, nothing, a fifo.
#include <gmock/gmock.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "integration/test_host.h"

namespace integration {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// A host with an /etc of its own: the machine's below an overlay, for the test to change.
class HostFilesTest : public PodrunTest {
 protected:
  void SetUp() override {
    PodrunTest::SetUp();
    if (IsSkipped()) return;
    for (const char* part : {"/upper", "/work"}) fs::create_directories(dir() + part);
    const std::string options = "lowerdir=/etc,upperdir=" + dir() + "/upper,workdir=" + dir() + "/work";
    ASSERT_EQ(::mount("overlay", "/etc", "overlay", 0, options.c_str()), 0);
    for (const char* file : {"/etc/resolv.conf", "/etc/hosts"}) ASSERT_TRUE(fs::remove(file)) << file;
    write("/etc/hosts", "127.0.0.1 localhost\n192.0.2.9 printer\n");
  }
  void TearDown() override {
    ::umount2("/etc", MNT_DETACH);
    PodrunTest::TearDown();
  }
  static void write(const std::string& path, const std::string& text) {
    fs::create_directories(fs::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  // What a pod on the host's network, or without one, has in the file; `said` is what podrun warned of.
  std::string in_pod(const std::string& file, bool host_network) {
    Json one = pod("web", {container("main", {"/bin/payload", "sleep"})});
    one["spec"]["hostNetwork"] = host_network;
    const Output made =
        create(one, host_network ? std::vector<std::string>{} : std::vector<std::string>{"--network", "none"});
    EXPECT_EQ(made.status, 0) << made.err;
    said_ = made.err;
    const std::string text = exec("web", {"/bin/cat", file}).out;
    EXPECT_EQ(remove("web").status, 0);
    return text;
  }
  std::string resolv_conf(bool host_network = false) { return in_pod("/etc/resolv.conf", host_network); }
  std::string said_;
};

TEST_F(HostFilesTest, TheStubOfSystemdResolvedGivesWayToItsServers) {
  write("/etc/resolv.conf", "nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch lan\n");
  write("/run/systemd/resolve/resolv.conf", "# upstream\nnameserver 192.0.2.53\nnameserver fe80::1%eth0\nsearch lan\n");
  EXPECT_EQ(resolv_conf(), "search lan\nnameserver 192.0.2.53\n");
  EXPECT_THAT(resolv_conf(true), HasSubstr("nameserver 127.0.0.53\n")) << "with the host's network it can be asked";
  fs::remove_all("/run/systemd");
}

TEST_F(HostFilesTest, SoDoesAServerOfNetworkManager) {
  write("/etc/resolv.conf", "nameserver 0:0:0:0:0:0:0:1\r\nnameserver 127.0.0.1\r\n");
  write("/run/NetworkManager/no-stub-resolv.conf", "nameserver 192.0.2.54\n");
  EXPECT_EQ(resolv_conf(), "nameserver 192.0.2.54\n");
  fs::remove_all("/run/NetworkManager");
}

TEST_F(HostFilesTest, OnlyWhatResolversReadIsTaken) {
  std::string text = "search";
  for (int i = 0; i < 40; ++i) text += " d" + std::to_string(i) + ".example";
  text += "\r\nnameserver 192.0.2.1 # the first\r\n;nameserver 192.0.2.99\n\tnameserver not-an-address\n";
  for (int i = 2; i < 6; ++i) text += "nameserver 192.0.2." + std::to_string(i) + "\n";
  write("/etc/resolv.conf", text);
  const std::string seen = resolv_conf();
  EXPECT_THAT(seen, HasSubstr("nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\n"));
  EXPECT_THAT(seen, HasSubstr("d31.example\n"));
  EXPECT_THAT(seen, testing::Not(HasSubstr("192.0.2.4")));
  EXPECT_THAT(seen, testing::Not(HasSubstr("\r")));
}

struct Odd {
  const char* name;
  const char* make;  // shell, with $F the file
  const char* told;
};
void PrintTo(const Odd& odd, std::ostream* out) { *out << odd.name; }

class OddHostFileTest : public HostFilesTest, public testing::WithParamInterface<Odd> {
 protected:
  static void make_odd(const std::string& file) {
    ASSERT_EQ(run({"sh", "-c", "F=" + file + "; rm -f $F; " + GetParam().make}).status, 0);
  }
};

INSTANTIATE_TEST_SUITE_P(
    Is, OddHostFileTest,
    testing::Values(Odd{"Missing", "true", "No such file"}, Odd{"Dangling", "ln -s /nowhere $F", "No such file"},
                    Odd{"ADirectory", "mkdir $F", "not a regular file"},
                    Odd{"AFifo", "mkfifo $F", "not a regular file"},
                    Odd{"ADevice", "ln -s /dev/zero $F", "not a regular file"},
                    Odd{"Huge", "truncate -s 3G $F", "larger than"},
                    Odd{"Binary", "printf 'nameserver 192.0.2.1\\n\\0\\1' > $F", "not a text file"}),
    [](const auto& tested) { return tested.param.name; });

TEST_P(OddHostFileTest, ResolvConfIsToldAndMadeWithout) {
  make_odd("/etc/resolv.conf");
  EXPECT_EQ(resolv_conf(true), "");
  EXPECT_THAT(said_,
              testing::AllOf(HasSubstr("no nameserver"), HasSubstr("/etc/resolv.conf"), HasSubstr(GetParam().told)));
  EXPECT_EQ(resolv_conf(false), "");
  EXPECT_THAT(said_, testing::Not(HasSubstr("nameserver"))) << "a pod without a network asks nobody";
}

TEST_P(OddHostFileTest, HostsIsToldAndHasLocalhost) {
  write("/etc/resolv.conf", "nameserver 192.0.2.53\n");
  EXPECT_THAT(in_pod("/etc/hosts", true), HasSubstr("printer"));
  make_odd("/etc/hosts");
  EXPECT_THAT(in_pod("/etc/hosts", true), HasSubstr("127.0.0.1\tlocalhost"));
  EXPECT_THAT(said_, testing::AllOf(HasSubstr("/etc/hosts"), HasSubstr(GetParam().told)));
}

}  // namespace
}  // namespace integration

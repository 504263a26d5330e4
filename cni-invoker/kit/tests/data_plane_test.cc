// Does chapter P notice? Networks of real plugins pass, and each check fails where what it is about has been spoilt: by
// a plugin at the end of the list, which runs a line of shell when it is added and changes nothing else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <set>

#include "cni/base/files.h"
#include "cni/kit.h"

namespace cni::kit {
namespace {

const std::string kIpam = R"("ipam": {"type": "host-local",
    "ranges": [[{"subnet": "10.234.0.0/16"}], [{"subnet": "fd00:234::/64"}]],
    "routes": [{"dst": "0.0.0.0/0"}, {"dst": "::/0"}]}})";
const std::string kPtp = R"({"type": "ptp", "ipMasq": true, )" + kIpam;
const std::string kBridge =
    R"({"type": "bridge", "bridge": "br-kit", "isGateway": true, "ipMasq": true, "hairpinMode": true,
        "macspoofchk": true, )" +
    kIpam;
// Where bridged packets pass the packet filter, the plugin bridge masquerades 255.255.255.255.
const std::string kPlainBridge = R"({"type": "bridge", "bridge": "br-kit", "isGateway": true, )" + kIpam;
const std::string kPorts = R"(, {"type": "portmap", "capabilities": {"portMappings": true}})";
const std::string kFirewall = R"(, {"type": "firewall"})";
const std::string kBandwidth = R"(, {"type": "bandwidth", "capabilities": {"bandwidth": true}})";
const std::string kMacvlan = R"({"type": "macvlan", "master": "kit-master", )" + kIpam;
const std::string kDevice = R"({"type": "host-device", "device": "kit-spare-{pod}", )" + kIpam;
const std::string kIsolating =
    R"({"type": "bridge", "bridge": "br-kit", "isGateway": true, "portIsolation": true, )" + kIpam;
const std::string kIsolated = kPlainBridge + R"(, {"type": "firewall", "ingressPolicy": "isolated"})";
const std::string kVlan = R"({"type": "vlan", "master": "kit-master", "vlanId": 234, )" + kIpam;
const std::string kInVlan = R"({"type": "bridge", "bridge": "br-kit", "vlan": 100, )" + kIpam;
const std::string kTrunk =
    R"({"type": "bridge", "bridge": "br-kit", "vlanTrunk": [{"minID": 100, "maxID": 103}, {"id": 4094}], )" + kIpam;
const std::string kVrf = kPlainBridge + R"(, {"type": "vrf", "vrfname": "kit-vrf"})";
const std::string kTap = R"({"type": "tap", "owner": 4711, "group": 4712, "multiQueue": true, )" + kIpam;
const std::string kBySource = kPtp + R"(, {"type": "sbr"})";

// Of the pod's own namespace.
std::string in_pod(const std::string& line) { return "nsenter --net=$CNI_NETNS " + line; }
const std::string kEachEnd = "for link in $(ls /sys/class/net | grep ^veth); do ";
const std::string kEachPort = "for link in $(ls /sys/class/net/br-kit/brif); do bridge vlan add dev $link vid ";
const std::string kDropInPod = in_pod("iptables -I OUTPUT -d 10.234.0.1 -j DROP");

struct Row {
  const char* check;
  std::string network, spoil;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.check; }
const std::vector<Row>& rows() {
  static const std::vector<Row> all{
      {"P1", kPtp, "iptables -t nat -I POSTROUTING -s 10.234.0.0/16 -d 10.234.0.0/16 -j MASQUERADE"},
      {"P1b", kPtp, "iptables -I FORWARD -p icmp -j DROP"},
      {"P2", kPtp, "iptables -t nat -I POSTROUTING -d 10.234.0.0/16 -j SNAT --to 192.0.2.1"},
      {"P3", kPtp, "iptables -I INPUT -p udp --dport 7 -j DROP"},
      {"P4", kPtp, "iptables -t nat -F POSTROUTING"},
      {"P5", kPtp, "iptables -t nat -I POSTROUTING -d 10.234.0.0/16 -j MASQUERADE"},
      {"P5b", kIsolated, "iptables -I FORWARD -j ACCEPT; ip6tables -I FORWARD -j ACCEPT"},
      {"P6", kPtp + kPorts, "iptables -t nat -I PREROUTING -p udp -j RETURN"},
      {"P7", kPtp + kPorts,
       "sysctl -qw net.ipv4.conf.all.route_localnet=1; iptables -t nat -I POSTROUTING -s 127.0.0.1 -j MASQUERADE;"
       "iptables -t nat -I OUTPUT -p tcp -d 127.0.0.1 --dport 9080 -j DNAT --to 10.234.0.2:80"},
      {"P8", kPtp + kPorts, "iptables -t nat -I OUTPUT -p udp -d 127.0.0.1 -j RETURN"},
      {"P9", kPtp + kPorts, "iptables -t nat -I OUTPUT -p tcp -d 198.51.100.1 -j RETURN"},
      {"P10", kPtp + kPorts, "iptables -t nat -I POSTROUTING -m mark --mark 0x2000/0x2000 -j RETURN"},
      {"P11", kPtp + kPorts, "iptables -t nat -I POSTROUTING -m mark --mark 0x2000/0x2000 -j RETURN"},
      {"P12", kPtp + kPorts, "iptables -t nat -I PREROUTING -p udp --dport 9080 -j DNAT --to 10.234.0.2:80"},
      {"P13", kPtp, kEachEnd + "ip link set $link mtu 1300; done"},
      {"P14", kPtp, "iptables -I OUTPUT -p icmp --icmp-type fragmentation-needed -j DROP"},
      {"P15", kPtp + kBandwidth, kEachEnd + "tc qdisc del dev $link root 2> /dev/null || true; done"},
      {"P16", kBridge,
       "nft add table bridge spoilt; nft 'add chain bridge spoilt f { type filter hook forward priority 0; }';"
       "nft add rule bridge spoilt f ip daddr 239.1.2.3 drop"},
      {"P16b", kPlainBridge,
       "nft add table bridge spoilt; nft 'add chain bridge spoilt f { type filter hook forward priority 0; }';"
       "nft add rule bridge spoilt f ip daddr 255.255.255.255 drop"},
      {"P17", kPtp,
       in_pod("sysctl -qw net.ipv6.conf.eth0.accept_dad=1") + ";address=$(" +
           in_pod("ip -6 -o addr show dev eth0 scope global") + " | awk '{ print $4 }');" +
           in_pod("ip addr del $address dev eth0") + ";" + in_pod("ip addr add $address dev eth0")},
      {"P19", kMacvlan, kDropInPod},
      {"P20", kVlan,
       "pod=$(basename $CNI_NETNS); ip -n $pod link set eth0 down; ip -n $pod link set eth0 name old;"
       "ip link add link kit-master name other type vlan id 77; ip link set other netns $pod; "
       "ip -n $pod link set other name eth0; ip -n $pod link set eth0 up; ip -n $pod addr flush dev old;"
       "ip -n $pod addr add 10.234.0.2/16 dev eth0; ip -n $pod addr add fd00:234::2/64 dev eth0 nodad"},
      {"P21", kIsolating, kEachEnd + "bridge link set dev $link isolated off; done"},
      {"P21b", kBridge, "nft list tables bridge | while read -r line; do nft delete $line; done"},
      {"P21c", kInVlan, kEachPort + "1 pvid untagged; done"},
      {"P21d", kTrunk, kEachPort + "4093; done"},
      {"P22", kTap, in_pod("ip link set eth0 arp off")},
      {"P22b", kTap, in_pod("ip link del eth0") + ";" + in_pod("ip tuntap add eth0 mode tap user 4711 group 4712")},
      {"P23", kBySource,
       "[ $CNI_IFNAME = eth0 ] || " + in_pod("ip rule flush") + ";" + in_pod("ip rule add lookup main")},
      {"P23b", kVrf, in_pod("ip link set eth0 nomaster")},
      {"P25", kDevice, kDropInPod},
      {"P27", kPtp + kFirewall, "iptables -F CNI-FORWARD"},
  };
  return all;
}
// The newest plugins have what Debian's have not.
const std::set<std::string> kOfTheNewest{"P5b", "P21", "P21d", "P22", "P22b"};
// Bridged packets in the packet filter; VLANs; links of type macvlan, vrf.
const std::set<std::string> kOfSomeKernels{"P5b", "P19", "P20", "P21c", "P21d", "P23b"};

constexpr const char* kSpoil = R"(#!/bin/sh
config=$(cat)
case $CNI_COMMAND in
  VERSION) echo '{"cniVersion": "1.0.0", "supportedVersions": ["0.4.0", "1.0.0"]}' ;;
  ADD)
    PATH=$PATH:/usr/sbin:/sbin
    printf %s "$config" | jq -r .spoil > /run/spoil.$$ && sh -e /run/spoil.$$ >&2 || exit 1
    printf %s "$config" | jq -c .prevResult ;;
esac
)";
constexpr const char* kIdle = R"(#!/bin/sh
case $CNI_COMMAND in
  VERSION) echo '{"cniVersion": "1.0.0", "supportedVersions": ["1.0.0"]}' ;;
  ADD) echo '{"cniVersion": "1.0.0", "interfaces": [], "ips": []}' ;;
esac
)";

class DataPlaneTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    for (const char* program : {"/usr/bin/jq", "/usr/sbin/nft", "/usr/lib/cni/ptp"})
      if (!base::path_exists(program)) GTEST_SKIP() << "needs " << program;
    ASSERT_EQ(::mkdir(dir_.c_str(), 0755), 0);
    write("spoil", kSpoil);
    std::ofstream(dir_ + "/profile") << R"({"roles": {"spoil": "chained"}})";
  }
  void TearDown() override { static_cast<void>(base::remove_tree(dir_)); }

  void write(const std::string& name, const char* script) const {
    std::ofstream(dir_ + "/" + name) << script;
    ::chmod((dir_ + "/" + name).c_str(), 0755);
  }
  static bool is_newest() { return base::path_exists(std::string(NEWEST_PLUGINS) + "/bridge"); }
  static std::string plugins() { return is_newest() ? NEWEST_PLUGINS : "/usr/lib/cni"; }
  Options options(const std::string& check) const {
    Options options;
    options.plugin_dirs = {dir_, plugins()};
    options.only = {check};
    options.helper = KIT_PLUGIN;
    options.profile = dir_ + "/profile";
    options.versions = {"1.0.0"};
    return options;
  }
  CheckResult result_of(const Row& row, const std::string& spoil) const {
    const std::string list = R"({"cniVersion": "1.0.0", "name": "kit", "plugins": [)" + row.network +
                             R"(, {"type": "spoil", "spoil": ")" + spoil + "\"}]}";
    const auto subject = subject_of_list(list, "list", options(row.check));
    const auto report = subject ? run(*subject, options(row.check)) : Result<Report>(subject.error());
    if (!report || report->results.size() != 1) {
      ADD_FAILURE() << (report ? "no result" : report.error().what);
      return {};
    }
    return report->results.front();
  }

  // Of one plugin, as the kit configures it.
  CheckResult result_of_plugin(const std::string& type, const std::string& check) const {
    const auto subject = subject_of_plugin(type, "", options(check));
    const auto report = subject ? run(*subject, options(check)) : Result<Report>(subject.error());
    if (!report || report->results.size() != 1) {
      ADD_FAILURE() << (report ? "no result" : report.error().what);
      return {};
    }
    return report->results.front();
  }

  const std::string dir_ = "/tmp/kit-data-plane." + std::to_string(::getpid());
};

class DataPlaneRowTest : public DataPlaneTest, public ::testing::WithParamInterface<Row> {};

std::string text_of(const CheckResult& result) {
  return to_text(result.outcome) + "; expected: " + result.expected + "; seen: " + result.seen;
}

TEST_P(DataPlaneRowTest, PassesAndIsCaughtWhenItIsSpoilt) {
  const Row& row = GetParam();
  if (kOfTheNewest.contains(row.check) && !is_newest()) GTEST_SKIP() << "needs the newest plugins";
  const CheckResult right = result_of(row, "true");
  // A kernel that lacks what a network is made of; all else is to run.
  if (right.outcome == Outcome::skipped && kOfSomeKernels.contains(row.check)) GTEST_SKIP() << right.seen;
  EXPECT_EQ(right.outcome, Outcome::passed) << text_of(right);
  const CheckResult wrong = result_of(row, row.spoil);
  EXPECT_EQ(wrong.outcome, Outcome::failed) << text_of(wrong);
  EXPECT_NE(wrong.expected, "");
  EXPECT_NE(wrong.seen, "");
}
INSTANTIATE_TEST_SUITE_P(Of, DataPlaneRowTest, ::testing::ValuesIn(rows()),
                         [](const auto& row) { return std::string(row.param.check); });

TEST_F(DataPlaneTest, ALoopbackThatDoesNothingIsCaught) {
  write("loopback", kIdle);
  const CheckResult result = result_of_plugin("loopback", "P24");
  EXPECT_EQ(result.outcome, Outcome::failed) << text_of(result);
}

TEST_F(DataPlaneTest, ALeaseThatIsRenewedAndReleasedPasses) {
  const CheckResult result = result_of_plugin("dhcp", "P26");
  EXPECT_EQ(result.outcome, Outcome::passed) << text_of(result);
}

struct WrongLease {
  const char* name;
  const char* script;  // of shell, before the real plugin; $real is its path
  const char* expected;
};
void PrintTo(const WrongLease& wrong, std::ostream* out) { *out << wrong.name; }
class WrongLeaseTest : public DataPlaneTest, public ::testing::WithParamInterface<WrongLease> {};
TEST_P(WrongLeaseTest, IsCaught) {
  write("dhcp", ("#!/bin/sh\nreal=" + plugins() + "/dhcp\n" + GetParam().script + "\nexec $real \"$@\"\n").c_str());
  const CheckResult result = result_of_plugin("dhcp", "P26");
  EXPECT_EQ(result.outcome, Outcome::failed) << text_of(result);
  EXPECT_THAT(result.expected, ::testing::HasSubstr(GetParam().expected)) << text_of(result);
}
INSTANTIATE_TEST_SUITE_P(
    Of, WrongLeaseTest,
    ::testing::Values(
        WrongLease{"Address", R"([ "$CNI_COMMAND" = ADD ] && { $real | sed s/192.0.2.7/192.0.2.8/; exit; })",
                   "192.0.2.7"},
        WrongLease{"Route", R"([ "$CNI_COMMAND" = ADD ] && { $real | sed s,0.0.0.0/0,198.51.100.0/24,; exit; })",
                   "default route"},
        WrongLease{"Renewal",
                   R"([ "$CNI_COMMAND" = ADD ] && { $real; status=$?; kill -STOP $(pidof dhcp); exit $status; })",
                   "is renewed"},
        WrongLease{"Release", R"([ "$CNI_COMMAND" = DEL ] && exit 0)", "RELEASE"}),
    [](const auto& wrong) { return std::string(wrong.param.name); });

TEST_F(DataPlaneTest, HasSomethingSpoiltForEachCheck) {
  std::set<std::string> with{"P24", "P26"};
  for (const Row& row : rows()) with.insert(row.check);
  for (const CheckInfo& check : catalogue())
    EXPECT_TRUE(!check.id.starts_with('P') || with.contains(check.id)) << check.id << ": " << check.title;
}

TEST_F(DataPlaneTest, WaysThatWereTriedAreInTheReport) {
  const CheckResult result = result_of({"P4", kPtp, ""}, "true");
  ASSERT_EQ(result.paths.size(), 4U) << text_of(result);
  EXPECT_EQ(result.paths[0].from, "pod-1");
  EXPECT_EQ(result.paths[0].to, "outside");
  EXPECT_EQ(result.paths[0].what, "tcp 198.51.100.2:7");
  EXPECT_EQ(result.paths[0].peer, "198.51.100.1");
  EXPECT_TRUE(result.paths[0].expected && result.paths[0].arrived);
  EXPECT_EQ(result.paths[3].what, "udp [2001:db8:1::2]:7");
}

}  // namespace
}  // namespace cni::kit

// podrun explain: rules that drop, ports, programs that listen or do not, connections that are remembered, and MTUs.
#include <linux/bpf.h>
#include <linux/bpf_common.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>

#include "integration/explain_host.h"

namespace integration {
namespace {

using testing::HasSubstr;
using testing::Not;

class ExplainRulesTest : public ExplainTest {};

// A program of XDP that drops whatever comes, under a name in a file system of such (bpf(2)). Where this kernel or
// machine has none: false.
bool pin_xdp_drop(const std::string& path) {
  std::array<bpf_insn, 2> program{};
  program[0].code = BPF_ALU64 | BPF_MOV | BPF_K;  // r0 = XDP_DROP
  program[0].imm = XDP_DROP;
  program[1].code = BPF_JMP | BPF_EXIT;
  const char license[] = "GPL";
  bpf_attr load{};
  load.prog_type = BPF_PROG_TYPE_XDP;
  load.insn_cnt = program.size();
  load.insns = reinterpret_cast<std::uintptr_t>(program.data());
  load.license = reinterpret_cast<std::uintptr_t>(license);
  const auto loaded = static_cast<int>(::syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof load));
  if (loaded < 0) return false;
  bpf_attr pin{};
  pin.pathname = reinterpret_cast<std::uintptr_t>(path.c_str());
  pin.bpf_fd = static_cast<std::uint32_t>(loaded);
  const bool is_pinned = ::syscall(SYS_bpf, BPF_OBJ_PIN, &pin, sizeof pin) == 0;
  ::close(loaded);
  return is_pinned;
}

INSTANTIATE_TEST_SUITE_P(With, ExplainRulesTest, testing::Values(debian_plugins()), testing::PrintToStringParamName());

TEST_P(ExplainRulesTest, ARuleDrops) {
  if (!make_pods()) return;
  const std::string web = address("web");
  const std::vector<std::string> from_outside{"netns:outside", "198.51.100.1:18080"};
  expect_cause("iptables -I FORWARD -d " + web + " -m comment --comment 'no way' -j DROP", from_outside, "rule");
  expect_cause("iptables -I FORWARD -d " + web + " -p tcp -j REJECT --reject-with tcp-reset", from_outside, "rule");
  expect_cause("ip netns exec web iptables -I INPUT -p tcp --dport 8080 -j REJECT", {"client", "web:8080"}, "rule");
  expect_cause("ip netns exec client iptables -P OUTPUT DROP", {"client", "web:8080"}, "policy");
  expect_cause(
      "ip netns exec web nft 'add table inet own; add chain inet own in { type filter hook input priority 0; "
      "policy drop; }; add rule inet own in icmpv6 type != echo-request accept'",
      {"client", "web:8080"}, "policy");
  expect_cause(
      "ip netns exec web nft 'add table ip own; add chain ip own in { type filter hook input priority 0; }; "
      "add rule ip own in tcp dport 8080 counter drop'",
      {"client", "web:8080"}, "rule");
}

TEST_P(ExplainRulesTest, ARuleDropsTheAnswer) {
  if (!make_pods()) return;
  expect_cause("iptables -I FORWARD -s " + address("web") + " -p tcp --sport 8080 -j DROP",
               {"netns:outside", "198.51.100.1:18080"}, "rule");
  expect_cause("ip netns exec client iptables -I INPUT -s " + address("web") + " -j DROP", {"client", "web:8080"},
               "rule");
}

TEST_P(ExplainRulesTest, ARuleOfTheBridgeDrops) {
  if (!make_pods()) return;
  if (std::ifstream(kFilterOfBridges)) std::ofstream(kFilterOfBridges) << 0;
  expect_cause(
      "nft 'add table bridge own; add chain bridge own between { type filter hook forward priority 0; }; add "
      "rule bridge own between tcp dport 8080 drop'",
      {"client", "web:8080"}, "rule");
  if (std::ifstream(kFilterOfBridges)) std::ofstream(kFilterOfBridges) << 1;
}

// No trace tells of these: they come first.
TEST_P(ExplainRulesTest, ARuleThatCannotBeTracedDrops) {
  if (!make_pods()) return;
  const std::string port = port_of("client");
  expect_cause("nft 'add table netdev own; add chain netdev own in { type filter hook ingress device \"" + port +
                   "\" priority 0; }; add rule netdev own in tcp dport 8080 drop'",
               {"client", "web:8080"}, "untraced-rule");
}

// They are no rules of nftables, and count.
TEST_P(ExplainRulesTest, ARuleOfIptablesLegacyDrops) {
  if (!can_run({need::program("iptables-legacy")}) || !make_pods()) return;
  if (shell("iptables-legacy -t filter -n -L").status != 0) GTEST_SKIP() << "this kernel has no iptables-legacy";
  const std::string web = address("web");
  const std::vector<std::string> from_outside{"netns:outside", "198.51.100.1:18080"};
  const auto with_legacy = [](const std::string& netns, const std::string& rule) {
    return (netns.empty() ? "" : "ip netns exec " + netns + " ") + "iptables-legacy " + rule;
  };
  const std::string forward = "-I FORWARD -d " + web + " -p tcp -m tcp --dport 8080 ";
  expect_cause(with_legacy("", forward + "-m comment --comment 'no way' -j DROP"), from_outside, "rule");
  expect_cause(with_legacy("", forward + "-j REJECT"), from_outside, "rule");
  expect_cause(with_legacy("", forward + "-j REJECT --reject-with icmp-admin-prohibited"), from_outside, "rule");
  expect_cause(with_legacy("", "-P FORWARD DROP"), from_outside, "policy");
  expect_cause(with_legacy("", "-I FORWARD -s " + web + " -p tcp -m tcp --sport 8080 -j DROP"), from_outside, "rule");
  expect_cause(with_legacy("client", "-I OUTPUT -d " + web + " -j DROP"), {"client", "web:8080"}, "rule");
  expect_cause(with_legacy("web", "-I INPUT -p tcp -j REJECT --reject-with tcp-reset"), {"client", "web:8080"}, "rule");
  expect_cause(with_legacy("web", "-I OUTPUT -p tcp -j DROP"), {"client", "web:8080"}, "rule");
  expect_cause("ip6tables-legacy -I FORWARD -p tcp -j DROP", {"netns:outside", "[2001:db8:1::1]:18080"}, "rule");
  // Where the packet was not, or is not like it, they are no cause.
  must(with_legacy("", "-I FORWARD -d 203.0.113.1 -j DROP") + "; " + with_legacy("other", "-P INPUT DROP"));
  expect_arrives(from_outside);
  expect_cause("ip -n web link set eth0 down", {"client", "web:8080"}, "link-down");
  const Output traced = podrun({"trace", "client", "web:8080"});
  EXPECT_THAT(traced.out, HasSubstr("\nhost: rules of iptables-legacy (filter) are there, and not shown"));
  EXPECT_THAT(traced.out, Not(HasSubstr("counted meanwhile")));
  must(with_legacy("", "-A FORWARD -d " + web + " -m comment --comment seen -j ACCEPT"));
  EXPECT_THAT(podrun({"trace", "netns:outside", "198.51.100.1:18080"}).out,
              HasSubstr("\nhost: counted meanwhile by iptables-legacy filter: -A FORWARD -d " + web + "/32 "));
  must(with_legacy("", "-F FORWARD") + "; " + with_legacy("other", "-P INPUT ACCEPT"));
  EXPECT_THAT(podrun({"trace", "client", "web:8080"}).out, Not(HasSubstr("iptables-legacy")));
}

TEST_P(ExplainRulesTest, AFilterOfTcDrops) {
  if (!make_pods() || !can_run({need::program("tc")})) return;
  const std::string port = port_of("client");
  const std::string filter =
      "tc filter add dev " + port + " ingress pref 7 protocol ip u32 match ip dport 8080 0xffff action drop";
  must("tc qdisc add dev " + port + " clsact");
  if (shell(filter).status != 0) GTEST_SKIP() << "this kernel has no filter u32 with action drop (cls_u32, act_gact)";
  must("tc filter del dev " + port + " ingress");
  expect_cause(filter, {"client", "web:8080"}, "untraced-rule");
}

TEST_P(ExplainRulesTest, AProgramOfXdpDrops) {
  if (!make_pods()) return;
  const std::string programs = dir() + "/bpf";
  if (shell("mkdir " + programs + " && mount -t bpf bpf " + programs).status != 0 || !pin_xdp_drop(programs + "/drop"))
    GTEST_SKIP() << "this kernel loads no program of XDP here";
  for (const std::string mode : {"xdp", "xdpgeneric"}) {
    const std::string drop = " " + mode + " pinned " + programs + "/drop";
    expect_cause("ip link set dev " + port_of("client") + drop, {"client", "web:8080"}, "xdp");
    expect_cause("nsenter --net=/run/netns/web ip link set dev eth0" + drop,
                 {"client", "web:8080"}, "xdp");
  }
  must("umount " + programs);
}

TEST_P(ExplainRulesTest, NobodyListens) {
  if (!make_pods()) return;
  expect_cause("", {"client", "web:81"}, "nobody-listens", false);
  expect_cause("", {"client", "[" + address("web", false) + "]:81"}, "nobody-listens", false);
  expect_cause("", {"client", "web:81", "--udp"}, "nobody-listens", false);
  expect_cause("", {"host", "127.0.0.1:9"}, "nobody-listens", false);
  start({"ip", "netns", "exec", "other", tests_dir() + "/payload", "give-back", "127.0.0.1", "8080"},
        dir() + "/server");
  listens("other");
  expect_cause("", {"client", "other:8080"}, "listens-elsewhere", false);
}

TEST_P(ExplainRulesTest, APortOfTheHostIsNotLedOn) {
  if (!make_pods()) return;
  expect_cause("iptables -t nat -F CNI-HOSTPORT-DNAT", {"netns:outside", "198.51.100.1:18080"}, "port-not-led-on");
  start({tests_dir() + "/payload", "serve", "18080"}, dir() + "/server");
  in_time([&] { return run({"grep", "-q", ":46A0 ", "/proc/net/tcp6"}).status == 0; });
  const Json shadowed = explained({"netns:outside", "198.51.100.1:18080"}, 0);
  EXPECT_THAT(shadowed.at("notes").dump(), HasSubstr("a process of the host listens at [::]:18080, too"));
  must("iptables -t nat -F CNI-HOSTPORT-DNAT");
  expect_cause("", {"client", "198.51.100.1:18080"}, "port-not-led-on", false);
}

TEST_P(ExplainRulesTest, TheQueueIsFull) {
  if (!make_pods()) return;
  const pid_t server = container_pid("web", "main");
  ::kill(server, SIGSTOP);
  const pid_t crowd = start({"ip", "netns", "exec", "client", "bash", "-c",
                             "for i in $(seq 12); do (exec 3<>/dev/tcp/" + address("web") +
                                 "/8080; sleep 60) & done; "
                                 "wait"},
                            dir() + "/crowd");
  in_time([&] { return in_netns("web", {"sh", "-c", "ss -Htln sport = :8080 | grep -q ' 9 *8 '"}).status == 0; });
  expect_cause("", {"client", "web:8080"}, "not-accepted", false);
  ::kill(server, SIGCONT);
  ::kill(crowd, SIGKILL);
  wait_for(crowd);
}

TEST_P(ExplainRulesTest, DataThatIsTooLarge) {
  if (!make_pods("give-back")) return;
  expect_cause("ip link set " + port_of("web") + " mtu 1000", {"client", "web:8080", "--data", "1300"}, "mtu");
}

// A router beyond which the packet is too large says so (RFC 1191), and its sender never hears it. What was heard once
// is remembered: it is forgotten first.
TEST_P(ExplainRulesTest, NobodyHearsThatItIsTooLarge) {
  if (!make_pods()) return;
  serve_outside();
  must("ip link set up0 mtu 1000");
  const std::vector<std::string> words{"client", "198.51.100.2:8080", "--data", "1300"};
  const std::string forgotten = "ip -n client route flush cache; ";
  const std::string rule = "-p icmp --icmp-type fragmentation-needed -j DROP";
  expect_cause(forgotten + "ip netns exec client iptables -I INPUT " + rule, words, "rule");
  expect_cause(forgotten + "iptables -I OUTPUT " + rule, words, "rule");
}

TEST_P(ExplainRulesTest, DatagramsAndTheirAnswers) {
  if (!make_pods("serve-udp", "UDP")) return;
  expect_arrives({"client", "web:http", "--udp"});
  expect_arrives({"netns:outside", "198.51.100.1:18080", "--udp"});
  expect_cause("ip link set " + port_of("web") + " mtu 1000; ip -n client neigh flush dev eth0",
               {"client", "web:8080", "--udp", "--data", "1300"}, "mtu");
  expect_cause("ip netns exec client iptables -I INPUT -p udp -j DROP", {"client", "web:8080", "--udp"}, "rule");
  expect_cause("ip netns exec web iptables -I INPUT -p udp -j DROP", {"client", "web:8080", "--udp"}, "rule");
  expect_cause("ip -n client route del default", {"client", "198.51.100.1:18080", "--udp"}, "no-route");
}

// A rule has changed since, and who goes on from its port does not know.
TEST_P(ExplainRulesTest, AConnectionIsRemembered) {
  if (!make_pods("serve-udp", "UDP") || !can_run({need::program("conntrack")})) return;
  const std::string rule =
      "nft 'add table ip own; flush table ip own; add chain ip own to { type nat hook prerouting "
      "priority -110; }; add rule ip own to udp dport 7000 dnat to ";
  const std::vector<std::string> words{"netns:outside", "198.51.100.1:7000", "--udp"};
  must(rule + address("web") + ":8080'");
  expect_arrives(words);
  must(rule + "10.210.0.77:8080'");
  expect_cause("", words, "dnat-to-nobody", false);
  must(rule + address("web") + ":8080'");
  expect_cause("", words, "stale-connection");
}

TEST_P(ExplainRulesTest, ARuleLeadsToNobody) {
  if (!make_pods()) return;
  expect_cause(
      "nft 'add table ip own; add chain ip own to { type nat hook prerouting priority -110; }; add rule ip own "
      "to tcp dport 7000 dnat to 10.210.0.77:8080'",
      {"netns:outside", "198.51.100.1:7000"}, "dnat-to-nobody", false);
}

TEST_P(ExplainRulesTest, ANameIsAskedFor) {
  if (!make_pods() || !can_run({need::program("dnsmasq")})) return;
  Json asker = sleeper("asker");
  asker["spec"]["dnsPolicy"] = "None";
  asker["spec"]["dnsConfig"]["nameservers"] = {address("other")};
  ASSERT_TRUE(attach(asker));
  expect_cause("", {"asker", "db.example:8080"}, "nobody-listens", false);
  start({"ip", "netns", "exec", "other", "dnsmasq", "-k", "-C", "/dev/null", "-u", "root", "--no-resolv", "--no-hosts",
         "--pid-file=" + dir() + "/dnsmasq.pid", "--local=/example/", "--address=/db.example/" + address("web")},
        dir() + "/dnsmasq");
  ASSERT_TRUE(in_time([&] { return in_netns("other", {"grep", "-q", ":0035 ", "/proc/net/udp"}).status == 0; }));
  expect_arrives({"asker", "db.example:8080"});
  expect_cause("", {"asker", "db.example:81"}, "nobody-listens", false);
  expect_cause("", {"asker", "nobody.example:8080"}, "no-such-name", false);
  EXPECT_THAT(podrun({"explain", "asker", "nobody.example:8080"}).out, HasSubstr("knows none of nobody.example"));
  // Who answers with an error knows nothing of the name.
  must("kill $(cat " + dir() + "/dnsmasq.pid)");
  ASSERT_TRUE(in_time([&] { return in_netns("other", {"grep", "-q", ":0035 ", "/proc/net/udp"}).status != 0; }));
  start({"ip", "netns", "exec", "other", "dnsmasq", "-k", "-C", "/dev/null", "-u", "root", "--no-resolv", "--no-hosts",
         "--pid-file=" + dir() + "/dnsmasq.pid", "--address=/db.example/" + address("web")},
        dir() + "/dnsmasq");
  ASSERT_TRUE(in_time([&] { return in_netns("other", {"grep", "-q", ":0035 ", "/proc/net/udp"}).status == 0; }));
  EXPECT_THAT(explained({"asker", "other.example:8080"}, 12).at("end").dump(), HasSubstr("with the error 5"));
  expect_arrives({"asker", "db.example:8080"});
  expect_cause("ip netns exec asker iptables -I OUTPUT -p udp -j DROP",
               {"asker", "db.example:8080"}, "rule");
}

// Nobody translates an answer that does not leave the bridge, where bridges are not shown to iptables: as where
// br_netfilter is switched off, or, on a stock system, is not loaded.
class UnfilteredBridgeTest : public ExplainRulesTest {
 protected:
  void TearDown() override {
    if (is_loaded_for_test_) run({"modprobe", "-r", "br_netfilter"});
    if (is_there()) set_filters("1");
    ExplainRulesTest::TearDown();
  }
  // Pods on such a bridge; false: this kernel can have no other.
  bool make_pods_there(const std::string& server = "serve", const std::string& protocol = "TCP") {
    const bool can_be = is_there() || run({"modprobe", "--dry-run", "br_netfilter"}).status == 0;
    if (!can_run({can_be ? std::nullopt : Unmet("this kernel has no br_netfilter")})) return false;
    is_loaded_for_test_ = !is_there();
    if (!make_pods(server, protocol)) return false;
    switch_off();
    return true;
  }
  void switch_off() const {
    if (is_loaded_for_test_)
      run({"modprobe", "-r", "br_netfilter"});
    else
      set_filters("0");
  }
  // An address of nobody that leads to web, as a Service's does.
  void add_service() const {
    must(
        "nft 'add table inet own; add chain inet own to { type nat hook prerouting priority -110; }; "
        "add rule inet own to meta l4proto { tcp, udp } th dport 7000 dnat ip to " +
        address("web") +
        ":8080; "
        "add rule inet own to meta l4proto { tcp, udp } th dport 7000 dnat ip6 to [" +
        address("web", false) + "]:8080'");
  }

 private:
  static bool is_there() { return static_cast<bool>(std::ifstream(kFilterOfBridges)); }
  static void set_filters(const std::string& value) {
    for (const std::string family : {"ip", "ip6"})
      run({"sysctl", "-w", "net.bridge.bridge-nf-call-" + family + "tables=" + value});
  }

  bool is_loaded_for_test_ = false;
};

INSTANTIATE_TEST_SUITE_P(With, UnfilteredBridgeTest, testing::Values(debian_plugins()),
                         testing::PrintToStringParamName());

TEST_P(UnfilteredBridgeTest, TheAnswerIsNotTranslatedBack) {
  if (!make_pods_there()) return;
  add_service();
  for (const char* to : {"198.51.100.1:7000", "[2001:db8:1::1]:7000"}) {
    expect_cause("", {"client", to}, "not-translated-back");
    switch_off();
  }
  expect_cause("iptables -t nat -F CNI-HOSTPORT-SETMARK", {"client", "198.51.100.1:18080"}, "not-translated-back");
}

// What comes back by IP is translated: masqueraded, or from elsewhere.
TEST_P(UnfilteredBridgeTest, TheAnswerComesByTheHost) {
  if (!make_pods_there()) return;
  add_service();
  for (const char* to : {"198.51.100.1:18080", "web:8080"}) expect_arrives({"client", to});
  expect_arrives({"netns:outside", "198.51.100.1:7000"});
  must("iptables -t nat -I POSTROUTING -s 10.210.0.0/24 -d 10.210.0.0/24 -j MASQUERADE");
  expect_arrives({"client", "198.51.100.1:7000"});
}

TEST_P(UnfilteredBridgeTest, ADatagramIsNotTranslatedBack) {
  if (!make_pods_there("serve-udp", "UDP")) return;
  add_service();
  expect_cause("", {"client", "198.51.100.1:7000", "--udp"}, "not-translated-back");
}

}  // namespace
}  // namespace integration

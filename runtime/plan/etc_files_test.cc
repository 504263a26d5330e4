#include "runtime/plan/etc_files.h"

#include <gtest/gtest.h>

namespace podrun {
namespace {

EtcFiles web() {
  EtcFiles etc;
  etc.hostname = "web";
  etc.host_hosts = "127.0.0.1 localhost\n192.0.2.7 machine";
  etc.host_resolv_conf =
      "# of the host\nsearch old.example\nsearch lan.example\nnameserver 127.0.0.53\nnameserver 192.0.2.53\noptions "
      "edns0\n";
  return etc;
}

TEST(HostsText, NamesThePodAtEachOfItsAddresses) {
  EXPECT_EQ(hosts_text(web(), {"10.88.0.2", "fd00::2"}),
            "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n10.88.0.2\tweb\nfd00::2\tweb\n");
}

TEST(HostsText, APodWithoutANetworkStillKnowsItsName) {
  EXPECT_NE(hosts_text(web(), {}).find("127.0.1.1\tweb\n"), std::string::npos);
}

TEST(HostsText, AliasesComeLast) {
  EtcFiles etc = web();
  etc.aliases = {{"192.0.2.1", {"db", "db.example"}}};
  EXPECT_TRUE(hosts_text(etc, {"10.88.0.2"}).ends_with("10.88.0.2\tweb\n192.0.2.1\tdb\tdb.example\n"));
}

TEST(HostsText, HostNetworkHasTheHostsFile) {
  EtcFiles etc = web();
  etc.host_network = true;
  etc.aliases = {{"192.0.2.1", {"db"}}};
  EXPECT_EQ(hosts_text(etc, {}), "127.0.0.1 localhost\n192.0.2.7 machine\n192.0.2.1\tdb\n");
}

TEST(ResolvConf, TheHostsServesWhereNobodySaysOtherwise) {
  EXPECT_EQ(resolv_conf_text(dns_of(web(), {})), "search lan.example\nnameserver 192.0.2.53\noptions edns0\n");
}

TEST(ResolvConf, AResolverOnTheHostsLoopbackIsOutOfReachButNotWithHostNetwork) {
  EtcFiles etc = web();
  EXPECT_EQ(resolv_conf_text(dns_of(etc, {})).find("127.0.0.53"), std::string::npos);
  etc.host_network = true;
  EXPECT_NE(resolv_conf_text(dns_of(etc, {})).find("nameserver 127.0.0.53\nnameserver 192.0.2.53\n"),
            std::string::npos);
}

TEST(ResolvConf, TheManifestComesBeforeTheNetworkAndTheNetworkBeforeTheHost) {
  EtcFiles etc = web();
  etc.dns.nameservers = {"198.51.100.1"};
  const DnsSpec network{{"198.51.100.2", "198.51.100.1"}, {"net.example"}, {}};
  EXPECT_EQ(resolv_conf_text(dns_of(etc, network)),
            "search net.example\nnameserver 198.51.100.1\nnameserver 198.51.100.2\noptions edns0\n");
}

TEST(ResolvConf, LoopbackIsKnownByItsValue) {
  DnsSpec host;
  host.nameservers = {"127.1.2.3", "::1",        "0:0::1", "::ffff:127.0.0.1", "0.0.0.0",
                      "::",        "fe80::1%lo", "name",   "192.0.2.1",        "2001:db8::1"};
  EXPECT_EQ(usable_nameservers(host), (std::vector<std::string>{"192.0.2.1", "2001:db8::1"}));
}

TEST(ResolvConf, ALineHasOneNameserverAndMayHaveAComment) {
  const DnsSpec dns = parse_resolv_conf("nameserver 192.0.2.1 192.0.2.2\n# nameserver 192.0.2.3\nsearch a b ; c\n");
  EXPECT_EQ(dns.nameservers, std::vector<std::string>{"192.0.2.1"});
  EXPECT_EQ(dns.searches, (std::vector<std::string>{"a", "b"}));
}

TEST(ResolvConf, HasNoMoreThanResolversRead) {
  EtcFiles etc = web();
  etc.dns.nameservers = {"192.0.2.1", "192.0.2.2"};
  const DnsSpec network{{"192.0.2.3", "192.0.2.4"}, std::vector<std::string>(40, "x.example"), {}};
  EXPECT_EQ(dns_of(etc, network).nameservers.size(), 3U);
}

TEST(ResolvConf, WhyAPodHasNoNameserver) {
  EtcFiles etc = web();
  EXPECT_EQ(dns_problem(etc, dns_of(etc, {})), "");
  etc.host_resolv_conf = "nameserver 127.0.0.1\n";
  EXPECT_NE(dns_problem(etc, dns_of(etc, {})).find("only on the host itself"), std::string::npos);
  etc.host_resolv_conf = "";
  etc.host_resolv_problem = "read '/etc/resolv.conf': not a regular file";
  EXPECT_NE(dns_problem(etc, dns_of(etc, {})).find("not a regular file"), std::string::npos);
}

TEST(HostsText, AHostWithoutTheFileStillHasLocalhost) {
  EtcFiles etc = web();
  etc.host_network = true;
  etc.host_hosts = "";
  EXPECT_NE(hosts_text(etc, {}).find("127.0.0.1\tlocalhost\n"), std::string::npos);
}

TEST(ResolvConf, OneAddressIsThereOnce) {
  EtcFiles etc = web();
  etc.dns.nameservers = {"fd00::1"};
  EXPECT_EQ(dns_of(etc, {{"FD00:0::1"}, {}, {}}).nameservers, std::vector<std::string>{"fd00::1"});
}

}  // namespace
}  // namespace podrun

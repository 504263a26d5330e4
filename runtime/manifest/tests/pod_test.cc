// A Pod's own fields: metadata, namespaces, names, time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/manifest/tests/pods.h"

namespace podrun {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(Manifest, ValuesThatAreNotAmongTheFew) {
  expect_refused({
      {pod("restartPolicy: Sometimes"),
       "spec.restartPolicy: expected one of Always, OnFailure, Never; found 'Sometimes'"},
      {container("imagePullPolicy: always"),
       "spec.containers[0].imagePullPolicy: expected one of Never, IfNotPresent, Always; found 'always'"},
      {container("terminationMessagePolicy: Log"),
       "spec.containers[0].terminationMessagePolicy: expected one of File, FallbackToLogsOnError; found 'Log'"},
      {container("ports: [{containerPort: 1, protocol: tcp}]"),
       "spec.containers[0].ports[0].protocol: expected one of TCP, UDP, SCTP; found 'tcp'"},
  });
}

TEST(Manifest, Metadata) {
  const PodSpec spec =
      parse(metadata("name: a.b-c, namespace: team, labels: {app: web, example.com/tier: ''}, annotations: "
                     "{Example.com/Note: \"any\\ntext\"}"))
          .spec;
  EXPECT_EQ(spec.name, "a.b-c");
  EXPECT_EQ(spec.name_space, "team");
  EXPECT_THAT(spec.labels, ElementsAre(Pair("app", "web"), Pair("example.com/tier", "")));
  EXPECT_THAT(spec.annotations, ElementsAre(Pair("Example.com/Note", "any\ntext")));
}

TEST(Manifest, BadMetadata) {
  const std::string label = " may hold only a-z, 0-9 and '-', and begins and ends with a letter or digit";
  const std::string subdomain =
      " may hold only a-z, 0-9, '-' and '.', and begins and ends with a letter or digit, as does each part between "
      "dots";
  const std::string key =
      " may hold only letters, digits, '-', '_' and '.', and begins and ends with a letter or digit; a DNS name and "
      "'/' may "
      "stand in front";
  expect_refused({
      {metadata(""), "metadata.name: is missing"},
      {metadata("name: ~"), "metadata.name: is missing"},
      {metadata("name: ''"), "metadata.name: '' is empty"},
      {metadata("name: ../x"), "metadata.name: '../x'" + subdomain},
      {metadata("name: Web"), "metadata.name: 'Web'" + subdomain},
      {metadata("name: " + std::string(300, 'a')),
       "metadata.name: '" + std::string(64, 'a') + "…' is 300 characters long, and at most 253 are allowed"},
      {metadata("name: web, namespace: a.b"), "metadata.namespace: 'a.b'" + label},
      {metadata("name: web, labels: {-a: b}"), "metadata.labels: '-a'" + key},
      {metadata("name: web, labels: {A.b/c: b}"), "metadata.labels: 'A.b/c' has a prefix that" + subdomain},
      {metadata("name: web, labels: {a: b c}"),
       "metadata.labels.a: 'b c' may hold only letters, digits, '-', '_' and '.', and begins and ends with a letter or "
       "digit"},
      {metadata("name: web, annotations: {a b: c}"), "metadata.annotations: 'a b'" + key},
      {metadata("name: web, annotations: {a: " + std::string(262144, 'x') + "}"),
       "metadata.annotations: are larger than 256 KiB together"},
  });
  EXPECT_TRUE(parse_manifest(metadata("name: web, annotations: {a: " + std::string(262143, 'x') + "}"), "x"));
}

TEST(Manifest, TheUidIsAWordThatCniArgsCanHold) {
  EXPECT_EQ(parse(metadata("name: web")).spec.uid, "");
  EXPECT_EQ(parse(metadata("name: web, uid: 1d9b1c1e-0c6b-4f0a-9c4f-3c1b0f0e7a11")).spec.uid,
            "1d9b1c1e-0c6b-4f0a-9c4f-3c1b0f0e7a11");
  EXPECT_EQ(parse(metadata("name: web, uid: 8a7f01d2e3")).spec.uid, "8a7f01d2e3") << "of a static pod";
  const std::string why = " is not one word of letters, digits, '-', '_' and '.', at most 128";
  expect_refused({{metadata("name: web, uid: 'a;K8S_POD_NAME=b'"), "metadata.uid: 'a;K8S_POD_NAME=b'" + why},
                  {metadata("name: web, uid: 'a b'"), "metadata.uid: 'a b'" + why}});
}

TEST(Manifest, HostnameIsThePodsNameCutAsTheKubeletCutsIt) {
  EXPECT_EQ(parse(pod("hostname: other")).spec.hostname, "other");
  EXPECT_EQ(parse(pod("hostname: ''")).spec.hostname, "web");
  const std::string part(62, 'a');
  EXPECT_EQ(parse(metadata("name: " + part + ".b." + part)).spec.hostname, part);
  EXPECT_EQ(parse(metadata("name: " + part + "bcd")).spec.hostname, part + "b");
  EXPECT_EQ(parse(pod("hostnameOverride: a.b")).spec.hostname, "a.b");
  expect_refused(
      {{pod("hostnameOverride: A"),
        "spec.hostnameOverride: 'A' may hold only a-z, 0-9, '-' and '.', and begins and ends with a letter or "
        "digit, as does each part between dots"},
       {pod("hostnameOverride: " + part + part), "spec.hostnameOverride: is longer than 64 characters"},
       {pod("hostnameOverride: a\nsetHostnameAsFQDN: true"),
        "spec.hostnameOverride: cannot stand beside setHostnameAsFQDN: true"},
       {pod("hostnameOverride: a\nhostNetwork: true"),
        "spec.hostnameOverride: cannot stand beside hostNetwork: true"}});
  expect_refused({{pod("hostname: a.b"),
                   "spec.hostname: 'a.b' may hold only a-z, 0-9 and '-', and begins and ends with a "
                   "letter or digit"}});
}

TEST(Manifest, HostNamespacesImplyHostUsers) {
  EXPECT_TRUE(parse(pod("hostNetwork: true")).spec.host_users);
  EXPECT_TRUE(parse(pod("hostPID: true")).spec.host_users);
  EXPECT_TRUE(parse(pod("hostIPC: true")).spec.host_users);
  EXPECT_TRUE(parse(pod("hostUsers: true")).spec.host_users);
  EXPECT_TRUE(parse(pod("hostNetwork: true\nhostUsers: true")).spec.host_users);
  EXPECT_FALSE(parse(pod("hostUsers: false\nhostNetwork: false")).spec.host_users);
  EXPECT_TRUE(parse(pod("shareProcessNamespace: true")).spec.share_process_namespace);
  expect_refused({
      {pod("hostNetwork: true\nhostUsers: false"), "spec.hostUsers: cannot be false together with hostNetwork"},
      {pod("hostPID: true\nhostUsers: false"), "spec.hostUsers: cannot be false together with hostPID"},
      {pod("hostIPC: true\nhostUsers: false"), "spec.hostUsers: cannot be false together with hostIPC"},
      {pod("hostPID: true\nshareProcessNamespace: true"),
       "spec.shareProcessNamespace: cannot be true together with hostPID"},
  });
}

TEST(Manifest, GracePeriod) {
  EXPECT_EQ(parse(pod("terminationGracePeriodSeconds: 0")).spec.grace_period, 0U);
  EXPECT_EQ(parse(pod("terminationGracePeriodSeconds: 4294967295")).spec.grace_period, 4294967295U);
  expect_refused({
      {pod("terminationGracePeriodSeconds: -1"),
       "spec.terminationGracePeriodSeconds: expected 0 to 4294967295, found -1"},
      {pod("terminationGracePeriodSeconds: 4294967296"),
       "spec.terminationGracePeriodSeconds: expected 0 to 4294967295, found 4294967296"},
  });
}

TEST(Manifest, DnsAndHosts) {
  const PodSpec spec =
      parse(pod("dnsConfig:\n  nameservers: [192.0.2.1, '2001:db8::1']\n  searches: [example.com., .]\n"
                "  options: [{name: ndots, value: '2'}, {name: edns0}]\n"
                "hostAliases: [{ip: '::1', hostnames: [a, b.c]}]"))
          .spec;
  EXPECT_THAT(spec.dns.nameservers, ElementsAre("192.0.2.1", "2001:db8::1"));
  EXPECT_THAT(spec.dns.searches, ElementsAre("example.com.", "."));
  EXPECT_THAT(spec.dns.options, ElementsAre("ndots:2", "edns0"));
  ASSERT_EQ(spec.host_aliases.size(), 1U);
  EXPECT_EQ(spec.host_aliases[0].ip, "::1");
  EXPECT_THAT(spec.host_aliases[0].hostnames, ElementsAre("a", "b.c"));
}

TEST(Manifest, BadDnsAndHosts) {
  std::string many;
  for (int i = 0; i < 33; ++i) many += "a,";
  expect_refused({
      {pod("dnsConfig: {nameservers: [dns.example.com]}"),
       "spec.dnsConfig.nameservers[0]: 'dns.example.com' is no IP address"},
      {pod("dnsConfig: {nameservers: [1.1.1.1, 1.1.1.2, 1.1.1.3, 1.1.1.4]}"),
       "spec.dnsConfig.nameservers: more than 3"},
      {pod("dnsConfig: {searches: [\"a\\nnameserver 6.6.6.6\"]}"),
       "spec.dnsConfig.searches[0]: 'a\\x0anameserver 6.6.6.6' is no DNS name in lower case"},
      {pod("dnsConfig: {searches: [" + many + "]}"),
       "spec.dnsConfig.searches: more than 32, or longer than 2048 characters together"},
      {pod("dnsConfig: {options: [{value: '1'}]}"), "spec.dnsConfig.options[0].name: is missing"},
      {pod("dnsConfig: {options: [{name: 'a b'}]}"), "spec.dnsConfig.options[0].name: 'a b' is not one printable word"},
      {pod("dnsConfig: {options: [{name: a, value: \"1\\n\"}]}"),
       "spec.dnsConfig.options[0].value: '1\\x0a' is not one printable word"},
      {pod("hostAliases: [{hostnames: [a]}]"), "spec.hostAliases[0].ip: is missing"},
      {pod("hostAliases: [{ip: '1.2.3.4 evil', hostnames: [a]}]"),
       "spec.hostAliases[0].ip: '1.2.3.4 evil' is no IP address"},
      {pod("hostAliases: [{ip: 1.2.3.4, hostnames: ['a b']}]"),
       "spec.hostAliases[0].hostnames[0]: 'a b' may hold only a-z, 0-9, '-' and '.', and begins and ends with a letter "
       "or "
       "digit, as does each part between dots"},
  });
}

TEST(Manifest, FullName) {
  EXPECT_EQ(parse(pod("hostname: a")).spec.fqdn, "");
  const PodSpec both = parse(pod("hostname: a\nsubdomain: b")).spec;
  EXPECT_EQ(both.hostname, "a");
  EXPECT_EQ(both.fqdn, "a.b.default.svc.cluster.local");
  const PodSpec as_hostname = parse(pod("hostname: a\nsubdomain: b\nsetHostnameAsFQDN: true")).spec;
  EXPECT_EQ(as_hostname.hostname, "a.b.default.svc.cluster.local");
  EXPECT_EQ(as_hostname.fqdn, "");
  EXPECT_EQ(parse(pod("hostname: a\nsetHostnameAsFQDN: true")).spec.hostname, "a");
  const std::string longest(40, 'b');
  expect_refused(
      {{pod("hostname: a\nsubdomain: " + longest + "\nsetHostnameAsFQDN: true"),
        "spec.setHostnameAsFQDN: 'a." + longest +
            ".default.svc.cluster.l…' is longer than the 64 characters of a hostname"},
       {pod("subdomain: a.b"),
        "spec.subdomain: 'a.b' may hold only a-z, 0-9 and '-', and begins and ends with a letter or digit"}});
}

TEST(Manifest, DnsThatIsAllThereIs) {
  EXPECT_FALSE(parse(pod("dnsConfig: {nameservers: [1.2.3.4]}")).spec.dns.is_all);
  EXPECT_TRUE(parse(pod("dnsPolicy: None\ndnsConfig: {nameservers: [1.2.3.4]}")).spec.dns.is_all);
  expect_refused(
      {{pod("dnsPolicy: None"), "spec.dnsConfig.nameservers: is missing: with dnsPolicy: None it needs one"}});
}

}  // namespace
}  // namespace podrun

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/manifest/tests/pods.h"

namespace podrun {
namespace {

using testing::ElementsAre;
using testing::Pair;

std::string sysctl(const std::string& name, const std::string& more = "") {
  return pod(more + "securityContext: {sysctls: [{name: '" + name + "', value: '1'}]}");
}

TEST(Sysctls, OfThePodsNamespacesAreTaken) {
  const Manifest manifest =
      parse(pod("securityContext: {sysctls: [{name: kernel.shm_rmid_forced, value: '1'}, {name: net.core.somaxconn, "
                "value: '1024'}, {name: fs.mqueue.msg_max, value: '20'}, {name: kernel.sem, value: '1 2 3 4'}]}"));
  EXPECT_THAT(manifest.spec.sysctls,
              ElementsAre(Pair("kernel.shm_rmid_forced", "1"), Pair("net.core.somaxconn", "1024"),
                          Pair("fs.mqueue.msg_max", "20"), Pair("kernel.sem", "1 2 3 4")));
}

TEST(Sysctls, HaveTwoSpellings) {
  EXPECT_THAT(parse(sysctl("net/ipv4/conf/eth0.1/forwarding")).spec.sysctls,
              ElementsAre(Pair("net.ipv4.conf.eth0/1.forwarding", "1")));
  EXPECT_THAT(parse(sysctl("net.ipv4.conf.eth0/1.forwarding")).spec.sysctls,
              ElementsAre(Pair("net.ipv4.conf.eth0/1.forwarding", "1")));
}

TEST(Sysctls, OfTheMachineAreRefused) {
  const std::string at = "spec.securityContext.sysctls[0].name: ";
  const std::string machines = " belongs to no namespace of the Pod: it is the whole machine's";
  expect_refused({
      {sysctl("vm.swappiness"), at + "'vm.swappiness'" + machines},
      {sysctl("kernel.hostname"), at + "'kernel.hostname'" + machines},
      {sysctl("fs.file-max"), at + "'fs.file-max'" + machines},
      {sysctl("net.core.somaxconn", "hostNetwork: true\n"),
       at + "'net.core.somaxconn' is the host's with hostNetwork: true"},
      {sysctl("kernel.sem", "hostIPC: true\n"), at + "'kernel.sem' is the host's with hostIPC: true"},
  });
}

TEST(Sysctls, AreNoPaths) {
  const std::string at = "spec.securityContext.sysctls[0].name: ";
  for (const char* name : {"net", "net.", "net..core", "net./core", "net.ipv4.-a", "net.a-", "NET.core", ".net.core",
                           "net.core.a b", "net/../../etc/passwd"})
    expect_refused({{sysctl(name), at + "'" + name + "' is no sysctl, such as net.core.somaxconn"}});
  expect_refused({{pod("securityContext: {sysctls: [{value: '1'}]}"), at + "is missing"},
                  {pod("securityContext: {sysctls: [{name: kernel.sem, value: a}, {name: kernel/sem, value: b}]}"),
                   "spec.securityContext.sysctls[1].name: 'kernel/sem' is set by an earlier one"}});
}

}  // namespace
}  // namespace podrun

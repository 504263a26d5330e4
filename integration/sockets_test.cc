// Which families of sockets a container gets from a real kernel: by socket(2), and by the 32-bit socketcall(2), whose
// arguments no seccomp filter can see. CVE-2026-31431 (AF_ALG); AF_VSOCK, which leaves the network namespace.
#include <gmock/gmock.h>
#include <sys/socket.h>

#include <set>

#include "integration/test_host.h"

namespace integration {
namespace {

class SocketsTest : public PodrunTest {
 protected:
  void SetUp() override {
    PodrunTest::SetUp();
    const Output here = run({tests_dir() + "/payload", "sockets"});
    on_host_ = here.out;
    ASSERT_EQ(value_of(on_host_, "socket 2"), "ok");
    Json main = container("main", {"/bin/payload", "sleep"});
    ASSERT_TRUE(must_create(pod("web", {main})));
    const Output inside = exec("web", {"/bin/payload", "sockets"});
    in_pod_ = inside.out;
    ends_alike_ = here.status == inside.status;
  }

  std::string on_host_, in_pod_;
  bool ends_alike_ = false;
};

TEST_F(SocketsTest, AContainerHasFiveFamilies) {
  for (int family = 0; family < AF_MAX; ++family) {
    const std::string asked = "socket " + std::to_string(family);
    if (std::set{AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET}.contains(family))
      EXPECT_EQ(value_of(in_pod_, asked), value_of(on_host_, asked)) << family;
    else
      EXPECT_EQ(value_of(in_pod_, asked), "EAFNOSUPPORT") << family;
  }
}

TEST_F(SocketsTest, AndNoOtherWayToThem) {
  if (value_of(on_host_, "socketcall 2") != "ok") GTEST_SKIP() << "this kernel has no 32-bit system calls";
  for (int family = 0; family < AF_MAX; ++family)
    EXPECT_EQ(value_of(in_pod_, "socketcall " + std::to_string(family)), "ENOSYS") << family;
  EXPECT_TRUE(ends_alike_);
}

}  // namespace
}  // namespace integration

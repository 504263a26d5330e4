// All of a user's inotify instances in use. They are the machine's, so nobody else may want one meanwhile.
#include <gtest/gtest.h>
#include <sys/inotify.h>

#include <vector>

#include "base/fd.h"
#include "integration/test_host.h"

namespace integration {
namespace {

class WithoutInotifyTest : public PodrunTest {};

TEST_F(WithoutInotifyTest, LogsAreFollowed) {
  std::vector<base::Fd> taken;
  while (taken.size() < 10'000)
    if (base::Fd one(::inotify_init1(IN_CLOEXEC)); one)
      taken.push_back(std::move(one));
    else
      break;
  ASSERT_LT(taken.size(), 10'000U) << "this user may have more instances than this test takes";
  ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "count-lines", "500"})})));
  std::string numbers;
  for (int i = 1; i <= 500; ++i) numbers += "line " + std::to_string(i) + "\n";
  EXPECT_EQ(podrun({"logs", "-f", "web"}).out, numbers);
  EXPECT_LT(::inotify_init1(IN_CLOEXEC), 0) << "somebody has given one back";
}

}  // namespace
}  // namespace integration

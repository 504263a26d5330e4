#include "runtime/kernel/capabilities.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "base/files.h"

namespace podrun::capabilities {
namespace {

constexpr Set bit(unsigned number) { return Set{1} << number; }

TEST(Names, AreReadInEveryUsualSpelling) {
  for (const char* name : {"NET_ADMIN", "CAP_NET_ADMIN", "net_admin", "cap_net_admin", "Cap_Net_Admin"}) {
    const auto set = parse(name);
    ASSERT_TRUE(set) << set.error().what;
    EXPECT_EQ(*set, bit(CAP_NET_ADMIN)) << name;
  }
  EXPECT_EQ(parse("all").value_or(0), all());
}

TEST(Names, ThatAreNoneAreRefused) {
  for (const std::string name :
       {"", "CAP_", "NET", "CAP_CAP_CHOWN", "12", "cap_12", "NET_ADMIN,CHOWN", "net admin", "=ep"}) {
    const auto set = parse(name);
    ASSERT_FALSE(set) << "'" << name << "'";
    EXPECT_EQ(set.error().kind, Kind::invalid);
  }
  EXPECT_FALSE(parse(std::string(1U << 20U, 'A')));
}

TEST(Names, AreWrittenInNumberOrder) {
  EXPECT_THAT(names(bit(CAP_NET_RAW) | bit(CAP_CHOWN)), testing::ElementsAre("CAP_CHOWN", "CAP_NET_RAW"));
  EXPECT_THAT(names(0), testing::IsEmpty());
  EXPECT_THAT(names(bit(63)), testing::SizeIs(1)) << "an unknown one has some name too";
}

TEST(Names, SurviveTheRoundTrip) {
  for (const std::string& name : names(all())) EXPECT_THAT(names(parse(name).value_or(0)), testing::ElementsAre(name));
}

TEST(All, IsWhatTheKernelSays) {
  const auto last = base::read_file("/proc/sys/kernel/cap_last_cap");
  ASSERT_TRUE(last) << last.error().what;
  EXPECT_EQ(all(), bit(static_cast<unsigned>(std::stoi(*last)) + 1) - 1);
}

TEST(Resolve, StartsFromTheDefault) {
  EXPECT_EQ(resolve({}, {}).value_or(0), kDefault);
  EXPECT_THAT(names(kDefault), testing::SizeIs(14));
  EXPECT_EQ(resolve({"NET_ADMIN"}, {"CHOWN"}).value_or(0), (kDefault | bit(CAP_NET_ADMIN)) & ~bit(CAP_CHOWN));
}

TEST(Resolve, TakesAllAsTheStartingPoint) {
  EXPECT_EQ(resolve({}, {"ALL"}).value_or(1), 0U);
  EXPECT_EQ(resolve({"NET_BIND_SERVICE"}, {"all"}).value_or(0), bit(CAP_NET_BIND_SERVICE));
  EXPECT_EQ(resolve({"ALL"}, {"SYS_ADMIN"}).value_or(0), all() & ~bit(CAP_SYS_ADMIN));
}

TEST(Resolve, SaysWhichListIsWrong) {
  const auto set = resolve({}, {"NO_SUCH"});
  ASSERT_FALSE(set);
  EXPECT_THAT(set.error().what,
              testing::AllOf(testing::StartsWith("capabilities.drop"), testing::HasSubstr("NO_SUCH")));
}

// Capability lines of the calling process, as proc_pid_status(5) shows them.
std::string held() {
  std::string result;
  const std::string status = base::read_file("/proc/self/status").value_or("");
  for (const char* field : {"CapInh:\t", "CapPrm:\t", "CapEff:\t", "CapBnd:\t", "CapAmb:\t"}) {
    const auto at = status.find(field);
    const std::string value = at == std::string::npos ? "?" : status.substr(at + 8, 16);
    const auto digits = value.find_first_not_of('0');
    result += (digits == std::string::npos ? "0" : value.substr(digits)) + " ";
  }
  return result;
}

// What a child sees of itself after `action`, or why that failed.
std::string after(const std::function<Result<void>()>& action) {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) return "no pipe";
  const Fd reader(ends[0]);
  Fd writer(ends[1]);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto done = action();
    const std::string text = done ? held() : done.error().what;
    ::_exit(base::write_all(writer.get(), text, "pipe") ? 0 : 1);
  }
  writer.reset();
  auto text = base::read_all(reader.get(), "pipe");
  ::waitpid(child, nullptr, 0);
  return std::move(text).value_or("nothing read");
}

Result<void> become(uid_t user) {
  if (::setgroups(0, nullptr) != 0 || ::setresgid(user, user, user) != 0 || ::setresuid(user, user, user) != 0)
    return Error::system(errno, "change user");
  return {};
}

constexpr Set kTwo = bit(CAP_CHOWN) | bit(CAP_NET_BIND_SERVICE);  // 0x401

class Apply : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0 || ::prctl(PR_CAPBSET_READ, CAP_SETPCAP, 0, 0, 0) != 1)
      GTEST_SKIP() << "needs root with CAP_SETPCAP";
  }
};

TEST_F(Apply, LeavesRootJustTheSet) {
  EXPECT_EQ(after([]() -> Result<void> {
              TRY(limit_bounding_set(kTwo));
              return apply(kTwo);
            }),
            "0 401 401 401 0 ");
}

TEST_F(Apply, LimitsTheBoundingSetEvenIfNobodyDid) {
  EXPECT_EQ(after([] { return apply(kTwo); }), "0 401 401 401 0 ");
}

TEST_F(Apply, LeavesNothingToAnotherUser) {
  EXPECT_EQ(after([]() -> Result<void> {
              TRY(limit_bounding_set(kTwo));
              TRY(become(65534));
              return apply(kTwo);
            }),
            "0 0 0 401 0 ");
}

TEST_F(Apply, RefusesAnotherUserWhoseBoundingSetIsWide) {
  EXPECT_THAT(after([]() -> Result<void> {
                TRY(become(65534));
                return apply(kTwo);
              }),
              testing::HasSubstr("bounding set"));
}

// CVE-2022-24769: an inheritable set that is not empty gives files with inheritable bits more than the container has.
TEST_F(Apply, EmptiesInheritableAndAmbient) {
  EXPECT_EQ(after([]() -> Result<void> {
              __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
              __user_cap_data_struct words[2] = {};
              ::syscall(SYS_capget, &header, words);
              words[0].inheritable = static_cast<std::uint32_t>(kTwo);
              ::syscall(SYS_capset, &header, words);
              ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHOWN, 0, 0);
              if (held().ends_with(" 0 "))
                return Error{Kind::internal, 0, "the test could not raise an ambient capability"};
              return apply(kTwo);
            }),
            "0 401 401 401 0 ");
}

TEST_F(Apply, HoldsAcrossExec) {
  int ends[2] = {-1, -1};
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const Fd reader(ends[0]);
  Fd writer(ends[1]);
  const pid_t child = ::fork();
  if (child == 0) {
    if (::dup2(writer.get(), 1) < 0 || !apply(kTwo)) ::_exit(1);
    ::execl("/bin/grep", "grep", "CapPrm", "/proc/self/status", nullptr);
    ::_exit(1);
  }
  writer.reset();
  EXPECT_EQ(base::read_all(reader.get(), "pipe").value_or(""), "CapPrm:\t0000000000000401\n");
  ::waitpid(child, nullptr, 0);
}

}  // namespace
}  // namespace podrun::capabilities

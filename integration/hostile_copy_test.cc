// Containers that want more of a copy than to be copied: nothing of the host is read or written but what was named, and
// nothing hangs.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "integration/cp_host.h"

namespace integration {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class HostileCopyTest : public CpHost, public testing::WithParamInterface<bool> {
 protected:
  Json users() const { return {{"hostUsers", GetParam()}}; }

  // Entries of a tree, where there is one, that are not what payload makes, or lie deeper.
  static std::vector<std::string> strange_entries(const std::string& root) {
    std::vector<std::string> strange;
    if (!fs::exists(root)) return strange;
    for (auto at = fs::recursive_directory_iterator(root); at != fs::recursive_directory_iterator(); ++at) {
      const bool is_known = at->is_symlink() || at->is_directory() || text_of(at->path()) == "inside\n";
      if (!is_known || at.depth() > 2) strange.push_back(at->path());
    }
    return strange;
  }
};

INSTANTIATE_TEST_SUITE_P(Users, HostileCopyTest, testing::Bool(),
                         [](const auto& users) { return users.param ? "OfTheHost" : "OfThePod"; });

// CVE-2018-15664: a directory becomes a link while it is copied.
TEST_P(HostileCopyTest, ADirectoryThatBecomesALinkIsNotFollowed) {
  const std::string secret = here("secret");
  fs::create_directory(secret);
  write(secret + "/file", "of the host\n");
  ASSERT_TRUE(make_pod({{"spec", users()}}));
  ASSERT_EQ(inside({"/bin/payload", "make-tree", "/tmp/d/", "0"}).status, 0);
  ASSERT_EQ(inside({"/bin/payload", "make-tree", "/tmp/d/x", "20"}).status, 0);
  fs::create_directory(here("links"));
  fs::create_symlink("/", here("links/root"));
  fs::create_symlink(secret, here("links/secret"));
  ASSERT_EQ(cp(here("links"), "web:/tmp").status, 0);
  for (const char* link : {"root", "secret"}) {
    const pid_t swapper = start(
        podrun_command({"exec", "web", "--", "/bin/payload", "swap", "/tmp/d/x", std::string("/tmp/links/") + link})
            .argv,
        here("swapper"));
    ASSERT_TRUE(eventually([&] { return text_of(here("swapper")) == "swapping\n"; }));
    for (int i = 0; i < 8; ++i) {
      const std::string out = here("out");
      (void)cp("web:/tmp/d", out);
      EXPECT_THAT(strange_entries(out), testing::IsEmpty());
      fs::remove_all(out);
      (void)cp("web:/tmp/d/x/0", out);
      EXPECT_THAT(strange_entries(out), testing::IsEmpty());
      fs::remove_all(out);
      write(here("evil"), "inside\n");
      (void)cp(here("evil"), "web:/tmp/d/x/evil" + std::to_string(i));
    }
    ::kill(swapper, SIGKILL);
    wait_for(swapper);
    EXPECT_EQ(count_of(secret), 1U);
    EXPECT_EQ(text_of(secret + "/file"), "of the host\n");
    for (int i = 0; i < 8; ++i) EXPECT_FALSE(fs::exists("/evil" + std::to_string(i)));
  }
}

// The same on our side: it has a directory of the host as a volume, and that is where we copy to.
TEST_P(HostileCopyTest, APlaceThatBecomesALinkIsNotFollowed) {
  fs::create_directory(here("outside"));
  fs::create_directories(here("place/t/x"));
  ASSERT_EQ(::chmod(here("place").c_str(), 0777), 0);
  ASSERT_EQ(::chmod(here("place/t").c_str(), 0777), 0);
  fs::create_symlink(here("outside"), here("place/link"));
  Json spec = users();
  spec["volumes"] = {{{"name", "v"}, {"hostPath", {{"path", here("place")}}}}};
  ASSERT_TRUE(
      make_pod({{"spec", spec}, {"container", {{"volumeMounts", {{{"name", "v"}, {"mountPath", "/place"}}}}}}}));
  ASSERT_EQ(inside({"/bin/payload", "make-tree", "/tmp/t", "0"}).status, 0);
  ASSERT_EQ(inside({"/bin/payload", "make-tree", "/tmp/t/x", "20"}).status, 0);
  const pid_t swapper = start(
      podrun_command({"exec", "web", "--", "/bin/payload", "swap", "/place/t/x", "/place/link"}).argv, here("swapper"));
  ASSERT_TRUE(eventually([&] { return text_of(here("swapper")) == "swapping\n"; }));
  for (int i = 0; i < 10; ++i) {
    (void)cp("web:/tmp/t", here("place"));
    (void)cp(here("place"), "web:/tmp/again" + std::to_string(i));
  }
  ::kill(swapper, SIGKILL);
  wait_for(swapper);
  EXPECT_EQ(count_of(here("outside")), 0U);
}

TEST_P(HostileCopyTest, FifosHoldUpNothing) {
  ASSERT_TRUE(make_pod({{"spec", users()}}));
  ASSERT_EQ(inside({"/bin/payload", "make-tree", "/tmp/d", "2"}).status, 0);
  ASSERT_EQ(inside({"/bin/payload", "make-fifos", "/tmp/d/fifo", "/tmp/d/0/file"}).status, 0);
  const Output output = cp("web:/tmp/d", here("out"));
  EXPECT_EQ(output.status, 0) << output.err;
  EXPECT_THAT(output.err, AllOf(HasSubstr("2 entries were passed over: fifos"), HasSubstr("d/fifo")));
  EXPECT_EQ(text_of(here("out/1/file")), "inside\n");
  write(here("file"), "in its place");
  const Output into = cp(here("file"), "web:/tmp/d/0/file");
  EXPECT_EQ(into.status, 4);
  EXPECT_THAT(into.err, HasSubstr("is no file, and is not replaced by one"));
}

// CVE-2019-14271: the side in the container must not load what the container says is the C library's. Whoever opens
// one of these would wait for ever.
TEST_P(HostileCopyTest, NothingOfTheContainersLibrariesIsAskedFor) {
  ASSERT_TRUE(make_pod({{"spec", users()}}));
  ASSERT_EQ(inside({"/bin/payload", "make-fifos", "/usr/lib/x86_64-linux-gnu/gconv/gconv-modules",
                    "/usr/lib/x86_64-linux-gnu/gconv/gconv-modules.cache", "/usr/lib/gconv/gconv-modules.cache",
                    "/usr/lib/locale/locale-archive", "/usr/lib/locale/C.utf8/LC_CTYPE", "/etc/nsswitch.conf",
                    "/etc/ld.so.cache", "/etc/localtime", "/etc/group", "/etc/passwd"})
                .status,
            0);
  fs::create_directory(here("d"));
  write(here("d/sch\xc3\xb6n"), "utf-8");
  write(here("d/bad\xff"), "none");
  const std::string tar = run({"tar", "-C", dir(), "--format=pax", "-cf", "-", "d"}).out;
  for (const auto& [from, to] : {std::pair<std::string, std::string>{here("d"), "web:/tmp"},
                                 {"-", "web:/tmp"},
                                 {"web:/tmp/d", here("out")},
                                 {"web:/tmp/d", "-"}}) {
    const Output output = cp(from, to, from == "-" ? tar : "");
    EXPECT_EQ(output.status, 0) << from << " " << output.err;
  }
  EXPECT_EQ(text_of(here("out/sch\xc3\xb6n")), "utf-8");
  EXPECT_EQ(text_of(here("out/bad\xff")), "none");
}

// What comes out is root's of the host, and no way to become that.
TEST_P(HostileCopyTest, SetIdBitsAndDevicesStayInside) {
  ASSERT_TRUE(make_pod({{"spec", users()}}));
  write(here("f"), "f");
  ASSERT_EQ(::chmod(here("f").c_str(), 06755), 0);
  ASSERT_EQ(cp(here("f"), "web:/tmp/f").status, 0);
  const std::string root = "/proc/" + std::to_string(container_pid("web", "main")) + "/root";
  struct stat info {};
  ASSERT_EQ(::stat((root + "/tmp/f").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 06755U);
  ASSERT_EQ(cp("web:/tmp/f", here("out")).status, 0);
  ASSERT_EQ(::stat(here("out").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0755U);
  EXPECT_EQ(cp("web:/dev", here("dev")).status, 0);
  for (const auto& entry : fs::recursive_directory_iterator(here("dev")))
    EXPECT_TRUE(entry.is_symlink() || entry.is_directory() || entry.is_regular_file()) << entry.path();
}

// procfs's magic links lead out of any root: of the container's first process, or of the one that copies.
TEST_P(HostileCopyTest, MagicLinksLeadNowhere) {
  ASSERT_TRUE(make_pod({{"spec", users()}}));
  for (const char* path :
       {"/proc/self/root/etc/passwd", "/proc/self/fd/3", "/proc/self/cwd/etc/passwd", "/proc/1/root/etc/passwd"})
    EXPECT_NE(cp(std::string("web:") + path, here("out")).status, 0) << path;
  write(here("f"), "f");
  EXPECT_NE(cp(here("f"), "web:/proc/1/cwd/f").status, 0);
}

}  // namespace
}  // namespace integration

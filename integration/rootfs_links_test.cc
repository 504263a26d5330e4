// What an image has where we mount, make and enter: links, or the wrong kind of file.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>

#include "integration/test_host.h"

namespace integration {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class RootfsLinksTest : public PodrunTest {
 protected:
  // A root filesystem with a link to `target`, or something else made by `make`, in place of `where`.
  Json with(const std::string& where, const std::function<void(const fs::path&)>& make) {
    const fs::path root = dir() + "/changed";
    fs::remove_all(root);
    fs::copy(rootfs(), root, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
    fs::remove_all(root / where);
    fs::create_directories((root / where).parent_path());
    make(root / where);
    Json main = container("main", {"/bin/payload", "sleep"});
    main["image"] = "rootfs:" + root.string();
    return main;
  }
  Json with_link(const std::string& where, const std::string& target) {
    return with(where, [&](const fs::path& path) { fs::create_symlink(target, path); });
  }
};

TEST_F(RootfsLinksTest, ALinkToNothingLeadsToWhatItNames) {
  if (!can_run({need::busybox()})) return;
  const std::pair<const char*, const char*> kLinks[] = {{"etc/resolv.conf", "../run/systemd/resolve/stub-resolv.conf"},
                                                        {"etc/resolv.conf", "/tmp/resolv.conf"},
                                                        {"etc/hosts", "/var/lib/hosts"},
                                                        {"etc/hostname", "../../../../run/hostname"},
                                                        {"etc", "usr/etc"},
                                                        {"proc", "/var/proc"},
                                                        {"dev", "var/./devices/../dev"}};
  for (const auto& [where, target] : kLinks) {
    SCOPED_TRACE(testing::Message() << where << " -> " << target);
    ASSERT_TRUE(must_create(pod("web", {with_link(where, target)})));
    for (const char* file : {"/etc/hosts", "/etc/hostname", "/etc/resolv.conf"})
      EXPECT_EQ(exec("web", {"cat", file}).status, 0) << file;
    EXPECT_THAT(exec("web", {"cat", "/etc/hosts"}).out, HasSubstr("localhost"));
    EXPECT_EQ(remove("web").status, 0);
  }
}

TEST_F(RootfsLinksTest, NothingIsMadeOutside) {
  const std::string outside = dir() + "/outside";
  fs::create_directories(outside);
  // With hostPID a magic link of procfs, which is mounted by then, would lead to the host's root.
  for (const std::string& target : {"/proc/1/root" + outside, "../proc/1/root" + outside, outside})
    for (const char* where : {"etc", "dev/shm", "sys", "etc/hosts"}) {
      SCOPED_TRACE(testing::Message() << where << " -> " << target);
      Json manifest = pod("web", {with_link(where, std::string(where) == "etc/hosts" ? target + "/new" : target)});
      manifest["spec"]["hostPID"] = true;
      static_cast<void>(create(manifest));
      EXPECT_TRUE(fs::is_empty(outside));
      static_cast<void>(remove("web"));
      fs::remove_all(outside);
      fs::create_directories(outside);
    }
}

TEST_F(RootfsLinksTest, AWrongKindOfFileIsOneClearLine) {
  const auto directory = [](const fs::path& path) { fs::create_directories(path); };
  const auto loop = [](const fs::path& path) { fs::create_symlink(path.filename(), path); };
  const auto file = [](const fs::path& path) { fs::copy_file("/etc/passwd", path); };
  const std::pair<const char*, std::function<void(const fs::path&)>> kWrong[] = {
      {"etc/hosts", directory}, {"etc/resolv.conf", loop}, {"proc", file}, {"sys", file}, {"etc", file}};
  for (const auto& [where, make] : kWrong) {
    SCOPED_TRACE(where);
    const Output output = create(pod("web", {with(where, make)}));
    EXPECT_NE(output.status, 0);
    EXPECT_EQ(lines_of(output.err).size(), 1U) << output.err;
    EXPECT_THAT(output.err, HasSubstr(where));
    EXPECT_EQ(output.err.find("Invalid argument"), std::string::npos) << output.err;
    EXPECT_EQ(phase("web"), "");
  }
}

TEST_F(RootfsLinksTest, AWorkingDirectoryIsMadeInsideOrNotAtAll) {
  const std::string outside = dir() + "/outside";
  fs::create_directories(outside);
  for (const bool host_pid : {false, true})
    for (const std::string& cwd : {"/proc/1/root" + outside + "/new", "/proc/self/root" + outside + "/new",
                                   "/proc/1/cwd/../" + outside + "/new"}) {
      SCOPED_TRACE(cwd);
      Json main = container("main", {"/bin/payload", "sleep"});
      main["workingDir"] = cwd;
      Json manifest = pod("web", {main});
      if (host_pid) manifest["spec"]["hostPID"] = true;
      EXPECT_NE(create(manifest).status, 0);
      EXPECT_TRUE(fs::is_empty(outside));
      static_cast<void>(remove("web"));
    }
  Json main = container("main", {"/bin/payload", "sleep"});
  main["workingDir"] = "/made/for/it";
  ASSERT_TRUE(must_create(pod("web", {main})));
  EXPECT_EQ(value_of(exec("web", {"/bin/payload", "report"}).out, "cwd"), "/made/for/it");
}

// As runc and crun: the directory is entered before the rights to are given up.
TEST_F(RootfsLinksTest, AWorkingDirectoryOfRootsIsForAnotherUserToo) {
  fs::create_directories(rootfs() + "/root");
  ASSERT_EQ(::chmod((rootfs() + "/root").c_str(), 0700), 0);
  Json main = container("main", {"/bin/payload", "sleep"});
  main["workingDir"] = "/root";
  main["securityContext"] = {{"runAsUser", 1000}};
  ASSERT_TRUE(must_create(pod("web", {main})));
  EXPECT_EQ(exec("web", {"/bin/payload", "exit", "6"}).status, 6);
}

}  // namespace
}  // namespace integration

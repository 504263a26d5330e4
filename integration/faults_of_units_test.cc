// Every step of `podrun systemd install` broken, where a unit of that name is there already. What its directory holds
// is the old set or the new one, never some of each, since systemd would make pods of it.
#include <sys/mount.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/files.h"
#include "integration/faults_host.h"

namespace integration {
namespace {

namespace fs = std::filesystem;

class FaultsOfUnitsTest : public BrokenSteps {
 protected:
  using Complaint = std::string;

  void SetUp() override {
    BrokenSteps::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    // The machine's below an overlay, in memory: that of the data directory may be one itself.
    fs::create_directories("/run/etc");
    ASSERT_EQ(::mount("tmpfs", "/run/etc", "tmpfs", 0, nullptr), 0);
    fs::create_directories("/run/etc/upper");
    fs::create_directories("/run/etc/work");
    ASSERT_EQ(::mount("overlay", "/etc", "overlay", 0, "lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work"),
              0);
    fs::create_directories("/run/systemd/system");
    write(dir() + "/systemctl", "#!/bin/sh\nexit 0\n");
    fs::permissions(dir() + "/systemctl", fs::perms::owner_all);
    for (const char* set : {"old", "new"})
      for (const char* file : {"1.yaml", "2.yaml"}) {
        Json one = pod(std::string("pod-") + file[0], {container("main", {"/bin/payload", "sleep"})});
        one["spec"]["containers"][0]["image"] = "rootfs:" + rootfs();
        one["metadata"]["labels"]["set"] = set;
        write(dir() + "/" + set + "/" + file, one.dump());
      }
  }
  void TearDown() override {
    static_cast<void>(::umount2("/etc", MNT_DETACH));
    static_cast<void>(::umount2("/run/etc", MNT_DETACH));
    fs::remove_all("/run/systemd");
    BrokenSteps::TearDown();
  }

  static void write(const std::string& path, const std::string& text) {
    fs::create_directories(fs::path(path).parent_path());
    std::ofstream(path) << text;
  }
  Command install(const std::string& set) const {
    Command command = podrun_command({"systemd", "install", "set", "-f", dir() + "/" + set});
    command.environment.push_back("PATH=" + dir() + ":/usr/sbin:/usr/bin:/sbin:/bin");
    return command;
  }
  // What the unit makes: the label of each pod's set.
  static std::string sets() {
    std::vector<std::string> found;
    for (const fs::directory_entry& one : fs::directory_iterator("/etc/podrun/pods/podrun-set")) {
      const std::string text = base::read_file(one.path().string()).value_or("");
      found.push_back(text.find("\"old\"") != std::string::npos   ? "old"
                      : text.find("\"new\"") != std::string::npos ? "new"
                                                                  : "broken");
    }
    std::sort(found.begin(), found.end());
    std::ostringstream text;
    for (const std::string& one : found) text << one << " ";
    return text.str();
  }

  void break_install(Fault fault) {
    ASSERT_EQ(run(install("old")).status, 0);
    remember_world();
    break_every_step(
        fault, Watch::program, [&](int) { return install("new"); },
        [&](int, const BrokenRun& broken) -> Complaint {
          if (const std::string left = sets(); left != "old old " && left != "new new ") return "half a set: " + left;
          if (broken.output.status == 0 && sets() != "new new ") return "it succeeded, and the old set is there";
          // Also over what a killed one left.
          if (const Output again = run(install("new")); again.status != 0) return "again: " + again.err;
          if (sets() != "new new ") return "again, and it is not the new set: " + sets();
          if (const Output back = run(install("old")); back.status != 0) return "back: " + back.err;
          const auto all = fs::directory_iterator("/etc/podrun/pods");
          return std::distance(all, fs::directory_iterator()) == 1 ? "" : "something is left beside it";
        });
  }
};

TEST_F(FaultsOfUnitsTest, FailsAtEveryStep) { break_install(Fault::fail); }
TEST_F(FaultsOfUnitsTest, IsKilledAtEveryStep) { break_install(Fault::kill); }

}  // namespace
}  // namespace integration

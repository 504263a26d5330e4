// What a test needs of the machine. Where it is missing the test is skipped and says so; with MUST_RUN=1 that is a
// failure.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace integration {

// Why a need is not met; empty when it is.
using Unmet = std::optional<std::string>;

namespace need {
Unmet root();
Unmet program(const std::string& name);     // in PATH
Unmet plugin(const std::string& name);      // a CNI plugin in plugins_dir()
Unmet default_network();                    // every plugin and program of podrun's own network
Unmet link_type(const std::string& kind);   // "macvlan": makes such a link and takes it away, in our own host
Unmet busybox();                            // a static one, as root filesystems hold it
Unmet cgroup_v2();                          // for processes' limits: not the bare tracking hierarchy of hybrid machines
Unmet controller(const std::string& name);  // "memory": on v1 or v2
Unmet kernel(int major, int minor);
Unmet user_namespaces();
Unmet apparmor();             // switched on, with the program that loads profiles
Unmet programs_under_test();  // podrun, podrun-shim and pause are built
}  // namespace need

// To be asked first: `if (!can_run({need::plugin("bridge")})) return;`
bool can_run(const std::vector<Unmet>& needs);

// Where the programs under test are: PODRUN_BIN_DIR, else bin/ beside the directory of the test program.
std::string programs_dir();
// The directory of the test program itself, which holds `payload` too.
std::string tests_dir();
// Where the CNI plugins are that tests use: CNI_PATH, else Debian's directory.
std::string plugins_dir();

}  // namespace integration

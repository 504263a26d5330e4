// What the tests of volumes share: a pod with one volume, or none of its own user namespace.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "integration/test_host.h"

namespace integration {

namespace fs = std::filesystem;

class VolumesHost : public PodrunTest {
 protected:
  void SetUp() override {
    PodrunTest::SetUp();
    if (!IsSkipped()) can_run({need::busybox()});
  }

  // A pod named "web" whose container "main" has volume "v" at /v.
  static Json with_volume(const Json& source) {
    Json main = container("main", {"/bin/payload", "sleep"});
    main["volumeMounts"] = {{{"name", "v"}, {"mountPath", "/v"}}};
    Json made = pod("web", {main});
    made["spec"]["volumes"] = {source};
    made["spec"]["volumes"][0]["name"] = "v";
    return made;
  }
  static Json& main_mount(Json& manifest) { return manifest["spec"]["containers"][0]["volumeMounts"][0]; }

  // Both ways of having users.
  void for_both_users(const Json& manifest, const std::function<void()>& check) const {
    for (const bool host_users : {false, true}) {
      SCOPED_TRACE(host_users ? "hostUsers: true" : "hostUsers: false");
      Json one = manifest;
      one["spec"]["hostUsers"] = host_users;
      if (!must_create(one)) continue;
      check();
      EXPECT_EQ(remove("web").status, 0);
    }
  }

  // What a shell in a container says, without the last line's end.
  std::string sh(const std::string& script, const std::string& container = "main") const {
    const Output output = exec("web", {"sh", "-c", script}, {"-c", container});
    std::string said = output.out + output.err;
    if (said.ends_with('\n')) said.pop_back();
    return said;
  }

  std::string volume_dir(const std::string& name = "v") const {
    return data_dir() + "/pods/" + pod_id("web") + "/volumes/" + name;
  }
  // A directory of the host, with a file that says "hello".
  std::string host_directory() const {
    const std::string path = dir() + "/host";
    fs::create_directories(path);
    std::ofstream(path + "/file") << "hello\n";
    return path;
  }
};

}  // namespace integration

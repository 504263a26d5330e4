// Probes of real pods: what they find, and what follows from it.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "integration/clean_up.h"
#include "integration/life.h"
#include "integration/test_host.h"

namespace integration {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

class ProbesTest : public PodrunTest {
 protected:
  static Json always(const std::vector<Json>& containers) {
    Json manifest = pod("web", containers);
    manifest["spec"]["restartPolicy"] = "Always";
    return manifest;
  }
  // Once a second; one outcome is enough.
  static Json every_second(Json probe) {
    probe["periodSeconds"] = 1;
    probe["failureThreshold"] = 1;
    probe["timeoutSeconds"] = 5;
    return probe;
  }
  static Json if_there(const std::string& path) {
    return every_second({{"exec", {{"command", {"/bin/payload", "exists", path}}}}});
  }
  static Json never() { return every_second({{"exec", {{"command", {"/bin/payload", "exit", "3"}}}}}); }

  std::string inside(const std::string& path, const std::string& name = "main") const {
    return "/proc/" + std::to_string(container_pid("web", name)) + "/root" + path;
  }
  Json status(const std::string& name) const {
    const Json shown = Json::parse(podrun({"get", "pod", "web", "-o", "json"}).out)["status"];
    for (const char* list : {"containerStatuses", "initContainerStatuses"})
      for (const Json& one : shown.value(list, Json::array()))
        if (one["name"] == name) return one;
    return {};
  }
  bool is_ready(const std::string& name = "main") const { return status(name)["ready"]; }
  int restarts(const std::string& name = "main") const { return status(name)["restartCount"]; }
  bool waits(const std::string& name) const { return status(name)["state"].contains("waiting"); }
  std::string events() const { return podrun({"events", "web"}).out; }
  bool has_event(const std::string& text) const { return events().find(text) != std::string::npos; }
};

TEST_F(ProbesTest, ReadinessFollowsItsProbeAndEndsNothing) {
  Json main = container("main", {"/bin/payload", "sleep"});
  main["readinessProbe"] = if_there("/ready");
  ASSERT_TRUE(must_create(always({main})));
  ASSERT_TRUE(in_time([&] { return has_event("Readiness probe failed: exit status 1"); })) << events();
  EXPECT_FALSE(is_ready());
  EXPECT_EQ(phase("web"), "Running");
  std::ofstream(inside("/ready")) << "yes";
  EXPECT_EQ(podrun({"wait", "web", "--for=condition=Ready", "--timeout=30s"}).status, 0);
  EXPECT_THAT(podrun({"get", "pods"}).out, HasSubstr("1/1"));
  fs::remove(inside("/ready"));
  EXPECT_EQ(podrun({"wait", "web", "--for=condition=Ready=False", "--timeout=30s"}).status, 0);
  EXPECT_EQ(restarts(), 0);
}

TEST_F(ProbesTest, LivenessThatFailsEndsItAndThePolicyMakesItAgain) {
  std::ofstream(rootfs() + "/alive") << "yes";
  Json main = container("main", {"/bin/payload", "serve-http", "8080", "/alive"});
  main["ports"] = {{{"name", "http"}, {"containerPort", 8080}}};
  main["readinessProbe"] = every_second({{"httpGet", {{"port", "http"}}}});
  main["livenessProbe"] = every_second({{"httpGet", {{"port", "http"}, {"path", "/x"}}}, {"initialDelaySeconds", 1}});
  ASSERT_TRUE(must_create(always({main})));
  ASSERT_TRUE(in_time([&] { return is_ready(); }));
  fs::remove(inside("/alive"));
  ASSERT_TRUE(in_time([&] { return restarts() == 1; })) << events();
  EXPECT_THAT(events(), HasSubstr("Liveness probe failed: HTTP status 503"));
  EXPECT_THAT(events(), HasSubstr("Container main failed liveness probe"));
  ASSERT_TRUE(in_time([&] { return is_ready(); })) << "on a fresh layer it is well again";
  EXPECT_EQ(restarts(), 1);
}

TEST_F(ProbesTest, StartupGatesTheOthersAndEndsItAsLivenessDoes) {
  Json main = container("main", {"/bin/payload", "sleep"});
  main["startupProbe"] = if_there("/started");
  main["startupProbe"]["failureThreshold"] = 1000;
  main["livenessProbe"] = if_there("/started");
  main["readinessProbe"] = if_there("/started");
  Json late = container("late", {"/bin/payload", "sleep"});
  late["startupProbe"] = never();
  ASSERT_TRUE(must_create(always({main, late})));
  ASSERT_TRUE(in_time([&] { return restarts("late") == 1; }));
  EXPECT_FALSE(status("main")["started"]);
  EXPECT_FALSE(is_ready());
  EXPECT_EQ(restarts(), 0) << "liveness would have ended it";
  std::ofstream(inside("/started")) << "yes";
  ASSERT_TRUE(in_time([&] { return is_ready(); }));
  EXPECT_TRUE(status("main")["started"]);
}

TEST_F(ProbesTest, ASidecarThatHasYetToStartHoldsUpThoseToCome) {
  Json sidecar = container("proxy", {"/bin/payload", "sleep"});
  sidecar["restartPolicy"] = "Always";
  sidecar["startupProbe"] = if_there("/started");
  sidecar["startupProbe"]["failureThreshold"] = 1000;
  Json manifest = always({container("main", {"/bin/payload", "sleep"})});
  manifest["spec"]["initContainers"] = {sidecar};
  ASSERT_TRUE(must_create(manifest));
  ASSERT_TRUE(in_time([&] { return has_event("Startup probe failed"); }));
  EXPECT_TRUE(waits("main"));
  std::ofstream(inside("/started", "proxy")) << "yes";
  ASSERT_TRUE(in_time([&] { return is_ready("main"); }));
}

TEST_F(ProbesTest, APodWithoutANetworkIsAskedFromInside) {
  Json main = container("main", {"/bin/payload", "serve", "7000"});
  main["readinessProbe"] = every_second({{"tcpSocket", {{"port", 7000}}}});
  Json other = container("other", {"/bin/payload", "sleep"});
  other["readinessProbe"] = every_second({{"tcpSocket", {{"port", 7001}}}});
  ASSERT_TRUE(must_create(always({main, other})));
  ASSERT_TRUE(in_time([&] { return is_ready("main"); }));
  ASSERT_TRUE(in_time([&] { return has_event("connect to 127.0.0.1:7001: Connection refused"); })) << events();
  EXPECT_FALSE(is_ready("other"));
}

TEST_F(ProbesTest, ACommandThatDoesNotEndIsKilledWithItsChildren) {
  for (const bool host_users : {false, true}) {
    Json main = container("main", {"/bin/payload", "note-term", "/notes"});
    main["readinessProbe"] = {{"exec", {{"command", {"/bin/payload", "sleep-with-child"}}}},
                              {"periodSeconds", 3600},
                              {"failureThreshold", 1}};
    Json manifest = always({main});
    manifest["spec"]["hostUsers"] = host_users;
    ASSERT_TRUE(must_create(manifest));
    ASSERT_TRUE(in_time([&] { return has_event("no exit in time"); })) << events();
    EXPECT_TRUE(in_time([&] { return Life(inspect("web"), {}).strangers().empty(); }));
    EXPECT_EQ(remove("web").status, 0);
  }
}

TEST_F(ProbesTest, ANewAttemptIsAskedAnew) {
  Json main = container("main", {"/bin/payload", "sleep"});
  main["readinessProbe"] = if_there("/ready");
  ASSERT_TRUE(must_create(always({main})));
  std::ofstream(inside("/ready")) << "yes";
  ASSERT_TRUE(in_time([&] { return is_ready(); }));
  ASSERT_EQ(podrun({"restart", "web", "-c", "main", "-t", "0"}).status, 0);
  ASSERT_TRUE(in_time([&] { return is_ready(); })) << "a person's restart keeps its layer";
  fs::remove(inside("/ready"));
  ASSERT_TRUE(in_time([&] { return !is_ready(); }));
  ASSERT_EQ(podrun({"stop", "web", "-t", "0"}).status, 0);
  ASSERT_EQ(podrun({"start", "web"}).status, 0);
  EXPECT_FALSE(is_ready());
  std::ofstream(inside("/ready")) << "yes";
  ASSERT_TRUE(in_time([&] { return is_ready(); }));
}

TEST_F(ProbesTest, AGateThatNobodyOpensKeepsThePodUnready) {
  Json manifest = always({container("main", {"/bin/payload", "sleep"})});
  manifest["spec"]["readinessGates"] = {{{"conditionType", "example.com/ready"}}};
  EXPECT_THAT(create(manifest).err, HasSubstr("readinessGates"));
  const Json conditions = Json::parse(podrun({"get", "pod", "web", "-o", "json"}).out)["status"]["conditions"];
  EXPECT_EQ(conditions[1]["status"], "False");
  EXPECT_EQ(conditions[1]["reason"], "ReadinessGatesNotReady");
  EXPECT_EQ(conditions[2]["status"], "True");
}

TEST_F(ProbesTest, NothingIsLeftOfAPodThatIsAsked) {
  remember_world();
  Json main = container("main", {"/bin/payload", "serve-http", "8080", "/"});
  main["readinessProbe"] = every_second({{"httpGet", {{"port", 8080}}}});
  main["livenessProbe"] = if_there("/");
  ASSERT_TRUE(must_create(always({main})));
  ASSERT_TRUE(in_time([&] { return is_ready(); }));
  EXPECT_EQ(podrun({"delete", "pod", "web"}).status, 0);
  expect_world_unchanged();
}

}  // namespace
}  // namespace integration

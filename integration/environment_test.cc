// Variables that come from elsewhere: what the pod is and is given, ConfigMaps and Secrets beside it.
#include <gmock/gmock.h>

#include <fstream>

#include "base/files.h"
#include "integration/test_host.h"

namespace integration {
namespace {

using testing::HasSubstr;
using testing::Not;

Json field(const std::string& name, const std::string& path) {
  return {{"name", name}, {"valueFrom", {{"fieldRef", {{"fieldPath", path}}}}}};
}

class EnvironmentTest : public PodrunTest {
 protected:
  // "reports" tells what it was given and ends; "main" stays, and is given nothing.
  static Json reporting(const Json& env) {
    Json reports = container("reports", {"/bin/payload", "report", "$(IP)"});
    reports["env"] = env;
    Json later = container("later", {"/bin/payload", "sleep"});
    later["env"] = env;
    return pod("web", {reports, container("main", {"/bin/payload", "sleep"}), later});
  }
  std::string told(const std::string& name) const {
    std::string value = "nothing";
    const bool came = eventually([&] {
      for (const std::string& line : lines_of(logs("web", "reports")))
        if (line.starts_with("env " + name + "=")) value = line.substr(name.size() + 5);
      return value != "nothing";
    });
    return came ? value : "nothing";
  }
  std::string exec_is_told(const std::string& name) const {
    for (const std::string& line : lines_of(exec("web", {"/bin/payload", "report"}, {"-c", "later"}).out))
      if (line.starts_with("env " + name + "=")) return line.substr(name.size() + 5);
    return "nothing";
  }
};

TEST_F(EnvironmentTest, ThePodsAddressesReachAContainerAndItsExecs) {
  if (!can_run({need::default_network()})) return;
  remember_world({});
  const Json env = {field("IP", "status.podIP"),
                    field("IPS", "status.podIPs"),
                    field("HOST", "status.hostIP"),
                    {{"name", "URL"}, {"value", "http://$(IP):80"}}};
  ASSERT_TRUE(must_create(reporting(env), {}));
  ASSERT_FALSE(pod_ips("web").empty());
  const std::string ip = pod_ips("web").front();
  EXPECT_EQ(told("IP"), ip);
  EXPECT_EQ(told("URL"), "http://" + ip + ":80");
  EXPECT_THAT(told("IPS"), testing::StartsWith(ip));
  EXPECT_EQ(exec_is_told("URL"), "http://" + ip + ":80");
  EXPECT_EQ(exec_is_told("HOST"), told("HOST"));

  // Another sandbox, and mostly another address: what was told is not kept.
  ASSERT_EQ(podrun({"stop", "web", "--grace-period", "0"}).status, 0);
  ASSERT_EQ(podrun({"start", "web"}).status, 0);
  ASSERT_FALSE(pod_ips("web").empty());
  EXPECT_EQ(exec_is_told("IP"), pod_ips("web").front());
  // A container that is made again hours later has them from the record.
  ASSERT_EQ(podrun({"restart", "web", "-c", "later", "--grace-period", "0"}).status, 0);
  EXPECT_EQ(exec_is_told("IP"), pod_ips("web").front());
  EXPECT_EQ(remove("web").status, 0);
  expect_world_unchanged();
}

TEST_F(EnvironmentTest, WhatIsDecidedIsTold) {
  const Json env = {field("UID_", "metadata.uid"),
                    field("NODE", "spec.nodeName"),
                    field("APP", "metadata.labels['app']"),
                    field("IP", "status.podIP"),
                    {{"name", "CPU"}, {"valueFrom", {{"resourceFieldRef", {{"resource", "limits.cpu"}}}}}}};
  Json labelled = reporting(env);
  labelled["metadata"]["labels"] = {{"app", "web"}};
  ASSERT_TRUE(must_create(labelled));
  EXPECT_EQ(told("UID_"), inspect("web").at("plan").at("who").at("uid").get<std::string>());
  EXPECT_EQ(told("NODE") + "\n", run({"hostname"}).out);
  EXPECT_EQ(told("APP"), "web");
  EXPECT_EQ(told("IP"), "");  // without a network there is none
  EXPECT_GE(std::stoi(told("CPU")), 1);
}

TEST_F(EnvironmentTest, ConfigMapsAndSecretsAreTakenFromTheSetAndLeftOutOfTheManifest) {
  Json reads =
      reporting({{{"name", "PASS"}, {"valueFrom", {{"secretKeyRef", {{"name", "key"}, {"key", "password"}}}}}}});
  reads["spec"]["containers"][0]["envFrom"] = {{{"prefix", "C_"}, {"configMapRef", {{"name", "cfg"}}}}};
  for (Json& one : reads["spec"]["containers"]) one["image"] = "rootfs:" + rootfs();
  std::ofstream(dir() + "/web.json") << reads.dump();
  std::ofstream(dir() + "/beside.yaml")
      << "apiVersion: v1\nkind: Secret\nmetadata: {name: key}\ndata: {password: aHVudGVyMg==}\n---\n"
         "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cfg}\ndata: {port: \"80\"}\n";
  const std::string web = dir() + "/web.json";
  const Output alone = podrun({"create", "--network", "none", "-f", web});
  EXPECT_EQ(alone.status, 2);
  EXPECT_THAT(alone.err, HasSubstr("no Secret 'key' stands beside the Pod"));

  const Output created = podrun({"create", "--network", "none", "-f", web, "-f", dir() + "/beside.yaml"});
  ASSERT_EQ(created.out, "pod/web created\n") << created.err;
  EXPECT_EQ(told("PASS"), "hunter2");
  EXPECT_EQ(told("C_port"), "80");
  EXPECT_EQ(exec_is_told("PASS"), "hunter2");
  EXPECT_THAT(podrun({"get", "web", "-o", "yaml"}).out, Not(HasSubstr("hunter2")));
  // Nobody has the files any more, and it starts again.
  ASSERT_EQ(podrun({"stop", "web", "--grace-period", "0"}).status, 0);
  ASSERT_EQ(podrun({"start", "web"}).status, 0);
  EXPECT_EQ(exec_is_told("PASS"), "hunter2");
  EXPECT_EQ(podrun({"delete", "-f", web, "--grace-period", "0"}).status, 0);
}

class FileKeyTest : public EnvironmentTest {
 protected:
  // "main" gets A of what "init" has written with `script` into the volume "v", which it does not mount.
  static Json with_file(const std::string& script, const Json& volume, bool optional = false) {
    Json init = container("init", {"/bin/busybox", "sh", "-c", script});
    init["volumeMounts"] = {{{"name", "v"}, {"mountPath", "/v"}}};
    Json main = container("main", {"/bin/payload", "sleep", "$(A)"});
    main["env"] = {{{"name", "A"},
                    {"valueFrom",
                     {{"fileKeyRef",
                       {{"volumeName", "v"}, {"path", "conf/app.env"}, {"key", "ADDRESS"}, {"optional", optional}}}}}},
                   {{"name", "URL"}, {"value", "http://$(A)/"}}};
    Json made = pod("web", {main});
    made["spec"]["initContainers"] = {init};
    made["spec"]["volumes"] = {volume};
    made["spec"]["volumes"][0]["name"] = "v";
    return made;
  }
  std::string is_told(const std::string& name) const {
    for (const std::string& line : lines_of(exec("web", {"/bin/payload", "report"}, {"-c", "main"}).out))
      if (line.starts_with("env " + name + "=")) return line.substr(name.size() + 5);
    return "nothing";
  }
  bool runs() const {
    return eventually([&] { return exec("web", {"/bin/payload", "exists", "/"}, {"-c", "main"}).status == 0; });
  }
};

constexpr const char* kWrites = "busybox mkdir -p /v/conf; echo \"ADDRESS='db:5432' # of init\" > /v/conf/app.env";

TEST_F(FileKeyTest, IsWhatAnInitContainerHasWritten) {
  if (!can_run({need::busybox()})) return;
  for (const Json& volume : {Json{{"emptyDir", Json::object()}}, Json{{"emptyDir", {{"medium", "Memory"}}}}}) {
    SCOPED_TRACE(volume.dump());
    ASSERT_TRUE(must_create(with_file(kWrites, volume)));
    ASSERT_TRUE(runs()) << podrun({"describe", "web"}).out;
    EXPECT_EQ(is_told("A"), "db:5432");
    EXPECT_EQ(is_told("URL"), "http://db:5432/");
    const std::string words =
        base::read_file("/proc/" + std::to_string(container_pid("web", "main")) + "/cmdline").value_or("");
    EXPECT_THAT(words, HasSubstr("db:5432"));
    EXPECT_EQ(remove("web").status, 0);
  }
}

TEST_F(FileKeyTest, WhatIsMissingHoldsUpTheContainerUnlessItIsOptional) {
  if (!can_run({need::busybox()})) return;
  const Json volume = {{"emptyDir", Json::object()}};
  for (const char* script : {"true", "busybox mkdir -p /v/conf; echo \"OTHER='x'\" > /v/conf/app.env"}) {
    SCOPED_TRACE(script);
    ASSERT_TRUE(must_create(with_file(script, volume, true)));
    ASSERT_TRUE(runs()) << podrun({"describe", "web"}).out;
    EXPECT_EQ(is_told("A"), "nothing");
    EXPECT_EQ(is_told("URL"), "http:///");
    EXPECT_EQ(remove("web").status, 0);

    ASSERT_TRUE(must_create(with_file(script, volume)));
    EXPECT_TRUE(eventually([&] {
      return podrun({"describe", "web"}).out.find("variable 'A': read 'conf/app.env' of volume 'v'") !=
             std::string::npos;
    })) << podrun({"describe", "web"}).out;
    EXPECT_EQ(remove("web").status, 0);
  }
}

TEST_F(FileKeyTest, NothingOutsideOfTheVolumeIsRead) {
  if (!can_run({need::busybox()})) return;
  std::ofstream(dir() + "/secret.env") << "ADDRESS='of the host'\n";
  const std::string ways[] = {"busybox mkdir /v/conf; busybox ln -s " + dir() + "/secret.env /v/conf/app.env",
                              "busybox ln -s /proc/self/root" + dir() + " /v/conf",
                              "busybox mkdir /v/conf; busybox mkfifo /v/conf/app.env",
                              "busybox mkdir -p /v/conf/app.env"};
  for (const std::string& way : ways) {
    SCOPED_TRACE(way);
    ASSERT_TRUE(must_create(with_file(way, {{"emptyDir", Json::object()}})));
    EXPECT_TRUE(eventually([&] {
      return podrun({"describe", "web"}).out.find("read 'conf/app.env' of volume 'v'") != std::string::npos;
    })) << podrun({"describe", "web"}).out;
    EXPECT_EQ(is_told("A"), "nothing");
    EXPECT_EQ(remove("web").status, 0);
  }
}

}  // namespace
}  // namespace integration

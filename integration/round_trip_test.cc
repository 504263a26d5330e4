// `podrun get -o yaml | podrun create -f -`: the same pod again.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "integration/test_host.h"

namespace integration {
namespace {

using testing::HasSubstr;

class RoundTripTest : public PodrunTest {
 protected:
  void SetUp() override {
    PodrunTest::SetUp();
    if (!IsSkipped()) can_run({need::busybox()});
  }

  // Something of everything, and words that YAML would read as something else.
  Json rich_pod() const {
    Json init = container("init", {"/bin/busybox", "sh", "-c", "echo \"PORT='80'\" > /data/app.env"});
    init["volumeMounts"] = {{{"name", "data"}, {"mountPath", "/data"}}};
    Json side = container("side", {"/bin/payload", "sleep"});
    side["restartPolicy"] = "Always";
    side["readinessProbe"] = {{"exec", {{"command", {"/bin/payload", "exists", "/"}}}}, {"periodSeconds", 1}};

    Json main = container("main", {"/bin/payload", "sleep"});
    main["args"] = {"$(QUOTED)",         "",           "no", "0755", "- dash", "a: b", "# no comment",
                    "tab\tand\nlines\n", "\"$(PORT)\""};
    main["env"] = {
        {{"name", "QUOTED"}, {"value", "'yes' \\ %"}},
        {{"name", "EMPTY"}, {"value", ""}},
        {{"name", "NUMBER"}, {"value", "1e3"}},
        {{"name", "NOTHING"}, {"value", "null"}},
        {{"name", "BLANKS"}, {"value", "  before and after  "}},
        {{"name", "OTHER"}, {"value", "\u00fc\u4e16 \x7f"}},
        {{"name", "ON"}, {"valueFrom", {{"fieldRef", {{"fieldPath", "metadata.labels['on']"}}}}}},
        {{"name", "CPU"}, {"valueFrom", {{"resourceFieldRef", {{"resource", "limits.cpu"}, {"divisor", "1m"}}}}}},
        {{"name", "KEY"}, {"valueFrom", {{"configMapKeyRef", {{"name", "cfg"}, {"key", "key"}}}}}},
        {{"name", "PORT"},
         {"valueFrom", {{"fileKeyRef", {{"volumeName", "data"}, {"path", "app.env"}, {"key", "PORT"}}}}}}};
    main["envFrom"] = {{{"prefix", "C_"}, {"configMapRef", {{"name", "cfg"}}}}};
    main["ports"] = {{{"name", "http"}, {"containerPort", 80}}, {{"containerPort", 53}, {"protocol", "UDP"}}};
    main["resources"] = {{"limits", {{"cpu", "500m"}, {"memory", "64Mi"}, {"ephemeral-storage", "1Gi"}}},
                         {"requests", {{"cpu", 0.25}}}};
    main["livenessProbe"] = {{"exec", {{"command", {"/bin/payload", "exists", "/"}}}}, {"failureThreshold", 5}};
    main["lifecycle"] = {{"postStart", {{"exec", {{"command", {"/bin/payload", "exists", "/"}}}}}},
                         {"preStop", {{"sleep", {{"seconds", 0}}}}}};
    main["securityContext"] = {{"runAsUser", 7},
                               {"runAsGroup", 8},
                               {"readOnlyRootFilesystem", true},
                               {"capabilities", {{"add", {"NET_ADMIN"}}, {"drop", {"CHOWN"}}}}};
    main["terminationMessagePath"] = "/data/message";
    main["terminationMessagePolicy"] = "FallbackToLogsOnError";
    main["workingDir"] = "/tmp";
    main["stdin"] = true;
    main["volumeMounts"] = {{{"name", "data"}, {"mountPath", "/data"}},
                            {{"name", "config"}, {"mountPath", "/config"}, {"readOnly", true}},
                            {{"name", "memory"}, {"mountPath", "/memory"}, {"subPathExpr", "of-$(EMPTY)x"}},
                            {{"name", "host"}, {"mountPath", "/host"}, {"mountPropagation", "HostToContainer"}}};

    Json made = pod("web", {main});
    made["metadata"]["labels"] = {{"app", "web"}, {"version", "1.0"}, {"on", "yes"}};
    made["metadata"]["annotations"] = {{"note", "several\nlines: [of]\n"}, {"number", "0x10"}};
    made["spec"]["initContainers"] = {init, side};
    for (const char* list : {"initContainers", "containers"})
      for (Json& one : made["spec"][list]) one["image"] = "rootfs:" + rootfs();
    made["spec"].update(
        {{"restartPolicy", "OnFailure"},
         {"hostname", "here"},
         {"subdomain", "sub"},
         {"terminationGracePeriodSeconds", 1},
         {"activeDeadlineSeconds", 3600},
         {"shareProcessNamespace", true},
         {"dnsPolicy", "None"},
         {"dnsConfig", {{"nameservers", {"192.0.2.53"}}, {"options", {{{"name", "ndots"}, {"value", "2"}}}}}},
         {"hostAliases", {{{"ip", "192.0.2.1"}, {"hostnames", {"db"}}}}},
         {"resources", {{"limits", {{"memory", "128Mi"}}}}},
         {"securityContext",
          {{"fsGroup", 9},
           {"supplementalGroups", {10, 11}},
           {"sysctls", {{{"name", "net.ipv4.ip_unprivileged_port_start"}, {"value", "0"}}}}}},
         {"volumes",
          {{{"name", "data"}, {"emptyDir", {{"sizeLimit", "1Gi"}}}},
           {{"name", "memory"}, {"emptyDir", {{"medium", "Memory"}, {"sizeLimit", "1Mi"}}}},
           {{"name", "config"},
            {"projected",
             {{"defaultMode", 288},
              {"sources",
               {{{"configMap", {{"name", "cfg"}, {"items", {{{"key", "key"}, {"path", "a/key"}, {"mode", 292}}}}}}},
                {{"downwardAPI",
                  {{"items", {{{"path", "labels"}, {"fieldRef", {{"fieldPath", "metadata.labels"}}}}}}}}}}}}}},
           {{"name", "host"}, {"hostPath", {{"path", dir() + "/host"}, {"type", "DirectoryOrCreate"}}}}}}});
    return made;
  }

  Output make(const std::string& manifest, std::vector<std::string> network = {}) const {
    std::vector<std::string> words{"create", "-f", "-", "-f", dir() + "/cfg.json"};
    words.insert(words.end(), network.begin(), network.end());
    return podrun(words, manifest);
  }
  bool runs() const {
    return eventually([&] {
      return exec("web", {"/bin/payload", "exists", "/config/a/key"}, {"-c", "main"}).status == 0;
    });
  }
  Json shown(const std::string& format = "json") const {
    return Json::parse(podrun({"get", "web", "-o", format}).out, nullptr, false);
  }
  // What was decided, without what no two pods have in common.
  Json decided() const {
    Json record = inspect("web");
    const std::string id = pod_id("web");
    Json plans = {record.at("plan")};
    plans[0].erase("who");
    for (const Json& one : record.at("containers")) plans.push_back(one.at("plan"));
    std::string text = plans.dump();
    for (std::size_t at = 0; (at = text.find(id, at)) != std::string::npos;) text.replace(at, id.size(), "ID");
    return Json::parse(text);
  }
};

TEST_F(RoundTripTest, WhatGetPrintsMakesTheSamePodAgain) {
  std::ofstream(dir() + "/cfg.json")
      << R"({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "cfg"}, "data": {"key": "value", "file": "x"}})";
  const Output first = make(rich_pod().dump(), {"--network", "none"});
  ASSERT_EQ(first.status, 0) << first.err;
  ASSERT_TRUE(runs()) << podrun({"describe", "web"}).out;
  const Json as_it_was = shown();
  const Json decided_first = decided();

  for (const char* format : {"yaml", "json"}) {
    SCOPED_TRACE(format);
    const std::string manifest = podrun({"get", "web", "-o", format}).out;
    EXPECT_EQ(podrun({"apply", "-f", "-", "-f", dir() + "/cfg.json"}, manifest).out,
              "pod/web unchanged\n");
    ASSERT_EQ(remove("web").status, 0);
    const Output again = make(manifest);
    ASSERT_EQ(again.status, 0) << again.err << manifest;
    EXPECT_EQ(again.err, "") << "nothing of it is unknown, or means nothing";
    ASSERT_TRUE(runs()) << podrun({"describe", "web"}).out;
    const Json now = shown();
    EXPECT_EQ(now.at("spec"), as_it_was.at("spec"));
    for (const char* part : {"labels", "annotations", "name", "namespace"})
      EXPECT_EQ(now.at("metadata").at(part), as_it_was.at("metadata").at(part)) << part;
    EXPECT_EQ(decided(), decided_first);
  }
}

}  // namespace
}  // namespace integration

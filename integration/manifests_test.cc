// Pods as people have them in files: many documents, directories, the kinds that make Pods of a template.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "integration/test_host.h"

namespace integration {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<std::string> kSleep{"/bin/payload", "sleep"};

class ManifestsTest : public PodrunTest {
 protected:
  std::string write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(dir() + "/" + name).parent_path());
    std::ofstream(dir() + "/" + name) << text;
    return dir() + "/" + name;
  }
  Json sleeping_pod(const std::string& name) const {
    Json made = pod(name, {container("main", kSleep)});
    made["spec"]["containers"][0]["image"] = "rootfs:" + rootfs();
    return made;
  }
  std::string sleeping(const std::string& name) const { return sleeping_pod(name).dump(); }
  Json workload(const std::string& version, const std::string& kind, int replicas) const {
    Json made = sleeping_pod("");
    Json spec = {{"replicas", replicas}, {"selector", {{"matchLabels", {{"app", "web"}}}}}};
    made["spec"].erase("restartPolicy");
    spec["template"] = {{"metadata", {{"labels", {{"app", "web"}}}}}, {"spec", made["spec"]}};
    return {{"apiVersion", version}, {"kind", kind}, {"metadata", {{"name", "web"}}}, {"spec", spec}};
  }
  Output create_from(const std::vector<std::string>& files, const std::string& in = {}) const {
    std::vector<std::string> args{"create", "--network", "none"};
    for (const std::string& file : files) args.insert(args.end(), {"-f", file});
    return podrun(args, in);
  }
};

TEST_F(ManifestsTest, OneFileMakesItsPodsAndDeleteTakesThemAway) {
  remember_world();
  const std::string service = R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":{}})";
  const std::string file =
      write("all.yaml", service + "\n---\n" + workload("apps/v1", "Deployment", 2).dump() + "\n---\n" + sleeping("db"));
  const Output created = create_from({file});
  EXPECT_EQ(created.status, 0) << created.err;
  EXPECT_EQ(created.out, "pod/web-0 created\npod/web-1 created\npod/db created\n");
  EXPECT_THAT(lines_of(created.err), ElementsAre(HasSubstr("passed over")));
  EXPECT_THAT(created.err, HasSubstr("Service web"));
  EXPECT_EQ(podrun({"get", "-l", "app=web", "-o", "name"}).out, "pod/web-0\npod/web-1\n");

  const Output removed = podrun({"delete", "-f", file, "--grace-period", "0"});
  EXPECT_EQ(removed.status, 0) << removed.err;
  EXPECT_EQ(removed.out, "pod \"web-0\" deleted\npod \"web-1\" deleted\npod \"db\" deleted\n");
  expect_world_unchanged();
}

TEST_F(ManifestsTest, DirectoriesAreReadInTheOrderOfNamesAndStdinBesideThem) {
  write("set/b.yml", sleeping("second"));
  write("set/a.json", sleeping("first"));
  write("set/c.txt", "this is no manifest");
  write("set/d.yaml/e.yaml", "nor is what is below");
  const Output created = create_from({dir() + "/set", "-"}, sleeping("third"));
  EXPECT_EQ(created.out, "pod/first created\npod/second created\npod/third created\n") << created.err;
  EXPECT_THAT(create_from({write("empty/readme", "") + "/.."}).err, HasSubstr("Not a directory"));
  EXPECT_THAT(create_from({dir() + "/empty"}).err, HasSubstr("no manifest in it"));
}

TEST_F(ManifestsTest, NothingIsMadeWhereOneDocumentIsWrong) {
  remember_world();
  const std::string bad =
      R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"bad"},"spec":{"containers":[{"name":"A"}]}})";
  const Output created = create_from({write("good.json", sleeping("good")), write("bad.json", bad)});
  EXPECT_EQ(created.status, 2);
  EXPECT_THAT(created.out, IsEmpty());
  EXPECT_THAT(created.err, HasSubstr("bad.json: spec.containers[0].name"));
  expect_world_unchanged();
}

TEST_F(ManifestsTest, WhatIsMadeBesideOneThatCannotBeStays) {
  Json bad = sleeping_pod("bad");
  bad["spec"]["containers"][0]["image"] = "rootfs:" + dir() + "/missing";
  const std::string file = write("all.yaml", sleeping("one") + "\n---\n" + bad.dump() + "\n---\n" + sleeping("two"));
  const Output created = create_from({file});
  EXPECT_NE(created.status, 0);
  EXPECT_EQ(created.out, "pod/one created\npod/two created\n");
  EXPECT_THAT(created.err, HasSubstr("create pod \"bad\": container 'main'"));

  const Output removed = podrun({"delete", "-f", file, "--grace-period", "0"});
  EXPECT_EQ(removed.status, 3);
  EXPECT_EQ(removed.out, "pod \"one\" deleted\npod \"two\" deleted\n");
  EXPECT_THAT(lines_of(removed.err), ElementsAre(HasSubstr("bad")));
  EXPECT_EQ(podrun({"delete", "-f", file, "--ignore-not-found"}).status, 0);
}

TEST_F(ManifestsTest, AGeneratedNameIsAnotherEachTime) {
  Json generated = sleeping_pod("x");
  generated["metadata"] = {{"generateName", "web-"}};
  const std::string file = write("web.json", generated.dump());
  for (int i = 0; i < 2; ++i)
    EXPECT_THAT(create_from({file}).out, testing::MatchesRegex("pod/web-[a-z0-9]{5} created\n"));
  EXPECT_EQ(lines_of(podrun({"get", "-o", "name"}).out).size(), 2U);
  EXPECT_THAT(podrun({"delete", "-f", file}).err, HasSubstr("metadata.generateName: is another name each time"));
}

TEST_F(ManifestsTest, ApplyEndsNoPodForOneWhoseProgramIsNotThere) {
  const auto apply = [&](const Json& pod) { return podrun({"apply", "--network", "none", "-f", "-"}, pod.dump()); };
  Json web = sleeping_pod("web");
  ASSERT_EQ(apply(web).out, "pod/web created\n");
  const std::string id = pod_id("web");
  for (const char* program : {"nowhere", "/bin/nowhere"}) {
    Json other = web;
    other["spec"]["containers"][0]["command"] = {program};
    const Output refused = apply(other);
    EXPECT_NE(refused.status, 0);
    EXPECT_THAT(refused.err, HasSubstr(std::string("find program '") + program + "'"));
    EXPECT_EQ(pod_id("web"), id) << "it goes on";
  }
  // A volume brings it: nobody can know before.
  Json brought = web;
  brought["spec"]["containers"][0]["command"] = {"/brought/payload", "sleep"};
  brought["spec"]["containers"][0]["volumeMounts"] = {{{"name", "bin"}, {"mountPath", "/brought"}}};
  brought["spec"]["volumes"] = {{{"name", "bin"}, {"hostPath", {{"path", rootfs() + "/bin"}}}}};
  EXPECT_EQ(apply(brought).out, "pod/web replaced\n");
}

TEST_F(ManifestsTest, ApplyPrunesWhatHasLeftItsFiles) {
  const auto apply = [&](const std::vector<std::string>& more) {
    std::vector<std::string> args{"apply", "--network", "none"};
    args.insert(args.end(), more.begin(), more.end());
    return podrun(args);
  };
  const std::string file = write("set.json", sleeping("web") + sleeping("db"));
  const std::string other = write("other.json", sleeping("other"));
  EXPECT_EQ(apply({"-f", file}).out, "pod/web created\npod/db created\n");
  EXPECT_EQ(create_from({other}).out, "pod/other created\n");
  ASSERT_EQ(podrun({"create", "--network", "none", "-n", "team", "-f", file}).status, 0);
  write("set.json", sleeping("web"));
  EXPECT_EQ(apply({"-f", file}).out, "pod/web unchanged\n") << "nothing goes that nobody has asked for";
  EXPECT_EQ(apply({"-f", file, "--prune", "--dry-run=client"}).out, "pod/web unchanged\npod/db pruned (dry run)\n");
  EXPECT_EQ(pod_state("db"), "ready");
  EXPECT_EQ(apply({"-f", file, "--prune"}).out, "pod/web unchanged\npod/db pruned\n");
  EXPECT_EQ(pod_state("db"), "");
  EXPECT_EQ(apply({"-f", file, "--prune"}).out, "pod/web unchanged\n");
  EXPECT_EQ(lines_of(podrun({"get", "-n", "team", "-o", "name"}).out).size(), 2U) << "another namespace's";
  EXPECT_EQ(pod_state("other"), "ready") << "of another file";

  // The directory is another set than the file in it; a file that has gone from it took its pods with it.
  std::filesystem::create_directory(dir() + "/set");
  std::ofstream(dir() + "/set/a.json") << sleeping("a");
  std::ofstream(dir() + "/set/b.json") << sleeping("b");
  EXPECT_EQ(apply({"-f", dir() + "/set/"}).out, "pod/a created\npod/b created\n");
  std::filesystem::remove(dir() + "/set/b.json");
  EXPECT_EQ(apply({"--prune", "-f", dir() + "/set/a.json"}).out, "pod/a unchanged\n");
  EXPECT_EQ(apply({"--prune", "-f", dir() + "/set"}).out, "pod/a unchanged\npod/b pruned\n");

  // Where something cannot be made, nothing goes.
  Json broken = sleeping_pod("new");
  broken["spec"]["containers"][0]["image"] = "rootfs:" + dir() + "/missing";
  write("set.json", broken.dump());
  EXPECT_NE(apply({"-f", file, "--prune"}).status, 0);
  EXPECT_EQ(pod_state("web"), "ready");
  EXPECT_THAT(podrun({"apply", "--prune", "-f", "-"}, sleeping("x")).err,
              HasSubstr("nobody knows what stdin was before"));
  EXPECT_EQ(podrun({"delete", "-n", "team", "web", "db", "--grace-period", "0"}).status, 0);
}

TEST_F(ManifestsTest, ApplyMakesLeavesAndReplaces) {
  const auto apply = [&](const std::vector<std::string>& files, const std::vector<std::string>& more = {}) {
    std::vector<std::string> args{"apply", "--network", "none"};
    for (const std::string& file : files) args.insert(args.end(), {"-f", file});
    args.insert(args.end(), more.begin(), more.end());
    return podrun(args);
  };
  Json web = sleeping_pod("web");
  web["spec"]["terminationGracePeriodSeconds"] = 1;
  web["spec"]["containers"][0]["envFrom"] = {{{"configMapRef", {{"name", "cfg"}}}}};
  const auto config = [](const std::string& port) {
    return Json{
        {"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", {{"name", "cfg"}}}, {"data", {{"port", port}}}}
        .dump();
  };
  const std::string beside = write("cfg.json", config("80"));
  const std::string file = write("web.json", web.dump() + "\n" + sleeping("db"));
  EXPECT_EQ(apply({file, beside}).out, "pod/web created\npod/db created\n");
  const std::string id = pod_id("web");
  EXPECT_EQ(apply({file, beside}).out, "pod/web unchanged\npod/db unchanged\n");
  EXPECT_EQ(pod_id("web"), id);

  web["metadata"]["labels"] = {{"new", "yes"}};
  write("web.json", web.dump() + "\n" + sleeping("db"));
  EXPECT_EQ(apply({file, beside}, {"--dry-run=client"}).out, "pod/web replaced (dry run)\npod/db unchanged\n");
  EXPECT_EQ(apply({file, beside}).out, "pod/web replaced\npod/db unchanged\n");
  EXPECT_NE(pod_id("web"), id);

  // What it refers to has changed, and nothing in the Pod itself.
  write("cfg.json", config("81"));
  EXPECT_EQ(apply({file, beside}).out, "pod/web replaced\npod/db unchanged\n");
  EXPECT_THAT(exec("web", {"/bin/payload", "report"}).out, HasSubstr("env port=81\n"));

  // One that cannot be made leaves the old one.
  const std::string last = pod_id("web");
  web["spec"]["containers"][0]["image"] = "rootfs:" + dir() + "/missing";
  write("web.json", web.dump());
  EXPECT_NE(apply({file, beside}).status, 0);
  EXPECT_EQ(pod_id("web"), last);
  EXPECT_EQ(pod_state("web"), "ready");
}

}  // namespace
}  // namespace integration

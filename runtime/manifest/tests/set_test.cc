// Sets of documents: which objects are read, which are passed over, and how errors and warnings name them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/manifest/tests/pods.h"

namespace podrun {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string called(const std::string& name) { return metadata("name: " + name); }

ManifestSet read_set(const std::vector<ManifestText>& texts, const ManifestOptions& options = {}) {
  auto set = parse_manifests(texts, options);
  EXPECT_TRUE(set) << set.error().what;
  return set ? std::move(set).value() : ManifestSet();
}

std::vector<std::string> names(const ManifestSet& set) {
  std::vector<std::string> all;
  for (const PodSpec& pod : set.pods) all.push_back(pod.name_space + "/" + pod.name);
  return all;
}

std::string refused_set(const std::string& text, const ManifestOptions& options = {}) {
  const auto set = parse_manifests({{text, "web.yaml"}}, options);
  return set ? "" : set.error().what;
}

TEST(ManifestSet, PodsComeInTheOrderOfTextsDocumentsAndItems) {
  const std::string list =
      "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: PodList, items: [{metadata: "
      "{name: c}, spec: {containers: [{name: main, image: 'rootfs:/x'}]}}]}\n"
      "- {apiVersion: v1, kind: Pod, metadata: {name: d, namespace: other}, spec: {containers: "
      "[{name: main, image: 'rootfs:/x'}]}}\n";
  const ManifestSet set =
      read_set({{called("b") + "---\n" + list, "1.yaml"}, {"# nothing\n", "2.yaml"}, {called("a"), "3.yaml"}});
  EXPECT_THAT(names(set), ElementsAre("default/b", "default/c", "other/d", "default/a"));
  EXPECT_THAT(set.warnings, IsEmpty());
}

TEST(ManifestSet, OtherKindsAreNamedInOneWarning) {
  const std::string others =
      "---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: 5}\n---\n"
      "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: \"a\\nb\"}\n";
  const ManifestSet set = read_set({{called("web") + others, "web.yaml"}});
  EXPECT_THAT(names(set), ElementsAre("default/web"));
  EXPECT_THAT(set.warnings,
              ElementsAre("passed over, as there is one machine and no cluster: Service web, Ingress a\\x0ab"));
}

TEST(ManifestSet, WhatIsSaidNamesTheDocumentWhereThereAreSeveral) {
  EXPECT_EQ(refused_set(called("db") + "---\n" + metadata("name: web, label: {}")),
            "web.yaml (Pod web): metadata.label: no such field in a Pod; did you mean 'labels'?");
  EXPECT_EQ(refused_set(called("db") + "---\n[]"), "web.yaml (document 2): expected v1 Pod, found a list");
  EXPECT_EQ(refused_set(called("web") + "---\n" + called("web")),
            "web.yaml (Pod web): metadata.name: 'web' is the name of an earlier pod");
  EXPECT_EQ(refused_set("{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Pod, metadata: {name: 5}}]}"),
            "web.yaml: items[0].metadata.name: expected a string, found a number");
  EXPECT_EQ(refused_set("{apiVersion: v1, kind: List, items: {}}"),
            "web.yaml: items: expected a list, found an object");
  EXPECT_EQ(refused_set("{apiVersion: v1, kind: List, items: [5]}"),
            "web.yaml: items[0]: expected v1 Pod, found a number");

  const std::string idle =
      "apiVersion: v1\nkind: Pod\nmetadata: {name: NAME}\nspec: {priority: 5, containers: [{name: "
      "main, image: 'rootfs:/x'}]}\n";
  const auto of = [&](const std::string& name) { return std::string(idle).replace(idle.find("NAME"), 4, name); };
  EXPECT_THAT(read_set({{of("a") + "---\n" + of("b"), "x.yaml"}}).warnings,
              ElementsAre("x.yaml (Pod a): spec.priority: ignored, as there is one machine and no cluster",
                          "x.yaml (Pod b): spec.priority: ignored, as there is one machine and no cluster"));
}

TEST(ManifestSet, AllThatIsWrongInAllTextsIsToldAtOnce) {
  const auto set = parse_manifests({{metadata("name: A"), "1.yaml"}, {"a: b: c", "2.yaml"}, {called("web"), "3.yaml"}});
  ASSERT_FALSE(set);
  std::vector<std::string> lines{set.error().what};
  const auto* const more = dynamic_cast<const ManifestProblems*>(set.error().detail.get());
  ASSERT_NE(more, nullptr);
  lines.insert(lines.end(), more->lines.begin(), more->lines.end());
  EXPECT_THAT(lines, ElementsAre("2.yaml: line 1, column 5: illegal map value",
                                 testing::StartsWith("1.yaml: metadata.name: 'A' may hold only")));
}

TEST(ManifestSet, TheNamespaceIsTheOneThatWasAskedForWhereNoneIsNamed) {
  const ManifestOptions options{.name_space = "team", .only_there = true, .name_suffix = nullptr};
  EXPECT_THAT(names(read_set({{called("web"), "x"}}, options)), ElementsAre("team/web"));
  EXPECT_EQ(refused_set(metadata("name: web, namespace: other"), options),
            "web.yaml: metadata.namespace: 'other' is not --namespace 'team'");
}

TEST(ManifestSet, AGeneratedNameIsMadeOnceAndIsInTheManifest) {
  int made = 0;
  const ManifestOptions options{
      .name_space = "default", .only_there = false, .name_suffix = [&] { return "x" + std::to_string(++made); }};
  const ManifestSet set = read_set(
      {{metadata("generateName: web-") + "---\n" + metadata("generateName: " + std::string(80, 'a')), "x"}}, options);
  EXPECT_THAT(names(set), ElementsAre("default/web-x1", "default/" + std::string(58, 'a') + "x2"));
  EXPECT_THAT(set.pods[0].manifest, testing::HasSubstr(R"("name":"web-x1")"));
  EXPECT_EQ(refused_set(metadata("generateName: web-")),
            "web.yaml: metadata.generateName: is another name each time; give a name, so that it can be told which is "
            "meant");
}

TEST(ManifestSet, NamesAreFoundWhateverElseIsWrong) {
  const auto found = find_pod_names({{metadata("name: web, label: 5") + "---\n" + called("db") +
                                          "---\napiVersion: v1\nkind: "
                                          "Service\nspec: 1\n",
                                      "x"}},
                                    {});
  ASSERT_TRUE(found) << found.error().what;
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ((*found)[0].name, "web");
  EXPECT_EQ((*found)[1].name, "db");
  EXPECT_FALSE(find_pod_names({{metadata("name: Web"), "x"}}, {}));
}

// A thousand documents, each of which an alias makes as large as a text may become.
TEST(ManifestSet, AliasesOfManyDocumentsAreBoundedTogether) {
  std::string bomb = "---\na: &a [" + std::string(2000, 'x') + "]\nb: [";
  for (int i = 0; i < 400; ++i) bomb += "*a, ";
  bomb += "]\n";
  EXPECT_THAT(refused_set(bomb + bomb), testing::HasSubstr("aliases expand to more than 1 MiB"));
}

}  // namespace
}  // namespace podrun

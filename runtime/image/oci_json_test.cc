#include "runtime/image/oci_json.h"

#include <gtest/gtest.h>

#include "runtime/image/choose.h"
#include "runtime/image/test_support.h"

namespace podrun::image::testing {
namespace {

const std::string kHex(64, 'a');

std::string descriptor(const std::string& media_type, const std::string& more = "") {
  return R"({"mediaType":")" + media_type + R"(","digest":"sha256:)" + kHex + R"(","size":7)" + more + "}";
}
const std::string kManifestType = "application/vnd.oci.image.manifest.v1+json";

TEST(Digest, KnownAnswers) {
  EXPECT_EQ(digest_of("abc").text(), "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Hasher hasher(Digest::Algorithm::sha512);
  hasher.update("abc", 3);
  EXPECT_EQ(hasher.finish().text().substr(0, 31), "sha512:ddaf35a193617abacc417349");
}

TEST(Digest, NeverAPathOfItsOwnMaking) {
  for (const std::string& text :
       {std::string("sha256:../../etc/passwd"), "sha256:" + std::string(64, 'A'), "sha256:" + kHex + "a",
        std::string("sha256:"), std::string(""), kHex, "sha512:" + kHex, "md5:" + kHex,
        "sha256:" + std::string(63, 'a') + "/", "sha256:" + std::string(63, 'a') + std::string(1, '\0')})
    EXPECT_FALSE(parse_digest(text)) << text;
}

TEST(OciJson, ReadsAnIndex) {
  const auto index =
      parse_index(R"({"schemaVersion":2,"manifests":[)" +
                  descriptor(kManifestType, R"(,"platform":{"os":"linux","architecture":"arm","variant":"v7"},)"
                                            R"("annotations":{"org.opencontainers.image.ref.name":"a/b:c"})") +
                  "]}");
  ASSERT_TRUE(index) << index.error().what;
  ASSERT_EQ(index->size(), 1U);
  EXPECT_EQ(index->front().ref_name, "a/b:c");
  EXPECT_EQ(index->front().platform.text(), "linux/arm/v7");
  EXPECT_EQ(index->front().size, 7U);
}

TEST(OciJson, RefusesOneTextWithTwoFaces) {
  const std::string both = R"({"schemaVersion":2,"manifests":[],"layers":[],"config":)" + descriptor("x") + "}";
  EXPECT_FALSE(parse_index(both));
  EXPECT_FALSE(parse_manifest(both));
  EXPECT_FALSE(parse_index(R"({"mediaType":")" + kManifestType + R"(","manifests":[]})"));
  EXPECT_FALSE(parse_index(R"({"schemaVersion":1,"manifests":[]})"));
}

TEST(OciJson, RefusesWhatIsNotAsTheSpecHasIt) {
  for (const std::string& text :
       {std::string(""), std::string("[]"), std::string("{"), std::string(R"({"manifests":{}})"),
        std::string(R"({"manifests":[1]})"), std::string(R"({"manifests":[{}]})"), std::string("\xff\xfe"),
        R"({"manifests":[{"mediaType":7,"digest":"sha256:)" + kHex + R"(","size":1}]})",
        R"({"manifests":[{"mediaType":"x","digest":"sha256:)" + kHex + R"(","size":-1}]})",
        R"({"manifests":[{"mediaType":"x","digest":"sha256:)" + kHex + R"(","size":1.5}]})",
        R"({"manifests":[{"mediaType":"x\u0000","digest":"sha256:)" + kHex + R"(","size":1}]})",
        std::string(1U << 19U, '['), R"({"manifests":)" + std::string(100000, '[') + std::string(100000, ']') + "}"}) {
    const auto index = parse_index(text);
    ASSERT_FALSE(index) << text.substr(0, 100);
    EXPECT_EQ(index.error().kind, Kind::corrupt) << index.error().what;
  }
}

TEST(OciJson, AnErrorHoldsNothingOfTheText) {
  const auto index = parse_index("root:$6$secret:19000:0:99999:7:::");
  ASSERT_FALSE(index);
  EXPECT_EQ(index.error().what.find("secret"), std::string::npos) << index.error().what;
}

TEST(OciJson, ReadsAConfig) {
  const auto file = parse_config(
      R"({"os":"linux","architecture":"amd64","rootfs":{"diff_ids":["sha256:)" + kHex +
      R"("]},"config":{"Entrypoint":["/e"],"Cmd":null,"Env":["A=1=2","B=","=x","C"],"WorkingDir":"srv","User":"u:g",)"
      R"("StopSignal":"SIGQUIT","Volumes":{"/data":{},"/var/lib/x":{}}}})");
  ASSERT_TRUE(file) << file.error().what;
  EXPECT_EQ(file->config.entrypoint, std::vector<std::string>{"/e"});
  EXPECT_TRUE(file->config.cmd.empty());
  EXPECT_EQ(file->config.env, (std::vector<std::pair<std::string, std::string>>{{"A", "1=2"}, {"B", ""}, {"C", ""}}));
  EXPECT_EQ(file->config.working_dir, "/srv");
  EXPECT_EQ(file->config.user, "u:g");
  EXPECT_EQ(file->config.stop_signal, "SIGQUIT");
  EXPECT_EQ(file->config.volumes, (std::vector<std::string>{"/data", "/var/lib/x"}));
}

TEST(OciJson, AConfigWithoutAConfigIsFine) { EXPECT_TRUE(parse_config(R"({"rootfs":{"diff_ids":[]}})")); }

// As Go's encoding/json, which wrote them.
TEST(OciJson, NullIsWhatIsAbsentAndCaseIsNoMatter) {
  for (const char* text : {"{}", R"({"manifests":null})", R"({"manifests":[]})"})
    EXPECT_TRUE(parse_index(text).value_or({Descriptor()}).empty()) << text;
  const auto manifest = parse_manifest(R"({"Config":)" + descriptor("x") + R"(,"layers":null,"annotations":null})");
  ASSERT_TRUE(manifest) << manifest.error().what;
  EXPECT_TRUE(manifest->layers.empty());
  for (const char* text :
       {"{}", R"({"rootfs":null,"config":null})", R"({"rootfs":{"diff_ids":null},"config":{}})",
        R"({"config":{"Entrypoint":null,"Cmd":[],"Env":null,"Volumes":null,"Labels":null,"WorkingDir":"","User":null}})"}) {
    const auto file = parse_config(text);
    ASSERT_TRUE(file) << text << file.error().what;
    EXPECT_TRUE(file->diff_ids.empty() && file->config.entrypoint.empty() && file->config.cmd.empty()) << text;
    EXPECT_TRUE(file->config.env.empty()) << text;
    EXPECT_EQ(file->config.working_dir + file->config.user, "") << text;
  }
  const auto file =
      parse_config(R"({"OS":"linux","config":{"cmd":["a",null],"ENV":["A=1"],"user":"u","User":"exact"}})");
  ASSERT_TRUE(file) << file.error().what;
  EXPECT_EQ(file->platform.os, "linux");
  EXPECT_EQ(file->config.cmd, (std::vector<std::string>{"a", ""}));
  EXPECT_EQ(file->config.env.size(), 1U);
  EXPECT_EQ(file->config.user, "exact");
  EXPECT_FALSE(parse_config(R"({"config":{"Cmd":"sh"}})")) << "Go takes no string for a list either";
  EXPECT_FALSE(parse_index(R"({"manifests":[],"LAYERS":[]})")) << "two faces";
}

TEST(OciJson, ListsAreBounded) {
  std::string ids;
  for (int i = 0; i < 257; ++i) ids += (i == 0 ? "\"sha256:" : ",\"sha256:") + kHex + "\"";
  EXPECT_FALSE(parse_config(R"({"rootfs":{"diff_ids":[)" + ids + "]}}"));
}

Descriptor entry(const std::string& tag, char hex, Platform platform = {}) {
  return {kManifestType, {Digest::Algorithm::sha256, std::string(64, hex)}, 1, std::move(platform), tag, ""};
}
const Platform kArm7 = {"linux", "arm", "v7"};

TEST(ChooseTag, TheOnlyOneOrLatestOrAnErrorWithTheTags) {
  EXPECT_EQ(choose_tag({entry("x", 'a')}, "").value_or({}).size(), 1U);
  EXPECT_EQ(choose_tag({entry("x", 'a'), entry("latest", 'b')}, "").value_or({}).front().ref_name, "latest");
  const auto several = choose_tag({entry("x", 'a'), entry("y", 'b')}, "");
  ASSERT_FALSE(several);
  EXPECT_NE(several.error().what.find("x, y"), std::string::npos) << several.error().what;
  const auto missing = choose_tag({entry("x", 'a'), entry("y", 'b')}, "z");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, Kind::not_found);
  EXPECT_NE(missing.error().what.find("x, y"), std::string::npos) << missing.error().what;
  EXPECT_FALSE(choose_tag({}, ""));
}

TEST(ChoosePlatform, TheBestFitWins) {
  const auto best = choose_platform({entry("", 'a', {"linux", "amd64", ""}), entry("", 'b', {"linux", "arm", "v5"}),
                                     entry("", 'c', {"linux", "arm", "v6"}), entry("", 'd', {"linux", "arm", "v8"}),
                                     entry("", 'e', {"unknown", "unknown", ""})},
                                    kArm7);
  ASSERT_TRUE(best) << best.error().what;
  EXPECT_EQ(best->platform.variant, "v6");
}

TEST(ChoosePlatform, NoneFitsOrTwoFitAlike) {
  const auto none = choose_platform({entry("", 'a', {"linux", "s390x", ""})}, kArm7);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, Kind::unsupported);
  EXPECT_NE(none.error().what.find("linux/s390x"), std::string::npos);
  EXPECT_FALSE(choose_platform({entry("", 'a', kArm7), entry("", 'b', kArm7)}, kArm7));
  EXPECT_TRUE(choose_platform({entry("", 'a', kArm7), entry("", 'a', kArm7)}, kArm7));
  EXPECT_TRUE(choose_platform({entry("", 'a')}, kArm7)) << "it does not say; its config will";
  EXPECT_FALSE(choose_platform({entry("", 'a', {"linux", "amd64", "v3"})}, {"linux", "amd64", ""}));
}

TEST(ChooseTag, AnAttestationIsNoImage) {
  const Platform unknown = {"unknown", "unknown", ""};
  EXPECT_EQ(choose_tag({entry("x", 'a'), entry("", 'b', unknown)}, "").value_or({}).size(), 1U);
  EXPECT_FALSE(choose_tag({entry("", 'b', unknown)}, ""));
}

// containerd's platforms.Only: the machine's own first, then what it runs as well, the nearest first.
TEST(ChoosePlatform, AmongVariantsOfOneArchitecture) {
  struct Case {
    Platform machine;
    std::vector<Platform> offered;
    std::string chosen;
  };
  const Platform v1 = {"linux", "amd64", "v1"}, v2 = {"linux", "amd64", "v2"}, v3 = {"linux", "amd64", "v3"};
  const Platform v4 = {"linux", "amd64", "v4"}, plain = {"linux", "amd64", ""}, i386 = {"linux", "386", ""};
  const Platform arm64 = {"linux", "arm64", ""}, arm64v8 = {"linux", "arm64", "v8"}, armv8 = {"linux", "arm", "v8"};
  const Platform armv7 = {"linux", "arm", "v7"}, armv6 = {"linux", "arm", "v6"}, arm = {"linux", "arm", ""};
  const Case cases[] = {{plain, {v1}, "linux/amd64/v1"},
                        {v3, {v1, v4, v2}, "linux/amd64/v2"},
                        {v3, {plain, v3, v4}, "linux/amd64/v3"},
                        {v2, {v3, plain}, "linux/amd64"},
                        {v2, {v3, i386}, "linux/386"},
                        {v4, {i386, v1}, "linux/amd64/v1"},
                        {plain, {{"linux", "x86_64", ""}}, "linux/x86_64"},
                        {plain, {{"", "amd64", ""}}, "?/amd64"},
                        {arm64v8, {arm64}, "linux/arm64"},
                        {arm64v8, {armv7, arm64v8}, "linux/arm64/v8"},
                        {arm64v8, {armv6, armv8}, "linux/arm/v8"},
                        {armv7, {armv6, arm}, "linux/arm"},
                        {armv6, {armv7}, ""},
                        {plain, {arm64}, ""},
                        {i386, {plain}, ""}};
  for (const Case& one : cases) {
    std::vector<Descriptor> entries;
    for (const Platform& platform : one.offered)
      entries.push_back(entry("", static_cast<char>('a' + entries.size()), platform));
    const auto best = choose_platform(entries, one.machine);
    EXPECT_EQ(best ? best->platform.text() : "", one.chosen) << one.machine.text();
  }
}

TEST(ThisPlatform, IsWhatItRuns) { EXPECT_EQ(fitness(this_platform(), this_platform()), 0); }

}  // namespace
}  // namespace podrun::image::testing

// ConfigMaps and Secrets as they are written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/manifest/tests/pods.h"

namespace podrun {
namespace {

std::string beside(const std::string& kind, const std::string& fields) {
  return "apiVersion: v1\nkind: " + kind + "\nmetadata: {name: cfg}\n" + fields + "\n---\n" + metadata("name: web");
}
std::string refused_companion(const std::string& text) {
  const auto set = parse_manifests({{text, "x"}});
  return set ? "" : set.error().what;
}

TEST(CompanionObjects, GoodOnes) {
  EXPECT_EQ(refused_companion(beside("ConfigMap", "data: {a.conf: \"x\\n\"}\nbinaryData: {b: AP8=}\nimmutable: true")),
            "");
  EXPECT_EQ(refused_companion(beside("Secret", "type: Opaque\ndata: {a: YQ==, b: ''}\nstringData: {a: b}")), "");
  EXPECT_EQ(refused_companion(beside("Secret", "type: kubernetes.io/basic-auth\nstringData: {password: x}")), "");
  EXPECT_EQ(refused_companion(beside("Secret", "data:\n  a: |\n    YW\n    Jj\n")), "");
}

TEST(CompanionObjects, BadOnes) {
  const auto expect = [](const std::string& kind, const std::string& fields, const std::string& error) {
    EXPECT_EQ(refused_companion(beside(kind, fields)), "x (" + kind + " cfg): " + error) << fields;
  };
  expect("ConfigMap", "data: {a/b: x}", "data[\"a/b\"]: as a key it may hold only letters, digits, '-', '_' and '.'");
  expect("ConfigMap", "data: {'..': x}", "data[\"..\"]: as a key it may not be '.' or begin with '..'");
  expect("ConfigMap", "data: {a: 1}", "data.a: expected a string, found a number");
  expect("ConfigMap", "data: {a: x}\nbinaryData: {a: YQ==}", "binaryData.a: is in data, too");
  expect("ConfigMap", "binaryData: {a: '*'}", "binaryData.a: is no base64");
  expect("ConfigMap", "stringData: {a: x}", "stringData: no such field in a ConfigMap");
  expect("Secret", "data: {a: hello}", "data.a: is no base64");
  expect("Secret", "data: {a: YQ=}", "data.a: is no base64");
  expect("Secret", "type: kubernetes.io/tls\nstringData: {tls.crt: x}",
         "data: lacks 'tls.key', which type 'kubernetes.io/tls' needs");
  expect("Secret", "type: kubernetes.io/basic-auth",
         "data: lacks 'username', which type 'kubernetes.io/basic-auth' needs");
  EXPECT_EQ(refused_companion(beside("Secret", "") + "---\n" +
                              beside("Secret", "").substr(0, beside("Secret", "").find("---"))),
            "x (Secret cfg): metadata.name: 'cfg' is the name of an earlier Secret");
  EXPECT_EQ(
      refused_companion(beside("ConfigMap", "").replace(beside("ConfigMap", "").find("cfg"), 3, "C")),
      "x (ConfigMap C): metadata.name: 'C' may hold only a-z, 0-9, '-' and '.', and begins and ends with a letter or "
      "digit, as does each part between dots");
}

}  // namespace
}  // namespace podrun

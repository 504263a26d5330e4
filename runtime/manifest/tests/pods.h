// Pods as text, for tests, and what is expected of them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/manifest/manifest.h"

namespace podrun {

// A Pod with these lines in its spec, and these in its one container.
inline std::string pod(std::string_view spec, std::string_view container = "") {
  std::string text = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n";
  const auto add = [&text](std::string_view lines, std::string_view indent) {
    while (!lines.empty()) {
      const std::size_t end = std::min(lines.find('\n'), lines.size());
      text.append(indent).append(lines.substr(0, end)).append("\n");
      lines.remove_prefix(std::min(end + 1, lines.size()));
    }
  };
  add(spec, "  ");
  if (spec.find("containers:") != std::string_view::npos) return text;
  add("containers:\n- name: main\n  image: rootfs:/srv/root", "  ");
  add(container, "    ");
  return text;
}
inline std::string container(std::string_view lines) { return pod("", lines); }

inline std::string metadata(std::string_view fields) {
  return "apiVersion: v1\nkind: Pod\nmetadata: {" + std::string(fields) +
         "}\nspec: {containers: [{name: main, image: 'rootfs:/srv/root'}]}\n";
}

inline Manifest parse(const std::string& text) {
  Result<Manifest> manifest = parse_manifest(text, "web.yaml");
  EXPECT_TRUE(manifest) << manifest.error().what << "\n" << text;
  return manifest ? std::move(manifest).value() : Manifest();
}
inline ContainerSpec parse_container(std::string_view lines) {
  Manifest manifest = parse(container(lines));
  return manifest.spec.containers.empty() ? ContainerSpec() : manifest.spec.containers[0];
}

struct Bad {
  std::string text;
  std::string error;
  Kind kind = Kind::invalid;
};
inline void expect_refused(const std::vector<Bad>& cases) {
  for (const Bad& bad : cases) {
    const Result<Manifest> manifest = parse_manifest(bad.text, "web.yaml");
    ASSERT_FALSE(manifest) << bad.text;
    EXPECT_EQ(manifest.error().what, "web.yaml: " + bad.error) << bad.text;
    EXPECT_EQ(manifest.error().kind, bad.kind) << bad.text;
  }
}

}  // namespace podrun

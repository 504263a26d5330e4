#include "integration/image_test_host.h"

#include <filesystem>
#include <fstream>

#include "integration/rootfs.h"

namespace integration {

namespace fs = std::filesystem;

void ImageTest::make_image(const std::string& edition, std::size_t noise) const {
  fs::remove_all(layout());
  const std::string work = dir() + "/edition";
  fs::create_directories(work + "/etc");
  std::ofstream(work + "/etc/edition") << edition;
  std::vector<Layer> layers{{tar_of(rootfs(), dir() + "/base.tar")}, {tar_of(work, dir() + "/edition.tar")}};
  if (noise > 0) {
    const std::string more = dir() + "/noise";
    fs::create_directories(more);
    const Output made = run({"dd", "if=/dev/urandom", "of=" + more + "/noise", "bs=" + std::to_string(noise), "count=1",
                             "iflag=fullblock"});
    EXPECT_EQ(made.status, 0) << made.err;
    layers.push_back({tar_of(more, dir() + "/noise.tar")});
  }
  make_oci_layout(layout(), "latest", layers, R"({"Cmd":["/bin/payload","sleep"]})");
}

Output ImageTest::image(const std::vector<std::string>& words, const std::string& in) const {
  std::vector<std::string> all{"image"};
  all.insert(all.end(), words.begin(), words.end());
  return podrun(all, in);
}

std::vector<std::string> ImageTest::names() const {
  std::vector<std::string> found;
  for (const Json& one : Json::parse(listed(), nullptr, false))
    for (const Json& name : one["RepoTags"]) found.push_back(name);
  return found;
}

std::string ImageTest::left_in_tmp() const {
  return run({"sh", "-c", "ls -A " + data_dir() + "/images/tmp 2>/dev/null"}).out;
}

std::size_t ImageTest::layers() const {
  return lines_of(run({"sh", "-c", "ls " + data_dir() + "/images/layers 2>/dev/null"}).out).size();
}

Json ImageTest::of_image(const std::string& reference, const std::string& policy) const {
  Json main{{"name", "main"}, {"image", reference}};
  if (!policy.empty()) main["imagePullPolicy"] = policy;
  return pod("web", {main});
}

}  // namespace integration

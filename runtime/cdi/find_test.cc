#include "runtime/cdi/find.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "cni-invoker/base/tests/temp_dir.h"
#include "runtime/cdi/names.h"

namespace podrun::cdi {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class FindTest : public testing::Test {
 protected:
  // A file of kind a.com/b: its own variable, and of each device one.
  std::string file(const std::string& name, const std::vector<std::string>& devices, const std::string& more = "") {
    std::string list;
    for (const std::string& device : devices)
      list += (list.empty() ? "" : ", ") + (R"({"name": ")" + device) + R"(", "containerEdits": {"env": [")" + device +
              "=" + name + R"("]})" + "}";
    return dir_.write(name, R"({"cdiVersion": "0.6.0", "kind": "a.com/b", "containerEdits": {"env": ["OF=)" + name +
                                R"("])" + more + R"(}, "devices": [)" + list + "]}");
  }
  // The variables, or the error.
  std::vector<std::string> find(const std::vector<std::string>& names) const {
    const auto found = find_devices({dir_ / "etc", dir_ / "run"}, names);
    if (!found) return {found.error().what};
    std::vector<std::string> variables;
    for (const Found& one : *found)
      for (const auto& [name, value] : one.edits.env) variables.push_back(name + "=" + value);
    return variables;
  }

  base::TempDir dir_;
};

TEST_F(FindTest, AFilesOwnEditsComeOnceAndFirst) {
  file("etc/x.json", {"d1", "d2"});
  file("etc/z.yaml", {"d3"});
  file("etc/d4.txt", {"d4"});
  EXPECT_THAT(find({"a.com/b=d2", "a.com/b=d3", "a.com/b=d1"}),
              ElementsAre("OF=etc/x.json", "d2=etc/x.json", "OF=etc/z.yaml", "d3=etc/z.yaml", "d1=etc/x.json"));
  EXPECT_THAT(find({}), ElementsAre());
  EXPECT_THAT(find({"a.com/b=d4"}), ElementsAre("CDI device 'a.com/b=d4': no file has it"));
  EXPECT_THAT(find({"a.com/c=d1"}), ElementsAre("CDI device 'a.com/c=d1': no file has it"));
}

TEST_F(FindTest, ALaterDirectoryHidesADeviceAndTwoInOneAreAConflict) {
  const std::string a = file("etc/a.json", {"d1", "d2", "d3"});
  const std::string b = file("etc/b.json", {"d2", "d3"});
  file("run/c.json", {"d1", "d3"});
  EXPECT_THAT(find({"a.com/b=d1"}), ElementsAre("OF=run/c.json", "d1=run/c.json"));
  EXPECT_THAT(find({"a.com/b=d3"}), ElementsAre("OF=run/c.json", "d3=run/c.json")) << "the conflict is hidden";
  EXPECT_THAT(find({"a.com/b=d2"}), ElementsAre("CDI device 'a.com/b=d2': both '" + a + "' and '" + b + "' have it"));
}

TEST_F(FindTest, AFileThatCannotBeReadIsNamedWhereADeviceIsMissing) {
  file("etc/good.json", {"d1"});
  const std::string bad = dir_.write("etc/bad.json", "{");
  EXPECT_THAT(find({"a.com/b=d1"}), ElementsAre("OF=etc/good.json", "d1=etc/good.json"));
  EXPECT_THAT(find({"a.com/b=d2"}).front(), HasSubstr("no file has it; 1 cannot be read: " + bad + ": line 1"));
  dir_.write("etc/large.yaml", std::string((1U << 20U) + 1, '#'));
  ASSERT_EQ(::mkfifo((dir_ / "etc/fifo.json").c_str(), 0600), 0);
  ASSERT_EQ(::mkdir((dir_ / "etc/directory.json").c_str(), 0700), 0);
  EXPECT_THAT(find({"a.com/b=d2"}).front(), HasSubstr("4 cannot be read: " + bad));
  EXPECT_THAT(find({"a.com/b=d2"}).front(), Not(HasSubstr("\n")));
  EXPECT_THAT(find({"a.com/b=d1"}), ElementsAre("OF=etc/good.json", "d1=etc/good.json"));
}

TEST_F(FindTest, WhatPodrunCannotGiveIsRefusedWhereItIsAskedFor) {
  const std::string path = file("etc/x.json", {"d1"}, R"(, "hooks": [{"hookName": "prestart", "path": "/bin/x"}])");
  EXPECT_THAT(find({"a.com/b=d1"}),
              ElementsAre("CDI device 'a.com/b=d1': " + path + ": containerEdits: hooks: podrun runs no OCI hooks"));
}

TEST_F(FindTest, ADirectoryHasNoEndOfFiles) {
  for (int i = 0; i < 1025; ++i) dir_.write("run/" + std::to_string(i) + ".json", "");
  EXPECT_THAT(find({"a.com/b=d1"}).front(), HasSubstr("/run: has more than 1024 files"));
}

TEST(CdiNamesTest, AreOfAVendorAClassAndADevice) {
  for (const char* good : {"a/b=c", "vendor.com/gpu=0", "v-1.com/net.x_y=GPU-1:0.a_b", "A/B=1"}) {
    const auto name = parse_name(good);
    ASSERT_TRUE(name) << good;
    EXPECT_EQ(std::string(name->kind) + "=" + std::string(name->name), good);
  }
  for (const char* bad : {"", "a", "a/b", "a=c", "a/b=", "/b=c", "a/=c", "a/b/c=d", "1a/b=c", "a/1=c", "a./b=c",
                          "a/b=c-", "a/b= c", "a/b=c=d", "a/b=c/d", "a b/c=d", "/dev/x"})
    EXPECT_FALSE(parse_name(bad)) << bad;
}

}  // namespace
}  // namespace podrun::cdi

// What shells are told could stand at the end of a line.
#include "runtime/cli/complete.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <sstream>

#include "base/files.h"
#include "cni/ledger.h"
#include "runtime/store/test_store.h"

namespace podrun::cli {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

class CompleteTest : public StoreTest {
 protected:
  CompleteTest() {
    put(std::string(64, 'a'), "default", "web");
    put(std::string(64, 'b'), "default", "db");
    put(std::string(64, 'c'), "lab", "probe");
  }

  // The lines, without what they mean.
  std::vector<std::string> offered(std::vector<std::string> words) {
    const base::Fd file(::memfd_create("offered", MFD_CLOEXEC));
    Context context;
    context.out = Output(file.get());
    words.insert(words.begin(), {"--state-dir", root_ + "/state", "--data-dir", root_ + "/data"});
    complete(context, words);
    EXPECT_TRUE(context.out.flush());
    ::lseek(file.get(), 0, SEEK_SET);
    std::istringstream text(base::read_all(file.get(), "offered").value_or(""));
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(line.substr(0, line.find('\t')));
    return lines;
  }
};

TEST_F(CompleteTest, Commands) {
  EXPECT_THAT(offered({"de"}), ElementsAre("debug", "delete", "describe"));
  EXPECT_THAT(offered({"cni", "sta"}), ElementsAre("status"));
  EXPECT_THAT(offered({""}), testing::AllOf(Contains("create"), testing::Not(Contains(kComplete))));
  EXPECT_THAT(offered({"dellete", ""}), IsEmpty());
}

TEST_F(CompleteTest, OptionsOfTheCommandAndOfAll) {
  EXPECT_THAT(offered({"logs", "--ti"}), ElementsAre("--timestamps"));
  EXPECT_THAT(offered({"logs", "web", "--name"}), ElementsAre("--namespace"));
  EXPECT_THAT(offered({"create", "-"}), Contains("--filename"));
  EXPECT_THAT(offered({"run", "web", "--detach"}), ElementsAre("--detach", "--detach-keys"));
  EXPECT_THAT(offered({"run", "web", "--restart", "o"}), ElementsAre("on-failure"));
  EXPECT_THAT(offered({"run", "web", "--env-file", ""}), ElementsAre(":files"));
}

TEST_F(CompleteTest, PodsOfTheNamespaceEachOnce) {
  EXPECT_THAT(offered({"delete", ""}), ElementsAre("db", "web"));
  EXPECT_THAT(offered({"attach", "-it", "w"}), ElementsAre("web"));
  EXPECT_THAT(offered({"run", ""}), IsEmpty()) << "its name is a new one";
  EXPECT_THAT(offered({"delete", "db", ""}), ElementsAre("web"));
  EXPECT_THAT(offered({"-n", "lab", "describe", ""}), ElementsAre("probe"));
  EXPECT_THAT(offered({"describe", "-n=lab", "pod", "p"}), ElementsAre("probe"));
}

TEST_F(CompleteTest, ContainersOfThePod) {
  ASSERT_TRUE(store_.lock(std::string(64, 'a'), 0)->save(full_container()));
  EXPECT_THAT(offered({"exec", "web", "-c", ""}), ElementsAre("httpd"));
  EXPECT_THAT(offered({"logs", "pod", "web", "h"}), ElementsAre("httpd"));
  EXPECT_THAT(offered({"logs", "nobody", "--container", ""}), IsEmpty());
}

TEST_F(CompleteTest, BothSidesOfACopy) {
  ASSERT_TRUE(store_.lock(std::string(64, 'a'), 0)->save(full_container()));
  EXPECT_THAT(offered({"cp", "w"}), ElementsAre("web:", ":files"));
  EXPECT_THAT(offered({"cp", "web:/etc/"}), IsEmpty()) << "what is in a container is not looked at";
  EXPECT_THAT(offered({"cp", ".", "web:/tmp", "-c", ""}), ElementsAre("httpd"));
}

TEST_F(CompleteTest, BothEndsOfATrace) {
  EXPECT_THAT(offered({"trace", ""}), ElementsAre("db", "web", "host"));
  EXPECT_THAT(offered({"trace", "web", "h"}), ElementsAre("host:"));
  EXPECT_THAT(offered({"trace", "web", "host:80", ""}), IsEmpty());
  EXPECT_THAT(offered({"trace", "web", "-o", ""}), ElementsAre("text", "wide", "json", "html", "svg"));
}

TEST_F(CompleteTest, OnePodWhereSomethingElseFollows) {
  EXPECT_THAT(offered({"port-forward", ""}), ElementsAre("db", "web"));
  EXPECT_THAT(offered({"port-forward", "web", ""}), IsEmpty());
}

TEST_F(CompleteTest, ContainersOfTheLedger) {
  const cni::Ledger ledger(Layout({.state = root_ + "/state", .data = root_ + "/data"}).ledger());
  cni::LedgerEntry entry;
  entry.network = *cni::parse_network_list(R"({"name":"lab","plugins":[{"type":"one"}]})", "test");
  for (const auto& [container, ifname] : {std::pair("web-2", "eth0"), {"web-1", "eth0"}, {"web-1", "eth1"}}) {
    entry.attachment.container_id = container;
    entry.attachment.ifname = ifname;
    ASSERT_TRUE(ledger.save(entry));
  }
  EXPECT_THAT(offered({"cni", "forget", ""}), ElementsAre("web-1", "web-2"));
  EXPECT_THAT(offered({"cni", "forget", "web-1", "w"}), ElementsAre("web-2"));
}

TEST_F(CompleteTest, ValuesAndFiles) {
  EXPECT_THAT(offered({"create", "-f", ""}), ElementsAre(":files"));
  EXPECT_THAT(offered({"create", "--dry-run", "c"}), ElementsAre("client"));
}

TEST_F(CompleteTest, OfAListTheLast) {
  EXPECT_THAT(offered({"cni", "test", "--only", "V"}), Contains("V1"));
  EXPECT_THAT(offered({"cni", "test", "--skip", "N7,V"}), Contains("N7,V1"));
  EXPECT_THAT(offered({"cni", "test", "--versions", "0.3.1,1."}), ElementsAre("0.3.1,1.0.0", "0.3.1,1.1.0"));
}

TEST_F(CompleteTest, PluginsAndNetworksThatAreThere) {
  const std::string bin = root_ + "/bin", conf = root_ + "/conf";
  ASSERT_TRUE(base::make_dirs(bin));
  ASSERT_TRUE(base::make_dirs(conf));
  ASSERT_TRUE(base::write_file_durably(bin + "/mine", "", 0755));
  ASSERT_TRUE(base::write_file_durably(bin + "/notes", "", 0644));
  ASSERT_TRUE(base::write_file_durably(conf + "/lab.conflist", R"({"name":"lab","plugins":[{"type":"mine"}]})"));
  EXPECT_THAT(offered({"--cni-bin-dir", bin, "cni", "test", "--plugin", ""}), ElementsAre("mine"));
  EXPECT_THAT(offered({"--cni-conf-dir", conf, "cni", "test", "--network", ""}), ElementsAre("lab"));
}

TEST_F(CompleteTest, NothingOfSomebodyElsesCommandLine) {
  EXPECT_THAT(offered({"exec", "web", "--", ""}), IsEmpty());
  EXPECT_THAT(offered({"exec", "web", "ls", "-"}), IsEmpty());
  EXPECT_THAT(offered({"exec", "web", "--", "-"}), IsEmpty());
}

}  // namespace
}  // namespace podrun::cli

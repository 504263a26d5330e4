// Reports: what they say of the same results, and that nothing a plugin prints gets out of its place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "cni/kit.h"
#include "kit/src/report/fill.h"

namespace cni::kit {
namespace {

using std::chrono::microseconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

const std::string kHostile = "</dd><script>alert(1)</script>\" onload='x' & {{subject}} \x1b[31m\x9b \xff ]]> \ufffe";

CheckResult result(const std::string& id, Level level, const std::string& target, const std::string& version,
                   Outcome outcome = Outcome::passed) {
  CheckResult one;
  one.check = {id, level, "does what check " + id + " asks", "Spec, section 2"};
  one.target = target;
  one.version = version;
  one.outcome = outcome;
  one.reproduce = "podrun cni test --plugin " + target + " --only " + id + " --versions " + version;
  one.duration = microseconds(120'000);
  return one;
}

SeenRun seen_run(const std::string& plugin, const std::string& command, int begin, int duration,
                 const std::string& end = "exit 0", bool delegated = false) {
  return {plugin,
          command,
          delegated,
          {"CNI_COMMAND=" + command, "CNI_IFNAME=eth0"},
          R"({"name":"kit"})",
          "{}",
          "",
          end,
          microseconds(begin),
          microseconds(duration)};
}

// One of everything.
Report report() {
  Report report;
  report.subject = "lab";
  report.plugins = {"bridge (interface) 0.1.0 to 1.1.0, /usr/lib/cni/bridge", "portmap (chained) 0.3.1 to 1.1.0"};
  report.kernel = "Linux 6.1.0";
  report.duration = microseconds(83'400'000);
  for (const char* target : {"bridge", "portmap"})
    for (const char* version : {"0.3.1", "0.4.0", "1.0.0", "1.1.0"})
      for (const char* id : {"V1", "V2", "N1", "N7", "N9", "A1", "A4", "D1", "D2"}) {
        if (id == std::string("N7") && target == std::string("bridge")) continue;
        report.results.push_back(result(id, Level::must, target, version));
      }
  for (const char* version : {"0.3.1", "0.4.0", "1.0.0"}) {
    CheckResult failed = result("N7", Level::must, "bridge", version, Outcome::failed);
    failed.expected = "code 4";
    failed.seen = "exit 0";
    failed.evidence = {"left: link veth1a2b type veth mtu 1500, made by bridge (ADD)",
                       "left: rule -A CNI-FORWARD -d 10.1.0.2/32 -j ACCEPT, made by firewall (ADD)"};
    failed.runs = {seen_run("bridge", "ADD", 0, 41'000), seen_run("host-local", "ADD", 9'000, 4'000, "exit 0", true),
                   seen_run("portmap", "ADD", 42'000, 70'000), seen_run("bridge", "DEL", 115'000, 18'000, "exit 1")};
    report.results.push_back(failed);
  }
  CheckResult should = result("A13", Level::should, "bridge", "1.1.0", Outcome::failed);
  should.seen = "another order";
  report.results.push_back(should);
  CheckResult hostile = result("A14", Level::must, "bridge", "1.1.0", Outcome::failed);
  hostile.expected = kHostile;
  hostile.seen = kHostile + "\nsecond line";
  hostile.evidence = {kHostile};
  hostile.runs = {seen_run("bridge", "ADD", 0, 1'000, "exit 1")};
  hostile.runs[0].errors = hostile.runs[0].output = kHostile;
  hostile.paths = {{kHostile, "host", kHostile, true, false, kHostile}};
  report.results.push_back(hostile);
  CheckResult known = result("D8", Level::must, "portmap", "1.1.0", Outcome::failed);
  known.known = true;
  known.seen = "rules are left";
  known.evidence = {"known: waits for the next release"};
  report.results.push_back(known);
  CheckResult mended = result("D9", Level::must, "portmap", "1.1.0");
  mended.known = true;
  report.results.push_back(mended);
  CheckResult packets = result("P11", Level::must, "lab", "1.1.0", Outcome::failed);
  packets.check.of_network = true;
  packets.expected = "an answer, with the gateway as peer";
  packets.seen = "none within 2 s";
  packets.paths = {{"pod-1", "pod-2", "tcp 10.1.0.3:80", true, true, "10.1.0.2"},
                   {"pod-2", "pod-1", "tcp 10.1.0.2:80", true, true, "10.1.0.3"},
                   {"host", "pod-1", "tcp 10.1.0.2:80", true, true, "10.1.0.1"},
                   {"pod-1", "outside", "udp 198.51.100.2:53", true, true, "198.51.100.1"},
                   {"outside", "host", "tcp 198.51.100.1:8080", true, true, "198.51.100.2"},
                   {"outside", "pod-2", "tcp 10.1.0.3:80", false, false, ""},
                   {"pod-1", "host", "tcp 198.51.100.1:8080 -> 10.1.0.2:80", true, false, ""}};
  report.results.push_back(packets);
  CheckResult told = result("N2", Level::info, "bridge", "1.1.0", Outcome::told);
  told.seen = "prints a banner on stderr, exit 0";
  report.results.push_back(told);
  CheckResult skipped = result("K12", Level::must, "bandwidth", "1.1.0", Outcome::skipped);
  skipped.seen = "this kernel has no ifb";
  report.results.push_back(skipped);
  report.results.push_back(result("S1", Level::must, "portmap", "1.0.0", Outcome::not_applicable));
  return report;
}

// Control characters that are neither line breaks nor tabs; or bytes that are no UTF-8, as what is left shows.
bool is_clean(const std::string& text) {
  for (const char c : text)
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f) return false;
  return !Json(text).dump(-1, ' ', false, Json::error_handler_t::replace).empty() &&
         text.find("\xff") == std::string::npos && text.find("\x9b ") == std::string::npos;
}

TEST(Report, CountsKnownFailuresApart) {
  EXPECT_EQ(report().count(Outcome::failed), 6U);
  EXPECT_FALSE(report().conforms());
  Report good = report();
  for (CheckResult& one : good.results) one.known |= one.check.level == Level::must;
  EXPECT_TRUE(good.conforms()) << "what only SHOULD be may fail";
}

TEST(TextReport, SaysTheSameFailureInSeveralVersionsOnce) {
  const std::string text = as_text(report());
  EXPECT_THAT(text, HasSubstr("FAILED  N7  bridge 0.3.1 to 1.0.0  MUST: does what check N7 asks\n"
                              "  expected  code 4\n"
                              "  seen      exit 0\n"
                              "  evidence  left: link veth1a2b"));
  EXPECT_THAT(text, HasSubstr("  reproduce podrun cni test --plugin bridge --only N7 --versions 1.0.0\n"));
  EXPECT_LT(text.find("P11"), text.find("FAILED  A13")) << "what SHOULD be comes behind what MUST";
}

TEST(TextReport, TellsWhatTheProfileKnowsAndWhatItNeedNotKnowAnyMore) {
  const std::string text = as_text(report());
  EXPECT_THAT(text, Not(HasSubstr("FAILED  D8")));
  EXPECT_THAT(text, HasSubstr("D8  portmap 1.1.0  rules are left (known: waits for the next release)"));
  EXPECT_THAT(text, HasSubstr("D9  portmap 1.1.0"));
  EXPECT_THAT(text, HasSubstr("lab does not conform: 3 checks of what it MUST do failed\n"));
}

TEST(TextReport, IsSafeForATerminal) { EXPECT_TRUE(is_clean(as_text(report()))); }

TEST(TapReport, HasALineForEachResultAndADiagnosisForEachFailure) {
  const Report all = report();
  std::istringstream lines(as_tap(all));
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line, "TAP version 14");
  std::getline(lines, line);
  EXPECT_EQ(line, "1.." + std::to_string(all.results.size()));
  std::size_t points = 0, failed = 0, diagnoses = 0;
  while (std::getline(lines, line)) {
    const bool ok = line.starts_with("ok "), not_ok = line.starts_with("not ok ");
    points += ok || not_ok;
    if (not_ok && line.find(" # TODO") == std::string::npos) ++failed;
    diagnoses += line == "  ---";
    if (line.starts_with("  expected: ")) {
      EXPECT_TRUE(Json::accept(line.substr(12))) << line;
    }
  }
  EXPECT_EQ(points, all.results.size());
  EXPECT_EQ(failed, 5U) << "three of N7, A14 and P11; A13 only SHOULD be, D8 is known";
  EXPECT_EQ(diagnoses, 7U);
  EXPECT_TRUE(is_clean(as_tap(all)));
}

TEST(JunitReport, IsXmlThatCountsAsItSays) {
  pugi::xml_document document;
  const std::string text = as_junit(report());
  ASSERT_TRUE(document.load_string(text.c_str(), pugi::parse_full)) << text;
  EXPECT_TRUE(is_clean(text));
  const pugi::xml_node all = document.child("testsuites");
  EXPECT_EQ(all.attribute("tests").as_uint(), report().results.size());
  EXPECT_EQ(all.attribute("failures").as_uint(), 5U);
  EXPECT_EQ(document.select_nodes("//failure").size(), 5U);
  EXPECT_EQ(document.select_nodes("//testcase").size(), report().results.size());
  EXPECT_EQ(document.select_nodes("//skipped").size(), all.attribute("skipped").as_uint());
  const pugi::xml_node suite = document.select_node("//testsuite[@name='bridge 1.0.0']").node();
  EXPECT_EQ(suite.attribute("failures").as_uint(), 1U);
  EXPECT_THAT(suite.find_child_by_attribute("testcase", "name", "N7 does what check N7 asks").child_value("failure"),
              HasSubstr("left: link veth1a2b"));
  const std::string kept = document.select_node("//testsuite[@name='bridge 1.1.0']//failure").node().child_value();
  EXPECT_THAT(kept, AllOf(HasSubstr("</dd><script>alert(1)</script>\" onload='x' & {{subject}} \\x1b[31m")));
}

TEST(JsonReport, HasEverythingAndIsUtf8) {
  const Json json = Json::parse(as_json(report()));
  EXPECT_EQ(json.at("conforms"), false);
  EXPECT_EQ(json.at("sums").at("failed"), 6);
  EXPECT_EQ(json.at("results").size(), report().results.size());
  for (const Json& one : json.at("results")) {
    if (one.at("id") != "P11") continue;
    EXPECT_EQ(one.at("paths").size(), 7U);
    EXPECT_EQ(one.at("outcome"), "failed");
  }
}

TEST(HtmlReport, EscapesEveryValue) {
  const std::string page = as_html(report());
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(
      page, HasSubstr("&lt;/dd&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload=&apos;x&apos; &amp; {{subject}}"));
  EXPECT_TRUE(is_clean(page));
  for (const char* form : {templates::junit, templates::page, templates::topology, templates::waterfall})
    EXPECT_THAT(form, AllOf(Not(HasSubstr("{{{")), Not(HasSubstr("{{&")))) << "no way around it";
}

// A packet that arrived from an address it should not have is what the check failed for, too.
TEST(HtmlReport, MarksTheWayThatACheckFailedFor) {
  Report one = report();
  std::erase_if(one.results, [](const CheckResult& result) { return result.check.id != "P11"; });
  const auto marks = [&] {
    std::size_t count = 0;
    const std::string page = as_html(one);
    for (std::size_t at = 0; (at = page.find("class=\"way wrong\"", at)) != std::string::npos; ++at) ++count;
    return count;
  };
  EXPECT_EQ(marks(), 2U) << "with the check, and in the drawing of all";
  CheckResult& failed = one.results.front();
  failed.paths.back().arrived = true;
  failed.paths.back().peer = "192.0.2.1";
  EXPECT_EQ(marks(), 2U);
  EXPECT_THAT(as_html(one), HasSubstr("arrived, from 192.0.2.1"));
  failed.outcome = Outcome::passed;
  EXPECT_EQ(marks(), 0U);
}

TEST(HtmlReport, NeedsNothingElse) {
  const std::string page = as_html(report());
  for (const char* outside : {"src=", "url(http", "@import", "<link", "<iframe", "href=\"http"})
    EXPECT_THAT(page, Not(HasSubstr(outside)));
}

// As a browser reads it: every place of the page is there, and what was printed is text.
TEST(HtmlReport, IsReadByABrowser) {
  if (std::system("command -v chromium > /dev/null") != 0) GTEST_SKIP() << "no chromium";
  const std::string dir = testing::TempDir() + "report_test." + std::to_string(::getpid());
  ASSERT_TRUE(std::filesystem::create_directory(dir));
  std::ofstream(dir + "/page.html") << as_html(report());
  const std::string command = "cd " + dir + " && HOME=" + dir +
                              " timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage"
                              " --dump-dom file://" +
                              dir + "/page.html > dom 2> errors";
  EXPECT_EQ(std::system(command.c_str()), 0);
  std::ifstream file(dir + "/dom");
  const std::string dom{std::istreambuf_iterator<char>(file), {}};
  for (const char* part : {"What failed", "What was left behind", "Every check", "Ways of packets", "Time taken",
                           "Failed, as the profile knows", "What this machine could not try", "href=\"#N7-bridge\""})
    EXPECT_THAT(dom, HasSubstr(part));
  EXPECT_THAT(dom, Not(HasSubstr("<script")));
  std::filesystem::remove_all(dir);
}

}  // namespace
}  // namespace cni::kit

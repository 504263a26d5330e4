// What is wrong with how the plugin is spoken to, or speaks: one thing a check.
#include <unistd.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "cni/base/files.h"
#include "cni/base/rtnetlink.h"
#include "kit/tests/wrong/wrong.h"

namespace cni::kit::wrong {
namespace {

using Json = nlohmann::json;

constexpr const char* kValid = "cni.dev/valid-attachments";
constexpr const char* kNotes = "/var/lib/cni/kit-wrong.notes";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}
bool has_variable(const char* name) { return std::getenv(name) != nullptr; }
bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

std::string in_pod(const std::string& line) { return "nsenter --net=" + variable("CNI_NETNS") + " " + line; }

constexpr useconds_t kSlow = 60'000;

void leave_a_file() { static_cast<void>(base::write_file_durably(kNotes, "")); }

// --- before the plugin: what it is given, or what is answered in its place
struct Before {
  Run& run;
  Json config;  // discarded where it is none
  bool over = false;

  bool in(const char* check, const char* command) const { return wrong(check) && run.command == command; }
  void end(int status, const std::string& output) {
    over = true;
    run.status = status;
    run.output = output;
  }
  void succeed() { end(0, run.command == "ADD" ? R"({"cniVersion": "1.1.0"})" : ""); }
  void fail(int code = 999) {
    end(1, R"({"cniVersion": "1.1.0", "code": )" + std::to_string(code) + R"(, "msg": "wrong"})");
  }
  void change(const std::function<void(Json&)>& how) {
    if (!config.is_object()) return;
    how(config);
    run.input = config.dump();
  }
  Json value(const char* key) const { return config.is_object() ? config.value(key, Json()) : Json(); }
  std::string ipam() const {
    const Json ipam = value("ipam");
    return ipam.is_object() && ipam.contains("type") && ipam["type"].is_string() ? ipam["type"].get<std::string>() : "";
  }
};

void spoil_version(Before& at) {
  if (at.in("V2", "VERSION") && at.run.input.empty()) at.fail();
  if (at.in("V3", "VERSION") && !has_variable("CNI_PATH")) at.fail();
  if (at.in("V5", "ADD") && at.value("cniVersion") == "1.1.0") at.fail(1);
  if (at.in("V6", "ADD") && at.value("cniVersion") == "9.0.0") at.succeed();
  if (at.in("V7", "VERSION")) leave_a_file();
}

void spoil_environment(Before& at) {
  const std::string id = variable("CNI_CONTAINERID"), ifname = variable("CNI_IFNAME"), netns = variable("CNI_NETNS"),
                    args = variable("CNI_ARGS");
  if (at.in("N1", "KIT")) at.succeed();
  if (wrong("N2") && at.run.command.empty()) at.end(0, "");
  if (wrong("N4") && !has_variable("CNI_PATH")) at.fail(4);
  if (at.in("N5", "DEL") && netns.empty()) at.fail(4);
  if (at.in("N6", "ADD") && !has_variable("CNI_ARGS")) at.fail(4);
  if (at.in("N7", "ADD") && contains(id, "/")) at.succeed();
  if (at.in("N8", "ADD") && contains(ifname, "/")) at.succeed();
  if (at.in("X10", "ADD")) ::usleep(kSlow);
  if (at.in("N16", "ADD") && netns == "/proc/1/ns/net") at.succeed();
  if (at.in("N17", "ADD") && contains(netns, "absent")) at.succeed();
  if (wrong("N21") && contains(args, "KIT_ONE")) at.fail(4);
  if (wrong("N22") && contains(args, "KIT_ONE")) at.fail(4);
  if (at.in("N29", "ADD") && !has_variable("PATH")) at.fail();
  if (at.in("A12", "ADD") && netns.starts_with("/proc/")) at.fail();
}

void spoil_config(Before& at) {
  const bool is_add = at.run.command == "ADD";
  if (at.in("N9", "ADD") && at.run.input.empty()) at.succeed();
  if (at.in("N10", "ADD") && at.value("name") == "") at.succeed();
  if (at.in("N11", "ADD") && at.value("cniVersion").is_number()) at.succeed();
  if (at.in("N12", "CHECK")) at.succeed();
  if (wrong("N18") && !at.value("kitUnknown").is_null()) at.fail(7);
  if (wrong("N19") && !at.value("args").is_null()) at.fail(7);
  if (wrong("N20") && at.value("runtimeConfig").is_object() && at.value("runtimeConfig").contains("kitUnknown"))
    at.fail(7);
  if (wrong("N23") && at.run.input.size() > 1U << 20U) std::abort();
  if (wrong("N24") && at.config.is_object() && !at.value("name").is_string()) std::abort();
  const Json previous = at.value("prevResult");
  if (wrong("N26") && previous.is_object() && previous.value("cniVersion", "") == "9.0.0") std::abort();
  if (at.in("N27", "ADD") && previous.is_object() && !previous.contains("cniVersion")) at.fail();
  if (at.in("N28", "ADD") && at.ipam() == "kit-absent") at.succeed();
  if (at.in("A13", "ADD")) at.change([](Json& config) { config.erase("kitText"); });
  if (at.in("A21", "ADD") && previous.is_null()) at.succeed();
  if (at.in("A24", "ADD") && at.value("isDefaultGateway") == true && at.ipam() == "kit-ipam") at.fail();
  if (at.in("A26", "ADD") && at.config.is_discarded()) leave_a_file();
  if (at.in("F4", "ADD") && at.config.is_discarded()) at.succeed();
  if (wrong("A9") && is_add) static_cast<void>(shell(in_pod("ip link del " + variable("CNI_IFNAME") + " 2>/dev/null")));
  if (wrong("A10") && is_add && shell(in_pod("ip link show " + variable("CNI_IFNAME") + " >/dev/null 2>&1")))
    at.succeed();
  if (wrong("A25") && is_add) static_cast<void>(shell(in_pod("ip addr add 127.0.0.9/8 dev lo")));
}

void spoil_status_and_gc(Before& at) {
  if (at.in("S1", "STATUS")) at.fail(50);
  if (at.in("S2", "STATUS") || at.in("S3", "STATUS") || at.in("S4", "STATUS") || at.in("S5", "STATUS") ||
      at.in("S6", "STATUS") || at.in("S9", "STATUS"))
    at.succeed();
  if (at.in("D12", "DEL")) at.fail();
  if (at.in("S7", "STATUS") && variable("CNI_CONTAINERID").empty()) at.fail(4);
  if (at.in("S8", "ADD") && base::path_exists(kNotes)) at.fail(50);
  if (at.in("G2", "GC") || at.in("G9", "GC")) at.succeed();
  if (at.in("G5", "GC") && at.value(kValid) == Json::array()) at.fail();
  if (at.in("G1", "GC") || at.in("G3", "GC")) at.change([](Json& config) { config[kValid] = Json::array(); });
  if (at.in("G6", "GC") && !at.value("cni.dev/attachments").is_null())
    at.change([](Json& config) { config[kValid] = config["cni.dev/attachments"]; });
  if (at.in("G7", "GC") && at.value(kValid).is_null()) at.change([](Json& config) { config[kValid] = Json::array(); });
  if (at.in("G8", "GC")) at.change([](Json& config) { config["name"] = "kit"; });
}

// --- behind the plugin: what it has answered
struct After {
  Run& run;
  Json document;  // discarded where it is none

  bool in(const char* check, const char* command) const { return wrong(check) && run.command == command; }
  bool failed() const { return run.status != 0; }
  bool added(const char* check) const { return in(check, "ADD") && !failed() && document.is_object(); }
  void change(const std::function<void(Json&)>& how) {
    if (!document.is_object()) return;
    how(document);
    run.output = document.dump();
  }
  void erase_first(const char* list) {
    change([&](Json& result) {
      if (result.contains(list) && !result[list].empty()) result[list].erase(0);
    });
  }
};

void spoil_answers(After& at) {
  if (at.in("V1", "VERSION")) at.change([](Json& answer) { answer["supportedVersions"].push_back("1.1.0"); });
  if (at.in("V4", "VERSION")) at.change([](Json& answer) { answer["cniVersion"] = "0.1.0"; });
  if (wrong("N3") && at.failed()) at.change([](Json& error) { error["msg"] = "something is missing"; });
  if (wrong("N13") && at.failed()) at.run.output = "it did not work\n";
  if (wrong("N14") && at.failed()) at.change([](Json& error) { error.erase("cniVersion"); });
  if (at.in("N15", "DEL") && !at.failed()) at.run.output = "done\n";
  if (at.in("S8", "STATUS") && at.failed()) leave_a_file();
  if (at.in("G4", "GC")) at.run = {at.run.command, at.run.input, "", 0};
}

void spoil_results(After& at) {
  if (at.added("A1")) at.change([](Json& result) { result["cniVersion"] = "0.9.9"; });
  if (at.added("A2")) at.change([](Json& result) { result["interfaces"].back()["sandbox"] = "/run/netns/other"; });
  if (at.added("A3")) at.change([](Json& result) { result["interfaces"].push_back({{"name", "ghost0"}}); });
  if (at.added("A4")) at.change([](Json& result) { result["ips"][0]["address"] = "10.240.77.77/16"; });
  if (at.added("A5"))
    at.change([](Json& result) { result["routes"].push_back({{"dst", "198.51.100.0/24"}, {"gw", "10.240.0.1"}}); });
  if (at.added("A7")) at.change([](Json& result) { result["interfaces"].back()["mtu"] = 1234; });
  if (at.added("A8")) at.change([](Json& result) { result.erase("dns"); });
  if (at.in("A14", "ADD") && at.failed()) at.change([](Json& error) { error["code"] = 999; });
  if (at.added("A16")) at.change([](Json& result) { result["ips"][0]["address"] = "10.235.0.8/16"; });
  if (at.in("A17", "ADD") && at.failed()) at.run = {at.run.command, at.run.input, R"({"cniVersion": "1.1.0"})", 0};
  if (at.added("A19"))
    for (const char* list : {"interfaces", "ips", "routes"}) at.erase_first(list);
  if (at.added("A20")) at.change([](Json& result) { result["dns"]["domain"] = "wrong.example"; });
  if (at.added("A23")) at.change([](Json& result) { result["ips"].erase(1); });
  if (at.in("A27", "ADD") && at.failed()) leave_a_file();
}

}  // namespace

bool spoil_before(Run& run) {
  if (wrong("A18") && ::freopen("/dev/null", "w", stderr) == nullptr) return false;
  Before at{run, Json::parse(run.input, nullptr, false)};
  for (const auto spoil : {spoil_version, spoil_environment, spoil_config, spoil_status_and_gc})
    if (!at.over) spoil(at);
  return !at.over;
}

void spoil_after(Run& run) {
  After at{run, Json::parse(run.output, nullptr, false)};
  spoil_answers(at);
  spoil_results(at);
}

}  // namespace cni::kit::wrong

// A pod that is older than it is, so that no test waits for its deadline.
#pragma once

#include <fstream>

#include "integration/test_host.h"

namespace integration {

// `Base` is PodrunTest, or of it.
template <class Base>
class WithAgedPods : public Base {
 protected:
  static constexpr int kLong = 3600;  // seconds; longer than any test

  static Json with_deadline(Json manifest, int seconds = kLong) {
    manifest["spec"]["activeDeadlineSeconds"] = seconds;
    manifest["spec"]["terminationGracePeriodSeconds"] = 2;  // who is not ready for its signal yet ignores it
    return manifest;
  }
  // Made so many seconds sooner. Of a pod that nobody changes meanwhile.
  void age(const std::string& name, std::int64_t seconds = kLong) const {
    const std::string path = "/run/podrun/pods/" + this->pod_id(name) + "/pod.json";
    Json record = Json::parse(std::ifstream(path));
    record["life"]["createdAt"] = record["life"]["createdAt"].get<std::int64_t>() - seconds * 1'000'000'000;
    std::ofstream(path) << record.dump();
  }
  // As its shim does.
  Output tend(const std::string& name) const { return this->podrun({"system", "tend", this->pod_id(name)}); }
  Json status(const std::string& name) const {
    return Json::parse(this->podrun({"get", "pod", name, "-o", "json"}).out)["status"];
  }
  // Empty where it has.
  std::string why_not_failed_by_deadline(const std::string& name) const {
    const Json now = status(name);
    if (now["phase"] == "Failed" && now.value("reason", "") == "DeadlineExceeded" && now.contains("message")) return "";
    return now.dump();
  }
};

}  // namespace integration

// What reports for people say of the results: a check that ends the same way in several versions is said once.
#pragma once

#include <string>
#include <vector>

#include "cni/kit.h"

namespace cni::kit {

struct Finding {
  std::vector<const CheckResult*> results;  // of one check and one target, by version
  const CheckResult& newest() const { return *results.back(); }
  std::string versions() const;  // "0.3.1 to 1.0.0"
};

bool has_failed(const CheckResult& result);  // and the profile does not know of it
bool has_failed_as_known(const CheckResult& result);
bool passes_though_known(const CheckResult& result);  // what the profile lists fails no longer
bool was_told(const CheckResult& result);
bool was_skipped(const CheckResult& result);

// In the order of the catalogue; what MUST be before what SHOULD.
std::vector<Finding> findings(const Report& report, bool (*wanted)(const CheckResult&));

// The text, or its beginning and how much more there was. Plugins may print megabytes.
std::string shortened(const std::string& text, std::size_t most);

}  // namespace cni::kit

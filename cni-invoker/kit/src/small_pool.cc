#include "kit/src/small_pool.h"

#include "kit/src/spoil.h"

namespace cni::kit {
namespace {

// Every subnet of IPv4 in a configuration of IPAM is made one of six addresses. How many were.
std::size_t make_small(Json& json) {
  std::size_t count = 0;
  if (json.is_object()) {
    for (const char* limit : {"rangeStart", "rangeEnd"}) json.erase(limit);
    for (auto& [key, value] : json.items()) {
      if (key != "subnet" || !value.is_string()) {
        count += make_small(value);
        continue;
      }
      const std::string subnet = value;
      if (subnet.find(':') != std::string::npos || subnet.find('/') == std::string::npos) continue;
      value = subnet.substr(0, subnet.find('/')) + "/29";
      ++count;
    }
  } else if (json.is_array()) {
    for (Json& one : json) count += make_small(one);
  }
  return count;
}

}  // namespace

Verdict SmallPool::prepare(std::size_t number) {
  Json config = lab_.target().config;
  if (!config.contains("ipam") || make_small(config["ipam"]) == 0)
    return not_applicable("its addresses are not of a subnet of IPv4 in its configuration");
  KIT_REQUIRE(lab_.takes_no_links());
  KIT_REQUIRE(lab_.has_what_it_needs());
  for (std::size_t i = 0; i < number; ++i) {
    pods_.push_back(&lab_.pod());
    KIT_REQUIRE(lab_.prepare(*pods_.back()));
  }
  return passed();
}

Call SmallPool::made_small(const Call& call) const {
  return with_config(call, [](Json& config) { make_small(config["ipam"]); });
}

std::vector<Call> SmallPool::calls(const std::string& command) const {
  std::vector<Call> all;
  for (std::size_t i = 0; i < pods_.size(); ++i) all.push_back(call(command, i));
  return all;
}

Verdict SmallPool::use_up(std::size_t& there_were) {
  there_were = 0;
  while (there_were < pods_.size() && lab_.run(call("ADD", there_were)).succeeded()) ++there_were;
  if (there_were == 0 || there_were > kAddresses)
    return not_applicable("its pool is not the subnet of its configuration");
  return passed();
}

Verdict SmallPool::release() {
  for (std::size_t i = 0; i < pods_.size(); ++i) KIT_REQUIRE(expect_success(lab_.run(call("DEL", i)), "DEL"));
  return passed();
}

}  // namespace cni::kit

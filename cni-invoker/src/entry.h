// What cache and ledger share: file names that are safe whatever the ids, and attachments and networks as JSON.
#pragma once

#include <charconv>
#include <string>
#include <string_view>

#include "cni/attachment.h"
#include "cni/base/netns.h"
#include "cni/config.h"

namespace cni {

// NETWORK, CONTAINER and IFNAME with `separator` between them; where that is too long for a file name, a hash.
// Different attachments may so share a name: whoever reads the file compares what it says. Kind::invalid: a part holds
// / or NUL.
Result<std::string> entry_name(const std::string& network, const std::string& container_id, const std::string& ifname,
                               std::string_view separator);

// Makes the directory, 0700, so that it survives a power cut.
Result<void> make_entry_dir(const std::string& dir);

// The network as it is run: with the plugins of its sub-directory, and the version selected.
std::string network_json(const NetworkList& network);
Result<NetworkList> network_from_json(const std::string& json);

std::string args_json(const std::vector<std::pair<std::string, std::string>>& args);  // [["K","V"],…]
Result<std::vector<std::pair<std::string, std::string>>> args_from_json(const std::string& json);

// What is known of the namespace, and nothing of what is not.
void set_netns_identity(JsonObject& object, const base::NetnsIdentity& identity);
Result<base::NetnsIdentity> netns_identity_of(const JsonObject& object);

// 0 when absent; Kind::corrupt when it is no whole number.
template <class Number>
Result<Number> number_of(const JsonObject& object, std::string_view key) {
  Number number = 0;
  const std::string* text = object.find(key);
  if (text == nullptr) return number;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size())
    return Error{Kind::corrupt, 0, "'" + std::string(key) + "': expected a whole number"};
  return number;
}

// Members of an entry, in any letter case; empty when absent.
const std::string* find_any_case(const JsonObject& object, std::string_view key);
Result<std::string> text_of(const JsonObject& object, std::string_view key);
Result<JsonObject> object_of(const JsonObject& object, std::string_view key);

}  // namespace cni

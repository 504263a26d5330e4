// Requests: a plugin's object and a capability value in, always one JSON object out.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "request.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  cni::NetworkList network;
  network.name = "n";
  cni::PluginConfig plugin;
  plugin.type = "t";
  plugin.capabilities = {"x"};
  auto object = cni::JsonObject::parse(text);
  if (!object) return 0;
  plugin.object = *object;
  cni::Attachment attachment;
  attachment.capability_args = *object;
  attachment.conventional_args = *object;
  const std::string request = cni::attachment_request(network, plugin, attachment, object->dump(), false);
  const auto again = cni::JsonObject::parse(request);
  if (!again || *again->find("name") != "\"n\"" || again->find("capabilities") != nullptr) std::abort();
  return 0;
}

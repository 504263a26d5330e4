#include "runtime/cli/hide_secrets.h"

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace podrun::cli {
namespace {

using OrderedJson = nlohmann::ordered_json;

// `json` may be of any type: a manifest is what was asked for.
OrderedJson list_in(const OrderedJson& json, const char* field) {
  const auto found = json.is_object() ? json.find(field) : json.end();
  return json.is_object() && found != json.end() && found->is_array() ? *found : OrderedJson::array();
}

bool has_field(const OrderedJson& json, const char* field) { return json.is_object() && json.contains(field); }

std::string text_in(const OrderedJson& json, const char* field) {
  return has_field(json, field) && json[field].is_string() ? json[field].get<std::string>() : std::string();
}

class Secrets {
 public:
  explicit Secrets(const OrderedJson& asked) {
    const OrderedJson sources = list_in(asked, "envFrom");
    for (const OrderedJson& source : sources)
      if (has_field(source, "secretRef")) prefixes_.push_back(text_in(source, "prefix"));
    // In their order: a variable may refer to those before it.
    const OrderedJson variables = list_in(asked, "env");
    for (const OrderedJson& variable : variables) {
      const bool is_secret = has_field(variable, "valueFrom") && has_field(variable["valueFrom"], "secretKeyRef");
      named_[text_in(variable, "name")] = is_secret || refers_to_one(text_in(variable, "value"));
    }
  }

  bool has_variable(const std::string& name) const {
    if (const auto found = named_.find(name); found != named_.end()) return found->second;
    for (const std::string& prefix : prefixes_)
      if (name.starts_with(prefix)) return true;
    return false;
  }

  // "$(NAME)".
  bool refers_to_one(const std::string& text) const {
    for (std::size_t begin = text.find("$("); begin != std::string::npos; begin = text.find("$(", begin + 1))
      if (const std::size_t end = text.find(')', begin);
          end != std::string::npos && has_variable(text.substr(begin + 2, end - begin - 2)))
        return true;
    return false;
  }

 private:
  std::vector<std::string> prefixes_;
  std::map<std::string, bool> named_;
};

}  // namespace

void hide_secrets(OrderedJson& process, const OrderedJson& asked) {
  const Secrets secrets(asked);
  for (OrderedJson& variable : process["env"]) {
    const auto text = variable.get<std::string>();
    const std::string name = text.substr(0, text.find('='));
    if (secrets.has_variable(name)) variable = name + "=" + kHidden;
  }
  // The command's words come first and the arguments last, whichever of them are the image's.
  OrderedJson& words = process["args"];
  const OrderedJson command = list_in(asked, "command");
  const OrderedJson arguments = list_in(asked, "args");
  const auto hide = [&](const OrderedJson& word, std::size_t place) {
    if (place < words.size() && word.is_string() && secrets.refers_to_one(word.get<std::string>()))
      words[place] = kHidden;
  };
  for (std::size_t i = 0; i < command.size(); ++i) hide(command[i], i);
  for (std::size_t i = 0; i < arguments.size(); ++i) hide(arguments[i], words.size() - arguments.size() + i);
}

}  // namespace podrun::cli

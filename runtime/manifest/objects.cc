#include "runtime/manifest/objects.h"

#include "runtime/manifest/check.h"
#include "runtime/manifest/document.h"
#include "runtime/manifest/text.h"

namespace podrun::manifest {
namespace {

std::string text_of(const Json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// 'v1 Pod' without quotes, as it goes into a sentence.
std::string plain(const std::string& text) {
  const std::string quoted = quote(text);
  return quoted.substr(1, quoted.size() - 2);
}

// Cut as long as there is room for what comes behind it in a label, as in Kubernetes.
void name(Json& object, const std::function<std::string()>& suffix) {
  constexpr std::size_t kLongestBase = 58;
  const auto metadata = object.find("metadata");
  if (metadata == object.end() || !metadata->is_object() || metadata->contains("name")) return;
  const std::string base = text_of(*metadata, "generateName");
  if (!base.empty()) (*metadata)["name"] = base.substr(0, kLongestBase) + suffix();
}

class ObjectReader {
 public:
  ObjectReader(const ManifestOptions& options, Problems& problems) : options_(options), problems_(problems) {}

  void text(const ManifestText& text) {
    problems_.begin(text.source);
    auto documents = read_documents(text.text);
    if (!documents) return problems_.add("", documents.error().what, documents.error().kind);
    for (std::size_t i = 0; i < documents->size(); ++i) {
      Json& document = (*documents)[i];
      std::string source = text.source;
      if (documents->size() > 1) source += " (" + called(document, i) + ")";
      problems_.begin(source);
      object(std::move(document), source, "", nullptr);
    }
  }

  std::vector<Object> take() { return std::move(objects_); }

 private:
  static std::string called(const Json& document, std::size_t index) {
    const std::string nameless = "document " + std::to_string(index + 1);
    if (!document.is_object()) return nameless;
    const Object object{document, text_of(document, "kind"), "", "", "", ""};
    return object.kind.empty() || object.name().empty() ? nameless : plain(object.kind + " " + object.name());
  }

  // Items of a typed list ("PodList") need not say what they are.
  void object(Json value, const std::string& source, const std::string& path, const Object* list) {
    const auto refuse = [&](const std::string& found) { problems_.add(path, "expected v1 Pod, found " + found); };
    if (!value.is_object()) return refuse(std::string(noun(value)));
    std::string kind = text_of(value, "kind");
    std::string version = text_of(value, "apiVersion");
    if (list != nullptr && list->kind.size() > 4 && kind.empty() && version.empty()) {
      kind = list->kind.substr(0, list->kind.size() - 4);
      version = text_of(list->value, "apiVersion");
    }
    if (kind.empty() || version.empty())
      return refuse("an object without " + std::string(kind.empty() ? "kind" : "apiVersion"));
    const std::size_t slash = version.find('/');
    const std::string group = slash == std::string::npos ? "" : version.substr(0, slash);
    Object object{std::move(value), kind, group, version, source, path};
    if (object.group.empty() && version != "v1") return refuse(plain(version + " " + kind));
    if (kind.ends_with("List")) return items(std::move(object));
    if (options_.name_suffix) name(object.value, options_.name_suffix);
    objects_.push_back(std::move(object));
  }

  void items(Object list) {
    const auto found = list.value.find("items");
    const std::string path = child_path(list.path, "items");
    if (found == list.value.end() || found->is_null()) return;
    if (!found->is_array()) return problems_.add(path, "expected a list, found " + std::string(noun(*found)));
    Json items = std::move(*found);
    for (std::size_t i = 0; i < items.size(); ++i) object(std::move(items[i]), list.source, child_path(path, i), &list);
  }

  const ManifestOptions& options_;
  Problems& problems_;
  std::vector<Object> objects_;
};

}  // namespace

std::string Object::name() const {
  const auto metadata = value.find("metadata");
  if (metadata == value.end() || !metadata->is_object()) return {};
  const std::string name = text_of(*metadata, "name");
  return name.empty() ? text_of(*metadata, "generateName") : name;
}

std::vector<Object> read_objects(const std::vector<ManifestText>& texts, const ManifestOptions& options,
                                 Problems& problems) {
  ObjectReader reader(options, problems);
  for (const ManifestText& text : texts) reader.text(text);
  return reader.take();
}

}  // namespace podrun::manifest

#include "runtime/manifest/tree.h"

#include "runtime/manifest/text.h"

namespace podrun::manifest {
namespace {

constexpr const char* kMergeKey = "<<";
constexpr const char* kTooManyMembers = "more than 4096 keys in one object";
static_assert(kMaxMembers == 4096 && kMaxTextBytes == std::size_t{1024} * 1024 && kMaxNodes == 100'000 &&
              kMaxDepth == 32);
constexpr const char* kTooLong = "aliases expand to more than 1 MiB";

Error refuse_document(std::string what) { return {Kind::invalid, 0, std::move(what)}; }

}  // namespace

bool TreeBuilder::awaits_key() const {
  return !frames_.empty() && frames_.back().value.is_object() && !frames_.back().has_key;
}

// Also walks what a graft brings, whose depth is bounded where it was built and again here.
Result<void> TreeBuilder::count(const Json& subtree, std::size_t depth) {
  if (depth > kMaxDepth) return refuse_document("nested more than 32 deep");
  if (++nodes_ > kMaxNodes) return refuse_document("more than 100000 values");
  if (subtree.is_string()) {
    const std::string& string = subtree.get_ref<const std::string&>();
    // A C string would end there: what was checked would not be what is executed.
    if (string.find('\0') != std::string::npos) return refuse_document("a string holds a NUL byte");
    bytes_ += string.size();
  }
  if (subtree.is_object())
    for (const auto& member : subtree.items()) bytes_ += member.key().size();
  if (bytes_ > kMaxTextBytes) return refuse_document(kTooLong);
  if (subtree.is_structured())
    for (const Json& child : subtree) TRY(count(child, depth + 1));
  return {};
}

Result<void> TreeBuilder::open(Json empty) {
  TRY(count(empty, frames_.size() + 1));
  frames_.push_back({std::move(empty), {}, false});
  return {};
}

Result<void> TreeBuilder::key(std::string name) {
  Frame& frame = frames_.back();
  if (name.find('\0') != std::string::npos) return refuse_document("a key holds a NUL byte");
  if (frame.value.contains(name)) return refuse_document("key " + quote(name) + " is given twice");
  if (frame.value.size() == kMaxMembers) return refuse_document(kTooManyMembers);
  if ((bytes_ += name.size()) > kMaxTextBytes) return refuse_document(kTooLong);
  frame.key = std::move(name);
  frame.has_key = true;
  return {};
}

Result<void> TreeBuilder::value(Json scalar) {
  TRY(count(scalar, frames_.size() + 1));
  put(std::move(scalar));
  return {};
}

Result<void> TreeBuilder::graft(const Json& subtree) {
  TRY(count(subtree, frames_.size() + 1));
  put(subtree);
  return {};
}

Result<void> TreeBuilder::close_merging() {
  Json& object = frames_.back().value;
  if (const auto merged = object.find(kMergeKey); merged != object.end()) {
    Json sources = std::move(*merged);
    object.erase(kMergeKey);
    if (sources.is_object()) sources = Json::array({std::move(sources)});
    if (!sources.is_array()) return refuse_document("the merge key '<<' takes an object or a list of objects");
    for (Json& source : sources) {
      if (!source.is_object()) return refuse_document("the merge key '<<' takes an object or a list of objects");
      for (auto& member : source.items())
        if (!object.contains(member.key())) object[member.key()] = std::move(member.value());
      if (object.size() > kMaxMembers) return refuse_document(kTooManyMembers);
    }
  }
  close();
  return {};
}

void TreeBuilder::close() {
  Json value = std::move(frames_.back().value);
  frames_.pop_back();
  put(std::move(value));
}

void TreeBuilder::put(Json value) {
  if (frames_.empty()) {
    root_ = std::move(value);
    return;
  }
  Frame& frame = frames_.back();
  if (frame.value.is_array()) {
    frame.value.push_back(std::move(value));
    return;
  }
  frame.value.emplace(std::move(frame.key), std::move(value));
  frame.has_key = false;
}

Result<Json> TreeBuilder::copy_last() {
  const Json& last = frames_.empty() ? root_ : frames_.back().value.back();
  TRY(count(last, frames_.size() + 1));
  return last;
}

}  // namespace podrun::manifest

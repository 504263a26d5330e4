// YAML, by yaml-cpp's event interface: its node tree would be built whole, aliases and all, before we could count.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <vector>

#include "runtime/manifest/document.h"
#include "runtime/manifest/scalar.h"
#include "runtime/manifest/text.h"

namespace podrun::manifest {
namespace {

std::string position_of(const YAML::Mark& mark) {
  return "line " + std::to_string(mark.line + 1) + ", column " + std::to_string(mark.column + 1);
}

// yaml-cpp takes a tab at the beginning of a line for part of a text, and then finds what comes behind it in a wrong place.
std::string what_is_wrong(std::string_view text, const YAML::Exception& error) {
  const std::string where = position_of(error.mark) + ": ";
  if (!error.msg.starts_with("illegal")) return where + error.msg;
  for (int line = 0; line < error.mark.line && !text.empty(); ++line)
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  const std::size_t tab = text.find_first_not_of(' ');
  if (tab == std::string_view::npos || text[tab] != '\t') return where + error.msg;
  return "line " + std::to_string(error.mark.line + 1) + ", column " + std::to_string(tab + 1) +
         ": a tab, where YAML is indented by spaces alone";
}

// The handler can end the parse only by throwing; it throws what yaml-cpp throws, and one catch takes both.
class YamlEvents : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override {
    document_start_ = mark;
    anchors_.clear();  // their numbers begin anew
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { scalar(mark, anchor, nullptr); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    scalar(mark, anchor, check(mark, tagged_scalar(tag, value)));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto kept = anchors_.find(anchor);
    if (kept == anchors_.end()) refuse(mark, "an alias inside of what it stands for");
    if (tree_.awaits_key()) return check(mark, tree_.key(as_key(mark, kept->second)));
    check(mark, tree_.graft(kept->second));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, "tag:yaml.org,2002:seq", anchor, Json::array());
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, "tag:yaml.org,2002:map", anchor, Json::object());
  }
  void OnSequenceEnd() override {
    tree_.close();
    close();
  }
  void OnMapEnd() override {
    check(open_.back().mark, tree_.close_merging());
    close();
  }

  const YAML::Mark& document_start() const { return document_start_; }
  Json take() { return tree_.take(); }

 private:
  struct Open {
    YAML::Mark mark;
    YAML::anchor_t anchor;
  };

  [[noreturn]] static void refuse(const YAML::Mark& mark, const std::string& what) {
    throw YAML::ParserException(mark, what);
  }
  static void check(const YAML::Mark& mark, Result<void> done) {
    if (!done) refuse(mark, done.error().what);
  }
  static Json check(const YAML::Mark& mark, Result<Json> done) {
    if (!done) refuse(mark, done.error().what);
    return std::move(done).value();
  }

  // Numbers and booleans become the strings they are written as in JSON, as kubectl makes them.
  static std::string as_key(const YAML::Mark& mark, const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_null() || value.is_structured()) refuse(mark, "a key must be a string");
    return value.dump();
  }

  void scalar(const YAML::Mark& mark, YAML::anchor_t anchor, Json value) {
    if (tree_.awaits_key()) {
      if (anchor != YAML::NullAnchor) anchors_[anchor] = value;
      return check(mark, tree_.key(as_key(mark, value)));
    }
    check(mark, tree_.value(std::move(value)));
    keep(mark, anchor);
  }
  void open(const YAML::Mark& mark, const std::string& tag, std::string_view own_tag, YAML::anchor_t anchor,
            Json empty) {
    if (tree_.awaits_key()) refuse(mark, "a key must be a string");
    if (!tag.empty() && tag != "?" && tag != "!" && tag != own_tag)
      refuse(mark, "tag " + quote(tag) + " means nothing in a manifest");
    check(mark, tree_.open(std::move(empty)));
    open_.push_back({mark, anchor});
  }
  void close() {
    keep(open_.back().mark, open_.back().anchor);
    open_.pop_back();
  }
  void keep(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) anchors_[anchor] = check(mark, tree_.copy_last());
  }

  TreeBuilder tree_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Json> anchors_;
  YAML::Mark document_start_;
};

}  // namespace

Result<std::vector<Json>> read_yaml(std::string_view text) {
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    YamlEvents events;
    std::vector<Json> documents;
    int previous_start = -1;
    for (bool more = true; more;) {
      more = parser.HandleNextDocument(events);
      // yaml-cpp 0.7 takes the comma in "[a], b" for an empty document, again and again, and never passes it.
      if (more && events.document_start().pos == previous_start)
        return Error{Kind::invalid, 0, position_of(events.document_start()) + ": nothing may stand here"};
      previous_start = events.document_start().pos;
      if (Json document = events.take(); more && !document.is_null()) documents.push_back(std::move(document));
    }
    return documents;
  } catch (const YAML::Exception& error) {
    return Error{Kind::invalid, 0, what_is_wrong(text, error)};
  }
}

}  // namespace podrun::manifest

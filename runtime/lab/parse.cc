#include <cmark.h>

#include <memory>
#include <sstream>

#include "runtime/lab/lab.h"

namespace podrun {
namespace {

struct FreeNode {
  void operator()(cmark_node* node) const { cmark_node_free(node); }
};
using Page = std::unique_ptr<cmark_node, FreeNode>;

std::string or_empty(const char* text) { return text == nullptr ? "" : text; }

// Of a heading or a paragraph, without its markup.
std::string plain_text(cmark_node* node) {
  std::string text;
  for (cmark_node* child = cmark_node_first_child(node); child != nullptr; child = cmark_node_next(child)) {
    const cmark_node_type type = cmark_node_get_type(child);
    if (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK) text += ' ';
    text += or_empty(cmark_node_get_literal(child));
    text += plain_text(child);
  }
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  std::istringstream stream(text);
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

// As a root shell shows them: its prompt, and that of a line that goes on.
std::vector<std::string> typed_commands(const std::vector<std::string>& lines) {
  std::vector<std::string> commands;
  bool goes_on = false;
  for (const std::string& line : lines) {
    if (line.starts_with("# ")) {
      commands.push_back(line.substr(2));
    } else if (goes_on && (line.starts_with("> ") || line == ">")) {
      commands.back() += "\n" + line.substr(std::min<std::size_t>(2, line.size()));
      continue;
    }
    goes_on = line.starts_with("# ");
  }
  return commands;
}

std::vector<std::string> plain_commands(const std::vector<std::string>& lines) {
  std::vector<std::string> commands;
  for (const std::string& line : lines)
    if (!line.empty()) commands.push_back(line);
  return commands;
}

class Reader {
 public:
  explicit Reader(Lab& lab) : lab_(lab) {}

  Result<void> read() {
    const Page page(cmark_parse_document(lab_.text.data(), lab_.text.size(), CMARK_OPT_DEFAULT));
    for (cmark_node* node = cmark_node_first_child(page.get()); node != nullptr; node = cmark_node_next(node))
      TRY(read_node(node));
    if (lab_.title.empty()) return wrong(1, "expected a title, such as '# A bridge'");
    for (const LabBlock& block : lab_.blocks)
      if (block.kind == LabBlock::Kind::step) return {};
    return wrong(1, "expected a block of 'console': a lab is something to type");
  }

 private:
  Error wrong(int line, const std::string& what) const {
    return {Kind::invalid, 0, lab_.name + ":" + std::to_string(line) + ": " + what};
  }

  Result<void> read_node(cmark_node* node) {
    const cmark_node_type type = cmark_node_get_type(node);
    if (type == CMARK_NODE_HEADING) {
      heading_ = plain_text(node);
      if (lab_.title.empty()) lab_.title = heading_;
    } else if (type == CMARK_NODE_PARAGRAPH && lab_.summary.empty()) {
      lab_.summary = plain_text(node);
    } else if (type == CMARK_NODE_CODE_BLOCK) {
      return read_block(node);
    }
    return {};
  }

  // One of another kind is text.
  Result<void> read_block(cmark_node* node) {
    const std::vector<std::string> words = words_of(or_empty(cmark_node_get_fence_info(node)));
    const std::string kind = words.empty() ? "" : words[0];
    LabBlock block;
    if (kind == "needs") {
      block.kind = LabBlock::Kind::needs;
    } else if (kind == "check") {
      block.kind = LabBlock::Kind::check;
    } else if (kind == "break") {
      block.kind = LabBlock::Kind::breaking;
    } else if (kind != "console") {
      return {};
    }
    block.heading = heading_;
    block.line = cmark_node_get_start_line(node);
    block.last_line = cmark_node_get_end_line(node);
    const bool breaks = block.kind == LabBlock::Kind::breaking;
    if (words.size() != (breaks ? 4U : 1U))
      return wrong(block.line, breaks ? "expected 'break CAUSE FROM TO:PORT'" : "expected '" + kind + "' alone");
    if (breaks) {
      block.cause = words[1];
      block.from = words[2];
      block.to = words[3];
    }
    const std::vector<std::string> lines = lines_of(or_empty(cmark_node_get_literal(node)));
    block.commands = block.kind == LabBlock::Kind::step ? typed_commands(lines) : plain_commands(lines);
    if (block.commands.empty())
      return wrong(block.line, kind == "console" ? "expected a line behind '# '" : "expected a command");
    lab_.blocks.push_back(std::move(block));
    return {};
  }

  Lab& lab_;
  std::string heading_;
};

}  // namespace

Result<Lab> parse_lab(std::string name, std::string text) {
  Lab lab;
  lab.name = std::move(name);
  lab.text = std::move(text);
  TRY(Reader(lab).read());
  return lab;
}

std::string readable_text(const Lab& lab) {
  std::string text;
  int number = 0;
  bool was_empty = false;
  for (const std::string& line : lines_of(lab.text)) {
    ++number;
    bool is_hidden = false;
    for (const LabBlock& block : lab.blocks)
      is_hidden |= (block.kind == LabBlock::Kind::check || block.kind == LabBlock::Kind::breaking) &&
                   block.line <= number && number <= block.last_line;
    if (is_hidden || (was_empty && line.empty())) continue;
    was_empty = line.empty();
    text += line + "\n";
  }
  return text;
}

}  // namespace podrun

#include "runtime/cli/json_template.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "runtime/cli/bad_input.h"
#include "runtime/cli/quoted_text.h"

namespace podrun::cli {
namespace {

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kJsonPathSpaces), text.size()));
  return text.substr(0, text.find_last_not_of(kJsonPathSpaces) + 1);
}

// Where the brace that `text` begins with is closed, past quotes.
std::size_t closing_brace(std::string_view text) {
  char quote = '\0';
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (quote != '\0') {
      if (text[i] == quote) quote = '\0';
    } else if (text[i] == '\'' || text[i] == '"') {
      quote = text[i];
    } else if (text[i] == '}') {
      return i;
    }
  }
  return std::string_view::npos;
}

}  // namespace

std::string plain_text(const nlohmann::json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

class JsonTemplate::Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  Result<std::vector<Piece>> pieces(bool in_range) {
    std::vector<Piece> pieces;
    while (!rest_.empty()) {
      if (rest_.front() != '{') {
        const std::string_view text = rest_.substr(0, rest_.find('{'));
        pieces.push_back({std::string(text), std::nullopt, false, {}});
        rest_.remove_prefix(text.size());
        continue;
      }
      const std::size_t end = closing_brace(rest_);
      if (end == std::string_view::npos) return bad_input("'" + std::string(rest_) + "': the brace is not closed");
      std::string_view inside = trimmed(rest_.substr(1, end - 1));
      rest_.remove_prefix(end + 1);
      if (inside == "end") {
        if (in_range) return pieces;
        return bad_input("{end} without {range}");
      }
      pieces.push_back(TRY(piece(inside)));
    }
    if (in_range) return bad_input("{range} without {end}");
    return pieces;
  }

 private:
  Result<Piece> piece(std::string_view inside) {
    Piece piece;
    if (inside.starts_with('"') || inside.starts_with('\'')) {
      piece.text = TRY(take_quoted(inside));
      if (!inside.empty()) return bad_input("unexpected '" + std::string(inside) + "' behind a quoted text");
      return piece;
    }
    piece.is_range = inside.starts_with("range ");
    piece.path = TRY(JsonPath::parse(piece.is_range ? inside.substr(6) : inside));
    if (piece.is_range) piece.body = TRY(pieces(true));
    return piece;
  }

  std::string_view rest_;
};

Result<JsonTemplate> JsonTemplate::parse(std::string_view text) {
  if (text.empty()) return bad_input("expected a template, such as {.status.podIP}");
  JsonTemplate parsed;
  parsed.pieces_ = TRY(Parser(text).pieces(false));
  return parsed;
}

std::string JsonTemplate::fill_in(const nlohmann::json& document) const {
  std::string out;
  append(out, pieces_, document, document);
  return out;
}

void JsonTemplate::append(std::string& out, const std::vector<Piece>& pieces, const nlohmann::json& document,
                          const nlohmann::json& here) {
  for (const Piece& piece : pieces) {
    out += piece.text;
    if (!piece.path) continue;
    bool first = true;
    for (const nlohmann::json* match : piece.path->find(document, here)) {
      if (piece.is_range) {
        append(out, piece.body, document, *match);
      } else {
        out += (first ? "" : " ") + plain_text(*match);
      }
      first = false;
    }
  }
}

}  // namespace podrun::cli

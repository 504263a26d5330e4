// podrun explain: what becomes of a field of a Pod here, from the table that manifests are read by; or, of two places,
// why a packet does not come from the one to the other (explain_packet.h).
#include <map>
#include <memory>
#include <optional>

#include "runtime/cli/commands.h"
#include "runtime/cli/explain_packet.h"
#include "runtime/manifest/fields.h"
#include "runtime/manifest/suggest.h"
#include "runtime/manifest/text.h"

namespace podrun::cli {
namespace {

using manifest::Choice;
using manifest::Field;
using manifest::Shape;
using manifest::Treatment;
using manifest::Type;

constexpr std::string_view kIdle = "means nothing on one machine";

struct ExplainCommandOptions {
  std::vector<std::string> words;  // FIELD, or FROM TO:PORT
  bool recursive = false;
  bool udp = false;
  std::optional<std::uint32_t> data;
  std::string format;
};

// As kubectl writes types.
std::string_view field_type(const Field& field) {
  switch (field.shape) {
    case Shape::text:
      return "string";
    case Shape::flag:
      return "boolean";
    case Shape::whole:
      return "integer";
    case Shape::amount:
      return "Quantity";
    case Shape::list:
      return "[]Object";
    case Shape::texts:
      return "[]string";
    case Shape::wholes:
      return "[]integer";
    case Shape::text_map:
      return "map[string]string";
    case Shape::object:
    case Shape::open:
      break;
  }
  return "Object";
}

std::string what_becomes(Treatment treatment, std::string_view note) {
  const auto with = [&](std::string word, std::string_view otherwise) {
    const std::string_view why = note.empty() ? otherwise : note;
    return why.empty() ? word : word.append(": ").append(why);
  };
  switch (treatment) {
    case Treatment::accepted:
      return "supported";
    case Treatment::moot:
      return "accepted, and nothing is said";
    case Treatment::idle:
      return with("accepted with a warning", kIdle);
    case Treatment::later:
      break;
  }
  return with("refused", "");
}

// Values that are treated otherwise than their field are named.
std::string what_becomes(const Field& field) {
  std::string text = what_becomes(field.treatment, field.note);
  std::string values;
  for (const Choice& choice : field.choices) {
    values.append(values.empty() ? "" : ", ").append(choice.value == manifest::kAnyOther ? "others" : choice.value);
    if (choice.treatment != Treatment::accepted) values += " (" + what_becomes(choice.treatment, choice.note) + ")";
  }
  return values.empty() ? text : text + ": " + values;
}

// What is inside of a field that means nothing is as good as the field.
bool has_parts(const Field& field) { return field.type != nullptr && field.treatment == Treatment::accepted; }

void print_tree(Output& out, const Type& type, const std::string& indent, bool recursive) {
  for (const Field& field : type.fields) {
    out.print(indent + std::string(field.name) + "\t<" + std::string(field_type(field)) + ">  " + what_becomes(field) +
              "\n");
    if (recursive && has_parts(field)) print_tree(out, *field.type, indent + "  ", true);
  }
}

std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, "\\");
  return text;
}

// Each type once; `seen` has where.
void print_rows(Output& out, const Type& type, const std::string& path, std::map<const Type*, std::string>& seen) {
  for (const Field& field : type.fields) {
    const std::string where = manifest::child_path(path, field.name);
    const std::string inside = where + (field.shape == Shape::list ? "[]" : "");
    const bool has_rows = has_parts(field) && seen.emplace(field.type, inside).second;
    const std::string as = has_parts(field) && !has_rows ? "; inside, as `" + seen.at(field.type) + "`" : "";
    out.print("| `" + where + "` | " + std::string(field_type(field)) + " | " + cell(what_becomes(field)) + as +
              " |\n");
    if (has_rows) print_rows(out, *field.type, inside, seen);
  }
}

struct Found {
  const Type* type = &manifest::kPod;
  const Field* field = nullptr;  // none: the Pod itself
  std::string path = "pod";
};

Error unknown(const Found& in, const std::string& word) {
  std::vector<std::string_view> names;
  if (in.type != nullptr)
    for (const Field& field : in.type->fields) names.push_back(field.name);
  const std::string_view near = manifest::closest(word, names);
  return {Kind::not_found, 0,
          "explain: " + in.path + " has no field " + manifest::quote(word) +
              (near.empty() ? "" : "; did you mean " + manifest::quote(near) + "?")};
}

// "pod.spec.containers", as kubectl takes it.
Result<Found> find(const std::string& typed) {
  Found found;
  std::size_t begin = 0;
  while (begin <= typed.size()) {
    const std::size_t end = std::min(typed.find('.', begin), typed.size());
    const std::string word = typed.substr(begin, end - begin);
    if (begin == 0 && (word == "pod" || word == "pods" || word == "po" || word.empty())) {
      begin = end + 1;
      continue;
    }
    const Field* const next = found.type != nullptr ? found.type->find(word) : nullptr;
    if (next == nullptr) return unknown(found, word);
    found = {next->type, next, found.path + "." + word};
    begin = end + 1;
  }
  return found;
}

Result<int> explain_field(Context& context, const ExplainCommandOptions& options) {
  const Found found = TRY(find(options.words.empty() ? "" : options.words.front()));
  Output& out = context.out;
  if (options.format == "markdown") {
    out.print("| Field | Type | Here |\n|---|---|---|\n");
    std::map<const Type*, std::string> seen;
    if (found.type != nullptr) print_rows(out, *found.type, found.path == "pod" ? "" : found.path.substr(4), seen);
    return 0;
  }
  out.print("KIND:       Pod\nVERSION:    v1\n\n");
  if (found.field != nullptr)
    out.print("FIELD: " + std::string(found.field->name) + " <" + std::string(field_type(*found.field)) +
              ">\n\nHERE:\n    " + what_becomes(*found.field) + "\n\n");
  if (found.type == nullptr) return 0;
  out.print("FIELDS:\n");
  print_tree(out, *found.type, "  ", options.recursive);
  return 0;
}

Result<int> explain_one(Context& context, const ExplainCommandOptions& options) {
  const bool is_packet = options.words.size() == 2;
  const auto refuse = [&](bool given, const std::string& option) -> Result<void> {
    if (!given) return {};
    return Error{Kind::invalid, 0,
                 "explain: " + option + " is for " + (is_packet ? "a field of a Pod" : "a packet: FROM TO:PORT")};
  };
  TRY(refuse(is_packet && options.recursive, "--recursive"));
  TRY(refuse(!is_packet && options.udp, "--udp"));
  TRY(refuse(!is_packet && options.data, "--data"));
  TRY(refuse(!options.format.empty() && (options.format == "markdown") == is_packet, "-o " + options.format));
  if (!is_packet) return explain_field(context, options);
  return explain_packet(context, {options.words[0], options.words[1], options.udp, options.data.value_or(0),
                                  options.format})
      .in("explain");
}

}  // namespace

void explain_command(Command& command, Context& context) {
  const auto options = std::make_shared<ExplainCommandOptions>();
  command.words(options->words, "FIELD | FROM TO:PORT",
                "A field of a Pod, such as pod.spec.containers; else the Pod itself. Of two places, as trace has them: "
                "why a packet does not arrive",
                0, 2);
  command.flag("--recursive", options->recursive, "Show what is inside of fields, too");
  command.flag("--udp", options->udp, "A datagram in place of TCP's handshake");
  command.option("--data", options->data, "BYTES", "Send that much, too: behind the handshake, or in the datagram");
  command
      .option("-o,--output", options->format, "FORMAT",
              "Of fields, as a table: markdown. Of a packet: json; name, the cause's alone; fix, the commands that mend it")
      .one_of({"markdown", "json", "name", "fix"});
  command.run([&context, options] { return explain_one(context, *options); });
}

}  // namespace podrun::cli

#include "runtime/cli/explain_packet.h"

#include <nlohmann/json.hpp>

#include "base/interruption.h"
#include "runtime/cli/print.h"
#include "runtime/cli/trace_places.h"
#include "runtime/packet/explain.h"
#include "runtime/packet/gather.h"
#include "runtime/packet/picture_words.h"
#include "runtime/packet/recording_json.h"

namespace podrun::cli {
namespace {

// A word before each first line, and the others below it.
std::string rows(const std::string& word, const std::vector<std::string>& lines) {
  constexpr std::size_t kWidth = 10;
  std::string text;
  for (const std::string& line : lines) text += packet::padded(text.empty() ? word : "", kWidth) + line + "\n";
  return text;
}

std::string text_of(const packet::Recording& recording, const packet::Explanation& explanation) {
  std::string text = packet::headline(recording) + "\n";
  if (explanation.arrives) {
    text += rows("arrives", {explanation.end});
  } else if (explanation.cause) {
    text += rows("cause", {explanation.cause->text}) + rows("evidence", explanation.cause->evidence) +
            rows("fix", explanation.cause->fixes);
  } else {
    text += rows("cause", {"unknown; " + explanation.end});
  }
  return text + rows("note", explanation.notes);
}

Json json_of(const packet::Recording& recording, const packet::Explanation& explanation) {
  Json json{{"from", recording.from},
            {"to", recording.to},
            {"transport", recording.name.transport == packet::Transport::tcp ? "tcp" : "udp"},
            {"outcome", recording.outcome.word},
            {"arrives", explanation.arrives},
            {"end", explanation.end}};
  if (explanation.cause)
    json["cause"] = {{"name", explanation.cause->name},
                     {"text", explanation.cause->text},
                     {"evidence", explanation.cause->evidence},
                     {"fixes", explanation.cause->fixes}};
  json["notes"] = explanation.notes;
  json["recording"] = Json::parse(packet::to_json(recording), nullptr, false);
  return json;
}

}  // namespace

Result<int> explain_packet(Context& context, const ExplainPacketOptions& options) {
  TRY(check_data(options.data));
  TRY(parse_host_and_port(options.to));
  TRY(context.require_root("explain"));
  TracePlaces places = TRY(find_trace_places(context, options.from, options.to, options.udp));
  places.question.data = options.data;
  base::listen_for_interruption();
  packet::Recording recording = TRY(packet::record(places.spaces, places.question));
  packet::gather(places.spaces, recording);
  const packet::Explanation explanation = packet::explain(recording);
  if (options.json)
    print_document(context.out, "json", json_of(recording, explanation));
  else
    context.out.print(text_of(recording, explanation));
  return explanation.arrives ? 0 : explanation.cause ? kCauseNamed : kCauseUnknown;
}

}  // namespace podrun::cli

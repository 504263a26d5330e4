// podrun trace: one real packet and its answer, followed through the network namespaces of this machine. It shows what
// has happened, and judges nothing; what is expected is the caller's to say.
#include <unistd.h>

#include <memory>
#include <optional>

#include "base/interruption.h"
#include "runtime/cli/print.h"
#include "runtime/cli/terminal.h"
#include "runtime/cli/trace_commands.h"
#include "runtime/cli/trace_places.h"
#include "runtime/packet/journey.h"
#include "runtime/packet/picture_list.h"
#include "runtime/packet/picture_svg.h"
#include "runtime/packet/picture_text.h"
#include "runtime/packet/recording_json.h"

namespace podrun::cli {
namespace {

struct TraceCommandOptions {
  std::vector<std::string> words;
  bool udp = false;
  std::optional<std::uint32_t> data;
  std::string format;
  std::vector<std::string> expected;
  std::vector<std::string> droppers;
};

// Into a file or a pipe goes the picture, however wide it is.
std::optional<std::size_t> terminal_width() {
  if (::isatty(STDOUT_FILENO) == 0) return std::nullopt;
  return columns_of(STDOUT_FILENO);
}

std::string shown(const packet::Recording& recording, const packet::Journey& journey, const std::string& format) {
  if (format == "json") return packet::to_json(recording) + "\n";
  if (format == "html") return packet::html_of(recording, journey);
  if (format == "svg") return journey.legs.empty() ? "" : packet::svg_of(recording, journey.legs.front());
  if (format == "wide") return packet::list_of(recording, journey, true);
  return packet::text_of(recording, journey, terminal_width());
}

// The first that is not so.
Result<void> compare(const packet::Recording& recording, const packet::Journey& journey,
                     const TraceCommandOptions& options) {
  for (const std::string& expected : options.expected)
    if (!packet::has_expected(recording, journey, expected))
      return Error{Kind::not_found, 0, "expected " + expected + ", which is no part of what has happened"};
  for (const std::string& rule : options.droppers)
    if (!packet::is_dropped_by(journey, rule))
      return Error{Kind::not_found, 0, "expected to be dropped by '" + rule + "', and was not"};
  return {};
}

Result<int> trace(Context& context, const TraceCommandOptions& options) {
  TRY(check_data(options.data.value_or(0)));
  TRY(parse_host_and_port(options.words[1]));
  TRY(context.require_root("trace"));
  TracePlaces places = TRY(find_trace_places(context, options.words[0], options.words[1], options.udp));
  places.question.data = options.data.value_or(0);
  base::listen_for_interruption();
  const packet::Recording recording = TRY(packet::record(places.spaces, places.question));
  const packet::Journey journey = packet::journey_of(recording);
  context.out.print(shown(recording, journey, options.format));
  TRY(context.out.flush());
  TRY(compare(recording, journey, options));
  return 0;
}

}  // namespace

void trace_command(Command& command, Context& context) {
  const auto options = std::make_shared<TraceCommandOptions>();
  command.words(options->words, "FROM TO:PORT",
                "From a pod, host, a node, NODE/POD, netns:NAME or netns:/path, to one of these or an IP address", 2,
                2);
  command.flag("--udp", options->udp, "A datagram in place of TCP's handshake");
  command.option("--data", options->data, "BYTES", "Send that much, too: behind the handshake, or in the datagram");
  add_output(command, options->format, {"text", "wide", "json", "html", "svg"});
  command.option("--expect", options->expected, "WHAT",
                 "Fail unless that was part of it: host/cni0, DNAT, SNAT, SYN-ACK, RST, connected, refused, silent");
  command.option("--expect-dropped-by", options->droppers, "RULE",
                 "Fail unless a rule dropped it whose text has that in it, or whose chain or table it is");
  command.run([&context, options] { return trace(context, *options).in("trace"); });
}

}  // namespace podrun::cli

// One page that needs nothing else: no script, no file beside it. A tab is a radio button, and CSS shows what belongs
// to it.
#include "runtime/packet/picture_list.h"
#include "runtime/packet/picture_svg.h"
#include "runtime/packet/picture_words.h"

namespace podrun::packet {
namespace {

constexpr const char* kPageStyle =
    "body{font:15px/1.5 sans-serif;margin:2em auto;max-width:75em;padding:0 1em;color:#24292f;background:#fff}"
    "h1{font-size:1.25em}svg{max-width:100%;height:auto}pre{overflow-x:auto;font-size:13px;line-height:1.4;background:#"
    "f6f8fa;"
    "padding:1em;border-radius:6px}input{position:absolute;opacity:0}label{display:inline-block;padding:.3em "
    ".9em;margin:0 .2em "
    ".6em 0;border:1px solid #8b949e;border-radius:1em;cursor:pointer}section{display:none}"
    "input:focus-visible+label{outline:2px solid #0969da}";

// The button is shown pressed, and its section shown.
std::string rules_of_tab(const std::string& id) {
  return "#" + id + ":checked+label{background:#0969da;color:#fff}#" + id + ":checked~#" + id + "-leg{display:block}";
}

}  // namespace

std::string html_of(const Recording& recording, const Journey& journey) {
  std::string style = kPageStyle;
  std::string tabs;
  std::string sections;
  for (std::size_t i = 0; i < journey.legs.size(); ++i) {
    const Leg& leg = journey.legs[i];
    const std::string id = "leg" + std::to_string(i);
    style += rules_of_tab(id);
    tabs += "<input type=\"radio\" name=\"leg\" id=\"" + id + "\"" + (i == 0 ? " checked" : "") + "><label for=\"" +
            id + "\">" + xml_escaped(leg.name) + "</label>\n";
    const Journey alone{{leg}};
    sections += "<section id=\"" + id + "-leg\">\n" + svg_of(recording, leg, id, true) + "<pre>" +
                xml_escaped(list_of_legs(recording, alone, true)) + "</pre>\n</section>\n";
  }
  const std::string title = xml_escaped(headline(recording));
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
         "content=\"width=device-width\">\n<title>" +
         title + "</title>\n<style>" + style + "</style>\n</head>\n<body>\n<h1>" + title + "</h1>\n" + tabs + sections +
         "<pre>" + xml_escaped(lines_below(recording)) + "</pre>\n</body>\n</html>\n";
}

}  // namespace podrun::packet

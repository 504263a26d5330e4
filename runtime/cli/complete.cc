// Completion of command lines, by the same description that reads them.
#include "runtime/cli/complete.h"

#include <algorithm>
#include <set>

#include "cni/ledger.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/cp_place.h"
#include "runtime/cli/image_names.h"
#include "runtime/cli/in_node.h"
#include "runtime/cli/lab_commands.h"
#include "runtime/cli/parse.h"
#include "runtime/cli/pods.h"
#include "runtime/node/node_box.h"
#include "runtime/store/own_node.h"

namespace podrun::cli {
namespace {

class Candidates {
 public:
  Candidates(Context& context, const CommandLine& line, std::string typed)
      : context_(context), line_(line), typed_(std::move(typed)) {}

  void print() {
    if (const Option* option = line_.lacks_value_of()) return values(*option);
    if (typed_.starts_with('-') && line_.may_take_option()) return options();
    if (line_.is_in_rest()) return;
    const Command& command = *line_.chain().back();
    for (const CommandEntry& entry : command.commands()) offer(entry.name, entry.summary);
    words(command.words());
  }

 private:
  void offer(std::string_view value, std::string_view meaning = "") {
    if (!value.starts_with(typed_)) return;
    context_.out.print(value);
    if (!meaning.empty()) context_.out.print("\t" + std::string(meaning));
    context_.out.print("\n");
  }

  void options() {
    for (const Command* command : line_.chain())
      for (const Option& option : command->options()) offer("--" + std::string(option.name()), option.help());
    offer("--help", "Show what the command takes");
  }

  void values(const Option& option) {
    if (option.takes() == "FILE" || option.takes() == "DIR") return context_.out.print(":files\n");
    if (option.takes() == "CONTAINER" || (option.name() == "container" && option.takes() == "NAME"))
      return containers();
    // Of a list the last one is still being typed.
    const std::size_t before = option.splits() ? typed_.rfind(',') + 1 : 0;
    for (const Candidate& candidate : option.candidates())
      offer(typed_.substr(0, before) + candidate.value, candidate.meaning);
  }

  void words(const Words& words) {
    if (words.takes == "CONTAINER") return attached();
    if (words.takes == "IMAGE") return images();
    if (words.takes.starts_with("LAB")) return labs();
    if (words.takes == "FROM TO") return places();
    if (words.takes.ends_with("FROM TO:PORT")) return ends_of_trace();
    if (words.takes.starts_with("NODE")) return nodes(words);
    if (!words.takes.starts_with("POD")) return;
    const std::size_t of_pod = !typed_words().empty() && is_resource_word(typed_words().front()) ? 1 : 0;
    if (words.takes == "POD [CONTAINER]" && typed_words().size() > of_pod) return containers();
    const bool one_pod = words.takes.find(' ') != std::string_view::npos;  // what follows it is something else
    if (typed_words().size() < (one_pod ? of_pod + 1 : words.most)) pods();
  }

  void nodes(const Words& words) {
    if (typed_words().size() >= words.most) return;
    for (const std::string& name : names_of_nodes(context_.store().layout()))
      if (std::find(typed_words().begin(), typed_words().end(), name) == typed_words().end()) offer(name);
  }

  void pods() {
    const auto all = context_.store().list();
    if (!all) return;
    for (const PodRecord& pod : *all) {
      const auto& typed = typed_words();
      if (pod.plan.who.name_space != context_.flags.name_space) continue;
      if (std::find(typed.begin(), typed.end(), pod.plan.who.name) == typed.end()) offer(pod.plan.who.name);
    }
  }

  // From where; then, with a port to come, to where.
  void ends_of_trace() {
    if (typed_words().size() > 1) return;
    const std::string behind = typed_words().empty() ? "" : ":";
    const auto all = context_.store().list();
    for (const PodRecord& pod : all ? *all : std::vector<PodRecord>())
      if (pod.plan.who.name_space == context_.flags.name_space) offer(pod.plan.who.name + behind);
    const Layout layout = context_.store().layout();
    for (const std::string& node : names_of_nodes(layout)) {
      offer(node + behind);
      for (const PodRecord& pod : Store(layout_of_node(layout, node)).list().value_or({}))
        if (pod.plan.who.name_space == context_.flags.name_space) offer(node + "/" + pod.plan.who.name + behind);
    }
    offer("host" + behind);
  }

  // Of cp: pods and files. What is in a container is not looked at.
  void places() {
    const auto all = context_.store().list();
    for (const PodRecord& pod : all ? *all : std::vector<PodRecord>())
      if (pod.plan.who.name_space == context_.flags.name_space) offer(pod.plan.who.name + ":");
    if (typed_.find(':') == std::string::npos) context_.out.print(":files\n");
  }

  void images() {
    for (const Candidate& image : image_names(context_))
      if (std::find(typed_words().begin(), typed_words().end(), image.value) == typed_words().end())
        offer(image.value, image.meaning);
  }

  void labs() {
    for (const Candidate& lab : lab_names())
      if (std::find(typed_words().begin(), typed_words().end(), lab.value) == typed_words().end())
        offer(lab.value, lab.meaning);
  }

  // Ids of the ledger's containers.
  void attached() {
    const auto entries = cni::Ledger(context_.store().layout().ledger()).list();
    if (!entries) return;
    std::set<std::string> ids;
    for (const cni::LedgerEntry& entry : *entries) ids.insert(entry.attachment.container_id);
    for (const std::string& id : ids)
      if (std::find(typed_words().begin(), typed_words().end(), id) == typed_words().end()) offer(id);
  }

  // That of a copy stands in front of a colon.
  static Result<std::string> pod_of(const std::vector<std::string>& words) {
    for (const std::string& word : words)
      if (const auto place = parse_cp_place(word); place && place->is_in_pod()) return place->pod;
    return pod_name(words);
  }

  void containers() {
    const auto name = pod_of(typed_words());
    if (!name) return;
    const auto pod = find_pod(context_, *name);
    if (!pod) return;
    for (const ContainerRecord& container : pod->containers) offer(container.plan.name);
  }

  const std::vector<std::string>& typed_words() const { return line_.words(); }

  Context& context_;
  const CommandLine& line_;
  std::string typed_;
};

}  // namespace

void complete(Context& context, std::vector<std::string> words) {
  std::string typed = words.empty() ? std::string() : std::move(words.back());
  if (!words.empty()) words.pop_back();
  Command podrun = podrun_command(context);
  CommandLine line(podrun, context);
  if (!line.read_so_far(words)) return;
  if (!go_to_node(context, line.chain())) return;  // what is here is not what is there
  Candidates(context, line, std::move(typed)).print();
}

}  // namespace podrun::cli

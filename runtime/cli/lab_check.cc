// podrun lab check: plays labs from their beginning. Each step has to succeed, each check to hold; of each break `explain`
// has to name the cause, and what it says to mend it has to do so.
#include <memory>

#include "base/interruption.h"
#include "runtime/cli/lab_commands.h"
#include "runtime/cli/lab_node.h"

namespace podrun::cli {
namespace {

struct LabCheckCommandOptions {
  std::vector<std::string> words;
  bool all = false;
};

// What is not as the page says, in some lines; empty where all is.
using Complaint = std::string;

Result<Complaint> run_all(const LabNode& node, const LabBlock& block) {
  for (const std::string& command : block.commands) {
    const ProgramEnd end = TRY(node.run(command));
    if (end.code != 0)
      return block.heading + ", line " + std::to_string(block.line) + ", ended with " + std::to_string(end.code) +
             ":\n" + typed(command) + end.errors;
  }
  return Complaint();
}

Result<Complaint> play_steps(const LabNode& node, const Lab& lab, bool with_checks) {
  for (const LabBlock& block : lab.blocks) {
    if (block.kind != LabBlock::Kind::step && !(with_checks && block.kind == LabBlock::Kind::check)) continue;
    if (Complaint complaint = TRY(run_all(node, block)); !complaint.empty()) return complaint;
  }
  return Complaint();
}

enum class Mended { yes, nobody_knows_how, no };

// What is mended may bring the next cause to light.
Result<Mended> mend(const LabNode& node, const std::string& explain) {
  constexpr int kRounds = 3;
  for (int round = 0; round < kRounds; ++round) {
    TRY(node.run(explain + " -o fix > .fix; test -s .fix && sh -e .fix"));
    if (TRY(node.run(explain)).code == 0) return Mended::yes;
    if (round == 0 && TRY(node.run("test -s .fix")).code != 0) return Mended::nobody_knows_how;
  }
  return Mended::no;
}

Result<Complaint> play_break(const LabNode& node, const LabBlock& block, bool& is_mended) {
  const std::string explain = "podrun explain " + block.from + " " + block.to;
  if (const ProgramEnd before = TRY(node.run(explain)); before.code != 0)
    return block.heading + ", line " + std::to_string(block.line) + ", before anything is broken:\n" + typed(explain) +
           before.errors;
  if (Complaint complaint = TRY(run_all(node, block)); !complaint.empty()) return complaint;
  const ProgramEnd named = TRY(node.run(explain + " -o name 2> /dev/null"));
  if (named.errors != block.cause + "\n")
    return block.heading + ", line " + std::to_string(block.line) + ", expected the cause " + block.cause + ":\n" +
           typed(explain) + TRY(node.run(explain)).errors;
  const Mended mended = TRY(mend(node, explain));
  is_mended = mended == Mended::yes;
  if (mended != Mended::no) return Complaint();
  return block.heading + ", line " + std::to_string(block.line) + ", was not mended by what is told to mend it:\n" +
         typed(explain) + TRY(node.run(explain)).errors;
}

Result<Complaint> play(const LabNode& node, const Lab& lab) {
  if (Complaint complaint = TRY(play_steps(node, lab, true)); !complaint.empty()) return complaint;
  bool is_whole = true;
  for (const LabBlock& block : lab.blocks) {
    if (block.kind != LabBlock::Kind::breaking) continue;
    if (!is_whole) {  // what no command mends is begun anew
      TRY(node.remove());
      TRY(node.make());
      if (Complaint complaint = TRY(play_steps(node, lab, false)); !complaint.empty()) return complaint;
    }
    if (Complaint complaint = TRY(play_break(node, block, is_whole)); !complaint.empty()) return complaint;
  }
  return Complaint();
}

struct Played {
  std::optional<std::string> lacking;  // it cannot be played here: this command fails
  Complaint complaint;
};

Result<Played> play_in(const LabNode& node, const Lab& lab) {
  TRY(node.remove());  // of a check that was killed
  TRY(node.make());
  if (auto lacking = TRY(lacking_for(node, lab))) return Played{std::move(lacking), ""};
  return Played{std::nullopt, TRY(play(node, lab))};
}

// Zero: it is as its page says, or cannot be played here.
Result<int> check_lab(Context& context, const Lab& lab) {
  const LabNode node = TRY(LabNode::of(context, "check-" + lab.name));
  auto tried = play_in(node, lab);
  node.remove_at_last();
  const auto [lacking, complaint] = TRY(std::move(tried));
  if (lacking)
    context.out.print("skipped  " + lab.name + ": '" + *lacking + "' fails here\n");
  else
    context.out.print((complaint.empty() ? "passed  " : "FAILED  ") + lab.name + "\n" + complaint);
  TRY(context.out.flush());
  return complaint.empty() ? 0 : 1;
}

Result<int> check_labs(Context& context, LabCheckCommandOptions options) {
  if (options.all == !options.words.empty())
    return Error{Kind::invalid, 0, options.all ? "--all and names exclude each other" : "expected labs, or --all"};
  TRY(context.require_root("lab check"));
  base::listen_for_interruption();
  if (options.all)
    for (const LabPage& page : lab_pages()) options.words.emplace_back(page.name);
  std::vector<Lab> labs;  // files by where we are, before we leave
  for (const std::string& word : options.words) labs.push_back(TRY(find_lab(word)));
  int code = 0;
  for (const Lab& lab : labs) code |= TRY(check_lab(context, lab));
  return code;
}

}  // namespace

void lab_check_command(Command& command, Context& context) {
  const auto options = std::make_shared<LabCheckCommandOptions>();
  command.words(options->words, "LAB", "One of 'podrun lab list', or a page of your own: FILE.md");
  command.flag("--all", options->all, "Every lab of 'podrun lab list'");
  command.run([&context, options] { return check_labs(context, *options).in("lab check"); });
}

}  // namespace podrun::cli

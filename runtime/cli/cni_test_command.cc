// podrun cni test: does a plugin do what the specification asks?
#include <array>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/split_path.h"
#include "cni/kit.h"
#include "runtime/cli/cni_commands.h"
#include "runtime/cli/cni_plugins.h"
#include "runtime/cli/print.h"
#include "runtime/cli/progress_line.h"
#include "runtime/cli/table.h"

namespace podrun::cli {
namespace {

namespace kit = cni::kit;

// 0 and 1 say of the plugin that it conforms, or that it does not. Everything that keeps it from being tested is this.
constexpr int kNotTested = 2;
constexpr std::int64_t kMostJobs = 256;
constexpr const char* kStdout = "-";

struct ReportFormat {
  std::string_view name;
  std::string_view ending;  // of files in it
  std::string (*write)(const kit::Report&);
};
constexpr std::array<ReportFormat, 5> kReportFormats{{{"text", ".txt", kit::as_text},
                                                      {"tap", ".tap", kit::as_tap},
                                                      {"junit", ".xml", kit::as_junit},
                                                      {"json", ".json", kit::as_json},
                                                      {"html", ".html", kit::as_html}}};

struct CniTestAsked {
  std::string conflist, network, plugin, config;
  std::string format;
  std::vector<std::string> files;
  bool list = false;
  std::int64_t jobs = 2;
  kit::Options kit;
};

std::vector<std::string_view> format_names() {
  std::vector<std::string_view> names;
  for (const ReportFormat& format : kReportFormats) names.push_back(format.name);
  return names;
}

Result<void> refuse_what_does_not_go_together(const CniTestAsked& asked) {
  const int subjects = !asked.conflist.empty() + !asked.network.empty() + !asked.plugin.empty();
  if (!asked.list && subjects != 1)
    return Error{Kind::invalid, 0, "name what is to be tested by one of --plugin, --conflist and --network"};
  if (!asked.config.empty() && asked.plugin.empty())
    return Error{Kind::invalid, 0, "--config is the configuration of a --plugin; a network has its own"};
  if (asked.jobs < 1 || asked.jobs > kMostJobs)
    return Error{Kind::invalid, 0, "--jobs: expected 1 to " + std::to_string(kMostJobs)};
  for (const std::string& file : asked.files)  // as other commands have it
    for (const std::string_view name : format_names())
      if (file == name)
        return Error{
            Kind::invalid, 0,
            "-o names a file here: --format " + file + " is the format (-o ./" + file + " a file of that name)"};
  return {};
}

// --- the catalogue

std::string plugins_of(const kit::CheckInfo& check) {
  std::string text;
  for (const kit::Role role : check.roles) text += (text.empty() ? "" : ",") + to_text(role);
  return (check.of_network ? "network" : "plugin") + (text.empty() ? "" : ": " + text);
}

std::string versions_of(const kit::CheckInfo& check) {
  const bool to_the_newest = check.to == cni::kNewestVersion;
  return check.from.to_text() + (to_the_newest ? " on" : " to " + check.to.to_text());
}

std::string list_text() {
  std::vector<Row> rows{{"ID", "LEVEL", "VERSIONS", "OF", "CHECK"}};
  for (const kit::CheckInfo& check : kit::catalogue())
    rows.push_back({check.id, to_text(check.level), versions_of(check), plugins_of(check), check.title});
  return table(rows);
}

Json list_json() {
  Json checks = Json::array();
  for (const kit::CheckInfo& check : kit::catalogue()) {
    Json roles = Json::array();
    for (const kit::Role role : check.roles) roles.push_back(to_text(role));
    checks.push_back({{"id", check.id},
                      {"chapter", kit::chapter_title(check)},
                      {"level", to_text(check.level)},
                      {"of", check.of_network ? "network" : "plugin"},
                      {"roles", roles},
                      {"from", check.from.to_text()},
                      {"to", check.to.to_text()},
                      {"title", check.title},
                      {"section", check.section}});
  }
  return {{"checks", checks}};
}

Result<std::string> list_of_checks(const std::string& format) {
  if (format == "text") return list_text();
  if (format == "json") return list_json().dump(4) + "\n";
  return Error{Kind::invalid, 0, "--list is printed as text or json"};
}

// --- the test

Result<std::shared_ptr<const kit::Subject>> subject(const Context& context, const CniTestAsked& asked) {
  if (!asked.plugin.empty()) {
    const std::string config = asked.config.empty() ? std::string() : TRY(base::read_file(asked.config));
    return kit::subject_of_plugin(asked.plugin, config, asked.kit);
  }
  if (!asked.conflist.empty())
    return kit::subject_of_list(TRY(base::read_file(asked.conflist)), asked.conflist, asked.kit);
  const cni::NetworkList network = TRY(CniTool(context).network(asked.network));
  return kit::subject_of_list(network.bytes, "network '" + asked.network + "'", asked.kit);
}

// As a shell takes it.
std::string quoted_for_shell(const std::string& word) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@%+,";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

std::string command_line(const Context& context, const CniTestAsked& asked) {
  std::string line = "podrun cni test";
  const auto add = [&](const char* option, const std::string& value) {
    if (!value.empty()) line += std::string(" ") + option + " " + quoted_for_shell(value);
  };
  add("--plugin", asked.plugin);
  add("--config", asked.config);
  add("--conflist", asked.conflist);
  add("--network", asked.network);
  add("--profile", asked.kit.profile);
  const GlobalFlags standard;
  if (context.flags.cni_bin_path != standard.cni_bin_path) add("--cni-bin-dir", context.flags.cni_bin_path);
  if (!asked.network.empty() && context.flags.cni_conf_dir != standard.cni_conf_dir)
    add("--cni-conf-dir", context.flags.cni_conf_dir);
  return line;
}

Result<kit::Report> run_checks(const Context& context, CniTestAsked& asked) {
  asked.kit.command = command_line(context, asked);
  const auto tested = TRY(subject(context, asked));
  ProgressLine progress;
  std::size_t failed = 0;
  asked.kit.on_result = [&](const kit::CheckResult& result, std::size_t ended, std::size_t all) {
    if (result.outcome == kit::Outcome::failed) ++failed;
    progress.show(std::to_string(ended) + " of " + std::to_string(all) + "  " + result.check.id + " " + result.target +
                  " " + result.version + (failed == 0 ? "" : "  (" + std::to_string(failed) + " failed)"));
  };
  return kit::run(tested, asked.kit);
}

// The format that was asked for, else the one that the file's ending tells.
const ReportFormat& format_of(const CniTestAsked& asked, const std::string& file) {
  for (const ReportFormat& format : kReportFormats)
    if (asked.format.empty() ? file.ends_with(format.ending) : asked.format == format.name) return format;
  return kReportFormats.front();
}

Result<void> write(Context& context, const std::string& file, const std::string& text) {
  if (file != kStdout) return base::write_file_durably(file, text, 0644);
  context.out.print(text);
  return {};
}

std::string sums(const kit::Report& report) {
  return std::to_string(report.count(kit::Outcome::passed)) + " passed, " +
         std::to_string(report.count(kit::Outcome::failed)) + " failed";
}

Result<int> test(Context& context, CniTestAsked& asked) {
  TRY(refuse_what_does_not_go_together(asked));
  if (asked.files.empty()) asked.files.push_back(kStdout);
  if (asked.list) {
    for (const std::string& file : asked.files)
      TRY(write(context, file, TRY(list_of_checks(std::string(format_of(asked, file).name)))));
    return 0;
  }
  TRY(context.require_root("cni test"));
  asked.kit.plugin_dirs = base::split_path(context.flags.cni_bin_path);
  asked.kit.jobs = static_cast<unsigned>(asked.jobs);
  const kit::Report report = TRY(run_checks(context, asked));
  for (const std::string& file : asked.files) {
    TRY(write(context, file, format_of(asked, file).write(report)));
    if (file != kStdout) note(report.subject + ": " + sums(report) + "; the report is in " + file);
  }
  if (!report.has_tried())
    return Error{Kind::unsupported, 0, "test '" + report.subject + "': nothing of it could be tried here"};
  return report.conforms() ? 0 : 1;
}

// --- what a shell offers

std::vector<Candidate> checks() {
  std::vector<Candidate> all;
  for (const kit::CheckInfo& check : kit::catalogue()) all.push_back({check.id, check.title});
  return all;
}

std::vector<Candidate> plugins(const Context& context) {
  std::vector<Candidate> all;
  for (const std::string& type : installed_plugins(base::split_path(context.flags.cni_bin_path)))
    all.push_back({type, ""});
  return all;
}

std::vector<Candidate> candidates_of_networks(const Context& context) {
  std::vector<Candidate> all;
  const auto networks = cni::scan_networks(context.flags.cni_conf_dir);
  if (!networks) return all;
  for (const cni::NetworkList& network : networks->lists) all.push_back({network.name, network.path});
  return all;
}

std::vector<Candidate> versions() {
  std::vector<Candidate> all;
  for (const cni::Version& version : cni::kKnownVersions) all.push_back({version.to_text(), ""});
  return all;
}

}  // namespace

void cni_test_command(Command& command, Context& context) {
  const auto asked = std::make_shared<CniTestAsked>();
  kit::Options& kit = asked->kit;
  command.option("--plugin", asked->plugin, "TYPE", "One plugin, with the kit's own configuration or --config")
      .offers([&context] { return plugins(context); });
  command.option("--config", asked->config, "FILE", "Configuration of the plugin");
  command.option("--conflist", asked->conflist, "FILE", "A network, and each of its plugins");
  command.option("--network", asked->network, "NAME", "The same, of a configured network").offers([&context] {
    return candidates_of_networks(context);
  });
  command.option("--only", kit.only, "ID,...", "These checks, or chapters of them: V,D4")
      .split_at_commas()
      .offers(checks);
  command.option("--skip", kit.skip, "ID,...", "All but these").split_at_commas().offers(checks);
  command
      .option("--versions", kit.versions, "VERSION,...", "In these versions of CNI; else in each that the plugin knows")
      .split_at_commas()
      .offers(versions);
  command.option("--profile", kit.profile, "FILE", "Failures that are known, with their reasons, and hints");
  command.option("--jobs", asked->jobs, "NUMBER", "Checks at a time").shows("2");
  command.option("--format", asked->format, "FORMAT", "Form of the report").one_of(format_names()).shows("text");
  command.option("-o,--output", asked->files, "FILE",
                 "Write the report there, in the form its ending tells; may be given again");
  command.flag("--keep", kit.keep, "Keep the runs of each check that failed, below /var/tmp, for `podrun cni replay`");
  command.flag("--list", asked->list, "List the checks");
  command.run([&context, asked]() -> Result<int> {
    auto done = test(context, *asked);
    if (done) return done;
    static_cast<void>(report(done.error()));
    return kNotTested;
  });
}

}  // namespace podrun::cli

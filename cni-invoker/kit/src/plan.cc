#include "kit/src/plan.h"

#include <algorithm>
#include <cctype>

#include "cni/base/try.h"

namespace cni::kit {
namespace {

// An id, or the letters of its chapter.
bool names(const std::string& wanted, const std::string& id) {
  if (wanted == id) return true;
  return id.starts_with(wanted) && std::isdigit(static_cast<unsigned char>(id[wanted.size()])) != 0 &&
         std::isdigit(static_cast<unsigned char>(wanted.back())) == 0;
}

bool names_one(const std::vector<std::string>& wanted, const std::string& id) {
  return std::any_of(wanted.begin(), wanted.end(), [&](const std::string& one) { return names(one, id); });
}

Result<void> refuse_unknown(const std::vector<std::string>& wanted) {
  for (const std::string& one : wanted) {
    const auto& checks = all_checks();
    if (one.empty() ||
        std::none_of(checks.begin(), checks.end(), [&](const Check& c) { return names(one, c.info.id); }))
      return Error{Kind::invalid, 0, "check '" + one + "': there is none of that name (--list shows them)"};
  }
  return {};
}

Result<Version> known_version(const std::string& text) {
  const auto version = Version::parse(text);
  if (version && is_known(*version)) return *version;
  std::string known;
  for (const Version& one : kKnownVersions) known += (known.empty() ? "" : ", ") + one.to_text();
  return Error{Kind::invalid, 0, "version '" + text + "': of CNI there are " + known};
}

bool is_about(const Check& check, const PluginUnderTest& plugin) {
  return check.applies.roles == 0 || (check.applies.roles & bit(plugin.role)) != 0;
}

void add_versions(const Check& check, std::size_t target, const std::vector<Version>& versions,
                  std::vector<Task>& tasks) {
  std::vector<Version> meant;
  for (const Version& version : versions)
    if (version >= check.applies.from && version <= check.applies.to) meant.push_back(version);
  if (check.applies.once && !meant.empty()) meant = {meant.back()};
  for (const Version& version : meant) tasks.push_back({&check, target, version});
}

}  // namespace

Result<std::vector<Task>> plan(const Subject& subject, const Options& options) {
  TRY(refuse_unknown(options.only));
  TRY(refuse_unknown(options.skip));
  std::vector<Version> asked;
  for (const std::string& text : options.versions) asked.push_back(TRY(known_version(text)));
  const auto chosen = [&](std::vector<Version> versions) {
    if (!asked.empty())
      std::erase_if(versions,
                    [&](const Version& v) { return std::find(asked.begin(), asked.end(), v) == asked.end(); });
    return versions;
  };
  std::vector<Task> tasks;
  for (const Check& check : all_checks()) {
    const std::string& id = check.info.id;
    if ((!options.only.empty() && !names_one(options.only, id)) || names_one(options.skip, id)) continue;
    if (check.info.of_network) {
      if (std::any_of(subject.plugins.begin(), subject.plugins.end(),
                      [&](const auto& p) { return is_about(check, p); }))
        add_versions(check, subject.plugins.size() - 1, chosen(subject.versions()), tasks);
      continue;
    }
    for (std::size_t i = 0; i < subject.plugins.size(); ++i)
      if (!subject.plugins[i].ours && is_about(check, subject.plugins[i]))
        add_versions(check, i, chosen(subject.versions_up_to(i)), tasks);
  }
  // A report of nothing would say that everything is well.
  if (tasks.empty())
    return Error{Kind::invalid, 0,
                 "test '" + subject.name + "': none of the checks asked for is about " +
                     (asked.empty() ? "such plugins" : "such plugins in these versions")};
  return tasks;
}

}  // namespace cni::kit

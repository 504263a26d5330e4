#include "runtime/cdi/spec.h"

#include <sys/mount.h>

#include <algorithm>
#include <filesystem>

#include "runtime/cdi/names.h"
#include "runtime/manifest/check.h"
#include "runtime/manifest/document.h"
#include "runtime/manifest/reader.h"
#include "runtime/manifest/text.h"

namespace podrun::cdi {
namespace {

using manifest::Choice;
using manifest::Field;
using manifest::Problems;
using manifest::quote;
using manifest::Range;
using manifest::Reader;
using manifest::Type;
using enum manifest::Treatment;
using enum manifest::Shape;

constexpr Choice kVersions[] = {{"0.3.0"}, {"0.4.0"}, {"0.5.0"}, {"0.6.0"}, {"0.7.0"}, {"0.8.0"}, {"1.0.0"}, {"1.1.0"}};
constexpr Choice kNodeTypes[] = {{""}, {"b"}, {"c"}, {"u"}, {"p"}};

constexpr Field kNodeFields[] = {
    {"path", accepted, text},        {"hostPath", accepted, text}, {"type", text, kNodeTypes},
    {"major", accepted, whole},      {"minor", accepted, whole},   {"fileMode", accepted, whole},
    {"permissions", accepted, text}, {"uid", accepted, whole},     {"gid", accepted, whole},
};
constexpr Type kNode{kNodeFields};
constexpr Field kMountFields[] = {
    {"hostPath", accepted, text},
    {"containerPath", accepted, text},
    {"options", accepted, texts},
    {"type", accepted, text},
};
constexpr Type kMount{kMountFields};
constexpr Field kEditsFields[] = {
    {"env", accepted, texts},
    {"deviceNodes", accepted, list, &kNode},
    {"netDevices", accepted},
    {"hooks", accepted},
    {"mounts", accepted, list, &kMount},
    {"intelRdt", accepted},
    {"additionalGids", accepted, wholes},
};
constexpr Type kEdits{kEditsFields};
constexpr Field kDeviceFields[] = {
    {"name", accepted, text},
    {"annotations", accepted, text_map},
    {"containerEdits", accepted, object, &kEdits},
};
constexpr Type kDevice{kDeviceFields};
constexpr Field kSpecFields[] = {
    {"cdiVersion", text, kVersions},
    {"kind", accepted, text},
    {"annotations", accepted, text_map},
    {"devices", accepted, list, &kDevice},
    {"containerEdits", accepted, object, &kEdits},
};
constexpr Type kSpec{kSpecFields};

// Whole fields that ask for what podrun has not.
constexpr std::pair<const char*, const char*> kNotHere[] = {
    {"hooks", "podrun runs no OCI hooks"},
    {"netDevices", "podrun moves no network interfaces into containers"},
    {"intelRdt", "podrun sets up no classes of resctrl"},
};

constexpr Range kMajors{0, (1U << 12U) - 1};
constexpr Range kMinors{0, (1U << 20U) - 1};
constexpr Range kIds{0, std::numeric_limits<std::uint32_t>::max() - 1};

void refuse(Edits& edits, const Reader& given, const std::string& why) {
  if (edits.not_here.empty()) edits.not_here = given.path() + ": " + why;
}

std::optional<std::uint32_t> number(const Reader& given, std::string_view field, Range range = {}) {
  const auto read = given.whole(field, range);
  return read ? std::optional(static_cast<std::uint32_t>(*read)) : std::nullopt;
}

std::string absolute(const Reader& given, std::string_view field) {
  const std::string path = given.text(field);
  if (!path.starts_with('/')) given.bad(field, "expected an absolute path, found " + quote(path));
  return std::filesystem::path(path).lexically_normal();
}

void add_variable(const std::string& text, std::size_t index, const Reader& given, Edits& edits) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    given.bad("env", index, "expected NAME=VALUE, found " + quote(text));
  else
    edits.env.emplace_back(text.substr(0, equals), text.substr(equals + 1));
}

void add_node(const Reader& given, Edits& edits) {
  Node node;
  node.path = absolute(given, "path");
  node.host_path = given.has("hostPath") ? absolute(given, "hostPath") : node.path;
  if (!node.path.starts_with("/dev/")) refuse(edits, given, quote(node.path) + " is not below /dev");
  const std::string type = given.text("type");
  if (type == "p") refuse(edits, given, "podrun makes no FIFOs");
  if (!type.empty()) node.type = type == "u" ? 'c' : type.front();  // mknod(1): u is c, unbuffered
  node.major = number(given, "major", kMajors);
  node.minor = number(given, "minor", kMinors);
  node.mode = number(given, "fileMode");
  if (node.mode) *node.mode &= 07777U;  // of the type as well, where Go's runtime wrote it
  node.uid = number(given, "uid", kIds);
  node.gid = number(given, "gid", kIds);
  const std::string may = given.text("permissions");
  if (may != "none" && may.find_first_not_of("rwm") != std::string::npos)
    given.bad("permissions", "expected some of r, w and m, or none; found " + quote(may));
  node.permissions = may == "none" ? "" : may.empty() ? "rwm" : may;
  edits.nodes.push_back(std::move(node));
}

// False where there is no such option.
bool take_option(std::string_view option, MountPlan& row) {
  constexpr std::pair<std::string_view, std::uint64_t> kAttributes[] = {
      {"nosuid", MOUNT_ATTR_NOSUID}, {"nodev", MOUNT_ATTR_NODEV}, {"noexec", MOUNT_ATTR_NOEXEC}};
  constexpr std::pair<std::string_view, Propagation> kPropagations[] = {{"private", Propagation::none},
                                                                        {"rprivate", Propagation::none},
                                                                        {"slave", Propagation::host_to_container},
                                                                        {"rslave", Propagation::host_to_container},
                                                                        {"shared", Propagation::bidirectional},
                                                                        {"rshared", Propagation::bidirectional}};
  for (const auto& [name, attribute] : kAttributes)
    if (option == name) std::get<HostPath>(row.source).attributes |= attribute;
  for (const auto& [name, propagation] : kPropagations)
    if (option == name) row.propagation = propagation;
  if (option == "ro" || option == "rro") row.read_only = true;
  if (option == "rw") row.read_only = false;
  if (option == "rro") row.is_recursive = true;
  const auto is_it = [&](const auto& known) { return known.first == option; };
  constexpr std::string_view kOthers[] = {"ro", "rro", "rw", "bind", "rbind"};
  return std::any_of(std::begin(kAttributes), std::end(kAttributes), is_it) ||
         std::any_of(std::begin(kPropagations), std::end(kPropagations), is_it) ||
         std::find(std::begin(kOthers), std::end(kOthers), option) != std::end(kOthers);
}

void add_mount(const Reader& given, Edits& edits) {
  MountPlan row{.target = absolute(given, "containerPath"), .source = HostPath{absolute(given, "hostPath"), 0}};
  const std::string type = given.text("type");
  if (type != "" && type != "bind" && type != "none")
    refuse(edits, given, "podrun mounts what the host has, and no filesystem of type " + quote(type));
  for (const std::string& option : given.texts("options"))
    if (!take_option(option, row)) refuse(edits, given, "podrun knows no mount option " + quote(option));
  edits.mounts.push_back(std::move(row));
}

bool asks_for_something(const manifest::Json& field) { return !field.is_null() && !field.empty(); }

Edits read_edits(const Reader& given) {
  Edits edits;
  for (const auto& [field, why] : kNotHere)
    if (given.has(field) && asks_for_something(given.json().at(field)))
      refuse(edits, given, std::string(field) + ": " + why);
  std::size_t index = 0;
  for (const std::string& text : given.texts("env")) add_variable(text, index++, given, edits);
  for (const Reader& node : given.items("deviceNodes")) add_node(node, edits);
  for (const Reader& mount : given.items("mounts")) add_mount(mount, edits);
  for (const std::uint64_t group : given.wholes("additionalGids", kIds))
    if (group != 0) edits.groups.push_back(static_cast<std::uint32_t>(group));  // 0 is passed over
  return edits;
}

Spec read_whole(const Reader& given) {
  Spec spec;
  if (!given.has("cdiVersion")) given.bad("cdiVersion", "is missing");
  spec.kind = given.text("kind");
  if (!is_kind(spec.kind)) given.bad("kind", "expected VENDOR/CLASS, found " + quote(spec.kind));
  spec.edits = read_edits(given.at("containerEdits"));
  for (const Reader& device : given.items("devices")) {
    const std::string name = device.text("name");
    if (!is_device_name(name)) device.bad("name", quote(name) + " is no name of a device");
    if (spec.find(name) != nullptr) device.bad("name", "two devices are called " + quote(name));
    spec.devices.push_back({name, read_edits(device.at("containerEdits"))});
  }
  if (spec.devices.empty()) given.bad("devices", "there are none");
  return spec;
}

}  // namespace

const Device* Spec::find(std::string_view device) const {
  const auto found =
      std::find_if(devices.begin(), devices.end(), [&](const Device& one) { return one.name == device; });
  return found == devices.end() ? nullptr : &*found;
}

Result<Spec> read_spec(std::string_view text, const std::string& source) {
  std::vector<manifest::Json> documents = TRY(manifest::read_documents(text).in(source));
  if (documents.size() != 1 || !documents.front().is_object())
    return Error{Kind::invalid, 0, source + ": expected one object"};
  Problems problems;
  problems.begin(source);
  // Nothing in the table is accepted without effect, so there is no warning.
  (void)manifest::check_fields(documents.front(), kSpec, problems, {}, "CDI specification");
  Spec spec = read_whole(Reader(documents.front(), problems));
  if (problems.empty()) return spec;
  Error error = std::move(problems).error();
  error.detail = nullptr;  // the first is enough
  return error;
}

}  // namespace podrun::cdi

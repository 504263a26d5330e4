#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

#include "cni/base/files.h"
#include "cni/base/try.h"
#include "kit/tests/wrong/wrong.h"

namespace cni::kit::wrong {
namespace {

std::string path, role, behaviour;
bool is_stdout_closed = false;

void read_name(const char* argument) {
  path = argument;
  const std::string name = path.substr(path.rfind('/') + 1);
  const std::size_t dash = std::min(name.find('-'), name.size());
  role = name.substr(0, dash);
  if (dash < name.size()) behaviour = name.substr(dash + 1);
}

std::unique_ptr<Plugin> plugin_of_role() {
  if (role == "chained") return chained_plugin();
  if (role == "device") return device_plugin();
  if (role == "ipam") return ipam_plugin();
  if (role == "dhcp") return plugin_without_daemon();
  if (role == "loopback") return loopback_plugin();
  return interface_plugin();
}

// stdin from memory, stdout into memory: both can be spoiled.
Result<void> run_plugin_on(Run& run) {
  const Fd input(::memfd_create("stdin", MFD_CLOEXEC)), output(::memfd_create("stdout", MFD_CLOEXEC));
  const Fd stdout_before(::fcntl(1, F_DUPFD_CLOEXEC, 3));
  TRY(base::write_all(input.get(), run.input, "stdin"));
  ::lseek(input.get(), 0, SEEK_SET);
  ::dup2(input.get(), 0);
  ::dup2(output.get(), 1);
  run.status = run_plugin(*plugin_of_role());
  ::dup2(stdout_before.get(), 1);
  ::lseek(output.get(), 0, SEEK_SET);
  run.output = TRY(base::read_all(output.get(), "stdout"));
  return {};
}

// Closed: what is opened would take its place.
void fill_closed() {
  is_stdout_closed = ::fcntl(1, F_GETFD) < 0;
  for (int fd = ::open("/dev/null", O_RDWR); fd >= 0 && fd <= 2;) fd = ::open("/dev/null", O_RDWR);
}

int run_all() {
  fill_closed();
  Run run;
  const char* command = std::getenv("CNI_COMMAND");
  run.command = command == nullptr ? "" : command;
  run.input = base::read_all(0, "stdin").value_or("");
  if (spoil_before(run)) {
    if (!run_plugin_on(run)) return 3;
    spoil_after(run);
  }
  return base::write_all(1, run.output, "stdout") && !is_stdout_closed ? run.status : 1;
}

}  // namespace

bool wrong(const std::string& check) { return behaviour == check; }
const std::string& own_path() { return path; }
bool stdout_is_closed() { return is_stdout_closed; }

std::string tag_of(const std::string& network, const std::string& id, const std::string& ifname) {
  std::uint32_t hash = 2166136261U;  // FNV-1a
  for (const char c : network + "/" + id + "/" + ifname) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "kw";
  for (unsigned shift = 0; shift < 32; shift += 4) text += kDigits[hash >> shift & 15U];
  return text;
}

std::string tag_of(const PluginCall& call) {
  return tag_of(call.network, call.attachment.container_id, call.attachment.ifname);
}

std::string state_dir(const PluginCall& call) { return "/var/lib/cni/kit-wrong/" + role + "/" + call.network; }

std::string state_file(const PluginCall& call) {
  return state_dir(call) + "/" + call.attachment.container_id + "@" + call.attachment.ifname;
}

Result<void> shell(const std::string& line) {
  if (std::system(line.c_str()) == 0) return {};
  return plugin_error(code::kGeneric, "failed: " + line);
}

}  // namespace cni::kit::wrong

int main(int, char** arguments) {
  cni::kit::wrong::read_name(arguments[0]);
  return cni::kit::wrong::run_all();
}

#include "kit/src/host/mounts.h"

#include <sstream>

#include "cni/base/files.h"

namespace cni::kit {
namespace {

// Blanks and backslashes are written as three octal digits.
std::string unescaped(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size()) {
      plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

}  // namespace

std::vector<Mount> mount_table() {
  std::vector<Mount> mounts;
  std::istringstream lines(base::read_file("/proc/self/mountinfo").value_or(""));
  for (std::string line; std::getline(lines, line);) {
    // ID PARENT DEVICE ROOT TARGET OPTIONS [TAG…] - TYPE SOURCE SUPEROPTIONS, proc_pid_mountinfo(5)
    std::istringstream fields(line);
    std::string id, parent, device, word;
    Mount mount;
    fields >> id >> parent >> device >> mount.root >> mount.target >> mount.options;
    while (fields >> word && word != "-") {
    }
    fields >> mount.type;
    mount.target = unescaped(mount.target);
    mounts.push_back(std::move(mount));
  }
  return mounts;
}

}  // namespace cni::kit

#include "runtime/cli/end_message.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/files.h"
#include "base/printable.h"
#include "runtime/cli/log_line.h"

namespace podrun::cli {
namespace {

// As the kubelet has them.
constexpr std::size_t kOfAllContainers = 12U << 10U;
constexpr std::size_t kLogBytes = 2048;
constexpr std::ptrdiff_t kLogLines = 80;

// Where so many lines begin, each record at most as long as a pipe's: of a log without end no more is read than this.
constexpr off_t kLookedAt = 64 << 10;

std::string end_of(const std::string& path) {
  auto file = base::open_file(path, O_RDONLY | O_NOFOLLOW);
  struct stat info {};
  if (!file || ::fstat(file->get(), &info) != 0) return {};
  std::string text(static_cast<std::size_t>(std::min(info.st_size, kLookedAt)), '\0');
  const auto from = info.st_size - static_cast<off_t>(text.size());
  const ssize_t size = ::pread(file->get(), text.data(), text.size(), from);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  if (from > 0) text.erase(0, std::min(text.find('\n'), text.size() - 1) + 1);
  return text;
}

std::string end_of_log(const std::string& path) {
  const std::string records = end_of(path);
  std::string said;
  std::vector<std::size_t> lines{0};  // where each begins
  for (std::size_t at = 0, end = 0; (end = records.find('\n', at)) != std::string::npos; at = end + 1) {
    LogLine line;
    if (!parse_log_line(std::string_view(records).substr(at, end - at), line)) continue;
    said += line.text;
    if (line.partial) continue;
    said += '\n';
    lines.push_back(said.size());
  }
  if (lines.back() == said.size()) lines.pop_back();  // none has begun there
  const auto shown = std::min<std::ptrdiff_t>(kLogLines, static_cast<std::ptrdiff_t>(lines.size()));
  if (shown > 0) said.erase(0, *(lines.end() - shown));
  if (said.size() > kLogBytes) said.erase(0, said.size() - kLogBytes);
  return said;
}

void show_message(const ContainerPlan& plan, ContainerStatus& status, std::size_t most) {
  if (!status.exit || status.exit->start_failed) return;
  ExitStatus& exit = *status.exit;
  if (exit.message.empty() && plan.termination_message.falls_back_to_log && exit.code != 0)
    exit.message = end_of_log(plan.log_path);
  exit.message = base::printable(exit.message, most);
}

}  // namespace

void show_messages(std::vector<LiveContainer>& containers) {
  const std::size_t most = kOfAllContainers / std::max<std::size_t>(containers.size(), 1);
  for (LiveContainer& one : containers) {
    show_message(one.record.plan, one.status, most);
    if (one.before) show_message(one.before->record.plan, one.before->status, most);
  }
}

}  // namespace podrun::cli

#include "runtime/plan/log_limits.h"

#include "runtime/manifest/quantity.h"

namespace podrun {
namespace {

constexpr const char* kSize = "podrun.io/log-max-size";
constexpr const char* kFiles = "podrun.io/log-max-files";
constexpr std::uint64_t kLeastBytes = 64U << 10U;  // a few of the longest records
constexpr std::uint64_t kLeastFiles = 2;           // as the kubelet has it: with one, each rotation would lose all
constexpr std::uint64_t kMostFiles = 1000;

}  // namespace

Result<LogLimits> log_limits(const annotations::Annotations& annotations) {
  LogLimits limits;
  if (const std::string* size = annotations::find(annotations, kSize)) {
    const auto bytes = manifest::parse_bytes(*size);
    if (!bytes || *bytes < kLeastBytes)
      return annotations::bad(kSize, "", "a size of at least 64Ki, such as 10Mi", *size);
    limits.bytes = *bytes;
  }
  if (const std::string* files = annotations::find(annotations, kFiles)) {
    const auto count = manifest::parse_count(*files, kMostFiles);
    if (!count || *count < kLeastFiles) return annotations::bad(kFiles, "", "a number from 2 to 1000", *files);
    limits.files = static_cast<std::uint32_t>(*count);
  }
  return limits;
}

}  // namespace podrun

#include "cni/in_netns.h"

#include <fcntl.h>
#include <sched.h>

#include <future>
#include <system_error>

#include "cni/base/files.h"
#include "cni/base/try.h"

namespace cni {

Result<void> run_in_netns(const std::string& path, const std::function<Result<void>()>& work) {
  // Not blocking, should it be a pipe.
  const Fd there = TRY(base::open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY).in("network namespace"));
  const auto enter_and_work = [&]() -> Result<void> {
    if (::setns(there.get(), CLONE_NEWNET) == 0) return work();
    if (errno == EINVAL) return Error{Kind::invalid, 0, "'" + path + "' is no network namespace"};
    return Error::system(errno, "enter network namespace '" + path + "'");
  };
  std::future<Result<void>> outcome;
  try {
    outcome = std::async(std::launch::async, enter_and_work);
  } catch (const std::system_error& error) {
    return Error::system(error.code().value(), "start a thread for network namespace '" + path + "'");
  }
  return outcome.get();
}

}  // namespace cni

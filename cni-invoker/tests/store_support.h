// What the tests of cache and ledger share.
#pragma once

#include <sys/stat.h>

#include "support.h"

namespace cni::testing {

inline mode_t mode_of(const std::string& path) {
  struct stat info {};
  EXPECT_EQ(::stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 07777U;
}

class CacheTest : public InvokerTest {
 protected:
  CachedAttachment entry() {
    CachedAttachment one;
    one.network = "net";
    one.attachment = attachment();
    one.attachment.args = {{"K", "V"}, {"A", "B"}};
    one.attachment.capability_args.set("portMappings", R"([{"hostPort":8080.0}])");
    one.attachment.conventional_args.set("labels", "[]");
    one.config = chain.bytes;
    one.effective = chain;
    one.result = kResult;
    one.owner = "test";
    return one;
  }
  Cache cache{dir.path() + "/cache"};
};

}  // namespace cni::testing

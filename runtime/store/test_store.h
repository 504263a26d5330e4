// A store in a directory of its own, removed afterwards.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <string>

#include "base/files.h"
#include "runtime/store/store.h"
#include "runtime/store/test_records.h"

namespace podrun {

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() : root_(make_root()), store_(Layout({root_ + "/state", root_ + "/data", root_ + "/netns"})) {}
  ~StoreTest() override { EXPECT_TRUE(base::remove_tree(root_)); }

  // A pod on disk with a record of that id and name; its lock is let go again.
  PodRecord put(const std::string& id, const std::string& name_space, const std::string& name) {
    PodRecord record = full_record();
    record.plan.who.id = id;
    record.plan.who.name_space = name_space;
    record.plan.who.name = name;
    const auto box = store_.create(id);
    EXPECT_TRUE(box && box->save(record) && store_.reserve_name(name_space, name, id));
    return record;
  }

  std::string root_;
  Store store_;

 private:
  static std::string make_root() {
    // A tmpfs, as /run is: on disk every one of a thousand symbolic links would cost a block.
    const bool shm = ::access("/dev/shm", W_OK) == 0;
    std::string pattern = (shm ? "/dev/shm/" : ::testing::TempDir()) + "podrun-store-XXXXXX";
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    return pattern;
  }
};

}  // namespace podrun

// Steps of adding and deleting a node broken: killed, failing, interrupted. Whatever is left, recover takes away, or
// another delete; a failure that is said has undone all.
#include <gmock/gmock.h>

#include "integration/node_host.h"

namespace integration {
namespace {

class FaultsOfNodesTest : public NodeTest {
 protected:
  using Complaint = std::string;

  Complaint recovered() const {
    const Output recovered = podrun({"recover"});
    if (recovered.status != 0) return "recover: " + recovered.err;
    const Output again = podrun({"recover"});
    return again.out.empty() && again.status == 0 ? "" : "recover again: " + again.out + again.err;
  }
  Complaint deleted() const {
    const Output deleted = node({"delete", "n1", "--grace-period", "0", "--ignore-not-found"});
    return deleted.status == 0 ? "" : "delete afterwards: " + deleted.err;
  }

  void break_add(Fault fault, Watch watch) {
    if (IsSkipped()) return;
    remember_world_with_nodes();
    break_every_step(
        fault, watch,
        [&](int) {
          return podrun_command({"node", "add", "n1"});
        },
        [&](int, const BrokenRun& broken) -> Complaint {
          if (fault == Fault::fail && broken.output.status != 0 && !node_json("n1").is_null())
            return "failed, and there is a node";
          if (Complaint complaint = recovered(); !complaint.empty()) return complaint;
          const bool is_there = !node_json("n1").is_null();
          // A holder that is killed in place of its exec is like one that is killed a moment later.
          if (broken.output.status == 0 && !is_there && watch == Watch::program) return "succeeded, and there is none";
          if (is_there && in("n1", {"get"}).status != 0) return "there is one that cannot be entered";
          return deleted();
        });
  }

  // With a pod in it, and by turns without recover: a delete alone goes on from there.
  void break_delete(Fault fault, Watch watch = Watch::program) {
    if (IsSkipped()) return;
    remember_world_with_nodes();
    bool is_recovered_first = false;
    break_every_step(
        fault, watch,
        [&](int) {
          must_add({"n1"});
          must_create(pod("web", {container("main", {"/bin/payload", "sleep"})}), at("n1"));
          return podrun_command({"node", "delete", "n1", "--grace-period", "0"});
        },
        [&](int, const BrokenRun& broken) -> Complaint {
          if (broken.output.status == 0 && !node_json("n1").is_null()) return "succeeded, and it is there";
          is_recovered_first = !is_recovered_first;
          if (is_recovered_first)
            if (Complaint complaint = recovered(); !complaint.empty()) return complaint;
          if (Complaint complaint = deleted(); !complaint.empty()) return complaint;
          return recovered();
        });
  }
};

TEST_F(FaultsOfNodesTest, AnAddThatIsKilled) {
  choose_one_in(3);
  break_add(Fault::kill, Watch::program);
}

TEST_F(FaultsOfNodesTest, AnAddWhoseHolderIsKilled) {
  choose_one_in(3);
  break_add(Fault::kill, Watch::children);
}

TEST_F(FaultsOfNodesTest, AnAddThatFails) {
  choose_one_in(4);
  break_add(Fault::fail, Watch::program);
}

TEST_F(FaultsOfNodesTest, AnAddThatIsInterrupted) {
  choose_one_in(6);
  break_add(Fault::interrupt, Watch::program);
}

TEST_F(FaultsOfNodesTest, ADeleteThatIsKilled) {
  choose_one_in(4);
  break_delete(Fault::kill);
}

TEST_F(FaultsOfNodesTest, ADeleteThatFails) {
  choose_one_in(6);
  break_delete(Fault::fail);
}

// By whom its pods are deleted, in the node.
TEST_F(FaultsOfNodesTest, ADeleteWhoseWorkerIsKilled) {
  choose_one_in(8);
  break_delete(Fault::kill, Watch::children);
}

TEST_F(FaultsOfNodesTest, ADeleteThatIsInterrupted) {
  choose_one_in(6);
  break_delete(Fault::interrupt);
}

}  // namespace
}  // namespace integration

// podrun inspect prints nothing that was in a Secret.
#include "runtime/cli/hide_secrets.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "runtime/cli/inspect_json.h"
#include "runtime/cli/test_pods.h"

namespace podrun::cli {
namespace {

using OrderedJson = nlohmann::ordered_json;

OrderedJson hidden_in(const std::string& process, const std::string& asked) {
  OrderedJson json = OrderedJson::parse(process);
  hide_secrets(json, OrderedJson::parse(asked));
  return json;
}

TEST(HideSecrets, LeavesWhatIsOfNone) {
  const char* const process = R"({"args":["/bin/web","-v","red"],"env":["PATH=/bin","COLOUR=red","OF=map"]})";
  for (const char* asked :
       {R"j({"args":["-v","$(COLOUR)"],"env":[{"name":"COLOUR","value":"red"},
             {"name":"OF","valueFrom":{"configMapKeyRef":{"name":"m","key":"k"}}}],
             "envFrom":[{"configMapRef":{"name":"m"}}]})j",
        R"({})", R"(null)", R"({"env":7,"envFrom":[3],"args":"x"})"})
    EXPECT_EQ(hidden_in(process, asked), OrderedJson::parse(process)) << asked;
}

TEST(HideSecrets, OfSingleKeysAndWhatRefersToThem) {
  EXPECT_EQ(hidden_in(R"({"args":["/bin/web","--key=s3cret","-v"],
                          "env":["PATH=/bin","KEY=s3cret","URL=db://s3cret@db","TWICE=db://s3cret@db!"]})",
                      R"j({"args":["--key=$(KEY)","-v"],
                           "env":[{"name":"KEY","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}},
                                  {"name":"URL","value":"db://$(KEY)@db"},
                                  {"name":"TWICE","value":"$(URL)!"}]})j"),
            OrderedJson::parse(R"({"args":["/bin/web","<hidden>","-v"],
                                   "env":["PATH=/bin","KEY=<hidden>","URL=<hidden>","TWICE=<hidden>"]})"));
}

TEST(HideSecrets, OfAWholeSecretAllThatMayBeOfIt) {
  const char* const process = R"({"args":["sh","-c","s3cret"],"env":["DB_KEY=s3cret","DB_HOST=db","PATH=/bin"]})";
  EXPECT_EQ(hidden_in(process, R"j({"command":["sh","-c","$(DB_KEY)"],"env":[{"name":"DB_HOST","value":"db"}],
                                    "envFrom":[{"prefix":"DB_","secretRef":{"name":"s"}}]})j"),
            OrderedJson::parse(R"({"args":["sh","-c","<hidden>"],"env":["DB_KEY=<hidden>","DB_HOST=db","PATH=/bin"]})"));
  EXPECT_EQ(hidden_in(process, R"({"envFrom":[{"secretRef":{"name":"s"}}]})")["env"],
            OrderedJson::parse(R"(["DB_KEY=<hidden>","DB_HOST=<hidden>","PATH=<hidden>"])"));
}

// Of containers of each kind, and of their last attempts.
TEST(HideSecrets, InWhatInspectPrints) {
  const std::string asked = R"("envFrom":[{"secretRef":{"name":"s"}}]})";
  const auto given = [](LiveContainer container) {
    container.record.plan.process.env = {{"KEY", "s3cret"}};
    return container;
  };
  LiveContainer debugger = given(running("debugger"));
  debugger.record.plan.role = ContainerRole::ephemeral;
  debugger.record.plan.asked = R"({"name":"debugger",)" + asked;
  LiveContainer prepare = given(running("prepare"));
  prepare.record.plan.role = ContainerRole::init;
  LivePod pod = pod_of({after(given(running("main")), given(running("main", 1))), prepare, debugger});
  pod.record.plan.who.manifest = R"({"spec":{"containers":[{"name":"main",)" + asked +
                                 R"(],"initContainers":[{"name":"prepare",)" + asked + "]}}";
  const std::string text = inspect_json(pod).dump();
  EXPECT_EQ(text.find("s3cret"), std::string::npos) << text;
  EXPECT_NE(text.find("KEY=<hidden>"), std::string::npos) << text;
}

}  // namespace
}  // namespace podrun::cli

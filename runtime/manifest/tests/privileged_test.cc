// What gives a container more than others have, and which groups it is in.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/manifest/tests/pods.h"

namespace podrun {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Privileged, HasEveryCapabilityAndNoFilter) {
  const Manifest manifest =
      parse(pod("hostUsers: true", "securityContext: {privileged: true, capabilities: {drop: [ALL]}}"));
  const SecuritySpec& security = manifest.spec.containers[0].security;
  EXPECT_TRUE(security.privileged);
  EXPECT_THAT(security.add_capabilities, ElementsAre("ALL"));
  EXPECT_THAT(security.drop_capabilities, IsEmpty());
  EXPECT_FALSE(security.seccomp);
  EXPECT_FALSE(security.no_new_privileges);
  EXPECT_FALSE(security.masks_kernel_files);
  EXPECT_THAT(manifest.warnings, IsEmpty());
}

TEST(Privileged, SaysWhatItHasNotInItsOwnUserNamespace) {
  EXPECT_THAT(
      parse(container("securityContext: {privileged: true}")).warnings,
      ElementsAre("container 'main': privileged in the Pod's own user namespace: it has every capability there, "
                  "and no device of the machine (hostUsers: true has them)"));
  EXPECT_FALSE(parse_container("securityContext: {privileged: false}").security.privileged);
}

TEST(Privileged, IsRefusedWhereTheContainerMayGainNothing) {
  expect_refused({{container("securityContext: {privileged: true, allowPrivilegeEscalation: false}"),
                   "spec.containers[0].securityContext.allowPrivilegeEscalation: cannot be false together with "
                   "privileged: true"}});
}

TEST(ProcMount, ShowsTheKernelsFilesInAUserNamespaceAlone) {
  EXPECT_TRUE(parse_container("securityContext: {procMount: Default}").security.masks_kernel_files);
  EXPECT_FALSE(parse_container("securityContext: {procMount: Unmasked}").security.masks_kernel_files);
  expect_refused({{pod("hostUsers: true", "securityContext: {procMount: Unmasked}"),
                   "spec.containers[0].securityContext.procMount: cannot be Unmasked with hostUsers: true"}});
}

TEST(SupplementalGroups, AreOfThePod) {
  const Manifest manifest =
      parse(pod("securityContext: {supplementalGroups: [5, 65535], supplementalGroupsPolicy: Strict}"));
  EXPECT_THAT(manifest.spec.containers[0].security.groups, ElementsAre(5, 65535));
  EXPECT_FALSE(manifest.spec.containers[0].security.groups_of_image);
  EXPECT_TRUE(parse_container("").security.groups_of_image);
  EXPECT_THAT(
      parse(pod("hostUsers: true\nsecurityContext: {supplementalGroups: [65536]}")).spec.containers[0].security.groups,
      ElementsAre(65536));
  expect_refused({
      {pod("securityContext: {supplementalGroups: [1, 65536]}"),
       "spec.securityContext.supplementalGroups[1]: expected 0 to 65535, found 65536"},
      {pod("securityContext: {supplementalGroups: [-1]}"),
       "spec.securityContext.supplementalGroups[0]: expected 0 to 65535, found -1"},
      {pod("securityContext: {supplementalGroups: [a]}"),
       "spec.securityContext.supplementalGroups[0]: expected a whole number, found a string"},
      {pod("securityContext: {supplementalGroupsPolicy: Some}"),
       "spec.securityContext.supplementalGroupsPolicy: expected one of Merge, Strict; found 'Some'"},
  });
}

TEST(Resources, ThatAreNotOfThisMachineAreAWarning) {
  EXPECT_THAT(
      parse(container("resources: {limits: {nvidia.com/gpu: 1, hugepages-2Mi: 4Mi}}")).warnings,
      ElementsAre("spec.containers[0].resources.limits[\"nvidia.com/gpu\"]: there is no device plugin here: the "
                  "container gets no device for it",
                  "spec.containers[0].resources.limits.hugepages-2Mi: huge pages are not counted: whoever asks "
                  "first has those that the machine has"));
  EXPECT_THAT(parse(pod("runtimeClassName: kata")).warnings,
              ElementsAre("spec.runtimeClassName: podrun is the only runtime here: the Pod is isolated as any other"));
}

}  // namespace
}  // namespace podrun

# The arrows of docs/architecture.md: what each target can include, and nothing else. A header stands for its folder.
# Every line is a test, `arrows.TARGET`, that compiles with the target's own include directories.
set(folder_headers
  base=cni/base/result.h cni=cni/invoker.h kit=cni/kit.h compiler=specs/seccomp/profile.h kernel=runtime/kernel/process.h
  spec=runtime/model/spec.h model=runtime/model/record.h init=runtime/init/plan.h protocol=runtime/shim/protocol.h
  shim=runtime/shim/launch.h manifest=runtime/manifest/manifest.h image=runtime/image/image.h copy=runtime/copy/pack.h
  plan=runtime/plan/pod.h cdi=runtime/cdi/find.h stream=runtime/stream/server.h
  store=runtime/store/store.h tend=runtime/tend/back_off.h probe=runtime/probe/task.h
  sandbox=runtime/sandbox/host.h usage=runtime/usage/pod_usage.h packet=runtime/packet/recording.h lab=runtime/lab/lab.h
  node=runtime/node/record.h cli=runtime/cli/context.h)
set(arrows
  "cni-base:         base"
  "cni-invoker:      base cni"
  "cni-kit:          base cni kit"
  "seccomp_compiler: base compiler"
  "kernel:           base kernel"
  "init:             base kernel spec model init"
  "shim:             base kernel spec model init protocol shim"
  "manifest:         base spec manifest"
  "image:            base kernel image"
  "copy:             base kernel image copy"
  "cdi:              base kernel spec model manifest cdi"
  "plan:             base cni kernel spec model manifest image plan"
  "store:            base kernel spec model store"
  "tend:             base kernel spec model store tend"
  "probe:            base kernel spec probe"
  "usage:            base kernel spec model usage"
  "lab:              base lab"
  "packet:           base kernel packet"
  "stream:           base stream"
  "sandbox:          base cni compiler kernel spec model init protocol manifest image copy plan store tend probe usage sandbox"
  "machine_facts:    base cni compiler kernel spec model image plan"
  "node:             base cni kernel spec model init protocol manifest image plan store sandbox node"
  "cli:              base cni kit kernel spec model manifest image copy plan store tend sandbox usage packet lab node cli")

if(PODRUN_CRI)  # neither sandbox nor init: it has threads, and does not clone
  list(APPEND folder_headers cri=runtime/cri/backend.h)
  list(APPEND arrows "cri: base cni kernel spec model image plan store usage stream cri")
endif()

foreach(arrow IN LISTS arrows)
  string(REGEX MATCHALL "[a-z_-]+" seen "${arrow}")
  list(POP_FRONT seen target)
  set(visible "")
  set(hidden "")
  foreach(pair IN LISTS folder_headers)
    string(REPLACE "=" ";" pair ${pair})
    list(GET pair 0 folder)
    list(GET pair 1 header)
    if(folder IN_LIST seen)
      list(APPEND visible ${header})
    else()
      list(APPEND hidden ${header})
    endif()
  endforeach()
  add_test(NAME arrows.${target} COMMAND ${CMAKE_COMMAND}
           -D TARGET=${target} -D COMPILER=${CMAKE_CXX_COMPILER} -D "VISIBLE=${visible}" -D "HIDDEN=${hidden}"
           -D "DIRECTORIES=$<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>"
           -D SOURCES=$<TARGET_PROPERTY:${target},SOURCE_DIR> -P ${CMAKE_CURRENT_LIST_DIR}/arrows_test.cmake)
  set_tests_properties(arrows.${target} PROPERTIES LABELS unit TIMEOUT 60)
endforeach()

# For find_package(cni-invoker 0.1 [COMPONENTS kit]): the target cni-invoker::cni-invoker, or that and cni-invoker::kit, and
# what they need of the system.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
include(${CMAKE_CURRENT_LIST_DIR}/cni-invoker-targets.cmake)
foreach(component ${cni-invoker_FIND_COMPONENTS})
  include(${CMAKE_CURRENT_LIST_DIR}/cni-invoker-${component}-targets.cmake OPTIONAL RESULT_VARIABLE file)
  if(file)
    set(cni-invoker_${component}_FOUND TRUE)
  elseif(cni-invoker_FIND_REQUIRED_${component})
    set(cni-invoker_FOUND FALSE)
    set(cni-invoker_NOT_FOUND_MESSAGE "component ${component} is not installed")
  endif()
endforeach()

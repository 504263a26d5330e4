# For find_package(cni-invoker 0.1): the target cni-invoker::cni-invoker, and what it needs of the system.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
include(${CMAKE_CURRENT_LIST_DIR}/cni-invoker-targets.cmake)

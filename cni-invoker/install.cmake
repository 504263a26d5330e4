# What an installed copy has: archives, headers, and what find_package and pkg-config find them by. It can be moved.
include(CMakePackageConfigHelpers)
set(headers ${CMAKE_INSTALL_INCLUDEDIR}/cni-invoker)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/cni-invoker)
set(in COMPONENT development)

install(TARGETS cni-base cni-invoker EXPORT cni-invoker ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} ${in})
install(DIRECTORY include/cni DESTINATION ${headers} ${in})
# Of cni/base what the other headers speak of; the rest is our own.
install(FILES base/include/cni/base/fd.h base/include/cni/base/netns.h base/include/cni/base/result.h
        DESTINATION ${headers}/cni/base ${in})

install(EXPORT cni-invoker NAMESPACE cni-invoker:: FILE cni-invoker-targets.cmake DESTINATION ${package} ${in})
# Before 1.0 the API may change with any minor version.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/cni-invoker-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES cni-invoker-config.cmake ${PROJECT_BINARY_DIR}/cni-invoker-config-version.cmake
        DESTINATION ${package} ${in})

set(pkgconfig ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH to_prefix ${pkgconfig} ${CMAKE_INSTALL_PREFIX})
file(RELATIVE_PATH to_includedir ${pkgconfig} ${CMAKE_INSTALL_FULL_INCLUDEDIR})
configure_file(cni-invoker.pc.in cni-invoker.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/cni-invoker.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig ${in})

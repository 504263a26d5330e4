# The kit by itself (component `kit`), for who asks for it: find_package(cni-invoker COMPONENTS kit), pkg-config
# cni-invoker-kit. Its plugin is one of podrun's programs too.
set(kit COMPONENT kit)
install(TARGETS cni-kit cni-kit-plugin EXPORT cni-invoker-kit
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} ${kit}
        RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/podrun ${kit})
install(TARGETS cni-kit-plugin RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/podrun)
install(DIRECTORY include/cni DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/cni-invoker ${kit})
install(EXPORT cni-invoker-kit NAMESPACE cni-invoker:: FILE cni-invoker-kit-targets.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/cni-invoker ${kit})

set(pkgconfig ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH to_libexecdir ${pkgconfig} ${CMAKE_INSTALL_FULL_LIBEXECDIR})
configure_file(cni-invoker-kit.pc.in cni-invoker-kit.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/cni-invoker-kit.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig ${kit})

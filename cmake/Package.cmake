# A Debian package: cmake --workflow --preset package. The programs are static, so one package serves Debian 12 and 13.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME podrun)
set(CPACK_PACKAGE_CONTACT "podrun maintainers <maintainers@podrun.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "pods on one Linux machine, without a daemon")
set(CPACK_PACKAGE_DESCRIPTION "podrun makes a pod from a Kubernetes Pod manifest: seven namespaces around a pause process,
wired up by CNI plugins, with containers that share its network. Nothing is left when the pod is deleted.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
# Nothing is needed to start: a pod on the host's network wants no plugin.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "containernetworking-plugins, iptables, iproute2, skopeo")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "umoci, busybox-static, apparmor")
# The AppArmor profile is the administrator's to change, and loaded at once.
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA "${CMAKE_SOURCE_DIR}/cmake/debian/conffiles;${CMAKE_SOURCE_DIR}/cmake/debian/postinst")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_STRIP_FILES ON)
# Headers and archives of the CNI library (component `development`) are for who builds from source.
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_COMPONENTS_ALL programs)
include(CPack)

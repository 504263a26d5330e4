# Tests of seccomp, capabilities and devices.
podrun_test(seccomp_test SOURCES seccomp_test.cc LIBS kernel)
podrun_test(capabilities_test SOURCES capabilities_test.cc LIBS kernel)
podrun_test(devices_test SOURCES devices_test.cc LIBS kernel)

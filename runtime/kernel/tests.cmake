# Tests of this folder.
podrun_test(seccomp_test SOURCES seccomp_test.cc LIBS kernel)
podrun_test(capabilities_test SOURCES capabilities_test.cc LIBS kernel)
podrun_test(devices_test SOURCES devices_test.cc LIBS kernel)
podrun_test(kernel_test SOURCES cgroup_controllers_test.cc cgroup_end_test.cc cgroup_files_test.cc cgroup_host_test.cc channel_test.cc clean_slate_test.cc mountinfo_test.cc process_test.cc program_test.cc signals_test.cc wire_test.cc LIBS kernel)

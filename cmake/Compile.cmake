# podrun_flags: what every target of ours is compiled with. Linked PRIVATE by each of them.
add_library(podrun_flags INTERFACE)
target_compile_features(podrun_flags INTERFACE cxx_std_20)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
# Programs that start often and then wait for the kernel: what -O3 adds to them is page faults at their start.
string(REPLACE -O3 -O2 CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")
string(REPLACE -O3 -O2 CMAKE_C_FLAGS_RELEASE "${CMAKE_C_FLAGS_RELEASE}")

target_compile_options(podrun_flags INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast -Wcast-align
  -Woverloaded-virtual -Wimplicit-fallthrough -Wextra-semi
  -fstack-protector-strong -ffunction-sections -fdata-sections)
target_link_options(podrun_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--gc-sections)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_definitions(podrun_flags INTERFACE _FORTIFY_SOURCE=2 _GLIBCXX_ASSERTIONS)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(podrun_flags INTERFACE -Wno-restrict)   # false alarms on std::string (GCC PR105651)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(podrun_flags INTERFACE -Wno-gnu-statement-expression -Wthread-safety)
endif()

option(PODRUN_WERROR "Warnings are errors" OFF)
if(PODRUN_WERROR)
  target_compile_options(podrun_flags INTERFACE -Werror)
endif()

set(PODRUN_SANITIZE "" CACHE STRING "Sanitizers for every target, as -fsanitize takes them (address,undefined / thread)")
if(PODRUN_SANITIZE)
  target_compile_options(podrun_flags INTERFACE -fsanitize=${PODRUN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(podrun_flags INTERFACE -fsanitize=${PODRUN_SANITIZE})
endif()
option(PODRUN_FUZZ "Build the fuzzers (clang)" OFF)
if(PODRUN_FUZZ)
  target_compile_options(podrun_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
option(PODRUN_COVERAGE "Count what the tests reach" OFF)
if(PODRUN_COVERAGE)
  target_compile_options(podrun_flags INTERFACE --coverage)
  target_link_options(podrun_flags INTERFACE --coverage)
endif()

# podrun_static(TARGET): programs that are started often, or inside other root filesystems, carry no dynamic loader.
# Not position-independent: relocating a static PIE costs more than the rest of its start. Sanitizers need libc.so.
function(podrun_static target)
  if(NOT PODRUN_SANITIZE)
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_link_options(${target} PRIVATE -static -no-pie)
  endif()
endfunction()

# podrun_built_quickly(TARGET): for what no speed is asked of. Functions are laid out as -O2 does it: constructors of globals
# lie together, which are pages that a program's start need not touch.
function(podrun_built_quickly target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1;-freorder-functions>)
endfunction()

# podrun_built_at_once(TARGET): for the tests themselves, whose time is the compiler's: a third less of it than with -O1.
function(podrun_built_at_once target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O0>)
endfunction()

# podrun_fuzzer(NAME CORPUS DIR SOURCES… LIBS …): a libFuzzer program BUILD/fuzz/NAME, part of the target `fuzzers`, and beside
# it a link to its corpus, where scripts/fuzz.sh finds both.
function(podrun_fuzzer name)
  if(NOT PODRUN_FUZZ)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "CORPUS" "SOURCES;LIBS")
  add_executable(fuzz-${name} ${arg_SOURCES})
  target_link_libraries(fuzz-${name} PRIVATE podrun_flags ${arg_LIBS})
  target_link_options(fuzz-${name} PRIVATE -fsanitize=fuzzer)
  set_target_properties(fuzz-${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz OUTPUT_NAME ${name})
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR}/${arg_CORPUS} ${CMAKE_BINARY_DIR}/fuzz/${name}.corpus SYMBOLIC)
  if(NOT TARGET fuzzers)
    add_custom_target(fuzzers)
  endif()
  add_dependencies(fuzzers fuzz-${name})
endfunction()

# podrun_test(NAME SOURCES… LIBS …): a GoogleTest program of unit tests, found by ctest, run without root.
function(podrun_test name)
  if(NOT PODRUN_TESTS)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBS")
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE podrun_flags ${arg_LIBS} base-temp-dir GTest::gtest GTest::gtest_main GTest::gmock)
  podrun_built_at_once(${name})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  # Tests have short helpers of the same names: in a unit of many, a call may find another file's.
  set_target_properties(${name} PROPERTIES UNITY_BUILD_BATCH_SIZE 12)
  gtest_discover_tests(${name} TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60 PROPERTIES LABELS unit TIMEOUT 120)
endfunction()

# Installs the library into a directory and builds the example against it, as a stranger would.
#   cmake -D BINARY_DIR=… -D SOURCE_DIR=… -D COMPILER=… [-D SANITIZE=…] -P install_test.cmake
set(work ${BINARY_DIR}/install-test)
file(REMOVE_RECURSE ${work})
file(WRITE ${work}/source/CMakeLists.txt "
cmake_minimum_required(VERSION 3.25)
project(stranger CXX)
find_package(cni-invoker REQUIRED)
add_executable(attach ${SOURCE_DIR}/example/attach.cc)
target_link_libraries(attach PRIVATE cni-invoker::cni-invoker)
")
if(SANITIZE)
  set(flags -DCMAKE_CXX_FLAGS=-fsanitize=${SANITIZE})
endif()
foreach(command
    "${CMAKE_COMMAND};--install;${BINARY_DIR};--prefix;${work}/prefix;--component;development"
    "${CMAKE_COMMAND};-S;${work}/source;-B;${work}/build;-DCMAKE_PREFIX_PATH=${work}/prefix;-DCMAKE_CXX_COMPILER=${COMPILER};${flags}"
    "${CMAKE_COMMAND};--build;${work}/build")
  execute_process(COMMAND ${command} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
execute_process(COMMAND ${work}/build/attach RESULT_VARIABLE status ERROR_VARIABLE told)
if(NOT status EQUAL 2 OR NOT told MATCHES "usage")
  message(FATAL_ERROR "the example did not start: ${status} ${told}")
endif()

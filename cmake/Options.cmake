# Compiler options for all of Convoy's own targets.
add_library(convoy_options INTERFACE)
target_compile_options(convoy_options INTERFACE -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False alarms of g++ 12 in the standard library.
  target_compile_options(convoy_options INTERFACE -Wno-restrict -Wno-array-bounds -Wno-maybe-uninitialized
                         -Wno-stringop-overflow)
endif()
if(CONVOY_WERROR)
  target_compile_options(convoy_options INTERFACE -Werror)
endif()
if(CONVOY_SANITIZE)
  # Whatever a sanitizer finds ends the program: a test that only prints it would pass.
  target_compile_options(convoy_options INTERFACE -fsanitize=${CONVOY_SANITIZE} -fno-sanitize-recover=all
                         -fno-omit-frame-pointer)
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND CONVOY_SANITIZE MATCHES undefined)
    # Looks for a type in front of each function that is called by its address, where kernels made by LLVM have none.
    target_compile_options(convoy_options INTERFACE -fno-sanitize=function)
  endif()
  # dlopen is called by the sanitizer, then, which sees the program's library path only when it is of the old kind.
  target_link_options(convoy_options INTERFACE -fsanitize=${CONVOY_SANITIZE} -Wl,--disable-new-dtags)
endif()
if(CONVOY_FUZZ)
  target_compile_options(convoy_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
target_include_directories(convoy_options INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>)

# A stage of the compiler: all sources of one folder of src/, linked with the stages it reads from.
function(convoy_stage name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  string(REPLACE "/" "_" target convoy_${name})
  add_library(${target} OBJECT ${sources})
  target_link_libraries(${target} PUBLIC convoy_options fmt::fmt ${ARGN})
endfunction()

# How everything of ours is compiled. Included once from the top.
option(POSTROOM_TESTS "Build the tests" ON)
option(POSTROOM_INTEGRATION "Build the tests that run real servers" ON)
option(POSTROOM_BENCH "Build the benchmarks" ON)
option(POSTROOM_FUZZ "Build the libFuzzer targets (needs clang)" OFF)
option(POSTROOM_WERROR "Treat warnings as errors" OFF)
set(POSTROOM_SANITIZE "" CACHE STRING "Sanitizers, e.g. address,undefined or thread")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # pch_defines and time_macros: without them ccache refuses every file that uses a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_library(postroom_flags INTERFACE)
target_include_directories(postroom_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(postroom_flags INTERFACE -Wall -Wextra -Wpedantic -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # GCC 12 reports these inside inlined standard library code where nothing is wrong.
  target_compile_options(postroom_flags INTERFACE -Wno-restrict -Wno-maybe-uninitialized -Wno-stringop-overread
                         -fpch-preprocess)
endif()
if(POSTROOM_WERROR)
  target_compile_options(postroom_flags INTERFACE -Werror)
endif()
if(POSTROOM_SANITIZE)
  add_compile_options(-fsanitize=${POSTROOM_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${POSTROOM_SANITIZE})
endif()
if(POSTROOM_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link -fno-sanitize-recover=undefined)
endif()

# postroom_library(name SOURCES... DEPENDS...): one library per top-level folder.
function(postroom_library name)
  cmake_parse_arguments(ARG "" "PCH" "SOURCES;DEPENDS" ${ARGN})
  if(NOT ARG_SOURCES)
    add_library(postroom_${name} INTERFACE)
    target_link_libraries(postroom_${name} INTERFACE postroom_flags ${ARG_DEPENDS})
    return()
  endif()
  add_library(postroom_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(postroom_${name} PUBLIC postroom_flags ${ARG_DEPENDS})
  if(ARG_PCH)
    target_precompile_headers(postroom_${name} PRIVATE ${ARG_PCH})
  endif()
endfunction()

# astrolabe_layer(NAME SOURCES... DEPENDS...): the static library of one layer.
# astrolabe_test(NAME SOURCES... DEPENDS...): a GoogleTest program, run by ctest as NAME.
# astrolabe_bench(NAME SOURCES... DEPENDS...): a Google Benchmark program; never run by ctest.
# astrolabe_fuzzer(NAME SOURCES... DEPENDS...): a libFuzzer program, only under the fuzz preset; NAME starts
#   with `fuzz_`, by which `./x fuzz` finds it, and its seeds are the folder corpus/NAME beside it, if any.
include(GoogleTest)

function(astrolabe_layer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(astrolabe_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(astrolabe_${name} PUBLIC astrolabe_flags ${ARG_DEPENDS})
endfunction()

function(astrolabe_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE astrolabe_flags ${ARG_DEPENDS} GTest::gtest GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 300)
endfunction()

function(astrolabe_bench name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE astrolabe_flags ${ARG_DEPENDS} benchmark::benchmark benchmark::benchmark_main)
endfunction()

function(astrolabe_fuzzer name)
  if(NOT ASTROLABE_FUZZ)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE astrolabe_flags ${ARG_DEPENDS})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
endfunction()

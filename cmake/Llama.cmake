# llama.cpp: an installed one if CMake finds it, else ours, built once per machine outside the build folder.
if(NOT "$ENV{XDG_CACHE_HOME}" STREQUAL "")  # empty is unset, as the XDG specification says
  set(cache_home $ENV{XDG_CACHE_HOME})
else()
  set(cache_home $ENV{HOME}/.cache)
endif()
set(ASTROLABE_THIRD_PARTY ${cache_home}/astrolabe/third_party CACHE PATH "Where what is fetched and built once is kept")
# What of ours was found before, the package and its libraries, may not be what llama.sh says now.
get_cmake_property(cached CACHE_VARIABLES)
foreach(variable IN LISTS cached)
  if("${${variable}}" MATCHES "^${ASTROLABE_THIRD_PARTY}/llama-")
    unset(${variable} CACHE)
  endif()
endforeach()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  ${CMAKE_SOURCE_DIR}/third_party/llama.sh ${CMAKE_SOURCE_DIR}/third_party/llama.patch)
set(ASTROLABE_LLAMA_GPU "" CACHE STRING "A backend of ggml that computes models on a GPU: CUDA, VULKAN, HIP, ...")
find_package(llama CONFIG QUIET)
if(NOT llama_FOUND)
  if(ASTROLABE_LLAMA_GPU)
    set(llama_kind --gpu ${ASTROLABE_LLAMA_GPU})
  endif()
  execute_process(COMMAND ${CMAKE_SOURCE_DIR}/third_party/llama.sh ${ASTROLABE_THIRD_PARTY} ${llama_kind}
    OUTPUT_VARIABLE llama_prefix OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  find_package(llama CONFIG REQUIRED PATHS ${llama_prefix} NO_DEFAULT_PATH)
endif()
# ... and once more for packages, which run on processors that nobody knows here (`./x package`).
option(ASTROLABE_PACKAGES "Build what packages alone have" OFF)
if(ASTROLABE_PACKAGES)
  execute_process(COMMAND ${CMAKE_SOURCE_DIR}/third_party/llama.sh ${ASTROLABE_THIRD_PARTY} --variants
    OUTPUT_VARIABLE ASTROLABE_LLAMA_VARIANTS OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
endif()
add_library(astrolabe_llama INTERFACE)
target_link_libraries(astrolabe_llama INTERFACE llama)
get_target_property(llama_includes llama INTERFACE_INCLUDE_DIRECTORIES)
target_include_directories(astrolabe_llama SYSTEM INTERFACE ${llama_includes})

# base, alloc and index, which scan, write and search the index, are optimised by a profile of themselves,
# and the program is linked across their files. Both together save a twelfth of the processor time of an
# index of names and text, each alone less or nothing (docs/PERFORMANCE.md).
#
# The profile is committed, so that a build needs no other build before it; `./x profile` makes it anew. A
# function that has changed since then is compiled without one. What includes Clang is not profiled: most of
# its code is LLVM's archives, which cmake/optimize.sh lays out.
set(ASTROLABE_PROFILE use CACHE STRING "Of base, alloc and index: use the profile, generate one, or off")
set(astrolabe_profile ${CMAKE_CURRENT_LIST_DIR}/index.profdata)
if(ASTROLABE_SANITIZE OR NOT EXISTS ${astrolabe_profile} AND ASTROLABE_PROFILE STREQUAL "use")
  set(ASTROLABE_PROFILE off)
endif()

# A profile knows a function of one file by that file's path: ours are from the root of the checkout, wherever that is.
string(REGEX MATCHALL "/" astrolabe_separators "${CMAKE_SOURCE_DIR}/")
list(LENGTH astrolabe_separators astrolabe_root_depth)
set(astrolabe_profile_names "SHELL:-mllvm -static-func-strip-dirname-prefix=${astrolabe_root_depth}")

add_library(astrolabe_profiled INTERFACE)
add_library(astrolabe_linked_across_files INTERFACE)
if(ASTROLABE_PROFILE STREQUAL "generate")
  target_compile_options(astrolabe_profiled INTERFACE -fprofile-generate ${astrolabe_profile_names})
  target_link_options(astrolabe_profiled INTERFACE -fprofile-generate)
elseif(ASTROLABE_PROFILE STREQUAL "use")
  # Objects with machine code and bitcode: tests and benches link the one, which takes no longer than before.
  target_compile_options(astrolabe_profiled INTERFACE -fprofile-use=${astrolabe_profile} ${astrolabe_profile_names}
    -Wno-profile-instr-unprofiled -Wno-profile-instr-out-of-date -Wno-backend-plugin -flto=thin -ffat-lto-objects)
  # The cache, so that a link compiles again only what has changed.
  target_link_options(astrolabe_linked_across_files INTERFACE -flto=thin -ffat-lto-objects
    -Wl,--thinlto-cache-dir=${CMAKE_BINARY_DIR}/thinlto)
endif()

# astrolabe_profiled_layer(NAME): the library of this layer is among them.
function(astrolabe_profiled_layer name)
  target_link_libraries(astrolabe_${name} PRIVATE astrolabe_profiled)
  if(ASTROLABE_PROFILE STREQUAL "use")
    get_target_property(sources astrolabe_${name} SOURCES)
    set_source_files_properties(${sources} PROPERTIES OBJECT_DEPENDS ${astrolabe_profile})
  endif()
endfunction()

# Language level, warnings, sanitizers and the linker: everything that applies to all our targets.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE OFF)
# All shared libraries are the system's; with LLVM's folder in the program the loader would look there first.
set(CMAKE_SKIP_RPATH ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()
# Line tables are enough for profiles and stack traces, and keep the static link fast.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -gline-tables-only")
if(NOT ASTROLABE_SANITIZE) # our asserts are part of what a sanitizer run checks
  string(APPEND CMAKE_CXX_FLAGS_RELWITHDEBINFO " -DNDEBUG")
endif()
set(CMAKE_C_FLAGS_RELWITHDEBINFO ${CMAKE_CXX_FLAGS_RELWITHDEBINFO})

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# `astrolabe_flags` is linked privately by our own targets only: libraries are not held to our warnings.
add_library(astrolabe_flags INTERFACE)
target_include_directories(astrolabe_flags INTERFACE ${CMAKE_SOURCE_DIR})
# -Wno-deprecated-declarations: libstdc++ 12's own std::stable_sort draws that warning from clang 22.
target_compile_options(astrolabe_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wthread-safety
  -Wno-gnu-zero-variadic-macro-arguments -Wno-c99-extensions -Wno-c2y-extensions -Wno-missing-designated-field-initializers
  -Wno-missing-field-initializers -Wno-deprecated-declarations -fno-omit-frame-pointer -ffunction-sections -fdata-sections)
if(ASTROLABE_WERROR)
  target_compile_options(astrolabe_flags INTERFACE -Werror)
endif()

# -no-pie and --gc-sections: DESIGN.md measured 7 MB resident against 83 MB with shared LLVM.
# --as-needed drops the shared libraries that LLVM's Support only might want (z3, libxml2, ICU behind it).
add_compile_options(-fno-pie)
add_link_options(-fuse-ld=lld -no-pie -Wl,--as-needed -Wl,--gc-sections)
if(ASTROLABE_SANITIZE)
  add_compile_options(-fsanitize=${ASTROLABE_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${ASTROLABE_SANITIZE})
  # An object and not an archive: the runtimes bring weak definitions of the same functions, against
  # which the linker would never look into an archive.
  add_library(astrolabe_sanitizer_options OBJECT ${CMAKE_SOURCE_DIR}/cmake/sanitizer_options.cc)
  target_link_libraries(astrolabe_flags INTERFACE $<TARGET_OBJECTS:astrolabe_sanitizer_options>)
  if(ASTROLABE_SANITIZE STREQUAL "thread")
    set(wrapper ${CMAKE_SOURCE_DIR}/cmake/tsan_absl_mutex.cc)
    target_sources(astrolabe_sanitizer_options PRIVATE ${wrapper})
    file(STRINGS ${wrapper} wrapped REGEX "\"_ZNK?4absl")
    foreach(line ${wrapped})
      string(REGEX MATCH "_ZNK?4absl[A-Za-z0-9_]+" symbol "${line}")
      target_link_options(astrolabe_flags INTERFACE -Wl,--wrap=${symbol})
    endforeach()
    target_link_libraries(astrolabe_flags INTERFACE absl::synchronization)
  endif()
endif()
# Coverage for libFuzzer in every layer; only the programs of astrolabe_fuzzer() bring its main().
if(ASTROLABE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# What comes from Debian; third_party/README.md says why each one and not another.
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(absl REQUIRED)
find_package(TBB REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(Protobuf REQUIRED)  # for protoc; the library is below

# Debian's config for abseil names the shared libraries although the archives stand beside them. Thirty
# shared libraries are most of the dynamic loader's work at start-up, so point its targets at the archives.
get_property(absl_targets DIRECTORY PROPERTY IMPORTED_TARGETS)
list(FILTER absl_targets INCLUDE REGEX "^absl::")
foreach(target ${absl_targets})
  get_target_property(location ${target} LOCATION)
  if(location MATCHES "^(.*/lib[a-z0-9_]+)\\.so")
    set(archive ${CMAKE_MATCH_1}.a)
    if(EXISTS ${archive})
      get_target_property(configuration ${target} IMPORTED_CONFIGURATIONS)
      set_target_properties(${target} PROPERTIES IMPORTED_LOCATION_${configuration} ${archive})
    endif()
  endif()
endforeach()

# Debian ships no CMake config for these; the static archive is preferred so that start-up does not
# pay for resolving another shared library.
function(astrolabe_static_library target file)
  find_library(${target}_ARCHIVE NAMES ${file} REQUIRED)
  add_library(${target} INTERFACE)
  target_link_libraries(${target} INTERFACE ${${target}_ARCHIVE} ${ARGN})
endfunction()
astrolabe_static_library(astrolabe_xxhash libxxhash.a)
astrolabe_static_library(astrolabe_zstd libzstd.a)
astrolabe_static_library(astrolabe_re2 libre2.a Threads::Threads)
# The lite runtime: what SCIP's messages need, without descriptors to register at start-up.
astrolabe_static_library(astrolabe_protobuf libprotobuf-lite.a Threads::Threads)

if(ASTROLABE_JEMALLOC)
  astrolabe_static_library(astrolabe_jemalloc libjemalloc.a Threads::Threads dl m)
endif()

# Clang and LLVM are linked statically and only into analysis/ (see DESIGN.md, Dependencies).
set(ASTROLABE_LLVM_ROOT /usr/lib/llvm-22 CACHE PATH "Where LLVM 22 is installed")
find_program(LLVM_CONFIG NAMES llvm-config-22 HINTS ${ASTROLABE_LLVM_ROOT}/bin REQUIRED)
execute_process(COMMAND ${LLVM_CONFIG} --link-static --libs support option targetparser frontendopenmp
  frontendhlsl mc mcparser profiledata bitreader windowsdriver irreader OUTPUT_VARIABLE llvm_libs
  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${LLVM_CONFIG} --link-static --system-libs support OUTPUT_VARIABLE llvm_system_libs
  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(llvm_libs)
separate_arguments(llvm_system_libs)
add_library(astrolabe_clang INTERFACE)
if(ASTROLABE_SANITIZE)
  add_library(astrolabe_clang_sanitizer_options OBJECT ${CMAKE_SOURCE_DIR}/cmake/clang_sanitizer_options.cc)
  target_link_libraries(astrolabe_clang INTERFACE $<TARGET_OBJECTS:astrolabe_clang_sanitizer_options>)
endif()
target_include_directories(astrolabe_clang SYSTEM INTERFACE ${ASTROLABE_LLVM_ROOT}/include)
target_link_directories(astrolabe_clang INTERFACE ${ASTROLABE_LLVM_ROOT}/lib)
target_link_libraries(astrolabe_clang INTERFACE
  # Each before what it needs: a linker reads an archive once.
  clangTooling clangToolingInclusionsStdlib clangIndex clangFrontendTool clangFrontend clangDriver clangOptions clangSerialization clangParse
  clangSema clangAnalysisLifetimeSafety clangAnalysis clangAPINotes clangEdit clangASTMatchers clangSupport clangAST
  clangLex clangToolingCore clangDependencyScanning clangBasic ${llvm_libs} ${llvm_system_libs})

# clang-tidy's checks. Their modules register themselves at start-up once something names them
# (analysis/features/tidy/tidy_modules.cc); not the static analyzer's, so MPI's, which need it, are out.
add_library(astrolabe_clang_tidy INTERFACE)
foreach(module Abseil Altera Android Boost Bugprone CERT Concurrency CppCoreGuidelines Darwin Fuchsia Google HICPP
    LinuxKernel LLVM LLVMLibc Misc Modernize ObjC OpenMP Performance Portability Readability Zircon)
  target_link_libraries(astrolabe_clang_tidy INTERFACE clangTidy${module}Module)
endforeach()
target_link_libraries(astrolabe_clang_tidy INTERFACE clangTidyUtils clangTidy clangIncludeCleaner
  clangAnalysisFlowSensitiveModels clangAnalysisFlowSensitive clangTransformer clangToolingRefactoring clangFormat
  clangToolingInclusions clangRewrite astrolabe_clang)

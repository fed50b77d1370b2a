# What `cmake --install` and `cpack` make: the program and all that it looks for beside itself.
#
#   bin/astrolabe                   as `./x optimize` laid it out, if that is newer than what was linked
#   lib/astrolabe/clang/22          Clang's own headers: nothing is left that needs LLVM on the machine
#   lib/astrolabe/model             the language model's process, with llama.cpp and libggml-cpu-*.so, one for each
#                                   generation of processors. Not a folder higher, where CPack would have ldconfig run
#   lib/astrolabe/*.so.*            of the tarball alone: the libraries that it was linked with, glibc aside
#   lib/systemd/user                of Debian's package alone: a unit that keeps the index of a workspace up to date
#   share/astrolabe/models          the language model
#   share/man, share/bash-completion, share/zsh, share/fish
#   share/doc/astrolabe             licences
#
# `./x package` turns ASTROLABE_PACKAGES on; without it models are run by the program itself, which then has the
# instructions of the processor that built it.
include(GNUInstallDirs)

set(generated ${CMAKE_BINARY_DIR}/package)
set(program $<TARGET_FILE:astrolabe>)
set(documents)
# Generates FILE of the folder by COMMAND's output.
function(astrolabe_document file)
  add_custom_command(OUTPUT ${generated}/${file}
    COMMAND ${ARGN} > ${generated}/${file} DEPENDS astrolabe ${CMAKE_SOURCE_DIR}/cmake/licences.sh VERBATIM)
  set(documents ${documents} ${generated}/${file} PARENT_SCOPE)
endfunction()
file(MAKE_DIRECTORY ${generated})
astrolabe_document(astrolabe.1 ${program} generate man)
astrolabe_document(astrolabe.bash ${program} generate bash)
astrolabe_document(_astrolabe ${program} generate zsh)
astrolabe_document(astrolabe.fish ${program} generate fish)
astrolabe_document(copyright ${CMAKE_SOURCE_DIR}/cmake/licences.sh)
astrolabe_document(copyright.debian ${CMAKE_SOURCE_DIR}/cmake/licences.sh --debian)
add_custom_target(package_documents DEPENDS ${documents})

# Who makes a package answers for it: as Debian's own tools have it, else who has made the last change.
string(TIMESTAMP today "%a, %d %b %Y %H:%M:%S +0000" UTC)
set(package_date ${today})
if(DEFINED ENV{DEBEMAIL})
  set(maintainer "$ENV{DEBFULLNAME} <$ENV{DEBEMAIL}>")
else()
  execute_process(COMMAND git -C ${CMAKE_SOURCE_DIR} log -1 "--format=%an <%ae>"
    OUTPUT_VARIABLE maintainer OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  execute_process(COMMAND git -C ${CMAKE_SOURCE_DIR} log -1 "--format=%cD"
    OUTPUT_VARIABLE package_date OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT maintainer)
  set(maintainer "The Astrolabe authors <astrolabe@astrolabe.invalid>")
  set(package_date ${today})
endif()
set(release 1)
file(WRITE ${generated}/changelog.debian "astrolabe (${PROJECT_VERSION}-${release}) unstable; urgency=medium\n\n"
  "  * See changelog.gz for what has changed.\n\n -- ${maintainer}  ${package_date}\n")

# No variable in these scripts may be called as a component: CMake's own would take its value for the name.
install(CODE "
  set(chosen_program \"$<TARGET_FILE:astrolabe>\")
  set(optimized \"${CMAKE_SOURCE_DIR}/build/optimized/astrolabe\")
  if(EXISTS \"\${optimized}\" AND NOT \"\${chosen_program}\" IS_NEWER_THAN \"\${optimized}\")
    file(REAL_PATH \"\${optimized}\" chosen_program)
  endif()
  file(INSTALL DESTINATION \"\${CMAKE_INSTALL_PREFIX}/bin\" TYPE PROGRAM FILES \"\${chosen_program}\")
  execute_process(COMMAND \"${CMAKE_STRIP}\" --strip-all \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/bin/astrolabe\"
    COMMAND_ERROR_IS_FATAL ANY)"
  COMPONENT program)
if(ASTROLABE_PACKAGES)
  install(PROGRAMS $<TARGET_FILE:astrolabe_model> DESTINATION lib/astrolabe/model COMPONENT program)
  install(DIRECTORY ${ASTROLABE_LLAMA_VARIANTS}/bin/ DESTINATION lib/astrolabe/model COMPONENT program
    FILES_MATCHING PATTERN "libggml-cpu-*.so")
  # By the names that the loader asks for alone.
  install(CODE "
    set(beside \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/lib/astrolabe/model\")
    foreach(name llama ggml ggml-base)
      file(GLOB soname \"${ASTROLABE_LLAMA_VARIANTS}/lib/lib\${name}.so.?\")
      get_filename_component(soname_file \"\${soname}\" NAME)
      file(REAL_PATH \"\${soname}\" library_file)
      file(COPY_FILE \"\${library_file}\" \"\${beside}/\${soname_file}\")
    endforeach()
    file(GLOB our_files \"\${beside}/*.so*\" \"\${beside}/astrolabe-model\")
    execute_process(COMMAND \"${CMAKE_STRIP}\" --strip-unneeded \${our_files} COMMAND_ERROR_IS_FATAL ANY)"
    COMPONENT program)
endif()
install(DIRECTORY ${ASTROLABE_LLVM_ROOT}/lib/clang/22/include DESTINATION lib/astrolabe/clang/22
  COMPONENT program)
install(FILES ${CMAKE_SOURCE_DIR}/analysis/ai/model/astrolabe-fim.gguf DESTINATION share/astrolabe/models
  COMPONENT program)
install(FILES ${generated}/astrolabe.bash DESTINATION share/bash-completion/completions RENAME astrolabe
  COMPONENT program)
install(FILES ${generated}/_astrolabe DESTINATION share/zsh/vendor-completions COMPONENT program)
install(FILES ${generated}/astrolabe.fish DESTINATION share/fish/vendor_completions.d COMPONENT program)
install(FILES ${generated}/copyright DESTINATION share/doc/astrolabe COMPONENT tarball)
install(FILES ${generated}/copyright.debian DESTINATION share/doc/astrolabe RENAME copyright COMPONENT debian)
install(FILES ${CMAKE_SOURCE_DIR}/cmake/lintian-overrides DESTINATION share/lintian/overrides RENAME astrolabe
  COMPONENT debian)
install(FILES ${CMAKE_SOURCE_DIR}/cmake/astrolabe-index@.service DESTINATION lib/systemd/user COMPONENT debian)
# Debian wants these compressed, without a date inside.
function(astrolabe_install_compressed file place component)
  cmake_path(GET place PARENT_PATH folder)
  install(CODE "
    set(share \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/share\")
    file(MAKE_DIRECTORY \"\${share}/${folder}\")
    execute_process(COMMAND gzip -9nc \"${file}\" OUTPUT_FILE \"\${share}/${place}\" COMMAND_ERROR_IS_FATAL ANY)"
    COMPONENT ${component})
endfunction()
astrolabe_install_compressed(${generated}/astrolabe.1 man/man1/astrolabe.1.gz program)
astrolabe_install_compressed(${CMAKE_SOURCE_DIR}/CHANGELOG.md doc/astrolabe/changelog.gz program)
astrolabe_install_compressed(${generated}/changelog.debian doc/astrolabe/changelog.Debian.gz debian)
# glibc and the loader belong to the system; of the rest the tarball has its own.
install(CODE "
  file(GET_RUNTIME_DEPENDENCIES EXECUTABLES \"$<TARGET_FILE:astrolabe>\" RESOLVED_DEPENDENCIES_VAR needed_libraries
    PRE_EXCLUDE_REGEXES \"^ld-linux\" \"^lib(c|m|dl|rt|pthread)\\\\.so\")
  file(INSTALL DESTINATION \"\${CMAKE_INSTALL_PREFIX}/lib/astrolabe\" TYPE SHARED_LIBRARY FOLLOW_SYMLINK_CHAIN
    FILES \${needed_libraries})"
  COMPONENT tarball)

set(CPACK_PACKAGE_NAME astrolabe)
set(CPACK_PACKAGE_VENDOR "The Astrolabe authors")
set(CPACK_PACKAGE_CONTACT ${maintainer})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "language server and search for C and C++ workspaces")
set(CPACK_PACKAGE_DESCRIPTION
"Astrolabe indexes C and C++ workspaces of any size, answers questions about
symbols, files and text on the command line, and serves editors through the
Language Server Protocol, with clangd's flags. Clang's headers and a small
language model for completion are part of the package.")
set(CPACK_GENERATOR DEB TGZ)
set(CPACK_OUTPUT_FILE_PREFIX ${CMAKE_BINARY_DIR}/package)
set(CPACK_THREADS 0)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE ${release})
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE gzip)
# What a program is compiled against: without it even <stdio.h> is missing.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "libc6-dev, libstdc++-12-dev | libstdc++-dev")
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
# Which parts each kind of package has.
set(CPACK_CMAKE_BINARY_DIR ${CMAKE_BINARY_DIR})
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_SOURCE_DIR}/cmake/package_parts.cmake)
include(CPack)

# What `cmake --install` and `cpack` make: the program and all that it looks for beside itself.
#
#   bin/astrolabe                   as `./x optimize` laid it out, if that is newer than what was linked
#   lib/astrolabe/clang/22          Clang's own headers: nothing is left that needs LLVM on the machine
#   lib/astrolabe/*.so.*            of the tarball alone: the libraries that it was linked with, glibc aside
#   share/astrolabe/models          the language model
#   share/man, share/bash-completion, share/zsh, share/fish
#   share/doc/astrolabe             licences
#
# There is no systemd unit: the server is started by editors, and what `astrolabe index --watch` keeps up to date
# is one workspace of one user, whose path no package knows.
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
add_custom_target(package_documents DEPENDS ${documents})


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
install(DIRECTORY ${ASTROLABE_LLVM_ROOT}/lib/clang/22/include DESTINATION lib/astrolabe/clang/22
  COMPONENT program)
install(FILES ${CMAKE_SOURCE_DIR}/analysis/ai/model/astrolabe-fim.gguf DESTINATION share/astrolabe/models
  COMPONENT program)
install(FILES ${generated}/astrolabe.bash DESTINATION share/bash-completion/completions RENAME astrolabe
  COMPONENT program)
install(FILES ${generated}/_astrolabe DESTINATION share/zsh/vendor-completions COMPONENT program)
install(FILES ${generated}/astrolabe.fish DESTINATION share/fish/vendor_completions.d COMPONENT program)
install(FILES ${generated}/copyright DESTINATION share/doc/astrolabe COMPONENT program)
# Debian wants these compressed, without a date inside.
install(CODE "
  set(share \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/share\")
  file(MAKE_DIRECTORY \"\${share}/man/man1\" \"\${share}/doc/astrolabe\")
  execute_process(COMMAND gzip -9nc \"${generated}/astrolabe.1\"
    OUTPUT_FILE \"\${share}/man/man1/astrolabe.1.gz\" COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND gzip -9nc \"${CMAKE_SOURCE_DIR}/CHANGELOG.md\"
    OUTPUT_FILE \"\${share}/doc/astrolabe/changelog.gz\" COMMAND_ERROR_IS_FATAL ANY)"
  COMPONENT program)
# glibc and the loader belong to the system; of the rest the tarball has its own.
install(CODE "
  file(GET_RUNTIME_DEPENDENCIES EXECUTABLES \"$<TARGET_FILE:astrolabe>\" RESOLVED_DEPENDENCIES_VAR needed_libraries
    PRE_EXCLUDE_REGEXES \"^ld-linux\" \"^lib(c|m|dl|rt|pthread)\\\\.so\")
  file(INSTALL DESTINATION \"\${CMAKE_INSTALL_PREFIX}/lib/astrolabe\" TYPE SHARED_LIBRARY FOLLOW_SYMLINK_CHAIN
    FILES \${needed_libraries})"
  COMPONENT libraries)

set(CPACK_PACKAGE_NAME astrolabe)
set(CPACK_PACKAGE_VENDOR "The Astrolabe authors")
set(CPACK_PACKAGE_CONTACT "The Astrolabe authors <astrolabe@localhost>")
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

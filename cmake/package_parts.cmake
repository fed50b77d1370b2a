# Read by cpack for each kind of package: Debian's has its libraries from other packages, a tarball its own.
set(parts "${CPACK_CMAKE_BINARY_DIR};astrolabe;program;/")
if(CPACK_GENERATOR STREQUAL "TGZ")
  list(APPEND parts "${CPACK_CMAKE_BINARY_DIR};astrolabe;tarball;/")
else()
  list(APPEND parts "${CPACK_CMAKE_BINARY_DIR};astrolabe;debian;/")
  set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
endif()
set(CPACK_INSTALL_CMAKE_PROJECTS "${parts}")

#!/usr/bin/env bash
# workspace.sh rocksdb|linux|vtk|llvm DIR: puts a workspace under DIR, from Debian's source packages.
#
# The workspaces that the benches race on (bench/workspaces.json), as anybody can have them again:
#
#   rocksdb  RocksDB 7.8.3: all of it, tests included, in DIR/build/compile_commands.json (886 TUs), and the
#          library alone in DIR/build-lib/ (315); nearly all with one flag set.
#   linux  Linux 6.1 without compile commands: 31.6 million lines of .c and .h, for names and text.
#   vtk    VTK 9.1: over a thousand TUs in about 120 modules, and every module has its own include path and its own
#          -D..._EXPORTS, so hardly two TUs of different modules share a flag set. What Debian packages, VTK takes
#          from there; the rest comes with its sources, patched as Debian patches them.
#   llvm   LLVM 19, the workspace on which zygotes pay: 1,932 TUs of llvm/lib and utils (targets AArch64, RISCV and
#          X86), 111 flag sets, headers of megabytes that nearly every TU includes. clangd works on it for a quarter
#          of an hour. TableGen itself is Debian's.
#
#   DIR/src                           the sources of VTK and LLVM (in DIR/src/llvm); of the others DIR itself
#   DIR/build/compile_commands.json   one entry per C or C++ file; the headers that the build makes are made
#
# Needs root for apt-get where packages are missing. Does nothing if DIR is complete already.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# shellcheck disable=SC2034  # what a workspace sets is read by its name
set -euo pipefail

usage() { sed -n '2,/^# SPDX/{/SPDX/!s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; }

# step LOG COMMAND...: runs it quietly; where it fails, the end of what it said.
step() {
  local log=$dir/$1
  "${@:2}" > "$log" 2>&1 || {
    tail -30 "$log" >&2
    exit 1
  }
}

# As root installs what of `packages` is missing, and lets apt-get fetch the source package.
install_packages() {
  local package missing=()
  for package in "${packages[@]}"; do
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2> /dev/null) == installed ]] ||
      missing+=("$package")
  done
  if ((EUID == 0)); then
    # The same list of sources as that other scripts may have written, made from the binary one.
    local sources=/etc/apt/sources.list.d/corpora-src.sources
    [[ -e $sources ]] ||
      sed 's/^Types: deb$/Types: deb-src/' /etc/apt/sources.list.d/debian.sources > "$sources"
    if ((${#missing[@]})) || ! apt-cache showsrc "$source_package" > /dev/null 2>&1; then
      apt-get update -q
    fi
    ((${#missing[@]} == 0)) ||
      DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
  elif ((${#missing[@]})); then
    echo "workspace.sh: as root, run this first: apt-get install ${missing[*]}" >&2
    exit 1
  fi
}

# configure OPTION...
configure() {
  step configure.log cmake -G Ninja -S "$dir/$top" -B "$dir/build" -DCMAKE_BUILD_TYPE=Debug \
    -DCMAKE_C_COMPILER=clang-22 -DCMAKE_CXX_COMPILER=clang++-22 -DCMAKE_EXPORT_COMPILE_COMMANDS=ON "$@"
}

rocksdb_source_package=rocksdb
rocksdb_top=.
rocksdb_packages=()

rocksdb_fetch() {
  (cd "$1" && apt-get source -q --download-only rocksdb)
  tar xf "$1"/rocksdb_*.orig.tar.* -C "$dir" --strip-components=1
}

rocksdb_build() {
  configure -DWITH_GFLAGS=OFF -DWITH_TESTS=ON -DFAIL_ON_WARNINGS=OFF
  mkdir -p "$dir/build-lib"
  python3 - "$dir" << 'P'
import json, os, re, sys
root = sys.argv[1]
library = re.compile("(cache|db|env|file|logging|memory|memtable|monitoring|options|table|trace_replay|util|"
                     "utilities)/")
entries = {}
for entry in json.load(open(root + "/build/compile_commands.json")):
    name = os.path.relpath(entry["file"], root)
    if library.match(name) and "_test" not in name:
        entries.setdefault(name, entry)
json.dump(list(entries.values()), open(root + "/build-lib/compile_commands.json", "w"), indent=0)
P
}

linux_source_package=linux
linux_top=.
linux_packages=(linux-source-6.1 xz-utils)

linux_fetch() {
  tar xf /usr/src/linux-source-6.1.tar.xz -C "$dir" --strip-components=1
}

linux_build() { :; } # names and text need no commands

vtk_source_package=vtk9
vtk_top=src
vtk_packages=(
  patch
  libdouble-conversion-dev libeigen3-dev libexpat1-dev libfreetype-dev libgl-dev libgl2ps-dev libglew-dev
  libhdf5-dev libjpeg-dev libjsoncpp-dev liblz4-dev liblzma-dev libnetcdf-dev libogg-dev libpng-dev
  libproj-dev libsqlite3-dev libtheora-dev libtiff-dev libutfcpp-dev libxml2-dev libxt-dev zlib1g-dev
)
# VTK's own copies of these are not in Debian's source package.
vtk_external=(doubleconversion eigen expat freetype gl2ps glew hdf5 jpeg jsoncpp libproj libxml2 lz4 lzma netcdf
  ogg png sqlite theora tiff utf8 zlib)

vtk_fetch() {
  (cd "$1" && apt-get source -q --download-only vtk9 && dpkg-source --no-check -x vtk9_*.dsc src)
  mv "$1/src" "$dir/src"
}

vtk_build() {
  local group name options=(
    -DBUILD_SHARED_LIBS=ON -DVTK_SMP_IMPLEMENTATION_TYPE=Sequential -DVTK_BUILD_TESTING=OFF
    -DVTK_WRAP_PYTHON=OFF -DVTK_WRAP_JAVA=OFF -DVTK_ENABLE_WRAPPING=OFF
  )
  for group in Rendering StandAlone Views Imaging; do options+=("-DVTK_GROUP_ENABLE_$group=YES"); done
  for name in "${vtk_external[@]}"; do options+=("-DVTK_MODULE_USE_EXTERNAL_VTK_$name=ON"); done
  configure "${options[@]}"
  step generate.log vtk_generate
}

# Some sources and headers are made by commands of the build, CMake scripts all. ninja itself would build the
# libraries that these targets come after, so their commands are run without it.
vtk_generate() {
  cd "$dir/build" &&
    ninja -t targets all |
    sed -n 's/^\([^/ ][^ ]*\.\(h\|c\|cxx\)\): CUSTOM_COMMAND$/\1/p' > "$dir/generated.txt" &&
    xargs -n1 ninja -t commands -s < "$dir/generated.txt" | sort -u | bash -e
}

llvm_source_package=llvm-toolchain-19
llvm_top=src/llvm
llvm_packages=(llvm-19)

llvm_fetch() {
  (cd "$1" && apt-get source -q --download-only llvm-toolchain-19)
  local archive inside version
  archive=$(echo "$1"/llvm-toolchain-19_*.orig.tar.xz)
  version=${archive##*_}
  inside=llvm-toolchain-19_${version%.orig.tar.xz}
  mkdir -p "$dir/src"
  tar xf "$archive" -C "$dir/src" --strip-components=1 --exclude="$inside/llvm/test/*" \
    --exclude="$inside/llvm/unittests/*" "$inside/llvm" "$inside/cmake" "$inside/third-party"
}

llvm_build() {
  local tablegen=/usr/lib/llvm-19/bin/llvm-tblgen
  configure -DLLVM_TABLEGEN=$tablegen -DLLVM_HEADERS_TABLEGEN=$tablegen \
    "-DLLVM_TARGETS_TO_BUILD=X86;AArch64;RISCV" \
    -DLLVM_INCLUDE_{TESTS,BENCHMARKS,EXAMPLES,TOOLS,UTILS,RUNTIMES}=OFF -DLLVM_ENABLE_{ZSTD,LIBXML2,TERMINFO}=OFF
  step generate.log llvm_generate
}

llvm_generate() {
  cd "$dir/build" &&
    ninja -t targets all | sed -n 's/^\(.*\.\(inc\|h\|gen\|def\)\): CUSTOM_COMMAND$/\1/p' | xargs ninja -k0
}

if [[ ${1:-} == -h || ${1:-} == --help ]]; then
  usage
  exit 0
elif (($# != 2)) || [[ ! $1 =~ ^(rocksdb|linux|vtk|llvm)$ ]]; then
  usage >&2
  exit 2
fi
name=$1
dir=$(mkdir -p "$2" && cd "$2" && pwd)
[[ -e $dir/.complete ]] && exit 0

declare -n source_package=${name}_source_package own_packages=${name}_packages top=${name}_top
packages=(clang-22 cmake ninja-build python3 dpkg-dev "${own_packages[@]}")
install_packages
if [[ ! -e $dir/$top/CMakeLists.txt && ! -e $dir/$top/Kconfig ]]; then
  temporary=$(mktemp -d)
  trap 'rm -rf "$temporary"' EXIT
  rm -rf "$dir/src"
  "${name}_fetch" "$temporary"
fi
"${name}_build"
[[ ! -e $dir/build/compile_commands.json ]] || python3 - "$dir" "$name" << 'P'
import json, os, sys
root = sys.argv[1]
entries = json.load(open(root + "/build/compile_commands.json"))
gone = [e["file"] for e in entries if not os.path.exists(e["file"])]
print(sys.argv[2] + ":", len(entries), "compile commands,", len(gone), "of files that are not there", *gone[:5])
P
touch "$dir/.complete"

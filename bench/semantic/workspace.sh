#!/usr/bin/env bash
# workspace.sh DIR: puts VTK 9.1 with its compile commands under DIR, from Debian's source package.
#
# The workspace on which the semantic index is measured besides RocksDB: over a thousand TUs in about 120
# modules, and every module has its own include path and its own -D..._EXPORTS, so hardly two TUs of
# different modules share a flag set. RocksDB's TUs nearly all share one.
#
#   DIR/src                           the sources, patched as Debian patches them
#   DIR/build/compile_commands.json   one entry per C or C++ file; the headers that VTK generates are built
#
# What Debian packages, VTK takes from there; the rest comes with its sources. Needs root for apt-get where
# packages are missing. Does nothing if DIR is complete already.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail

packages=(
  clang-22 cmake ninja-build python3 dpkg-dev patch
  libdouble-conversion-dev libeigen3-dev libexpat1-dev libfreetype-dev libgl-dev libgl2ps-dev libglew-dev
  libhdf5-dev libjpeg-dev libjsoncpp-dev liblz4-dev liblzma-dev libnetcdf-dev libogg-dev libpng-dev
  libproj-dev libsqlite3-dev libtheora-dev libtiff-dev libutfcpp-dev libxml2-dev libxt-dev zlib1g-dev
)
# VTK's own copies of these are not in Debian's source package.
external=(doubleconversion eigen expat freetype gl2ps glew hdf5 jpeg jsoncpp libproj libxml2 lz4 lzma netcdf
  ogg png sqlite theora tiff utf8 zlib)

usage() { sed -n '2,/^# SPDX/{/SPDX/!s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; }

if [[ ${1:-} == -h || ${1:-} == --help ]]; then
  usage
  exit 0
elif (($# != 1)); then
  usage >&2
  exit 2
fi
dir=$(mkdir -p "$1" && cd "$1" && pwd)
[[ -e $dir/.complete ]] && exit 0

missing=()
for package in "${packages[@]}"; do
  [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2> /dev/null) == installed ]] ||
    missing+=("$package")
done
if ((EUID == 0)); then
  # The same list of sources as ../shared/peers/corpora.sh writes, made from the binary one.
  sources=/etc/apt/sources.list.d/corpora-src.sources
  [[ -e $sources ]] ||
    sed 's/^Types: deb$/Types: deb-src/' /etc/apt/sources.list.d/debian.sources > "$sources"
  if ((${#missing[@]})) || ! apt-cache showsrc vtk9 > /dev/null 2>&1; then
    apt-get update -q
  fi
  ((${#missing[@]} == 0)) ||
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
elif ((${#missing[@]})); then
  echo "workspace.sh: as root, run this first: apt-get install ${missing[*]}" >&2
  exit 1
fi

if [[ ! -e $dir/src/CMakeLists.txt ]]; then
  temporary=$(mktemp -d)
  trap 'rm -rf "$temporary"' EXIT
  (cd "$temporary" && apt-get source -q --download-only vtk9 && dpkg-source --no-check -x vtk9_*.dsc src)
  rm -rf "$dir/src"
  mv "$temporary/src" "$dir/src"
fi

options=(
  -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_COMPILER=clang-22 -DCMAKE_CXX_COMPILER=clang++-22
  -DCMAKE_EXPORT_COMPILE_COMMANDS=ON -DBUILD_SHARED_LIBS=ON -DVTK_SMP_IMPLEMENTATION_TYPE=Sequential
  -DVTK_BUILD_TESTING=OFF -DVTK_WRAP_PYTHON=OFF -DVTK_WRAP_JAVA=OFF -DVTK_ENABLE_WRAPPING=OFF
)
for group in Rendering StandAlone Views Imaging; do options+=("-DVTK_GROUP_ENABLE_$group=YES"); done
for name in "${external[@]}"; do options+=("-DVTK_MODULE_USE_EXTERNAL_VTK_$name=ON"); done
cmake -G Ninja -S "$dir/src" -B "$dir/build" "${options[@]}" > "$dir/configure.log" 2>&1 || {
  tail -30 "$dir/configure.log" >&2
  exit 1
}

# Some sources and headers are made by commands of the build, CMake scripts all. ninja itself would build the
# libraries that these targets come after, so their commands are run without it.
(cd "$dir/build" && ninja -t targets all) |
  sed -n 's/^\([^/ ][^ ]*\.\(h\|c\|cxx\)\): CUSTOM_COMMAND$/\1/p' > "$dir/generated.txt"
(cd "$dir/build" && xargs -n1 ninja -t commands -s < "$dir/generated.txt" | sort -u | bash -e) \
  > "$dir/generate.log" 2>&1 || {
  tail -30 "$dir/generate.log" >&2
  exit 1
}

python3 - "$dir" <<'P'
import json, os, sys
root = sys.argv[1]
entries = json.load(open(root + "/build/compile_commands.json"))
gone = [e["file"] for e in entries if not os.path.exists(e["file"])]
print("vtk:", len(entries), "compile commands,", len(gone), "of files that are not there", *gone[:5])
P
touch "$dir/.complete"

#!/usr/bin/env bash
# llvm_workspace.sh DIR: puts LLVM 19 with its compile commands under DIR, from Debian's source package.
#
# The workspace on which zygotes pay: 1,932 TUs of llvm/lib and utils (targets AArch64, RISCV and X86), 111 flag
# sets, headers of megabytes that nearly every TU includes. clangd works on it for a quarter of an hour.
#
#   DIR/src/llvm                      the sources
#   DIR/build/compile_commands.json   one entry per C++ file; what TableGen makes is made
#
# TableGen itself is Debian's. Needs root for apt-get where packages are missing. Does nothing if DIR is
# complete already.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail

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

packages=(clang-22 cmake ninja-build python3 dpkg-dev llvm-19)
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
  apt-get update -q
  ((${#missing[@]} == 0)) ||
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
elif ((${#missing[@]})); then
  echo "llvm_workspace.sh: as root, run this first: apt-get install ${missing[*]}" >&2
  exit 1
fi

if [[ ! -e $dir/src/llvm/CMakeLists.txt ]]; then
  temporary=$(mktemp -d)
  trap 'rm -rf "$temporary"' EXIT
  (cd "$temporary" && apt-get source -q --download-only llvm-toolchain-19)
  archive=$(echo "$temporary"/llvm-toolchain-19_*.orig.tar.xz)
  version=${archive##*_}
  top=llvm-toolchain-19_${version%.orig.tar.xz}
  rm -rf "$dir/src"
  mkdir -p "$dir/src"
  tar xf "$archive" -C "$dir/src" --strip-components=1 --exclude="$top/llvm/test/*" \
    --exclude="$top/llvm/unittests/*" "$top/llvm" "$top/cmake" "$top/third-party"
fi

tablegen=/usr/lib/llvm-19/bin/llvm-tblgen
cmake -G Ninja -S "$dir/src/llvm" -B "$dir/build" -DCMAKE_BUILD_TYPE=Debug \
  -DCMAKE_C_COMPILER=clang-22 -DCMAKE_CXX_COMPILER=clang++-22 -DCMAKE_EXPORT_COMPILE_COMMANDS=ON \
  -DLLVM_TABLEGEN=$tablegen -DLLVM_HEADERS_TABLEGEN=$tablegen "-DLLVM_TARGETS_TO_BUILD=X86;AArch64;RISCV" \
  -DLLVM_INCLUDE_{TESTS,BENCHMARKS,EXAMPLES,TOOLS,UTILS,RUNTIMES}=OFF \
  -DLLVM_ENABLE_{ZSTD,LIBXML2,TERMINFO}=OFF > "$dir/configure.log" 2>&1 || {
  tail -30 "$dir/configure.log" >&2
  exit 1
}
cd "$dir/build"
ninja -t targets all | sed -n 's/^\(.*\.\(inc\|h\|gen\|def\)\): CUSTOM_COMMAND$/\1/p' |
  xargs ninja -k0 > "$dir/generate.log" 2>&1 || {
  tail -30 "$dir/generate.log" >&2
  exit 1
}
touch "$dir/.complete"

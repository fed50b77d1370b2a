#!/usr/bin/env bash
# llama.sh FOLDER [--variants | --gpu BACKEND]: builds llama.cpp into a folder below FOLDER, once, and prints that folder.
#
# As it is, static libraries for the processor of this machine. With --variants, for packages: shared ones that run on
# every processor, with one library for each generation of them, bin/libggml-cpu-*.so, of which ggml loads the best
# that the machine at hand can run (analysis/ai/model_main.cc). With --gpu, as it is and with one of ggml's backends besides
# (CUDA, VULKAN, HIP, ...), whose own tools have to be there.
#
# The source is the git bundle in npm's package node-llama-cpp, pinned by version and digest; nothing of it is kept in
# this repository but llama.patch, which says itself why. The folder's name has all that decides what the libraries are: the version, the compiler, the build
# of this script and the processor whose instructions they use.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail

package=node-llama-cpp@3.22.1
digest=5f5d1105d5df040738d87b8290e5d17e7362131cdcfdb0831618e0ea528b4a51 # of llama/gitRelease.bundle, SHA-256
kind=(-DBUILD_SHARED_LIBS=OFF -DGGML_NATIVE=ON)
flags=$(sed -n '/^flags\|^Features/{p;q}' /proc/cpuinfo 2> /dev/null || true)
if [[ ${2:-} == --variants ]]; then
  kind=(-DBUILD_SHARED_LIBS=ON -DGGML_NATIVE=OFF -DGGML_BACKEND_DL=ON -DGGML_CPU_ALL_VARIANTS=ON
    -DCMAKE_INSTALL_RPATH=\$ORIGIN "-DCMAKE_SHARED_LINKER_FLAGS=-Wl,-z,relro,-z,now"
    "-DCMAKE_MODULE_LINKER_FLAGS=-Wl,-z,relro,-z,now")
  flags=$(uname -m)
fi
if [[ ${2:-} == --gpu ]]; then
  kind+=("-DGGML_${3:?a backend of ggml}=ON")
fi
options=(
  -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER=clang-22 -DCMAKE_CXX_COMPILER=clang++-22 "${kind[@]}"
  -DGGML_OPENMP=OFF -DLLAMA_CURL=OFF -DLLAMA_BUILD_COMMON=OFF -DLLAMA_BUILD_TESTS=OFF
  -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_TOOLS=OFF -DLLAMA_BUILD_SERVER=OFF -DLLAMA_BUILD_APP=OFF
)

patch=$(realpath "$(dirname "$0")/llama.patch")
key=$(printf '%s\n' "$digest" "$(< "$patch")" "${options[*]}" "$(clang-22 --version | sed -n 1p)" "$flags" | sha256sum | cut -c1-16)
prefix=$1/llama-$key
if [[ -e $prefix/.complete ]]; then
  echo "$prefix"
  exit
fi
command -v npm > /dev/null || {
  echo "llama.sh: npm fetches llama.cpp's source: install Debian's packages nodejs and npm" >&2
  exit 1
}
mkdir -p "$1"
work=$(mktemp -d "$1/llama-build-XXXXXX")
trap 'rm -rf "$work"' EXIT
{
  echo "llama.sh: fetching $package and building llama.cpp into $prefix (minutes, once)"
  (cd "$work" && npm pack --silent "$package" > /dev/null && tar xzf ./*.tgz package/llama/gitRelease.bundle)
  bundle=$work/package/llama/gitRelease.bundle
  echo "$digest  $bundle" | sha256sum --check --quiet || {
    echo "llama.sh: $package is not what it was: its digest differs" >&2
    exit 1
  }
  git clone --quiet "$bundle" "$work/source" -c advice.detachedHead=false
  git -C "$work/source" apply "$patch"
  {
    cmake -G Ninja -S "$work/source" -B "$work/build" "${options[@]}" "-DCMAKE_INSTALL_PREFIX=$work/installed"
    ninja -C "$work/build" install
  } > "$work/log" 2>&1 || {
    tail -n 30 "$work/log"
    exit 1
  }
  touch "$work/installed/.complete"
  # Two builds at a time: the first one done stays.
  mv -T "$work/installed" "$prefix" 2> /dev/null || [[ -e $prefix/.complete ]]
} >&2
echo "$prefix"

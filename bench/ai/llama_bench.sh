#!/usr/bin/env bash
# llama_bench.sh FOLDER [SOURCE]: builds llama.cpp's own llama-bench into FOLDER, and prints where it is.
#
# From the source that third_party/llama.sh pins, with its options and compiler, so that what is compared is how we call
# the library and not how it was built. SOURCE: a checkout of that source, where one is at hand.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail

script=$(dirname "$0")/../../third_party/llama.sh
package='' digest='' options=() # what it pins
eval "$(sed -n '/^package=/p; /^digest=/p; /^options=(/,/^)/p' "$script")"
folder=$(realpath -m "$1")
source=${2:-$folder/source}
bench=$folder/build/bin/llama-bench
if [[ ! -x $bench ]]; then
  mkdir -p "$folder"
  {
    if [[ ! -d $source ]]; then
      (cd "$folder" && npm pack --silent "$package" > /dev/null && tar xzf ./*.tgz package/llama/gitRelease.bundle)
      bundle=$folder/package/llama/gitRelease.bundle
      echo "$digest  $bundle" | sha256sum --check --quiet
      git clone --quiet "$bundle" "$source" -c advice.detachedHead=false
    fi
    cmake -G Ninja -S "$source" -B "$folder/build" "${options[@]}" -DLLAMA_BUILD_COMMON=ON -DLLAMA_BUILD_TOOLS=ON
    ninja -C "$folder/build" llama-bench
  } >&2
fi
echo "$bench"

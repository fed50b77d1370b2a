#!/usr/bin/env bash
# licences.sh [--debian]: prints the licence of Astrolabe, and under which terms the libraries stand that are linked
# into the program or come beside it: Debian's packages of them say so on this machine. --debian names the place where
# Debian keeps the Apache licence instead of quoting all of it.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail

top=$(dirname "$(dirname "$(readlink -f "$0")")")
packages=(libclang-22-dev libabsl-dev libtbb12 libjemalloc2 libspdlog-dev libfmt-dev libcli11-dev
  nlohmann-json3-dev libre2-dev libxxhash-dev libzstd1 libprotobuf-dev zlib1g libxml2 libz3-dev libstdc++6)

echo "Astrolabe"
echo "========="
if [[ ${1:-} == --debian ]]; then
  printf '%s\n\n' 'Copyright: the Astrolabe authors' \
    'Licensed under the Apache License, Version 2.0, with LLVM exceptions. On Debian systems the
text of the Apache License is in /usr/share/common-licenses/Apache-2.0; the exceptions are:'
  sed -n '/^---- LLVM Exceptions/,$p' "$top/LICENSE"
else
  cat "$top/LICENSE"
fi
for package in "${packages[@]}"; do
  file=/usr/share/doc/$package/copyright
  [[ -r $file ]] || {
    echo "licences: $file is not there" >&2
    exit 1
  }
  printf '\n\n%s\n%s\n' "$package" "${package//?/=}"
  cat "$file"
done
printf '\n\nllama.cpp\n=========\n'
cat "$top/third_party/llama.LICENSE"

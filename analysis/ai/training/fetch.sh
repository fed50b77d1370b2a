#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# fetch.sh DIR: downloads the source packages of sources.tsv to DIR/PACKAGE, without unpacking them.
# Needs Debian's deb-src entries (bench/peers do the same) and, for the rest of this folder,
#   apt-get install python3-torch python3-numpy libopenblas0-pthread
# The reference BLAS that python3-torch alone brings in is about twenty times slower than OpenBLAS.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1" && cd "$1"
grep -v '^#' "$here/sources.tsv" | while IFS=$'\t' read -r package _ _; do
  [ -e "$package/.complete" ] && continue
  mkdir -p "$package"
  (cd "$package" && timeout 600 apt-get source -q --download-only --only-source "$package" > apt.log 2>&1) \
    || { echo "fetch.sh: $package: see $PWD/$package/apt.log" >&2; exit 1; }
  touch "$package/.complete"
done

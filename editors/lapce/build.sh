#!/usr/bin/env bash
# Builds the volt into FOLDER (default: out/ beside this file), as Lapce expects it below its plugins'
# folder. Debian has headers for wasm32-wasi alone, a name that the compiler thinks is old. Needs:
# wasi-libc, libclang-rt-22-dev-wasm32, libc++-22-dev-wasm32, nlohmann-json3-dev.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
out=${1:-$here/out}
mkdir -p "$out/bin" "$out/include"
# A link, since the folder that it is in has the headers of another machine.
ln -sfn /usr/include/nlohmann "$out/include/nlohmann"
clang++-22 --target=wasm32-wasi -mexec-model=reactor -std=c++20 -Os -flto -fno-exceptions -fno-rtti \
  -DNDEBUG -DJSON_NOEXCEPTION -DJSON_USE_IMPLICIT_CONVERSIONS=0 -Wall -Wextra -Werror -Wno-deprecated \
  -isystem "$out/include" \
  -Wl,--strip-all -o "$out/bin/astrolabe.wasm" "$here/src/volt.cc"
rm -r "$out/include"
cp "$here/volt.toml" "$here/README.md" "$out/"

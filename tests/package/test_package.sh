#!/usr/bin/env bash
# test_package.sh DEB TARBALL: puts each package into an otherwise nearly empty root folder and uses it there.
#
# The root of the .deb has the files of the packages that it depends on, as this machine has them installed,
# and of those that these depend on, and nothing else: no LLVM, no compiler, no shell. That of the tarball has
# glibc alone. So a dependency that is not declared, or a file that is looked for on the build machine, is
# missed there. What was compiled for certain processors is tried on emulated ones. Needs root.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail

deb=$(readlink -f "$1")
tarball=$(readlink -f "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "test_package: $*" >&2
  exit 1
}

# names FIELD: the packages of a Depends field, the first of alternatives, without versions.
names() {
  tr ',' '\n' <<< "$1" | sed -E 's/\|.*//; s/\(.*\)//; s/:any//; s/[[:space:]]//g' | sed '/^$/d'
}

# closure PACKAGE...: these and all that they depend on.
closure() {
  local waiting=("$@") package
  declare -A seen=()
  while ((${#waiting[@]})); do
    package=${waiting[0]}
    waiting=("${waiting[@]:1}")
    [[ -z ${seen[$package]:-} ]] || continue
    seen[$package]=1
    echo "$package"
    local more
    mapfile -t more < <(names "$(dpkg-query -W -f='${Depends},${Pre-Depends}' "$package")")
    waiting+=("${more[@]}")
  done
}

# make_root FOLDER PACKAGE...: a root folder of these packages' files.
make_root() {
  local root=$1 package
  shift
  mkdir -p "$root"/{proc,dev,tmp,work,usr/{lib,lib64,bin,sbin},var/lib/dpkg/{info,updates}}
  ln -s usr/lib usr/lib64 usr/bin usr/sbin "$root"
  touch "$root/var/lib/dpkg/status"
  mknod -m 666 "$root/dev/null" c 1 3
  for package in $(closure "$@"); do
    # Documents of the system's packages are left out; links are kept as they are.
    dpkg -L "$package" | grep -v '^/usr/share/' | while IFS= read -r file; do
      [[ -d $file && ! -L $file ]] || printf '%s\n' "${file#/}"
    done | tar -C / -cf - -T - | tar -C "$root" --keep-directory-symlink -xf -
  done
  cat > "$root/work/shape.h" <<'TEXT'
#pragma once
#include <stddef.h>
struct Shape { size_t width; size_t Area() const; };
TEXT
  cat > "$root/work/shape.cc" <<'TEXT'
#include "shape.h"
size_t Shape::Area() const { return width * width; }
size_t Twice(const Shape& shape) { return 2 * shape.Area(); }
TEXT
  echo '[{"directory": "/work", "file": "shape.cc", "command": "c++ -std=c++20 -c shape.cc"}]' \
    > "$root/work/compile_commands.json"
}

# use ROOT PROGRAM: indexes, asks, and looks at what the program brought along.
use() {
  local root=$1 program=$2 answer
  run() {
    # shellcheck disable=SC2016 # it is the inner shell that expands them
    unshare --mount env -i HOME=/tmp PATH="$PATH" bash -c \
      'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"' "$root" "$@"
  }
  run "$program" --version
  run "$program" index --root /work
  answer=$(run "$program" query callers Shape::Area --root /work)
  echo "$answer"
  [[ $answer == *Twice* ]] || fail "$program does not know who calls Shape::Area"
  answer=$(run "$program" check /work/shape.cc --root /work) || fail "check fails: $answer"
  answer=$(run "$program" ai models) || fail "no model: $answer"
  [[ $answer == *"${program%/bin/astrolabe}/share/astrolabe/models/"* ]] ||
    fail "the model is not its own: $answer"
  answer=$(run "$program" ai info) || fail "the model does not run: $answer"
  answer=$(chosen_library <<< "$answer") || fail "no library for this processor: $answer"
  echo "test_package: here models run by $answer"
  run "$program" ai complete /work/shape.cc:3:44 > /dev/null || (($? == 1)) || fail "the model does not write"
  # Of all that can be wrong only the compiler is: there is none.
  answer=$(run "$program" doctor /work --json) || true
  [[ $answer == *"${program%/bin/astrolabe}/lib/astrolabe/clang/22"* ]] || fail "Clang's headers: $answer"
  [[ $(grep -o '"problem","check":"[a-z-]*"' <<< "$answer") == '"problem","check":"compiler"' ]] ||
    fail "doctor: $answer"
}

# chosen_library: of what `ai info` says, the library of llama.cpp that was loaded.
chosen_library() { grep -o 'libggml-cpu-[a-z0-9]*\.so'; }

# Older processors, emulated: each has models run by the library that was built for it.
use_elsewhere() {
  local prefix=$1 server=$1/lib/astrolabe/model/astrolabe-model processor library answer
  if [[ $(uname -m) != x86_64 ]] || ! command -v qemu-x86_64 > /dev/null; then
    echo "test_package: no qemu-x86_64 on an x86-64 machine, so no other processor was tried"
    return
  fi
  mv "$server" "$server.real"
  while read -r processor library; do
    # By the loader: QEMU does not find the program headers where BOLT puts them.
    qemu-x86_64 -cpu "$processor" /lib64/ld-linux-x86-64.so.2 "$prefix/bin/astrolabe" --version > /dev/null 2>&1 ||
      fail "the program does not start on $processor"
    printf '#!/bin/sh\nexec qemu-x86_64 -cpu %s "%s.real" "$@" 2> /dev/null\n' "$processor" "$server" > "$server"
    chmod +x "$server"
    answer=$("$prefix/bin/astrolabe" ai info | chosen_library) || fail "$processor: the model does not run"
    [[ $answer == "libggml-cpu-$library.so" ]] || fail "$processor has models run by $answer"
    echo "test_package: on $processor models run by $answer"
  done <<'TEXT'
qemu64,-sse4.1,-ssse3 x64
Nehalem sse42
SandyBridge sandybridge
Haswell-noTSX haswell
TEXT
  mv "$server.real" "$server"
}

mapfile -t needed < <(names "$(dpkg-deb -f "$deb" Depends)")
echo "test_package: $(basename "$deb") beside ${needed[*]}"
make_root "$work/debian" "${needed[@]}"
# Their packages are there as files only, so dpkg knows of none.
dpkg --root="$work/debian" --force-depends --log=/dev/null -i "$deb" 2> "$work/log" ||
  fail "$(cat "$work/log")"
use "$work/debian" /usr/bin/astrolabe
use_elsewhere "$work/debian/usr"
for file in man/man1/astrolabe.1.gz bash-completion/completions/astrolabe \
  zsh/vendor-completions/_astrolabe fish/vendor_completions.d/astrolabe.fish doc/astrolabe/copyright; do
  [[ -s $work/debian/usr/share/$file ]] || fail "/usr/share/$file is missing"
done
if command -v systemd-analyze > /dev/null; then
  # As it is started for /tmp; it wants to find its program.
  unit="$work/astrolabe-index@tmp.service"
  sed "s#=/usr/bin/astrolabe#=$work/debian/usr/bin/astrolabe#" \
    "$work/debian/usr/lib/systemd/user/astrolabe-index@.service" > "$unit"
  answer=$(XDG_RUNTIME_DIR=$work systemd-analyze verify --user --man=no "$unit" 2>&1) || fail "the unit: $answer"
  [[ -z $answer ]] || fail "the unit: $answer"
else
  echo "test_package: systemd is not installed, so the unit was not looked at"
fi

echo "test_package: $(basename "$tarball") beside glibc"
make_root "$work/tarball" libc6
mkdir -p "$work/tarball/opt/tools"
tar -C "$work/tarball/opt/tools" --strip-components=1 -xzf "$tarball"
# glibc's package needs libgcc's, which the tarball is to have itself.
find "$work/tarball/usr/lib" -name 'libgcc_s.so*' -delete
use "$work/tarball" /opt/tools/bin/astrolabe

model=$(stat -c %s "$work"/debian/usr/share/astrolabe/models/*)
size=$(dpkg-deb -c "$deb" | awk '{sum += $3} END {print sum}')
echo "test_package: the .deb takes $((size / 1000000)) MB installed, $((model / 1000000)) MB of it the model"
((size - model < 150000000)) || fail "150 MB are the limit"
if command -v lintian > /dev/null; then
  lintian --fail-on error,warning --tag-display-limit 0 "$deb" || fail "lintian has something to report"
else
  echo "test_package: lintian is not installed, so the .deb was not looked at by it"
fi

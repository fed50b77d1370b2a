#!/usr/bin/env bash
# optimize.sh PROGRAM OUT: lays PROGRAM out anew by a profile of itself at work, with BOLT, into
# OUT/astrolabe. Clang's parser is bound by fetching instructions; laid out by profile it takes a fifth to
# a quarter less time (docs/PERFORMANCE.md).
#
# The profile is of a front that scans and plans, and of a parsing root and its children that index a few of
# our own sources and answer an editor's questions about one. It stays in OUT for the next layout (a quarter of a minute); a change of
# Clang's version makes a new one (three minutes). Run from the top of the checkout; PROGRAM is linked
# with --emit-relocs.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail

program=$1
out=$2
version=$("$program" --version)
version=${version##* }
profile=$out/profile-${version%)}.fdata
# Of all layers: the sources with and without Clang's headers, and one that is mostly data.
sources='/(base/subprocess|index/(merge|declaration)|analysis/batch/collector|lsp/protocol/types_json_items)\.cc$'

# record WORK: profiles what a user's processes do, into $profile.
record() {
  local work=$1 part
  echo "optimize: making a profile (about three minutes)"
  # The profile is written once a second by a process that outlives the killed root.
  llvm-bolt-22 "$program" --instrument -o "$work/instrumented" --instrumentation-file="$work/part" \
    --instrumentation-sleep-time=1 --instrumentation-wait-forks --instrumentation-no-counters-clear \
    > "$work/log" 2>&1
  python3 - "$work" "$sources" <<'PYTHON'
import json, pathlib, re, sys
work, sources = pathlib.Path(sys.argv[1]), re.compile(sys.argv[2])
entries = json.loads(pathlib.Path('build/release/compile_commands.json').read_text())
(work / 'compile_commands.json').write_text(json.dumps([e for e in entries if sources.search(e['file'])]))
PYTHON
  at_work "$work" planned "$program" "$work/instrumented" index --index-dir "$work/1" --compile-commands-dir "$work"
  at_work "$work" parsed "$work/instrumented" "$program" index --index-dir "$work/2" --compile-commands-dir "$work"
  at_work "$work" asked "$work/instrumented" "$program" check --all-features --every 40 --index-dir "$work/2" \
    --compile-commands-dir "$work" index/merge.cc
  merge-fdata-22 "$work/planned" "$work/parsed" "$work/asked" > "$work/merged" 2>> "$work/log"
  mv "$work/merged" "$profile"
}

# at_work WORK PART PARSER FRONT ARGUMENT...: runs FRONT, which starts PARSER as its parsing root. One of
# the two is instrumented; its profile becomes WORK/PART.
at_work() {
  local work=$1 part=$2 parser=$3 waited
  shift 3
  # A session, and so a process group, of its own: what writes the profile waits for all of the group.
  ASTROLABE_PARSER=$parser setsid --wait "$@" >> "$work/log" 2>&1
  for ((waited = 0; waited < 120; ++waited)); do
    pgrep -f "^$work/instrumented" > /dev/null || break
    sleep 1
  done
  mv "$work/part" "$work/$part"
}

# Says what failed, and leaves nothing behind.
finish() {
  local status=$?
  ((status == 0)) || tail -5 "$work/log" >&2
  rm -rf "$work"
}

mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$(mktemp -d "$out/work.XXXXXX")
trap finish EXIT
[[ -s $profile ]] || record "$work"
llvm-bolt-22 "$program" -o "$work/astrolabe" -data="$profile" -reorder-blocks=ext-tsp \
  -reorder-functions=cdsort -split-functions -split-all-cold -split-eh > "$work/log" 2>&1
# Lines of code no longer fit their addresses.
llvm-strip-22 --strip-debug "$work/astrolabe"
"$work/astrolabe" --version > "$work/log" 2>&1
# Written anew in large pieces, which the kernel keeps as large while the file is in its cache: a start takes a sixth
# less of the processor than as llvm-strip writes it, page by page.
cp "$work/astrolabe" "$work/copy"
mv "$work/copy" "$out/astrolabe"

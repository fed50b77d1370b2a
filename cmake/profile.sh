#!/usr/bin/env bash
# profile.sh: makes cmake/index.profdata, by which base, alloc and index are optimised (cmake/Profile.cmake).
#
# What is profiled is bench/query: indexes of our own sources from nothing, again and unchanged, then
# symbols and text looked up in them; and bench/segment, which merges. They run for a fixed number of times,
# so that the shares of the jobs do not depend on the machine. Run from the top of the checkout; its folder
# build/profile is a few minutes' work and may be deleted.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail

build=build/profile
out=cmake/index.profdata
cmake --preset release -B "$build" -DASTROLABE_PROFILE=generate > /dev/null
ninja -C "$build" query_bench segment_bench
rm -rf "$build/raw"

# record PROGRAM FILTER TIMES: runs its benches that match so often.
record() {
  LLVM_PROFILE_FILE="$PWD/$build/raw/%m_%p.profraw" "$build/bench/$1" --benchmark_filter="$2" \
    --benchmark_repetitions="$3" --benchmark_min_time=0 > /dev/null 2>&1
}

record query/query_bench 'BM_Index' 10
record query/query_bench 'BM_SearchText|BM_OpenSnapshot' 10
record query/query_bench 'BM_FindSymbols' 500
record segment/segment_bench '.' 2
llvm-profdata-22 merge -sparse "$build"/raw/*.profraw -o "$out.new"
mv "$out.new" "$out"
ls -l "$out"

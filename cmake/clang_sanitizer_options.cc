// What AddressSanitizer's runtime reads at start-up in programs of ours that link Clang.
//
// LLVM's bump allocator, inlined into our files from its headers, poisons what it has not handed out;
// Debian's archives of LLVM, built without sanitizers, hand it out without unpoisoning.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() { return "allow_user_poisoning=0"; }

// What the sanitizer runtimes read at start-up in our own programs. Compiled in, so that a test run
// by hand, by ctest or in a debugger behaves the same without an environment variable.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Debian's libtbb is not instrumented: ThreadSanitizer does not see the hand-over of a task between
// two threads and reports every task as a race. Reports with a TBB frame in either stack are
// dropped, so a data structure's own thread test has to use std::thread to be worth anything under
// this preset.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
  return "race:tbb::detail\n"
         "race:libtbb.so\n"
         "called_from_lib:libtbb.so\n"
         // Evaluates the conditions of waiting threads after the wrapped call gave its edge away.
         "race:absl::debian3::Mutex::UnlockSlow\n"
         // Its own tables, under a lock that is not instrumented, through memmove and mmap, which are.
         "race:absl::debian3::synchronization_internal\n"
         "race:absl::debian3::base_internal\n";
}

extern "C" const char* __ubsan_default_options();
extern "C" const char* __ubsan_default_options() { return "print_stacktrace=1"; }

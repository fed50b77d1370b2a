// jemalloc's options for Astrolabe's processes: few threads, short lives or long idling, little memory.
//
//   narenas:2              the default is four per CPU; each arena keeps its own half-empty pages
//   dirty_decay_ms:1000    freed pages return after a second instead of ten: the peak of a build does
//                          not become the idle size
//   muzzy_decay_ms:0       and then for good, not lazily
//   background_thread:false  a thread of its own would cost memory at start and not survive a fork
//   tcache_max:8192        thread caches hold small objects only (the default is 32 KiB)
//   abort_conf:false       a mistyped option in MALLOC_CONF warns instead of killing a server
//
// What they bring is measured in alloc/README.md. MALLOC_CONF in the environment overrides all of it.
//
// jemalloc looks for the symbol; nothing refers to it, so a linker would leave it in an archive. The
// executable links the CMake object library astrolabe_malloc_conf, which puts it on the link line. It
// is a strong definition since jemalloc carries a weak one itself.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

extern "C" {
extern const char* malloc_conf;
const char* malloc_conf =
    "narenas:2,dirty_decay_ms:1000,muzzy_decay_ms:0,background_thread:false,tcache_max:8192,"
    "abort_conf:false";
}

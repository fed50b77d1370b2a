// jemalloc's one option that paid for Astrolabe's processes; what did not is in alloc/README.md.
//
// oversize_threshold: requests from 256 KiB on (the default is 8 MiB) come from an arena of their own
// that returns freed memory to the kernel at once. File buffers, columns and hash tables are that
// large, and kept for ten seconds "for reuse" they were 70 of the 250 MiB at the peak of indexing
// Linux. Small objects keep the default's fast reuse; whoever will idle calls PurgeUnusedPages.
//
// jemalloc looks for the symbol; nothing refers to it, so a linker would leave it in an archive. The
// executable links the CMake object library astrolabe_malloc_conf, which puts it on the link line. It
// is a strong definition since jemalloc carries a weak one itself. MALLOC_CONF in the environment
// overrides it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "oversize_threshold:262144";
}

// Feeds arbitrary bytes to everything that reads segments.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/segment/fuzz_segment.h"

#include <string>
#include <vector>

#include "base/file_system.h"
#include "index/manifest.h"
#include "index/merge.h"
#include "index/segment.h"
#include "tests/segment/sample_files.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace astrolabe;
  std::string bytes(reinterpret_cast<const char*>(data), size);
  (void)ParseManifest(bytes, "MANIFEST");
  auto segment = Segment::FromContents("/fuzz.seg", ContentsOf(Resealed(std::move(bytes))));
  if (!segment.ok()) return 0;
  ReadEverything(**segment);
  // A merge looks at damage() as well, which reading may just have left.
  auto again = Segment::FromContents(
      "/fuzz.seg", ContentsOf(Resealed(std::string(reinterpret_cast<const char*>(data), size))));
  std::unique_ptr<FileSystem> fs = NewMemoryFileSystem();
  FileSet dead((*again)->file_count());
  for (uint32_t file = 0; file < dead.capacity(); file += 3) dead.Insert(file);
  std::vector<MergeInput> inputs = {{*again, size % 2 == 0 ? FileSet() : dead}};
  (void)MergeSegments(*fs, inputs, "/merged.seg");
  (void)(*segment)->Verify();
  return 0;
}

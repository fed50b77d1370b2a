// The container of index/FORMAT.md ("Segment"): what the segments of both tiers have in common.
//
// A header, sections, block checksums, a section table, a footer. What is in the sections is the
// business of whoever has the schema.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/file_system.h"
#include "index/block_reader.h"

namespace astrolabe {

// One kind of segment. Constant data.
struct SegmentSchema {
  std::string_view magic;  // eight bytes, the first of the file
  uint32_t version = 0;
  std::span<const std::string_view> section_names;  // by section id; ids begin at 1

  uint32_t section_count() const { return static_cast<uint32_t>(section_names.size() - 1); }
};

// An open segment. The sections point to the reader.
struct SegmentContainer {
  std::unique_ptr<BlockReader> reader;
  std::vector<Section> sections;  // by section id
  uint64_t bytes = 0;
  uint64_t identity = 0;  // covers every byte through the block checksums
};

// Verifies everything but the blocks. FailedPrecondition if the version is another one; DataLoss,
// naming `path`, if the file is damaged in a way that shows without reading it.
absl::StatusOr<SegmentContainer> OpenContainer(const std::string& path,
                                               std::unique_ptr<FileContents> contents,
                                               const SegmentSchema& schema);

}  // namespace astrolabe

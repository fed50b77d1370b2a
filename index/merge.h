// Makes one segment of several, leaving out dead files.
//
// All inputs are sorted alike, so everything streams: memory is 4 bytes per name of the inputs for
// the translation of ids, a few megabytes of offset tables, and what has been consumed of the
// mapped inputs is given back to the kernel on the way. The result is what a builder fed with the
// same live files would have written, except for the order of filter columns.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "base/file_system.h"
#include "index/segment.h"
#include "index/segment_builder.h"

namespace astrolabe {

inline constexpr size_t kMaxMergeInputs = 127;

// `dead` are the files to leave out; a default FileSet leaves out none.
struct MergeInput {
  std::shared_ptr<const Segment> segment;
  FileSet dead;
};

// Writes and fsyncs the merged segment at `path`. The live paths of the inputs must be distinct
// (InvalidArgument
// otherwise, and for more than kMaxMergeInputs). DataLoss if an input is damaged, ResourceExhausted
// if the result would pass a limit of the format or the disk is full; on any error nothing is left
// at `path`.
absl::StatusOr<SegmentInfo> MergeSegments(FileSystem& fs, std::span<const MergeInput> inputs,
                                          const std::string& path);

}  // namespace astrolabe

// Random workspaces, and a segment's content as text: what the tests of builder, reader, merge and
// store share. Two segments with equal text answer every query alike.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "index/segment.h"
#include "index/segment_builder.h"

namespace astrolabe {

struct SampleSymbol {
  std::string name;
  std::string scope;
  SymbolKind kind = SymbolKind::kVariable;
  bool is_definition = false;
  Position begin, name_position, end;
};

struct SampleFile {
  std::string path;
  FileRecord record;
  std::vector<SampleSymbol> symbols;
  std::vector<uint64_t> words;  // hashes
};

// `files` scanned files with up to `max_symbols` symbols each; paths are distinct for equal
// `prefix`.
std::vector<SampleFile> RandomFiles(uint32_t seed, int files, int max_symbols,
                                    const std::string& prefix = "");

void AddSample(SegmentBuilder& builder, const SampleFile& file);

// Builds and opens a segment of `files`; fails the test on error.
std::shared_ptr<const Segment> BuildSegment(FileSystem& fs, const std::string& path,
                                            const std::vector<SampleFile>& files);

// Files, symbols, postings, words and scopes, with names instead of ids.
std::string Describe(const Segment& segment);

// The same text, made from the files without any segment.
std::string Describe(std::vector<SampleFile> files);

// Fails the test, showing the first line that differs.
void ExpectSameText(const std::string& actual, const std::string& expected);

// Uses every read path of the segment, and whatever it yields. For damaged segments.
void ReadEverything(const Segment& segment);

// The bytes of a changed segment with its checksums made right again, so that decoders get to see the
// change. What is too short to be a segment comes back as it is.
std::string Resealed(std::string bytes);

// Bytes in memory as a FileContents.
std::unique_ptr<FileContents> ContentsOf(std::string bytes);

}  // namespace astrolabe

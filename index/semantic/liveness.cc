// Liveness, segment by segment. Closures are runs of states, so marking costs as much as there are runs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/semantic/liveness.h"

namespace astrolabe {
namespace {

uint64_t StateKey(const SemanticSegment& segment, uint32_t state) {
  ClosureFile file;
  return segment.LoadState(state, &file) ? ContentKey(file.path, file.state.digest) : 0;
}

bool IsHeader(const SemanticFileRowLayout& row) { return row.owner == 0; }

}  // namespace

absl::Status MarkUnits(const SemanticSegment& segment, const KeySet& replaced, FileSet* dead,
                       KeySet* read) {
  FileSet states(segment.state_count());
  StoredClosure closure;
  for (uint32_t unit = 0; unit < segment.unit_count(); ++unit) {
    const uint32_t entry = segment.file_count() + unit;
    UnitRowLayout row;
    if (dead->Contains(entry) || !segment.Unit(unit, &row)) continue;
    if (replaced.contains(UnitKey(segment.Path(row.path), row.command_digest))) {
      dead->Insert(entry);
      continue;
    }
    if (!segment.Closure(row, &closure)) continue;
    if (closure.main && *closure.main < states.capacity()) states.Insert(*closure.main);
    for (const IdRange& range : closure.others) {
      for (uint32_t state = range.begin; state < range.end; ++state) states.Insert(state);
    }
  }
  states.ForEach([&](uint32_t state) { read->insert(StateKey(segment, state)); });
  return segment.damage();
}

absl::Status MarkFiles(const SemanticSegment& segment, const KeySet& read, KeySet* promised,
                       FileSet* dead) {
  for (uint32_t file = 0; file < segment.file_count(); ++file) {
    SemanticFileRowLayout row;
    if (dead->Contains(file) || !segment.File(file, &row)) continue;
    bool lives;
    if (!IsHeader(row)) {
      lives = !dead->Contains(segment.file_count() + row.owner - 1);
    } else {
      const uint64_t content = StateKey(segment, row.state);
      const uint64_t header = HeaderKey(content, row.variant);
      lives = read.contains(content);
      if (lives) {
        promised->erase(header);
      } else {
        lives = promised->contains(header);
      }
    }
    if (!lives) dead->Insert(file);
  }
  return segment.damage();
}

absl::Status CollectFiles(const SemanticSegment& segment, const FileSet& dead, KeySet* headers,
                          KeySet* contents) {
  for (uint32_t file = 0; file < segment.file_count(); ++file) {
    SemanticFileRowLayout row;
    if (dead.Contains(file) || !segment.File(file, &row)) continue;
    const uint64_t content = StateKey(segment, row.state);
    if (headers != nullptr && IsHeader(row)) headers->insert(HeaderKey(content, row.variant));
    if (contents != nullptr) contents->insert(content);
  }
  return segment.damage();
}

absl::Status MarkIncompleteUnits(const SemanticSegment& segment, const KeySet& contents,
                                 FileSet* dead) {
  FileSet missing(segment.state_count());
  for (uint32_t state = 0; state < segment.state_count(); ++state) {
    if (!contents.contains(StateKey(segment, state))) missing.Insert(state);
  }
  StoredClosure closure;
  for (uint32_t unit = 0; unit < segment.unit_count(); ++unit) {
    const uint32_t entry = segment.file_count() + unit;
    UnitRowLayout row;
    if (dead->Contains(entry) || !segment.Unit(unit, &row)) continue;
    if (!segment.Closure(row, &closure)) continue;
    bool complete = !closure.main || !missing.Contains(*closure.main);
    for (const IdRange& range : closure.others) {
      for (uint32_t state = range.begin; complete && state < range.end; ++state) {
        complete = !missing.Contains(state);
      }
    }
    if (!complete) dead->Insert(entry);
  }
  return segment.damage();
}

}  // namespace astrolabe

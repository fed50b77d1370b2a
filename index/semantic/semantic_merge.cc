// Merging: tables of paths, states, units and files. The directory of symbols is in merge_directory.cc.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/semantic/semantic_merge.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <tuple>
#include <utility>

#include "base/strings.h"
#include "index/segment_layout.h"
#include "index/semantic/liveness.h"
#include "index/varint.h"
#include "xxhash.h"

namespace astrolabe {
namespace {

// Sorts the indices of `order` (0, 1, …) by `less` and returns the place of each.
template <typename Less>
std::vector<uint32_t> SortIndices(size_t count, std::vector<uint32_t>* order, Less less) {
  order->resize(count);
  std::iota(order->begin(), order->end(), 0u);
  std::sort(order->begin(), order->end(), less);
  std::vector<uint32_t> rank(count);
  for (uint32_t place = 0; place < count; ++place) rank[(*order)[place]] = place;
  return rank;
}

std::string_view AsBytes(const std::vector<uint32_t>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(uint32_t)};
}

}  // namespace

uint32_t SemanticMerge::InternPath(std::string_view path) {
  auto [at, is_new] = path_keys_.try_emplace(XXH3_64bits(path.data(), path.size()),
                                             static_cast<uint32_t>(path_names_.size()));
  if (is_new) path_names_.push_back(arena_.CopyString(path));
  return at->second;
}

void SemanticMerge::Retarget(const RetargetedFile& file) {
  retargets_[ContentKey(file.path, file.digest)] = file.now;
}

uint32_t SemanticMerge::InternState(std::string_view path, const FileState& read) {
  FileState state = read;
  if (!retargets_.empty()) {
    auto at = retargets_.find(ContentKey(path, read.digest));
    if (at != retargets_.end()) state = at->second;
  }
  const uint32_t path_key = InternPath(path);
  const uint64_t words[] = {path_key, state.size, static_cast<uint64_t>(state.mtime_ns),
                            state.digest};
  auto [at, is_new] = state_keys_.try_emplace(XXH3_64bits(words, sizeof(words)),
                                              static_cast<uint32_t>(states_.size()));
  if (is_new) states_.push_back({.path = path_key, .state = state});
  return at->second;
}

uint32_t SemanticMerge::SourceState(Source& source, uint32_t state) {
  if (state >= source.state_keys.size()) return kNone;
  uint32_t& key = source.state_keys[state];
  if (key == kNone) {
    ClosureFile file;
    if (!source.segment->LoadState(state, &file)) return kNone;
    key = InternState(file.path, file.state);
  }
  return key;
}

void SemanticMerge::AddSegment(std::shared_ptr<const SemanticSegment> segment,
                               const FileSet& dead) {
  const uint32_t index = static_cast<uint32_t>(sources_.size());
  Source& source = sources_.emplace_back();
  source.segment = std::move(segment);
  const SemanticSegment& from = *source.segment;
  source.state_keys.assign(from.state_count(), kNone);
  source.new_files.assign(from.file_count(), kNone);
  source.new_symbols.assign(from.symbol_count(), kNone);

  std::vector<uint32_t> entry_of_unit(from.unit_count(), kNoOwner);
  for (uint32_t unit = 0; unit < from.unit_count(); ++unit) {
    UnitRowLayout row;
    if (dead.Contains(from.file_count() + unit) || !from.Unit(unit, &row)) continue;
    entry_of_unit[unit] = static_cast<uint32_t>(units_.size());
    units_.push_back({.path = InternPath(from.Path(row.path)),
                      .command_digest = row.command_digest,
                      .source = index,
                      .id = unit});
  }
  for (uint32_t file = 0; file < from.file_count(); ++file) {
    SemanticFileRowLayout row;
    if (dead.Contains(file) || !from.File(file, &row)) continue;
    FileEntry entry;
    entry.state = SourceState(source, row.state);
    if (entry.state == kNone) continue;
    if (row.owner != 0 && row.owner <= entry_of_unit.size()) {
      entry.owner = entry_of_unit[row.owner - 1];
    }
    entry.source = index;
    entry.id = file;
    entry.variant = row.variant;
    files_.push_back(entry);
  }
}

absl::StatusOr<uint32_t> SemanticMerge::AddUnit(std::string_view encoded_shard) {
  scratch_.Reset();
  absl::StatusOr<Shard> shard = DecodeShard(encoded_shard, scratch_);
  if (!shard.ok()) return shard.status();
  units_.push_back({.path = InternPath(shard->unit.path),
                    .command_digest = shard->unit.command_digest,
                    .shard = encoded_shard});
  for (const ClosureFile& file : shard->unit.closure) InternState(file.path, file.state);
  return static_cast<uint32_t>(units_.size() - 1);
}

absl::Status SemanticMerge::AddFile(std::string_view encoded, std::string_view mentions,
                                    uint32_t owner) {
  absl::StatusOr<SplitFacts> split = SplitFileFacts(encoded);
  if (!split.ok()) return split.status();
  if (mentions.size() != split->symbol_ids * sizeof(MentionRow)) {
    return absl::InternalError(StrCat(split->path, ": the mentions are not those of its facts"));
  }
  FileEntry entry;
  entry.state = InternState(split->path, split->state);
  entry.owner = owner;
  entry.variant = split->variant;
  entry.split = *split;
  entry.mentions = mentions;
  entry.first_slot = slots_;
  slots_ += split->symbol_ids;
  files_.push_back(entry);
  return absl::OkStatus();
}

absl::Status SemanticMerge::ClosureKeys(const UnitEntry& unit, std::vector<uint32_t>* keys) {
  keys->clear();
  if (unit.source == kNew) {
    scratch_.Reset();
    absl::StatusOr<Shard> shard = DecodeShard(unit.shard, scratch_);
    if (!shard.ok()) return shard.status();
    for (const ClosureFile& file : shard->unit.closure) {
      keys->push_back(InternState(file.path, file.state));
    }
    return absl::OkStatus();
  }
  Source& source = sources_[unit.source];
  UnitRowLayout row;
  StoredClosure closure;
  if (source.segment->Unit(unit.id, &row) && source.segment->Closure(row, &closure)) {
    if (closure.main) keys->push_back(SourceState(source, *closure.main));
    for (const IdRange& range : closure.others) {
      for (uint32_t state = range.begin; state < range.end; ++state) {
        keys->push_back(SourceState(source, state));
      }
    }
  }
  return source.segment->damage();
}

void SemanticMerge::OrderPathsAndStates() {
  path_rank_ = SortIndices(path_names_.size(), &path_order_, [this](uint32_t a, uint32_t b) {
    return path_names_[a] < path_names_[b];
  });
  state_rank_ = SortIndices(states_.size(), &state_order_, [this](uint32_t a, uint32_t b) {
    auto key = [this](const StateKey& key) {
      return std::tuple(path_rank_[key.path], key.state.digest, key.state.size, key.state.mtime_ns);
    };
    return key(states_[a]) < key(states_[b]);
  });
}

void SemanticMerge::OrderFilesAndUnits() {
  unit_rank_ = SortIndices(units_.size(), &unit_order_, [this](uint32_t a, uint32_t b) {
    auto key = [this](uint32_t i) {
      return std::tuple(path_rank_[units_[i].path], units_[i].command_digest, i);
    };
    return key(a) < key(b);
  });
  SortIndices(files_.size(), &file_order_, [this](uint32_t a, uint32_t b) {
    auto key = [this](uint32_t i) {
      return std::tuple(state_rank_[files_[i].state], files_[i].variant, i);
    };
    return key(a) < key(b);
  });
  for (uint32_t place = 0; place < file_order_.size(); ++place) {
    const FileEntry& file = files_[file_order_[place]];
    if (file.source != kNew) sources_[file.source].new_files[file.id] = place;
  }
}

void SemanticMerge::WritePaths(SegmentWriter& out) {
  std::vector<uint32_t> offsets;
  uint64_t bytes = 0;
  out.BeginSection(kPathBytes);
  for (uint32_t key : path_order_) {
    offsets.push_back(static_cast<uint32_t>(bytes));
    out.out().append(path_names_[key]);
    out.Drain();
    bytes += path_names_[key].size();
  }
  out.EndSection(path_order_.size());
  offsets.push_back(static_cast<uint32_t>(bytes));
  out.WriteSection(kPathOffsets, AsBytes(offsets), offsets.size());

  out.BeginSection(kStateRows);
  for (uint32_t key : state_order_) {
    const StateKey& state = states_[key];
    AppendAs(out.out(), StateRowLayout{.size = state.state.size,
                                       .mtime_ns = state.state.mtime_ns,
                                       .digest = state.state.digest,
                                       .path = path_rank_[state.path],
                                       .zero = 0});
    out.Drain();
  }
  out.EndSection(state_order_.size());
}

void SemanticMerge::WriteUnits(SegmentWriter& out) {
  std::string rows;
  std::string reasons;
  absl::flat_hash_map<std::string, uint32_t> reason_offsets;
  std::vector<uint32_t> keys;
  std::string runs;
  uint64_t closure_offset = 0;
  out.BeginSection(kClosures);
  for (uint32_t index : unit_order_) {
    const UnitEntry& unit = units_[index];
    absl::Status read = ClosureKeys(unit, &keys);
    if (!read.ok()) return out.Fail(read);
    UnitRowLayout row = {};
    std::string_view reason;
    if (unit.source == kNew) {
      // ClosureKeys has just decoded it; once more for the few numbers is cheap beside keeping all.
      absl::StatusOr<Shard> shard = DecodeShard(unit.shard, scratch_);
      if (!shard.ok()) return out.Fail(shard.status());
      row.outcome = static_cast<uint32_t>(shard->unit.outcome);
      row.errors = shard->unit.errors;
      reason = shard->unit.reason;
    } else {
      const SemanticSegment& segment = *sources_[unit.source].segment;
      if (!segment.Unit(unit.id, &row)) return out.Fail(segment.damage());
      reason = segment.Reason(row);
    }
    row.command_digest = unit.command_digest;
    row.path = path_rank_[unit.path];
    auto [reason_at, is_new] =
        reason_offsets.try_emplace(std::string(reason), static_cast<uint32_t>(reasons.size()));
    if (is_new) reasons.append(reason);
    row.reason_offset = reason_at->second;
    row.reason_bytes = static_cast<uint32_t>(reason.size());
    row.closure_offset = static_cast<uint32_t>(closure_offset);
    AppendAs(rows, row);

    for (uint32_t& key : keys) key = key == kNone ? kNone : state_rank_[key];
    const uint32_t main = keys.empty() ? 0 : keys.front() + 1;
    if (!keys.empty()) keys.erase(keys.begin());
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    runs.clear();
    uint32_t next = 0;
    for (size_t i = 0; i < keys.size();) {
      size_t end = i + 1;
      while (end < keys.size() && keys[end] == keys[end - 1] + 1) ++end;
      AppendVarint(runs, keys[i] - next);
      AppendVarint(runs, end - i - 1);
      next = keys[end - 1] + 1;
      i = end;
    }
    const size_t before = out.out().size();
    AppendVarint(out.out(), main);
    AppendVarint(out.out(), runs.size());
    out.out().append(runs);
    closure_offset += out.out().size() - before;
    out.Drain();
  }
  out.EndSection(unit_order_.size());
  out.WriteSection(kUnitRows, rows, unit_order_.size());
  out.WriteSection(kReasonBytes, reasons, reason_offsets.size());
}

void SemanticMerge::WriteFiles(SegmentWriter& out) {
  const uint32_t width = SymbolWidth(symbols_.size());
  std::string rows;
  uint64_t offset = 0;
  out.BeginSection(kFrames);
  for (uint32_t index : file_order_) {
    const FileEntry& file = files_[index];
    SemanticFileRowLayout row = {};
    std::string_view structure;
    std::string_view text;
    auto append_symbol = [&out, width](uint32_t symbol) {
      out.out().append(reinterpret_cast<const char*>(&symbol), width);
    };
    if (file.source == kNew) {
      structure = file.split.structure;
      text = file.split.text;
      row.symbols = file.split.symbol_ids;
      row.structure_raw = file.split.structure_raw;
      row.text_raw = file.split.text_raw;
      for (uint32_t i = 0; i < row.symbols; ++i)
        append_symbol(symbol_of_slot_[file.first_slot + i]);
    } else {
      const Source& source = sources_[file.source];
      const SemanticSegment& segment = *source.segment;
      if (!segment.File(file.id, &row)) return out.Fail(segment.damage());
      const uint8_t* symbols = segment.FileSymbols(row);
      if (symbols == nullptr || !segment.Frames(row, &structure, &text)) {
        return out.Fail(segment.damage());
      }
      const uint32_t old_width = segment.symbol_width();
      for (uint32_t i = 0; i < row.symbols; ++i) {
        uint32_t symbol = 0;
        std::memcpy(&symbol, symbols + size_t{i} * old_width, old_width);
        if (symbol >= source.new_symbols.size() || source.new_symbols[symbol] == kNone) {
          segment.ReportMalformed("a file mentions a symbol that does not know it");
          return out.Fail(segment.damage());
        }
        append_symbol(source.new_symbols[symbol]);
      }
    }
    row.variant = file.variant;
    row.state = state_rank_[file.state];
    row.owner = file.owner == kNoOwner ? 0 : unit_rank_[file.owner] + 1;
    row.offset = static_cast<uint32_t>(offset);
    row.structure_packed = static_cast<uint32_t>(structure.size());
    row.text_packed = static_cast<uint32_t>(text.size());
    AppendAs(rows, row);
    out.out().append(structure);
    out.out().append(text);
    out.Drain();
    offset += uint64_t{row.symbols} * width + structure.size() + text.size();
  }
  out.EndSection(file_order_.size());
  out.WriteSection(kFileRows, rows, file_order_.size());
}

absl::StatusOr<SegmentInfo> SemanticMerge::Write(FileSystem& fs, const std::string& path) {
  // Closures of segments bring their states in only now: once to know them, and once more to write.
  std::vector<uint32_t> keys;
  for (const UnitEntry& unit : units_) {
    if (unit.source == kNew) continue;
    absl::Status read = ClosureKeys(unit, &keys);
    if (!read.ok()) return read;
  }
  OrderPathsAndStates();
  OrderFilesAndUnits();
  BuildDirectory();
  for (const Source& source : sources_) {
    absl::Status damage = source.segment->damage();
    if (!damage.ok()) return damage;
  }

  SegmentWriter out(fs, path, kSemanticSchema);
  WritePaths(out);
  WriteUnits(out);
  WriteFiles(out);
  WriteDirectory(out);
  return out.Finish(static_cast<uint32_t>(files_.size() + units_.size()),
                    static_cast<uint32_t>(symbols_.size()), /*durable=*/true);
}

}  // namespace astrolabe

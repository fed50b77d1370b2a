// Adding shards and committing them.
//
// Between Add and Commit a shard lies in the journal and nowhere else; memory holds a row for each unit
// and each file, some hundred bytes. Commit maps the journal and copies from there.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/semantic/semantic_writer.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "base/strings.h"
#include "index/index_store.h"
#include "index/semantic/journal.h"
#include "index/semantic/liveness.h"
#include "index/semantic/semantic_merge.h"
#include "index/semantic/semantic_store.h"

namespace astrolabe {
namespace {

constexpr std::string_view kLockName = "lock";
constexpr std::string_view kJournalName = "journal";

bool HoldsAny(const SemanticSegment& segment, const std::vector<RetargetedFile>& files) {
  for (const RetargetedFile& file : files) {
    std::optional<uint32_t> path = segment.FindPath(file.path);
    if (!path) continue;
    const IdRange states = segment.StatesOf(*path);
    for (uint32_t state = states.begin; state < states.end; ++state) {
      StateRowLayout row;
      if (segment.State(state, &row) && row.digest == file.digest) return true;
    }
  }
  return false;
}

class SemanticWriterImpl final : public SemanticWriter {
 public:
  SemanticWriterImpl(FileSystem& fs, const std::string& directory, SemanticWriterOptions options)
      : fs_(fs), options_(std::move(options)), store_(fs, directory, options_.tool_version) {}

  absl::Status Load();

  std::shared_ptr<const SemanticIndex> index() const override { return store_.snapshot(); }
  const std::vector<std::string>& notes() const override { return store_.notes(); }
  size_t recovered() const override { return recovered_; }
  bool HasFacts(std::string_view path, uint64_t digest, uint64_t variant) const override;
  absl::Status Add(std::string_view encoded_shard) override;
  void Remove(std::string_view unit_path, uint64_t command_digest) override;
  void Retarget(std::string_view path, uint64_t digest, const FileState& now) override;
  absl::Status Commit() override;

 private:
  struct PendingUnit {
    uint64_t key = 0;
    uint64_t shard_offset = 0;  // in the journal
    uint64_t shard_bytes = 0;
    bool lives = true;
  };
  struct PendingFile {
    uint64_t content_key = 0;
    uint64_t header_key = 0;
    uint64_t offset = 0;  // in the journal
    uint64_t rows_offset = 0;
    uint32_t bytes = 0;
    uint32_t rows_bytes = 0;
    uint32_t owner = SemanticMerge::kNoOwner;  // in units_
  };

  absl::Status DropDamage();
  absl::Status Recover();
  // Takes over a shard that is in the journal at `entry`; `base` is where its encoding begins.
  absl::Status Register(const Shard& shard, const JournalEntry& entry, const char* base);
  void Supersede(uint64_t unit_key);
  std::vector<LiveSemanticSegment> CurrentSegments() const;
  // What has to die in `segments`, and which of the pending files live.
  absl::Status MarkDead(std::string_view journal, std::vector<LiveSemanticSegment>* segments,
                        std::vector<bool>* file_lives);
  absl::StatusOr<std::vector<LiveSemanticSegment>> Apply(std::string_view journal);
  absl::Status RememberHeaders();

  FileSystem& fs_;
  const SemanticWriterOptions options_;
  SemanticStore store_;
  std::unique_ptr<FileLock> lock_;
  std::unique_ptr<JournalWriter> journal_;  // null: nothing in it
  bool has_journal_ = false;                // there is something at its path to be read
  size_t recovered_ = 0;
  Arena scratch_;

  KeySet headers_;  // of living facts, committed or pending: HeaderKey
  // Headers that a parse counts on before its own shard is here: those of shards without a unit, and
  // those that HasFacts has promised. They survive a commit though no unit has read them yet.
  mutable KeySet promised_;
  KeySet replaced_;                        // UnitKeys since the last commit
  std::vector<RetargetedFile> retargets_;  // likewise
  std::vector<PendingUnit> units_;
  std::vector<PendingFile> files_;
  absl::flat_hash_map<uint64_t, uint32_t> unit_of_key_;  // the living one in units_
};

absl::Status SemanticWriterImpl::Load() {
  absl::StatusOr<std::unique_ptr<FileLock>> lock =
      fs_.Lock(store_.PathOf(kLockName), options_.owner);
  if (!lock.ok()) return lock.status();
  lock_ = *std::move(lock);
  absl::StatusOr<bool> damaged = store_.Load();
  if (!damaged.ok()) return damaged.status();
  if (*damaged) {
    absl::Status dropped = DropDamage();
    if (!dropped.ok()) return dropped;
  }
  absl::Status remembered = RememberHeaders();
  if (!remembered.ok()) return remembered;
  return Recover();
}

// A unit of a good segment may have read headers whose facts were in a damaged one. It would never be
// parsed again, as nothing of it changed, and those facts be missing forever; so it goes, too.
absl::Status SemanticWriterImpl::DropDamage() {
  std::vector<LiveSemanticSegment> segments = CurrentSegments();
  KeySet contents;
  for (const LiveSemanticSegment& live : segments) {
    absl::Status status = CollectFiles(*live.segment, live.dead, nullptr, &contents);
    if (!status.ok()) return status;
  }
  for (LiveSemanticSegment& live : segments) {
    absl::Status status = MarkIncompleteUnits(*live.segment, contents, &live.dead);
    if (!status.ok()) return status;
  }
  return store_.Publish(segments);
}

absl::Status SemanticWriterImpl::Recover() {
  const std::string path = store_.PathOf(kJournalName);
  absl::StatusOr<std::unique_ptr<FileContents>> mapped = fs_.Map(path);
  if (absl::IsNotFound(mapped.status())) return absl::OkStatus();
  if (!mapped.ok()) return mapped.status();
  const std::string_view bytes = (*mapped)->bytes();
  absl::StatusOr<JournalContents> contents = ReadJournal(bytes);
  absl::Status status;
  if (!contents.ok()) {
    // An empty one is what a kill between creating and writing leaves.
    if (!bytes.empty()) {
      store_.AddNote(StrCat(path, ": ", ToStd(contents.status().message()),
                            "; what was not committed is parsed again"));
    }
  } else if (contents->tool_version != options_.tool_version) {
    store_.AddNote(StrCat(path, ": written by version ", contents->tool_version, "; this is ",
                          options_.tool_version, ", which parses anew what was in it"));
  } else if (contents->generation == store_.generation()) {
    if (contents->torn_bytes != 0) {
      store_.AddNote(StrCat(path, ": the last ", contents->torn_bytes,
                            " bytes were not written completely and are dropped"));
    }
    for (const JournalEntry& entry : contents->entries) {
      const std::string_view encoded = bytes.substr(entry.shard_offset, entry.shard_bytes);
      scratch_.Reset();
      absl::StatusOr<Shard> shard = DecodeShard(encoded, scratch_);
      if (!shard.ok()) return shard.status();
      status = Register(*shard, entry, encoded.data());
      if (!status.ok()) return status;
      ++recovered_;
    }
  }
  if (contents.ok()) store_.SkipGeneration(contents->generation);
  mapped->reset();
  has_journal_ = true;
  if (recovered_ != 0) return Commit();
  fs_.Remove(path).IgnoreError();
  has_journal_ = false;
  return absl::OkStatus();
}

bool SemanticWriterImpl::HasFacts(std::string_view path, uint64_t digest, uint64_t variant) const {
  const uint64_t key = HeaderKey(ContentKey(path, digest), variant);
  if (!headers_.contains(key)) return false;
  promised_.insert(key);
  return true;
}

absl::Status SemanticWriterImpl::Add(std::string_view encoded_shard) {
  auto refused = [](const absl::Status& status) {
    return absl::InvalidArgumentError(status.message());
  };
  scratch_.Reset();
  absl::StatusOr<Shard> shard = DecodeShard(encoded_shard, scratch_);
  if (!shard.ok()) return refused(shard.status());
  std::string rows;
  const Arena::Mark mark = scratch_.GetMark();
  for (std::string_view file : shard->files) {
    absl::StatusOr<std::vector<MentionRow>> mentions = MakeMentionRows(file, scratch_);
    scratch_.Rollback(mark);
    if (!mentions.ok()) return refused(mentions.status());
    rows.append(reinterpret_cast<const char*>(mentions->data()),
                mentions->size() * sizeof(MentionRow));
  }
  if (journal_ == nullptr) {
    absl::StatusOr<std::unique_ptr<JournalWriter>> journal = JournalWriter::Create(
        fs_, store_.PathOf(kJournalName), options_.tool_version, store_.generation());
    if (!journal.ok()) return journal.status();
    journal_ = *std::move(journal);
    has_journal_ = true;
  }
  absl::StatusOr<JournalEntry> entry = journal_->Append(encoded_shard, rows);
  if (!entry.ok()) return entry.status();
  return Register(*shard, *entry, encoded_shard.data());
}

absl::Status SemanticWriterImpl::Register(const Shard& shard, const JournalEntry& entry,
                                          const char* base) {
  const TranslationUnit& unit = shard.unit;
  uint32_t owner = SemanticMerge::kNoOwner;
  if (!unit.path.empty()) {
    const uint64_t key = UnitKey(unit.path, unit.command_digest);
    Supersede(key);
    owner = static_cast<uint32_t>(units_.size());
    units_.push_back(
        {.key = key, .shard_offset = entry.shard_offset, .shard_bytes = entry.shard_bytes});
    unit_of_key_[key] = owner;
  }
  uint64_t rows_offset = entry.rows_offset;
  for (std::string_view encoded : shard.files) {
    absl::StatusOr<SplitFacts> split = SplitFileFacts(encoded);
    if (!split.ok()) return split.status();
    PendingFile file;
    file.content_key = ContentKey(split->path, split->state.digest);
    file.header_key = HeaderKey(file.content_key, split->variant);
    file.offset = entry.shard_offset + static_cast<uint64_t>(encoded.data() - base);
    file.bytes = static_cast<uint32_t>(encoded.size());
    file.rows_offset = rows_offset;
    file.rows_bytes = static_cast<uint32_t>(split->symbol_ids * sizeof(MentionRow));
    rows_offset += file.rows_bytes;
    if (owner != SemanticMerge::kNoOwner && split->path == unit.path) {
      file.owner = owner;
    } else {
      // Two parses may have met the same header at the same time.
      if (!headers_.insert(file.header_key).second) continue;
      if (owner == SemanticMerge::kNoOwner) promised_.insert(file.header_key);
    }
    files_.push_back(file);
  }
  return absl::OkStatus();
}

void SemanticWriterImpl::Supersede(uint64_t unit_key) {
  replaced_.insert(unit_key);
  auto at = unit_of_key_.find(unit_key);
  if (at == unit_of_key_.end()) return;
  units_[at->second].lives = false;
  unit_of_key_.erase(at);
}

void SemanticWriterImpl::Remove(std::string_view unit_path, uint64_t command_digest) {
  Supersede(UnitKey(unit_path, command_digest));
}

void SemanticWriterImpl::Retarget(std::string_view path, uint64_t digest, const FileState& now) {
  retargets_.push_back({.path = std::string(path), .digest = digest, .now = now});
}

std::vector<LiveSemanticSegment> SemanticWriterImpl::CurrentSegments() const {
  if (store_.snapshot() == nullptr) return {};
  return store_.snapshot()->segments();
}

absl::Status SemanticWriterImpl::MarkDead(std::string_view journal,
                                          std::vector<LiveSemanticSegment>* segments,
                                          std::vector<bool>* file_lives) {
  KeySet read;
  for (LiveSemanticSegment& live : *segments) {
    absl::Status status = MarkUnits(*live.segment, replaced_, &live.dead, &read);
    if (!status.ok()) return status;
  }
  for (const PendingUnit& unit : units_) {
    if (!unit.lives) continue;
    scratch_.Reset();
    absl::StatusOr<Shard> shard =
        DecodeShard(journal.substr(unit.shard_offset, unit.shard_bytes), scratch_);
    if (!shard.ok()) return shard.status();
    for (const ClosureFile& file : shard->unit.closure) {
      read.insert(ContentKey(file.path, file.state.digest));
    }
  }
  for (const RetargetedFile& file : retargets_) {
    if (read.erase(ContentKey(file.path, file.digest)) == 0) continue;
    read.insert(ContentKey(file.path, file.now.digest));
  }
  for (LiveSemanticSegment& live : *segments) {
    absl::Status status = MarkFiles(*live.segment, read, &promised_, &live.dead);
    if (!status.ok()) return status;
  }
  for (const PendingFile& file : files_) {
    bool lives;
    if (file.owner != SemanticMerge::kNoOwner) {
      lives = units_[file.owner].lives;
    } else {
      lives = read.contains(file.content_key);
      if (lives) {
        promised_.erase(file.header_key);
      } else {
        lives = promised_.contains(file.header_key);
      }
    }
    file_lives->push_back(lives);
  }
  return absl::OkStatus();
}

// The segments after everything that was added: durable, but not yet named by the manifest.
absl::StatusOr<std::vector<LiveSemanticSegment>> SemanticWriterImpl::Apply(
    std::string_view journal) {
  std::vector<LiveSemanticSegment> segments = CurrentSegments();
  std::vector<bool> file_lives;
  absl::Status marked = MarkDead(journal, &segments, &file_lives);
  if (!marked.ok()) return marked;
  std::erase_if(segments, [](const LiveSemanticSegment& live) {
    return live.dead.Count() == live.dead.capacity();
  });

  std::vector<MergeCandidate> candidates;
  for (const LiveSemanticSegment& live : segments) {
    const double dead_share =
        static_cast<double>(live.dead.Count()) / static_cast<double>(live.dead.capacity());
    candidates.push_back(
        {.live_bytes = static_cast<double>(live.segment->byte_size()) * (1 - dead_share),
         .dead_share = dead_share});
  }
  // Near enough to the size of what will be written that its tier is right: with the tables around
  // them a few small facts are a segment of kilobytes.
  constexpr uint64_t kTableBytes = 4096;
  uint64_t added_bytes = 0;
  for (const PendingUnit& unit : units_) added_bytes += unit.lives ? unit.shard_bytes : 0;
  for (size_t i = 0; i < files_.size(); ++i) {
    if (file_lives[i] && files_[i].owner == SemanticMerge::kNoOwner) added_bytes += files_[i].bytes;
  }
  if (added_bytes != 0) added_bytes += kTableBytes;
  const std::vector<size_t> plan =
      PlanMerge(std::span<const MergeCandidate>(candidates), added_bytes);

  SemanticMerge merge;
  for (const RetargetedFile& file : retargets_) merge.Retarget(file);
  std::vector<LiveSemanticSegment> result;
  for (size_t i = 0; i < segments.size(); ++i) {
    if (std::binary_search(plan.begin(), plan.end(), i) ||
        HoldsAny(*segments[i].segment, retargets_)) {
      merge.AddSegment(segments[i].segment, segments[i].dead);
    } else {
      result.push_back(std::move(segments[i]));
    }
  }
  std::vector<uint32_t> owner_of(units_.size(), SemanticMerge::kNoOwner);
  for (size_t i = 0; i < units_.size(); ++i) {
    if (!units_[i].lives) continue;
    absl::StatusOr<uint32_t> unit =
        merge.AddUnit(journal.substr(units_[i].shard_offset, units_[i].shard_bytes));
    if (!unit.ok()) return unit.status();
    owner_of[i] = *unit;
  }
  for (size_t i = 0; i < files_.size(); ++i) {
    const PendingFile& file = files_[i];
    if (!file_lives[i]) continue;
    absl::Status added = merge.AddFile(
        journal.substr(file.offset, file.bytes), journal.substr(file.rows_offset, file.rows_bytes),
        file.owner == SemanticMerge::kNoOwner ? file.owner : owner_of[file.owner]);
    if (!added.ok()) return added;
  }
  if (merge.empty()) return result;
  const std::string path = store_.NewSegmentPath();
  absl::StatusOr<SegmentInfo> info = merge.Write(fs_, path);
  if (!info.ok()) return info.status();
  absl::StatusOr<LiveSemanticSegment> merged = OpenLiveSegment(
      fs_, path,
      {.name = {}, .bytes = info->bytes, .identity = info->identity, .files = info->files});
  if (!merged.ok()) {
    fs_.Remove(path).IgnoreError();
    return merged.status();
  }
  result.push_back(*std::move(merged));
  return result;
}

absl::Status SemanticWriterImpl::Commit() {
  if (units_.empty() && files_.empty() && replaced_.empty() && retargets_.empty() &&
      store_.snapshot() != nullptr) {
    return absl::OkStatus();
  }
  std::unique_ptr<FileContents> mapped;
  if (has_journal_) {
    absl::StatusOr<std::unique_ptr<FileContents>> contents = fs_.Map(store_.PathOf(kJournalName));
    if (!contents.ok()) return contents.status();
    mapped = *std::move(contents);
  }
  absl::StatusOr<std::vector<LiveSemanticSegment>> segments =
      Apply(mapped != nullptr ? mapped->bytes() : std::string_view());
  if (!segments.ok()) return segments.status();
  absl::Status published = store_.Publish(*segments);
  if (!published.ok()) return published;

  // The journal belongs to the generation before, so it is void whether or not it can be removed.
  mapped.reset();
  journal_.reset();
  if (has_journal_) fs_.Remove(store_.PathOf(kJournalName)).IgnoreError();
  has_journal_ = false;
  units_.clear();
  files_.clear();
  unit_of_key_.clear();
  replaced_.clear();
  retargets_.clear();
  return RememberHeaders();
}

absl::Status SemanticWriterImpl::RememberHeaders() {
  headers_.clear();
  for (const LiveSemanticSegment& live : CurrentSegments()) {
    absl::Status status = CollectFiles(*live.segment, live.dead, &headers_, nullptr);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<SemanticWriter>> SemanticWriter::Open(
    FileSystem& fs, const std::string& directory, SemanticWriterOptions options) {
  absl::Status made = fs.CreateDirectories(directory);
  if (!made.ok()) return made;
  auto writer = std::make_unique<SemanticWriterImpl>(fs, directory, std::move(options));
  absl::Status loaded = writer->Load();
  if (!loaded.ok()) return loaded;
  return std::unique_ptr<SemanticWriter>(std::move(writer));
}

}  // namespace astrolabe

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/indexer.h"

#include <tbb/blocked_range.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/strings.h"
#include "base/trace.h"
#include "index/file_scanner.h"
#include "index/index_store.h"
#include "index/segment_builder.h"
#include "index/source_reader.h"

namespace astrolabe {
namespace {

// All builders together; the rest of the budget of 200 MB is for the largest file at work, the walk
// and the writing of segments.
constexpr size_t kBuilderBytes = size_t{56} << 20;
// A task is this much source, or this many files: small enough to end together, large enough to
// keep neighbours, who share names, in one builder.
constexpr uint64_t kTaskBytes = uint64_t{2} << 20;
constexpr size_t kTaskFiles = 128;
// Fewer files than this are scanned by one thread, into one segment.
constexpr size_t kSerialFiles = 64;
constexpr size_t kMaxSkippedShown = 1000;

// What one thread needs to scan.
struct Worker {
  explicit Worker(uint64_t max_file_bytes) : reader(max_file_bytes) {}

  SourceReader reader;
  FileScanner scanner;
  SegmentBuilder builder;
};

FileRecord RecordOf(const FileStat& stat, uint32_t flags) {
  FileRecord record;
  record.size = stat.size;
  record.mtime_ns = stat.mtime_ns;
  record.inode = stat.inode;
  record.flags = flags;
  return record;
}

class IndexRun {
 public:
  IndexRun(FileSystem& fs, const IndexerOptions& options, IndexProgress* progress,
           const std::atomic<bool>* cancelled)
      : fs_(fs),
        options_(options),
        progress_(progress),
        cancelled_(cancelled),
        arena_(options.threads > 0 ? options.threads : tbb::task_arena::automatic) {}

  absl::StatusOr<IndexReport> Run();

 private:
  absl::StatusOr<WalkResult> WalkWorkspace(const WalkOptions& walk_options);
  void Compare(const std::vector<WalkEntry>& entries);
  void Scan();
  void ScanOne(const WalkEntry& entry, Worker& worker);
  void Add(Worker& worker, const WalkEntry& entry, const FileRecord& record,
           const ScannedFile& scanned);
  void Flush(Worker& worker);
  void Skip(std::string_view path, std::string_view why) ABSL_LOCKS_EXCLUDED(mutex_);
  void Fail(const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);
  void SumUp(const Snapshot& snapshot);
  bool Cancelled() const { return cancelled_ && cancelled_->load(std::memory_order_relaxed); }
  void SetPhase(IndexProgress::Phase phase) {
    if (progress_) progress_->phase = phase;
  }

  FileSystem& fs_;
  const IndexerOptions& options_;
  IndexProgress* const progress_;
  const std::atomic<bool>* const cancelled_;
  tbb::task_arena arena_;
  std::unique_ptr<IndexWriter> writer_;
  std::optional<SourceRoot> root_;
  std::vector<const WalkEntry*> jobs_;
  size_t builder_bytes_ = kBuilderBytes;
  std::atomic<bool> failed_ = false;
  std::atomic<uint64_t> scanned_ = 0;
  absl::Mutex mutex_;
  IndexChange change_ ABSL_GUARDED_BY(mutex_);
  IndexReport report_ ABSL_GUARDED_BY(mutex_);
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
};

void IndexRun::Skip(std::string_view path, std::string_view why) {
  absl::MutexLock lock(&mutex_);
  ++report_.skipped_count;
  if (report_.skipped.size() < kMaxSkippedShown) {
    report_.skipped.push_back(StrCat(path, ": ", why));
  }
}

void IndexRun::Fail(const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  if (failure_.ok()) failure_ = status;
  failed_ = true;
}

// Sorts the walk's entries into unchanged ones and jobs_, and notes the paths that are gone. Both
// sides are in order of path, so each segment is one merge join.
void IndexRun::Compare(const std::vector<WalkEntry>& entries) {
  TraceSpan span("compare");
  std::shared_ptr<const Snapshot> snapshot = writer_->snapshot();
  std::vector<bool> unchanged(entries.size());
  absl::MutexLock lock(&mutex_);
  for (const LiveSegment& live : snapshot->segments) {
    size_t next = 0;
    for (StringCursor cursor = live.segment->paths().WalkAll(); cursor.Next();) {
      if (live.dead.Contains(cursor.id())) continue;
      while (next < entries.size() && entries[next].path < cursor.text()) ++next;
      if (next == entries.size() || entries[next].path != cursor.text()) {
        change_.deleted.emplace_back(cursor.text());
        continue;
      }
      FileRow row;
      if (!live.segment->File(cursor.id(), &row)) continue;
      const WalkEntry& entry = entries[next];
      bool listed_only = (row.record.flags & kFileListedOnly) != 0;
      unchanged[next] = entry.is_source ? !listed_only && row.record.size == entry.stat.size &&
                                              row.record.mtime_ns == entry.stat.mtime_ns &&
                                              row.record.inode == entry.stat.inode
                                        : listed_only;
    }
  }
  uint64_t bytes = 0;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (unchanged[i]) {
      ++report_.files_unchanged;
    } else {
      jobs_.push_back(&entries[i]);
      bytes += entries[i].stat.size;
    }
  }
  report_.files_deleted = change_.deleted.size();
  if (progress_) {
    progress_->files_total = jobs_.size();
    progress_->bytes_total = bytes;
  }
}

void IndexRun::Add(Worker& worker, const WalkEntry& entry, const FileRecord& record,
                   const ScannedFile& scanned) {
  absl::Status status =
      worker.builder.AddFile(entry.path, record, scanned.symbols, scanned.word_hashes);
  if (!status.ok()) return Skip(entry.path, ToStd(status.message()));
  if (worker.builder.memory_bytes() >= builder_bytes_) Flush(worker);
}

void IndexRun::ScanOne(const WalkEntry& entry, Worker& worker) {
  if (!entry.is_source) {
    return Add(worker, entry, RecordOf({}, kFileListedOnly), {});
  }
  absl::StatusOr<SourceText> source = worker.reader.Read(*root_, entry.path);
  if (!source.ok()) {
    if (absl::IsNotFound(source.status())) {
      // Gone since the walk. If the index has it, it has to go there as well.
      absl::MutexLock lock(&mutex_);
      change_.deleted.emplace_back(entry.path);
      return;
    }
    bool too_large = absl::IsOutOfRange(source.status());
    Skip(entry.path, ToStd(source.status().message()));
    return Add(worker, entry, RecordOf(entry.stat, too_large ? kFileOversized : kFileUnreadable),
               {});
  }
  if (source->is_binary) {
    Skip(entry.path, "binary: a zero byte near its start");
    return Add(worker, entry, RecordOf(source->stat, kFileBinary), {});
  }
  ScannedFile scanned = worker.scanner.Scan(source->text, LanguageHintOf(entry.path));
  FileRecord record = RecordOf(source->stat, kFileScanned | (scanned.is_ascii ? kFileAscii : 0u));
  record.digest = scanned.digest;
  record.line_count = scanned.line_count;
  Add(worker, entry, record, scanned);
  scanned_.fetch_add(1, std::memory_order_relaxed);
}

void IndexRun::Flush(Worker& worker) {
  if (worker.builder.empty()) return;
  TraceSpan span("write segment");
  absl::StatusOr<SegmentInfo> info = worker.builder.WritePiece(fs_, writer_->NewSegmentPath());
  if (!info.ok()) return Fail(info.status());
  absl::MutexLock lock(&mutex_);
  change_.added.push_back(*info);
}

void IndexRun::Scan() {
  TraceSpan span("scan");
  // Neighbours stay together: they share names, and a task's files are read in folder order.
  std::vector<size_t> task_begins;
  uint64_t task_bytes = kTaskBytes;
  size_t task_files = kTaskFiles;
  for (size_t i = 0; i < jobs_.size(); ++i) {
    if (task_bytes >= kTaskBytes || task_files >= kTaskFiles) {
      task_begins.push_back(i);
      task_bytes = task_files = 0;
    }
    task_bytes += jobs_[i]->stat.size;
    ++task_files;
  }
  task_begins.push_back(jobs_.size());

  const bool serial = jobs_.size() < kSerialFiles;
  builder_bytes_ = kBuilderBytes / static_cast<size_t>(serial ? 1 : arena_.max_concurrency());
  tbb::enumerable_thread_specific<Worker> workers(
      [this] { return Worker(options_.walk.max_file_bytes); });
  auto run_task = [&](size_t task) {
    Worker& worker = workers.local();
    for (size_t i = task_begins[task]; i < task_begins[task + 1]; ++i) {
      if (failed_ || Cancelled()) return;
      const WalkEntry& entry = *jobs_[i];
      ScanOne(entry, worker);
      if (progress_) {
        progress_->files_done.fetch_add(1, std::memory_order_relaxed);
        progress_->bytes_done.fetch_add(entry.stat.size, std::memory_order_relaxed);
      }
    }
  };
  if (serial) {
    for (size_t task = 0; task + 1 < task_begins.size(); ++task) run_task(task);
    if (!failed_) Flush(workers.local());
    return;
  }
  arena_.execute([&] {
    tbb::parallel_for(size_t{0}, task_begins.size() - 1, run_task, tbb::simple_partitioner());
    tbb::parallel_for(workers.range(), [&](auto& range) {
      for (Worker& worker : range) {
        if (!failed_) Flush(worker);
      }
    });
  });
}

void IndexRun::SumUp(const Snapshot& snapshot) {
  absl::MutexLock lock(&mutex_);
  for (const LiveSegment& live : snapshot.segments) {
    const Segment& segment = *live.segment;
    ++report_.segments;
    report_.index_bytes += segment.byte_size();
    for (uint32_t file = 0; file < segment.file_count(); ++file) {
      FileRow row;
      if (live.dead.Contains(file) || !segment.File(file, &row)) continue;
      if ((row.record.flags & kFileScanned) == 0) {
        ++report_.other_files;
        continue;
      }
      ++report_.files;
      report_.lines += row.record.line_count;
      report_.bytes += row.record.size;
      report_.symbols += row.symbol_count;
    }
  }
}

absl::StatusOr<WalkResult> IndexRun::WalkWorkspace(const WalkOptions& walk_options) {
  TraceSpan span("walk");
  absl::StatusOr<WalkResult> walk = absl::UnknownError("not walked");
  arena_.execute([&] { walk = Walk(walk_options, cancelled_); });
  if (!walk.ok()) return walk;
  for (const WalkSkip& skip : walk->skipped) Skip(skip.path, skip.reason);
  absl::MutexLock lock(&mutex_);
  // The walk names the first ones and counts all.
  report_.skipped_count =
      std::accumulate(walk->skipped_counts.begin(), walk->skipped_counts.end(), uint64_t{0});
  return walk;
}

absl::StatusOr<IndexReport> IndexRun::Run() {
  absl::StatusOr<SourceRoot> root = SourceRoot::Open(options_.root);
  if (!root.ok()) return root.status();
  root_ = *std::move(root);

  SetPhase(IndexProgress::kOpening);
  IndexWriterOptions writer_options;
  writer_options.root = options_.root;
  writer_options.tool_version = options_.tool_version;
  writer_options.owner = options_.owner;
  absl::StatusOr<std::unique_ptr<IndexWriter>> writer =
      IndexWriter::Open(fs_, options_.index_dir, writer_options);
  if (!writer.ok()) return writer.status();
  writer_ = *std::move(writer);

  SetPhase(IndexProgress::kWalking);
  WalkOptions walk_options = options_.walk;
  walk_options.root = options_.root;
  walk_options.leave_out = IndexPathInside(options_);
  absl::StatusOr<WalkResult> walk = WalkWorkspace(walk_options);
  if (!walk.ok()) return walk.status();

  Compare(walk->entries);
  SetPhase(IndexProgress::kScanning);
  if (!jobs_.empty()) Scan();

  SetPhase(IndexProgress::kCommitting);
  IndexChange change;
  {
    absl::MutexLock lock(&mutex_);
    if (!failure_.ok()) {
      for (const SegmentInfo& info : change_.added) fs_.Remove(info.path).IgnoreError();
      return failure_;
    }
    change = std::move(change_);
    report_.changed = !change.added.empty() || !change.deleted.empty();
    report_.cancelled = Cancelled();
    report_.files_scanned = scanned_;
    report_.notes = writer_->notes();
  }
  {
    TraceSpan span("commit");
    bool first = writer_->snapshot()->segments.empty();
    // Even when nothing changed, a repaired or new index has to be published.
    if (!change.added.empty() || !change.deleted.empty() || first) {
      if (absl::Status status = writer_->Commit(change); !status.ok()) return status;
    }
  }
  SumUp(*writer_->snapshot());
  SetPhase(IndexProgress::kDone);
  absl::MutexLock lock(&mutex_);
  return std::move(report_);
}

}  // namespace

std::string IndexPathInside(const IndexerOptions& options) {
  const std::string root = options.root == "/" ? "/" : StrCat(options.root, "/");
  if (!options.index_dir.starts_with(root)) return {};
  return options.index_dir.substr(root.size());
}

absl::StatusOr<IndexReport> UpdateIndex(FileSystem& fs, const IndexerOptions& options,
                                        IndexProgress* progress,
                                        const std::atomic<bool>* cancelled) {
  return IndexRun(fs, options, progress, cancelled).Run();
}

}  // namespace astrolabe

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/query/text_search.h"

#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "index/query/text_matcher.h"
#include "index/source_reader.h"
#include "index/words.h"

namespace astrolabe {
namespace {

// Files handed to a thread at once: enough to make handing over cheap, few enough to stream.
constexpr size_t kFilesPerBatch = 32;
constexpr size_t kBatchesInFlight = 16;
// An indexed file that has grown past this since is not read.
constexpr uint64_t kMaxSearchedBytes = uint64_t{1} << 30;

// A matching line with its own copy of the text.
struct FoundLine {
  uint32_t line;
  uint32_t column;
  uint32_t length;
  std::string text;
};

struct FoundFile {
  size_t path;  // index into the list of paths
  std::vector<FoundLine> lines;
};

struct Batch {
  size_t begin = 0;
  size_t end = 0;
  std::vector<FoundFile> files;
  uint64_t searched = 0;
  uint64_t unread = 0;
  uint64_t bytes = 0;
};

struct Worker {
  SourceReader reader{kMaxSearchedBytes};
  std::vector<LineMatch> matches;
};

// The files to look into, in order of path.
std::vector<std::string> CandidatePaths(const Snapshot& snapshot, const TextQuery& query) {
  bool narrow =
      (query.mode == TextMode::kWord && !query.ignore_case) || query.mode == TextMode::kReference;
  std::vector<std::string> paths;
  for (const LiveSegment& live : snapshot.segments) {
    const Segment& segment = *live.segment;
    if (narrow) {
      std::string path;
      segment.CandidateFiles(WordHash(query.pattern)).ForEach([&](uint32_t file) {
        if (!live.dead.Contains(file) && segment.paths().Get(file, &path)) paths.push_back(path);
      });
      continue;
    }
    for (StringCursor cursor = segment.paths().WalkAll(); cursor.Next();) {
      FileRow row;
      if (live.dead.Contains(cursor.id()) || !segment.File(cursor.id(), &row)) continue;
      if ((row.record.flags & kFileScanned) != 0) paths.emplace_back(cursor.text());
    }
  }
  // Each segment is in order; together they have to be put in order.
  if (snapshot.segments.size() > 1) std::sort(paths.begin(), paths.end());
  return paths;
}

void SearchFile(const TextMatcher& matcher, const SourceRoot& root, const std::string& path,
                size_t index, size_t limit, Worker& worker, Batch& batch) {
  absl::StatusOr<SourceText> source = worker.reader.Read(root, path);
  if (!source.ok()) {
    ++batch.unread;
    return;
  }
  ++batch.searched;
  batch.bytes += source->text.size();
  if (source->is_binary) return;
  worker.matches.clear();
  matcher.Match(source->text, limit, worker.matches);
  if (worker.matches.empty()) return;
  FoundFile file{index, {}};
  for (const LineMatch& m : worker.matches) {
    file.lines.push_back(
        {m.line, static_cast<uint32_t>(m.match_begin - m.line_begin),
         static_cast<uint32_t>(m.match_end - m.match_begin),
         std::string(source->text.substr(m.line_begin, m.line_end - m.line_begin))});
  }
  batch.files.push_back(std::move(file));
}

}  // namespace

absl::StatusOr<TextSummary> SearchText(const Snapshot& snapshot, const std::string& root,
                                       const TextQuery& query,
                                       const std::function<void(const TextMatch&)>& report,
                                       const std::atomic<bool>* cancelled) {
  absl::StatusOr<std::unique_ptr<TextMatcher>> matcher = TextMatcher::Create(query);
  if (!matcher.ok()) return matcher.status();
  absl::StatusOr<SourceRoot> source_root = SourceRoot::Open(root);
  if (!source_root.ok()) return source_root.status();
  const std::vector<std::string> paths = CandidatePaths(snapshot, query);

  TextSummary summary;
  std::atomic<bool> full = false;
  auto stop = [&] { return full.load(std::memory_order_relaxed) || (cancelled && *cancelled); };
  tbb::enumerable_thread_specific<Worker> workers;
  size_t next = 0;

  auto deal = [&](tbb::flow_control& control) {
    if (next >= paths.size() || stop()) {
      control.stop();
      return std::make_shared<Batch>();
    }
    auto batch = std::make_shared<Batch>();
    batch->begin = next;
    batch->end = next = std::min(next + kFilesPerBatch, paths.size());
    return batch;
  };
  auto search = [&](const std::shared_ptr<Batch>& batch) {
    Worker& worker = workers.local();
    for (size_t i = batch->begin; i < batch->end && !stop(); ++i) {
      if (query.wants_file && !query.wants_file(paths[i])) continue;
      SearchFile(**matcher, *source_root, paths[i], i, query.limit, worker, *batch);
    }
    return batch;
  };
  auto collect = [&](const std::shared_ptr<Batch>& batch) {
    summary.files_searched += batch->searched;
    summary.files_unread += batch->unread;
    summary.bytes_searched += batch->bytes;
    for (const FoundFile& file : batch->files) {
      if (full) return;
      ++summary.files_matched;
      for (const FoundLine& line : file.lines) {
        if (query.limit != 0 && summary.matches == query.limit) {
          full = true;
          return;
        }
        ++summary.matches;
        report({paths[file.path], line.line, line.column, line.length, line.text});
      }
    }
  };
  tbb::task_arena arena(query.threads > 0 ? query.threads : tbb::task_arena::automatic);
  arena.execute([&] {
    tbb::parallel_pipeline(
        kBatchesInFlight,
        tbb::make_filter<void, std::shared_ptr<Batch>>(tbb::filter_mode::serial_in_order, deal) &
            tbb::make_filter<std::shared_ptr<Batch>, std::shared_ptr<Batch>>(
                tbb::filter_mode::parallel, search) &
            tbb::make_filter<std::shared_ptr<Batch>, void>(tbb::filter_mode::serial_in_order,
                                                           collect));
  });
  summary.truncated = full || (cancelled && *cancelled);
  return summary;
}

}  // namespace astrolabe

// SemanticIndex over the segments that one manifest names.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "index/manifest.h"
#include "index/segment.h"
#include "index/semantic/semantic_index.h"
#include "index/semantic/semantic_segment.h"

namespace astrolabe {

inline constexpr std::string_view kSemanticManifestName = "MANIFEST";

struct LiveSemanticSegment {
  std::shared_ptr<const SemanticSegment> segment;
  FileSet dead;             // entries: file ids, then file_count() + unit id
  uint32_t first_file = 0;  // ids of the snapshot
  uint32_t first_unit = 0;

  bool FileLives(uint32_t file) const { return !dead.Contains(file); }
  bool UnitLives(uint32_t unit) const { return !dead.Contains(segment->file_count() + unit); }
};

// Opens the segment that the manifest means; DataLoss if another one has its name.
absl::StatusOr<LiveSemanticSegment> OpenLiveSegment(FileSystem& fs, const std::string& path,
                                                    const ManifestSegment& named);

// Immutable; thread-safe.
class SemanticSnapshot final : public SemanticIndex {
 public:
  SemanticSnapshot(uint64_t generation, std::vector<LiveSemanticSegment> segments);

  const std::vector<LiveSemanticSegment>& segments() const { return segments_; }

  uint64_t generation() const override { return generation_; }
  absl::Status damage() const override;
  void ForEachUnit(const std::function<bool(const IndexedUnit&)>& visit) const override;
  void ForEachFile(const std::function<bool(const IndexedFile&)>& visit) const override;
  std::vector<IndexedFile> FindFile(std::string_view path) const override;
  absl::StatusOr<FileFacts> Facts(uint32_t file, Arena& arena) const override;
  std::vector<ClosureFile> Closure(uint32_t unit) const override;
  std::vector<uint32_t> UnitsIncluding(std::string_view path) const override;
  std::vector<SymbolId> FindByName(std::string_view name) const override;
  std::optional<SymbolSummary> Summary(SymbolId id) const override;
  void Summaries(std::span<const SymbolId> ids,
                 const std::function<void(SymbolSummary)>& visit) const override;
  uint32_t CountMentions(SymbolId id, uint32_t enough) const override;
  std::vector<std::string_view> DeclaringFiles(SymbolId id) const override;
  void Occurrences(SymbolId id, RoleSet roles,
                   const std::function<bool(const FoundOccurrence&)>& visit) const override;
  void Contained(SymbolId container, RoleSet roles,
                 const std::function<bool(const FoundOccurrence&)>& visit) const override;
  std::vector<FoundRelation> RelationsOf(SymbolId id, RelationKind kind,
                                         bool as_object) const override;
  std::vector<FoundOccurrence> At(std::string_view path, Position position) const override;

 private:
  // A file that mentions the symbol of a query.
  struct Hit {
    std::string_view path;
    const LiveSemanticSegment* live = nullptr;
    uint32_t file = 0;    // of the segment
    uint32_t symbol = 0;  // likewise
    uint32_t tag = 0;
  };
  // The living files that mention `id` with any of `tags` (0: all), in order of path.
  std::vector<Hit> FindMentions(SymbolId id, uint32_t tags) const;
  // The files that declare `id`, the one that tells most of it first.
  std::vector<Hit> FindDeclarations(SymbolId id) const;
  // Visits, place by place, the occurrences that have `id` in `field` (symbol or container) and any of
  // `roles` (0: all), in the files that mention it with any of the tags `mention` (0: all).
  void VisitOccurrences(SymbolId id, uint32_t Occurrence::* field, uint32_t mention, RoleSet roles,
                        const std::function<bool(const FoundOccurrence&)>& visit) const;
  // Those of one file, where hit.symbol is the one that is looked for.
  void AddOccurrences(const Hit& hit, uint32_t Occurrence::* field, RoleSet roles, Arena& arena,
                      std::vector<FoundOccurrence>& found) const;
  // `arena` is reset.
  std::optional<SymbolSummary> SummaryIn(Arena& arena, SymbolId id) const;
  std::optional<SymbolFacts> LoadSymbol(const Hit& hit, SymbolId id, Arena& arena) const;
  absl::StatusOr<FileFacts> Load(const LiveSemanticSegment& live, uint32_t file, FactsParts parts,
                                 Arena& arena) const;
  bool IndexedFileAt(const LiveSemanticSegment& live, uint32_t file, IndexedFile* indexed) const;

  const uint64_t generation_;
  std::vector<LiveSemanticSegment> segments_;
};

}  // namespace astrolabe

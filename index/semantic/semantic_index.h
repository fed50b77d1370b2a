// The semantic index (tier 1) as a reader sees it: one consistent state, mapped, immutable.
//
// Every question goes the same way: symbol id -> the files that mention it, with the union of its
// roles there (postings) -> decode those files' facts. Nothing is stored twice for the sake of a
// question.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/file_system.h"
#include "index/semantic/facts.h"
#include "index/semantic/shard.h"

namespace astrolabe {

// A file in the index. Views live as long as the SemanticIndex.
struct IndexedFile {
  std::string_view path;
  FileState state;
  uint64_t variant = 0;
  uint32_t id = 0;  // dense, of this SemanticIndex: argument of Facts()
};

// What the index knows of a unit. Views live as long as the SemanticIndex.
struct IndexedUnit {
  std::string_view path;
  uint64_t command_digest = 0;
  ParseOutcome outcome = ParseOutcome::kPlain;
  std::string_view reason;
  uint32_t errors = 0;
  uint32_t id = 0;  // dense: argument of Closure()
};

// A symbol as all files together tell it: one canonical set of facts (those of the declaration that has
// documentation, else the definition, else the first by path).
struct SymbolSummary {
  std::string storage;  // owns the strings behind `facts`
  SymbolFacts facts;
};

// An occurrence with the file it stands in and its container.
struct FoundOccurrence {
  std::string_view path;
  Position begin;
  uint32_t length = 0;
  RoleSet roles = 0;
  SymbolId symbol = 0;
  SymbolId container = 0;
  // Of the whole declaration, where roles has kRoleDeclaration; else both equal begin.
  Position extent_begin;
  Position extent_end;
};

struct FoundRelation {
  SymbolId subject = 0;
  SymbolId object = 0;
  RelationKind kind = RelationKind::kBase;
};

// Thread-safe. Reads of damaged blocks yield nothing and are remembered in damage().
class SemanticIndex {
 public:
  // Opens the current state of the index folder `directory`. NotFound if nothing was ever committed;
  // FailedPrecondition for another format version; DataLoss naming the damaged file.
  static absl::StatusOr<std::shared_ptr<const SemanticIndex>> Open(FileSystem& fs,
                                                                   const std::string& directory);
  virtual ~SemanticIndex() = default;

  virtual uint64_t generation() const = 0;
  virtual absl::Status damage() const = 0;

  // The living units and files (all variants), in order of path. `visit` returns false to stop.
  virtual void ForEachUnit(const std::function<bool(const IndexedUnit&)>& visit) const = 0;
  virtual void ForEachFile(const std::function<bool(const IndexedFile&)>& visit) const = 0;
  // Every variant of one file; empty if it is not indexed.
  virtual std::vector<IndexedFile> FindFile(std::string_view path) const = 0;
  // The decoded facts of IndexedFile::id. Views point into `arena`.
  virtual absl::StatusOr<FileFacts> Facts(uint32_t file, Arena& arena) const = 0;
  // The files that a unit has read, with their states at that time; the main file first.
  virtual std::vector<ClosureFile> Closure(uint32_t unit) const = 0;
  // The units whose closure holds `path`, as ids.
  virtual std::vector<uint32_t> UnitsIncluding(std::string_view path) const = 0;

  // Symbols whose unqualified name is exactly `name`, each id once.
  virtual std::vector<SymbolId> FindByName(std::string_view name) const = 0;
  // nullopt if no living file declares it.
  virtual std::optional<SymbolSummary> Summary(SymbolId id) const = 0;
  // How many files mention `id` (each variant of a header is one), up to about `enough`; cheap, for ranking.
  virtual uint32_t CountMentions(SymbolId id, uint32_t enough) const = 0;
  // The living files that declare `id`, in order; cheap: nothing is unpacked.
  virtual std::vector<std::string_view> DeclaringFiles(SymbolId id) const = 0;
  // The summaries of those that some living file declares, in any order. Many at once cost a fraction of
  // as many calls of Summary, as what a file declares is unpacked once.
  virtual void Summaries(std::span<const SymbolId> ids,
                         const std::function<void(SymbolSummary)>& visit) const {
    for (SymbolId id : ids) {
      if (std::optional<SymbolSummary> summary = Summary(id)) visit(*std::move(summary));
    }
  }
  // Calls `visit` for the occurrences of `id` having any of `roles` (0: all), in order of path and
  // place, each place once even if several variants of a header have it; false stops.
  virtual void Occurrences(SymbolId id, RoleSet roles,
                           const std::function<bool(const FoundOccurrence&)>& visit) const = 0;
  // Everything of other symbols that stands inside declarations of `container` (callees and the like).
  virtual void Contained(SymbolId container, RoleSet roles,
                         const std::function<bool(const FoundOccurrence&)>& visit) const = 0;
  // Relations of `kind` with `id` as subject, or as object; each pair once.
  virtual std::vector<FoundRelation> RelationsOf(SymbolId id, RelationKind kind,
                                                 bool as_object) const = 0;
  // The symbols whose names cover `position`, the explicit before the implicit.
  virtual std::vector<FoundOccurrence> At(std::string_view path, Position position) const = 0;
};

}  // namespace astrolabe

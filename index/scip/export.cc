// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/scip/export.h"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string_view>
#include <tuple>
#include <utility>

#include "alloc/arena.h"
#include "base/strings.h"
#include "index/query/semantic_coverage.h"
#include "index/scip/scip.pb.h"
#include "index/scip/symbol_table.h"

namespace astrolabe {
namespace {

std::string FileUri(std::string_view path) {
  std::string uri = "file://";
  for (char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("/-_.~+,=:@").find(c) != std::string_view::npos;
    constexpr char kDigits[] = "0123456789ABCDEF";
    if (plain) {
      uri += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      uri += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return uri;
}

// What a .h holds its name does not say: `header` decides.
std::string LanguageOf(std::string_view path, std::string_view header) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const size_t dot = name.rfind('.');
  const std::string_view extension = dot == std::string_view::npos ? "" : name.substr(dot + 1);
  if (extension == "c") return "C";
  if (extension == "m") return "Objective_C";
  if (extension == "mm") return "Objective_CPP";
  if (extension == "cu" || extension == "cuh") return "CUDA";
  if (extension == "h") return std::string(header);
  return "CPP";
}

scip::SymbolInformation::Kind KindOf(const SymbolFacts& symbol) {
  using Info = scip::SymbolInformation;
  const bool is_static = (symbol.flags & kSymbolStatic) != 0;
  const bool is_member = symbol.access != Access::kNone;
  switch (symbol.kind) {
    case SymbolKind::kMacro:
      return Info::Macro;
    case SymbolKind::kFunction:
      return Info::Function;
    case SymbolKind::kMethod:
    case SymbolKind::kConversion:
      if ((symbol.flags & kSymbolPure) != 0) return Info::PureVirtualMethod;
      return is_static ? Info::StaticMethod : Info::Method;
    case SymbolKind::kConstructor:
      return Info::Constructor;
    case SymbolKind::kDestructor:
      return Info::Method;
    case SymbolKind::kOperator:
      return Info::Operator;
    case SymbolKind::kNamespace:
    case SymbolKind::kNamespaceAlias:
      return Info::Namespace;
    case SymbolKind::kClass:
      return Info::Class;
    case SymbolKind::kStruct:
      return Info::Struct;
    case SymbolKind::kUnion:
      return Info::Union;
    case SymbolKind::kEnum:
      return Info::Enum;
    case SymbolKind::kEnumerator:
      return Info::EnumMember;
    case SymbolKind::kVariable:
      if (!is_static) return Info::Variable;
      return is_member ? Info::StaticDataMember : Info::StaticVariable;
    case SymbolKind::kField:
      return Info::Field;
    case SymbolKind::kTypedef:
    case SymbolKind::kAlias:
      return Info::TypeAlias;
    case SymbolKind::kConcept:
      return Info::Concept;
    case SymbolKind::kInclude:
      return Info::UnspecifiedKind;
  }
  return Info::UnspecifiedKind;
}

int32_t ScipRoles(RoleSet roles) {
  int32_t bits = 0;
  if ((roles & kRoleDefinition) != 0) {
    bits |= scip::Definition;
  } else if ((roles & kRoleDeclaration) != 0) {
    bits |= scip::ForwardDefinition;
  }
  if ((roles & kRoleUsing) != 0) bits |= scip::Import;
  if ((roles & kRoleWrite) != 0) bits |= scip::WriteAccess;
  if ((roles & kRoleRead) != 0) bits |= scip::ReadAccess;
  return bits;
}

// "class Box", "int n::f(int)": what a hover shows.
std::string SignatureText(const SymbolFacts& symbol) {
  std::string text;
  if (!symbol.template_parameters.empty())
    text = StrCat("template ", symbol.template_parameters, " ");
  switch (symbol.kind) {
    case SymbolKind::kClass:
    case SymbolKind::kStruct:
    case SymbolKind::kUnion:
    case SymbolKind::kEnum:
    case SymbolKind::kNamespace:
    case SymbolKind::kConcept:
      text += StrCat(SymbolKindName(symbol.kind), " ");
      break;
    case SymbolKind::kMacro:
      text += "#define ";
      break;
    case SymbolKind::kTypedef:
    case SymbolKind::kAlias:
      return text + StrCat("using ", symbol.name, symbol.type.empty() ? "" : " = ", symbol.type);
    case SymbolKind::kConstructor:
    case SymbolKind::kDestructor:
    case SymbolKind::kConversion:
      break;
    default:
      if (!symbol.type.empty()) text += StrCat(symbol.type, " ");
  }
  return text +
         StrCat(symbol.scope, symbol.scope.empty() ? "" : "::", symbol.name, symbol.signature);
}

// An occurrence as a document has it: of one symbol at one place, whatever variants saw it.
struct Place {
  Position begin;
  uint32_t length;
  SymbolId symbol;
  RoleSet roles;
  bool has_extent;
  Position extent_begin;
  Position extent_end;

  auto Key() const { return std::tuple(begin, length, symbol); }
};

void SetRange(Position begin, Position end, google::protobuf::RepeatedField<int32_t>& range) {
  range.Add(static_cast<int32_t>(begin.line));
  range.Add(static_cast<int32_t>(begin.column));
  if (end.line != begin.line) range.Add(static_cast<int32_t>(end.line));
  range.Add(static_cast<int32_t>(end.column));
}

class Exporter {
 public:
  Exporter(FileSystem& fs, const SemanticIndex& index, const ScipExportOptions& options,
           const std::atomic<bool>* cancelled)
      : index_(index),
        options_(options),
        cancelled_(cancelled),
        table_(index),
        coverage_(&index, fs, options.root) {}

  absl::Status WriteAll(WritableFile& file) {
    scip::Index head;
    scip::Metadata& metadata = *head.mutable_metadata();
    metadata.mutable_tool_info()->set_name("astrolabe");
    metadata.mutable_tool_info()->set_version(options_.tool_version);
    for (const std::string& argument : options_.arguments) {
      metadata.mutable_tool_info()->add_arguments(ValidUtf8(argument));
    }
    metadata.set_project_root(FileUri(options_.root));
    metadata.set_text_document_encoding(scip::UTF8);
    if (absl::Status status = Write(head, file); !status.ok()) return status;

    header_language_ = HeaderLanguage();
    if (absl::Status status = ForEach(false, file); !status.ok()) return status;
    // Which external symbols are mentioned is only known now.
    if (absl::Status status = ForEach(true, file); !status.ok()) return status;
    return index_.damage();
  }

  const ScipExportReport& report() const { return report_; }

 private:
  // A header is C unless some unit is not.
  std::string_view HeaderLanguage() const {
    bool any = false;
    bool all_c = true;
    index_.ForEachUnit([&](const IndexedUnit& unit) {
      any = true;
      all_c = unit.path.ends_with(".c");
      return all_c;
    });
    return any && all_c ? "C" : "CPP";
  }

  // A piece of the file: the concatenation of Index messages is one.
  absl::Status Write(const scip::Index& piece, WritableFile& file) {
    buffer_.clear();
    if (!piece.SerializeToString(&buffer_)) {
      return absl::InternalError("a document is too large for protobuf");
    }
    report_.bytes += buffer_.size();
    return file.Append(buffer_);
  }

  absl::Status ForEach(bool external, WritableFile& file) {
    absl::Status status = absl::OkStatus();
    ForEachPath(index_, [&](uint32_t number, const std::vector<IndexedFile>& variants) {
      if (cancelled_ && *cancelled_) status = absl::CancelledError("interrupted");
      const bool outside = variants.front().path.starts_with('/');
      if (!status.ok() || outside != external) return status.ok();
      arena_.Reset();
      std::vector<FileFacts> facts;
      for (const IndexedFile& variant : variants) {
        absl::StatusOr<FileFacts> read = index_.Facts(variant.id, arena_);
        if (!read.ok()) {
          status = read.status();
          return false;
        }
        facts.push_back(std::move(*read));
      }
      scip::Index piece;
      if (external) {
        AddSymbols(facts, number, *piece.mutable_external_symbols(), "");
        report_.external_symbols += static_cast<uint64_t>(piece.external_symbols_size());
        if (piece.external_symbols_size() == 0) return true;
      } else {
        FillDocument(facts, number, *piece.add_documents());
      }
      status = Write(piece, file);
      return status.ok();
    });
    return status;
  }

  void FillDocument(const std::vector<FileFacts>& facts, uint32_t number,
                    scip::Document& document) {
    const std::string_view path = facts.front().path;
    const std::string language = LanguageOf(path, header_language_);
    document.set_relative_path(ValidUtf8(path));
    document.set_language(language);
    document.set_position_encoding(scip::UTF8CodeUnitOffsetFromLineStart);
    AddOccurrences(facts, document);
    AddSymbols(facts, number, *document.mutable_symbols(), language);
    ++report_.documents;
    report_.symbols += static_cast<uint64_t>(document.symbols_size());
    report_.changed_files += !coverage_.Covers(path);
  }

  void AddOccurrences(const std::vector<FileFacts>& facts, scip::Document& document) {
    places_.clear();
    for (const FileFacts& variant : facts) {
      size_t extent = 0;
      for (size_t i = 0; i < variant.occurrences.size(); ++i) {
        const Occurrence& o = variant.occurrences[i];
        Place place{o.begin, o.length, variant.symbol_ids[o.symbol], o.roles, false, {}, {}};
        while (extent < variant.extents.size() && variant.extents[extent].occurrence < i) ++extent;
        if (extent < variant.extents.size() && variant.extents[extent].occurrence == i) {
          place.has_extent = true;
          place.extent_begin = variant.extents[extent].begin;
          place.extent_end = variant.extents[extent].end;
        }
        places_.push_back(place);
      }
    }
    std::stable_sort(places_.begin(), places_.end(),
                     [](const Place& a, const Place& b) { return a.Key() < b.Key(); });
    for (size_t i = 0; i < places_.size();) {
      Place place = places_[i];
      for (++i; i < places_.size() && places_[i].Key() == place.Key(); ++i) {
        place.roles |= places_[i].roles;
      }
      ScipSymbolTable::Row* row = place.length == 0 ? nullptr : table_.Find(place.symbol);
      if (!row) {
        ++report_.left_out;
        continue;
      }
      row->mentioned = true;
      scip::Occurrence& occurrence = *document.add_occurrences();
      SetRange(place.begin, {place.begin.line, place.begin.column + place.length},
               *occurrence.mutable_range());
      occurrence.set_symbol(table_.Spell(place.symbol, *row));
      occurrence.set_symbol_roles(ScipRoles(place.roles));
      const bool encloses =
          place.has_extent && place.extent_begin <= place.begin &&
          Position{place.begin.line, place.begin.column + place.length} <= place.extent_end;
      if (encloses) {
        SetRange(place.extent_begin, place.extent_end, *occurrence.mutable_enclosing_range());
      }
      ++report_.occurrences;
    }
  }

  // Those that are at home in file `number`; of external ones (no language) only those mentioned.
  void AddSymbols(const std::vector<FileFacts>& facts, uint32_t number,
                  google::protobuf::RepeatedPtrField<scip::SymbolInformation>& symbols,
                  const std::string& language) {
    const bool external = language.empty();
    for (const FileFacts& variant : facts) {
      for (const SymbolFacts& symbol : variant.symbols) {
        ScipSymbolTable::Row* row = table_.Find(symbol.id);
        if (!row || row->home != number || row->written || (external && !row->mentioned)) continue;
        row->written = true;
        FillSymbol(symbol, *row, external ? "CPP" : language, *symbols.Add());
        if (!external) AddRelationships(symbol.id, *symbols.rbegin());
      }
    }
  }

  void FillSymbol(const SymbolFacts& symbol, const ScipSymbolTable::Row& row,
                  const std::string& language, scip::SymbolInformation& information) {
    information.set_symbol(table_.Spell(symbol.id, row));
    information.set_kind(KindOf(symbol));
    information.set_display_name(ValidUtf8(symbol.name));
    if (!symbol.documentation.empty()) {
      information.add_documentation(ValidUtf8(symbol.documentation));
    } else if (row.documented) {
      // Another file has the comment: a header's for what is defined here.
      if (std::optional<SymbolSummary> summary = index_.Summary(symbol.id)) {
        if (!summary->facts.documentation.empty()) {
          information.add_documentation(ValidUtf8(summary->facts.documentation));
        }
      }
    }
    scip::Document& signature = *information.mutable_signature_documentation();
    signature.set_language(language);
    signature.set_text(ValidUtf8(SignatureText(symbol)));
  }

  void AddRelationships(SymbolId subject, scip::SymbolInformation& information) {
    // Several relations to one symbol are one relationship.
    std::map<SymbolId, scip::Relationship> by_object;
    for (const FoundRelation& relation : table_.RelationsOf(subject)) {
      if (relation.object == subject) continue;
      scip::Relationship& relationship = by_object[relation.object];
      if (relation.kind != RelationKind::kBase) relationship.set_is_reference(true);
      if (relation.kind != RelationKind::kSpecialization) relationship.set_is_implementation(true);
    }
    for (auto& [object, relationship] : by_object) {
      ScipSymbolTable::Row* row = table_.Find(object);
      if (!row) continue;
      row->mentioned = true;
      relationship.set_symbol(table_.Spell(object, *row));
      *information.add_relationships() = std::move(relationship);
    }
  }

  const SemanticIndex& index_;
  const ScipExportOptions& options_;
  const std::atomic<bool>* const cancelled_;
  ScipSymbolTable table_;
  SemanticCoverage coverage_;
  std::string_view header_language_;
  ScipExportReport report_;
  Arena arena_;
  std::vector<Place> places_;
  std::string buffer_;
};

}  // namespace

absl::StatusOr<ScipExportReport> ExportScip(FileSystem& fs, const SemanticIndex& index,
                                            const ScipExportOptions& options,
                                            const std::atomic<bool>* cancelled) {
  const std::string unfinished = StrCat(options.output, ".tmp-", getpid());
  absl::StatusOr<std::unique_ptr<WritableFile>> file = fs.Create(unfinished);
  if (!file.ok()) return file.status();
  Exporter exporter(fs, index, options, cancelled);
  absl::Status status = exporter.WriteAll(**file);
  if (status.ok()) status = (*file)->Sync();
  if (status.ok()) status = (*file)->Close();
  if (status.ok()) status = fs.Rename(unfinished, options.output);
  if (!status.ok()) {
    fs.Remove(unfinished).IgnoreError();
    return status;
  }
  return exporter.report();
}

}  // namespace astrolabe

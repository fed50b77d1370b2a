// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/collector.h"

#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "alloc/arena.h"
#include "analysis/batch/interface_digest.h"
#include "analysis/batch/macro_identity.h"
#include "analysis/batch/symbol_printer.h"
#include "analysis/batch/unreported_names.h"
#include "base/strings.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclFriend.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/AST/ExprCXX.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Index/IndexDataConsumer.h"
#include "clang/Index/IndexingAction.h"
#include "clang/Index/IndexingOptions.h"
#include "clang/Index/USRGeneration.h"
#include "clang/Lex/Lexer.h"
#include "clang/Lex/MacroInfo.h"
#include "clang/Lex/Preprocessor.h"
#include "index/semantic/shard.h"
#include "llvm/ADT/SmallString.h"

namespace astrolabe {
namespace {

constexpr uint32_t kNoOffset = 0xFFFFFFFF;

// Clang's low nine role bits are ours.
constexpr unsigned kClangRoles = 0x1FF;
static_assert(static_cast<unsigned>(clang::index::SymbolRole::Implicit) == kRoleImplicit);
static_assert(static_cast<unsigned>(clang::index::SymbolRole::Call) == kRoleCall);

// An occurrence before its file is complete: offsets instead of positions.
struct RawOccurrence {
  uint32_t offset = 0;
  uint32_t length = 0;
  SymbolId symbol = 0;
  SymbolId container = 0;
  RoleSet roles = 0;
  uint32_t extent_begin = kNoOffset;  // of a declaration
  uint32_t extent_end = 0;
};

struct RawRelation {
  SymbolId subject = 0;
  SymbolId object = 0;
  RelationKind kind = RelationKind::kBase;
};

// A directive that imports a module.
struct RawImport {
  uint32_t offset = 0;
  std::string_view module;
  std::string_view interface;  // the path of its interface unit; empty if that was not found
};

// What has been collected of one file.
struct FileAccumulator {
  const FileRun* run = nullptr;
  std::vector<RawOccurrence> occurrences;
  std::vector<RawRelation> relations;
  std::unordered_map<SymbolId, SymbolFacts> symbols;
  std::unordered_set<uint32_t> using_names;  // offsets of names in using declarations
  std::vector<BodyRange> private_bodies;
  std::vector<RawImport> imports;
};

struct KnownSymbol {
  SymbolId id = 0;  // 0: nothing that the index holds
  std::string_view usr;
  bool outside = false;  // declared only in files outside the closure
};

class Collector : public clang::index::IndexDataConsumer {
 public:
  Collector(clang::CompilerInstance& compiler, PreprocessorRecord& record,
            const CollectOptions& options)
      : compiler_(compiler),
        sources_(compiler.getSourceManager()),
        record_(record),
        options_(options),
        printer_(compiler.getASTContext(), arena_) {
    accumulators_.resize(record.file_count());
    for (const std::unique_ptr<FileRun>& run : record.runs()) {
      const RecordedFile& file = record.file(run->file);
      if (run->file != options.main_file && !options.claim(file, run->variant)) continue;
      accumulators_[run->file] = std::make_unique<FileAccumulator>();
      accumulators_[run->file]->run = run.get();
    }
  }

  bool IsWanted(const clang::Decl* decl) {
    if (decl->getLocation().isInvalid()) return false;
    clang::FileID id = sources_.getFileID(sources_.getExpansionLoc(decl->getLocation()));
    return AccumulatorOf(id) != nullptr;
  }

  bool handleDeclOccurrence(const clang::Decl* decl, clang::index::SymbolRoleSet clang_roles,
                            llvm::ArrayRef<clang::index::SymbolRelation> relations,
                            clang::SourceLocation location, ASTNodeInfo node) override {
    return AddOccurrence(decl, static_cast<RoleSet>(clang_roles & kClangRoles), relations, location,
                         node);
  }

  bool AddOccurrence(const clang::Decl* decl, RoleSet roles,
                     llvm::ArrayRef<clang::index::SymbolRelation> relations,
                     clang::SourceLocation location, const ASTNodeInfo& node) {
    if (location.isInvalid()) return true;
    if (const clang::SourceLocation spelled = SpelledAt(node.OrigE, location); spelled.isValid()) {
      location = spelled;
    } else {
      roles |= kRoleImplicit;
    }
    clang::SourceLocation place = sources_.getFileLoc(location);
    auto [id, offset] = sources_.getDecomposedLoc(place);
    FileAccumulator* file = AccumulatorOf(id);
    if (file == nullptr) return true;
    if (llvm::isa<clang::UsingDecl, clang::UsingDirectiveDecl>(decl)) {
      file->using_names.insert(offset);
      return true;
    }
    const auto* named = llvm::dyn_cast<clang::NamedDecl>(decl);
    if (named == nullptr) return true;
    // `unique_ptr<char[]>` names the template. Clang reports the partial specialisation that fits if
    // somebody has needed it already, so that the answer would depend on who came before.
    const auto* partial = llvm::dyn_cast<clang::ClassTemplatePartialSpecializationDecl>(decl);
    if (partial != nullptr && node.OrigD != decl) named = partial->getSpecializedTemplate();
    const KnownSymbol symbol = SymbolOf(named);
    if (symbol.id == 0) return true;

    RawOccurrence occurrence;
    occurrence.offset = offset;
    occurrence.symbol = symbol.id;
    occurrence.roles = roles;
    if (IsDependent(node.OrigE)) occurrence.roles |= kRoleCandidate;
    // Clang gives a definition no declaration's role, and a virtual method's declaration the dynamic one.
    bool declares = (occurrence.roles & (kRoleDeclaration | kRoleDefinition)) != 0;
    if (declares) {
      occurrence.roles =
          static_cast<RoleSet>((occurrence.roles | kRoleDeclaration) & ~kRoleDynamic);
    }
    if (symbol.outside && !declares) {
      if ((occurrence.roles & kRoleCandidate) != 0) {
        ++dropped_candidates_;
      } else if (spurious_.empty()) {
        spurious_ = StrCat(named->getNameAsString(), " at offset ", offset);
      }
      return true;
    }
    if ((occurrence.roles & kRoleImplicit) == 0) {
      occurrence.length = TokenLength(id, offset, place);
      if (location.isMacroID() && !SpelledHere(id, offset, occurrence.length, named)) {
        occurrence.roles |= kRoleMacro;
      }
    }
    AddRelations(*file, symbol.id, relations, &occurrence);
    if (declares) {
      // `decl` is the first of all declarations, which may be in another file.
      const auto* written = llvm::dyn_cast_or_null<clang::NamedDecl>(node.OrigD);
      if (written == nullptr) written = named;
      AddExtent(written, id, &occurrence);
      AddPrivateBody(written, id, file);
      Describe(*file, written, symbol);
    }
    file->occurrences.push_back(occurrence);
    return true;
  }

  bool handleModuleOccurrence(const clang::ImportDecl*, const clang::Module* module,
                              clang::index::SymbolRoleSet,
                              clang::SourceLocation location) override {
    auto [id, offset] = sources_.getDecomposedLoc(sources_.getFileLoc(location));
    FileAccumulator* file = AccumulatorOf(id);
    if (file == nullptr || !module->isNamedModule()) return true;
    RawImport import;
    import.offset = offset;
    import.module = arena_.CopyString(module->getFullModuleName());
    llvm::StringRef path = sources_.getFilename(sources_.getFileLoc(module->DefinitionLoc));
    import.interface = arena_.CopyString(WorkspacePath(options_.root, {path.data(), path.size()}));
    file->imports.push_back(import);
    return true;
  }

  // Ahead of what the indexer reports, which is looked up in what is found here.
  void CollectUnreportedNames(std::span<const clang::Decl* const> declarations) {
    std::vector<const clang::Decl*> of_users;
    for (const clang::Decl* declaration : declarations) {
      if (!IsOfSystem(declaration->getLocation())) of_users.push_back(declaration);
    }
    spelled_constructors_ = FindUnreportedNames(
        of_users, [&](const clang::NamedDecl& named, clang::SourceLocation place, RoleSet roles,
                      const clang::NamedDecl* container) {
          if (IsOfSystem(place)) return;
          llvm::SmallVector<clang::index::SymbolRelation, 1> relations;
          if (container != nullptr) {
            using Role = clang::index::SymbolRole;
            relations.emplace_back(static_cast<unsigned>(Role::RelationContainedBy), container);
          }
          AddOccurrence(&named, roles, relations, place, ASTNodeInfo{});
        });
  }

  void CollectMacros() {
    for (std::unique_ptr<FileAccumulator>& file : accumulators_) {
      if (file == nullptr) continue;
      bool is_system = record_.file(file->run->file).is_system;
      for (const RecordedMacroUse& use : file->run->macros) AddMacro(*file, use, is_system);
    }
  }

  Collected Finish() {
    Collected collected;
    collected.spurious = std::move(spurious_);
    collected.dropped_candidates = dropped_candidates_;
    if (!collected.spurious.empty()) return collected;
    for (std::unique_ptr<FileAccumulator>& file : accumulators_) {
      if (file != nullptr) collected.files.push_back(Encode(*file));
    }
    return collected;
  }

 private:
  bool IsOfSystem(clang::SourceLocation place) {
    const FileAccumulator* file = AccumulatorOf(sources_.getFileID(sources_.getFileLoc(place)));
    return file == nullptr || record_.file(file->run->file).is_system;
  }

  // Where what `expression` refers to is named; invalid if it is not: a constructor or conversion that is only called.
  clang::SourceLocation SpelledAt(const clang::Expr* expression, clang::SourceLocation location) {
    if (const auto* call = llvm::dyn_cast_or_null<clang::CXXConstructExpr>(expression)) {
      return spelled_constructors_.lookup(call);
    }
    const auto* member = llvm::dyn_cast_or_null<clang::MemberExpr>(expression);
    const bool converts = member != nullptr && member->getMemberLoc().isInvalid() &&
                          llvm::isa<clang::CXXConversionDecl>(member->getMemberDecl());
    return converts ? clang::SourceLocation() : location;
  }

  FileAccumulator* AccumulatorOf(clang::FileID id) {
    if (id == last_id_) return last_file_;
    uint32_t file = record_.FileOf(id);
    last_id_ = id;
    last_file_ = file < accumulators_.size() ? accumulators_[file].get() : nullptr;
    return last_file_;
  }

  static bool IsDependent(const clang::Expr* expression) {
    if (expression == nullptr) return false;
    return llvm::isa<clang::OverloadExpr, clang::CXXDependentScopeMemberExpr,
                     clang::DependentScopeDeclRefExpr>(expression);
  }

  // A copy: the next one that is asked for may move them all.
  KnownSymbol SymbolOf(const clang::NamedDecl* decl) {
    auto [it, inserted] = symbols_.try_emplace(decl->getCanonicalDecl());
    if (!inserted) return it->second;
    KnownSymbol symbol;
    SymbolKind kind;
    llvm::SmallString<128> usr;
    if (SymbolPrinter::KindOf(decl, &kind) && !clang::index::generateUSRForDecl(decl, usr)) {
      symbol.id = XXH3_64bits(usr.data(), usr.size());
      symbol.usr = arena_.CopyString(std::string_view(usr.data(), usr.size()));
      symbol.outside = IsOutside(decl);
    }
    return symbols_[decl->getCanonicalDecl()] = symbol;
  }

  // Whether no redeclaration stands in a file of the unit's closure.
  bool IsOutside(const clang::NamedDecl* decl) {
    if (options_.closure == nullptr) return false;
    for (const clang::Decl* redeclaration : decl->redecls()) {
      clang::SourceLocation location = redeclaration->getLocation();
      if (location.isInvalid()) return false;  // built in
      uint32_t file = record_.FileOf(sources_.getFileID(sources_.getFileLoc(location)));
      if (file == kNoFile || (*options_.closure)[file]) return false;
    }
    return true;
  }

  uint32_t TokenLength(clang::FileID id, uint32_t offset, clang::SourceLocation place) {
    llvm::StringRef text = sources_.getBufferData(id);
    uint32_t end = offset;
    while (end < text.size() && clang::isAsciiIdentifierContinue(text[end])) ++end;
    bool is_name = end > offset && (end == text.size() || !(text[end] & 0x80));
    if (is_name && !text.substr(offset, end - offset).starts_with("operator")) {
      return end - offset;
    }
    return clang::Lexer::MeasureTokenLength(place, sources_, compiler_.getLangOpts());
  }

  bool SpelledHere(clang::FileID id, uint32_t offset, uint32_t length,
                   const clang::NamedDecl* decl) {
    const clang::IdentifierInfo* identifier = decl->getIdentifier();
    llvm::StringRef text = sources_.getBufferData(id).substr(offset, length);
    return identifier != nullptr && text == identifier->getName();
  }

  void AddRelations(FileAccumulator& file, SymbolId symbol,
                    llvm::ArrayRef<clang::index::SymbolRelation> relations,
                    RawOccurrence* occurrence) {
    using Role = clang::index::SymbolRole;
    SymbolId parent = 0;
    for (const clang::index::SymbolRelation& relation : relations) {
      const auto* related = llvm::dyn_cast_or_null<clang::NamedDecl>(relation.RelatedSymbol);
      if (related == nullptr) continue;
      SymbolId other = SymbolOf(related).id;
      if (other == 0) continue;
      auto has = [&](Role role) { return (relation.Roles & static_cast<unsigned>(role)) != 0; };
      if (has(Role::RelationBaseOf)) file.relations.push_back({other, symbol, RelationKind::kBase});
      if (has(Role::RelationOverrideOf)) {
        file.relations.push_back({symbol, other, RelationKind::kOverride});
      }
      if (has(Role::RelationSpecializationOf)) {
        file.relations.push_back({symbol, other, RelationKind::kSpecialization});
      }
      if (has(Role::RelationChildOf)) {
        file.relations.push_back({symbol, other, RelationKind::kMember});
        parent = other;
      }
      if (has(Role::RelationContainedBy) || has(Role::RelationCalledBy)) {
        occurrence->container = other;
      }
      if (has(Role::RelationBaseOf) && parent == 0) parent = other;
    }
    if (occurrence->container == 0) occurrence->container = parent;
  }

  // The text from the first to the last token of the declaration, if all of it is in file `id`.
  void AddExtent(const clang::NamedDecl* decl, clang::FileID id, RawOccurrence* occurrence) {
    const clang::Decl* whole = decl;
    if (const clang::TemplateDecl* of = decl->getDescribedTemplate()) whole = of;
    clang::SourceRange range = whole->getSourceRange();
    if (range.isInvalid()) return;
    auto [begin_id, begin] = sources_.getDecomposedExpansionLoc(range.getBegin());
    clang::SourceLocation last = sources_.getExpansionRange(range.getEnd()).getEnd();
    auto [end_id, end] = sources_.getDecomposedLoc(last);
    if (begin_id != id || end_id != id || end < begin) return;
    occurrence->extent_begin = begin;
    occurrence->extent_end =
        end + clang::Lexer::MeasureTokenLength(last, sources_, compiler_.getLangOpts());
  }

  void AddPrivateBody(const clang::NamedDecl* decl, clang::FileID id, FileAccumulator* file) {
    if (file->run->file == options_.main_file) return;  // nobody includes it
    const clang::FunctionDecl* function = decl->getAsFunction();
    if (function == nullptr || !HasPrivateBody(*function)) return;
    clang::SourceRange range = function->getBody()->getSourceRange();
    if (!range.getBegin().isFileID() || !range.getEnd().isFileID()) return;
    auto [begin_id, begin] = sources_.getDecomposedLoc(range.getBegin());
    auto [end_id, end] = sources_.getDecomposedLoc(range.getEnd());
    if (begin_id == id && end_id == id) file->private_bodies.push_back({begin, end});
  }

  void Describe(FileAccumulator& file, const clang::NamedDecl* decl, const KnownSymbol& symbol) {
    auto [it, inserted] = file.symbols.try_emplace(symbol.id);
    SymbolFacts& facts = it->second;
    if (!inserted && !facts.documentation.empty()) return;
    if (inserted) {
      printer_.Describe(decl, &facts);
      facts.id = symbol.id;
      facts.usr = symbol.usr;
      if (record_.file(file.run->file).is_system) facts.flags |= kSymbolInSystemHeader;
    }
    const auto* record = llvm::dyn_cast<clang::CXXRecordDecl>(decl);
    if (record == nullptr || !record->isThisDeclarationADefinition()) return;
    for (const clang::FriendDecl* friend_decl : record->friends()) {
      const clang::NamedDecl* granted = friend_decl->getFriendDecl();
      if (granted == nullptr && friend_decl->getFriendType() != nullptr) {
        granted = friend_decl->getFriendType()->getType()->getAsCXXRecordDecl();
      }
      if (granted == nullptr) continue;
      SymbolId other = SymbolOf(granted).id;
      if (other != 0) file.relations.push_back({symbol.id, other, RelationKind::kFriend});
    }
  }

  void AddMacro(FileAccumulator& file, const RecordedMacroUse& use, bool is_system) {
    bool declares = (use.roles & kRoleDeclaration) != 0;
    // Of the system's macros only those that a program may name, and not their uses by each other.
    if (is_system && (!declares || use.name->getName().starts_with("_"))) return;
    clang::SourceLocation definition = use.macro->getDefinitionLoc();
    if (definition.isInvalid()) return;
    KnownSymbol& symbol = macros_[use.macro];
    if (symbol.id == 0) {
      llvm::SmallString<128> usr;
      if (!GenerateMacroUsr(*use.name, *use.macro, sources_, usr)) return;
      symbol.id = XXH3_64bits(usr.data(), usr.size());
      symbol.usr = arena_.CopyString(std::string_view(usr.data(), usr.size()));
    }
    RawOccurrence occurrence;
    occurrence.offset = use.offset;
    occurrence.length = static_cast<uint32_t>(use.name->getLength());
    occurrence.symbol = symbol.id;
    occurrence.roles = use.roles;
    if (declares) {
      occurrence.extent_begin = use.offset;
      clang::SourceLocation last = use.macro->getDefinitionEndLoc();
      occurrence.extent_end =
          sources_.getFileOffset(last) +
          clang::Lexer::MeasureTokenLength(last, sources_, compiler_.getLangOpts());
      SymbolFacts& facts = file.symbols[symbol.id];
      printer_.DescribeMacro(use.name, use.macro, &facts);
      facts.id = symbol.id;
      facts.usr = symbol.usr;
      if (is_system) facts.flags |= kSymbolInSystemHeader;
    }
    file.occurrences.push_back(occurrence);
  }

  std::string Encode(FileAccumulator& file);

  clang::CompilerInstance& compiler_;
  clang::SourceManager& sources_;
  PreprocessorRecord& record_;
  const CollectOptions& options_;
  Arena arena_;
  SymbolPrinter printer_;
  std::vector<std::unique_ptr<FileAccumulator>> accumulators_;  // by file index; null: not wanted
  clang::FileID last_id_;
  FileAccumulator* last_file_ = nullptr;
  SpelledConstructors spelled_constructors_;
  llvm::DenseMap<const clang::Decl*, KnownSymbol> symbols_;
  llvm::DenseMap<const clang::MacroInfo*, KnownSymbol> macros_;
  std::string spurious_;
  uint32_t dropped_candidates_ = 0;
};

// Turns ascending and random offsets of one text into lines and columns.
class LineTable {
 public:
  explicit LineTable(llvm::StringRef text) {
    starts_.push_back(0);
    for (size_t at = text.find('\n'); at != llvm::StringRef::npos; at = text.find('\n', at + 1)) {
      starts_.push_back(static_cast<uint32_t>(at + 1));
    }
  }
  Position At(uint32_t offset) const {
    auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
    auto line = static_cast<uint32_t>(after - starts_.begin() - 1);
    return {line, offset - starts_[line]};
  }

 private:
  std::vector<uint32_t> starts_;
};

std::string Collector::Encode(FileAccumulator& file) {
  const RecordedFile& recorded = record_.file(file.run->file);
  std::vector<RawOccurrence>& raw = file.occurrences;
  for (RawOccurrence& occurrence : raw) {
    if (file.using_names.contains(occurrence.offset)) occurrence.roles |= kRoleUsing;
  }
  std::sort(raw.begin(), raw.end(), [](const RawOccurrence& a, const RawOccurrence& b) {
    return std::tie(a.offset, a.symbol, b.length, a.extent_begin, a.extent_end, a.container) <
           std::tie(b.offset, b.symbol, a.length, b.extent_begin, b.extent_end, b.container);
  });
  // One place names one symbol once; a template seen as itself and as its pattern does so twice. What is spelled comes
  // first, and stays so.
  size_t kept = 0;
  for (size_t i = 0; i < raw.size(); ++i) {
    bool same =
        kept > 0 && raw[kept - 1].offset == raw[i].offset && raw[kept - 1].symbol == raw[i].symbol;
    if (!same) {
      raw[kept++] = raw[i];
      continue;
    }
    RawOccurrence& into = raw[kept - 1];
    into.roles |= into.length == 0 ? raw[i].roles : raw[i].roles & ~kRoleImplicit;
    if (into.container == 0) into.container = raw[i].container;
    if (into.extent_begin == kNoOffset) {
      into.extent_begin = raw[i].extent_begin;
      into.extent_end = raw[i].extent_end;
    }
  }
  raw.resize(kept);

  FileFacts facts;
  std::string path = WorkspacePath(options_.root, recorded.path);
  facts.path = path;
  facts.state = recorded.state;
  facts.variant = file.run->variant;

  auto mention = [&](SymbolId id) {
    if (id != 0) facts.symbol_ids.push_back(id);
  };
  for (const RawOccurrence& occurrence : raw) {
    mention(occurrence.symbol);
    mention(occurrence.container);
  }
  for (const RawRelation& relation : file.relations) {
    mention(relation.subject);
    mention(relation.object);
  }
  for (const auto& [id, symbol] : file.symbols) {
    mention(id);
    facts.symbols.push_back(symbol);
  }
  std::sort(facts.symbol_ids.begin(), facts.symbol_ids.end());
  facts.symbol_ids.erase(std::unique(facts.symbol_ids.begin(), facts.symbol_ids.end()),
                         facts.symbol_ids.end());
  std::sort(facts.symbols.begin(), facts.symbols.end(),
            [](const SymbolFacts& a, const SymbolFacts& b) { return a.id < b.id; });
  auto index_of = [&](SymbolId id) {
    if (id == 0) return kNoSymbol;
    auto at = std::lower_bound(facts.symbol_ids.begin(), facts.symbol_ids.end(), id);
    return static_cast<uint32_t>(at - facts.symbol_ids.begin());
  };

  clang::OptionalFileEntryRef entry = sources_.getFileManager().getOptionalFileRef(recorded.path);
  clang::FileID id;
  if (entry) id = sources_.translateFile(*entry);
  llvm::StringRef text = id.isValid() ? sources_.getBufferData(id) : llvm::StringRef();
  LineTable lines(text);
  for (const RawOccurrence& occurrence : raw) {
    if (occurrence.extent_begin != kNoOffset && (occurrence.roles & kRoleDeclaration) != 0) {
      facts.extents.push_back({static_cast<uint32_t>(facts.occurrences.size()),
                               lines.At(occurrence.extent_begin), lines.At(occurrence.extent_end)});
    }
    facts.occurrences.push_back({lines.At(occurrence.offset), occurrence.length,
                                 index_of(occurrence.symbol), index_of(occurrence.container),
                                 occurrence.roles});
  }
  for (const RawRelation& relation : file.relations) {
    facts.relations.push_back(
        {index_of(relation.subject), index_of(relation.object), relation.kind});
  }
  std::sort(facts.relations.begin(), facts.relations.end());
  facts.relations.erase(std::unique(facts.relations.begin(), facts.relations.end()),
                        facts.relations.end());
  for (const RecordedInclude& include : file.run->includes) {
    IncludeFacts out;
    out.line = lines.At(include.offset).line;
    out.angled = include.angled;
    out.spelled = include.spelled;
    if (include.file != kNoFile) {
      out.resolved =
          arena_.CopyString(WorkspacePath(options_.root, record_.file(include.file).path));
    }
    facts.includes.push_back(out);
  }
  for (const RawImport& import : file.imports) {
    IncludeFacts out;
    out.line = lines.At(import.offset).line;
    out.spelled = import.module;
    out.resolved = import.interface;
    facts.includes.push_back(out);
  }
  std::stable_sort(facts.includes.begin(), facts.includes.end(),
                   [](const IncludeFacts& a, const IncludeFacts& b) { return a.line < b.line; });
  if (file.run->file != options_.main_file) {
    facts.interface = InterfaceDigest({.text = text,
                                       .private_bodies = std::move(file.private_bodies),
                                       .line_uses = file.run->line_uses,
                                       .counter_uses = file.run->counter_uses},
                                      compiler_.getLangOpts());
  }
  return EncodeFileFacts(facts);
}

}  // namespace

Collected Collect(clang::CompilerInstance& compiler, PreprocessorRecord& record,
                  std::span<const clang::Decl* const> declarations, const CollectOptions& options) {
  Collector collector(compiler, record, options);
  std::vector<const clang::Decl*> wanted;
  for (const clang::Decl* declaration : declarations) {
    if (collector.IsWanted(declaration)) wanted.push_back(declaration);
  }
  collector.CollectUnreportedNames(wanted);
  clang::index::IndexingOptions indexing;
  indexing.SystemSymbolFilter =
      clang::index::IndexingOptions::SystemSymbolFilterKind::DeclarationsOnly;
  indexing.IndexMacros = false;
  clang::index::indexTopLevelDecls(compiler.getASTContext(), compiler.getPreprocessor(), wanted,
                                   collector, indexing);
  collector.CollectMacros();
  return collector.Finish();
}

std::string WorkspacePath(std::string_view root, std::string_view path) {
  bool inside = path.size() > root.size() + 1 && path.starts_with(root) && path[root.size()] == '/';
  return std::string(inside ? path.substr(root.size() + 1) : path);
}

}  // namespace astrolabe

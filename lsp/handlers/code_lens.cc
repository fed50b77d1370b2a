// textDocument/codeLens: how often functions and classes are used, what derives from and overrides them, and what
// can be run.
//
// The text says where lenses stand, at once and whatever its state; the index and the live AST are asked when a lens
// comes into view (codeLens/resolve). Running is the editor's business: our commands say what is to be run.
//
//   astrolabe.showReferences  [uri, position, locations]
//   astrolabe.run, .debug     [{"uri", "kind": "main"} or {"uri", "kind": "test", "filter": "Suite.Name"}]
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "index/file_scanner.h"
#include "lsp/handlers/declared_tests.h"
#include "lsp/handlers/live.h"
#include "lsp/handlers/on_document.h"
#include "lsp/handlers/on_request.h"
#include "lsp/handlers/reference_search.h"
#include "lsp/server/places.h"

namespace astrolabe::lsp {
namespace {

constexpr char kShowReferences[] = "astrolabe.showReferences";
constexpr char kRun[] = "astrolabe.run";
constexpr char kDebug[] = "astrolabe.debug";

// What a lens counts; its `data` says so.
constexpr char kUses[] = "uses";
constexpr char kDerived[] = "derived";
constexpr char kOverrides[] = "overrides";

bool IsClass(astrolabe::SymbolKind kind) {
  return kind == astrolabe::SymbolKind::kClass || kind == astrolabe::SymbolKind::kStruct;
}

bool IsCounted(const Symbol& symbol) {
  switch (symbol.kind) {
    case astrolabe::SymbolKind::kFunction:
    case astrolabe::SymbolKind::kMethod:
    case astrolabe::SymbolKind::kConstructor:
    case astrolabe::SymbolKind::kOperator:
    case astrolabe::SymbolKind::kEnum:
    case astrolabe::SymbolKind::kConcept:
      return true;
    default:
      return symbol.is_definition && IsClass(symbol.kind);
  }
}

// Puts lenses to the symbols of one text.
class LensWriter {
 public:
  LensWriter(const Document& document, PositionEncoding encoding)
      : document_(document), encoding_(encoding), text_(document.text.ToString()) {}

  std::vector<CodeLens> Write() {
    FileScanner scanner;
    const ScannedFile scanned = scanner.Scan(text_, LanguageHintOf(document_.name.path));
    for (const Symbol& symbol : scanned.symbols) {
      const size_t begin = Offset(symbol.begin);
      const size_t name = Offset(symbol.name_position);
      const std::string_view ahead = std::string_view(text_).substr(begin, name - begin);
      if (const auto suite = SuiteOfTest(symbol, ahead)) {
        AddRunnable(name, {{"kind", "test"}, {"filter", StrCat(*suite, ".", symbol.name)}});
        continue;
      }
      if (symbol.kind == astrolabe::SymbolKind::kFunction && symbol.is_definition &&
          symbol.name == "main" && symbol.scope.empty()) {
        AddRunnable(name, {{"kind", "main"}});
        continue;
      }
      if (!IsCounted(symbol)) continue;
      AddCount(name, symbol, kUses);
      if (IsClass(symbol.kind)) AddCount(name, symbol, kDerived);
      if (symbol.kind == astrolabe::SymbolKind::kMethod && IsVirtual(symbol, ahead)) {
        AddCount(name, symbol, kOverrides);
      }
    }
    return std::move(lenses_);
  }

 private:
  size_t Offset(astrolabe::Position place) const { return OffsetOfPlace(document_.text, place); }

  // As far as the declaration itself says so, up to its body.
  bool IsVirtual(const Symbol& symbol, std::string_view ahead) const {
    if (ahead.find("virtual") != std::string_view::npos) return true;
    const size_t name = Offset(symbol.name_position);
    const std::string_view rest = std::string_view(text_).substr(name, Offset(symbol.end) - name);
    const std::string_view head = rest.substr(0, rest.find('{'));
    return head.find("override") != std::string_view::npos ||
           head.find("final") != std::string_view::npos;
  }

  Range RangeOf(size_t name, size_t size) const {
    return ClientRange(document_.text, {name, std::min(name + size, text_.size())}, encoding_);
  }

  void AddCount(size_t name, const Symbol& symbol, const char* what) {
    CodeLens& lens = lenses_.emplace_back();
    lens.range = RangeOf(name, symbol.name.size());
    lens.data = {
        {"uri", document_.name.uri}, {"generation", document_.generation}, {"counts", what}};
  }

  void AddRunnable(size_t name, LspAny what) {
    what["uri"] = document_.name.uri;
    for (const auto& [title, command] : {std::pair("Run", kRun), std::pair("Debug", kDebug)}) {
      CodeLens& lens = lenses_.emplace_back();
      lens.range = RangeOf(name, 0);
      lens.command =
          Command{.title = title, .tooltip = {}, .command = command, .arguments = {{what}}};
    }
  }

  const Document& document_;
  const PositionEncoding encoding_;
  const std::string text_;
  std::vector<CodeLens> lenses_;
};

std::string Counted(size_t count, const char* one, const char* many) {
  return StrCat(count, " ", count == 1 ? one : many);
}

// The places of a lens, and what to call them.
struct Count {
  std::string title;
  std::vector<Location> places;
};

absl::StatusOr<Count> CountUses(Session& session, LiveDocuments& live,
                                const DocumentSnapshot& document, const Position& position,
                                const Work& work) {
  const Subject subject = SubjectAt(session, live, document, position, work);
  ReferenceQuery query;
  query.with_declarations = false;
  query.limit = session.options()->limit_references;
  auto found = FindReferences(session, live, document, subject, query, work);
  if (!found.ok()) return found.status();
  Count count;
  for (auto& [path, references] : *found) {
    for (FoundReference& reference : references) {
      count.places.push_back(std::move(reference.location));
    }
  }
  count.title = Counted(count.places.size(), "reference", "references");
  return count;
}

absl::StatusOr<Count> CountRelated(Session& session, const DocumentSnapshot& document,
                                   const Position& position, bool is_class, const Work& work) {
  const AskedSymbol asked = SymbolAt(session, document, position);
  Count count;
  size_t over = 0;   // methods that override it, or classes that derive from it
  std::string base;  // what it overrides
  auto answer =
      Ask(asked, is_class ? SemanticQuestion::kDerived : SemanticQuestion::kOverrides, 0, work);
  if (!answer.ok() && !absl::IsFailedPrecondition(answer.status())) return answer.status();
  Places places = session.NewPlaces();
  for (size_t i = 0; answer.ok() && i < answer->hits.size(); ++i) {
    const SemanticHit& hit = answer->hits[i];
    if (hit.relation == HitRelation::kItself || hit.symbol == nullptr) continue;
    if (hit.relation == HitRelation::kOverridden) {
      if (base.empty()) base = hit.symbol->Qualified();
    } else {
      ++over;
    }
    if (auto place = LocationOfHit(*asked.workspace, hit, places)) {
      count.places.push_back(*std::move(place));
    }
  }
  if (is_class) {
    count.title = Counted(over, "derived class", "derived classes");
  } else if (!base.empty()) {
    count.title = StrCat("overrides ", base);
    if (over > 0) count.title += StrCat(", overridden ", Counted(over, "time", "times"));
  } else {
    count.title = StrCat("overridden ", Counted(over, "time", "times"));
  }
  return count;
}

// Aborted if the document is not the one that the lens was made for.
absl::StatusOr<CodeLens> Resolve(Session& session, LiveDocuments& live, CodeLens lens,
                                 const Work& work) {
  if (lens.command || !lens.data.is_object()) return lens;
  const std::string uri = lens.data.value("uri", "");
  const std::string what = lens.data.value("counts", "");
  auto document = session.documents().Get(uri);
  if (!document.ok()) return document.status();
  if ((*document)->generation != lens.data.value("generation", uint64_t{0})) {
    return absl::AbortedError("the document has changed since its lenses were asked for");
  }
  const Position& position = lens.range.start;
  auto count = what == kUses ? CountUses(session, live, *document, position, work)
                             : CountRelated(session, *document, position, what == kDerived, work);
  if (!count.ok()) return count.status();
  lens.command =
      Command{.title = count->title, .tooltip = {}, .command = kShowReferences, .arguments = {}};
  lens.command->arguments = std::vector<LspAny>{uri, ToJson(position), ToJson(count->places)};
  return lens;
}

}  // namespace

void BindCodeLens(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  session.capabilities().code_lens_provider =
      CodeLensOptions{.work_done_progress = {}, .resolve_provider = true};
  OnDocumentRequest<CodeLensRequest>(
      dispatcher, session, "lsp.codeLens",
      [&session](const CodeLensParams&, const DocumentSnapshot& document,
                 const Work&) -> absl::StatusOr<std::vector<CodeLens>> {
        return LensWriter(*document, session.encoding()).Write();
      });
  OnPlainRequest<CodeLensResolveRequest>(dispatcher, session, "lsp.codeLensResolve",
                                         [&session, &live](const CodeLens& lens, const Work& work) {
                                           return Resolve(session, live, lens, work);
                                         });
}

}  // namespace astrolabe::lsp

// textDocument/moniker: the name under which an SCIP index of the workspace has the symbol.
//
// How a symbol is spelled depends on all others (which scopes are types, which functions share a name), so one pass
// over the semantic index is made, the first time and after each change of the index.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "index/scip/symbol_table.h"
#include "lsp/handlers/asked_symbol.h"
#include "lsp/handlers/bind.h"
#include "lsp/handlers/on_document.h"

namespace astrolabe::lsp {
namespace {

// Any thread.
class ScipNames {
 public:
  // Empty for a symbol that no file of the index declares. `is_ours`: whether one of the project does.
  std::string NameOf(const std::shared_ptr<const SemanticIndex>& index, SymbolId symbol,
                     bool* is_ours) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    if (index_ != index) {
      table_ = std::make_unique<ScipSymbolTable>(*index);
      index_ = index;
    }
    const ScipSymbolTable::Row* row = table_->Find(symbol);
    if (row == nullptr) return {};
    *is_ours = ScipSymbolTable::IsInternal(*row);
    return table_->Spell(symbol, *row);
  }

 private:
  absl::Mutex mutex_;
  std::shared_ptr<const SemanticIndex> index_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<ScipSymbolTable> table_ ABSL_GUARDED_BY(mutex_);
};

absl::StatusOr<std::vector<Moniker>> MonikersAt(Session& session, ScipNames& names,
                                                const DocumentSnapshot& document,
                                                const Position& position, const Work& work) {
  std::vector<Moniker> monikers;
  const AskedSymbol asked = SymbolAt(session, document, position);
  if (asked.workspace == nullptr || asked.indexes.semantic == nullptr || asked.is_local) {
    return monikers;
  }
  auto answer = Ask(asked, SemanticQuestion::kDeclaration, 0, work);
  if (!answer.ok()) return answer.status();
  for (const SymbolRef& symbol : answer->summary.symbols) {
    bool is_ours = false;
    std::string name = names.NameOf(asked.indexes.semantic, symbol->id, &is_ours);
    if (name.empty()) continue;
    Moniker& moniker = monikers.emplace_back();
    moniker.scheme = "scip";
    moniker.identifier = std::move(name);
    moniker.unique = UniquenessLevel(UniquenessLevel::kScheme);
    moniker.kind = MonikerKind(is_ours ? MonikerKind::kExport : MonikerKind::kImport);
  }
  return monikers;
}

}  // namespace

void BindMoniker(Dispatcher& dispatcher, Session& session) {
  session.capabilities().moniker_provider = true;
  auto names = std::make_shared<ScipNames>();
  OnDocumentRequest<MonikerRequest>(
      dispatcher, session, "lsp.moniker",
      [&session, names](const MonikerParams& params, const DocumentSnapshot& document,
                        const Work& work) {
        return MonikersAt(session, *names, document, params.position, work);
      });
}

}  // namespace astrolabe::lsp

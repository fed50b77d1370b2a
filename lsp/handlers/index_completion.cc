// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/handlers/index_completion.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "analysis/features/completion/ranking.h"
#include "analysis/features/completion/standard_symbols.h"
#include "analysis/features/completion/word_context.h"
#include "base/strings.h"
#include "index/file_scanner.h"
#include "index/query/completion_candidates.h"
#include "index/query/name_matcher.h"
#include "lsp/handlers/include_choice.h"
#include "lsp/handlers/include_insertion.h"

namespace astrolabe::lsp {
namespace {

// Of a name without qualification, before the index is asked: fewer letters mean anything.
constexpr size_t kLettersForIndex = 3;
constexpr size_t kFromIndex = 50;
constexpr uint32_t kManyMentions = 1000;

CompletionItemKind ItemKind(astrolabe::SymbolKind kind) {
  switch (kind) {
    case astrolabe::SymbolKind::kFunction:
      return CompletionItemKind::kFunction;
    case astrolabe::SymbolKind::kClass:
    case astrolabe::SymbolKind::kTypedef:
    case astrolabe::SymbolKind::kAlias:
      return CompletionItemKind::kClass;
    case astrolabe::SymbolKind::kStruct:
    case astrolabe::SymbolKind::kUnion:
      return CompletionItemKind::kStruct;
    case astrolabe::SymbolKind::kEnum:
      return CompletionItemKind::kEnum;
    case astrolabe::SymbolKind::kEnumerator:
      return CompletionItemKind::kEnumMember;
    case astrolabe::SymbolKind::kConcept:
      return CompletionItemKind::kInterface;
    case astrolabe::SymbolKind::kMacro:
      return CompletionItemKind::kConstant;
    default:
      return CompletionItemKind::kVariable;
  }
}

OptionCategory Category(CompletionItemKind kind) {
  switch (kind) {
    case CompletionItemKind::kFunction:
      return OptionCategory::kFunction;
    case CompletionItemKind::kConstant:
      return OptionCategory::kMacro;
    case CompletionItemKind::kEnumMember:
      return OptionCategory::kEnumerator;
    case CompletionItemKind::kVariable:
      return OptionCategory::kVariable;
    default:
      return OptionCategory::kType;
  }
}

class IndexCompletion {
 public:
  IndexCompletion(Session& session, const Document& document, std::string_view text,
                  const CompletionPoint& point, CompletionAnswer& answer)
      : options_(session.options()),
        workspace_(session.WorkspaceOf(document.name.path)),
        path_(document.name.path),
        config_(session.ConfigOf(document.name.path)),
        text_(text),
        point_(point),
        answer_(answer) {
    if (workspace_ != nullptr) indexes_ = workspace_->indexes();
  }

  void Run() {
    CountUses();
    const bool may_be_named = answer_.is_qualified || point_.typed.size() >= kLettersForIndex;
    if (answer_.wants_index && !point_.typed.empty() && may_be_named) AddNames();
    // More letters may bring names of the index into the list.
    if (answer_.wants_index && (!may_be_named || point_.typed.empty()))
      answer_.is_incomplete = true;
    std::ranges::stable_sort(answer_.options, std::ranges::greater(), &CompletionOption::score);
    const size_t limit = options_->limit_results;
    if (limit > 0 && answer_.options.size() > limit) {
      answer_.options.resize(limit);
      answer_.is_incomplete = true;
    }
  }

 private:
  bool AllScopes() const {
    return options_->all_scopes_completion && config_->completion.all_scopes;
  }

  void CountUses() {
    if (indexes_.semantic == nullptr) return;
    for (CompletionOption& option : answer_.options) {
      if (option.usr.empty()) continue;
      option.score *=
          UseFactor(indexes_.semantic->CountMentions(ContentDigest(option.usr), kManyMentions));
    }
  }

  void AddNames() {
    for (const CompletionOption& option : answer_.options)
      known_.insert(StrCat(option.scope, option.filter));
    for (const std::string& scope : answer_.scopes) visible_.insert(scope);
    AddStandardNames();
    if (indexes_.snapshot == nullptr) return;
    CandidateQuery query;
    query.typed = point_.typed;
    query.scopes = answer_.scopes;
    query.any_scope = !answer_.is_qualified && AllScopes();
    query.near_path = workspace_->IndexPath(path_);
    query.limit = kFromIndex;
    const std::vector<CompletionCandidate> candidates =
        FindCompletionCandidates(*indexes_.snapshot, query);
    if (candidates.size() == kFromIndex) answer_.is_incomplete = true;
    for (const CompletionCandidate& found : candidates) {
      const std::string header = workspace_->ClientPath(found.header);
      if (header == path_) continue;
      CompletionOption option = Named(found.name, found.scope, ItemKind(found.kind), found.match);
      if (!Include(found.header, header, &option)) continue;
      const bool is_macro = found.kind == astrolabe::SymbolKind::kMacro;
      option.is_macro = is_macro;
      Add(std::move(option), found.match, is_macro);
    }
  }

  // The standard library's headers are not in the workspace, and what declares its names are not its headers.
  void AddStandardNames() {
    if (path_.ends_with(".c") || !config_->index.standard_library) return;
    const NameMatcher matcher(point_.typed);
    for (const StandardSymbol& symbol : StandardSymbols()) {
      const std::string scope(symbol.scope);
      if (answer_.is_qualified && !visible_.contains(scope)) continue;
      // Without "std::" ahead only who writes the beginning of the name means it.
      if (!answer_.is_qualified && (!AllScopes() || !symbol.name.starts_with(point_.typed))) {
        continue;
      }
      const std::optional<float> match = matcher.Match(symbol.name);
      if (!match) continue;
      const std::string name(symbol.name);
      CompletionOption option = Named(name, scope, CompletionItemKind::kClass, *match);
      const std::string header(symbol.header);
      if (!IsIncluded(header)) AddIncludeOf(header, &option);
      Add(std::move(option), *match, /*is_macro=*/false);
    }
  }

  CompletionOption Named(const std::string& name, const std::string& scope, CompletionItemKind kind,
                         float) const {
    CompletionOption option;
    option.label = answer_.is_qualified ? name : StrCat(Qualifier(scope), name);
    option.insert = option.label;
    option.filter = name;
    option.scope = scope;
    option.kind = static_cast<uint32_t>(kind);
    option.is_from_index = true;
    return option;
  }

  // What has to be written ahead of a name of `scope`: nothing if a visible scope has it, else what is left of it
  // behind the longest visible one.
  std::string Qualifier(const std::string& scope) const {
    size_t longest = 0;
    for (const std::string& visible : visible_) {
      if (visible == scope) return "";
      // Using directives open a namespace, not what is named from inside of it.
      if (scope.starts_with(visible)) longest = std::max(longest, visible.size());
    }
    return scope.substr(longest);
  }

  bool IsIncluded(std::string_view file) const {
    return std::ranges::binary_search(answer_.included, IncludedFileKey(file));
  }

  // Adds the edit that includes a header (as the index and as the client has its path), if it is needed. False if
  // that cannot be written.
  bool Include(const std::string& index_path, const std::string& header, CompletionOption* option) {
    auto [it, is_new] = spelled_.try_emplace(header);
    if (is_new && !IsIncluded(header) && !IsIncluded(Canonical(header))) {
      if (!choice_) choice_.emplace(workspace_, indexes_, path_, text_);
      it->second.is_needed = true;
      it->second.text = choice_->Spell(index_path);
    }
    if (!it->second.is_needed) return true;
    if (it->second.text.empty()) return false;
    AddIncludeOf(it->second.text, option);
    return true;
  }

  std::string Canonical(const std::string& path) const {
    return StrCat(workspace_->Sources(indexes_).root, "/", workspace_->IndexPath(path));
  }

  void AddIncludeOf(const std::string& spelled, CompletionOption* option) {
    option->include = spelled;
    if (!options_->header_insertion || !config_->completion.insert_headers) return;
    auto [it, is_new] = insertions_.try_emplace(spelled);
    if (is_new) it->second = InsertInclude(text_, path_, spelled);
    if (!it->second) return;
    const CodePlace place{it->second->line, 0};
    option->edits.push_back({{place, place}, it->second->text});
  }

  void Add(CompletionOption option, float match, bool is_macro) {
    if (!known_.insert(StrCat(option.scope, option.filter)).second) return;
    if (!words_) words_.emplace(text_, point_);
    RankingFeatures features;
    features.match = match;
    features.is_same_case = option.filter.starts_with(point_.typed);
    features.category =
        is_macro ? OptionCategory::kMacro : Category(static_cast<CompletionItemKind>(option.kind));
    features.locality = visible_.contains(option.scope) ? Locality::kNamespace : Locality::kOther;
    features.scopes_outwards = RankingFeatures::kFarScope;
    features.needs_include = true;
    features.needs_qualifier = option.label != option.filter;
    features.use = words_->Of(option.filter);
    option.score = Score(features);
    answer_.options.push_back(std::move(option));
  }

  struct Spelled {
    bool is_needed = false;
    std::string text;
  };

  const std::shared_ptr<const ServerOptions> options_;
  const std::shared_ptr<Workspace> workspace_;
  const std::string path_;
  const std::shared_ptr<const Config> config_;
  const std::string_view text_;
  const CompletionPoint& point_;
  CompletionAnswer& answer_;
  Indexes indexes_;
  absl::flat_hash_set<std::string> known_;  // qualified names
  absl::flat_hash_set<std::string> visible_;
  std::optional<IncludeChoice> choice_;
  absl::flat_hash_map<std::string, Spelled> spelled_;  // by header
  absl::flat_hash_map<std::string, std::optional<IncludeInsertion>> insertions_;
  std::optional<WordContext> words_;
};

}  // namespace

void CompleteFromIndex(Session& session, const Document& document, std::string_view text,
                       const CompletionPoint& point, CompletionAnswer& answer) {
  IndexCompletion(session, document, text, point, answer).Run();
}

void DescribeFromIndex(Session& session, CompletionOption& option) {
  std::string scope = option.scope;
  if (scope.ends_with("::")) scope.resize(scope.size() - 2);
  for (const auto& workspace : session.workspaces()) {
    const Indexes indexes = workspace->indexes();
    if (indexes.semantic == nullptr) continue;
    for (SymbolId id : indexes.semantic->FindByName(option.filter)) {
      const std::optional<SymbolSummary> summary = indexes.semantic->Summary(id);
      if (!summary || summary->facts.scope != scope) continue;
      if (option.documentation.empty()) option.documentation = summary->facts.documentation;
      if (option.signature.empty()) option.signature = summary->facts.signature;
      if (option.result.empty()) option.result = summary->facts.type;
      if (!option.documentation.empty()) return;
    }
  }
}

}  // namespace astrolabe::lsp

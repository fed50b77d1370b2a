// textDocument/codeAction: what the compiler proposes, for one diagnostic or for all of a kind, the #include that a
// name lacks, what a language model would write for an error that nobody else
// has a fix for or for a person who asks, and refactorings. codeAction/resolve makes the edits of these, and checks those
// of all.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/features/completion/standard_symbols.h"
#include "base/strings.h"
#include "index/query/completion_candidates.h"
#include "lsp/handlers/action_title.h"
#include "lsp/handlers/code_fix.h"
#include "lsp/handlers/include_choice.h"
#include "lsp/handlers/include_insertion.h"
#include "lsp/handlers/line_repair.h"
#include "lsp/handlers/live.h"
#include "lsp/handlers/model_action.h"
#include "lsp/handlers/on_document.h"
#include "lsp/handlers/refactoring.h"
#include "lsp/handlers/source_tokens.h"
#include "lsp/server/places.h"

namespace astrolabe::lsp {
namespace {

// Names of the index that an unknown one may be meant to be.
constexpr size_t kMaxCandidates = 50;
constexpr size_t kMaxIncludes = 5;
// For a language model and the checks of what it writes, where a person has asked for actions.
constexpr absl::Duration kPatienceForModel = absl::Milliseconds(1500);
// Clang's names of the errors that a missing declaration brings.
constexpr std::string_view kUnknownNames[] = {"undeclared_var_use",
                                              "undeclared_var_use_suggest",
                                              "unknown_typename",
                                              "unknown_typename_suggest",
                                              "no_member",
                                              "no_member_suggest",
                                              "typename_nested_not_found",
                                              "no_template",
                                              "no_template_suggest"};

bool Touches(const Range& a, const Range& b) {
  const auto key = [](const Position& position) {
    return std::pair(position.line, position.character);
  };
  return key(a.start) <= key(b.end) && key(b.start) <= key(a.end);
}

bool IsAfter(const CodeEdit& a, const CodeEdit& b) { return b.range.end <= a.range.begin; }

class Actions {
 public:
  Actions(Session& session, LiveDocuments& live, const DocumentSnapshot& document,
          const KnownDiagnostics& known, const CodeActionParams& params, HeaderSource& source,
          LanguageModel& model, const Work& work)
      : session_(session),
        live_(live),
        document_(document),
        known_(known),
        params_(params),
        source_(source),
        model_(model),
        work_(work) {}

  std::vector<std::variant<Command, CodeAction>> Make() {
    const std::vector<size_t> touched = Touched();
    if (Wants(CodeActionKind::kQuickFix)) {
      for (size_t i : touched) AddFixes(i);
      for (size_t i : touched) AddIncludes(i);
      AddFixesOfSameKind(touched);
      if (actions_.empty()) AddRepair(touched);
    }
    AddRefactorings();
    AddModelActions(touched);
    // Asked for by name alone: on saving, say.
    if (params_.context.only && Wants(CodeActionKind::kSourceFixAll)) AddFixAll();
    return std::move(actions_);
  }

 private:
  bool Wants(std::string_view kind) const {
    if (!params_.context.only) return true;
    return std::ranges::any_of(*params_.context.only, [&](const CodeActionKind& wanted) {
      const std::string_view name = wanted.value;
      return name.empty() || kind == name || kind.starts_with(StrCat(name, "."));
    });
  }

  void AddRefactorings() {
    const bool is_wanted =
        Wants(CodeActionKind::kRefactorExtract) || Wants(CodeActionKind::kRefactorInline) ||
        Wants(CodeActionKind::kRefactorRewrite) || Wants(CodeActionKind::kRefactorMove) ||
        Wants(CodeActionKind::kQuickFix) ||
        (params_.context.only && Wants(CodeActionKind::kSourceOrganizeImports));
    if (!is_wanted) return;
    for (CodeAction& action :
         OfferRefactorings(session_, live_, document_, params_.range, source_, work_)) {
      // What is about the file and not about a place is asked for by name alone.
      const std::string& kind = action.kind->value;
      const bool is_of_file = kind.starts_with(CodeActionKind::kSource);
      if (Wants(kind) && (!is_of_file || params_.context.only))
        actions_.emplace_back(std::move(action));
    }
  }

  std::vector<size_t> Touched() const {
    std::vector<size_t> touched;
    for (size_t i = 0; i < known_.items.size(); ++i) {
      if (Touches(known_.items[i].range, params_.range)) touched.push_back(i);
    }
    return touched;
  }

  CodeAction& Add(std::string title, std::string_view kind, std::vector<Diagnostic> diagnostics,
                  const std::vector<CodeEdit>& edits) {
    CodeAction action;
    action.title = std::move(title);
    action.kind = CodeActionKind(std::string(kind));
    if (!diagnostics.empty()) action.diagnostics = std::move(diagnostics);
    return std::get<CodeAction>(
        actions_.emplace_back(OfferFix(session_, live_, document_, std::move(action), edits)));
  }

  // Of a missing #include the line is written here: only the workspace knows how it is spelled.
  const std::vector<DiagnosticFix>& FixesOf(size_t i) {
    const std::string& header = known_.headers[i];
    if (header.empty()) return known_.fixes[i];
    auto [it, is_new] = missing_.try_emplace(header);
    if (!is_new) return it->second;
    auto& [text, workspace, indexes, choice] = includes();
    std::string spelled = header;
    if (header[0] == '/') spelled = choice ? choice->Spell(workspace->IndexPath(header)) : "";
    if (const auto insertion = InsertInclude(text, document_->name.path, spelled)) {
      const CodePlace place{insertion->line, 0};
      it->second.push_back({StrCat("#include ", spelled), {{{place, place}, insertion->text}}});
    }
    return it->second;
  }

  void AddFixes(size_t i) {
    const std::vector<DiagnosticFix>& fixes = FixesOf(i);
    for (const DiagnosticFix& fix : fixes) {
      CodeAction& action = Add(fix.title, CodeActionKind::kQuickFix, {known_.items[i]}, fix.edits);
      if (fixes.size() == 1) action.is_preferred = true;
    }
  }

  static std::string CodeOf(const Diagnostic& diagnostic) {
    if (!diagnostic.code) return {};
    const auto* text = std::get_if<std::string>(&*diagnostic.code);
    return text == nullptr ? std::string() : *text;
  }

  // Of diagnostics with one way to fix them: those edits that no earlier one overlaps.
  std::vector<CodeEdit> AllEdits(const std::vector<size_t>& items) {
    std::vector<CodeEdit> all;
    for (size_t i : items) {
      const std::vector<DiagnosticFix>& fixes = FixesOf(i);
      if (fixes.size() != 1) continue;
      const std::vector<CodeEdit>& edits = fixes[0].edits;
      const bool is_free = std::ranges::all_of(edits, [&](const CodeEdit& edit) {
        return std::ranges::all_of(all, [&](const CodeEdit& other) {
          const bool is_same = edit.range == other.range && edit.text == other.text;
          return !is_same && (IsAfter(edit, other) || IsAfter(other, edit));
        });
      });
      if (is_free) all.insert(all.end(), edits.begin(), edits.end());
    }
    return all;
  }

  // Those of these codes that have one way to fix them, by code.
  std::map<std::string, std::vector<size_t>> FixableOf(const std::set<std::string>& codes) {
    std::map<std::string, std::vector<size_t>> found;
    for (size_t i = 0; i < known_.items.size(); ++i) {
      const std::string code = CodeOf(known_.items[i]);
      if (codes.contains(code) && FixesOf(i).size() == 1) found[code].push_back(i);
    }
    return found;
  }

  static std::string TitleOfAll(const std::string& code, size_t count) {
    if (code == kUnusedIncludes) return "remove all unused includes";
    if (code == kMissingIncludes) return "add all missing includes";
    return StrCat("fix all ", count, " of [", code, "] in this file");
  }

  void AddFixOf(const std::vector<size_t>& items, std::string title) {
    std::vector<Diagnostic> diagnostics;
    diagnostics.reserve(items.size());
    for (size_t i : items) diagnostics.push_back(known_.items[i]);
    Add(std::move(title), CodeActionKind::kQuickFix, std::move(diagnostics), AllEdits(items));
  }

  void AddFixesOfSameKind(const std::vector<size_t>& touched) {
    std::set<std::string> codes;
    for (size_t i : touched) {
      if (FixesOf(i).size() == 1) codes.insert(CodeOf(known_.items[i]));
    }
    codes.erase("");
    const std::string unused(kUnusedIncludes);
    const std::string missing(kMissingIncludes);
    std::set<std::string> asked = codes;
    if (codes.contains(unused) || codes.contains(missing)) asked.insert({unused, missing});
    std::map<std::string, std::vector<size_t>> fixable = FixableOf(asked);
    for (const std::string& code : codes) {
      const std::vector<size_t>& same = fixable[code];
      if (same.size() > 1) AddFixOf(same, TitleOfAll(code, same.size()));
    }
    if (fixable[unused].empty() || fixable[missing].empty()) return;
    std::vector<size_t> both;
    std::ranges::merge(fixable[unused], fixable[missing], std::back_inserter(both));
    AddFixOf(both, "fix all includes");
  }

  // Without the includes: who saves a file does not ask to have them changed, and others may live from an unused one.
  void AddFixAll() {
    std::vector<size_t> all;
    for (size_t i = 0; i < known_.items.size(); ++i) {
      const std::string code = CodeOf(known_.items[i]);
      if (code != kUnusedIncludes && code != kMissingIncludes) all.push_back(i);
    }
    const std::vector<CodeEdit> edits = AllEdits(all);
    if (!edits.empty()) {
      Add("fix all that the compiler can", CodeActionKind::kSourceFixAll, {}, edits);
    }
  }

  // Headers that declare the name which the compiler does not know: `Dog`, or what follows `zoo` in `zoo::Dog`.
  void AddIncludes(size_t i) {
    const Diagnostic& diagnostic = known_.items[i];
    if (std::ranges::find(kUnknownNames, CodeOf(diagnostic)) == std::ranges::end(kUnknownNames)) {
      return;
    }
    const size_t at = OffsetOfClient(document_->text, diagnostic.range.start, session_.encoding());
    std::string scope;
    for (const std::string& name : QualifiedNameAt(at)) {
      AddIncludesOf(i, scope, name);
      scope += StrCat(name, "::");
    }
  }

  // The names of the qualified one that a byte is in, from its first on.
  std::vector<std::string> QualifiedNameAt(size_t offset) const {
    const auto word = IdentifierAt(document_->text, offset);
    if (!word) return {};
    const SourceTokens source(document_->text);
    auto token = std::ranges::find(source.tokens, word->begin, &Token::offset);
    const auto is = [&](auto place, std::string_view text) {
      return place != source.tokens.end() && source.Text(*place) == text;
    };
    while (token != source.tokens.end() && std::distance(source.tokens.begin(), token) >= 2 &&
           is(std::prev(token), "::")) {
      token -= 2;
    }
    std::vector<std::string> names;
    for (; token != source.tokens.end(); token += 2) {
      names.emplace_back(source.Text(*token));
      if (!is(std::next(token), "::") || std::next(token, 2) == source.tokens.end()) break;
    }
    return names;
  }

  // What it takes to write an #include; found out once, and only where a name is unknown.
  struct IncludeContext {
    std::string text;
    std::shared_ptr<Workspace> workspace;  // null: there is none
    Indexes indexes;
    std::optional<IncludeChoice> choice;  // where there is an index
  };
  IncludeContext& includes() {
    if (includes_) return *includes_;
    IncludeContext& context = includes_.emplace();
    context.text = document_->text.ToString();
    context.workspace = session_.WorkspaceOf(document_->name.path);
    if (context.workspace == nullptr) return context;
    context.indexes = context.workspace->indexes();
    if (context.indexes.snapshot != nullptr) {
      context.choice.emplace(context.workspace, context.indexes, document_->name.path,
                             context.text);
    }
    return context;
  }

  void AddIncludesOf(size_t i, const std::string& scope, const std::string& name) {
    const size_t before = actions_.size();
    for (const StandardSymbol& symbol : StandardSymbols()) {
      if (symbol.name == name && (scope.empty() || symbol.scope == scope)) {
        AddInclude(i, symbol.scope, name, std::string(symbol.header));
      }
    }
    auto& [text, workspace, indexes, choice] = includes();
    if (!choice) return;
    CandidateQuery query;
    query.typed = name;
    query.any_scope = true;
    query.near_path = workspace->IndexPath(document_->name.path);
    query.limit = kMaxCandidates;
    for (const CompletionCandidate& found : FindCompletionCandidates(*indexes.snapshot, query)) {
      if (found.name != name || actions_.size() >= before + kMaxIncludes) continue;
      if (!scope.empty() && !std::string_view(found.scope).ends_with(scope)) continue;
      if (workspace->ClientPath(found.header) == document_->name.path) continue;
      AddInclude(i, found.scope, name, choice->Spell(found.header));
    }
  }

  void AddInclude(size_t i, std::string_view scope, const std::string& name,
                  const std::string& spelled) {
    if (spelled.empty()) return;
    const std::optional<IncludeInsertion> insertion =
        InsertInclude(includes().text, document_->name.path, spelled);
    if (!insertion) return;
    std::string title = StrCat("#include ", spelled, " for ", scope, name);
    for (const auto& action : actions_) {
      if (std::get<CodeAction>(action).title == title) return;
    }
    const CodePlace place{insertion->line, 0};
    Add(std::move(title), CodeActionKind::kQuickFix, {known_.items[i]},
        {{{place, place}, insertion->text}});
  }

  // For a person who has asked: nobody else is to see half a dozen of them at each name.
  void AddModelActions(const std::vector<size_t>& touched) {
    if (params_.context.trigger_kind != CodeActionTriggerKind::kInvoked) return;
    std::vector<Diagnostic> diagnostics;
    for (size_t i : touched) diagnostics.push_back(known_.items[i]);
    for (CodeAction& action :
         OfferModelActions(session_, model_, document_, params_.range, diagnostics)) {
      if (Wants(action.kind->value)) actions_.emplace_back(std::move(action));
    }
  }

  // Of the first error, and only for a person who waits: it takes a second.
  void AddRepair(const std::vector<size_t>& touched) {
    if (params_.context.trigger_kind != CodeActionTriggerKind::kInvoked) return;
    const auto error = std::ranges::find_if(
        touched, [&](size_t i) { return known_.items[i].severity == DiagnosticSeverity::kError; });
    if (error == touched.end()) return;
    const Diagnostic& diagnostic = known_.items[*error];
    const std::optional<LineRepair> repair =
        RepairLine(model_, live_, document_, diagnostic, session_.encoding(),
                   absl::Now() + kPatienceForModel, work_);
    if (!repair) return;
    Add(StrCat("Write `", InTitle(repair->line), "` (language model; compiles)"),
        CodeActionKind::kQuickFix, {diagnostic}, {repair->edit});
  }

  Session& session_;
  LiveDocuments& live_;
  const DocumentSnapshot& document_;
  const KnownDiagnostics& known_;
  const CodeActionParams& params_;
  HeaderSource& source_;
  LanguageModel& model_;
  const Work& work_;
  std::vector<std::variant<Command, CodeAction>> actions_;
  std::optional<IncludeContext> includes_;
  std::map<std::string, std::vector<DiagnosticFix>> missing_;  // by header
};

using Resolved = CodeActionResolveRequest::Result;

// The action with the edits that `make` gives for `chosen`, which its data says.
template <typename Chosen, typename Make>
void Resolve(Session& session, LiveDocuments& live, CodeAction action, RequestContext context,
             Reply<Resolved> reply, Make make) {
  auto chosen = FromJson<Chosen>(action.data, "data");
  if (!chosen.ok()) return reply(chosen.status());
  const std::string uri = chosen->file;
  session.AnswerAbout(
      "lsp.codeAction.resolve", uri, std::move(context), std::move(reply),
      [&session, &live, make, action = std::move(action), chosen = *std::move(chosen)](
          const DocumentSnapshot& document, const Work& work) -> absl::StatusOr<Resolved> {
        absl::StatusOr<RefactoringEdit> made = make(session, live, document, chosen, work);
        if (!made.ok()) return made.status();
        CodeAction resolved = action;
        resolved.edit = std::move(made->edit);
        if (!made->is_checked) resolved.title += " (not checked)";
        return resolved;
      });
}

void BindResolve(Dispatcher& dispatcher, Session& session, LiveDocuments& live,
                 const std::shared_ptr<LanguageModel>& model) {
  const auto refactor = [model](Session& session, LiveDocuments& live,
                                const DocumentSnapshot& document, const TweakArgs& chosen,
                                const Work& work) {
    return MakeActionEdit(session, live, *model, document, chosen, work);
  };
  dispatcher.OnRequest<CodeActionResolveRequest>(
      [&session, &live, refactor](CodeAction action, RequestContext context,
                                  Reply<Resolved> reply) {
        if (action.data.is_null()) return reply(std::move(action));  // it has all it needs
        if (IsCodeFix(action.data)) {
          Resolve<CodeFix>(session, live, std::move(action), std::move(context), std::move(reply),
                           MakeFixEdit);
        } else {
          Resolve<TweakArgs>(session, live, std::move(action), std::move(context), std::move(reply),
                             refactor);
        }
      });
}

}  // namespace

void BindCodeAction(Dispatcher& dispatcher, Session& session, LiveDocuments& live,
                    std::shared_ptr<LanguageModel> model) {
  CodeActionOptions options;
  options.resolve_provider = true;
  options.code_action_kinds.emplace();
  for (std::string_view kind : {CodeActionKind::kQuickFix, CodeActionKind::kRefactorExtract,
                                CodeActionKind::kRefactorInline, CodeActionKind::kRefactorMove,
                                CodeActionKind::kRefactorRewrite, CodeActionKind::kSourceFixAll,
                                CodeActionKind::kSourceOrganizeImports, kExplainKind}) {
    options.code_action_kinds->emplace_back(std::string(kind));
  }
  session.capabilities().code_action_provider = std::move(options);
  BindResolve(dispatcher, session, live, model);
  using Answer = std::vector<std::variant<Command, CodeAction>>;
  OnDocumentRequest<CodeActionRequest>(
      dispatcher, session, "lsp.codeAction",
      [&session, &live, model = std::move(model), source = std::make_shared<HeaderSource>()](
          const CodeActionParams& params, const DocumentSnapshot& document,
          const Work& work) -> absl::StatusOr<Answer> {
        auto known = live.diagnostics().Await(document, work);
        if (!known.ok()) return known.status();
        // Of a newer text: the client asks again for that.
        if ((*known)->generation != document->generation) {
          return absl::AbortedError("the text has changed");
        }
        return Actions(session, live, document, **known, params, *source, *model, work).Make();
      });
}

}  // namespace astrolabe::lsp

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/completion/completion.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/batch/macro_identity.h"
#include "analysis/features/completion/declaration_traits.h"
#include "analysis/features/completion/expected_type.h"
#include "analysis/features/completion/option_text.h"
#include "analysis/features/completion/ranking.h"
#include "analysis/live/line_index.h"
#include "base/strings.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/Basic/FileManager.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Index/USRGeneration.h"
#include "clang/Lex/Lexer.h"
#include "clang/Lex/MacroInfo.h"
#include "clang/Lex/Preprocessor.h"
#include "clang/Sema/DeclSpec.h"
#include "clang/Sema/Sema.h"
#include "index/query/name_matcher.h"
#include "llvm/ADT/SmallString.h"

namespace astrolabe {
namespace {

// Names of the buffers that hold a file's parts (parse_session.cc and completion_consumer.cc).
constexpr llvm::StringLiteral kPointSuffix = ".completion";
constexpr llvm::StringLiteral kBeginSuffix = ".astrolabe";

using Context = clang::CodeCompletionContext;
using Result = clang::CodeCompletionResult;

// One option to be: the best of its overloads.
struct Candidate {
  Result* result = nullptr;
  std::string name;  // what is matched against
  double score = 0;
  OptionCategory category = OptionCategory::kVariable;
  bool is_override = false;
  uint32_t overloads = 1;
};

bool IsMemberAccess(Context::Kind kind) {
  return kind == Context::CCC_DotMemberAccess || kind == Context::CCC_ArrowMemberAccess ||
         kind == Context::CCC_ObjCPropertyAccess;
}

// Whether symbols that no included header declares could stand here.
bool WantsIndex(Context::Kind kind) {
  switch (kind) {
    case Context::CCC_TopLevel:
    case Context::CCC_ClassStructUnion:
    case Context::CCC_Statement:
    case Context::CCC_Expression:
    case Context::CCC_ParenthesizedExpression:
    case Context::CCC_TopLevelOrExpression:
    case Context::CCC_Type:
    case Context::CCC_Symbol:
    case Context::CCC_SymbolOrNewName:
    case Context::CCC_EnumTag:
    case Context::CCC_UnionTag:
    case Context::CCC_ClassOrStructTag:
    case Context::CCC_ObjCMessageReceiver:
    case Context::CCC_Namespace:
    case Context::CCC_OtherWithMacros:
      return true;
    default:
      return false;
  }
}

// The scopes in which the index should be asked.
std::vector<std::string> ScopesOf(clang::Sema& sema, Context& context) {
  std::vector<std::string> scopes;
  auto add = [&](const clang::DeclContext* scope) {
    if (scope->isTransparentContext() && !scope->isTranslationUnit()) return;
    if (!scope->isNamespace() && !scope->isTranslationUnit()) return;
    std::string name = ScopeOf(scope);
    if (std::find(scopes.begin(), scopes.end(), name) == scopes.end()) scopes.push_back(name);
  };
  if (std::optional<const clang::CXXScopeSpec*> specifier = context.getCXXScopeSpecifier();
      specifier && (*specifier)->isNotEmpty()) {
    const clang::CXXScopeSpec& qualifier = **specifier;
    if (qualifier.isValid()) {
      if (const clang::DeclContext* named = sema.computeDeclContext(qualifier)) add(named);
      return scopes;
    }
    // A namespace that no included header has: the index may know it.
    llvm::StringRef spelled =
        clang::Lexer::getSourceText(clang::CharSourceRange::getTokenRange(qualifier.getRange()),
                                    sema.getSourceManager(), sema.getLangOpts());
    std::string name = spelled.trim().str();
    if (!name.empty()) scopes.push_back(llvm::StringRef(name).ends_with("::") ? name : name + "::");
    return scopes;
  }
  for (const clang::DeclContext* scope = sema.CurContext; scope != nullptr;
       scope = scope->getParent()) {
    add(scope);
  }
  // Using directives. The set's order is that of addresses.
  std::vector<std::string> innermost = std::move(scopes);
  scopes.clear();
  for (const clang::DeclContext* visited : context.getVisitedContexts()) add(visited);
  std::sort(scopes.begin(), scopes.end());
  for (std::string& scope : scopes) {
    if (std::find(innermost.begin(), innermost.end(), scope) == innermost.end()) {
      innermost.push_back(std::move(scope));
    }
  }
  return innermost;
}

std::vector<uint64_t> IncludedFiles(const clang::SourceManager& sources) {
  std::vector<uint64_t> included;
  for (auto it = sources.fileinfo_begin(); it != sources.fileinfo_end(); ++it) {
    llvm::StringRef path = it->first.getFileEntry().tryGetRealPathName();
    if (path.empty()) continue;
    included.push_back(IncludedFileKey({path.data(), path.size()}));
    included.push_back(IncludedFileKey(StrCat("<", path.substr(path.rfind('/') + 1).str(), ">")));
  }
  std::sort(included.begin(), included.end());
  return included;
}

class Builder {
 public:
  Builder(const CompletionInput& input, llvm::MutableArrayRef<Result> results)
      : in_(input),
        results_(results),
        matcher_(input.point.typed),
        words_(input.text, input.point),
        expected_(input.sema.getASTContext(), input.context.getPreferredType()) {
    current_file_ = Sources().getFileID(
        Sources().getFileLoc(in_.sema.getPreprocessor().getCodeCompletionFileLoc()));
    begin_of_file_ = BeginOfFile();
  }

  CompletionAnswer Run() {
    CompletionAnswer answer;
    answer.replaced = ReplacedRange(in_.text, in_.point);
    answer.wants_index = WantsIndex(in_.context.getKind());
    if (answer.wants_index) {
      answer.scopes = ScopesOf(in_.sema, in_.context);
      answer.is_qualified = in_.point.is_qualified;
      answer.included = IncludedFiles(Sources());
    }
    for (Result& result : results_) Consider(result);
    std::vector<Candidate> ranked = Ranked();
    if (in_.limit > 0 && ranked.size() > in_.limit) {
      ranked.resize(in_.limit);
      answer.is_incomplete = true;
    }
    for (const Candidate& candidate : ranked) {
      if (std::optional<CompletionOption> option = OptionOf(candidate)) {
        answer.options.push_back(std::move(*option));
      }
    }
    return answer;
  }

 private:
  clang::SourceManager& Sources() const { return in_.sema.getSourceManager(); }

  std::string NameOf(const Result& result, bool is_override) const {
    switch (result.Kind) {
      case Result::RK_Keyword:
        return result.Keyword;
      case Result::RK_Macro:
        return result.Macro->getName().str();
      case Result::RK_Pattern:
        if (!is_override) return result.Pattern->getAllTypedText();
        break;
      case Result::RK_Declaration:
        break;
    }
    const clang::NamedDecl& declaration = *result.Declaration;
    if (const clang::IdentifierInfo* name = declaration.getIdentifier()) {
      return name->getName().str();
    }
    // Of templates, without the arguments that the AST puts behind their own name.
    const clang::FunctionDecl* function = declaration.getAsFunction();
    if (const auto* constructor = llvm::dyn_cast_or_null<clang::CXXConstructorDecl>(function)) {
      return constructor->getParent()->getName().str();
    }
    if (const auto* destructor = llvm::dyn_cast_or_null<clang::CXXDestructorDecl>(function)) {
      return StrCat("~", destructor->getParent()->getName().str());
    }
    return declaration.getDeclName().getAsString();
  }

  bool IsOverride(const Result& result) const {
    return result.Kind == Result::RK_Pattern && result.Declaration != nullptr &&
           llvm::isa<clang::CXXMethodDecl>(result.Declaration) &&
           llvm::isa<clang::CXXRecordDecl>(in_.sema.CurContext) &&
           !IsMemberAccess(in_.context.getKind());
  }

  bool IsLeftOut(const Result& result, const std::string& name) const {
    if (result.Hidden || name.empty()) return true;
    if (result.Availability == CXAvailability_NotAccessible ||
        result.Availability == CXAvailability_NotAvailable) {
      return true;
    }
    bool is_underscored = name[0] == '_' && !in_.point.typed.starts_with('_');
    if (result.Kind == Result::RK_Macro) return is_underscored;
    if (result.Kind != Result::RK_Declaration) return false;
    const clang::NamedDecl& declaration = *result.Declaration;
    if (declaration.isImplicit() && in_.point.typed.empty() &&
        CategoryOf(declaration) == OptionCategory::kSpecial) {
      return true;
    }
    // `object.Class::`: right, and never meant.
    if (IsMemberAccess(in_.context.getKind()) && llvm::isa<clang::RecordDecl>(declaration)) {
      return true;
    }
    // At global scope every name with an underscore ahead is reserved.
    bool is_global = declaration.getDeclContext()->getRedeclContext()->isTranslationUnit();
    return is_underscored && (is_global || IsReservedName(name)) && !IsInFile(declaration);
  }

  bool IsInFile(const clang::Decl& declaration) const {
    clang::SourceLocation location = declaration.getLocation();
    if (location.isInvalid()) return false;
    clang::FileID file = Sources().getFileID(Sources().getFileLoc(location));
    return file == current_file_ || (begin_of_file_.isValid() && file == begin_of_file_);
  }

  // The part of the file that was parsed ahead of the point's: a buffer of its own.
  clang::FileID BeginOfFile() const {
    clang::OptionalFileEntryRef point = Sources().getFileEntryRefForID(current_file_);
    if (!point) return {};
    llvm::StringRef path = point->getName();
    if (!path.consume_back(kPointSuffix)) return {};
    clang::OptionalFileEntryRef begin =
        Sources().getFileManager().getOptionalFileRef((path + kBeginSuffix).str());
    return begin ? Sources().translateFile(*begin) : clang::FileID();
  }

  void Consider(Result& result) {
    bool is_override = IsOverride(result);
    std::string name = NameOf(result, is_override);
    if (IsLeftOut(result, name)) return;
    double match = 1;
    if (!in_.point.typed.empty()) {
      std::optional<float> matched = matcher_.Match(name);
      if (!matched) return;
      match = *matched;
    }
    Candidate candidate{.result = &result, .is_override = is_override};
    RankingFeatures features = FeaturesOf(result, name, is_override);
    features.match = match;
    features.is_same_case = !in_.point.typed.empty() && name.starts_with(in_.point.typed);
    candidate.category = features.category;
    candidate.score = Score(features);
    candidate.name = std::move(name);
    Bundle(std::move(candidate));
  }

  // What is one option of the answer: overloads, a class and its constructors, a keyword and its pattern.
  std::string KeyOf(const Candidate& candidate) const {
    const Result& result = *candidate.result;
    if (candidate.is_override) return "";
    switch (result.Kind) {
      case Result::RK_Keyword:
        return StrCat("k ", candidate.name);
      case Result::RK_Pattern:
        return StrCat(result.Declaration == nullptr ? "k " : "p ", candidate.name);
      case Result::RK_Macro:
        return StrCat("m ", candidate.name);
      case Result::RK_Declaration:
        break;
    }
    bool is_callable = candidate.category == OptionCategory::kFunction ||
                       candidate.category == OptionCategory::kSpecial;
    bool is_type = candidate.category == OptionCategory::kType;
    if (!is_callable && !is_type) return "";
    if (is_callable && in_.overloads_apart) return "";
    std::string qualifier;
    if (result.Qualifier && !result.QualifierIsInformative) {
      llvm::raw_string_ostream stream(qualifier);
      result.Qualifier.print(stream, in_.sema.getPrintingPolicy());
    }
    return StrCat(is_callable ? "f " : "t ", qualifier, candidate.name);
  }

  void Bundle(Candidate candidate) {
    std::string key = KeyOf(candidate);
    if (!key.empty()) {
      auto [it, is_new] = by_key_.try_emplace(key, candidates_.size());
      if (!is_new) {
        Join(candidates_[it->second], std::move(candidate));
        return;
      }
    }
    candidates_.push_back(std::move(candidate));
  }

  void Join(Candidate& into, Candidate&& other) {
    double best = std::max(into.score, other.score);
    if (into.category == OptionCategory::kFunction || into.category == OptionCategory::kSpecial) {
      uint32_t overloads = into.overloads + (IsSameFunction(into, other) ? 0 : 1);
      if (other.score > into.score) into = std::move(other);
      into.overloads = overloads;
    } else if (IsConstructor(*into.result) || (into.result->Kind == Result::RK_Keyword &&
                                               other.result->Kind == Result::RK_Pattern)) {
      // The class is shown rather than its constructors, a pattern rather than its keyword.
      into = std::move(other);
    }
    into.score = best;
  }

  static bool IsConstructor(const Result& result) {
    if (result.Kind != Result::RK_Declaration) return false;
    const clang::FunctionDecl* function = result.Declaration->getUnderlyingDecl()->getAsFunction();
    return llvm::isa_and_nonnull<clang::CXXConstructorDecl>(function);
  }

  static bool IsSameFunction(const Candidate& a, const Candidate& b) {
    return a.result->Declaration->getCanonicalDecl() == b.result->Declaration->getCanonicalDecl();
  }

  RankingFeatures FeaturesOf(const Result& result, const std::string& name,
                             bool is_override) const {
    RankingFeatures features;
    features.sema_priority = result.Priority;
    features.expects_value = expected_.is_known();
    features.is_deprecated = result.Availability == CXAvailability_Deprecated;
    features.is_in_base = result.InBaseClass;
    features.is_reserved = IsReservedName(name);
    features.needs_edit = !result.FixIts.empty();
    features.is_anything_typed = !in_.point.typed.empty();
    features.needs_qualifier = result.Qualifier && !result.QualifierIsInformative;
    if (!in_.point.in_include) features.use = words_.Of(name);
    features.next = NextFitOf(result);
    switch (result.Kind) {
      case Result::RK_Keyword:
        features.category = OptionCategory::kKeyword;
        features.type = expected_.OfKeyword(name);
        return features;
      case Result::RK_Macro:
        features.category = OptionCategory::kMacro;
        return features;
      case Result::RK_Pattern:
        features.category = is_override ? OptionCategory::kOverride : OptionCategory::kPattern;
        if (in_.point.in_include) features.category = OptionCategory::kInclude;
        return features;
      case Result::RK_Declaration:
        break;
    }
    const clang::NamedDecl& declaration = *result.Declaration;
    features.category = CategoryOf(declaration);
    features.type = expected_.Of(declaration);
    // A constructor is found where its class is.
    const clang::NamedDecl& place =
        IsConstructor(result) ? *llvm::cast<clang::NamedDecl>(
                                    declaration.getUnderlyingDecl()->getAsFunction()->getParent())
                              : declaration;
    features.locality = LocalityOf(place);
    features.scopes_outwards = ScopesOutwards(place);
    return features;
  }

  // What stands behind the cursor already, when a name is exchanged for another.
  NextFit NextFitOf(const Result& result) const {
    const bool is_called = in_.point.next == '(';
    const bool is_scope = in_.point.next == ':' && in_.point.is_scope;
    if (!is_called && !is_scope) return NextFit::kUnknown;
    if (result.Kind == Result::RK_Macro && is_called) {
      return result.MacroDefInfo != nullptr && result.MacroDefInfo->isFunctionLike() ? NextFit::kYes
                                                                                     : NextFit::kNo;
    }
    if (result.Kind == Result::RK_Keyword || result.Kind == Result::RK_Pattern)
      return NextFit::kUnknown;
    if (result.Kind != Result::RK_Declaration) return NextFit::kNo;
    const clang::NamedDecl* declaration = result.Declaration->getUnderlyingDecl();
    bool is_type =
        llvm::isa<clang::TypeDecl, clang::ClassTemplateDecl, clang::TypeAliasTemplateDecl>(
            declaration);
    bool is_namespace = llvm::isa<clang::NamespaceDecl, clang::NamespaceAliasDecl>(declaration);
    if (is_scope) return is_type || is_namespace ? NextFit::kYes : NextFit::kNo;
    if (is_namespace || llvm::isa<clang::EnumConstantDecl>(declaration)) return NextFit::kNo;
    if (is_type || declaration->getAsFunction() != nullptr) return NextFit::kYes;
    const auto* value = llvm::dyn_cast<clang::ValueDecl>(declaration);
    if (value == nullptr) return NextFit::kUnknown;
    clang::QualType type = value->getType().getNonReferenceType();
    // A functor, a pointer to a function, or what is being initialised.
    return type->isRecordType() || type->isDependentType() || type->isFunctionPointerType()
               ? NextFit::kUnknown
               : NextFit::kNo;
  }

  Locality LocalityOf(const clang::NamedDecl& declaration) const {
    const clang::DeclContext* context = declaration.getDeclContext()->getRedeclContext();
    if (llvm::isa<clang::ParmVarDecl, clang::TemplateTypeParmDecl, clang::NonTypeTemplateParmDecl>(
            declaration) ||
        context->isFunctionOrMethod()) {
      return Locality::kLocal;
    }
    if (context->isRecord()) return Locality::kMember;
    if (IsInFile(declaration)) return Locality::kFile;
    return context->isNamespace() && context->Encloses(in_.sema.CurContext) ? Locality::kNamespace
                                                                            : Locality::kOther;
  }

  uint32_t ScopesOutwards(const clang::NamedDecl& declaration) const {
    const clang::DeclContext* wanted =
        declaration.getDeclContext()->getRedeclContext()->getPrimaryContext();
    uint32_t distance = 0;
    for (const clang::DeclContext* scope = in_.sema.CurContext; scope != nullptr;
         scope = scope->getParent()) {
      if (scope->getPrimaryContext() == wanted) return distance;
      ++distance;
    }
    return RankingFeatures::kFarScope;
  }

  std::vector<Candidate> Ranked() {
    std::vector<Candidate> ranked = std::move(candidates_);
    std::stable_sort(ranked.begin(), ranked.end(), [](const Candidate& a, const Candidate& b) {
      if (a.score != b.score) return a.score > b.score;
      return a.name < b.name;
    });
    return ranked;
  }

  std::optional<CompletionOption> OptionOf(const Candidate& candidate) {
    Result& result = *candidate.result;
    const clang::CodeCompletionString* completion = result.CreateCodeCompletionString(
        in_.sema, in_.context, in_.strings.getAllocator(), in_.strings,
        /*IncludeBriefComments=*/false);
    if (completion == nullptr) return std::nullopt;
    OptionText text = TextOf(*completion);
    CompletionOption option;
    option.label = text.label;
    option.insert = text.label;
    option.signature = std::move(text.signature);
    option.result = std::move(text.result);
    option.filter = candidate.name;
    option.score = candidate.score;
    option.is_deprecated = result.Availability == CXAvailability_Deprecated;
    bool is_type = candidate.category == OptionCategory::kType;
    // Behind the name stand its arguments already.
    bool has_arguments = in_.point.next == '(' || (is_type && in_.point.next == '<');
    if (candidate.overloads > 1) {
      option.signature = "(…)";
      option.result = StrCat("[", candidate.overloads, " overloads]");
      text.snippet = StrCat(SnippetText(text.label), "($0)");
    }
    if (!has_arguments && text.snippet != option.insert) option.snippet = std::move(text.snippet);
    Describe(candidate, &option);
    for (const clang::FixItHint& fix : result.FixIts) AddEdit(fix, &option);
    return option;
  }

  void Describe(const Candidate& candidate, CompletionOption* option) {
    const Result& result = *candidate.result;
    llvm::SmallString<128> usr;
    option->is_macro = result.Kind == Result::RK_Macro;
    if (result.Kind == Result::RK_Macro) {
      option->kind = result.MacroDefInfo != nullptr && result.MacroDefInfo->isFunctionLike()
                         ? kItemFunction
                         : kItemConstant;
      if (result.MacroDefInfo != nullptr &&
          GenerateMacroUsr(*result.Macro, *result.MacroDefInfo, Sources(), usr)) {
        option->usr = std::string(usr);
      }
      return;
    }
    if (result.Kind == Result::RK_Keyword) {
      option->kind = kItemKeyword;
      return;
    }
    if (result.Kind == Result::RK_Pattern && in_.point.in_include) {
      option->kind = option->label.ends_with('/') ? kItemFolder : kItemFile;
      return;
    }
    if (result.Declaration == nullptr) {
      option->kind = option->snippet.empty() ? kItemKeyword : kItemSnippet;
      return;
    }
    const clang::NamedDecl& declaration = *result.Declaration;
    option->kind = candidate.is_override ? kItemMethod : ItemKindOf(declaration);
    option->scope = ScopeOf(declaration.getDeclContext());
    option->documentation = DocumentationOf(in_.sema.getASTContext(), declaration);
    if (!clang::index::generateUSRForDecl(declaration.getUnderlyingDecl(), usr)) {
      option->usr = std::string(usr);
    }
  }

  void AddEdit(const clang::FixItHint& fix, CompletionOption* option) {
    clang::CharSourceRange range =
        clang::Lexer::makeFileCharRange(fix.RemoveRange, Sources(), in_.sema.getLangOpts());
    if (range.isInvalid()) return;
    auto [file, begin] = Sources().getDecomposedLoc(range.getBegin());
    unsigned end = Sources().getFileOffset(range.getEnd());
    if (file != current_file_ || end < begin || end > in_.point.begin) return;
    option->edits.push_back({{PlaceIn(in_.text, begin), PlaceIn(in_.text, end)}, fix.CodeToInsert});
  }

  const CompletionInput& in_;
  llvm::MutableArrayRef<Result> results_;
  NameMatcher matcher_;
  WordContext words_;
  ExpectedType expected_;
  clang::FileID current_file_;
  clang::FileID begin_of_file_;  // invalid if only the preamble was parsed ahead
  std::vector<Candidate> candidates_;
  std::map<std::string, size_t> by_key_;
};

}  // namespace

CompletionAnswer BuildCompletion(const CompletionInput& input,
                                 llvm::MutableArrayRef<Result> results) {
  return Builder(input, results).Run();
}

CodeRange ReplacedRange(std::string_view text, const CompletionPoint& point) {
  return {PlaceIn(text, point.begin), PlaceIn(text, point.end)};
}

}  // namespace astrolabe

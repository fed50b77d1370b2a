// What is asked of the live AST of an open file, and what it answers: plain structs, no Clang, no JSON.
//
// A question goes to the process that holds the AST, or to a forked child of it, and the answer comes back as bytes
// (Encode and Decode of base/archive.h). Places are 0-based lines and 0-based columns in bytes of
// the text that was parsed; the front turns columns into the client's encoding.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alloc/hash.h"
#include "index/symbol.h"

namespace astrolabe {

struct CodePlace {
  uint32_t line = 0;
  uint32_t column = 0;  // in bytes
  friend auto operator<=>(const CodePlace&, const CodePlace&) = default;
  template <typename Archive>
  void Members(Archive& archive) {
    archive(line, column);
  }
};

struct CodeRange {
  CodePlace begin;
  CodePlace end;  // one behind
  friend auto operator<=>(const CodeRange&, const CodeRange&) = default;
  template <typename Archive>
  void Members(Archive& archive) {
    archive(begin, end);
  }
};

// A range in any file.
struct CodeLocation {
  std::string path;  // absolute
  CodeRange range;
  template <typename Archive>
  void Members(Archive& archive) {
    archive(path, range);
  }
};

struct CodeEdit {
  CodeRange range;
  std::string text;
  template <typename Archive>
  void Members(Archive& archive) {
    archive(range, text);
  }
};

// A file beside the one that is asked about, with its text as it is or as it is to be.
struct FileText {
  std::string path;  // absolute
  std::string text;
  template <typename Archive>
  void Members(Archive& archive) {
    archive(path, text);
  }
};

// --- Diagnostics.

enum class DiagnosticLevel : uint32_t { kError = 1, kWarning = 2, kInformation = 3, kHint = 4 };

struct DiagnosticNote {
  CodeLocation location;
  std::string message;
  template <typename Archive>
  void Members(Archive& archive) {
    archive(location, message);
  }
};

struct DiagnosticFix {
  std::string title;
  std::vector<CodeEdit> edits;  // of the main file
  template <typename Archive>
  void Members(Archive& archive) {
    archive(title, edits);
  }
};

// LiveDiagnostic::category of what a check of clang-tidy says, and of what is said about #include lines.
inline constexpr std::string_view kTidyCategory = "clang-tidy";
inline constexpr std::string_view kIncludesCategory = "Includes";
// LiveDiagnostic::code of the latter.
inline constexpr std::string_view kUnusedIncludes = "unused-includes";
inline constexpr std::string_view kMissingIncludes = "missing-includes";

// In the main file. An error in a header stands at the #include that leads to it, with a note at its place.
struct LiveDiagnostic {
  CodeRange range;
  DiagnosticLevel level = DiagnosticLevel::kError;
  std::string message;
  std::string code;      // the warning's flag without -W, or Clang's name of the error
  std::string category;  // "Semantic Issue", …; kTidyCategory; "Astrolabe"
  bool is_unused = false;
  bool is_deprecated = false;
  std::vector<DiagnosticNote> notes;
  std::vector<DiagnosticFix> fixes;
  std::string name;  // Clang's own, "warn_unused_variable"; what .clangd files may suppress it by
  // Of a missing #include: the header, absolute or as it is spelled with its delimiters. The line is for the front to
  // write, who knows how the workspace spells it.
  std::string header;
  template <typename Archive>
  void Members(Archive& archive) {
    archive(range, level, message, code, category, is_unused, is_deprecated, notes, fixes, name,
            header);
  }
};

// A function with a body, in bytes of the text.
struct FunctionSpan {
  uint32_t begin = 0;  // of its declaration
  uint32_t body = 0;   // its opening brace
  uint32_t end = 0;    // behind its closing one; equal to `begin` if the body was skipped
  friend auto operator<=>(const FunctionSpan&, const FunctionSpan&) = default;
  template <typename Archive>
  void Members(Archive& archive) {
    archive(begin, body, end);
  }
};

// --- clang-tidy.

// By what clangd measured, at the cost of 8 % of a parse: only checks known to be fast; all but those known to be
// slow; all.
enum class TidySpeed : uint32_t { kStrict, kLoose, kAny };

struct TidySettings {
  bool is_on = false;
  std::string checks;  // globs, behind those of the .clang-tidy files
  std::vector<std::pair<std::string, std::string>> options;  // of checks, on top of theirs
  TidySpeed speed = TidySpeed::kStrict;
  std::vector<std::string> without;  // these have crashed
  template <typename Archive>
  void Members(Archive& archive) {
    archive(is_on, checks, options, speed, without);
  }
};

// --- Includes.

// What is said about the #include lines of a file, in the terms of a .clangd file's Diagnostics.
struct IncludeHygieneOptions {
  bool unused = true;
  bool missing = false;
  std::vector<std::string> ignore_headers;  // regular expressions of ends of paths
  bool analyze_angled = false;              // <...> may be unused too
  template <typename Archive>
  void Members(Archive& archive) {
    archive(unused, missing, ignore_headers, analyze_angled);
  }
};

// --- Inlay hints.

struct HintSettings {
  bool parameters = true;
  bool types = true;
  bool designators = true;
  bool block_ends = false;
  bool default_arguments = false;
  bool conversions = false;
  bool captures = false;
  uint32_t block_lines = 2;       // a function or class of less lines has no hint at its end
  uint32_t flow_lines = 10;       // the same of a loop, an `if` or a `switch`
  uint32_t type_name_limit = 32;  // bytes; what is longer is shortened. 0: nothing is
  bool with_targets = false;      // HintItem::target, for inlayHint/resolve
  template <typename Archive>
  void Members(Archive& archive) {
    archive(parameters, types, designators, block_ends, default_arguments, conversions, captures,
            block_lines, flow_lines, type_name_limit, with_targets);
  }
};

// --- Questions. Each is about a place of the main file unless it says otherwise.

enum class QuestionKind : uint32_t {
  kHover,
  kSymbols,         // what the name there stands for: SymbolsAnswer
  kTypeDefinition,  // SymbolsAnswer
  kHighlights,
  kSemanticTokens,   // of the whole file
  kReferencesHere,   // all places in the main file that name the symbols of `usrs`
  kHierarchyItems,   // what the name there stands for: HierarchyAnswer, as of the next four
  kIncomingCalls,    // functions of the main file that call one of `usrs`
  kOutgoingCalls,    // what the functions of `usrs` call, if they are defined in the main file
  kSupertypes,       // direct bases of the classes of `usrs`
  kSubtypes,         // classes that the translation unit derives directly from one of `usrs`
  kInactiveRegions,  // of the whole file
  kSyntaxTree,       // of what covers `range`, or of the whole file
  kAllDiagnostics,   // with what the end of the translation unit instantiates: DiagnosticsAnswer
  kTidy,             // what clang-tidy says, on a kEnd node: DiagnosticsAnswer
  kInlayHints,       // of what `ranges` touch, or of the whole file
  kFormat,           // by the text alone, no AST is needed: FormatAnswer
  kBodyDiagnostics,  // on the preamble, not on the AST; of `function` alone: DiagnosticsAnswer
  kComplete,         // on the preamble, not on the AST: CompletionAnswer
  kSignatureHelp,    // on the preamble, not on the AST: SignatureAnswer
  kRefactorings,     // what may be done with `range`: RefactoringsAnswer
  kRefactor,         // the edits of `refactoring` at `range`: RefactorAnswer
  // What is wrong with `text` in place of the file's, `files` being as they say: DiagnosticsAnswer. On the preamble where
  // that stays, else from the first line. Of `other` if named, open or not. What the functions at `ranges` instantiate too.
  kCheckText,
};

enum class CommentFormat : uint32_t { kPlain, kMarkdown, kDoxygen };

// What the user has configured of answers (analysis/config).
struct AnswerSettings {
  bool show_aka = true;         // what an alias stands for
  uint32_t macro_limit = 2048;  // bytes of a macro's definition and expansion, 0: none
  CommentFormat comments = CommentFormat::kPlain;
  std::vector<std::string> qualified_namespaces;  // "a::b": no using declarations of their names
  template <typename Archive>
  void Members(Archive& archive) {
    archive(show_aka, macro_limit, comments, qualified_namespaces);
  }
};

struct Question {
  QuestionKind kind = QuestionKind::kHover;
  CodePlace place;
  std::vector<std::string> usrs;
  std::optional<CodeRange> range;
  uint32_t limit = 0;             // of items, 0: none
  bool overloads_apart = false;   // kComplete: one option for each
  FunctionSpan function;          // kBodyDiagnostics
  std::vector<CodeRange> ranges;  // kFormat, kInlayHints (none: all of the text), kCheckText
  std::string typed;              // kFormat: this character was typed ahead of `place`
  std::string style;              // kFormat: where there is no .clang-format; empty: LLVM's
  std::string refactoring;        // kRefactor: its id
  std::string text;               // kCheckText: all of the file
  std::string other;              // kCheckText
  // kCheckText; kRefactorings, kRefactor: the source that belongs to a header, if there is one.
  std::vector<FileText> files;
  HintSettings hints;              // kInlayHints
  TidySettings tidy;               // kTidy
  IncludeHygieneOptions includes;  // kAllDiagnostics
  AnswerSettings settings;
  template <typename Archive>
  void Members(Archive& archive) {
    archive(kind, place, usrs, range, limit, overloads_apart, function, ranges, typed, style,
            refactoring, text, other, files, hints, tidy, includes, settings);
  }
};

struct DiagnosticsAnswer {
  std::vector<LiveDiagnostic> diagnostics;
  // Of a parse: functions whose bodies nobody sees from outside (not constexpr, no deduced return type), the
  // outermost ones, in order.
  std::vector<FunctionSpan> functions;
  template <typename Archive>
  void Members(Archive& archive) {
    archive(diagnostics, functions);
  }
};

// Empty `name` and `markdown`: there is nothing to say.
struct HoverAnswer {
  CodeRange range;
  std::string name;
  std::string markdown;  // complete: kind, type, documentation, definition
  template <typename Archive>
  void Members(Archive& archive) {
    archive(range, name, markdown);
  }
};

struct LiveSymbol {
  std::string usr;
  std::string name;
  std::string scope;      // "ns::Class::"
  bool is_local = false;  // not in the index: all its references are in the main file
  bool is_virtual = false;
  std::optional<CodeLocation> declaration;
  std::optional<CodeLocation> definition;  // if this translation unit sees it
  std::vector<std::string> overridden;     // USRs of the methods that it overrides, all the way
  template <typename Archive>
  void Members(Archive& archive) {
    archive(usr, name, scope, is_local, is_virtual, declaration, definition, overridden);
  }
};

struct SymbolsAnswer {
  CodeRange range;  // of the name that was asked about
  std::vector<LiveSymbol> symbols;
  std::vector<CodeLocation> targets;  // where to go that is no symbol: an included file, a label
  template <typename Archive>
  void Members(Archive& archive) {
    archive(range, symbols, targets);
  }
};

enum class ReferenceKind : uint32_t { kText = 1, kRead = 2, kWrite = 3 };  // as LSP numbers them

struct LiveReference {
  CodeRange range;
  ReferenceKind kind = ReferenceKind::kText;
  bool is_declaration = false;
  bool is_definition = false;
  std::string container;  // qualified name of the function or class around it
  template <typename Archive>
  void Members(Archive& archive) {
    archive(range, kind, is_declaration, is_definition, container);
  }
};

struct ReferencesAnswer {
  std::vector<LiveReference> references;
  template <typename Archive>
  void Members(Archive& archive) {
    archive(references);
  }
};

// A function or class as the hierarchies of calls and types show it.
struct HierarchySymbol {
  std::string usr;
  std::string name;
  std::string scope;  // "ns::Class::"
  SymbolKind kind = SymbolKind::kFunction;
  CodeLocation location;         // of the name in its definition, else in a declaration
  CodeRange extent;              // of that whole declaration
  std::vector<CodeRange> calls;  // by or of it, in the main file and in order
  template <typename Archive>
  void Members(Archive& archive) {
    archive(usr, name, scope, kind, location, extent, calls);
  }
};

struct HierarchyAnswer {
  // kOutgoingCalls, kSupertypes: the main file defines what was asked about, so this is all there is.
  bool is_defined_here = false;
  std::vector<HierarchySymbol> symbols;
  template <typename Archive>
  void Members(Archive& archive) {
    archive(is_defined_here, symbols);
  }
};

// In the order of the legend that the server announces.
enum class TokenType : uint32_t {
  kVariable,
  kParameter,
  kFunction,
  kMethod,
  kProperty,
  kClass,
  kInterface,
  kEnum,
  kEnumMember,
  kType,
  kTypeParameter,
  kNamespace,
  kConcept,
  kMacro,
  kModifier,
  kOperator,
  kBracket,
  kLabel,
  kComment,  // inactive code
  kUnknown,  // a dependent name
};

enum TokenModifier : uint32_t {
  kTokenDeclaration = 1U << 0,
  kTokenDefinition = 1U << 1,
  kTokenDeprecated = 1U << 2,
  kTokenReadonly = 1U << 3,
  kTokenStatic = 1U << 4,
  kTokenAbstract = 1U << 5,
  kTokenVirtual = 1U << 6,
  kTokenDependentName = 1U << 7,
  kTokenDefaultLibrary = 1U << 8,
  kTokenUsedAsMutableReference = 1U << 9,
  kTokenFunctionScope = 1U << 10,
  kTokenClassScope = 1U << 11,
  kTokenFileScope = 1U << 12,
  kTokenGlobalScope = 1U << 13,
};

struct SemanticToken {
  CodePlace begin;
  uint32_t length = 0;  // in bytes, on one line
  TokenType type = TokenType::kVariable;
  uint32_t modifiers = 0;
  template <typename Archive>
  void Members(Archive& archive) {
    archive(begin, length, type, modifiers);
  }
};

struct SemanticTokensAnswer {
  std::vector<SemanticToken> tokens;  // in order, none inside another
  template <typename Archive>
  void Members(Archive& archive) {
    archive(tokens);
  }
};

struct FormatAnswer {
  std::vector<CodeEdit> edits;  // in order, none touches another
  std::string error;            // of the style's file; empty: none
  template <typename Archive>
  void Members(Archive& archive) {
    archive(edits, error);
  }
};

enum class HintKind : uint32_t {
  kType,
  kParameter,
  kDesignator,
  kBlockEnd,
  kDefaultArgument,
  kConversion,
  kCapture
};

struct HintItem {
  CodePlace place;
  HintKind kind = HintKind::kType;
  std::string label;                   // as it is shown: ": int", "count:", ".x="
  std::string tooltip;                 // all of what the label shortens; may be empty
  std::optional<CodeLocation> target;  // of what it is about, if HintSettings::with_targets
  template <typename Archive>
  void Members(Archive& archive) {
    archive(place, kind, label, tooltip, target);
  }
};

struct HintsAnswer {
  std::vector<HintItem> hints;  // by place
  template <typename Archive>
  void Members(Archive& archive) {
    archive(hints);
  }
};

struct InactiveRegionsAnswer {
  std::vector<CodeRange> regions;
  template <typename Archive>
  void Members(Archive& archive) {
    archive(regions);
  }
};

// A node of Clang's syntax tree, named as clangd names them.
struct SyntaxNode {
  std::string role;    // "declaration", "expression", "statement", "type", …
  std::string kind;    // Clang's class without its ending: "Function", "Call"
  std::string detail;  // a name, an operator, a type; may be empty
  std::string arcana;  // Clang's own line about it
  std::optional<CodeRange> range;
  std::vector<SyntaxNode> children;
  template <typename Archive>
  void Members(Archive& archive) {
    archive(role, kind, detail, arcana, range, children);
  }
};

struct SyntaxTreeAnswer {
  std::vector<SyntaxNode> roots;  // one, or none if nothing covers the range
  template <typename Archive>
  void Members(Archive& archive) {
    archive(roots);
  }
};

// --- Refactorings.

struct RefactoringOffer {
  std::string id;
  std::string title;  // for people
  std::string kind;   // as LSP names them: "refactor.extract", …
  template <typename Archive>
  void Members(Archive& archive) {
    archive(id, title, kind);
  }
};

struct RefactoringsAnswer {
  std::vector<RefactoringOffer> offers;
  template <typename Archive>
  void Members(Archive& archive) {
    archive(offers);
  }
};

// Of a file beside the one that is asked about.
struct FileEdits {
  std::string path;             // absolute
  bool creates = false;         // it is not there yet; the one edit is its text
  uint64_t text_hash = 0;       // HashString of the text that the edits are of
  std::vector<CodeEdit> edits;  // in order, none touches another
  template <typename Archive>
  void Members(Archive& archive) {
    archive(path, creates, text_hash, edits);
  }
};

// One parameter as it is to be: one that is there, or a new one.
struct ParameterChange {
  int32_t old = -1;         // its number; -1: it is new
  std::string declaration;  // of a new one: "int count"
  std::string value;        // of a new one: what calls pass
  template <typename Archive>
  void Members(Archive& archive) {
    archive(old, declaration, value);
  }
};

// Of a function with all that declares, defines, overrides and calls it: lsp/handlers/change_signature.h.
struct SignatureChange {
  CodePlace place;                          // of its name in the main file
  std::vector<ParameterChange> parameters;  // all, in their new order
  template <typename Archive>
  void Members(Archive& archive) {
    archive(place, parameters);
  }
};

struct RefactorAnswer {
  std::string refused;            // why nothing is edited, for people; empty: it is
  std::vector<CodeEdit> edits;    // in order, none touches another
  std::vector<FileEdits> others;  // of other files
  std::optional<SignatureChange>
      signature;  // then there are no edits: whoever knows all files makes them
  template <typename Archive>
  void Members(Archive& archive) {
    archive(refused, edits, others, signature);
  }
};

// --- Completion.

struct CompletionOption {
  std::string label;      // the name as shown
  std::string signature;  // behind it: "(int x, const char *y) const"
  std::string result;     // type of what it gives
  std::string scope;      // qualification that the name has: "std::"
  uint32_t kind = 0;      // as LSP numbers CompletionItemKind
  std::string insert;     // plain text
  std::string snippet;    // the same with placeholders, LSP snippet syntax; empty: as `insert`
  std::string filter;     // to match what is typed against
  std::string documentation;
  std::string usr;
  bool is_deprecated = false;
  double score = 0;             // higher is better; the order of the answer
  std::vector<CodeEdit> edits;  // besides: "." to "->", an #include
  bool is_from_index = false;   // no included header declares it
  bool is_macro = false;
  std::string include;  // what it needs, with delimiters; empty: nothing
  template <typename Archive>
  void Members(Archive& archive) {
    archive(label, signature, result, scope, kind, insert, snippet, filter, documentation, usr,
            is_deprecated, score, edits, is_from_index, is_macro, include);
  }
};

// For CompletionAnswer::included; of an absolute path without links. Of a header of the standard library its
// name in angle brackets will do as well.
inline uint64_t IncludedFileKey(std::string_view path) { return HashString(path); }

struct CompletionAnswer {
  CodeRange replaced;  // the part of the name that is there already
  std::vector<CompletionOption> options;
  bool is_incomplete = false;
  // Where a name without qualification is looked up, and what is already visible: for index symbols.
  bool wants_index = false;
  std::vector<std::string> scopes;  // "ns::", "" for the global one
  bool is_qualified = false;        // `scopes` is what is written ahead of the name
  // IncludedFileKey of every file that has been read; only where `wants_index`.
  std::vector<uint64_t> included;
  template <typename Archive>
  void Members(Archive& archive) {
    archive(replaced, options, is_incomplete, wants_index, scopes, is_qualified, included);
  }
};

struct SignatureOption {
  std::string label;
  std::string documentation;
  std::vector<std::pair<uint32_t, uint32_t>> parameters;  // byte ranges in `label`
  template <typename Archive>
  void Members(Archive& archive) {
    archive(label, documentation, parameters);
  }
};

struct SignatureAnswer {
  std::vector<SignatureOption> signatures;
  uint32_t active_signature = 0;
  uint32_t active_parameter = 0;
  template <typename Archive>
  void Members(Archive& archive) {
    archive(signatures, active_signature, active_parameter);
  }
};

}  // namespace astrolabe

// The outline of a file: every declaration a reader would look for, found without a compiler.
//
// A small state machine over the lexer. At namespace and class scope it gathers the tokens of one
// declaration up to its ';' or '{' and lets DeclarationReader say what they declare; function
// bodies and initialisers are crossed brace by brace. Both sides of every #if are seen: the
// machine's state is saved at #if, restored at #else, and after #endif goes on as the first side
// left it, so that
//
//     #ifdef A                      two functions `f` are found and the
//     int f(int a) {                braces still balance, although every
//     #else                         line is read.
//     int f(long a) {
//     #endif
//
// Text in `#if 0` is passed over. When a file ends inside a function body or a bracket (half-typed
// code, macros that open braces), it is read once more, recovering: a '}' in the first column ends
// the body and a ';' the declaration, whatever is still open.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "alloc/arena.h"
#include "index/byte_classes.h"
#include "index/declaration.h"
#include "index/lexer.h"
#include "index/symbol.h"

namespace astrolabe {

// What a file's name says about its language; a header's is found out by reading it.
enum class LanguageHint : uint8_t { kC, kCxx, kHeader };

// Makes outlines, one file after the other, in buffers that it keeps. One thread at a time.
class Outliner {
 public:
  // The symbols of `text`, ordered by where they begin, an enclosing one first. They point into
  // `text` and into the Outliner, and are valid until its next call. `classes` and `lines` must be
  // of `text`.
  const std::vector<Symbol>& Run(std::string_view text, const ByteClasses& classes,
                                 const LineMap& lines, LanguageHint hint);

 private:
  enum class ScopeKind : uint8_t { kFile, kTransparent, kNamespace, kRecord, kEnum };
  enum class BodyKind : uint8_t { kFunction, kInitializer, kIgnored };

  struct Scope {
    ScopeKind kind = ScopeKind::kFile;
    bool is_typedef = false;
    bool is_anonymous = false;
    std::string_view path;  // what a symbol declared here has as its scope
    std::string_view name;
    int32_t symbol = -1;  // whose end the '}' is
    uint32_t first_member = 0;
  };

  // Everything that #else has to undo.
  struct State {
    std::vector<Scope> scopes;
    std::vector<Token> pending;
    uint32_t bracket_depth = 0;
    uint32_t body_depth = 0;
    BodyKind body_kind = BodyKind::kIgnored;
    int32_t body_symbol = -1;
    uint32_t body_begin = 0;
    bool after_type = false;  // pending starts behind the '}' of a record or an enum
    bool type_is_typedef = false;
  };

  struct Conditional {
    State at_if;
    State first_side;
    bool has_other_side = false;
  };

  // One symbol as offsets; turned into a Symbol with lines at the end.
  struct Found {
    std::string_view name;
    std::string_view scope;
    SymbolKind kind;
    bool is_definition;
    uint32_t begin;
    uint32_t name_offset;
    uint32_t end;
  };

  bool ReadAll();  // false when the file ended inside a body or a bracket
  void ReadDeclarationToken(const Token& token);
  bool ReadBody();
  void OpenBrace(const Token& brace);
  void CloseBrace(const Token& brace);
  void EndDeclaration(uint32_t end);
  void EndEnumerator();
  void CloseBody(uint32_t end);
  void EnterBody(BodyKind kind, uint32_t begin, int32_t symbol);
  void ReadDirective(const Token& hash);
  void ReadInclude(const Token& hash);
  void PushConditional();
  void OtherSide(uint32_t end);
  void CloseAbandoned(const State& first_side, uint32_t end);
  void AddAbandonedHead(const State& first_side);
  void EndConditional(uint32_t end);
  void SkipDeadCode();
  void ReadObjectiveC(const Token& at);
  void ReadObjectiveCMethod();
  bool BeginsAnew(Keyword keyword) const;
  bool IsCxxOnly(const Token& token) const;
  void ClearPending();
  void NameAnonymousType(std::string_view name);
  int32_t Add(const Declared& declared, uint32_t begin, uint32_t end);
  int32_t AddFound(std::string_view name, std::string_view scope, SymbolKind kind, uint32_t begin,
                   uint32_t name_offset, uint32_t end, bool is_definition);
  std::string_view Join(std::string_view outer, std::string_view inner);
  std::string_view ScopeFor(const Declared& declared);
  std::string_view Spelling(const Token& token);
  DeclarationContext Context() const;
  Scope& scope() { return state_.scopes.back(); }
  const Scope& scope() const { return state_.scopes.back(); }
  uint32_t PendingBegin(const Token& fallback) const;
  void Convert(const LineMap& lines);

  std::string_view text_;
  const ByteClasses* classes_ = nullptr;
  Lexer lexer_;
  DeclarationReader reader_;
  Arena arena_;
  Language language_ = Language::kCxx;
  bool may_switch_to_cxx_ = false;
  bool switch_to_cxx_ = false;
  bool recovering_ = false;
  State state_;
  std::vector<Conditional> conditionals_;  // only the first `conditional_depth_` are in use
  size_t conditional_depth_ = 0;
  std::string_view anonymous_path_;  // scope of the members of the record just closed, if anonymous
  uint32_t anonymous_first_ = 0;
  std::string_view joined_outer_;  // the last Join, which the next one usually repeats
  std::string_view joined_inner_;
  std::string_view joined_;
  std::vector<Found> found_;
  std::vector<Symbol> symbols_;
};

}  // namespace astrolabe

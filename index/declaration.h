// What one declaration declares, read from its tokens alone: the heuristics at the heart of the
// outline.
//
// There is no preprocessor, no symbol table and often no sane grammar (attribute and export macros,
// K&R, GNU C, macros that expand to whole declarations), so this looks for the shapes that people
// write: `type name (…)`, `key name {`, `type name, *name = …`. What it cannot tell it leaves out:
// a wrong symbol costs a reader more than a missing one. docs/OUTLINE.md has its precision and
// recall against Universal Ctags and against Clang's own AST.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "index/keywords.h"
#include "index/lexer.h"
#include "index/symbol.h"

namespace astrolabe {

enum class Language : uint8_t { kC, kCxx };

// Where a declaration stands.
struct DeclarationContext {
  Language language = Language::kCxx;
  bool in_record = false;
  std::string_view record_name;  // of the innermost record, to know its constructors
};

// A name that a declaration introduces. Views point into the text.
struct Declared {
  std::string_view name;         // "Get", "~DBImpl", "operator==" (as spelled)
  std::string_view qualifier;    // as written, without the last "::"; template arguments included
  std::string_view name_prefix;  // put before `name`: "sys_" of SYSCALL_DEFINE3(read, …)
  SymbolKind kind = SymbolKind::kVariable;
  bool is_definition = false;
};

// FOO_BAR, GUARDED_BY, TEST: what people call macros. One or two letters are template parameters or
// types.
bool IsMacroLike(std::string_view word);
// GoogleTest's macros with a suite and a name: TEST(Suite, Name), TEST_F, ….
std::span<const std::string_view> TestMacros();
bool IsTestMacro(std::string_view word);

// How a declaration that has come to a '{' goes on.
enum class BraceKind : uint8_t {
  kFunctionBody,  // `declared` names the function; skip to its end
  kRecord,        // `declared` names it, unless anonymous; its members follow
  kEnum,          // likewise; enumerators follow
  kNamespace,     // one `declared` per component of A::B::C, none when anonymous
  kTransparent,   // extern "C" {, or a macro: declarations go on in the same scope
  kInitializer,   // part of the declaration: skip it and go on
  kIgnored,       // a block of no declaration: skip it
};

struct BraceHead {
  BraceKind kind = BraceKind::kIgnored;
  bool is_typedef = false;
  bool is_scoped_enum = false;
  std::vector<Declared> declared;
};

// Reads the declarations of one text. Keeps no state between calls but its buffers. One thread.
class DeclarationReader {
 public:
  DeclarationReader() = default;
  explicit DeclarationReader(std::string_view text) : text_(text) {}

  // `tokens`: all of a declaration before its '{'. The result is valid until the next call.
  const BraceHead& ReadBrace(std::span<const Token> tokens, const DeclarationContext& context);

  // `tokens`: all of a declaration before its ';'. `after_type`: they follow the '}' of a record or
  // an enum and are its declarators. The result is valid until the next call.
  const std::vector<Declared>& ReadSemicolon(std::span<const Token> tokens,
                                             const DeclarationContext& context, bool after_type,
                                             bool is_typedef);

  // How many of `tokens`, a declaration before its ';', are the head of a K&R definition whose
  // parameters are being declared: the first six of `int f(a, b) int a`. 0 when it is none.
  size_t KnrHead(std::span<const Token> tokens) const;

 private:
  struct Specifiers {
    bool is_typedef = false;
    bool is_extern = false;
    bool is_friend = false;
    bool is_static = false;
  };
  // A possibly qualified name: tokens [first, end); the last component is token `last`.
  struct Name {
    size_t first = 0;
    size_t last = 0;
    size_t end = 0;
  };
  std::string_view Text(size_t i) const {
    return text_.substr(tokens_[i].offset, tokens_[i].length);
  }
  bool Is(size_t i, char c) const { return i < tokens_.size() && tokens_[i].Is(c); }
  bool Is(size_t i, TokenKind kind) const { return i < tokens_.size() && tokens_[i].Is(kind); }
  bool IsIdentifier(size_t i) const { return Is(i, TokenKind::kIdentifier); }
  Keyword KeywordAt(size_t i) const {
    return i < tokens_.size() ? tokens_[i].keyword : Keyword::kNone;
  }

  size_t SkipGroup(size_t open) const;    // past the bracket that closes tokens_[open]
  size_t SkipAngles(size_t open) const;   // past the closing '>'; `open` itself when there is none
  size_t SkipAttribute(size_t i) const;   // past [[…]], __attribute__((…)) or asm(…); `i` when none
  size_t SkipConstraint(size_t i) const;  // past the expression behind `requires`
  size_t SkipToComma(size_t i) const;     // to the next ',' outside brackets, or the end
  size_t ReadSpecifiers();                // fills specifiers_; the first token that is none
  Name ReadName(size_t i) const;
  Name LastName(size_t open) const;
  std::string_view Qualifier(const Name& name) const;

  void Begin(std::span<const Token> tokens, const DeclarationContext& context);
  bool ReadRecordHead(size_t i);
  bool ReadEnumHead(size_t i);
  void ReadNamespaceHead(size_t i);
  void ReadSimple(size_t i, size_t type_words, bool has_body);
  void ReadMoreDeclarators(size_t comma);
  size_t ReadParenthesized(size_t open, bool has_body);
  void ReadMacroCall(const Name& name, size_t open, bool has_body);
  bool LooksLikeArguments(size_t open) const;
  bool LooksLikeParameters(size_t open) const;
  size_t SkipAttributeMacros(size_t i) const;
  bool IsPointerDeclarator(size_t open) const;
  void EmitFunction(const Name& name, size_t parameters, bool has_body);
  void EmitOperator(size_t operator_at, size_t first, bool has_body);
  void Emit(const Name& name, SymbolKind kind, bool is_definition);
  void EmitVariable(const Name& name, size_t next);

  std::string_view text_;
  std::span<const Token> tokens_;
  DeclarationContext context_;
  Specifiers specifiers_;
  BraceHead head_;
  std::vector<Declared> declared_;
};

}  // namespace astrolabe

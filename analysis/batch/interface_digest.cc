// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/batch/interface_digest.h"

#include <xxhash.h>

#include <algorithm>
#include <string>

#include "clang/AST/DeclCXX.h"
#include "clang/AST/Stmt.h"
#include "clang/Basic/LangOptions.h"
#include "clang/Lex/Lexer.h"

namespace astrolabe {
namespace {

// Calls of these are constants made of the place where they stand.
bool TellsItsPlace(llvm::StringRef name) {
  return name == "__builtin_LINE" || name == "__builtin_COLUMN" ||
         name == "__builtin_source_location" || name == "source_location";
}

class Digester {
 public:
  Digester(InterfaceSource source, const clang::LangOptions& language)
      : text_(source.text),
        bodies_(std::move(source.private_bodies)),
        line_uses_(std::move(source.line_uses)),
        lexer_(clang::SourceLocation(), language, text_.begin(), text_.begin(), text_.end()) {
    KeepOutermost();
    std::sort(line_uses_.begin(), line_uses_.end());
    Add(source.counter_uses);
    // What decides where a token ends.
    for (bool option :
         {bool{language.CPlusPlus}, bool{language.LineComment}, bool{language.Trigraphs},
          bool{language.RawStringLiterals}, bool{language.Digraphs}, bool{language.DollarIdents},
          bool{language.AsmPreprocessor}, language.CPlusPlus14 || language.C23}) {
      seen_.push_back(option ? '1' : '0');
    }
  }

  uint64_t Digest() {
    clang::Token token;
    bool more = true;
    while (more) {
      more = !lexer_.LexFromRawLexer(token);
      if (token.is(clang::tok::eof)) break;
      uint32_t end = static_cast<uint32_t>(lexer_.getBufferLocation() - text_.begin());
      Take(token, end - token.getLength());
    }
    AddLinesUpTo(static_cast<uint32_t>(text_.size()));
    return std::max<uint64_t>(XXH3_64bits(seen_.data(), seen_.size()), 1);
  }

 private:
  void KeepOutermost() {
    std::sort(bodies_.begin(), bodies_.end(), [](const BodyRange& a, const BodyRange& b) {
      return a.begin != b.begin ? a.begin < b.begin : b.end < a.end;
    });
    uint32_t end = 0;
    std::erase_if(bodies_, [&](const BodyRange& body) {
      if (body.begin < end) return true;
      end = body.end;
      return false;
    });
  }

  void Add(uint32_t number) {
    seen_.append(reinterpret_cast<const char*>(&number), sizeof(number));
  }

  void AddPlace(uint32_t offset) {
    llvm::StringRef before = text_.take_front(offset);
    Add(static_cast<uint32_t>(before.count('\n')));
    Add(static_cast<uint32_t>(offset - (before.rfind('\n') + 1)));
  }

  void AddLinesUpTo(uint32_t offset) {
    for (; next_line_use_ < line_uses_.size() && line_uses_[next_line_use_] < offset;
         ++next_line_use_) {
      Add(static_cast<uint32_t>(text_.take_front(line_uses_[next_line_use_]).count('\n')));
    }
  }

  void Take(const clang::Token& token, uint32_t offset) {
    if (next_body_ < bodies_.size() && offset > bodies_[next_body_].begin) {
      if (offset >= bodies_[next_body_].end) {
        EndBody();
      } else {
        leaks_ = leaks_ || IsLeak(token);
      }
    }
    AddLinesOutsideBody(offset);
    AddToken(token, offset);
    if (next_body_ < bodies_.size() && offset == bodies_[next_body_].begin) {
      body_seen_ = seen_.size();
      leaks_ = false;
    }
  }

  // Forgets what was inside, unless it can be seen.
  void EndBody() {
    uint32_t end = bodies_[next_body_].end;
    ++next_body_;
    if (leaks_ || body_seen_ == 0) {
      AddLinesUpTo(end);
    } else {
      seen_.resize(body_seen_);
      while (next_line_use_ < line_uses_.size() && line_uses_[next_line_use_] < end) {
        ++next_line_use_;
      }
    }
    body_seen_ = 0;
  }

  void AddLinesOutsideBody(uint32_t offset) {
    bool inside = next_body_ < bodies_.size() && offset > bodies_[next_body_].begin;
    if (!inside) AddLinesUpTo(offset);
  }

  static bool IsLeak(const clang::Token& token) {
    if (token.is(clang::tok::hash) && token.isAtStartOfLine()) return true;
    if (token.isNot(clang::tok::raw_identifier)) return false;
    llvm::StringRef name = token.getRawIdentifier();
    return token.needsCleaning() || name == "extern" || name == "friend" || name == "_Pragma" ||
           name == "__pragma";
  }

  void AddToken(const clang::Token& token, uint32_t offset) {
    seen_.push_back(static_cast<char>(4 | (token.isAtStartOfLine() ? 2 : 0) |
                                      (token.hasLeadingSpace() ? 1 : 0)));
    Add(token.getLength());
    seen_.append(text_.data() + offset, token.getLength());
    if (token.isAtStartOfLine()) in_directive_ = token.is(clang::tok::hash);
    if (in_directive_ && token.is(clang::tok::less)) AddHeaderName(offset);
    if (token.is(clang::tok::raw_identifier) && TellsItsPlace(token.getRawIdentifier())) {
      AddPlace(offset);
    }
  }

  // `#include <a//b>` looks like the beginning of a comment to a lexer that knows no directives.
  void AddHeaderName(uint32_t offset) {
    llvm::StringRef line = text_.drop_front(offset).take_until([](char c) { return c == '\n'; });
    llvm::StringRef name = line.take_until([](char c) { return c == '>'; });
    if (name.contains("//") || name.contains("/*")) seen_.append(line);
  }

  const llvm::StringRef text_;
  std::vector<BodyRange> bodies_;
  std::vector<uint32_t> line_uses_;
  clang::Lexer lexer_;
  std::string seen_;
  size_t next_body_ = 0;
  size_t body_seen_ = 0;  // of seen_, ahead of what is in the body; 0: its brace was no token
  bool leaks_ = false;
  size_t next_line_use_ = 0;
  bool in_directive_ = false;
};

}  // namespace

bool HasPrivateBody(const clang::FunctionDecl& function) {
  if (!function.doesThisDeclarationHaveABody() ||
      !llvm::isa<clang::CompoundStmt>(function.getBody()))
    return false;
  const clang::LangOptions& language = function.getLangOpts();
  // A call in a body may declare the function that it calls.
  if (!language.CPlusPlus && language.implicitFunctionsAllowed()) return false;
  const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(&function);
  if (method != nullptr && method->getParent()->isLambda()) return false;
  return !function.isConstexpr() && !function.isTemplated() &&
         function.getDeclaredReturnType()->getContainedDeducedType() == nullptr;
}

uint64_t InterfaceDigest(InterfaceSource source, const clang::LangOptions& language) {
  return Digester(std::move(source), language).Digest();
}

}  // namespace astrolabe

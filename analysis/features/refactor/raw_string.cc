// "a\"b\n" to R"(a"b
// )".
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "absl/status/status.h"
#include "analysis/features/refactor/code_text.h"
#include "analysis/features/refactor/refactorings.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/Expr.h"
#include "clang/Basic/CharInfo.h"

namespace astrolabe {
namespace {

// Whether all of it can be typed as it is.
bool IsText(llvm::StringRef value) {
  for (char byte : value) {
    const bool is_plain = clang::isPrintable(static_cast<unsigned char>(byte)) || byte == '\n' ||
                          byte == '\t' || (static_cast<unsigned char>(byte) & 0x80) != 0;
    if (!is_plain) return false;
  }
  return true;
}

const clang::StringLiteral* Find(const Selection& selection) {
  const LiveAst& ast = selection.ast();
  const auto* literal =
      llvm::dyn_cast_or_null<clang::StringLiteral>(selection.Innermost<clang::Stmt>());
  if (literal == nullptr || !ast.context->getLangOpts().RawStringLiterals) return nullptr;
  if (!literal->isOrdinary() && !literal->isUTF8()) return nullptr;
  const llvm::StringRef value = literal->getBytes();
  if (!value.contains('\n') && !value.contains('"') && !value.contains('\\')) return nullptr;
  if (!IsText(value)) return nullptr;
  // Every part has to be there to be read, as a plain literal.
  const std::optional<TextSpan> span = WholeSpan(ast, literal->getSourceRange());
  if (!span || !selection.path().back().is_written) return nullptr;
  for (unsigned i = 0; i < literal->getNumConcatenated(); ++i) {
    const std::optional<uint32_t> at = OffsetOf(ast, literal->getStrTokenLoc(i));
    if (!at) return nullptr;
    const std::string_view text = std::string_view(ast.text).substr(*at);
    if (!text.starts_with('"') && !text.starts_with("u8\"")) return nullptr;
  }
  if (HoldsComment(ast, *span)) return nullptr;
  return literal;
}

std::optional<std::string> Offer(const Selection& selection) {
  if (Find(selection) == nullptr) return std::nullopt;
  return "write as a raw string";
}

absl::StatusOr<TextChanges> Make(const Selection& selection) {
  const LiveAst& ast = selection.ast();
  const clang::StringLiteral& literal = *Find(selection);
  const std::string value = literal.getBytes().str();
  std::string delimiter;
  for (int number = 0; value.find(")" + delimiter + "\"") != std::string::npos; ++number) {
    delimiter = number == 0 ? "text" : "text" + std::to_string(number);
  }
  const TextSpan span = *WholeSpan(ast, literal.getSourceRange());
  return TextChanges{{span.begin, span.end,
                      std::string(literal.isUTF8() ? "u8" : "") + "R\"" + delimiter + "(" + value +
                          ")" + delimiter + "\""}};
}

}  // namespace

extern const Refactoring kRawString = {"RawStringLiteral", kRewrite, Offer, Make};

}  // namespace astrolabe

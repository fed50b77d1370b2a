// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/symbols/control_flow.h"

#include <algorithm>

#include "analysis/features/symbols/symbol_identity.h"
#include "analysis/features/symbols/text_tokens.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DynamicRecursiveASTVisitor.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/StmtCXX.h"
#include "clang/Basic/SourceManager.h"

namespace astrolabe {
namespace {

using Path = std::vector<const clang::Stmt*>;
using Walk = clang::ConstDynamicRecursiveASTVisitor;

bool IsLoop(const clang::Stmt* statement) {
  return llvm::isa<clang::ForStmt, clang::WhileStmt, clang::DoStmt, clang::CXXForRangeStmt>(
      statement);
}

// The statements from the outermost to the innermost that hold an offset, and the functions they are in.
class PathFinder : public clang::ConstDynamicRecursiveASTVisitor {
 public:
  PathFinder(LiveAst& ast, uint32_t at) : ast_(ast), at_(at) { ShouldWalkTypesOfTypeLocs = false; }

  struct Frame {
    const clang::FunctionDecl* function = nullptr;
    Path statements;
  };
  Frame best;

  bool TraverseDecl(const clang::Decl* decl) override {
    if (decl == nullptr || decl->isImplicit() || !Holds(decl->getSourceRange())) return true;
    Frame outer = current_;
    if (const auto* function = llvm::dyn_cast<clang::FunctionDecl>(decl)) {
      current_ = {function, {}};
    }
    bool go_on = Walk::TraverseDecl(decl);
    current_ = std::move(outer);
    return go_on;
  }
  bool TraverseStmt(const clang::Stmt* statement) override {
    if (statement == nullptr || !Holds(statement->getSourceRange())) return true;
    Frame outer = current_;
    if (const auto* lambda = llvm::dyn_cast<clang::LambdaExpr>(statement)) {
      if (Holds(lambda->getBody()->getSourceRange())) current_ = {lambda->getCallOperator(), {}};
    }
    current_.statements.push_back(statement);
    best = current_;
    bool go_on = Walk::TraverseStmt(statement);
    current_ = std::move(outer);
    return go_on;
  }

 private:
  bool Holds(clang::SourceRange range) const {
    std::optional<CodeRange> code = ast_.RangeOf(range);
    if (!code.has_value()) return false;
    CodePlace place = ast_.PlaceAt(at_);
    // The `;` of `return;` is behind the statement, and its keyword never.
    return code->begin <= place && place <= code->end;
  }

  LiveAst& ast_;
  uint32_t at_;
  Frame current_;
};

class PartCollector {
 public:
  PartCollector(LiveAst& ast, ControlFlow& flow) : ast_(ast), flow_(flow) {}

  void Add(clang::SourceLocation location) {
    if (location.isInvalid() || location.isMacroID()) return;
    if (std::optional<CodeRange> range = ast_.RangeOf(clang::SourceRange(location))) {
      flow_.parts.push_back(*range);
    }
  }

  // `break` and `continue` that lead out of `statement` or to its next round.
  void AddJumps(const clang::Stmt* statement, bool breaks, bool continues) {
    if (statement == nullptr) return;
    for (const clang::Stmt* child : statement->children()) {
      if (child == nullptr || llvm::isa<clang::LambdaExpr>(child)) continue;
      if (breaks && llvm::isa<clang::BreakStmt>(child)) Add(child->getBeginLoc());
      if (continues && llvm::isa<clang::ContinueStmt>(child)) Add(child->getBeginLoc());
      if (IsLoop(child)) continue;
      AddJumps(child, breaks && !llvm::isa<clang::SwitchStmt>(child), continues);
    }
  }

  void AddLoop(const clang::Stmt* loop) {
    if (const auto* loop_for = llvm::dyn_cast<clang::ForStmt>(loop)) {
      Add(loop_for->getForLoc());
    } else if (const auto* range = llvm::dyn_cast<clang::CXXForRangeStmt>(loop)) {
      Add(range->getForLoc());
    } else if (const auto* loop_while = llvm::dyn_cast<clang::WhileStmt>(loop)) {
      Add(loop_while->getWhileLoc());
    } else if (const auto* loop_do = llvm::dyn_cast<clang::DoStmt>(loop)) {
      Add(loop_do->getDoLoc());
      Add(loop_do->getWhileLoc());
    }
    AddJumps(loop, /*breaks=*/true, /*continues=*/true);
  }

  void AddSwitch(const clang::SwitchStmt* statement) {
    Add(statement->getSwitchLoc());
    for (const clang::SwitchCase* label = statement->getSwitchCaseList(); label != nullptr;
         label = label->getNextSwitchCase()) {
      Add(label->getKeywordLoc());
    }
    AddJumps(statement, /*breaks=*/true, /*continues=*/false);
  }

  void AddIf(const clang::IfStmt* statement) {
    while (statement != nullptr) {
      Add(statement->getIfLoc());
      Add(statement->getElseLoc());
      statement = llvm::dyn_cast_or_null<clang::IfStmt>(statement->getElse());
    }
  }

  void AddTry(const clang::CXXTryStmt* statement) {
    Add(statement->getTryLoc());
    for (unsigned i = 0; i < statement->getNumHandlers(); ++i) {
      Add(statement->getHandler(i)->getCatchLoc());
    }
  }

  // All ways out of a function: what a nested lambda or function does is its own business.
  void AddExits(const clang::Stmt* statement) {
    if (statement == nullptr) return;
    if (llvm::isa<clang::ReturnStmt, clang::CoreturnStmt, clang::CXXThrowExpr, clang::CoyieldExpr,
                  clang::CoawaitExpr>(statement)) {
      Add(KeywordOf(statement));
    }
    if (const auto* coroutine = llvm::dyn_cast<clang::CoroutineBodyStmt>(statement)) {
      return AddExits(coroutine->getBody());
    }
    // What it awaits at its ends and how it hands its value on is not written.
    if (const auto* result = llvm::dyn_cast<clang::CoreturnStmt>(statement)) {
      return AddExits(result->getOperand());
    }
    if (const auto* suspend = llvm::dyn_cast<clang::CoroutineSuspendExpr>(statement)) {
      return AddExits(suspend->getOperand());
    }
    for (const clang::Stmt* child : statement->children()) {
      if (child != nullptr && !llvm::isa<clang::LambdaExpr>(child)) AddExits(child);
    }
  }

  static clang::SourceLocation KeywordOf(const clang::Stmt* statement) {
    if (const auto* result = llvm::dyn_cast<clang::CoroutineSuspendExpr>(statement)) {
      return result->getKeywordLoc();
    }
    return statement->getBeginLoc();
  }

 private:
  LiveAst& ast_;
  ControlFlow& flow_;
};

std::optional<CodeRange> EndOf(LiveAst& ast, const clang::Stmt* statement) {
  std::optional<CodeRange> range = ast.RangeOf(statement->getSourceRange());
  if (range.has_value()) range->begin = range->end;
  return range;
}

std::optional<CodeRange> KeywordRange(LiveAst& ast, const clang::Stmt* statement) {
  return ast.RangeOf(clang::SourceRange(statement->getBeginLoc()));
}

void AddFunction(LiveAst& ast, const clang::FunctionDecl* function, PartCollector& parts,
                 ControlFlow& flow) {
  flow.function = function;
  parts.AddExits(function->getBody());
  const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(function);
  bool is_lambda = method != nullptr && method->getParent()->isLambda();
  if (is_lambda) {
    parts.Add(method->getParent()->getBeginLoc());
  } else if (auto name = NameLocation(ast, function); name.has_value() && name->path == ast.path) {
    flow.parts.push_back(name->range);
  }
}

// The outermost `if` of the chain that the statement at `index` of the path is in.
const clang::IfStmt* ChainOf(const Path& path, size_t index) {
  const auto* chain = llvm::cast<clang::IfStmt>(path[index]);
  while (index > 0) {
    const auto* outer = llvm::dyn_cast<clang::IfStmt>(path[--index]);
    if (outer == nullptr || outer->getElse() != chain) break;
    chain = outer;
  }
  return chain;
}

bool Fill(LiveAst& ast, const PathFinder::Frame& frame, std::string_view word, ControlFlow& flow) {
  PartCollector parts(ast, flow);
  if (word == "return" || word == "throw" || word.starts_with("co_")) {
    if (frame.function != nullptr) AddFunction(ast, frame.function, parts, flow);
    return true;
  }
  bool of_loop = word == "for" || word == "while" || word == "do" || word == "continue";
  bool of_switch = word == "case" || word == "default" || word == "switch";
  for (size_t i = frame.statements.size(); i-- > 0;) {
    const clang::Stmt* statement = frame.statements[i];
    if ((of_loop || word == "break") && IsLoop(statement)) {
      parts.AddLoop(statement);
      if (word == "break") flow.target = EndOf(ast, statement);
      if (word == "continue") flow.target = KeywordRange(ast, statement);
      return true;
    }
    const auto* choice = llvm::dyn_cast<clang::SwitchStmt>(statement);
    if (choice != nullptr && (of_switch || word == "break")) {
      parts.AddSwitch(choice);
      flow.target = word == "break" ? EndOf(ast, choice) : KeywordRange(ast, choice);
      return true;
    }
    if ((word == "if" || word == "else") && llvm::isa<clang::IfStmt>(statement)) {
      parts.AddIf(ChainOf(frame.statements, i));
      return true;
    }
    const auto* attempt = llvm::dyn_cast<clang::CXXTryStmt>(statement);
    if (attempt != nullptr && (word == "try" || word == "catch")) {
      parts.AddTry(attempt);
      return true;
    }
  }
  return false;
}

}  // namespace

std::optional<ControlFlow> FindControlFlow(LiveAst& ast, CodePlace place) {
  static constexpr std::string_view kKeywords[] = {
      "return", "throw", "co_return", "co_yield", "co_await", "break", "continue", "for",  "while",
      "do",     "case",  "default",   "switch",   "if",       "else",  "try",      "catch"};
  TouchedText touched = TouchedAt(ast, place);
  std::string_view word =
      std::string_view(ast.text).substr(touched.begin, touched.end - touched.begin);
  if (std::find(std::begin(kKeywords), std::end(kKeywords), word) == std::end(kKeywords)) {
    return std::nullopt;
  }
  PathFinder finder(ast, touched.begin);
  for (clang::Decl* declaration : ast.declarations) finder.TraverseDecl(declaration);
  ControlFlow flow;
  flow.keyword = RangeOf(ast, touched.begin, touched.end);
  if (!Fill(ast, finder.best, word, flow)) return std::nullopt;
  std::sort(flow.parts.begin(), flow.parts.end());
  flow.parts.erase(std::unique(flow.parts.begin(), flow.parts.end()), flow.parts.end());
  // The word in a comment, or one that belongs to something else (`= default`).
  bool is_part = std::find(flow.parts.begin(), flow.parts.end(), flow.keyword) != flow.parts.end();
  if (!is_part) return std::nullopt;
  return flow;
}

}  // namespace astrolabe

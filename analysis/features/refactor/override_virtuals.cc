// Declarations that override the pure virtual methods which a class leaves open.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <map>

#include "absl/status/status.h"
#include "analysis/features/refactor/class_body.h"
#include "analysis/features/refactor/code_text.h"
#include "analysis/features/refactor/function_text.h"
#include "analysis/features/refactor/refactorings.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/CXXInheritance.h"
#include "clang/AST/DeclCXX.h"

namespace astrolabe {
namespace {

std::vector<const clang::CXXMethodDecl*> OpenMethods(const clang::CXXRecordDecl& record) {
  clang::CXXFinalOverriderMap finals;
  record.getFinalOverriders(finals);
  std::vector<const clang::CXXMethodDecl*> open;
  for (const auto& [method, by_subobject] : finals) {
    for (const auto& [number, overriders] : by_subobject) {
      if (overriders.empty()) continue;
      const clang::CXXMethodDecl* last = overriders.front().Method;
      const bool is_new = std::ranges::find(open, last) == open.end();
      if (last->isPureVirtual() && last->getParent() != &record && is_new &&
          !llvm::isa<clang::CXXDestructorDecl>(last)) {
        open.push_back(last);
      }
    }
  }
  return open;
}

const clang::CXXRecordDecl* Find(const Selection& selection) {
  const clang::CXXRecordDecl* record = ClassOnHead(selection);
  if (record == nullptr || record->isDependentContext() || !record->isPolymorphic()) return nullptr;
  return OpenMethods(*record).empty() ? nullptr : record;
}

std::optional<std::string> Offer(const Selection& selection) {
  if (Find(selection) == nullptr) return std::nullopt;
  return "override the pure virtual methods";
}

absl::StatusOr<TextChanges> Make(const Selection& selection) {
  const LiveAst& ast = selection.ast();
  const clang::CXXRecordDecl& record = *Find(selection);
  // By access, then as they are declared.
  std::map<clang::AccessSpecifier, std::vector<const clang::CXXMethodDecl*>> by_access;
  for (const clang::CXXMethodDecl* method : OpenMethods(record)) {
    by_access[method->getAccess()].push_back(method);
  }
  std::vector<NewMembers> members;
  for (auto& [access, methods] : by_access) {
    std::ranges::sort(methods, [](const auto* a, const auto* b) {
      return a->getLocation().getRawEncoding() < b->getLocation().getRawEncoding();
    });
    NewMembers& group = members.emplace_back();
    group.access = access;
    for (const clang::CXXMethodDecl* method : methods) {
      const std::optional<FunctionText> text = SpellFunction(ast, *method, &record, &record);
      if (!text)
        return absl::FailedPreconditionError("a type in " + method->getNameAsString() +
                                             " can't be spelled");
      group.lines.push_back(text->With("") + " override;");
    }
  }
  return AddMembers(ast, record, members, /*at_begin=*/false);
}

}  // namespace

extern const Refactoring kOverrideVirtuals = {"OverridePureVirtuals", kRewrite, Offer, Make};

}  // namespace astrolabe

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/project/lazy_builtins.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "clang/Basic/Builtins.h"

namespace astrolabe {
namespace {

// Front-end arguments whose value, the next argument, names macros or folders.
constexpr std::array<std::string_view, 9> kOfNoLanguage = {"-D",
                                                           "-U",
                                                           "-I",
                                                           "-iquote",
                                                           "-isystem",
                                                           "-internal-isystem",
                                                           "-internal-externc-isystem",
                                                           "-include",
                                                           "-isysroot"};

// What is left decides about language and target; files of one workspace hardly differ in it.
std::string LanguageOf(const FrontEndCommand& command) {
  std::string language;
  for (size_t i = 0; i < command.cc1.size(); ++i) {
    if (std::ranges::find(kOfNoLanguage, command.cc1[i]) != kOfNoLanguage.end()) {
      ++i;
    } else {
      language += command.cc1[i];
      language += '\n';
    }
  }
  return language;
}

}  // namespace

const BuiltinNumbers& BuiltinNumbering::For(const FrontEndCommand& command,
                                            clang::Preprocessor& preprocessor) {
  std::unique_ptr<BuiltinNumbers>& numbers = numbers_[LanguageOf(command)];
  if (numbers != nullptr) return *numbers;
  numbers = std::make_unique<BuiltinNumbers>();
  clang::IdentifierTable all(preprocessor.getLangOpts());  // keywords can be built-ins too
  preprocessor.getBuiltinInfo().initializeBuiltins(all, preprocessor.getLangOpts());
  for (const auto& entry : all) {
    if (unsigned number = entry.second->getBuiltinID()) (*numbers)[entry.first()] = number;
  }
  return *numbers;
}

LazyBuiltins::LazyBuiltins(clang::IdentifierTable& table, const BuiltinNumbers& numbers)
    : table_(table), numbers_(numbers) {
  for (const auto& entry : table) {
    if (auto known = numbers.find(entry.first()); known != numbers.end()) {
      entry.second->setBuiltinID(known->second);
    }
  }
  table.setExternalIdentifierLookup(this);
}

clang::IdentifierInfo* LazyBuiltins::get(llvm::StringRef name) {
  auto known = numbers_.find(name);
  if (known == numbers_.end()) return nullptr;
  clang::IdentifierInfo& identifier = table_.getOwn(name);
  identifier.setBuiltinID(known->second);
  return &identifier;
}

}  // namespace astrolabe

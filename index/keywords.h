// The words that the outline gives a meaning to: keywords of C++, C, GNU C and a few of their
// dialects.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string_view>

namespace astrolabe {

// Grouped by what a declaration parser does with them, not one by one.
enum class Keyword : uint8_t {
  kNone = 0,  // an ordinary identifier
  kClass,     // class, struct, union, __interface: the next four name themselves
  kStruct,
  kUnion,
  kEnum,
  kNamespace,
  kTypedef,
  kUsing,
  kTemplate,
  kTypename,
  kConcept,
  kRequires,
  kFriend,
  kExtern,
  kOperator,
  kAccess,        // public, private, protected, and Qt's signals and slots
  kStorage,       // static, inline, constexpr, …: says nothing about the type
  kQualifier,     // const, volatile, restrict, …
  kBuiltinType,   // int, unsigned, void, auto, …: enough to be a type alone
  kTypeOperator,  // decltype, typeof, __typeof__: a type with an argument list
  kAttribute,     // __attribute__, __declspec, alignas, …: has an argument list to skip
  kAsm,
  kStaticAssert,
  kFunctionSuffix,  // override, final, noexcept, throw: may follow a parameter list
  kDefault,
  kDelete,
  kTry,
  kStatement,  // if, for, return, …: no declaration starts so
  kExport,     // export, module, import are contextual: only `export` matters
  kThis,
  kNew,
  kExplicit,
};

Keyword KeywordOf(std::string_view word);

}  // namespace astrolabe

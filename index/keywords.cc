// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/keywords.h"

#include <array>
#include <cstddef>

namespace astrolabe {
namespace {

struct Entry {
  std::string_view word;
  Keyword keyword = Keyword::kNone;
};

constexpr Entry kWords[] = {
    {"class", Keyword::kClass},
    {"__interface", Keyword::kClass},
    {"struct", Keyword::kStruct},
    {"union", Keyword::kUnion},
    {"enum", Keyword::kEnum},
    {"namespace", Keyword::kNamespace},
    {"typedef", Keyword::kTypedef},
    {"using", Keyword::kUsing},
    {"template", Keyword::kTemplate},
    {"typename", Keyword::kTypename},
    {"concept", Keyword::kConcept},
    {"requires", Keyword::kRequires},
    {"friend", Keyword::kFriend},
    {"extern", Keyword::kExtern},
    {"operator", Keyword::kOperator},
    {"public", Keyword::kAccess},
    {"private", Keyword::kAccess},
    {"protected", Keyword::kAccess},
    {"signals", Keyword::kAccess},
    {"slots", Keyword::kAccess},
    {"Q_SIGNALS", Keyword::kAccess},
    {"Q_SLOTS", Keyword::kAccess},
    {"static", Keyword::kStorage},
    {"inline", Keyword::kStorage},
    {"__inline", Keyword::kStorage},
    {"__inline__", Keyword::kStorage},
    {"__forceinline", Keyword::kStorage},
    {"__always_inline", Keyword::kStorage},
    {"constexpr", Keyword::kStorage},
    {"consteval", Keyword::kStorage},
    {"constinit", Keyword::kStorage},
    {"mutable", Keyword::kStorage},
    {"virtual", Keyword::kStorage},
    {"register", Keyword::kStorage},
    {"thread_local", Keyword::kStorage},
    {"_Thread_local", Keyword::kStorage},
    {"__thread", Keyword::kStorage},
    {"_Noreturn", Keyword::kStorage},
    {"__extension__", Keyword::kStorage},
    {"__global__", Keyword::kStorage},
    {"__device__", Keyword::kStorage},
    {"__host__", Keyword::kStorage},
    {"const", Keyword::kQualifier},
    {"volatile", Keyword::kQualifier},
    {"restrict", Keyword::kQualifier},
    {"__const", Keyword::kQualifier},
    {"__volatile__", Keyword::kQualifier},
    {"__restrict", Keyword::kQualifier},
    {"__restrict__", Keyword::kQualifier},
    {"_Atomic", Keyword::kQualifier},
    {"int", Keyword::kBuiltinType},
    {"char", Keyword::kBuiltinType},
    {"void", Keyword::kBuiltinType},
    {"bool", Keyword::kBuiltinType},
    {"_Bool", Keyword::kBuiltinType},
    {"short", Keyword::kBuiltinType},
    {"long", Keyword::kBuiltinType},
    {"float", Keyword::kBuiltinType},
    {"double", Keyword::kBuiltinType},
    {"signed", Keyword::kBuiltinType},
    {"__signed__", Keyword::kBuiltinType},
    {"unsigned", Keyword::kBuiltinType},
    {"auto", Keyword::kBuiltinType},
    {"__auto_type", Keyword::kBuiltinType},
    {"wchar_t", Keyword::kBuiltinType},
    {"char8_t", Keyword::kBuiltinType},
    {"char16_t", Keyword::kBuiltinType},
    {"char32_t", Keyword::kBuiltinType},
    {"_Complex", Keyword::kBuiltinType},
    {"__int128", Keyword::kBuiltinType},
    {"decltype", Keyword::kTypeOperator},
    {"typeof", Keyword::kTypeOperator},
    {"__typeof", Keyword::kTypeOperator},
    {"__typeof__", Keyword::kTypeOperator},
    {"__attribute__", Keyword::kAttribute},
    {"__attribute", Keyword::kAttribute},
    {"__declspec", Keyword::kAttribute},
    {"alignas", Keyword::kAttribute},
    {"_Alignas", Keyword::kAttribute},
    {"__launch_bounds__", Keyword::kAttribute},
    {"asm", Keyword::kAsm},
    {"__asm", Keyword::kAsm},
    {"__asm__", Keyword::kAsm},
    {"static_assert", Keyword::kStaticAssert},
    {"_Static_assert", Keyword::kStaticAssert},
    {"override", Keyword::kFunctionSuffix},
    {"final", Keyword::kFunctionSuffix},
    {"noexcept", Keyword::kFunctionSuffix},
    {"throw", Keyword::kFunctionSuffix},
    {"default", Keyword::kDefault},
    {"delete", Keyword::kDelete},
    {"try", Keyword::kTry},
    {"if", Keyword::kStatement},
    {"else", Keyword::kStatement},
    {"for", Keyword::kStatement},
    {"while", Keyword::kStatement},
    {"do", Keyword::kStatement},
    {"switch", Keyword::kStatement},
    {"case", Keyword::kStatement},
    {"return", Keyword::kStatement},
    {"goto", Keyword::kStatement},
    {"break", Keyword::kStatement},
    {"continue", Keyword::kStatement},
    {"catch", Keyword::kStatement},
    {"sizeof", Keyword::kStatement},
    {"co_return", Keyword::kStatement},
    {"co_await", Keyword::kStatement},
    {"co_yield", Keyword::kStatement},
    {"export", Keyword::kExport},
    {"this", Keyword::kThis},
    {"new", Keyword::kNew},
    {"explicit", Keyword::kExplicit},
};

constexpr size_t kSlots = 512;

// Length, first and last byte tell nearly all of them apart; an identifier that is no keyword
// usually meets an empty slot and costs no comparison.
constexpr size_t Slot(std::string_view word) {
  auto first = static_cast<unsigned char>(word.front());
  auto last = static_cast<unsigned char>(word.back());
  return (word.size() * 67 + first * 31u + last * 7u) % kSlots;
}

constexpr std::array<Entry, kSlots> MakeTable() {
  std::array<Entry, kSlots> table{};
  for (const Entry& entry : kWords) {
    size_t i = Slot(entry.word);
    while (!table[i].word.empty()) i = (i + 1) % kSlots;
    table[i] = entry;
  }
  return table;
}

constexpr std::array<Entry, kSlots> kTable = MakeTable();

}  // namespace

Keyword KeywordOf(std::string_view word) {
  if (word.empty()) return Keyword::kNone;
  for (size_t i = Slot(word); !kTable[i].word.empty(); i = (i + 1) % kSlots) {
    if (kTable[i].word == word) return kTable[i].keyword;
  }
  return Keyword::kNone;
}

}  // namespace astrolabe

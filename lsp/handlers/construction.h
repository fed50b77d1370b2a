// How a constructor is called, by the tokens at the place where the compiler says that one is: for files that nobody has
// parsed.
//
// The place is that of the type's name (`zoo::Dog(4)`, `new Dog{4}`, a base's initialiser), of the variable or member that is
// initialised (`Dog dog(4)`, `dog_{4}`), of `=` or `{` or `return` ahead of a list (`Dog dog = {4}`), or that of an
// expression which is converted. The last looks like the ones before it: `g(4)` is a member with its initialiser, or a
// call whose result becomes a Dog; what stands ahead of it tells them apart.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "lsp/handlers/argument_list.h"
#include "lsp/handlers/source_tokens.h"

namespace astrolabe::lsp {

struct Construction {
  std::optional<ArgumentList> list;
  // Where a list could be inserted: `Dog dog;` and `new Dog` call it without one. Nothing: a conversion, or unknown.
  std::optional<size_t> list_place;
};

// `names_type`: it is known that the place has the type's name, which may be another than `class_name`.
Construction ConstructionAt(const SourceTokens& source, size_t offset, std::string_view class_name,
                            bool names_type);

// Whether `word` is the name of the constructor that `container` names: "zoo::Dog::Dog".
bool NamesConstructor(std::string_view container, std::string_view word);

// What makes a T of the arguments that it is given, where `offset` is the name in `make_unique<T>(…)`.
struct Forwarding {
  std::string_view function;  // "make_unique"
  std::optional<ArgumentList> list;
};
std::optional<Forwarding> ForwardingAt(const SourceTokens& source, size_t offset);

// Whether the name at `offset` is the argument of a template: `vector<T>`.
bool IsTemplateArgument(const SourceTokens& source, size_t offset);

}  // namespace astrolabe::lsp

// What of a file others can see: a digest of its tokens without comments, spaces between lines, and the
// bodies of functions that nobody outside looks into.
//
// When it is the same for two contents of a header, under one preprocessing, the files that include the
// header mean what they meant, and only the header's own facts (places, comments) have to be made anew. A
// unit that includes it takes half a second of a processor; the 293 that include RocksDB's slice.h, 16.
//
// Nobody looks into the body of a function that is neither constexpr nor a template and says what it
// returns: its contents can change neither a type nor a value that another declaration depends on. What
// could still leak is counted as if it were seen: a body with directives, `extern` or `friend` in it; the
// line numbers that `__LINE__` is replaced by outside of such bodies; how often `__COUNTER__` was used.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <vector>

#include "llvm/ADT/StringRef.h"

namespace clang {
class FunctionDecl;
class LangOptions;
}  // namespace clang

namespace astrolabe {

// Offsets of the braces of a body.
struct BodyRange {
  uint32_t begin = 0;
  uint32_t end = 0;

  friend auto operator<=>(const BodyRange&, const BodyRange&) = default;
};

// Whether the body that this declaration has is nobody else's business.
bool HasPrivateBody(const clang::FunctionDecl& function);

struct InterfaceSource {
  llvm::StringRef text;                   // ends with a NUL behind it, as Clang's buffers do
  std::vector<BodyRange> private_bodies;  // any order, may contain each other
  std::vector<uint32_t> line_uses;        // offsets where `__LINE__` was expanded
  uint32_t counter_uses = 0;
};

// Never 0.
uint64_t InterfaceDigest(InterfaceSource source, const clang::LangOptions& language);

}  // namespace astrolabe

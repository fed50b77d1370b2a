// Symbols as SCIP spells them: `cxx . . . rocksdb/DBImpl#Get(1f2e).`
//
// scheme, package manager, package and version, separated by a space each, "." standing for an empty
// one; then a descriptor for each scope and the name: `ns/`, `Type#`, `term.`, `method(disambiguator).`,
// `macro!`, `meta:`, `[type parameter]`, `(parameter)`. A name that is not made of ASCII letters, digits
// and _+-$ stands between backticks. Or `local NAME`.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace astrolabe {

enum class ScipSuffix : uint8_t {
  kNamespace,
  kType,
  kTerm,
  kMethod,
  kTypeParameter,
  kParameter,
  kMeta,
  kMacro,
};

struct ScipDescriptor {
  ScipSuffix suffix = ScipSuffix::kNamespace;
  std::string name;
  std::string disambiguator;  // methods only; may be empty

  friend bool operator==(const ScipDescriptor&, const ScipDescriptor&) = default;
};

struct ScipSymbol {
  std::string scheme;
  std::string manager;  // this and the next two: empty where "." is written
  std::string package;
  std::string version;
  std::vector<ScipDescriptor> descriptors;
  std::string local;  // not empty: a local symbol, and all above is empty

  friend bool operator==(const ScipSymbol&, const ScipSymbol&) = default;
};

// `name` must be valid UTF-8 and not empty; `disambiguator` ASCII letters and digits.
void AppendScipDescriptor(ScipSuffix suffix, std::string_view name, std::string_view disambiguator,
                          std::string& symbol);

// InvalidArgument, saying at which byte it goes wrong, unless `text` follows the grammar.
absl::StatusOr<ScipSymbol> ParseScipSymbol(std::string_view text);

}  // namespace astrolabe

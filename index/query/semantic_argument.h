// What a person may write to name a symbol: a qualified name, a USR, or a place in a file.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "index/symbol.h"

namespace astrolabe {

// "DBImpl::Get", "::rocksdb::DBImpl::Get", "Get", "operator==".
struct NameArgument {
  std::vector<std::string> scope;  // outermost first, without template arguments
  std::string name;
  bool anchored = false;  // began with "::": the scope is complete

  // As tier 0's queries take it.
  std::string Spelled() const;
};

// "c:@N@rocksdb@S@DBImpl"
struct UsrArgument {
  std::string usr;
};

// "db/db.cc:10:5". 0-based inside, 1-based as written; the path as written.
struct PlaceArgument {
  std::string path;
  Position position;
};

using SymbolArgument = std::variant<NameArgument, UsrArgument, PlaceArgument>;

// InvalidArgument, saying what is expected, for what can be none of the three.
absl::StatusOr<SymbolArgument> ParseSymbolArgument(std::string_view text);

// The components of a scope as the index stores it, template arguments and anonymous ones left out: both
// are there for the compiler, and nobody types them.
std::vector<std::string> ScopeComponents(std::string_view scope);

// Cuts at each "::" that stands outside of brackets. Never empty; the parts may be.
std::vector<std::string_view> SplitQualifiedName(std::string_view text);

// How well `scope`, as the index stores it, fits the scope asked for.
enum class ScopeFit {
  kNone,
  kContains,  // the components asked for occur in order, with others between or behind: an inline
              // namespace, say
  kEndsWith,
};
ScopeFit FitScope(const NameArgument& asked, std::string_view scope);

}  // namespace astrolabe

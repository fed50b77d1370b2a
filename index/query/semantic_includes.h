// Who includes what: as the compiler resolved it where tier 1 knows the file, as it is spelled elsewhere.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "index/query/semantic_query.h"

namespace astrolabe {

// An #include directive, or with line kNoLine a whole translation unit that reads the file.
struct IncludeHit {
  static constexpr uint32_t kNoLine = 0xFFFFFFFF;

  int tier = 1;
  std::string path;      // of the file with the directive
  uint32_t line = 0;     // 0-based
  std::string spelled;   // without delimiters
  bool angled = false;   // tier 1 only
  std::string resolved;  // as FileFacts::path; empty: not found, or not known to tier 0
};

struct IncludeAnswer {
  bool known = false;  // whether any tier has the file asked about
  std::vector<IncludeHit> hits;
  std::vector<std::string> notes;
};

// The directives of the file, by line. `path` is relative to the root where inside it, else absolute.
IncludeAnswer FindIncludes(const QuerySources& sources, const std::string& path);

// The directives that include the file, by path and line; tier 0's are those whose spelling ends the
// path's, so they may mean another file of that name. With `transitive`, the translation units that read
// the file in any way, which takes the semantic index; units not in it are missing.
IncludeAnswer FindIncluders(const QuerySources& sources, const std::string& path, bool transitive);

}  // namespace astrolabe

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/config/config.h"

#include <algorithm>
#include <utility>

namespace astrolabe {

std::string_view SuppressedCode(std::string_view code) {
  for (std::string_view prefix : {"-W", "err_"}) {
    if (code.starts_with(prefix)) code.remove_prefix(prefix.size());
  }
  return code;
}

bool Config::Suppresses(const LiveDiagnostic& diagnostic) const {
  // What we say of ourselves is no finding.
  if (diagnostic.category == "Astrolabe") return false;
  return diagnostics.suppress_all || diagnostics.suppress.contains(diagnostic.code) ||
         (!diagnostic.name.empty() && diagnostics.suppress.contains(diagnostic.name));
}

bool SaySame(const Config& a, const Config& b, std::string_view keys) {
  const auto said = [&](const Config& config) {
    std::vector<std::pair<std::string_view, std::string_view>> values;
    for (const ConfigSource& source : config.sources) {
      if (source.key.starts_with(keys)) values.emplace_back(source.key, source.value);
    }
    return values;
  };
  return said(a) == said(b);
}

bool MatchesAny(const std::vector<PathPattern>& patterns, std::string_view path) {
  return std::ranges::any_of(patterns,
                             [&](const PathPattern& pattern) { return pattern.Matches(path); });
}

}  // namespace astrolabe

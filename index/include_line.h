// Lines of source text that are directives, for those who read text and not tokens.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string_view>

namespace astrolabe {

// Without blanks at both ends.
std::string_view TrimmedLine(std::string_view text);

// What stands behind the # of a directive; empty for other lines.
std::string_view DirectiveOf(std::string_view line);

// The word that a directive begins with, "include" say.
std::string_view DirectiveName(std::string_view directive);

// Whether directives of that name put a file in their place.
bool IsIncludeName(std::string_view name);

// What a directive includes, as it is spelled there with its delimiters; empty for other directives.
std::string_view IncludeSpelling(std::string_view directive);

// The path of such a spelling.
std::string_view WithoutDelimiters(std::string_view spelled);

// What is there of the path, without its delimiter, if `line` ends in the path of an #include; nothing for other lines.
std::optional<std::string_view> OpenIncludePath(std::string_view line);

}  // namespace astrolabe

// Source text with marks, parsed as an open file: the way in which tests of features speak.
//
//   MarkedSource source("int $def^x = 1; int y = [[x]] + ^x;");
//   source.Parse([&](LiveAst& ast) { … source.Point("def"), source.Point(), source.Range() … });
//
// `^` is a point, `$name^` a named one; `[[…]]` a range, `$name[[…]]` a named one. The marks are taken out
// before parsing.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/features/live_ast.h"

namespace clang {
class DiagnosticConsumer;
}  // namespace clang

namespace astrolabe {

class MarkedSource {
 public:
  explicit MarkedSource(std::string_view marked);

  const std::string& text() const { return text_; }
  // The only one of the name; reports a failure of the test if there is none.
  CodePlace Point(const std::string& name = "") const;
  CodeRange Range(const std::string& name = "") const;
  std::vector<CodePlace> Points(const std::string& name = "") const;
  std::vector<CodeRange> Ranges(const std::string& name = "") const;

  // Other files, by path below the folder of the main file.
  MarkedSource& File(const std::string& path, std::string text);
  MarkedSource& Flags(std::vector<std::string> flags);  // default: -std=c++20

  // The same flags and files with another text, in which nothing is a mark.
  MarkedSource WithText(std::string text) const;

  // Who hears what the compiler says; default: nobody. Borrowed until Parse is over.
  MarkedSource& Diagnostics(clang::DiagnosticConsumer& consumer);

  // Parses /test/main.cc (or another name) and calls `use` in the process, before the AST goes away.
  // Errors in the code are no failure.
  void Parse(const std::function<void(LiveAst&)>& use, const std::string& name = "main.cc");

 private:
  std::string text_;
  std::map<std::string, std::vector<CodePlace>> points_;
  std::map<std::string, std::vector<CodeRange>> ranges_;
  std::map<std::string, std::string> files_;
  std::vector<std::string> flags_ = {"-std=c++20"};
  clang::DiagnosticConsumer* diagnostics_ = nullptr;
};

}  // namespace astrolabe

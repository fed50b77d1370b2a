// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/features/marked_source.h"

#include <gtest/gtest.h>

#include <cctype>
#include <memory>

#include "analysis/batch/preprocessor_record.h"
#include "clang/AST/ASTConsumer.h"
#include "clang/Basic/Diagnostic.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendAction.h"
#include "clang/Tooling/Tooling.h"

namespace astrolabe {
namespace {

class Consumer : public clang::ASTConsumer {
 public:
  explicit Consumer(LiveAst& ast) : ast_(ast) {}
  bool HandleTopLevelDecl(clang::DeclGroupRef group) override {
    for (clang::Decl* declaration : group) {
      const clang::SourceManager& sources = declaration->getASTContext().getSourceManager();
      if (sources.isInMainFile(sources.getFileLoc(declaration->getLocation()))) {
        ast_.declarations.push_back(declaration);
      }
    }
    return true;
  }

 private:
  LiveAst& ast_;
};

class Action : public clang::ASTFrontendAction {
 public:
  Action(LiveAst& ast, const std::function<void(LiveAst&)>& use) : ast_(ast), use_(use) {}

 protected:
  std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance& compiler,
                                                        llvm::StringRef) override {
    ast_.record = InstallPreprocessorRecord(compiler.getPreprocessor());
    return std::make_unique<Consumer>(ast_);
  }
  void EndSourceFileAction() override {
    clang::CompilerInstance& compiler = getCompilerInstance();
    ast_.context = &compiler.getASTContext();
    ast_.preprocessor = &compiler.getPreprocessor();
    ast_.sema = compiler.hasSema() ? &compiler.getSema() : nullptr;
    ast_.main = compiler.getSourceManager().getMainFileID();
    use_(ast_);
  }

 private:
  LiveAst& ast_;
  const std::function<void(LiveAst&)>& use_;
};

}  // namespace

MarkedSource::MarkedSource(std::string_view marked) {
  struct Open {
    std::string name;
    CodePlace begin;
  };
  std::vector<Open> open;
  CodePlace at;
  std::string name;
  size_t i = 0;
  auto here = [&](std::string_view mark) { return marked.substr(i).starts_with(mark); };
  while (i < marked.size()) {
    if (marked[i] == '$') {
      size_t end = i + 1;
      while (end < marked.size() && (std::isalnum(marked[end]) != 0 || marked[end] == '_')) ++end;
      std::string_view rest = marked.substr(end);
      if (rest.starts_with("^") || rest.starts_with("[[")) {
        name = std::string(marked.substr(i + 1, end - i - 1));
        i = end;
      }
    }
    if (here("^")) {
      points_[name].push_back(at);
      name.clear();
      ++i;
    } else if (here("[[")) {
      open.push_back({name, at});
      name.clear();
      i += 2;
    } else if (!open.empty() && here("]]")) {
      ranges_[open.back().name].push_back({open.back().begin, at});
      open.pop_back();
      i += 2;
    } else {
      text_ += marked[i];
      at = marked[i] == '\n' ? CodePlace{at.line + 1, 0} : CodePlace{at.line, at.column + 1};
      ++i;
    }
  }
}

std::vector<CodePlace> MarkedSource::Points(const std::string& name) const {
  auto it = points_.find(name);
  return it == points_.end() ? std::vector<CodePlace>() : it->second;
}

std::vector<CodeRange> MarkedSource::Ranges(const std::string& name) const {
  auto it = ranges_.find(name);
  return it == ranges_.end() ? std::vector<CodeRange>() : it->second;
}

CodePlace MarkedSource::Point(const std::string& name) const {
  std::vector<CodePlace> points = Points(name);
  if (points.size() != 1) ADD_FAILURE() << points.size() << " points named '" << name << "'";
  return points.empty() ? CodePlace() : points[0];
}

CodeRange MarkedSource::Range(const std::string& name) const {
  std::vector<CodeRange> ranges = Ranges(name);
  if (ranges.size() != 1) ADD_FAILURE() << ranges.size() << " ranges named '" << name << "'";
  return ranges.empty() ? CodeRange() : ranges[0];
}

MarkedSource& MarkedSource::File(const std::string& path, std::string text) {
  files_["/test/" + path] = std::move(text);
  return *this;
}

MarkedSource& MarkedSource::Flags(std::vector<std::string> flags) {
  flags_ = std::move(flags);
  return *this;
}

MarkedSource MarkedSource::WithText(std::string text) const {
  MarkedSource other("");
  other.files_ = files_;
  other.flags_ = flags_;
  other.text_ = std::move(text);
  return other;
}

MarkedSource& MarkedSource::Diagnostics(clang::DiagnosticConsumer& consumer) {
  diagnostics_ = &consumer;
  return *this;
}

void MarkedSource::Parse(const std::function<void(LiveAst&)>& use, const std::string& name) {
  LiveAst ast;
  ast.path = "/test/" + name;
  ast.SetText(text_);
  std::vector<std::string> command = {"clang", "-fsyntax-only",
                                      "-resource-dir=/usr/lib/llvm-22/lib/clang/22"};
  command.insert(command.end(), flags_.begin(), flags_.end());
  command.push_back(ast.path);
  auto memory = llvm::makeIntrusiveRefCnt<llvm::vfs::InMemoryFileSystem>();
  auto overlay =
      llvm::makeIntrusiveRefCnt<llvm::vfs::OverlayFileSystem>(llvm::vfs::getRealFileSystem());
  overlay->pushOverlay(memory);
  auto add = [&](const std::string& path, const std::string& text) {
    memory->addFile(path, 0, llvm::MemoryBuffer::getMemBufferCopy(text, path));
  };
  add(ast.path, text_);
  for (const auto& [path, text] : files_) add(path, text);
  auto files = llvm::makeIntrusiveRefCnt<clang::FileManager>(clang::FileSystemOptions(), overlay);
  clang::tooling::ToolInvocation invocation(command, std::make_unique<Action>(ast, use),
                                            files.get());
  clang::IgnoringDiagConsumer quiet;
  invocation.setDiagnosticConsumer(diagnostics_ != nullptr ? diagnostics_ : &quiet);
  invocation.run();
}

}  // namespace astrolabe

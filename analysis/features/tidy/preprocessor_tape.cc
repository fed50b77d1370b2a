// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/tidy/preprocessor_tape.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/private_member.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/MacroArgs.h"
#include "clang/Lex/MacroInfo.h"
#include "clang/Lex/PPCallbacks.h"
#include "clang/Lex/Preprocessor.h"

namespace astrolabe {
namespace {

// Clang's preprocessor offers no way to take an observer out again.
struct Observers
    : PrivateMember<Observers, std::unique_ptr<clang::PPCallbacks> clang::Preprocessor::*> {};
}  // namespace

template struct Expose<Observers, &clang::Preprocessor::Callbacks>;

namespace {

using clang::MacroDefinition;
using clang::SourceLocation;
using clang::SourceRange;
using clang::Token;

// The arguments of one macro call, which the preprocessor reuses for the next.
struct Arguments {
  std::vector<Token> tokens;
  bool elides_variadic = false;

  explicit Arguments(const clang::MacroArgs& given) : elides_variadic(given.isVarargsElidedUse()) {
    for (unsigned i = 0; i < given.getNumMacroArguments(); ++i) {
      const Token* argument = given.getUnexpArgument(i);
      tokens.insert(tokens.end(), argument,
                    argument + clang::MacroArgs::getArgLength(argument) + 1);
    }
  }
};

// From a part of the file to the whole.
class Mover {
 public:
  Mover(const clang::SourceManager& sources, clang::FileID part, clang::FileID whole)
      : sources_(sources), part_(part), to_(sources.getLocForStartOfFile(whole)) {}

  SourceLocation operator()(SourceLocation location) const {
    if (part_.isInvalid() || location.isInvalid() || location.isMacroID()) return location;
    auto [id, offset] = sources_.getDecomposedLoc(location);
    return id == part_ ? to_.getLocWithOffset(static_cast<SourceLocation::IntTy>(offset))
                       : location;
  }
  SourceRange operator()(SourceRange range) const {
    return {(*this)(range.getBegin()), (*this)(range.getEnd())};
  }
  clang::CharSourceRange operator()(clang::CharSourceRange range) const {
    return {(*this)(range.getAsRange()), range.isTokenRange()};
  }
  Token operator()(Token token) const {
    token.setLocation((*this)(token.getLocation()));
    return token;
  }

 private:
  const clang::SourceManager& sources_;
  const clang::FileID part_;
  const SourceLocation to_;
};

class Tape : public PreprocessorTape, public clang::CommentHandler {
 public:
  explicit Tape(clang::Preprocessor& preprocessor)
      : preprocessor_(preprocessor), sources_(preprocessor.getSourceManager()) {
    preprocessor.addCommentHandler(this);
  }

  void Follow(clang::FileID file) override { file_ = file; }

  void Play(clang::FileID part, clang::FileID whole) override {
    is_playing_ = true;
    clang::PPCallbacks* listener = preprocessor_.getPPCallbacks();
    Mover move(sources_, part, whole);
    if (listener != nullptr) {
      SourceLocation start = sources_.getLocForStartOfFile(whole);
      listener->FileChanged(start, clang::PPCallbacks::EnterFile, clang::SrcMgr::C_User);
      listener->LexedFileChanged(whole, clang::PPCallbacks::LexedFileChangeReason::EnterFile,
                                 clang::SrcMgr::C_User, clang::FileID(), start);
      for (const Event& event : events_) event(*listener, move);
    }
    for (SourceRange comment : comments_) {
      Token token;
      token.startToken();
      preprocessor_.HandleComment(token, move(comment));
    }
    if (listener != nullptr) listener->EndOfMainFile();
  }

  using Event = std::function<void(clang::PPCallbacks&, const Mover&)>;

  void Add(SourceLocation where, Event event) {
    if (IsFollowed(where)) events_.push_back(std::move(event));
  }

  clang::MacroArgs* Again(const clang::MacroInfo* macro, const Arguments& arguments) const {
    return clang::MacroArgs::create(macro, arguments.tokens, arguments.elides_variadic,
                                    preprocessor_);
  }

  bool IsFollowed(SourceLocation where) const {
    if (is_playing_ || where.isInvalid()) return false;
    clang::FileID file = file_.isValid() ? file_ : sources_.getMainFileID();
    return sources_.getFileID(sources_.getExpansionLoc(where)) == file;
  }

  bool HandleComment(clang::Preprocessor&, SourceRange comment) override {
    if (IsFollowed(comment.getBegin())) comments_.push_back(comment);
    return false;
  }

 private:
  clang::Preprocessor& preprocessor_;
  const clang::SourceManager& sources_;
  clang::FileID file_;
  bool is_playing_ = false;
  std::vector<Event> events_;
  std::vector<SourceRange> comments_;
};

class Recorder : public clang::PPCallbacks {
 public:
  explicit Recorder(std::unique_ptr<Tape> tape) : tape_(std::move(tape)) {}

  void FileSkipped(const clang::FileEntryRef& file, const Token& name,
                   clang::SrcMgr::CharacteristicKind kind) override {
    tape_->Add(name.getLocation(), [file, name, kind](PPCallbacks& to, const Mover& move) {
      to.FileSkipped(file, move(name), kind);
    });
  }
  void InclusionDirective(SourceLocation hash, const Token& include, llvm::StringRef name,
                          bool angled, clang::CharSourceRange range,
                          clang::OptionalFileEntryRef file, llvm::StringRef search_path,
                          llvm::StringRef relative_path, const clang::Module* module, bool imported,
                          clang::SrcMgr::CharacteristicKind kind) override {
    tape_->Add(hash, [=, name = name.str(), search_path = search_path.str(),
                      relative_path = relative_path.str()](PPCallbacks& to, const Mover& move) {
      to.InclusionDirective(move(hash), move(include), name, angled, move(range), file, search_path,
                            relative_path, module, imported, kind);
    });
  }
  void PragmaDirective(SourceLocation where, clang::PragmaIntroducerKind kind) override {
    tape_->Add(where,
               [=](PPCallbacks& to, const Mover& move) { to.PragmaDirective(move(where), kind); });
  }
  void MacroExpands(const Token& name, const MacroDefinition& macro, SourceRange range,
                    const clang::MacroArgs* arguments) override {
    if (!tape_->IsFollowed(name.getLocation())) return;
    std::optional<Arguments> kept;
    if (arguments != nullptr) kept.emplace(*arguments);
    Tape* tape = tape_.get();
    tape_->Add(name.getLocation(), [=](PPCallbacks& to, const Mover& move) {
      clang::MacroArgs* again = kept ? tape->Again(macro.getMacroInfo(), *kept) : nullptr;
      to.MacroExpands(move(name), macro, move(range), again);
    });
  }
  void MacroDefined(const Token& name, const clang::MacroDirective* directive) override {
    tape_->Add(name.getLocation(),
               [=](PPCallbacks& to, const Mover& move) { to.MacroDefined(move(name), directive); });
  }
  void MacroUndefined(const Token& name, const MacroDefinition& macro,
                      const clang::MacroDirective* directive) override {
    tape_->Add(name.getLocation(), [=](PPCallbacks& to, const Mover& move) {
      to.MacroUndefined(move(name), macro, directive);
    });
  }
  void Defined(const Token& name, const MacroDefinition& macro, SourceRange range) override {
    tape_->Add(name.getLocation(), [=](PPCallbacks& to, const Mover& move) {
      to.Defined(move(name), macro, move(range));
    });
  }
  void SourceRangeSkipped(SourceRange range, SourceLocation endif) override {
    tape_->Add(range.getBegin(), [=](PPCallbacks& to, const Mover& move) {
      to.SourceRangeSkipped(move(range), move(endif));
    });
  }
  void If(SourceLocation where, SourceRange condition, ConditionValueKind value) override {
    tape_->Add(where, [=](PPCallbacks& to, const Mover& move) {
      to.If(move(where), move(condition), value);
    });
  }
  void Elif(SourceLocation where, SourceRange condition, ConditionValueKind value,
            SourceLocation first) override {
    tape_->Add(where, [=](PPCallbacks& to, const Mover& move) {
      to.Elif(move(where), move(condition), value, move(first));
    });
  }
  void Ifdef(SourceLocation where, const Token& name, const MacroDefinition& macro) override {
    tape_->Add(where, [=](PPCallbacks& to, const Mover& move) {
      to.Ifdef(move(where), move(name), macro);
    });
  }
  void Elifdef(SourceLocation where, const Token& name, const MacroDefinition& macro) override {
    tape_->Add(where, [=](PPCallbacks& to, const Mover& move) {
      to.Elifdef(move(where), move(name), macro);
    });
  }
  void Elifdef(SourceLocation where, SourceRange condition, SourceLocation first) override {
    tape_->Add(where, [=](PPCallbacks& to, const Mover& move) {
      to.Elifdef(move(where), move(condition), move(first));
    });
  }
  void Ifndef(SourceLocation where, const Token& name, const MacroDefinition& macro) override {
    tape_->Add(where, [=](PPCallbacks& to, const Mover& move) {
      to.Ifndef(move(where), move(name), macro);
    });
  }
  void Elifndef(SourceLocation where, const Token& name, const MacroDefinition& macro) override {
    tape_->Add(where, [=](PPCallbacks& to, const Mover& move) {
      to.Elifndef(move(where), move(name), macro);
    });
  }
  void Elifndef(SourceLocation where, SourceRange condition, SourceLocation first) override {
    tape_->Add(where, [=](PPCallbacks& to, const Mover& move) {
      to.Elifndef(move(where), move(condition), move(first));
    });
  }
  void Else(SourceLocation where, SourceLocation first) override {
    tape_->Add(where,
               [=](PPCallbacks& to, const Mover& move) { to.Else(move(where), move(first)); });
  }
  void Endif(SourceLocation where, SourceLocation first) override {
    tape_->Add(where,
               [=](PPCallbacks& to, const Mover& move) { to.Endif(move(where), move(first)); });
  }

 private:
  const std::unique_ptr<Tape> tape_;
};

}  // namespace

PreprocessorTape* InstallPreprocessorTape(clang::Preprocessor& preprocessor) {
  auto tape = std::make_unique<Tape>(preprocessor);
  PreprocessorTape* made = tape.get();
  preprocessor.addPPCallbacks(std::make_unique<Recorder>(std::move(tape)));
  return made;
}

void ForgetObservers(clang::Preprocessor& preprocessor) {
  // Not destroyed: the process ends soon, and whoever taped is still asked to play.
  [[maybe_unused]] const auto* left = (preprocessor.*PointerTo(Observers())).release();
}

}  // namespace astrolabe

// The lists of parameters and arguments of one file, rewritten for a change of a function's parameters.
//
// Calls are rewritten from the last to the first, so that one among the arguments of another has its new text when
// these change places.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/text/text_buffer.h"
#include "lsp/handlers/argument_list.h"
#include "lsp/handlers/construction.h"
#include "lsp/handlers/reference_search.h"
#include "lsp/handlers/source_tokens.h"
#include "lsp/server/edit_check.h"

namespace astrolabe::lsp {

struct ChangedFunction {
  std::string name;  // of a constructor that of its class
  bool is_constructor = false;
  std::vector<ParameterChange> parameters;  // all that there are to be, in their order
};

// How many arguments a call may pass.
struct ParameterCount {
  size_t all = 0;
  size_t required = 0;  // without a default value
};

// One thread; the file and the function must outlive it.
class SignatureEdits {
 public:
  SignatureEdits(EditedFile& file, const ChangedFunction& function, PositionEncoding encoding);

  // Of a declaration; nothing if no list is there.
  std::optional<ParameterCount> CountParameters(const FoundReference& declaration) const;

  // Of all that declares and calls the function in this file. `count`: of the parameters that it has.
  // FailedPrecondition, with the place, for what can't be changed.
  absl::Status Add(const std::vector<FoundReference>& references, ParameterCount count);

  // Why what has the function's name in a file that is not indexed could not be changed, of the first; empty if all
  // could. It may be another's.
  const std::string& left_alone() const { return left_alone_; }

  // References of a constructor's class: FailedPrecondition if somebody else's function makes one of arguments that may
  // be this constructor's. True if a container does so perhaps, by arguments that nobody can tell apart.
  absl::StatusOr<bool> CheckForwarding(const std::vector<FoundReference>& of_class,
                                       size_t count) const;

 private:
  using Arguments = std::vector<std::string>;

  // What is there by all references of it together.
  struct Place {
    size_t at = 0;
    RoleSet roles = 0;
    bool by_name = false;        // nobody has seen what it means
    std::string_view container;  // qualified name of what is around it
    std::string unsure;          // why the user has to agree
  };

  absl::Status AddOne(const Place& place, ParameterCount count);
  absl::Status AddConstruction(const Place& place, ParameterCount count);
  absl::Status ChangeCall(const ArgumentList& list, const Place& place, size_t count);
  absl::Status ChangeDeclaration(const ArgumentList& list, const Place& place, size_t count);
  absl::Status CheckList(const ArgumentList& list, size_t at) const;
  // What a call passes that has passed these.
  absl::StatusOr<Arguments> NewArguments(const Arguments& given, size_t at) const;
  bool Stays(size_t parameter) const;
  bool DropsWork(const ArgumentList& list) const;
  // The name of a parameter that goes and that the body, if there is one, uses.
  std::optional<std::string> UsedInBody(const ArgumentList& list) const;
  bool IsUsedFrom(size_t begin, const std::string& name) const;
  void Rewrite(const ArgumentList& list, const Arguments& items, const std::string& unsure);
  void Edit(ByteRange range, std::string text, std::string unsure);

  size_t OffsetOf(const FoundReference& reference) const;
  std::string FileAndLine(size_t at) const;
  std::vector<Token>::const_iterator TokenAt(size_t at) const;
  bool IsNameAt(size_t at) const;
  bool IsUsing(size_t at) const;
  bool HoldsDirective(ByteRange range) const;
  std::string Text(ByteRange range) const;
  // With the edits that are made already.
  std::string NewText(ByteRange range) const;

  EditedFile& file_;
  const ChangedFunction& function_;
  const PositionEncoding encoding_;
  const TextBuffer buffer_;
  const SourceTokens source_;
  std::string left_alone_;
};

}  // namespace astrolabe::lsp

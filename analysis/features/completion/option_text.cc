// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/features/completion/option_text.h"

#include "base/strings.h"
#include "clang/Sema/CodeCompleteConsumer.h"

namespace astrolabe {
namespace {

using Completion = clang::CodeCompletionString;

// All of a chunk and the optional ones in it, as it is shown.
void AppendShown(const Completion& completion, std::string* shown) {
  for (const Completion::Chunk& chunk : completion) {
    if (chunk.Kind == Completion::CK_Optional) {
      AppendShown(*chunk.Optional, shown);
    } else if (chunk.Kind == Completion::CK_VerticalSpace) {
      *shown += ' ';
    } else {
      *shown += chunk.Text;
    }
  }
}

class Renderer {
 public:
  OptionText Run(const Completion& completion) {
    for (const Completion::Chunk& chunk : completion) Add(chunk);
    if (optional_only_) {
      // All arguments have defaults: the cursor belongs between the parentheses.
      size_t parenthesis = text_.snippet.rfind("()");
      if (parenthesis != std::string::npos) text_.snippet.insert(parenthesis + 1, "$0");
    }
    if (!behind_name_) text_.snippet.clear();
    return std::move(text_);
  }

 private:
  void Add(const Completion::Chunk& chunk) {
    switch (chunk.Kind) {
      case Completion::CK_TypedText:
        named_ = true;
        text_.label += chunk.Text;
        text_.snippet += SnippetText(chunk.Text);
        return;
      case Completion::CK_ResultType:
        text_.result = chunk.Text;
        return;
      case Completion::CK_Informative:
        if (named_) text_.signature += chunk.Text;
        return;
      case Completion::CK_Placeholder:
      case Completion::CK_CurrentParameter:
        text_.signature += chunk.Text;
        text_.snippet += StrCat("${", ++placeholders_, ":", SnippetText(chunk.Text, true), "}");
        text_.takes_arguments = true;
        optional_only_ = false;
        behind_name_ = true;
        return;
      case Completion::CK_Optional:
        AppendShown(*chunk.Optional, &text_.signature);
        optional_only_ = placeholders_ == 0;
        text_.takes_arguments = true;
        return;
      case Completion::CK_VerticalSpace:
        text_.signature += ' ';
        text_.snippet += in_braces_ ? "\n\t" : "\n";
        behind_name_ = true;
        return;
      default:
        AddPlain(chunk);
    }
  }

  void AddPlain(const Completion::Chunk& chunk) {
    if (!named_) {
      text_.label += chunk.Text;
      text_.snippet += SnippetText(chunk.Text);
      return;
    }
    if (chunk.Kind == Completion::CK_LeftBrace) in_braces_ = true;
    if (chunk.Kind == Completion::CK_RightBrace) {
      in_braces_ = false;
      if (text_.snippet.ends_with("\n\t")) text_.snippet.pop_back();
    }
    text_.signature += chunk.Text;
    text_.snippet += SnippetText(chunk.Text);
    behind_name_ = true;
  }

  OptionText text_;
  int placeholders_ = 0;
  bool named_ = false;
  bool behind_name_ = false;  // the snippet has more than the label
  bool in_braces_ = false;
  bool optional_only_ = false;
};

}  // namespace

std::string SnippetText(std::string_view plain, bool in_placeholder) {
  std::string result;
  for (char c : plain) {
    if (c == '$' || c == '\\' || (in_placeholder && c == '}')) result += '\\';
    result += c;
  }
  return result;
}

OptionText TextOf(const Completion& completion) { return Renderer().Run(completion); }

}  // namespace astrolabe

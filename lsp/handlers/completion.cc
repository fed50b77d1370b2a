// textDocument/completion and completionItem/resolve.
//
// The compiler says what is visible at the place, the index what else there is (index_completion.h). What was
// answered last is kept: a word that is typed on is answered from it (completion_memory.h), and documentation is sent
// when the client shows an item, if it says that it will ask.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <cstdio>
#include <memory>
#include <utility>

#include "base/strings.h"
#include "lsp/handlers/completion_memory.h"
#include "lsp/handlers/ghost_text.h"
#include "lsp/handlers/index_completion.h"
#include "lsp/handlers/live.h"
#include "lsp/handlers/on_document.h"
#include "lsp/handlers/on_request.h"
#include "lsp/server/places.h"

namespace astrolabe::lsp {
namespace {

// What the client can show.
struct ItemStyle {
  bool snippets = false;
  bool label_details = false;
  bool tags = false;
  bool resolves_documentation = false;
  ArgumentLists arguments = ArgumentLists::kFullPlaceholders;
};

ItemStyle StyleOf(const Session& session, const Config& config) {
  ItemStyle style;
  style.arguments = config.completion.argument_lists;
  if (!session.options()->function_arg_placeholders &&
      style.arguments == ArgumentLists::kFullPlaceholders) {
    style.arguments = ArgumentLists::kDelimiters;
  }
  const auto& text_document = session.client_capabilities().text_document;
  if (!text_document || !text_document->completion || !text_document->completion->completion_item) {
    return style;
  }
  const auto& item = *text_document->completion->completion_item;
  style.snippets = item.snippet_support.value_or(false);
  style.label_details = item.label_details_support.value_or(false);
  style.tags = item.tag_support.has_value();
  if (item.resolve_support) {
    const auto& properties = item.resolve_support->properties;
    style.resolves_documentation =
        std::find(properties.begin(), properties.end(), "documentation") != properties.end();
  }
  return style;
}

bool IsCallable(uint32_t kind) {
  switch (static_cast<CompletionItemKind>(kind)) {
    case CompletionItemKind::kFunction:
    case CompletionItemKind::kMethod:
    case CompletionItemKind::kConstructor:
    case CompletionItemKind::kClass:
    case CompletionItemKind::kStruct:
    case CompletionItemKind::kOperator:
      return true;
    default:
      return false;
  }
}

// "Put(${1:key}, ${2:value})" as "Put($0)".
std::string WithoutPlaceholders(const std::string& snippet) {
  std::string result;
  bool is_first = true;
  for (size_t i = 0; i < snippet.size(); ++i) {
    if (snippet.compare(i, 2, "${") != 0) {
      result += snippet[i];
      if (snippet[i] == '\\' && i + 1 < snippet.size()) result += snippet[++i];
      continue;
    }
    while (i < snippet.size() && snippet[i] != '}') i += snippet[i] == '\\' ? 2 : 1;
    if (is_first) result += "$0";
    is_first = false;
    while (snippet.compare(i + 1, 4, ", ${") == 0) {
      for (i += 3; i < snippet.size() && snippet[i] != '}';) i += snippet[i] == '\\' ? 2 : 1;
    }
  }
  return result;
}

// "Put(${1:key})" as far as it is wanted: "Put", "Put(", "Put($0)".
std::string WithArguments(const std::string& snippet, ArgumentLists wanted) {
  if (wanted == ArgumentLists::kFullPlaceholders) return snippet;
  std::string result = WithoutPlaceholders(snippet);
  if (wanted == ArgumentLists::kDelimiters) return result;
  // The list is the first bracket behind the name; "operator<" and its like have none in theirs.
  const size_t open = result.starts_with("operator") ? result.find('(', sizeof("operator()") - 1)
                                                     : result.find_first_of("(<");
  if (open == std::string::npos) return result;
  result.resize(open + (wanted == ArgumentLists::kOpenDelimiter ? 1 : 0));
  return result;
}

// Whether the option stays, as it is configured.
bool IsWanted(const CompletionOption& option, std::string_view typed, const Config& config) {
  const auto kind = static_cast<CompletionItemKind>(option.kind);
  if (kind == CompletionItemKind::kSnippet) return config.completion.code_patterns;
  if (!config.completion.macro_filter || !option.is_macro) return true;
  if (option.filter.starts_with(typed)) return true;
  return config.completion.macro_filter == MacroFilter::kFuzzyMatch &&
         !option.filter.starts_with('_') && !option.filter.ends_with('_');
}

MarkupContent Markdown(const CompletionOption& option) {
  std::string text = option.documentation;
  if (!option.include.empty()) {
    text = StrCat("From `", option.include, "`", text.empty() ? "" : "\n\n", text);
  }
  return MarkupContent{MarkupKind(MarkupKind::kMarkdown), std::move(text)};
}

CompletionItem ClientItem(const CompletionOption& option, size_t rank, const Range& replaced,
                          const ItemStyle& style, const LiveDocuments& live,
                          const DocumentSnapshot& document) {
  CompletionItem item;
  item.label = option.label;
  if (style.label_details) {
    CompletionItemLabelDetails details;
    if (!option.signature.empty()) details.detail = option.signature;
    if (!option.include.empty()) {
      details.description = option.include;
    } else if (!option.scope.empty()) {
      details.description = option.scope;
    }
    item.label_details = std::move(details);
  }
  item.kind = static_cast<CompletionItemKind>(option.kind);
  if (option.is_deprecated) {
    if (style.tags) {
      item.tags = {CompletionItemTag::kDeprecated};
    } else {
      item.deprecated = true;
    }
  }
  std::string detail = option.result;
  if (!style.label_details && !option.signature.empty()) {
    detail = StrCat(detail, detail.empty() ? "" : " ", option.label, option.signature);
  }
  if (!detail.empty()) item.detail = std::move(detail);
  const bool has_documentation = !option.documentation.empty() || !option.include.empty();
  if (has_documentation && !style.resolves_documentation) item.documentation = Markdown(option);
  // The order is ours: clients sort by this text, and would sort equal matches by name.
  char sort[16];
  std::snprintf(sort, sizeof(sort), "%06zu", rank);
  item.sort_text = sort;
  item.filter_text = option.filter;
  item.score = option.score;
  std::string snippet = option.snippet;
  if (IsCallable(option.kind)) snippet = WithArguments(snippet, style.arguments);
  const bool is_snippet = style.snippets && !snippet.empty();
  item.insert_text_format = is_snippet ? InsertTextFormat::kSnippet : InsertTextFormat::kPlainText;
  item.text_edit = TextEdit{replaced, is_snippet ? snippet : option.insert};
  if (!option.edits.empty()) {
    std::vector<TextEdit>& edits = item.additional_text_edits.emplace();
    for (const CodeEdit& edit : option.edits) {
      edits.push_back({live.ClientRange(document, edit.range), edit.text});
    }
  }
  return item;
}

// Whether the character that made the client ask can begin anything here: of "->" and "::" the second one, the
// others in an #include.
bool IsWorthAsking(const CompletionParams& params, std::string_view text,
                   const CompletionPoint& point) {
  if (!params.context || params.context->trigger_kind != CompletionTriggerKind::kTriggerCharacter) {
    return true;
  }
  const std::string& character = params.context->trigger_character.value_or("");
  const std::string_view ahead = text.substr(0, point.cursor);
  if (character == ">") return ahead.ends_with("->");
  if (character == ":") return ahead.ends_with("::");
  if (character == "\"" || character == "<" || character == "/") return point.in_include;
  return true;
}

// What a language model would go on with, as the last item.
std::optional<CompletionItem> ModelItem(GhostText& ghost_text, const CompletionParams& params,
                                        const DocumentSnapshot& document, std::string_view typed,
                                        const Range& replaced, const Work& work) {
  std::optional<Suggestion> suggestion = ghost_text.ForList(document, params.position, work);
  if (!suggestion) return std::nullopt;
  CompletionItem item;
  item.label = StrCat(typed, suggestion->text.substr(0, suggestion->text.find('\n')));
  item.kind = CompletionItemKind::kText;
  item.detail = "by the language model";
  item.sort_text = "~";  // behind all digits
  item.filter_text = StrCat(typed, suggestion->text);
  item.insert_text_format = InsertTextFormat::kPlainText;
  item.text_edit = TextEdit{{replaced.start, params.position}, *item.filter_text};
  item.command = GhostText::TakenCommand(suggestion->id);
  return item;
}

// How many options the compiler shall give: more than are shown, since the index may put another one first.
uint32_t CompilerLimit(size_t shown) {
  return shown == 0 ? 0 : static_cast<uint32_t>(shown + shown / 2);
}

absl::StatusOr<CompletionList> Complete(Session& session, LiveDocuments& live,
                                        CompletionMemory& memory, GhostText& ghost_text,
                                        const CompletionParams& params,
                                        const DocumentSnapshot& document, const Work& work) {
  const std::string text = document->text.ToString();
  const size_t offset = OffsetOfClient(document->text, params.position, session.encoding());
  const CompletionPoint point = FindCompletionPoint(text, static_cast<uint32_t>(offset));
  CompletionList list;
  if (!IsWorthAsking(params, text, point)) return list;
  const CompletionPlace place = PlaceOf(document->name.uri, text, point);
  const std::shared_ptr<const Config> config = session.ConfigOf(document->name.path);
  std::optional<CompletionAnswer> answer = memory.Narrow(place);
  if (!answer) {
    const std::shared_ptr<const ServerOptions> options = session.options();
    Question question = live.QuestionAt(QuestionKind::kComplete, document, params.position);
    question.limit = CompilerLimit(options->limit_results);
    question.overloads_apart = options->detailed_completion;
    absl::StatusOr<CompletionAnswer> asked =
        live.Ask<CompletionAnswer>(document, std::move(question), work);
    if (!asked.ok()) return asked.status();
    answer = *std::move(asked);
    CompleteFromIndex(session, *document, text, point, *answer);
  }
  std::erase_if(answer->options, [&](const CompletionOption& option) {
    return !IsWanted(option, point.typed, *config);
  });
  const ItemStyle style = StyleOf(session, *config);
  list.is_incomplete = answer->is_incomplete;
  const Range replaced = live.ClientRange(document, answer->replaced);
  list.items.reserve(answer->options.size());
  for (size_t rank = 0; rank < answer->options.size(); ++rank) {
    list.items.push_back(ClientItem(answer->options[rank], rank, replaced, style, live, document));
  }
  const uint64_t number = memory.Keep(place, *std::move(answer));
  for (size_t rank = 0; rank < list.items.size(); ++rank) {
    list.items[rank].data = {{"answer", number}, {"option", rank}};
  }
  const size_t begin = OffsetOfClient(document->text, replaced.start, session.encoding());
  if (begin <= offset && !point.in_include) {
    auto item = ModelItem(ghost_text, params, document,
                          std::string_view(text).substr(begin, offset - begin), replaced, work);
    if (item) list.items.push_back(*std::move(item));
  }
  return list;
}

// Of an answer that is forgotten the item stays as it was sent.
CompletionItem Resolve(Session& session, const CompletionMemory& memory, CompletionItem item) {
  if (!item.data.is_object() || item.documentation) return item;
  const auto answer = item.data.find("answer");
  const auto place = item.data.find("option");
  if (answer == item.data.end() || place == item.data.end() || !answer->is_number_unsigned() ||
      !place->is_number_unsigned()) {
    return item;
  }
  std::optional<CompletionOption> option =
      memory.Option(answer->get<uint64_t>(), place->get<size_t>());
  if (!option || !item.label.starts_with(option->label)) return item;
  if (option->is_from_index) DescribeFromIndex(session, *option);
  if (!option->documentation.empty() || !option->include.empty())
    item.documentation = Markdown(*option);
  if (!item.detail && !option->result.empty()) item.detail = option->result;
  if (item.label_details && !item.label_details->detail && !option->signature.empty()) {
    item.label_details->detail = option->signature;
  }
  return item;
}

}  // namespace

void BindCompletion(Dispatcher& dispatcher, Session& session, LiveDocuments& live,
                    const std::shared_ptr<GhostText>& ghost_text) {
  CompletionOptions options;
  options.trigger_characters = {".", ">", ":", "\"", "/", "<"};
  options.resolve_provider = true;
  session.capabilities().completion_provider = std::move(options);
  auto memory = std::make_shared<CompletionMemory>();
  OnDocumentRequest<CompletionRequest>(
      dispatcher, session, "lsp.completion",
      [&session, &live, memory, ghost_text](const CompletionParams& params,
                                            const DocumentSnapshot& document, const Work& work) {
        return Complete(session, live, *memory, *ghost_text, params, document, work);
      });
  OnPlainRequest<CompletionResolveRequest>(
      dispatcher, session, "lsp.completionResolve",
      [&session, memory](const CompletionItem& item, const Work&)
          -> absl::StatusOr<CompletionItem> { return Resolve(session, *memory, item); });
}

}  // namespace astrolabe::lsp

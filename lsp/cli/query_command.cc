// `astrolabe query symbol|file|text|outline`: ask tier 0. The questions about symbols and includes are in
// semantic_command.cc.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/strings.h"
#include "index/index_store.h"
#include "index/query/file_query.h"
#include "index/query/symbol_query.h"
#include "index/query/text_search.h"
#include "index/words.h"
#include "lsp/cli/command.h"
#include "lsp/cli/json.h"
#include "lsp/cli/semantic_command.h"
#include "lsp/cli/terminal.h"

namespace astrolabe {
namespace {

constexpr size_t kDefaultSymbolLimit = 20;

struct QueryArguments {
  WorkspaceOptions workspace;
  std::string text;
  std::vector<std::string> kinds;
  std::string near_file;
  std::optional<size_t> limit;  // 0: all
  bool regex = false;
  bool substring = false;
  bool ignore_case = false;
  bool exact = false;
};

// Runs `answer` on the index of the workspace. `answer` gives the exit code.
template <typename Answer>
int WithIndex(QueryArguments& arguments, Answer answer) {
  if (absl::Status status = ResolveWorkspace(arguments.workspace); !status.ok())
    return Fail(status);
  absl::StatusOr<std::shared_ptr<const Snapshot>> snapshot =
      OpenSnapshot(RealFileSystem(), arguments.workspace.index_dir);
  if (!snapshot.ok()) {
    int code = Fail(snapshot.status());
    if (!absl::IsNotFound(snapshot.status())) return code;
    std::fprintf(stderr, "run this first: astrolabe index --root %s\n",
                 arguments.workspace.root.c_str());
    return kExitNoIndex;
  }
  int code = answer(**snapshot);
  if (absl::Status damage = (*snapshot)->damage(); !damage.ok()) return Fail(damage);
  return code;
}

void PrintSymbol(const SymbolHit& hit, bool json) {
  if (json) {
    OrderedJson object = {{"file", hit.path},
                          {"line", hit.name_position.line + 1},
                          {"column", hit.name_position.column + 1},
                          {"name", hit.name},
                          {"qualified", hit.Qualified()},
                          {"kind", SymbolKindName(hit.kind)},
                          {"tier", 0},
                          {"score", hit.score},
                          {"definition", hit.is_definition},
                          {"end_line", hit.end.line + 1}};
    return PrintJsonLine(object);
  }
  std::printf("%s:%s:%u: %s %s%s\n", Styled(Style::kPath, hit.path).c_str(),
              Styled(Style::kLine, std::to_string(hit.name_position.line + 1)).c_str(),
              hit.name_position.column + 1, std::string(SymbolKindName(hit.kind)).c_str(),
              Styled(Style::kName, hit.Qualified()).c_str(),
              hit.is_definition ? "" : Styled(Style::kDim, " (declaration)").c_str());
}

absl::StatusOr<uint32_t> KindBits(const std::vector<std::string>& kinds) {
  uint32_t bits = 0;
  for (const std::string& name : kinds) {
    std::optional<SymbolKind> kind = ParseSymbolKind(name);
    if (!kind) {
      std::string all;
      for (int k = 0; k < kSymbolKindCount; ++k) {
        all += StrCat(k == 0 ? "" : ", ", SymbolKindName(static_cast<SymbolKind>(k)));
      }
      return absl::InvalidArgumentError(StrCat("unknown kind \"", name, "\"; kinds are ", all));
    }
    bits |= 1u << static_cast<unsigned>(*kind);
  }
  return bits;
}

int QuerySymbol(QueryArguments& arguments) {
  absl::StatusOr<uint32_t> kinds = KindBits(arguments.kinds);
  if (!kinds.ok()) return Fail(kinds.status());
  return WithIndex(arguments, [&](const Snapshot& snapshot) -> int {
    SymbolQuery query;
    query.text = arguments.text;
    query.limit = arguments.limit.value_or(kDefaultSymbolLimit);
    query.kinds = *kinds;
    query.exact = arguments.exact;
    if (!arguments.near_file.empty()) {
      query.near_path = RelativeToRoot(arguments.near_file, arguments.workspace.root);
    }
    std::vector<SymbolHit> hits = FindSymbols(snapshot, query);
    for (const SymbolHit& hit : hits) PrintSymbol(hit, arguments.workspace.json);
    return hits.empty() ? kExitNothingFound : kExitOk;
  });
}

int QueryFile(QueryArguments& arguments) {
  return WithIndex(arguments, [&](const Snapshot& snapshot) -> int {
    std::vector<FileHit> hits =
        FindFiles(snapshot, arguments.text, arguments.limit.value_or(kDefaultSymbolLimit));
    for (const FileHit& hit : hits) {
      if (arguments.workspace.json) {
        PrintJsonLine({{"file", hit.path}, {"tier", 0}, {"score", hit.score}});
      } else {
        std::printf("%s\n", Styled(Style::kPath, hit.path).c_str());
      }
    }
    return hits.empty() ? kExitNothingFound : kExitOk;
  });
}

int QueryOutline(QueryArguments& arguments) {
  return WithIndex(arguments, [&](const Snapshot& snapshot) -> int {
    std::string path = RelativeToRoot(arguments.text, arguments.workspace.root);
    FileLocation location;
    if (!FindLiveFile(snapshot, path, &location)) {
      return Fail(absl::NotFoundError(
          StrCat(arguments.text, " is not in the index (`astrolabe query file` finds files)")));
    }
    std::vector<SymbolHit> hits = OutlineOf(snapshot, path);
    size_t limit = arguments.limit.value_or(0);
    if (limit != 0 && hits.size() > limit) hits.resize(limit);
    for (const SymbolHit& hit : hits) PrintSymbol(hit, arguments.workspace.json);
    return hits.empty() ? kExitNothingFound : kExitOk;
  });
}

void PrintTextMatch(const TextMatch& match, bool json) {
  if (json) {
    PrintJsonLine({{"file", match.path},
                   {"line", match.line + 1},
                   {"column", match.column + 1},
                   {"name", match.text.substr(match.column, match.length)},
                   {"tier", 0},
                   {"text", match.text}});
    return;
  }
  std::string_view text = match.text;
  std::string shown = StrCat(text.substr(0, match.column),
                             Styled(Style::kName, text.substr(match.column, match.length)),
                             text.substr(match.column + match.length));
  std::printf("%s:%s:%u: %s\n", Styled(Style::kPath, match.path).c_str(),
              Styled(Style::kLine, std::to_string(match.line + 1)).c_str(), match.column + 1,
              shown.c_str());
}

int QueryText(QueryArguments& arguments) {
  return WithIndex(arguments, [&](const Snapshot& snapshot) -> int {
    TextQuery query;
    query.pattern = arguments.text;
    query.ignore_case = arguments.ignore_case;
    query.limit = arguments.limit.value_or(0);
    query.threads = arguments.workspace.threads;
    if (arguments.regex) {
      query.mode = TextMode::kRegex;
    } else {
      query.mode =
          IsWord(arguments.text) && !arguments.substring ? TextMode::kWord : TextMode::kLiteral;
    }
    absl::StatusOr<TextSummary> summary = SearchText(
        snapshot, arguments.workspace.root, query,
        [&](const TextMatch& match) { PrintTextMatch(match, arguments.workspace.json); },
        &Interrupted());
    if (!summary.ok()) return Fail(summary.status());
    if (!arguments.workspace.json) {
      const char* what =
          query.mode == TextMode::kWord ? " (whole words; --substring for parts)" : "";
      std::fflush(stdout);
      std::fprintf(stderr, "%s lines in %s files, %s files read%s%s\n",
                   WithThousands(summary->matches).c_str(),
                   WithThousands(summary->files_matched).c_str(),
                   WithThousands(summary->files_searched).c_str(), what,
                   summary->truncated ? "; there are more" : "");
    }
    if (Interrupted()) return kExitInterrupted;
    return summary->matches == 0 ? kExitNothingFound : kExitOk;
  });
}

}  // namespace

void RegisterQueryCommand(CLI::App& app, int* exit_code) {
  CLI::App* query = app.add_subcommand("query", "ask the index: names, text, symbols, includes");
  query->require_subcommand(1);
  auto add = [&](const char* name, const char* help, const char* argument,
                 const char* argument_help, auto run) {
    auto arguments = std::make_shared<QueryArguments>();
    CLI::App* command = query->add_subcommand(name, help);
    command->add_option(argument, arguments->text, argument_help)->required();
    AddWorkspaceOptions(*command, arguments->workspace);
    command->callback([=] { *exit_code = run(*arguments); });
    return std::make_pair(command, arguments);
  };
  auto add_limit = [](CLI::App* command, QueryArguments& arguments, const char* help) {
    command->add_option("--limit", arguments.limit, help);
  };

  auto [symbol, symbol_arguments] =
      add("symbol", "symbols by name, by its beginning, by parts of it, or mistyped", "NAME",
          "name, or scope::name", QuerySymbol);
  add_limit(symbol, *symbol_arguments, "results at most (default: 20)");
  symbol->add_option("--kind", symbol_arguments->kinds, "only these kinds, comma separated")
      ->delimiter(',');
  symbol->add_flag("--exact", symbol_arguments->exact, "only this very name");
  symbol->add_option("--near", symbol_arguments->near_file, "prefer symbols near this file");

  auto [file, file_arguments] = add("file", "files by name or by the end of their path", "NAME",
                                    "file name or path", QueryFile);
  add_limit(file, *file_arguments, "results at most (default: 20)");

  auto [outline, outline_arguments] =
      add("outline", "all symbols of one file", "FILE", "path", QueryOutline);
  add_limit(outline, *outline_arguments, "symbols at most (default: all)");

  auto [text, text_arguments] =
      add("text", "lines with a text: a word, a literal or a regular expression", "TEXT",
          "what to look for; an identifier is found as a whole word", QueryText);
  add_limit(text, *text_arguments, "lines at most (default: all)");
  text->add_flag("--regex", text_arguments->regex, "TEXT is an RE2 regular expression");
  text->add_flag("--substring", text_arguments->substring,
                 "find an identifier inside longer ones too");
  text->add_flag("-i,--ignore-case", text_arguments->ignore_case, "ignore case");
  text->add_option("-j,--threads", text_arguments->workspace.threads, "threads");

  RegisterSemanticQueries(*query, exit_code);
}

}  // namespace astrolabe

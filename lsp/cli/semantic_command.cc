// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/cli/semantic_command.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "index/index_store.h"
#include "index/query/semantic_includes.h"
#include "index/query/semantic_query.h"
#include "lsp/cli/command.h"
#include "lsp/cli/semantic_print.h"
#include "lsp/cli/terminal.h"

namespace astrolabe {
namespace {

struct SemanticArguments {
  WorkspaceOptions workspace;
  std::string text;
  size_t limit = 0;  // 0: all
  bool transitive = false;
};

struct OpenIndexes {
  std::shared_ptr<const SemanticIndex> semantic;
  std::shared_ptr<const Snapshot> snapshot;

  QuerySources Sources(const std::string& root) const {
    return {semantic.get(), snapshot.get(), root};
  }
};

void PrintNotes(const std::vector<std::string>& notes) {
  std::fflush(stdout);
  for (const std::string& note : notes) std::fprintf(stderr, "note: %s\n", note.c_str());
}

// Runs `answer` on whatever indexes the workspace has. `answer` gives the exit code.
template <typename Answer>
int WithIndexes(WorkspaceOptions& workspace, Answer answer) {
  if (absl::Status status = ResolveWorkspace(workspace); !status.ok()) return Fail(status);
  OpenIndexes indexes;
  auto semantic = OpenSemanticIndex(RealFileSystem(), workspace.index_dir);
  if (!semantic.ok()) return Fail(semantic.status());
  indexes.semantic = std::move(*semantic);
  auto snapshot = OpenSnapshot(RealFileSystem(), workspace.index_dir);
  if (snapshot.ok()) {
    indexes.snapshot = std::move(*snapshot);
  } else if (!absl::IsNotFound(snapshot.status()) || !indexes.semantic) {
    const int code = Fail(snapshot.status());
    if (!absl::IsNotFound(snapshot.status())) return code;
    std::fprintf(stderr, "run this first: astrolabe index --root %s\n", workspace.root.c_str());
    return kExitNoIndex;
  }
  const int code = answer(indexes);
  for (const absl::Status& damage :
       {indexes.semantic ? indexes.semantic->damage() : absl::OkStatus(),
        indexes.snapshot ? indexes.snapshot->damage() : absl::OkStatus()}) {
    if (!damage.ok()) return Fail(damage);
  }
  return code;
}

void PrintReferenceSummary(const SemanticSummary& summary, bool semantic) {
  std::fflush(stdout);
  const char* more = summary.truncated ? "; there are more" : "";
  if (!semantic) {
    std::fprintf(stderr, "%s places, %s files read (lexical: every token of that name)%s\n",
                 WithThousands(summary.hits[0]).c_str(),
                 WithThousands(summary.files_searched).c_str(), more);
    return;
  }
  std::fprintf(stderr, "%s places by the compiler, %s by name%s\n",
               WithThousands(summary.hits[1]).c_str(), WithThousands(summary.hits[0]).c_str(),
               more);
}

int RunQuestion(SemanticQuestion question, SemanticArguments& arguments) {
  absl::StatusOr<SymbolArgument> argument = ParseSymbolArgument(arguments.text);
  if (!argument.ok()) return Fail(argument.status());
  return WithIndexes(arguments.workspace, [&](const OpenIndexes& indexes) -> int {
    SemanticRequest request;
    request.question = question;
    request.argument = std::move(*argument);
    request.transitive = arguments.transitive;
    request.limit = arguments.limit;
    request.threads = arguments.workspace.threads;
    request.with_lines = true;
    if (auto* place = std::get_if<PlaceArgument>(&request.argument)) {
      place->path = RelativeToRoot(place->path, arguments.workspace.root);
    }
    HitPrinter printer(question, arguments.workspace.json, indexes.semantic != nullptr);
    absl::StatusOr<SemanticSummary> summary = AskSemantic(
        indexes.Sources(arguments.workspace.root), request,
        [&](const SemanticHit& hit) { printer.Print(hit); }, &Interrupted());
    if (!summary.ok()) return Fail(summary.status());
    if (!indexes.semantic) {
      summary->notes.emplace_back(
          "answered by name: `astrolabe index` with a compile_commands.json gives exact answers");
    }
    PrintNotes(summary->notes);
    if (!arguments.workspace.json && question == SemanticQuestion::kReferences) {
      PrintReferenceSummary(*summary, indexes.semantic != nullptr);
    }
    if (Interrupted()) return kExitInterrupted;
    return summary->hits[0] + summary->hits[1] == 0 ? kExitNothingFound : kExitOk;
  });
}

// A file may be given with the place in it, as the other questions take it.
std::string FileOf(const std::string& text) {
  absl::StatusOr<SymbolArgument> argument = ParseSymbolArgument(text);
  if (!argument.ok()) return text;
  const auto* place = std::get_if<PlaceArgument>(&*argument);
  return place ? place->path : text;
}

int RunIncludes(SemanticArguments& arguments, bool includers) {
  return WithIndexes(arguments.workspace, [&](const OpenIndexes& indexes) -> int {
    const QuerySources sources = indexes.Sources(arguments.workspace.root);
    const std::string path = RelativeToRoot(FileOf(arguments.text), arguments.workspace.root);
    if (arguments.transitive && !indexes.semantic) {
      return Fail(absl::FailedPreconditionError(
          "--transitive needs the semantic index, and there is none: `astrolabe index` builds it "
          "where it finds a compile_commands.json"));
    }
    IncludeAnswer answer = includers ? FindIncluders(sources, path, arguments.transitive)
                                     : FindIncludes(sources, path);
    if (!answer.known) {
      answer.notes.push_back(
          StrCat(path, " is not in the index (`astrolabe query file` finds files)"));
    }
    size_t printed = 0;
    for (const IncludeHit& hit : answer.hits) {
      if (arguments.limit != 0 && printed == arguments.limit) break;
      ++printed;
      PrintInclude(hit, arguments.workspace.json);
    }
    PrintNotes(answer.notes);
    return answer.hits.empty() ? kExitNothingFound : kExitOk;
  });
}

}  // namespace

absl::StatusOr<std::shared_ptr<const SemanticIndex>> OpenSemanticIndex(
    FileSystem& fs, const std::string& index_dir) {
  auto index = SemanticIndex::Open(fs, SemanticDirectory(index_dir));
  if (!index.ok() && absl::IsNotFound(index.status())) {
    return std::shared_ptr<const SemanticIndex>();
  }
  return index;
}

std::string RelativeToRoot(const std::string& path, const std::string& root) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path absolute = fs::weakly_canonical(path, error);
  if (error || !fs::exists(absolute, error)) return path;
  const fs::path relative = absolute.lexically_relative(root);
  const bool below = !relative.empty() && *relative.begin() != "..";
  return below ? relative.string() : absolute.string();
}

void RegisterSemanticQueries(CLI::App& query, int* exit_code) {
  constexpr char kSymbol[] = "a name (rocksdb::DBImpl::Get), a USR (c:@...) or FILE:LINE:COL";
  auto add = [&](const char* name, const char* help, const char* argument,
                 const char* argument_help, auto run) {
    auto arguments = std::make_shared<SemanticArguments>();
    CLI::App* command = query.add_subcommand(name, help);
    command->add_option(argument, arguments->text, argument_help)->required();
    AddWorkspaceOptions(*command, arguments->workspace);
    command->add_option("--limit", arguments->limit, "lines at most (default: all)");
    command->callback([=] { *exit_code = run(*arguments); });
    return std::make_pair(command, arguments);
  };
  auto ask = [&](const char* name, const char* help, SemanticQuestion question) {
    return add(name, help, "SYMBOL", kSymbol,
               [question](SemanticArguments& a) { return RunQuestion(question, a); });
  };
  auto transitive = [](auto& added, const char* help) {
    added.first->add_flag("--transitive", added.second->transitive, help);
  };

  ask("def", "where a symbol is defined", SemanticQuestion::kDefinition);
  ask("decl", "where a symbol is declared", SemanticQuestion::kDeclaration);
  auto refs = ask("refs", "where a symbol is used; by name in files the compiler has not seen",
                  SemanticQuestion::kReferences);
  refs.first->add_option("-j,--threads", refs.second->workspace.threads, "threads");
  ask("callers", "who calls a function", SemanticQuestion::kCallers);
  ask("callees", "what a function calls", SemanticQuestion::kCallees);
  auto bases = ask("bases", "what a class derives from", SemanticQuestion::kBases);
  auto derived = ask("derived", "what derives from a class", SemanticQuestion::kDerived);
  auto overrides = ask("overrides", "what a method overrides, and what overrides it",
                       SemanticQuestion::kOverrides);
  transitive(bases, "bases of bases too");
  transitive(derived, "classes derived from those too");
  transitive(overrides, "along the whole hierarchy");
  ask("members", "members of a class, enum or namespace", SemanticQuestion::kMembers);
  ask("hover", "what a symbol is: kind, type, documentation", SemanticQuestion::kHover);
  add("includes", "what a file includes", "FILE", "path",
      [](SemanticArguments& a) { return RunIncludes(a, false); });
  auto included_by = add("included-by", "who includes a file", "FILE", "path",
                         [](SemanticArguments& a) { return RunIncludes(a, true); });
  transitive(included_by, "the translation units that read it in any way");
}

}  // namespace astrolabe

// `astrolabe stats`, `verify` and `dump`: look into an index and into what tier 0 makes of a file.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "base/file_system.h"
#include "base/strings.h"
#include "index/file_scanner.h"
#include "index/index_store.h"
#include "index/lexer.h"
#include "index/source_reader.h"
#include "lsp/cli/command.h"
#include "lsp/cli/json.h"
#include "lsp/cli/semantic_command.h"
#include "lsp/cli/semantic_inspect.h"
#include "lsp/cli/terminal.h"

namespace astrolabe {
namespace {

constexpr uint64_t kMaxDumpBytes = uint64_t{1} << 30;

absl::StatusOr<std::shared_ptr<const Snapshot>> OpenWorkspaceIndex(WorkspaceOptions& workspace) {
  if (absl::Status status = ResolveWorkspace(workspace); !status.ok()) return status;
  return OpenSnapshot(RealFileSystem(), workspace.index_dir);
}

int FailToOpen(const absl::Status& status) {
  int code = Fail(status);
  return absl::IsNotFound(status) ? kExitNoIndex : code;
}

SemanticStats SemanticStatsOf(const WorkspaceOptions& workspace, const SemanticIndex& index) {
  return CollectSemanticStats(RealFileSystem(), index, SemanticDirectory(workspace.index_dir));
}

OrderedJson SemanticJson(const SemanticStats& stats) {
  return {{"generation", stats.generation},
          {"units", stats.units},
          {"units_with_errors", stats.units_with_errors},
          {"outcomes", stats.outcomes},
          {"reasons", stats.reasons},
          {"files", stats.files},
          {"variants", stats.variants},
          {"source_bytes", stats.source_bytes},
          {"index_bytes", stats.index_bytes}};
}

void PrintSemanticStats(const SemanticStats& stats) {
  std::printf("semantic index: generation %s, %s; %s files in %s variants, %s of source\n",
              std::to_string(stats.generation).c_str(), Bytes(stats.index_bytes).c_str(),
              WithThousands(stats.files).c_str(), WithThousands(stats.variants).c_str(),
              Bytes(stats.source_bytes).c_str());
  std::printf("%s translation units, %s with errors:\n", WithThousands(stats.units).c_str(),
              WithThousands(stats.units_with_errors).c_str());
  for (const auto& [outcome, units] : stats.outcomes) {
    std::printf("  %-16s %12s\n", outcome.c_str(), WithThousands(units).c_str());
  }
  for (const auto& [reason, units] : stats.reasons) {
    std::printf("  %12s  %s\n", WithThousands(units).c_str(), reason.c_str());
  }
}

int RunStats(WorkspaceOptions& workspace) {
  absl::StatusOr<std::shared_ptr<const Snapshot>> snapshot = OpenWorkspaceIndex(workspace);
  if (!snapshot.ok()) return FailToOpen(snapshot.status());
  auto semantic = OpenSemanticIndex(RealFileSystem(), workspace.index_dir);
  if (!semantic.ok()) return Fail(semantic.status());
  uint64_t files = 0, other = 0, lines = 0, bytes = 0, symbols = 0, dead = 0, index_bytes = 0;
  std::map<std::string, std::pair<uint64_t, uint64_t>> sections;  // name -> bytes, items
  for (const LiveSegment& live : (*snapshot)->segments) {
    index_bytes += live.segment->byte_size();
    dead += live.dead.Count();
    for (uint32_t f = 0; f < live.segment->file_count(); ++f) {
      FileRow row;
      if (live.dead.Contains(f) || !live.segment->File(f, &row)) continue;
      bool scanned = (row.record.flags & kFileScanned) != 0;
      files += scanned;
      other += !scanned;
      lines += row.record.line_count;
      bytes += scanned ? row.record.size : 0;
      symbols += row.symbol_count;
    }
    for (const SectionInfo& section : live.segment->Sections()) {
      auto& [section_bytes, items] = sections[std::string(section.name)];
      section_bytes += section.bytes;
      items += section.items;
    }
  }
  double share = bytes == 0 ? 0 : static_cast<double>(index_bytes) / static_cast<double>(bytes);
  if (workspace.json) {
    OrderedJson by_section = OrderedJson::object();
    for (const auto& [name, size] : sections) {
      by_section[name] = {{"bytes", size.first}, {"items", size.second}};
    }
    OrderedJson object = {{"root", (*snapshot)->root},
                          {"generation", (*snapshot)->generation},
                          {"segments", (*snapshot)->segments.size()},
                          {"files", files},
                          {"other_files", other},
                          {"dead_files", dead},
                          {"lines", lines},
                          {"bytes", bytes},
                          {"symbols", symbols},
                          {"index_bytes", index_bytes},
                          {"index_share", share},
                          {"sections", by_section}};
    if (*semantic) object["semantic"] = SemanticJson(SemanticStatsOf(workspace, **semantic));
    PrintJsonLine(object);
  } else {
    std::printf("root %s\ngeneration %s, %zu segments, %s\n", (*snapshot)->root.c_str(),
                std::to_string((*snapshot)->generation).c_str(), (*snapshot)->segments.size(),
                Bytes(index_bytes).c_str());
    std::printf("%s source files, %s lines, %s; %s symbols; %s other files; %s dead records\n",
                WithThousands(files).c_str(), WithThousands(lines).c_str(), Bytes(bytes).c_str(),
                WithThousands(symbols).c_str(), WithThousands(other).c_str(),
                WithThousands(dead).c_str());
    std::printf("index is %.1f %% of the source:\n", 100 * share);
    for (const auto& [name, size] : sections) {
      std::printf("  %-16s %12s  %s items\n", name.c_str(), Bytes(size.first).c_str(),
                  WithThousands(size.second).c_str());
    }
    if (*semantic) PrintSemanticStats(SemanticStatsOf(workspace, **semantic));
  }
  for (const absl::Status& damage :
       {(*snapshot)->damage(), *semantic ? (*semantic)->damage() : absl::OkStatus()}) {
    if (!damage.ok()) return Fail(damage);
  }
  return kExitOk;
}

int RunVerify(WorkspaceOptions& workspace) {
  absl::StatusOr<std::shared_ptr<const Snapshot>> snapshot = OpenWorkspaceIndex(workspace);
  if (!snapshot.ok()) return FailToOpen(snapshot.status());
  int code = kExitOk;
  uint64_t bytes = 0;
  for (const LiveSegment& live : (*snapshot)->segments) {
    absl::Status status = live.segment->Verify();
    bytes += live.segment->byte_size();
    if (!status.ok()) code = Fail(status);
  }
  // Either index may be whole while the other is not.
  auto semantic = OpenSemanticIndex(RealFileSystem(), workspace.index_dir);
  if (!semantic.ok()) {
    code = Fail(semantic.status());
  } else if (*semantic) {
    if (absl::Status status = VerifySemanticIndex(**semantic); !status.ok()) code = Fail(status);
  }
  const bool has_semantic = semantic.ok() && *semantic != nullptr;
  if (workspace.json) {
    PrintJsonLine({{"ok", code == kExitOk},
                   {"segments", (*snapshot)->segments.size()},
                   {"bytes", bytes},
                   {"semantic", has_semantic}});
  } else if (code == kExitOk) {
    std::printf("%zu segments, %s: every block as written%s\n", (*snapshot)->segments.size(),
                Bytes(bytes).c_str(), has_semantic ? "; the semantic index too" : "");
  }
  return code;
}

// Reads FILE, given from the working directory.
absl::StatusOr<SourceText> ReadSource(SourceReader& reader, const std::string& file) {
  std::filesystem::path path(file);
  std::string folder = path.has_parent_path() ? path.parent_path().string() : ".";
  absl::StatusOr<SourceRoot> root = SourceRoot::Open(folder);
  if (!root.ok()) return root.status();
  return reader.Read(*root, path.filename().string());
}

std::string_view KindName(const Token& token) {
  switch (token.kind) {
    case TokenKind::kIdentifier:
      return KeywordOf(std::string_view()) == token.keyword ? "identifier" : "keyword";
    case TokenKind::kNumber:
      return "number";
    case TokenKind::kString:
      return "string";
    case TokenKind::kCharacter:
      return "character";
    case TokenKind::kHash:
      return "directive";
    case TokenKind::kDirectiveEnd:
      return "directive-end";
    default:
      return "punctuator";
  }
}

int DumpTokens(const std::string& file) {
  SourceReader reader(kMaxDumpBytes);
  absl::StatusOr<SourceText> source = ReadSource(reader, file);
  if (!source.ok()) return Fail(source.status());
  ByteClasses classes;
  classes.Classify(source->text);
  LineMap lines;
  lines.Build(classes);
  Lexer lexer(source->text, classes);
  for (Token token = lexer.Next(); !token.Is(TokenKind::kEnd); token = lexer.Next()) {
    if (token.Is(TokenKind::kIdentifier)) token.keyword = KeywordOf(lexer.Text(token));
    std::printf("%u:%u %s %s\n", lines.Line(token.offset) + 1, lines.Column(token.offset) + 1,
                std::string(KindName(token)).c_str(), std::string(lexer.Text(token)).c_str());
  }
  return kExitOk;
}

int DumpOutline(const std::string& file) {
  SourceReader reader(kMaxDumpBytes);
  absl::StatusOr<SourceText> source = ReadSource(reader, file);
  if (!source.ok()) return Fail(source.status());
  FileScanner scanner;
  for (const Symbol& s : scanner.Scan(source->text, LanguageHintOf(file)).symbols) {
    std::printf("%s\n",
                StrCat(s.name_position.line + 1, ":", s.name_position.column + 1, " ",
                       SymbolKindName(s.kind), " ", s.scope, s.scope.empty() ? "" : "::", s.name,
                       s.is_definition ? "" : " (declared)", " [", s.begin.line + 1, ":",
                       s.begin.column + 1, "-", s.end.line + 1, ":", s.end.column + 1, "]")
                    .c_str());
  }
  return kExitOk;
}

int DumpSegment(const std::string& file) {
  absl::StatusOr<std::shared_ptr<const Segment>> segment = Segment::Open(RealFileSystem(), file);
  if (!segment.ok()) return FailToOpen(segment.status());
  for (const SectionInfo& section : (*segment)->Sections()) {
    std::printf("section %s: %s bytes, %s items\n", std::string(section.name).c_str(),
                std::to_string(section.bytes).c_str(), std::to_string(section.items).c_str());
  }
  for (StringCursor paths = (*segment)->paths().WalkAll(); paths.Next();) {
    FileRow row;
    if (!(*segment)->File(paths.id(), &row)) continue;
    std::printf("file %u %s: %s bytes, %u lines, flags %u, digest %016llx, %u symbols\n",
                paths.id(), std::string(paths.text()).c_str(),
                std::to_string(row.record.size).c_str(), row.record.line_count, row.record.flags,
                static_cast<unsigned long long>(row.record.digest), row.symbol_count);
    std::vector<SymbolRow> rows;
    (*segment)->SymbolsOf(paths.id(), &rows);
    for (const SymbolRow& symbol : rows) {
      std::string name, scope;
      (*segment)->names().Get(symbol.name_id, &name);
      (*segment)->scopes().Get(symbol.scope_id, &scope);
      std::printf("  %u:%u %s %s\n", symbol.name_position.line + 1, symbol.name_position.column + 1,
                  std::string(SymbolKindName(symbol.kind)).c_str(),
                  (scope.empty() ? name : scope + "::" + name).c_str());
    }
  }
  absl::Status damage = (*segment)->damage();
  return damage.ok() ? kExitOk : Fail(damage);
}

}  // namespace

void RegisterInspectCommands(CLI::App& app, int* exit_code) {
  auto stats_options = std::make_shared<WorkspaceOptions>();
  CLI::App* stats = app.add_subcommand("stats", "what is in the index, and what takes its space");
  AddWorkspaceOptions(*stats, *stats_options);
  AddRootArgument(*stats, *stats_options);
  stats->callback([=] { *exit_code = RunStats(*stats_options); });

  auto verify_options = std::make_shared<WorkspaceOptions>();
  CLI::App* verify = app.add_subcommand("verify", "check every byte of the index");
  AddWorkspaceOptions(*verify, *verify_options);
  AddRootArgument(*verify, *verify_options);
  verify->callback([=] { *exit_code = RunVerify(*verify_options); });

  CLI::App* dump = app.add_subcommand("dump", "print what a phase makes of a file");
  dump->require_subcommand(1);
  auto add = [&](const char* name, const char* help, int (*run)(const std::string&)) {
    auto file = std::make_shared<std::string>();
    CLI::App* command = dump->add_subcommand(name, help);
    command->add_option("FILE", *file, "path")->required();
    command->callback([=] { *exit_code = run(*file); });
  };
  add("tokens", "the tokens of a source file", DumpTokens);
  add("outline", "the symbols of a source file", DumpOutline);
  add("segment", "the records of one segment of an index", DumpSegment);
}

}  // namespace astrolabe

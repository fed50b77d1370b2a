// What Clang's own AST declares in the files of a workspace: the truth that the tier-0 outline is
// measured against (docs/OUTLINE.md).
//
// A program of the bench alone, on libclang's C API: it parses translation units of a compilation
// database and prints, as tab-separated lines,
//
//     D  kind  path  line  name     a declaration whose name is spelled at that place
//     S  path  first  last          lines that at least one unit's preprocessor did not skip
//
// Paths are relative to ROOT, lines 1-based. Left out, since no reader of the text could find them:
// implicit declarations, template instantiations, and names that a macro's body makes. Left out by
// design of the outline: locals, parameters, anonymous entities. What may be seen either way is
// printed as kind `optional`: friend declarations without a body, `struct Foo` as part of another
// declaration, namespace aliases, names that a macro without parameters replaces by others.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <clang-c/CXCompilationDatabase.h>
#include <clang-c/Index.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace {

std::string TakeString(CXString string) {
  const char* text = clang_getCString(string);
  std::string copy = text == nullptr ? "" : text;
  clang_disposeString(string);
  return copy;
}

using Declaration = std::tuple<std::string, unsigned, std::string, std::string>;

struct Truth {
  std::string root;                               // ends in '/'
  std::set<Declaration> declarations;             // path, line, kind, name
  std::map<std::string, std::vector<bool>> seen;  // by path: index 0 is line 1
};

// One translation unit being visited.
struct Visit {
  CXTranslationUnit unit;
  Truth* truth;
  std::set<std::string>* macros_with_parameters;
  bool is_friend = false;

  // `path` below the root, or empty.
  std::string PathOf(CXFile file) const {
    if (file == nullptr) return {};
    std::string path = TakeString(clang_File_tryGetRealPathName(file));
    if (!path.starts_with(truth->root)) return {};
    return path.substr(truth->root.size());
  }
};

bool IsRecord(CXCursorKind kind) {
  return kind == CXCursor_StructDecl || kind == CXCursor_ClassDecl || kind == CXCursor_UnionDecl ||
         kind == CXCursor_ClassTemplate || kind == CXCursor_ClassTemplatePartialSpecialization;
}

const char* KindName(CXCursor cursor) {
  CXCursorKind kind = clang_getCursorKind(cursor);
  if (IsRecord(kind) || kind == CXCursor_EnumDecl) {
    return clang_isCursorDefinition(cursor) != 0 ? "type" : "forward";
  }
  switch (kind) {
    case CXCursor_TypedefDecl:
    case CXCursor_TypeAliasDecl:  // an alias template holds one
    case CXCursor_ConceptDecl:
      return "type";
    case CXCursor_FunctionDecl:
    case CXCursor_FunctionTemplate:
    case CXCursor_CXXMethod:
    case CXCursor_Constructor:
    case CXCursor_Destructor:
    case CXCursor_ConversionFunction:
      return "function";
    case CXCursor_EnumConstantDecl:
      return "enumerator";
    case CXCursor_FieldDecl:
      return "field";
    case CXCursor_VarDecl:
      return IsRecord(clang_getCursorKind(clang_getCursorLexicalParent(cursor))) ? "field"
                                                                                 : "variable";
    case CXCursor_Namespace:
      return "namespace";
    case CXCursor_NamespaceAlias:
      return "optional";
    case CXCursor_MacroDefinition:
      return clang_Cursor_isMacroBuiltin(cursor) != 0 ? nullptr : "macro";
    default:
      return nullptr;
  }
}

// "Foo<T>" of a constructor is spelled "Foo".
std::string SpelledName(CXCursor cursor) {
  std::string name = TakeString(clang_getCursorSpelling(cursor));
  if (!name.starts_with("operator")) name.resize(std::min(name.size(), name.find('<')));
  return name;
}

// `template class Foo<int>;`, as opposed to `template <> class Foo<int> {…}`.
bool IsExplicitInstantiation(CXCursor cursor, std::string_view text) {
  if (clang_Cursor_isNull(clang_getSpecializedCursorTemplate(cursor)) != 0) return false;
  unsigned offset = 0;
  clang_getFileLocation(clang_getRangeStart(clang_getCursorExtent(cursor)), nullptr, nullptr,
                        nullptr, &offset);
  std::string_view rest = text.substr(std::min<size_t>(offset, text.size()));
  if (rest.starts_with("extern")) return true;
  if (!rest.starts_with("template")) return false;
  size_t next = rest.find_first_not_of(" \t\r\n", 8);
  return next != std::string_view::npos && rest[next] != '<';
}

// `struct Foo* x;` declares Foo on the side; `struct Foo;` does so on purpose.
bool IsForwardDeclaration(CXCursor cursor, std::string_view text) {
  unsigned offset = 0;
  clang_getFileLocation(clang_getRangeEnd(clang_getCursorExtent(cursor)), nullptr, nullptr, nullptr,
                        &offset);
  size_t next = text.find_first_not_of(" \t\r\n", offset);
  return next != std::string_view::npos && text[next] == ';';
}

std::string_view WordAt(std::string_view text, size_t offset) {
  auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  size_t end = offset;
  while (end < text.size() && is_word(text[end])) ++end;
  return text.substr(offset, end - offset);
}

void Record(CXCursor cursor, const Visit& visit) {
  const char* kind = KindName(cursor);
  if (kind == nullptr) return;
  CXFile file = nullptr;
  unsigned line = 0;
  unsigned offset = 0;
  clang_getFileLocation(clang_getCursorLocation(cursor), &file, &line, nullptr, &offset);
  std::string path = visit.PathOf(file);
  if (path.empty()) return;
  size_t size = 0;
  const char* begin = clang_getFileContents(visit.unit, file, &size);
  if (begin == nullptr || offset > size) return;
  std::string_view text(begin, size);
  if (IsExplicitInstantiation(cursor, text)) return;
  std::string name = SpelledName(cursor);
  CXCursorKind cursor_kind = clang_getCursorKind(cursor);
  if (cursor_kind == CXCursor_MacroDefinition && clang_Cursor_isMacroFunctionLike(cursor) != 0) {
    visit.macros_with_parameters->insert(name);
  }
  std::string_view probe = name;
  if (probe.starts_with("operator")) probe = "operator";
  bool optional = false;
  if (!text.substr(offset).starts_with(probe)) {
    // `namespace ROCKSDB_NAMESPACE {`: a reader knows it by what is written there. But
    // `DECLARE_int32(x);` is no declaration of that name.
    std::string_view spelled = WordAt(text, offset);
    name = spelled;
    if (visit.macros_with_parameters->contains(name)) return;
    optional = cursor_kind != CXCursor_Namespace;
  }
  if (name.empty()) return;
  optional |= visit.is_friend && clang_isCursorDefinition(cursor) == 0;
  optional |= std::string_view(kind) == "forward" && !IsForwardDeclaration(cursor, text);
  visit.truth->declarations.emplace(path, line, optional ? "optional" : kind, name);
}

CXChildVisitResult VisitCursor(CXCursor cursor, CXCursor, CXClientData data) {
  const Visit& visit = *static_cast<const Visit*>(data);
  Record(cursor, visit);
  CXCursorKind kind = clang_getCursorKind(cursor);
  bool holds_declarations = IsRecord(kind) || kind == CXCursor_EnumDecl ||
                            kind == CXCursor_Namespace || kind == CXCursor_LinkageSpec ||
                            kind == CXCursor_UnexposedDecl || kind == CXCursor_FriendDecl ||
                            kind == CXCursor_TypeAliasTemplateDecl;
  if (holds_declarations) {
    Visit inner = visit;
    inner.is_friend = kind == CXCursor_FriendDecl;
    clang_visitChildren(cursor, VisitCursor, &inner);
  }
  return CXChildVisit_Continue;
}

// Marks the lines of every file of the unit that its preprocessor read and did not skip.
void RecordSeenLines(const Visit& visit) {
  std::map<std::string, std::vector<bool>> read;
  auto on_file = [](CXFile file, CXSourceLocation*, unsigned, CXClientData data) {
    auto& [files, v] = *static_cast<std::pair<decltype(read)*, const Visit*>*>(data);
    std::string path = v->PathOf(file);
    if (path.empty()) return;
    size_t size = 0;
    const char* text = clang_getFileContents(v->unit, file, &size);
    if (text == nullptr) return;
    files->emplace(path, std::vector<bool>(1 + std::count(text, text + size, '\n'), true));
  };
  std::pair<decltype(read)*, const Visit*> context(&read, &visit);
  clang_getInclusions(visit.unit, on_file, &context);
  CXSourceRangeList* skipped = clang_getAllSkippedRanges(visit.unit);
  for (unsigned i = 0; i < skipped->count; ++i) {
    CXFile file = nullptr;
    unsigned first = 0;
    unsigned last = 0;
    clang_getFileLocation(clang_getRangeStart(skipped->ranges[i]), &file, &first, nullptr, nullptr);
    clang_getFileLocation(clang_getRangeEnd(skipped->ranges[i]), nullptr, &last, nullptr, nullptr);
    auto it = read.find(visit.PathOf(file));
    if (it == read.end()) continue;
    // The range runs from one directive to the next, neither of which is skipped itself.
    for (unsigned line = first + 1; line < last && line <= it->second.size(); ++line) {
      it->second[line - 1] = false;
    }
  }
  clang_disposeSourceRangeList(skipped);
  for (auto& [path, lines] : read) {
    std::vector<bool>& all = visit.truth->seen[path];
    if (all.size() < lines.size()) all.resize(lines.size(), false);
    for (size_t i = 0; i < lines.size(); ++i) {
      if (lines[i]) all[i] = true;
    }
  }
}

// False when the unit could not be parsed.
bool ReadUnit(CXIndex index, CXCompileCommand command, Truth& truth) {
  std::vector<std::string> arguments;
  for (unsigned i = 0; i < clang_CompileCommand_getNumArgs(command); ++i) {
    arguments.push_back(TakeString(clang_CompileCommand_getArg(command, i)));
  }
  arguments.push_back("-working-directory=" +
                      TakeString(clang_CompileCommand_getDirectory(command)));
  std::vector<const char*> argv;
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  CXTranslationUnit unit = nullptr;
  CXErrorCode error = clang_parseTranslationUnit2FullArgv(
      index, nullptr, argv.data(), static_cast<int>(argv.size()), nullptr, 0,
      CXTranslationUnit_DetailedPreprocessingRecord | CXTranslationUnit_KeepGoing, &unit);
  if (error != CXError_Success) return false;
  for (unsigned i = 0; i < clang_getNumDiagnostics(unit); ++i) {
    CXDiagnostic diagnostic = clang_getDiagnostic(unit, i);
    if (clang_getDiagnosticSeverity(diagnostic) >= CXDiagnostic_Error) {
      std::string text =
          TakeString(clang_formatDiagnostic(diagnostic, clang_defaultDiagnosticDisplayOptions()));
      std::fprintf(stderr, "%s\n", text.c_str());
    }
    clang_disposeDiagnostic(diagnostic);
  }
  std::set<std::string> macros_with_parameters;
  Visit visit{unit, &truth, &macros_with_parameters};
  clang_visitChildren(clang_getTranslationUnitCursor(unit), VisitCursor, &visit);
  RecordSeenLines(visit);
  clang_disposeTranslationUnit(unit);
  return true;
}

void PrintTruth(const Truth& truth) {
  for (const auto& [path, line, kind, name] : truth.declarations) {
    std::printf("D\t%s\t%s\t%u\t%s\n", kind.c_str(), path.c_str(), line, name.c_str());
  }
  for (const auto& [path, lines] : truth.seen) {
    for (size_t i = 0; i < lines.size();) {
      size_t end = i;
      while (end < lines.size() && lines[end]) ++end;
      if (end > i) std::printf("S\t%s\t%zu\t%zu\n", path.c_str(), i + 1, end);
      i = end + 1;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: %s DIR_OF_COMPILE_COMMANDS ROOT SOURCE...\n", argv[0]);
    return 2;
  }
  CXCompilationDatabase_Error error;
  CXCompilationDatabase database = clang_CompilationDatabase_fromDirectory(argv[1], &error);
  if (error != CXCompilationDatabase_NoError) {
    std::fprintf(stderr, "%s: no readable compile_commands.json there\n", argv[1]);
    return 1;
  }
  Truth truth;
  truth.root = std::string(argv[2]) + (std::string_view(argv[2]).ends_with('/') ? "" : "/");
  CXIndex index = clang_createIndex(0, 0);
  for (int i = 3; i < argc; ++i) {
    CXCompileCommands commands = clang_CompilationDatabase_getCompileCommands(database, argv[i]);
    bool read = clang_CompileCommands_getSize(commands) > 0 &&
                ReadUnit(index, clang_CompileCommands_getCommand(commands, 0), truth);
    if (!read) std::fprintf(stderr, "%s: could not be parsed\n", argv[i]);
    clang_CompileCommands_dispose(commands);
  }
  PrintTruth(truth);
  clang_disposeIndex(index);
  clang_CompilationDatabase_dispose(database);
  return 0;
}

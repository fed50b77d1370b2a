// Prints the outline of every file of a list, for outline_quality.py, and what outlining them cost.
//
//     list_outline LIST    one line a symbol: kind, path, line, name, separated by tabs
//     list_outline -t LIST  nothing but the time that each phase took, single-threaded, to stderr
//
// A program of its own since `astrolabe dump outline` takes one file, and 55,000 processes would
// cost more than what they measure.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "index/byte_classes.h"
#include "index/file_scanner.h"
#include "index/outline.h"
#include "index/words.h"

namespace astrolabe {
namespace {

class Stopwatch {
 public:
  void Lap(double& seconds) {
    auto now = std::chrono::steady_clock::now();
    seconds += std::chrono::duration<double>(now - last_).count();
    last_ = now;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

bool ReadWhole(const std::string& path, std::string& text) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return false;
  text.clear();
  char buffer[1 << 16];
  while (size_t got = std::fread(buffer, 1, sizeof buffer, file)) text.append(buffer, got);
  std::fclose(file);
  return true;
}

// A name on one line: conversions and operators may be spelled over several.
std::string OneLine(std::string_view name) {
  std::string line(name);
  for (char& c : line) {
    if (c == '\n' || c == '\t' || c == '\r') c = ' ';
  }
  return line;
}

int Run(const char* list_path, bool print) {
  std::ifstream list(list_path);
  if (!list) {
    std::fprintf(stderr, "%s: cannot be read\n", list_path);
    return 1;
  }
  ByteClasses classes;
  LineMap lines;
  HashSet64 words;
  Outliner outliner;
  std::string path;
  std::string text;
  double read = 0;
  double classify = 0;
  double collect = 0;
  double outline = 0;
  size_t files = 0;
  size_t symbol_count = 0;
  size_t bytes = 0;
  Stopwatch watch;
  while (std::getline(list, path)) {
    if (!ReadWhole(path, text)) continue;
    watch.Lap(read);
    classes.Classify(text);
    lines.Build(classes);
    watch.Lap(classify);
    words.Clear();
    CollectWords(text, classes, words);
    watch.Lap(collect);
    const auto& symbols = outliner.Run(text, classes, lines, LanguageHintOf(path));
    watch.Lap(outline);
    ++files;
    symbol_count += symbols.size();
    bytes += text.size();
    if (!print) continue;
    for (const Symbol& s : symbols) {
      std::string_view kind = SymbolKindName(s.kind);
      const char* form = s.is_definition ? "" : " declaration";
      std::printf("%.*s%s\t%s\t%u\t%s\n", static_cast<int>(kind.size()), kind.data(), form,
                  path.c_str(), s.name_position.line + 1, OneLine(s.name).c_str());
    }
    watch.Lap(read);
  }
  if (!print) {
    std::fprintf(stderr,
                 "%zu files, %zu bytes, %zu symbols: read %.2f s, classify %.2f s, words %.2f s, "
                 "outline %.2f s\n",
                 files, bytes, symbol_count, read, classify, collect, outline);
  }
  return 0;
}

}  // namespace
}  // namespace astrolabe

int main(int argc, char** argv) {
  bool time = argc == 3 && std::string_view(argv[1]) == "-t";
  if (argc != 2 && !time) {
    std::fprintf(stderr, "usage: %s [-t] LIST\n", argv[0]);
    return 2;
  }
  return astrolabe::Run(argv[argc - 1], !time);
}

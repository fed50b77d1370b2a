// What passes between client and server: streams cut into messages, JSON read and written, frames between
// our own processes.
//
// The messages are of the sizes of a session in RocksDB: an edit of one character (300 bytes), a completion
// of 100 items (40 kB), the semantic tokens of a file of 6,000 lines (35,000 tokens), and what of these an
// edit changes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <benchmark/benchmark.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/frame.h"
#include "base/strings.h"
#include "bench/checked.h"
#include "lsp/protocol/codec.h"
#include "lsp/protocol/json.h"
#include "lsp/protocol/token_delta.h"
#include "lsp/protocol/types.h"
#include "lsp/protocol/types_json.h"
#include "lsp/transport/message_framer.h"

namespace astrolabe::lsp {
namespace {

DidChangeTextDocumentParams Edit() {
  DidChangeTextDocumentParams params;
  params.text_document.uri = "file:///work/corpora/rocksdb/db/db_impl/db_impl.cc";
  params.text_document.version = 4711;
  TextDocumentContentChangePartial change;
  change.range = {{5870, 12}, {5870, 12}};
  change.text = "x";
  params.content_changes.emplace_back(change);
  return params;
}

CompletionList Completion() {
  CompletionList list;
  for (int i = 0; i < 100; ++i) {
    CompletionItem item;
    item.label = StrCat("GetColumnFamilyData", i);
    item.label_details = CompletionItemLabelDetails{"(const Slice& key, uint64_t* value) const",
                                                    "ColumnFamilyData *"};
    item.kind = CompletionItemKind::kMethod;
    item.documentation = MarkupContent{MarkupKind::kMarkdown,
                                       "Says \"why\" the data of a column family is there, and how "
                                       "many of its files are.\nThe second line has `code`."};
    item.sort_text = StrCat("41a3d70a", i);
    item.filter_text = item.label;
    item.insert_text_format = InsertTextFormat::kSnippet;
    item.text_edit = TextEdit{{{5870, 4}, {5870, 12}},
                              StrCat(item.label, "(${1:const Slice& key}, ${2:uint64_t* value})")};
    item.score = 1.0 / (i + 1);
    list.items.push_back(std::move(item));
  }
  return list;
}

SemanticTokens Tokens() {
  SemanticTokens tokens;
  tokens.result_id = "17";
  std::mt19937 random(1);
  for (int i = 0; i < 35000; ++i) {
    for (uint32_t number :
         {uint32_t(random() % 6 == 0), uint32_t(random() % 40), uint32_t(1 + random() % 20),
          uint32_t(random() % 20), uint32_t(random() % 4000)}) {
      tokens.data.push_back(number);
    }
  }
  return tokens;
}

SemanticTokensDelta TokensDelta() {
  SemanticTokensDelta delta;
  delta.result_id = "18";
  delta.edits.push_back({80000, 10, std::vector<uint32_t>{0, 3, 7, 2, 64, 1, 4, 9, 1, 0}});
  return delta;
}

void BytesOf(benchmark::State& state, size_t bytes) {
  state.SetBytesProcessed(static_cast<int64_t>(bytes) * state.iterations());
}

// A stream of `content`, in pieces as a pipe gives them.
void BM_CutStream(benchmark::State& state, const std::string& content) {
  constexpr size_t kPiece = 64 << 10;
  std::string stream;
  while (stream.size() < (1 << 20)) {
    stream += StrCat("Content-Length: ", content.size(), "\r\n\r\n", content);
  }
  MessageFramer framer;
  int64_t messages = 0;
  for (auto _ : state) {
    for (size_t at = 0; at < stream.size(); at += kPiece) {
      framer.Feed(std::string_view(stream).substr(at, kPiece));
      while (auto message = Checked(framer.Next())) {
        benchmark::DoNotOptimize(message->data());
        ++messages;
      }
    }
  }
  BytesOf(state, stream.size());
  state.SetItemsProcessed(messages);
}
BENCHMARK_CAPTURE(BM_CutStream, edit, EncodeJson(Edit()));
BENCHMARK_CAPTURE(BM_CutStream, tokens, EncodeJson(Tokens()));

template <typename T>
void BM_Write(benchmark::State& state, const T& value) {
  for (auto _ : state) benchmark::DoNotOptimize(EncodeJson(value).size());
  BytesOf(state, EncodeJson(value).size());
}
BENCHMARK_CAPTURE(BM_Write, edit, Edit());
BENCHMARK_CAPTURE(BM_Write, completion, Completion());
BENCHMARK_CAPTURE(BM_Write, tokens, Tokens());
BENCHMARK_CAPTURE(BM_Write, tokens_delta, TokensDelta());

// What an edit in the middle of the file has changed.
void BM_FindDelta(benchmark::State& state) {
  const std::vector<uint32_t> before = Tokens().data;
  std::vector<uint32_t> after = before;
  after.insert(after.begin() + static_cast<std::ptrdiff_t>(after.size() / 2), {0, 3, 7, 2, 64});
  for (auto _ : state) benchmark::DoNotOptimize(DifferenceOf(before, after).start);
  BytesOf(state, (before.size() + after.size()) * sizeof(uint32_t));
}
BENCHMARK(BM_FindDelta);

template <typename T>
void BM_Read(benchmark::State& state, const T& value) {
  const std::string text = EncodeJson(value);
  for (auto _ : state) {
    benchmark::DoNotOptimize(Checked(FromJson<T>(Checked(ParseJson(text)), "params")));
  }
  BytesOf(state, text.size());
}
BENCHMARK_CAPTURE(BM_Read, edit, Edit());
BENCHMARK_CAPTURE(BM_Read, completion, Completion());

// One of our own frames, as two of our processes send them.
void BM_Frame(benchmark::State& state) {
  const std::string payload(static_cast<size_t>(state.range(0)), 'x');
  for (auto _ : state) {
    std::string bytes = EncodeFrame(7, payload);
    benchmark::DoNotOptimize(Checked(TakeFrame(&bytes))->payload.data());
  }
  BytesOf(state, payload.size());
}
BENCHMARK(BM_Frame)->Arg(100)->Arg(1 << 20);

}  // namespace
}  // namespace astrolabe::lsp

// The whole server in one process, and a client that does anything: opens, edits, asks, cancels, writes nonsense.
//
// The input is a program for that client: each step is one byte and its operands, so that every input is a session and
// mutation mixes edits with requests instead of breaking JSON, which fuzz_lsp_transport does. The client keeps each
// document's text by arithmetic of its own, on a plain string; what the server has must equal it in the end, in any
// encoding. Parsing processes cannot be had here, so the documents are of no file, and what needs a compiler says so.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/lsp_fuzz/fuzz_lsp_server.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "base/log.h"
#include "base/strings.h"
#include "lsp/handlers/bind.h"
#include "lsp/handlers/live.h"
#include "lsp/protocol/json.h"
#include "lsp/server/dispatcher.h"
#include "lsp/server/live_documents.h"
#include "lsp/server/session.h"
#include "lsp/transport/message_framer.h"

namespace astrolabe::lsp {
namespace {

constexpr size_t kMaxSteps = 200;
constexpr size_t kMaxText = 1 << 14;  // bytes

constexpr std::string_view kEncodings[] = {"utf-8", "utf-16", "utf-32"};

// None is a file's: there is nobody here to parse it.
constexpr std::string_view kUris[] = {"untitled:a.cc", "untitled:sub/b.h", "untitled:c%20d.cc"};

// What edits insert: pieces of code, whole and cut off, and what makes places hard to count.
constexpr std::string_view kPieces[] = {
    "\n",
    "\r\n",
    "\r",
    " ",
    "x",
    "ä",
    "→",
    "😀",
    "{",
    "}",
    "(",
    ");\n",
    "#include \"c.cc\"\n",
    "#if 0\n",
    "#endif\n",
    "/*",
    "*/",
    "R\"(",
    "\"",
    "'",
    "\\\n",
    "//",
    "int f(int a) { return a; }\n",
    "struct S : T {\n  virtual void m();\n};\n",
    "namespace n {\n",
    "template <class T> concept C = requires(T t) { t.x; };\n",
    "f(",
    "s.",
    "n::",
    "->",
    "",
};

constexpr std::string_view kRequests[] = {
    "textDocument/documentSymbol",
    "textDocument/foldingRange",
    "textDocument/documentLink",
    "textDocument/selectionRange",
    "textDocument/semanticTokens/full",
    "textDocument/semanticTokens/full/delta",
    "textDocument/semanticTokens/range",
    "textDocument/hover",
    "textDocument/completion",
    "textDocument/signatureHelp",
    "textDocument/definition",
    "textDocument/declaration",
    "textDocument/typeDefinition",
    "textDocument/implementation",
    "textDocument/references",
    "textDocument/documentHighlight",
    "textDocument/prepareCallHierarchy",
    "textDocument/prepareTypeHierarchy",
    "callHierarchy/incomingCalls",
    "callHierarchy/outgoingCalls",
    "typeHierarchy/supertypes",
    "typeHierarchy/subtypes",
    "textDocument/diagnostic",
    "workspace/diagnostic",
    "workspace/symbol",
    "workspaceSymbol/resolve",
    "completionItem/resolve",
    "textDocument/switchSourceHeader",
    "textDocument/symbolInfo",
    "textDocument/ast",
    "textDocument/inlayHint",
    "textDocument/codeAction",
    "textDocument/formatting",
    "textDocument/rename",
    "$/memoryUsage",
    "no/such/method",
};

// Reads operands; zeros once the input is used up.
class Input {
 public:
  Input(const uint8_t* data, size_t size) : data_(data), size_(size) {}
  bool empty() const { return size_ == 0; }
  uint8_t Byte() {
    if (size_ == 0) return 0;
    --size_;
    return *data_++;
  }
  size_t Below(size_t limit) { return limit == 0 ? 0 : (Byte() | (Byte() << 8)) % limit; }
  template <size_t size>
  std::string_view Among(const std::string_view (&choices)[size]) {
    return choices[Byte() % size];
  }
  std::string Bytes(size_t count) {
    count = std::min(count, size_);
    std::string bytes(reinterpret_cast<const char*>(data_), count);
    data_ += count;
    size_ -= count;
    return bytes;
  }

 private:
  const uint8_t* data_;
  size_t size_;
};

// ---- The client's arithmetic. Deliberately none of base/text's.

bool IsContinuation(char byte) { return (byte & 0xC0) == 0x80; }

// The nearest place at or before `offset` that an editor's cursor can be at.
size_t CursorAt(const std::string& text, size_t offset) {
  while (offset > 0 && offset < text.size() && IsContinuation(text[offset])) --offset;
  if (offset > 0 && offset < text.size() && text[offset - 1] == '\r' && text[offset] == '\n') {
    --offset;
  }
  return offset;
}

Json PositionOfOffset(const std::string& text, size_t offset, std::string_view encoding) {
  size_t line = 0;
  size_t column = 0;
  for (size_t i = 0; i < offset; ++i) {
    const char byte = text[i];
    if (byte == '\n' || (byte == '\r' && !std::string_view(text).substr(i + 1).starts_with('\n'))) {
      ++line;
      column = 0;
    } else if (encoding == "utf-8") {
      ++column;
    } else if (!IsContinuation(byte)) {
      column += encoding == "utf-16" && (byte & 0xF8) == 0xF0 ? 2 : 1;
    }
  }
  return {{"line", line}, {"character", column}};
}

// ---- The client.

struct ClientDocument {
  std::string text;
  int version = 0;
  bool is_open = false;
};

class FuzzedClient {
 public:
  explicit FuzzedClient(Input input)
      : input_(input),
        encoding_(input_.Among(kEncodings)),
        dispatcher_([this](const std::string& content) { Take(content); }),
        session_(Options(), "/bin/false", dispatcher_.client()),
        live_(session_) {
    BindAll(dispatcher_, session_);
    BindLive(dispatcher_, session_, live_);
  }

  void Run() {
    Ask("initialize", {{"processId", nullptr},
                       {"rootUri", nullptr},
                       {"capabilities", {{"general", {{"positionEncodings", {encoding_}}}}}}});
    Notify("initialized", Json::object());
    for (size_t step = 0; step < kMaxSteps && !input_.empty() && !dispatcher_.exit_code(); ++step) {
      Step();
    }
    session_.scheduler().WaitIdle();
    CompareTexts();
    session_.scheduler().WaitIdle();
    session_.Shutdown();
    session_.End();
    CheckReplies();
  }

 private:
  static ServerOptions Options() {
    ServerOptions options;
    options.background_index = false;
    options.ai = false;
    return options;
  }

  void Step() {
    const uint8_t kind = input_.Byte();
    const size_t which = input_.Byte() % std::size(kUris);
    ClientDocument& document = documents_[which];
    const std::string uri(kUris[which]);
    if (kind < 20) {
      Open(document, uri);
    } else if (kind < 120) {
      Change(document, uri);
    } else if (kind < 125) {
      Json params = {{"textDocument", {{"uri", uri}}}};
      if (kind % 2 == 0 && document.is_open) params["text"] = document.text;
      Notify("textDocument/didSave", params);
    } else if (kind < 130) {
      Notify("textDocument/didClose", {{"textDocument", {{"uri", uri}}}});
      document.is_open = false;
    } else if (kind < 220) {
      AskAbout(document, uri);
    } else if (kind < 235) {
      if (last_id_ > 0) Notify("$/cancelRequest", {{"id", 1 + input_.Below(last_id_)}});
    } else if (kind < 245) {
      OutsideTheText(uri);
    } else if (kind < 250) {
      session_.scheduler().WaitIdle();
    } else {
      Nonsense();
    }
  }

  std::string Piece() {
    std::string piece;
    for (size_t count = input_.Byte() % 4; count > 0; --count) piece += input_.Among(kPieces);
    return piece;
  }

  void Open(ClientDocument& document, const std::string& uri) {
    if (document.is_open) return;  // what then counts is the server's choice
    document = {.text = Piece() + Piece(), .version = input_.Byte(), .is_open = true};
    Notify("textDocument/didOpen", {{"textDocument",
                                     {{"uri", uri},
                                      {"languageId", "cpp"},
                                      {"version", document.version},
                                      {"text", document.text}}}});
  }

  void Change(ClientDocument& document, const std::string& uri) {
    Json changes = Json::array();
    for (size_t count = 1 + input_.Byte() % 3; count > 0; --count) {
      std::string piece = Piece();
      if (document.text.size() + piece.size() > kMaxText) continue;
      if (input_.Byte() < 16) {
        changes.push_back({{"text", piece}});
        document.text = piece;
        continue;
      }
      size_t begin = CursorAt(document.text, input_.Below(document.text.size() + 1));
      // Half of the edits only insert, so that texts grow.
      const size_t removed = input_.Byte() % 64;
      size_t end = std::min(document.text.size(), begin + (removed < 32 ? removed : 0));
      end = std::max(begin, CursorAt(document.text, end));
      changes.push_back({{"range",
                          {{"start", PositionOfOffset(document.text, begin, encoding_)},
                           {"end", PositionOfOffset(document.text, end, encoding_)}}},
                         {"text", piece}});
      document.text.replace(begin, end - begin, piece);
    }
    document.version += 1 + input_.Byte() % 2;
    Notify("textDocument/didChange",
           {{"textDocument", {{"uri", uri}, {"version", document.version}}},
            {"contentChanges", changes}});
  }

  // With the members that any request could want, so that most get past decoding.
  void AskAbout(const ClientDocument& document, const std::string& uri) {
    const std::string method(input_.Among(kRequests));
    const Json position = PositionOfOffset(
        document.text, CursorAt(document.text, input_.Below(document.text.size() + 1)), encoding_);
    const Json range = {{"start", position},
                        {"end", {{"line", input_.Byte()}, {"character", input_.Byte()}}}};
    const Json item = {
        {"name", "f"}, {"kind", 12}, {"uri", uri}, {"range", range}, {"selectionRange", range}};
    Ask(method,
        {{"textDocument", {{"uri", uri}}},
         {"position", position},
         {"positions", {position, position}},
         {"range", range},
         {"context",
          {{"includeDeclaration", true}, {"triggerKind", 1}, {"diagnostics", Json::array()}}},
         {"query", Piece()},
         {"newName", "g"},
         {"name", "f"},
         {"label", "f"},
         {"kind", 12},
         {"location", {{"uri", uri}, {"range", range}}},
         {"options", {{"tabSize", 2}, {"insertSpaces", true}}},
         {"previousResultId", std::to_string(input_.Byte() % 4)},
         {"previousResultIds", Json::array()},
         {"item", item}});
  }

  // Places that the text does not have, in a request: an answer or an error, but one of them.
  void OutsideTheText(const std::string& uri) {
    const std::string method(input_.Among(kRequests));
    const Json far = {{"line", 0x7fffffff - input_.Byte()},
                      {"character", 0x7fffffff - input_.Byte()}};
    const Json near = {{"line", input_.Byte()}, {"character", 0x7fffffff}};
    Ask(method, {{"textDocument", {{"uri", uri}}},
                 {"position", input_.Byte() % 2 == 0 ? far : near},
                 {"positions", {far, near}},
                 {"range", {{"start", far}, {"end", near}}},
                 {"context", {{"includeDeclaration", false}}},
                 {"query", std::string(input_.Byte() * 8, 'x')}});
  }

  // Bytes behind a good header, and good messages behind them.
  void Nonsense() {
    const std::string content = input_.Bytes(input_.Byte());
    // It may be an edit, or a request of a number that we use.
    is_disturbed_ |= ParseJson(content).ok();
    const std::string framed = StrCat("Content-Length: ", content.size(), "\r\n\r\n", content);
    framer_.Feed(framed);
    for (;;) {
      auto message = framer_.Next();
      if (!message.ok()) {
        dispatcher_.ReceiveDamage(message.status());
      } else if (*message) {
        dispatcher_.Receive(**message);
      } else {
        break;
      }
    }
  }

  void Ask(const std::string& method, Json params) {
    const int id = ++last_id_;
    dispatcher_.Receive(
        Json{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(params)}}
            .dump());
  }

  void Notify(const std::string& method, Json params) {
    dispatcher_.Receive(
        Json{{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}}.dump());
  }

  // From the server, on any thread.
  void Take(const std::string& content) {
    auto message = ParseJson(content);
    if (!message.ok()) Complain("not JSON", content);
    if (message->contains("method") || !message->contains("id") || !(*message)["id"].is_number())
      return;
    absl::MutexLock lock(&mutex_);
    const int id = (*message)["id"];
    ++replies_[id];
    if (auto wanted = texts_.find(id); wanted != texts_.end()) {
      const auto result = message->find("result");
      if (result == message->end() || *result != Json(wanted->second)) {
        Complain("another text", StrCat(content, "\ninstead of\n", wanted->second));
      }
    }
  }

  void CompareTexts() {
    if (is_disturbed_) return;
    for (size_t which = 0; which < std::size(kUris); ++which) {
      if (!documents_[which].is_open) continue;
      {
        absl::MutexLock lock(&mutex_);
        texts_[last_id_ + 1] = documents_[which].text;
      }
      Ask("astrolabe/documentText", {{"uri", kUris[which]}});
    }
  }

  void CheckReplies() {
    if (dispatcher_.in_flight() != 0) Complain("requests in flight", "");
    absl::MutexLock lock(&mutex_);
    for (int id = 1; id <= last_id_; ++id) {
      if (replies_[id] == 0 || (replies_[id] > 1 && !is_disturbed_)) {
        Complain("replies", StrCat(replies_[id], " to request ", id));
      }
    }
  }

  [[noreturn]] static void Complain(std::string_view what, std::string_view detail) {
    std::fprintf(stderr, "%s: %s\n", std::string(what).c_str(), std::string(detail).c_str());
    std::abort();
  }

  Input input_;
  const std::string encoding_;
  std::array<ClientDocument, std::size(kUris)> documents_;
  int last_id_ = 0;
  bool is_disturbed_ = false;
  MessageFramer framer_;

  absl::Mutex mutex_;
  std::map<int, int> replies_ ABSL_GUARDED_BY(mutex_);        // by id
  std::map<int, std::string> texts_ ABSL_GUARDED_BY(mutex_);  // by the id of the request for them

  Dispatcher dispatcher_;
  Session session_;
  LiveDocuments live_;
};

}  // namespace
}  // namespace astrolabe::lsp

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const bool kQuiet = astrolabe::SetLogLevel("off").ok();
  if (!kQuiet) std::abort();
  astrolabe::lsp::FuzzedClient(astrolabe::lsp::Input(data, size)).Run();
  return 0;
}

// The plugin of Lapce: tells the editor which program is the language server, for which files, with
// what flags.
//
// Lapce writes JSON-RPC messages to our standard input, one a line, and calls `handle_rpc`. What we
// write to standard output it takes when we call its `host_handle_rpc`, one message at a time. A
// request of ours is answered before that call returns, on our standard input; so all lines there
// are read, and what is an answer is only looked at for an error.
//
//   initialize ->                  <- its result: no capabilities, since all are the server's
//                                  <- host/startLspServer {serverUri, serverArgs, documentSelector, options}
//
// `serverUri` is urn:PATH for a program that the editor looks for as a shell does, or below
// VOLT_URI, a file: URI, for one that came with the plugin, in server/OS-ARCH[-musl]/.
//
// Lapce makes an instance for which `_initialize` was never called. So nothing here may need a
// constructor to have run before: no globals that have one.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

using Json = nlohmann::json;

__attribute__((import_module("lapce"), import_name("host_handle_rpc"))) extern "C" void
HostHandleRpc();
__attribute__((import_module("lapce"), import_name("host_handle_stderr"))) extern "C" void
HostHandleStderr();

namespace {

// The first file behind the standard ones, which the editor has opened for us. Absolute paths are
// of no use: the library learns by a constructor which folders are open.
constexpr int kPluginFolder = 3;

constexpr int kInvalidParams = -32602;
constexpr int kMethodNotFound = -32601;
constexpr int kMessageTypeError = 1;

void WriteAll(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = write(file, text.data(), text.size());
    if (count <= 0) return;
    text.remove_prefix(static_cast<size_t>(count));
  }
}

void Send(Json message) {
  message["jsonrpc"] = "2.0";
  WriteAll(STDOUT_FILENO, message.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
  HostHandleRpc();
}

void Tell(const std::string& text) {
  WriteAll(STDERR_FILENO, "astrolabe: " + text + "\n");
  HostHandleStderr();
  Send({{"method", "window/showMessage"},
        {"params", {{"type", kMessageTypeError}, {"message", "Astrolabe: " + text}}}});
}

std::string Environment(const char* name) {
  const char* value = getenv(name);
  return value == nullptr ? "" : value;
}

// The member of an object at the end of a chain of names; null if there is none. Never inserts or
// throws.
const Json& Find(const Json& json, std::initializer_list<const char*> names) {
  static const Json* const null = new Json();
  const Json* at = &json;
  for (const char* name : names) {
    if (!at->is_object()) return *null;
    const auto member = at->find(name);
    if (member == at->end()) return *null;
    at = &*member;
  }
  return *at;
}

// A setting "volt.NAME", as an object in an object or, as some versions of the editor have it, by
// its whole name.
const Json& Setting(const Json& options, const char* name) {
  const Json& nested = Find(options, {"volt", name});
  return nested.is_null() ? Find(options, {("volt." + std::string(name)).c_str()}) : nested;
}

std::string Trimmed(const std::string& text) {
  const size_t from = text.find_first_not_of(" \t\r\n");
  if (from == std::string::npos) return "";
  return text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1);
}

// Bytes that a URI's path may not have as they are.
std::string PercentEncoded(std::string_view text) {
  constexpr std::string_view kPlain = "-._~/:!$&'()*+,;=@";
  std::string encoded;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || kPlain.find(c) != std::string_view::npos;
    if (is_plain) {
      encoded += c;
    } else {
      constexpr char kDigits[] = "0123456789ABCDEF";
      const auto byte = static_cast<unsigned char>(c);
      encoded += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return encoded;
}

// The editor takes what follows `urn:` as it stands, without decoding it.
std::string UrnOf(const std::string& program) { return "urn:" + program; }

// Where a program that came with the plugin is, below its folder: "server/linux-x86_64/astrolabe".
std::string BundledPath() {
  const std::string system = Environment("VOLT_OS");
  std::string folder = "server/" + system + "-" + Environment("VOLT_ARCH");
  if (system == "linux" && Environment("VOLT_LIBC") == "musl") folder += "-musl";
  return folder + "/astrolabe" + (system == "windows" ? ".exe" : "");
}

std::string ServerUri(const Json& options) {
  const Json& path = Setting(options, "serverPath");
  if (path.is_string()) {
    const std::string program = Trimmed(path.get_ref<const std::string&>());
    if (!program.empty()) return UrnOf(program);
  }
  const std::string bundled = BundledPath();
  std::string root = Environment("VOLT_URI");
  struct stat status;
  if (!root.empty() && fstatat(kPluginFolder, bundled.c_str(), &status, 0) == 0 &&
      S_ISREG(status.st_mode)) {
    if (root.back() != '/') root += '/';
    return root + PercentEncoded(bundled);
  }
  return UrnOf(Environment("VOLT_OS") == "windows" ? "astrolabe.exe" : "astrolabe");
}

// The words of a list, or of a line.
Json ServerArguments(const Json& options) {
  Json arguments = Json::array({"lsp"});
  const Json& setting = Setting(options, "serverArgs");
  if (setting.is_array()) {
    for (const Json& word : setting) {
      if (word.is_string() && !word.get_ref<const std::string&>().empty())
        arguments.push_back(word);
    }
  } else if (setting.is_string()) {
    const std::string line = setting.get_ref<const std::string&>();
    for (size_t from = 0; (from = line.find_first_not_of(" \t", from)) != std::string::npos;) {
      const size_t to = std::min(line.find_first_of(" \t", from), line.size());
      arguments.push_back(line.substr(from, to - from));
      from = to;
    }
  }
  return arguments;
}

// An object, or its text: the editor's form of settings has no other way to write one.
Json InitializationOptions(const Json& options) {
  const Json& setting = Setting(options, "initializationOptions");
  if (setting.is_object()) return setting;
  if (setting.is_string() && !Trimmed(setting.get_ref<const std::string&>()).empty()) {
    Json parsed = Json::parse(setting.get_ref<const std::string&>(), nullptr, false);
    if (parsed.is_object()) return parsed;
    Tell("the setting volt.initializationOptions is no JSON object, and is left out");
  }
  return Json::object();
}

Json DocumentSelector() {
  Json selector = Json::array();
  for (const char* language : {"c", "cpp", "objective-c", "objective-cpp", "cuda"}) {
    selector.push_back({{"language", language}});
  }
  // What the editor does not know by its language.
  selector.push_back(
      {{"pattern", "**/*.{C,H,cc,cp,cxx,c++,hh,hp,hxx,h++,inl,ipp,tpp,txx,cppm,ixx,cu,cuh}"}});
  return selector;
}

void StartServer(const Json& options) {
  Send({{"id", 1},
        {"method", "host/startLspServer"},
        {"params",
         {{"serverUri", ServerUri(options)},
          {"serverArgs", ServerArguments(options)},
          {"documentSelector", DocumentSelector()},
          {"options", InitializationOptions(options)}}}});
}

void Handle(const Json& message) {
  const Json& method = Find(message, {"method"});
  const Json& id = Find(message, {"id"});
  if (!method.is_string()) {
    const Json& problem = Find(message, {"error", "message"});
    if (problem.is_string()) Tell("the server does not start: " + problem.get<std::string>());
    return;
  }
  if (method == "initialize") {
    if (!Find(message, {"params"}).is_object()) {
      Send({{"id", id},
            {"error", {{"code", kInvalidParams}, {"message", "initialize without params"}}}});
      return;
    }
    Send({{"id", id}, {"result", {{"capabilities", Json::object()}}}});
    StartServer(Find(message, {"params", "initializationOptions"}));
    return;
  }
  if (id.is_null()) return;  // a notification
  if (method == "shutdown") {
    Send({{"id", id}, {"result", nullptr}});
    return;
  }
  Send(
      {{"id", id},
       {"error", {{"code", kMethodNotFound}, {"message", "the plugin answers initialize alone"}}}});
}

}  // namespace

// Called by the editor when there is something on standard input.
__attribute__((export_name("handle_rpc"))) extern "C" void HandleRpc() {
  std::string text;
  char buffer[4096];
  for (;;) {
    const ssize_t count = read(STDIN_FILENO, buffer, sizeof(buffer));
    if (count > 0) text.append(buffer, static_cast<size_t>(count));
    size_t end;
    bool is_handled = false;
    while ((end = text.find('\n')) != std::string::npos) {
      const std::string line = Trimmed(text.substr(0, end));
      text.erase(0, end + 1);
      const Json message = Json::parse(line, nullptr, false);
      if (message.is_object()) Handle(message);
      is_handled = true;
    }
    // What is handled may have brought an answer.
    if (count <= 0 && !is_handled) break;
  }
  const Json message =
      Json::parse(Trimmed(text), nullptr, false);  // the last one may have no line's end
  if (message.is_object()) Handle(message);
}

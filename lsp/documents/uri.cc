// RFC 3986 as far as documents need it, RFC 8089 for `file:`.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/documents/uri.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "base/strings.h"

namespace astrolabe::lsp {
namespace {

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::optional<int> HexDigit(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

std::string Unescape(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%' && at + 2 < text.size()) {
      const std::optional<int> high = HexDigit(text[at + 1]);
      const std::optional<int> low = HexDigit(text[at + 2]);
      if (high && low) {
        bytes += static_cast<char>(*high * 16 + *low);
        at += 2;
        continue;
      }
    }
    bytes += text[at];
  }
  return bytes;
}

// "c:" or "c:/…".
bool HasDrive(std::string_view path) {
  return path.size() >= 2 && IsLetter(path[0]) && path[1] == ':' &&
         (path.size() == 2 || path[2] == '/');
}

absl::Status BadUri(std::string_view uri, std::string_view reason) {
  // A client's bytes: a message has to be printable, and need not be long.
  const std::string shown = absl::CEscape(ToAbsl(uri.substr(0, 200)));
  return absl::InvalidArgumentError(StrCat("document URI \"", shown, "\" ", reason));
}

// What follows `scheme:`; empty scheme if there is none.
std::string_view SchemeOf(std::string_view uri) {
  const size_t colon = uri.find(':');
  if (colon == std::string_view::npos || colon == 0 || !IsLetter(uri[0])) return {};
  const std::string_view scheme = uri.substr(0, colon);
  const bool valid = std::all_of(scheme.begin(), scheme.end(), [](char c) {
    return IsLetter(c) || IsDigit(c) || c == '+' || c == '-' || c == '.';
  });
  return valid ? scheme : std::string_view();
}

}  // namespace

std::string NormalPath(std::string_view path) {
  // What `..` cannot leave: the root, a host, a drive.
  std::string root;
  if (path.starts_with("//") && !path.starts_with("///")) {
    root = "//";
  } else if (path.starts_with('/')) {
    root = "/";
  } else if (HasDrive(path)) {
    root = {static_cast<char>(std::tolower(static_cast<unsigned char>(path[0]))), ':', '/'};
    path.remove_prefix(2);
  }
  std::vector<std::string_view> parts;
  size_t at = 0;
  while (at < path.size()) {
    const size_t end = std::min(path.find('/', at), path.size());
    const std::string_view part = path.substr(at, end - at);
    at = end + 1;
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (parts.size() > (root == "//" ? 1 : 0)) {
      parts.pop_back();
    }
  }
  std::string normal = root;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) normal += '/';
    normal += parts[i];
  }
  return normal;
}

absl::StatusOr<DocumentName> ParseDocumentUri(std::string_view uri) {
  const std::string_view scheme = SchemeOf(uri);
  if (scheme.empty()) {
    return BadUri(uri, "has no scheme: send \"file:///…\" with an absolute path");
  }
  if (scheme.size() == 1) {
    return BadUri(uri, "is a path on a Windows drive: send it as \"file:///c:/…\"");
  }
  DocumentName name;
  name.uri = uri;
  if (!absl::EqualsIgnoreCase(ToAbsl(scheme), "file")) return name;

  std::string_view rest = uri.substr(scheme.size() + 1);
  rest = rest.substr(0, rest.find_first_of("?#"));
  std::string host;
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    const size_t end = std::min(rest.find('/'), rest.size());
    host = Unescape(rest.substr(0, end));
    rest.remove_prefix(end);
  }
  std::string path = Unescape(rest);
  if (HasDrive(host)) {  // `file://c:/x`, a slash short
    path.insert(0, host);
    host.clear();
  }
  if (path.find('\0') != std::string::npos || host.find('\0') != std::string::npos) {
    return BadUri(uri, "has a NUL in its path, which no file can have");
  }
  const std::string_view behind_slash = std::string_view(path).substr(path.empty() ? 0 : 1);
  if (path.starts_with('/') && HasDrive(behind_slash)) path.erase(0, 1);
  if (!path.starts_with('/') && !HasDrive(path)) {
    return BadUri(uri, "has no absolute path: send \"file:///\" and the path from the root");
  }
  if (!host.empty() && !absl::EqualsIgnoreCase(host, "localhost"))
    path = StrCat("//", host, path);
  else if (path.starts_with("//"))
    path.erase(0, std::min(path.find_first_not_of('/'), path.size()) - 1);
  name.path = NormalPath(path);
  return name;
}

std::string FileUri(std::string_view path) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string uri = "file://";
  if (path.starts_with("//")) {
    path.remove_prefix(2);  // the host follows
  } else if (!path.starts_with('/')) {
    uri += '/';  // a drive
  }
  for (const char c : path) {
    if (IsLetter(c) || IsDigit(c) || std::string_view("-._~/:").find(c) != std::string_view::npos) {
      uri += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      uri += '%';
      uri += kHex[byte >> 4];
      uri += kHex[byte & 15];
    }
  }
  return uri;
}

}  // namespace astrolabe::lsp

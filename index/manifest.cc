// Writing and reading the manifest's text.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/manifest.h"

#include <charconv>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "xxhash.h"

namespace astrolabe {
namespace {

std::string Hex(uint64_t value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(16, '0');
  for (size_t i = 0; i < 16; ++i) text[i] = kDigits[value >> (60 - 4 * i) & 15];
  return text;
}

template <typename T>
std::optional<T> ParseNumber(std::string_view text, int base = 10) {
  T value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string Escape(std::string_view text) {
  std::string escaped;
  for (char c : text) {
    unsigned char byte = static_cast<unsigned char>(c);
    if (byte >= 0x21 && byte <= 0x7E && c != '%') {
      escaped.push_back(c);
    } else {
      escaped += StrCat("%", Hex(byte).substr(14));
    }
  }
  return escaped;
}

std::optional<std::string> Unescape(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain.push_back(text[i]);
      continue;
    }
    std::optional<uint8_t> byte = ParseNumber<uint8_t>(text.substr(i + 1, 2), 16);
    if (!byte || i + 2 >= text.size()) return std::nullopt;
    plain.push_back(static_cast<char>(*byte));
    i += 2;
  }
  return plain;
}

// Removes and returns what is before the next `separator`, or all.
std::string_view TakeUntil(std::string_view& text, char separator) {
  size_t at = text.find(separator);
  std::string_view taken = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return taken;
}

std::string FormatDead(const std::vector<IdRange>& dead) {
  std::string text;
  for (const IdRange& range : dead) {
    if (!text.empty()) text += ',';
    text += StrCat(range.begin);
    if (range.size() > 1) text += StrCat("-", range.end - 1);
  }
  return text.empty() ? "-" : text;
}

bool ParseDead(std::string_view text, uint32_t files, std::vector<IdRange>* dead) {
  if (text == "-") return true;
  while (!text.empty()) {
    std::string_view range = TakeUntil(text, ',');
    std::optional<uint32_t> first = ParseNumber<uint32_t>(TakeUntil(range, '-'));
    std::optional<uint32_t> last = range.empty() ? first : ParseNumber<uint32_t>(range);
    if (!first || !last || *last < *first || *last >= files) return false;
    if (!dead->empty() && *first <= dead->back().end) return false;
    dead->push_back({*first, *last + 1});
  }
  return true;
}

bool ParseSegment(std::string_view line, ManifestSegment* segment) {
  std::optional<std::string> name = Unescape(TakeUntil(line, ' '));
  std::optional<uint64_t> bytes = ParseNumber<uint64_t>(TakeUntil(line, ' '));
  std::optional<uint64_t> identity = ParseNumber<uint64_t>(TakeUntil(line, ' '), 16);
  std::optional<uint32_t> files = ParseNumber<uint32_t>(TakeUntil(line, ' '));
  // A name with a slash would lead out of the index.
  if (!name || name->empty() || name->find('/') != std::string::npos || !bytes || !identity ||
      !files) {
    return false;
  }
  segment->name = *std::move(name);
  segment->bytes = *bytes;
  segment->identity = *identity;
  segment->files = *files;
  return ParseDead(line, *files, &segment->dead);
}

bool ParseLine(std::string_view line, Manifest* manifest) {
  std::string_view key = TakeUntil(line, ' ');
  if (key == "segment") return ParseSegment(line, &manifest->segments.emplace_back());
  if (key == "generation") {
    std::optional<uint64_t> generation = ParseNumber<uint64_t>(line);
    manifest->generation = generation.value_or(0);
    return generation.has_value();
  }
  if (key != "tool" && key != "root") return false;
  std::optional<std::string> text = Unescape(line);
  (key == "tool" ? manifest->tool_version : manifest->root) = text.value_or("");
  return text.has_value();
}

}  // namespace

std::string FormatManifest(const Manifest& manifest, const ManifestKind& kind) {
  std::string text =
      StrCat(kind.first_word, " ", kind.version, "\ntool ", Escape(manifest.tool_version),
             "\ngeneration ", manifest.generation, "\nroot ", Escape(manifest.root), "\n");
  for (const ManifestSegment& segment : manifest.segments) {
    text += StrCat("segment ", Escape(segment.name), " ", segment.bytes, " ", Hex(segment.identity),
                   " ", segment.files, " ", FormatDead(segment.dead), "\n");
  }
  return StrCat(text, "end ", Hex(XXH3_64bits(text.data(), text.size())), "\n");
}

absl::StatusOr<Manifest> ParseManifest(std::string_view text, const std::string& path,
                                       const ManifestKind& kind) {
  auto damaged = [&path](std::string_view what) {
    return absl::DataLossError(
        StrCat(path, ": ", what, "; run `astrolabe index` to build the index anew"));
  };
  std::string_view rest = text;
  std::string_view first = TakeUntil(rest, '\n');
  std::string_view version_text = first;
  if (TakeUntil(version_text, ' ') != kind.first_word) return damaged("this is no manifest");
  std::optional<uint32_t> version = ParseNumber<uint32_t>(version_text);
  if (!version) return damaged("this is no manifest");
  if (*version != kind.version) {
    return absl::FailedPreconditionError(StrCat(path, ": the index has format version ", *version,
                                                ", this program reads ", kind.version,
                                                "; run `astrolabe index` to build it anew"));
  }
  // The line "end" is the last: 4 + 16 + 1 bytes.
  constexpr size_t kEndBytes = 21;
  if (text.size() < first.size() + 1 + kEndBytes) return damaged("the manifest is cut");
  std::string_view covered = text.substr(0, text.size() - kEndBytes);
  if (text.substr(covered.size()) !=
      StrCat("end ", Hex(XXH3_64bits(covered.data(), covered.size())), "\n")) {
    return damaged("the manifest does not have its checksum");
  }
  Manifest manifest;
  std::string_view lines = covered.substr(first.size() + 1);
  while (!lines.empty()) {
    if (!ParseLine(TakeUntil(lines, '\n'), &manifest)) return damaged("a line makes no sense");
  }
  return manifest;
}

}  // namespace astrolabe

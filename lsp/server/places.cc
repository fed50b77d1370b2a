// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/places.h"

#include <algorithm>
#include <utility>

#include "base/whole_file.h"
#include "lsp/documents/uri.h"

namespace astrolabe::lsp {
namespace {

Position ClientPosition(TextPosition position) {
  return {.line = position.line, .character = position.column};
}

}  // namespace

size_t OffsetOfPlace(const TextBuffer& text, astrolabe::Position place) {
  return std::min(text.LineStart(place.line) + place.column, text.LineEnd(place.line));
}

Range ClientRange(const TextBuffer& text, ByteRange range, PositionEncoding encoding) {
  const TextRange found = RangeOf(text, range, encoding);
  return {.start = ClientPosition(found.begin), .end = ClientPosition(found.end)};
}

size_t OffsetOfClient(const TextBuffer& text, const Position& position, PositionEncoding encoding) {
  return OffsetOf(text, {.line = position.line, .column = position.character}, encoding).offset;
}

TextDifference::TextDifference(std::string disk, const TextBuffer& live)
    : disk_text_(std::move(disk)),
      live_text_(live.ToString()),
      disk_(disk_text_),
      edits_(DiffTexts(disk_text_, live_text_)) {}

size_t TextDifference::ToLive(size_t disk_offset, bool* edited) const {
  ptrdiff_t shift = 0;
  if (edited != nullptr) *edited = false;
  for (const ByteEdit& edit : edits_) {
    if (disk_offset < edit.range.begin) break;
    if (disk_offset < edit.range.end) {
      if (edited != nullptr) *edited = true;
      disk_offset = edit.range.begin;
      break;
    }
    shift += static_cast<ptrdiff_t>(edit.replacement.size()) -
             static_cast<ptrdiff_t>(edit.range.end - edit.range.begin);
  }
  return static_cast<size_t>(static_cast<ptrdiff_t>(disk_offset) + shift);
}

size_t TextDifference::ToDisk(size_t live_offset, bool* edited) const {
  ptrdiff_t shift = 0;  // of the live text against that on disk
  if (edited != nullptr) *edited = false;
  for (const ByteEdit& edit : edits_) {
    const size_t begin = static_cast<size_t>(static_cast<ptrdiff_t>(edit.range.begin) + shift);
    if (live_offset < begin) break;
    if (live_offset < begin + edit.replacement.size()) {
      if (edited != nullptr) *edited = true;
      return edit.range.begin;
    }
    shift += static_cast<ptrdiff_t>(edit.replacement.size()) -
             static_cast<ptrdiff_t>(edit.range.end - edit.range.begin);
  }
  return static_cast<size_t>(static_cast<ptrdiff_t>(live_offset) - shift);
}

std::vector<ByteRange> TextDifference::EditedInLive() const {
  std::vector<ByteRange> ranges;
  for (const ByteEdit& edit : edits_) {
    const size_t begin = static_cast<size_t>(edit.replacement.data() - live_text_.data());
    if (!edit.replacement.empty()) ranges.push_back({begin, begin + edit.replacement.size()});
  }
  return ranges;
}

Places::File& Places::Find(const std::string& path) {
  std::unique_ptr<File>& file = files_[path];
  if (file != nullptr) return *file;
  file = std::make_unique<File>();
  file->document = documents_.Find(path);
  if (file->document != nullptr) {
    std::string disk = ReadWholeFile(path);
    // A file that is not there yet has no other places than those in the editor.
    if (!disk.empty()) {
      auto difference = std::make_unique<TextDifference>(std::move(disk), file->document->text);
      if (!difference->equal()) file->difference = std::move(difference);
    }
  } else if (encoding_ != PositionEncoding::kUtf8 && is_ascii_ != nullptr) {
    file->is_ascii = is_ascii_(path);
  }
  return *file;
}

const TextDifference* Places::DifferenceOf(const std::string& path) {
  return Find(path).difference.get();
}

Range Places::ToClient(const std::string& path, astrolabe::Position begin, astrolabe::Position end,
                       bool is_ascii) {
  File& file = Find(path);
  if (file.difference != nullptr) {
    const TextDifference& difference = *file.difference;
    const ByteRange range = {difference.ToLive(OffsetOfPlace(difference.disk(), begin)),
                             difference.ToLive(OffsetOfPlace(difference.disk(), end))};
    return ClientRange(file.document->text, range, encoding_);
  }
  if (file.document != nullptr) {
    const TextBuffer& text = file.document->text;
    return ClientRange(text, {OffsetOfPlace(text, begin), OffsetOfPlace(text, end)}, encoding_);
  }
  if (encoding_ == PositionEncoding::kUtf8 || is_ascii || file.is_ascii) {
    return {.start = {.line = begin.line, .character = begin.column},
            .end = {.line = end.line, .character = end.column}};
  }
  if (!file.disk) file.disk = TextBuffer(ReadWholeFile(path));
  const TextBuffer& text = *file.disk;
  return ClientRange(text, {OffsetOfPlace(text, begin), OffsetOfPlace(text, end)}, encoding_);
}

Location Places::LocationOf(const std::string& path, astrolabe::Position begin,
                            astrolabe::Position end, bool is_ascii) {
  Location location;
  location.uri = FileUri(path);
  location.range = ToClient(path, begin, end, is_ascii);
  // An open document is named as the client names it.
  if (const DocumentSnapshot& document = Find(path).document) location.uri = document->name.uri;
  return location;
}

}  // namespace astrolabe::lsp

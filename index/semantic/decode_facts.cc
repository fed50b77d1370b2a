// DecodeFileFacts: the guesses of encode_facts.cc, with every number distrusted.
//
// The checksum only says that the bytes are those that were written, not that their writer was sane.
// Memory is bounded: frames unpack to at most 64 MiB each, what is not in a frame one to one is counted
// against the same bound, and every row of a vector is paid for by at least a byte of a frame.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

#include "base/strings.h"
#include "index/segment_layout.h"
#include "index/semantic/columns.h"
#include "index/semantic/facts_layout.h"
#include "index/semantic/shard.h"
#include "xxhash.h"

namespace astrolabe {
namespace {

constexpr uint8_t kMaxAccess = static_cast<uint8_t>(Access::kPrivate);

class FactsDecoder {
 public:
  FactsDecoder(const SplitFacts& split, Arena& arena) : split_(split), arena_(arena) {}

  absl::StatusOr<FileFacts> Decode(FactsParts parts);
  absl::StatusOr<SymbolFacts> DecodeOne(uint32_t number);
  absl::StatusOr<FileFacts> DecodeNumbered();
  std::vector<uint32_t> TakeIndexOfNumber() { return std::move(index_of_); }

 private:
  // Each returns what is wrong, or an empty view.
  std::string_view ReadIds();
  std::string_view ReadStructure();
  std::string_view ReadText();
  std::string_view ReadCounts();
  std::string_view ReadTextCounts();
  std::string_view ReadOccurrences();
  std::string_view ReadDeclaredSymbols();
  std::string_view ReadExtents();
  std::string_view ReadRelations();
  std::string_view ReadSymbol(std::string_view previous_usr, SymbolFacts* symbol);
  std::string_view ReadSymbols();
  std::string_view ReadIncludes();
  std::string_view NextPooled(TextColumn column);
  // Memory for `bytes` beyond the frames; nullptr if that is more than makes sense.
  char* Expand(size_t bytes);

  const SplitFacts& split_;
  Arena& arena_;
  FileFacts facts_;
  std::array<ColumnReader, kStructureColumnCount> structure_;
  std::array<ColumnReader, kTextColumnCount> text_;
  bool numbered_ = false;           // symbols stay numbers
  std::vector<uint32_t> index_of_;  // by number: index in symbol_ids
  std::vector<uint32_t> declared_;  // numbers of FileFacts::symbols, ascending
  std::vector<RoleSet> role_sets_;
  std::vector<std::string_view> pool_;
  uint32_t occurrence_count_ = 0;
  uint32_t declared_count_ = 0;
  uint32_t extent_count_ = 0;
  uint32_t relation_count_ = 0;
  uint32_t include_count_ = 0;
  uint64_t expanded_ = 0;  // bytes
};

char* FactsDecoder::Expand(size_t bytes) {
  expanded_ += bytes;
  return expanded_ > kMaxFrameBytes ? nullptr : static_cast<char*>(arena_.Allocate(bytes, 1));
}

std::string_view FactsDecoder::ReadIds() {
  struct Numbered {
    SymbolId id;
    uint32_t number;
  };
  std::vector<Numbered> rows(split_.symbol_ids);
  for (uint32_t number = 0; number < split_.symbol_ids; ++number) {
    rows[number] = {LoadAs<SymbolId>(split_.ids + size_t{number} * sizeof(SymbolId)), number};
  }
  std::sort(rows.begin(), rows.end(),
            [](const Numbered& a, const Numbered& b) { return a.id < b.id; });
  facts_.symbol_ids.reserve(rows.size());
  index_of_.resize(rows.size());
  SymbolId previous = 0;
  for (const Numbered& row : rows) {
    if (row.id == previous) return "a symbol is 0, or there twice";
    previous = row.id;
    index_of_[row.number] = static_cast<uint32_t>(facts_.symbol_ids.size());
    facts_.symbol_ids.push_back(row.id);
  }
  return {};
}

std::string_view FactsDecoder::ReadCounts() {
  ColumnReader& counts = structure_[kCounts];
  occurrence_count_ = counts.Next();
  extent_count_ = counts.Next();
  relation_count_ = counts.Next();
  const uint32_t role_sets = counts.Next();
  for (uint32_t i = 0; i < role_sets && counts.ok(); ++i) {
    const uint32_t roles = counts.Next();
    if (roles > UINT16_MAX) return "a set of roles is out of range";
    role_sets_.push_back(static_cast<RoleSet>(roles));
  }
  // A row has at least a byte in each of its columns but those that depend on another.
  if (!counts.Finished() || occurrence_count_ > structure_[kOccurrenceSymbols].remaining() ||
      extent_count_ > structure_[kExtentOccurrences].remaining() ||
      relation_count_ > structure_[kRelationKinds].remaining()) {
    return "the counts contradict the columns";
  }
  return {};
}

std::string_view FactsDecoder::ReadTextCounts() {
  declared_count_ = text_[kTextCounts].Next();
  include_count_ = text_[kTextCounts].Next();
  facts_.interface = text_[kTextCounts].NextFixed64();
  if (declared_count_ > text_[kDeclaredSymbols].remaining() ||
      include_count_ > text_[kIncludeLines].remaining()) {
    return "the counts contradict the columns";
  }
  return {};
}

std::string_view FactsDecoder::ReadOccurrences() {
  const uint32_t symbols = split_.symbol_ids;
  std::vector<uint32_t> last_length(symbols);
  Position last;
  uint32_t last_end = 0;
  uint32_t indent = 0;
  uint32_t next_number = 0;
  uint32_t container = kNoSymbol;
  facts_.occurrences.reserve(occurrence_count_);
  const Occurrence* previous = nullptr;
  for (uint32_t i = 0; i < occurrence_count_; ++i) {
    Occurrence it;
    const uint32_t lines = structure_[kOccurrenceLines].Next();
    it.begin.line = last.line + lines;
    if (lines != 0) {
      indent += structure_[kOccurrenceIndents].NextSigned();
      it.begin.column = indent;
    } else {
      it.begin.column = last_end + structure_[kOccurrenceGaps].NextSigned();
    }

    const uint32_t distance = structure_[kOccurrenceSymbols].Next();
    if (distance > next_number) return "an occurrence has no symbol";
    const uint32_t number = next_number - distance;
    if (number >= symbols) return "an occurrence has no symbol";
    if (distance == 0) ++next_number;
    it.symbol = index_of_[number];

    const uint32_t roles = structure_[kOccurrenceRoles].Next();
    if (roles >= role_sets_.size()) return "an occurrence has no roles";
    it.roles = role_sets_[roles];
    const uint32_t length = structure_[kOccurrenceLengths].NextSigned();
    if ((it.roles & kRoleImplicit) != 0) {
      it.length = length;
    } else {
      it.length = last_length[number] += length;
    }
    last = it.begin;
    last_end = it.begin.column + it.length;

    const uint32_t code = structure_[kOccurrenceContainers].Next();
    if (code == 1) {
      container = kNoSymbol;
    } else if (code > 1) {
      const uint32_t container_number = next_number - UnZigZag(code - 2);
      if (container_number >= symbols) return "an occurrence's container does not exist";
      container = index_of_[container_number];
    }
    it.container = container;

    if (previous != nullptr &&
        (it.begin < previous->begin ||
         (!numbered_ && it.begin == previous->begin && it.symbol < previous->symbol))) {
      return "the occurrences are out of order";
    }
    previous = &facts_.occurrences.emplace_back(it);
  }
  for (int column = kOccurrenceLines; column <= kOccurrenceRoles; ++column) {
    if (!structure_[column].Finished()) return "the columns of occurrences differ in length";
  }
  return {};
}

std::string_view FactsDecoder::ReadDeclaredSymbols() {
  uint64_t expected = 0;
  declared_.reserve(declared_count_);
  for (uint32_t i = 0; i < declared_count_; ++i) {
    const uint64_t number = expected + text_[kDeclaredSymbols].Next();
    if (number >= split_.symbol_ids) return "a declared symbol does not exist";
    declared_.push_back(static_cast<uint32_t>(number));
    expected = number + 1;
  }
  return {};
}

std::string_view FactsDecoder::ReadExtents() {
  uint32_t expected = 0;
  uint32_t previous = 0;
  facts_.extents.reserve(extent_count_);
  for (uint32_t i = 0; i < extent_count_; ++i) {
    while (expected < facts_.occurrences.size() &&
           (facts_.occurrences[expected].roles & kRoleDeclaration) == 0) {
      ++expected;
    }
    DeclarationExtent extent;
    extent.occurrence = expected + structure_[kExtentOccurrences].NextSigned();
    if (extent.occurrence >= facts_.occurrences.size() || extent.occurrence < previous) {
      return "an extent belongs to no occurrence";
    }
    previous = extent.occurrence;
    expected = extent.occurrence + 1;

    const Occurrence& name = facts_.occurrences[extent.occurrence];
    const uint32_t lines_before = structure_[kExtentBeginLines].NextSigned();
    const uint32_t begin_column = structure_[kExtentBeginColumns].NextSigned();
    extent.begin.line = name.begin.line - lines_before;
    extent.begin.column = lines_before == 0 ? name.begin.column - begin_column : begin_column;
    const uint32_t lines_after = structure_[kExtentEndLines].NextSigned();
    const uint32_t end_column = structure_[kExtentEndColumns].NextSigned();
    extent.end.line = name.begin.line + lines_after;
    extent.end.column =
        end_column + (lines_after == 0 ? name.begin.column + name.length : extent.begin.column);
    facts_.extents.push_back(extent);
  }
  for (int column = kExtentOccurrences; column <= kExtentEndColumns; ++column) {
    if (!structure_[column].Finished()) return "the columns of extents differ in length";
  }
  return {};
}

std::string_view FactsDecoder::ReadRelations() {
  uint32_t subject = 0;
  uint32_t object = 0;
  facts_.relations.reserve(relation_count_);
  for (uint32_t i = 0; i < relation_count_; ++i) {
    subject += structure_[kRelationSubjects].Next();
    object += structure_[kRelationObjects].NextSigned();
    const uint32_t kind = structure_[kRelationKinds].Next();
    if (subject >= split_.symbol_ids || object >= split_.symbol_ids) {
      return "a relation's symbol does not exist";
    }
    if (kind >= kRelationKindCount) return "a relation's kind is unknown";
    facts_.relations.push_back({.subject = index_of_[subject],
                                .object = index_of_[object],
                                .kind = static_cast<RelationKind>(kind)});
  }
  std::sort(facts_.relations.begin(), facts_.relations.end());
  for (int column = kRelationSubjects; column <= kRelationKinds; ++column) {
    if (!structure_[column].Finished()) return "the columns of relations differ in length";
  }
  return {};
}

// An empty view also where there is none; the column then is not ok().
std::string_view FactsDecoder::NextPooled(TextColumn column) {
  const uint32_t age = text_[column].Next();
  if (age > pool_.size()) {
    // The next check of the columns finds it.
    text_[kPoolLengths].NextText(SIZE_MAX);
    return {};
  }
  if (age != 0) return pool_[pool_.size() - age];
  pool_.push_back(text_[kPoolBytes].NextText(text_[kPoolLengths].Next()));
  return pool_.back();
}

// The next symbol, all but its id.
std::string_view FactsDecoder::ReadSymbol(std::string_view previous_usr, SymbolFacts* out) {
  SymbolFacts& symbol = *out;
  const uint32_t tag = text_[kSymbolTags].Next();
  const uint32_t flags = text_[kSymbolFlags].Next();
  if ((tag & 31) >= kSymbolKindCount || tag >> 5 > kMaxAccess || flags > UINT16_MAX) {
    return "a symbol's kind, access or flags are out of range";
  }
  symbol.kind = static_cast<SymbolKind>(tag & 31);
  symbol.access = static_cast<Access>(tag >> 5);
  symbol.flags = static_cast<uint16_t>(flags);

  const uint32_t shared = text_[kUsrShared].Next();
  const std::string_view rest = text_[kUsrBytes].NextText(text_[kUsrLengths].Next());
  if (shared > previous_usr.size() || shared + rest.size() == 0) return "a USR makes no sense";
  char* usr = Expand(shared + rest.size());
  if (usr == nullptr) return "the USRs are too long";
  std::copy_n(previous_usr.begin(), shared, usr);
  std::copy(rest.begin(), rest.end(), usr + shared);
  symbol.usr = {usr, shared + rest.size()};

  const uint32_t place_code = text_[kNamePlaces].Next();
  const uint32_t name_length = text_[kNamePlaces].Next();
  if (name_length == 0) return "a name is empty";
  if (place_code == 0) {
    symbol.name = text_[kNameBytes].NextText(name_length);
  } else {
    const uint32_t place = shared + UnZigZag(place_code - 1);
    if (place > symbol.usr.size() || name_length > symbol.usr.size() - place) {
      return "a name is not where it should be in the USR";
    }
    symbol.name = symbol.usr.substr(place, name_length);
  }
  symbol.scope = NextPooled(kSymbolScopes);
  symbol.signature = NextPooled(kSignatures);
  symbol.type = NextPooled(kTypes);
  symbol.template_parameters = NextPooled(kTemplateParameters);
  symbol.documentation = text_[kDocumentationBytes].NextText(text_[kDocumentationLengths].Next());
  return {};
}

std::string_view FactsDecoder::ReadSymbols() {
  std::string_view previous_usr;
  facts_.symbols.reserve(declared_count_);
  for (uint32_t number : declared_) {
    SymbolFacts symbol;
    const std::string_view wrong = ReadSymbol(previous_usr, &symbol);
    if (!wrong.empty()) return wrong;
    previous_usr = symbol.usr;
    symbol.id = facts_.symbol_ids[index_of_[number]];
    facts_.symbols.push_back(symbol);
  }
  std::sort(facts_.symbols.begin(), facts_.symbols.end(),
            [](const SymbolFacts& a, const SymbolFacts& b) { return a.id < b.id; });
  return {};
}

std::string_view FactsDecoder::ReadIncludes() {
  uint32_t line = 0;
  facts_.includes.reserve(include_count_);
  for (uint32_t i = 0; i < include_count_; ++i) {
    IncludeFacts include;
    const uint32_t lines = text_[kIncludeLines].Next();
    if (lines > UINT32_MAX - line) return "the includes are out of order";
    include.line = line += lines;
    const uint32_t tag = text_[kIncludeTags].Next();
    if (tag > 3) return "an include's tag is unknown";
    include.angled = (tag & 1) != 0;
    include.spelled = NextPooled(kIncludeSpelled);
    const std::string_view folder = NextPooled(kIncludeResolved);
    if ((tag & 2) == 0) {
      include.resolved = folder;
    } else {
      const size_t length = folder.size() + include.spelled.size();
      char* resolved = Expand(length);
      if (resolved == nullptr) return "the paths of includes are too long";
      std::copy(folder.begin(), folder.end(), resolved);
      std::copy(include.spelled.begin(), include.spelled.end(), resolved + folder.size());
      include.resolved = {resolved, length};
    }
    facts_.includes.push_back(include);
  }
  for (const ColumnReader& column : text_) {
    if (!column.Finished()) return "the columns of text differ in length";
  }
  return {};
}

// In this order: each step uses what those before it have checked.
std::string_view FactsDecoder::ReadStructure() {
  std::string_view wrong = ReadCounts();
  if (wrong.empty()) wrong = ReadOccurrences();
  if (wrong.empty()) wrong = ReadExtents();
  if (wrong.empty()) wrong = ReadRelations();
  return wrong;
}

std::string_view FactsDecoder::ReadText() {
  std::string_view wrong = ReadTextCounts();
  if (wrong.empty()) wrong = ReadDeclaredSymbols();
  if (wrong.empty()) wrong = ReadSymbols();
  if (wrong.empty()) wrong = ReadIncludes();
  return wrong;
}

absl::StatusOr<FileFacts> FactsDecoder::Decode(FactsParts parts) {
  facts_.path = split_.path;
  facts_.state = split_.state;
  facts_.variant = split_.variant;
  std::string_view wrong = ReadIds();
  if (parts.structure && wrong.empty()) {
    absl::Status unpacked =
        UnpackColumns(split_.structure, split_.structure_raw, "structure", arena_, structure_);
    if (!unpacked.ok()) return unpacked;
    wrong = ReadStructure();
  }
  if (parts.text && wrong.empty()) {
    absl::Status unpacked = UnpackColumns(split_.text, split_.text_raw, "text", arena_, text_);
    if (!unpacked.ok()) return unpacked;
    wrong = ReadText();
  }
  if (!wrong.empty()) {
    return absl::DataLossError(StrCat("facts of ", split_.path, ": ", wrong));
  }
  return std::move(facts_);
}

absl::StatusOr<SymbolFacts> FactsDecoder::DecodeOne(uint32_t number) {
  absl::Status unpacked = UnpackColumns(split_.text, split_.text_raw, "text", arena_, text_);
  if (!unpacked.ok()) return unpacked;
  std::string_view wrong = ReadTextCounts();
  if (wrong.empty()) wrong = ReadDeclaredSymbols();
  SymbolFacts symbol;
  for (size_t i = 0; wrong.empty() && i < declared_.size() && declared_[i] <= number; ++i) {
    wrong = ReadSymbol(symbol.usr, &symbol);
    if (!wrong.empty() || declared_[i] != number) continue;
    const bool sane = std::all_of(text_.begin(), text_.end(),
                                  [](const ColumnReader& column) { return column.ok(); });
    if (sane) return symbol;
    wrong = "the columns of text differ in length";
  }
  return absl::DataLossError(
      StrCat("facts of ", split_.path, ": ", wrong.empty() ? "a symbol is missing" : wrong));
}

absl::StatusOr<FileFacts> FactsDecoder::DecodeNumbered() {
  numbered_ = true;
  index_of_.resize(split_.symbol_ids);
  std::iota(index_of_.begin(), index_of_.end(), 0u);
  absl::Status unpacked =
      UnpackColumns(split_.structure, split_.structure_raw, "structure", arena_, structure_);
  if (!unpacked.ok()) return unpacked;
  std::string_view wrong = ReadCounts();
  if (wrong.empty()) wrong = ReadOccurrences();
  if (wrong.empty()) wrong = ReadExtents();
  if (!wrong.empty()) {
    return absl::DataLossError(StrCat("facts of ", split_.path, ": ", wrong));
  }
  return std::move(facts_);
}

}  // namespace

absl::StatusOr<FileFacts> DecodeNumberedOccurrences(const SplitFacts& split, Arena& arena) {
  return FactsDecoder(split, arena).DecodeNumbered();
}

absl::StatusOr<SymbolFacts> DecodeOneSymbol(const SplitFacts& split, uint32_t number,
                                            Arena& arena) {
  return FactsDecoder(split, arena).DecodeOne(number);
}

absl::StatusOr<SplitFacts> SplitFileFacts(std::string_view bytes) {
  FactsHeaderLayout header;
  if (bytes.size() < sizeof(header)) return absl::DataLossError("facts: cut in the header");
  std::memcpy(&header, bytes.data(), sizeof(header));
  if (header.magic != kFactsMagic || header.zero != 0) {
    return absl::DataLossError("facts: no facts, or those of another version");
  }
  const uint64_t expected = sizeof(header) + uint64_t{header.path_bytes} +
                            uint64_t{header.symbol_ids} * sizeof(SymbolId) +
                            header.structure_packed + header.text_packed;
  if (expected != bytes.size()) return absl::DataLossError("facts: the parts are not the whole");
  constexpr size_t kChecked = offsetof(FactsHeaderLayout, checksum) + sizeof(header.checksum);
  if (XXH3_64bits(bytes.data() + kChecked, bytes.size() - kChecked) != header.checksum) {
    return absl::DataLossError("facts: the checksum does not match");
  }
  std::string_view rest = bytes.substr(sizeof(header));
  auto take = [&rest](size_t length) {
    std::string_view part = rest.substr(0, length);
    rest.remove_prefix(length);
    return part;
  };
  SplitFacts split;
  split.path = take(header.path_bytes);
  split.state = {.size = header.size, .mtime_ns = header.mtime_ns, .digest = header.digest};
  split.variant = header.variant;
  split.symbol_ids = header.symbol_ids;
  split.ids =
      reinterpret_cast<const uint8_t*>(take(size_t{header.symbol_ids} * sizeof(SymbolId)).data());
  split.structure = take(header.structure_packed);
  split.text = take(header.text_packed);
  split.structure_raw = header.structure_raw;
  split.text_raw = header.text_raw;
  return split;
}

absl::StatusOr<FileFacts> DecodeFileFacts(std::string_view bytes, Arena& arena) {
  absl::StatusOr<SplitFacts> split = SplitFileFacts(bytes);
  if (!split.ok()) return split.status();
  split->path = arena.CopyString(split->path);
  return DecodeSplitFacts(*split, {}, arena);
}

absl::StatusOr<FileFacts> DecodeSplitFacts(const SplitFacts& split, FactsParts parts, Arena& arena,
                                           std::vector<uint32_t>* index_of_number) {
  FactsDecoder decoder(split, arena);
  absl::StatusOr<FileFacts> facts = decoder.Decode(parts);
  if (index_of_number != nullptr) *index_of_number = decoder.TakeIndexOfNumber();
  return facts;
}

}  // namespace astrolabe

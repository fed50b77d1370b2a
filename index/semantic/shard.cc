// A shard's envelope: the unit with its closure, packed, and the encoded files behind it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/semantic/shard.h"

#include <array>
#include <cstddef>
#include <cstring>

#include "base/strings.h"
#include "index/segment_layout.h"
#include "index/semantic/columns.h"
#include "index/semantic/facts_layout.h"
#include "index/string_table.h"
#include "xxhash.h"

namespace astrolabe {
namespace {

struct ShardHeaderLayout {
  uint32_t magic;
  uint32_t files;
  uint64_t checksum;  // XXH3 of everything behind it
  uint32_t unit_packed;
  uint32_t unit_raw;
};
static_assert(sizeof(ShardHeaderLayout) == 24);

constexpr size_t kChecked = offsetof(ShardHeaderLayout, checksum) + sizeof(uint64_t);

enum UnitColumn {
  kUnitNumbers,
  kClosureShared,
  kClosureLengths,
  kClosureSizes,
  kClosureTimes,
  kClosureDigests,
  kClosureBytes,
  kUnitColumnCount
};

absl::Status Malformed(std::string_view what) {
  return absl::DataLossError(StrCat("shard: ", what));
}

constexpr uint8_t kMaxOutcome = static_cast<uint8_t>(ParseOutcome::kQuarantined);

// The first is the main file, and behind it they ascend.
bool ClosureIsOrdered(const TranslationUnit& unit) {
  if (unit.closure.empty()) return true;
  if (unit.closure.front().path != unit.path) return false;
  for (size_t i = 2; i < unit.closure.size(); ++i) {
    if (unit.closure[i].path < unit.closure[i - 1].path) return false;
  }
  return true;
}

absl::Status ReadUnit(std::string_view packed, uint32_t raw, Arena& arena, TranslationUnit* unit) {
  std::array<ColumnReader, kUnitColumnCount> columns;
  absl::Status unpacked = UnpackColumns(packed, raw, "unit", arena, columns);
  if (!unpacked.ok()) return unpacked;
  ColumnReader& numbers = columns[kUnitNumbers];
  unit->path = numbers.NextText(numbers.Next());
  unit->command_digest = numbers.NextFixed64();
  const uint32_t outcome = numbers.Next();
  if (outcome > kMaxOutcome) return Malformed("the outcome is unknown");
  unit->outcome = static_cast<ParseOutcome>(outcome);
  unit->reason = numbers.NextText(numbers.Next());
  unit->errors = numbers.Next();
  const uint32_t count = numbers.Next();
  if (!numbers.Finished()) return Malformed("the unit is cut");
  if (count > columns[kClosureShared].remaining()) return Malformed("the closure is cut");
  unit->closure.reserve(count);
  std::string_view previous;
  uint64_t expanded = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t shared = columns[kClosureShared].Next();
    const std::string_view rest = columns[kClosureBytes].NextText(columns[kClosureLengths].Next());
    expanded += shared + rest.size();
    if (shared > previous.size() || expanded > kMaxFrameBytes) {
      return Malformed("a path of the closure makes no sense");
    }
    char* path = static_cast<char*>(arena.Allocate(shared + rest.size(), 1));
    std::copy_n(previous.data(), shared, path);
    std::copy(rest.begin(), rest.end(), path + shared);
    previous = {path, shared + rest.size()};
    ClosureFile file;
    file.path = previous;
    file.state.size = columns[kClosureSizes].NextWide();
    file.state.mtime_ns = static_cast<int64_t>(columns[kClosureTimes].NextFixed64());
    file.state.digest = columns[kClosureDigests].NextFixed64();
    unit->closure.push_back(file);
  }
  for (const ColumnReader& column : columns) {
    if (!column.Finished()) return Malformed("the columns of the closure differ in length");
  }
  if (!ClosureIsOrdered(*unit)) return Malformed("the closure is out of order");
  return absl::OkStatus();
}

}  // namespace

std::string EncodeShard(const Shard& shard) {
  const TranslationUnit& unit = shard.unit;
  std::array<ColumnWriter, kUnitColumnCount> columns;
  ColumnWriter& numbers = columns[kUnitNumbers];
  numbers.Add(unit.path.size());
  numbers.AddText(unit.path);
  numbers.AddFixed64(unit.command_digest);
  numbers.Add(static_cast<uint8_t>(unit.outcome));
  numbers.Add(unit.reason.size());
  numbers.AddText(unit.reason);
  numbers.Add(unit.errors);
  numbers.Add(unit.closure.size());
  std::string_view previous;
  for (const ClosureFile& file : unit.closure) {
    const uint32_t shared = CommonPrefix(previous, file.path);
    columns[kClosureShared].Add(shared);
    columns[kClosureLengths].Add(file.path.size() - shared);
    columns[kClosureBytes].AddText(file.path.substr(shared));
    columns[kClosureSizes].Add(file.state.size);
    columns[kClosureTimes].AddFixed64(static_cast<uint64_t>(file.state.mtime_ns));
    columns[kClosureDigests].AddFixed64(file.state.digest);
    previous = file.path;
  }

  std::string out(sizeof(ShardHeaderLayout), '\0');
  const FrameSizes sizes = PackColumns(columns, out);
  for (std::string_view file : shard.files) AppendAs(out, static_cast<uint32_t>(file.size()));
  for (std::string_view file : shard.files) out.append(file);
  ShardHeaderLayout header = {.magic = kShardMagic,
                              .files = static_cast<uint32_t>(shard.files.size()),
                              .checksum = 0,
                              .unit_packed = sizes.packed,
                              .unit_raw = sizes.raw};
  std::memcpy(out.data(), &header, sizeof(header));
  header.checksum = XXH3_64bits(out.data() + kChecked, out.size() - kChecked);
  std::memcpy(out.data(), &header, sizeof(header));
  return out;
}

absl::StatusOr<Shard> DecodeShard(std::string_view bytes, Arena& arena) {
  ShardHeaderLayout header;
  if (bytes.size() < sizeof(header)) return Malformed("cut in the header");
  std::memcpy(&header, bytes.data(), sizeof(header));
  if (header.magic != kShardMagic) return Malformed("no shard, or one of another version");
  if (XXH3_64bits(bytes.data() + kChecked, bytes.size() - kChecked) != header.checksum) {
    return Malformed("the checksum does not match");
  }
  std::string_view rest = bytes.substr(sizeof(header));
  const uint64_t before_files = header.unit_packed + uint64_t{header.files} * sizeof(uint32_t);
  if (before_files > rest.size()) return Malformed("the parts are longer than the whole");
  Shard shard;
  absl::Status unit =
      ReadUnit(rest.substr(0, header.unit_packed), header.unit_raw, arena, &shard.unit);
  if (!unit.ok()) return unit;
  const uint8_t* lengths = reinterpret_cast<const uint8_t*>(rest.data()) + header.unit_packed;
  rest.remove_prefix(before_files);
  shard.files.reserve(header.files);
  for (uint32_t i = 0; i < header.files; ++i) {
    const uint32_t length = LoadAs<uint32_t>(lengths + size_t{i} * sizeof(uint32_t));
    if (length > rest.size()) return Malformed("a file is longer than the shard");
    shard.files.push_back(rest.substr(0, length));
    rest.remove_prefix(length);
  }
  if (!rest.empty()) return Malformed("there is more than its files");
  return shard;
}

}  // namespace astrolabe

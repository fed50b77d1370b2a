// Packing and unpacking with zstd.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/semantic/columns.h"

#include <memory>
#include <new>

#include "base/strings.h"
#include "zstd.h"

namespace astrolabe {
namespace {

// On the facts of RocksDB 3 packs 0.4 % tighter for 14 % more time, and 6 packs 2.6 % for 86 %.
constexpr int kLevel = 1;

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

// Setting up a context costs more than packing a small file, so each thread keeps one.
ZSTD_CCtx* Compressor() {
  thread_local std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  if (context == nullptr) throw std::bad_alloc();
  return context.get();
}

ZSTD_DCtx* Decompressor() {
  thread_local std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  if (context == nullptr) throw std::bad_alloc();
  return context.get();
}

}  // namespace

FrameSizes PackColumns(std::span<const ColumnWriter> columns, std::string& out) {
  std::string raw;
  for (const ColumnWriter& column : columns) AppendVarint(raw, column.bytes().size());
  for (const ColumnWriter& column : columns) raw.append(column.bytes());
  const size_t before = out.size();
  out.resize(before + ZSTD_compressBound(raw.size()));
  const size_t packed = ZSTD_compressCCtx(Compressor(), out.data() + before, out.size() - before,
                                          raw.data(), raw.size(), kLevel);
  // There is room for the output, so nothing but memory can be missing.
  if (ZSTD_isError(packed) != 0) throw std::bad_alloc();
  out.resize(before + packed);
  return {.packed = static_cast<uint32_t>(packed), .raw = static_cast<uint32_t>(raw.size())};
}

absl::Status UnpackColumns(std::string_view packed, uint32_t raw_size, std::string_view what,
                           Arena& arena, std::span<ColumnReader> columns) {
  auto damaged = [what](std::string_view why) {
    return absl::DataLossError(StrCat("the ", what, " ", why));
  };
  if (raw_size > kMaxFrameBytes) return damaged("claims to unpack to more than 64 MiB");
  char* raw = static_cast<char*>(arena.Allocate(raw_size, 1));
  const size_t got =
      ZSTD_decompressDCtx(Decompressor(), raw, raw_size, packed.data(), packed.size());
  if (ZSTD_isError(got) != 0 || got != raw_size) return damaged("does not unpack");

  ColumnReader all(std::string_view(raw, raw_size));
  size_t total = 0;
  for (ColumnReader& column : columns) {
    // Where the columns begin is known after the last length; until then only lengths are right.
    const uint64_t length = all.NextWide();
    if (length > raw_size) return damaged("has a column that is longer than itself");
    total += length;
    column = ColumnReader(std::string_view(raw, length));
  }
  if (!all.ok() || total != all.remaining()) return damaged("does not consist of its columns");
  for (ColumnReader& column : columns) column = ColumnReader(all.NextText(column.remaining()));
  return absl::OkStatus();
}

}  // namespace astrolabe

// Packing and unpacking with zstd.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/semantic/columns.h"

#include <cassert>
#include <memory>
#include <new>

#include "base/strings.h"
#include "zstd.h"

namespace astrolabe {
namespace {

// Level 3 packs 4 % tighter than 1 for half as much time again; from 6 on time doubles for 1 %.
constexpr int kLevel = 3;

// A column shorter than this does not earn a block of its own.
constexpr size_t kOwnBlockBytes = 600;

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
  std::string lengths;
  size_t raw = 0;
  for (const ColumnWriter& column : columns) {
    AppendVarint(lengths, column.bytes().size());
    raw += column.bytes().size();
  }
  raw += lengths.size();

  ZSTD_CCtx* const context = Compressor();
  ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters);
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setPledgedSrcSize(context, raw);
  const size_t before = out.size();
  // Each flush may add a block header beyond what the bound of one piece allows for.
  out.resize(before + ZSTD_compressBound(raw) + 16 * (columns.size() + 2));
  ZSTD_outBuffer target = {out.data() + before, out.size() - before, 0};
  auto feed = [&](std::string_view bytes, ZSTD_EndDirective directive) {
    ZSTD_inBuffer source = {bytes.data(), bytes.size(), 0};
    size_t left;
    do {
      left = ZSTD_compressStream2(context, &target, &source, directive);
      // Out of memory; there is room for the output.
      if (ZSTD_isError(left) != 0) throw std::bad_alloc();
    } while (source.pos < source.size || (directive != ZSTD_e_continue && left != 0));
  };
  feed(lengths, ZSTD_e_continue);
  bool pending = true;
  for (const ColumnWriter& column : columns) {
    const bool own_block = column.bytes().size() >= kOwnBlockBytes;
    if (own_block && pending) feed({}, ZSTD_e_flush);
    feed(column.bytes(), own_block ? ZSTD_e_flush : ZSTD_e_continue);
    pending = !own_block && (pending || !column.bytes().empty());
  }
  feed({}, ZSTD_e_end);
  out.resize(before + target.pos);
  return {.packed = static_cast<uint32_t>(target.pos), .raw = static_cast<uint32_t>(raw)};
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

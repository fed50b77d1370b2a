// What is encoded comes back, and what was not encoded by us is refused.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "index/semantic/shard.h"

#include <gtest/gtest.h>

#include <cstring>

#include "index/semantic/dump.h"
#include "tests/semantic/sample_facts.h"
#include "xxhash.h"

namespace astrolabe {
namespace {

void ExpectRoundTrip(const FileFacts& facts) {
  const std::string encoded = EncodeFileFacts(facts);
  EXPECT_EQ(EncodeFileFacts(facts), encoded) << "not deterministic";
  Arena arena;
  absl::StatusOr<FileFacts> decoded = DecodeFileFacts(encoded, arena);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_TRUE(SameFacts(facts, *decoded)) << DumpFileFacts(facts) << DumpFileFacts(*decoded);
}

// Makes the checksum of encoded facts right, so that what is behind it gets to be read.
std::string Resealed(std::string bytes) {
  if (bytes.size() < 16) return bytes;
  const uint64_t checksum = XXH3_64bits(bytes.data() + 16, bytes.size() - 16);
  std::memcpy(bytes.data() + 8, &checksum, sizeof(checksum));
  return bytes;
}

TEST(FileFactsEncoding, Empty) { ExpectRoundTrip({}); }

TEST(FileFactsEncoding, Random) {
  for (uint32_t seed = 0; seed < 60; ++seed) {
    std::deque<std::string> strings;
    ExpectRoundTrip(RandomFacts(seed, seed * seed / 8, strings));
  }
}

TEST(FileFactsEncoding, ExtremeNumbersAndStrings) {
  const std::string long_text(3 << 20, 'x');
  const std::string bytes("\0\xFF\x80 \n", 5);
  FileFacts facts;
  facts.path = bytes;
  facts.state = {.size = UINT64_MAX, .mtime_ns = INT64_MIN, .digest = UINT64_MAX};
  facts.variant = UINT64_MAX;
  facts.interface = UINT64_MAX - 1;
  facts.symbol_ids = {1, 2, UINT64_MAX};
  SymbolFacts symbol;
  symbol.id = UINT64_MAX;
  symbol.flags = UINT16_MAX;
  symbol.access = Access::kPrivate;
  symbol.kind = static_cast<SymbolKind>(kSymbolKindCount - 1);
  symbol.usr = long_text;
  symbol.name = bytes;  // not in its USR
  symbol.scope = symbol.signature = symbol.type = symbol.documentation = long_text;
  symbol.template_parameters = bytes;
  facts.symbols = {symbol};
  facts.occurrences = {
      {.begin = {0, UINT32_MAX}, .length = UINT32_MAX, .symbol = 2, .container = 0},
      {.begin = {5, 7}, .length = 0, .symbol = 0, .container = kNoSymbol, .roles = UINT16_MAX},
      {.begin = {UINT32_MAX, 0}, .length = 1, .symbol = 2, .container = 1, .roles = 1},
      {.begin = {UINT32_MAX, UINT32_MAX}, .length = 9, .symbol = 2, .container = 2, .roles = 3},
  };
  facts.extents = {
      {.occurrence = 0, .begin = {UINT32_MAX, 0}, .end = {UINT32_MAX, UINT32_MAX}},
      {.occurrence = 1, .begin = {0, 0}, .end = {0, 0}},
      {.occurrence = 3, .begin = {UINT32_MAX, 3}, .end = {UINT32_MAX, 2}},
  };
  facts.relations = {{.subject = 0, .object = 0, .kind = RelationKind::kBase},
                     {.subject = 0, .object = 2, .kind = RelationKind::kMember},
                     {.subject = 2, .object = 1, .kind = RelationKind::kFriend}};
  facts.includes = {{.line = 0, .spelled = "", .resolved = ""},
                    {.line = UINT32_MAX, .angled = true, .spelled = "a.h", .resolved = "a.h"},
                    {.line = UINT32_MAX, .angled = true, .spelled = bytes, .resolved = "/x/a.h"}};
  ExpectRoundTrip(facts);
}

TEST(FileFactsEncoding, TheSymbolsOfOnePlaceStayInOrder) {
  FactsBuilder builder("a.cc", 1);
  for (uint32_t i = 0; i < 20; ++i) builder.Refer(4, 4, std::string(i + 1, 'a'), kRoleReference);
  builder.Refer(4, 4, "a", kRoleReference | kRoleImplicit, {}, 0);
  ExpectRoundTrip(builder.Build());
}

// Facts that say "an index out of range" can't be made with the encoder; flipping bytes behind a right
// checksum makes them, among much else.
TEST(FileFactsEncoding, EveryTruncationAndEveryFlippedByte) {
  std::deque<std::string> strings;
  const std::string encoded = EncodeFileFacts(RandomFacts(3, 12, strings));
  for (size_t size = 0; size < encoded.size(); ++size) {
    Arena arena;
    EXPECT_TRUE(absl::IsDataLoss(DecodeFileFacts(encoded.substr(0, size), arena).status())) << size;
    EXPECT_TRUE(
        absl::IsDataLoss(DecodeFileFacts(Resealed(encoded.substr(0, size)), arena).status()));
  }
  for (size_t at = 0; at < encoded.size(); ++at) {
    for (uint8_t flip : {0x01, 0x80, 0xFF}) {
      Arena arena;
      std::string bytes = encoded;
      bytes[at] = static_cast<char>(bytes[at] ^ flip);
      EXPECT_TRUE(absl::IsDataLoss(DecodeFileFacts(bytes, arena).status())) << at;
      // What decodes all the same must be consistent: printing follows every index.
      absl::StatusOr<FileFacts> decoded = DecodeFileFacts(Resealed(bytes), arena);
      if (decoded.ok()) {
        EXPECT_FALSE(DumpFileFacts(*decoded).empty());
      } else {
        EXPECT_TRUE(absl::IsDataLoss(decoded.status()));
      }
    }
  }
}

TEST(FileFactsEncoding, AFrameThatClaimsGigabytesIsRefused) {
  std::string encoded = FactsBuilder("a.cc", 1).Encode();
  const uint32_t claimed = 0xFFFFFFF0;
  std::memcpy(encoded.data() + 56, &claimed, sizeof(claimed));
  Arena arena;
  const absl::Status status = DecodeFileFacts(Resealed(encoded), arena).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_LT(arena.bytes_reserved(), 1u << 20);
}

TEST(ShardEncoding, RoundTrip) {
  FactsBuilder main("src/a.cc", 1);
  main.Declare(3, "ns", "Get", kRoleDefinition, "Gets.");
  FactsBuilder header("src/a.h", 2);
  header.Declare(8, "ns", "Get");
  const std::vector<std::string> files = {main.Encode(), header.Encode()};
  Shard shard;
  shard.unit = {.path = "src/a.cc",
                .command_digest = 77,
                .outcome = ParseOutcome::kPlain,
                .reason = "it defines a macro before an include",
                .errors = 3,
                .closure = {{.path = "src/a.cc", .state = StateOf(1)},
                            {.path = "/usr/include/stdio.h", .state = StateOf(9)},
                            {.path = "src/a.h", .state = StateOf(2)}}};
  shard.files = {files[0], files[1]};
  const std::string encoded = EncodeShard(shard);
  EXPECT_EQ(EncodeShard(shard), encoded);

  Arena arena;
  absl::StatusOr<Shard> decoded = DecodeShard(encoded, arena);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->unit.path, "src/a.cc");
  EXPECT_EQ(decoded->unit.command_digest, 77u);
  EXPECT_EQ(decoded->unit.outcome, ParseOutcome::kPlain);
  EXPECT_EQ(decoded->unit.reason, "it defines a macro before an include");
  EXPECT_EQ(decoded->unit.errors, 3u);
  ASSERT_EQ(decoded->unit.closure.size(), 3u);
  EXPECT_EQ(decoded->unit.closure[1].path, "/usr/include/stdio.h");
  EXPECT_EQ(decoded->unit.closure[2].state, StateOf(2));
  ASSERT_EQ(decoded->files.size(), 2u);
  EXPECT_EQ(decoded->files[1], files[1]);
}

TEST(ShardEncoding, AZygoteHasNoUnit) {
  Arena arena;
  const std::string encoded = MakeShard("", 0, {}, {FactsBuilder("a.h", 1).Encode()});
  absl::StatusOr<Shard> decoded = DecodeShard(encoded, arena);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->unit.path, "");
  EXPECT_EQ(decoded->files.size(), 1u);
}

TEST(ShardEncoding, AClosureOutOfOrderIsRefused) {
  for (const auto& closure : std::vector<std::vector<std::pair<std::string, uint64_t>>>{
           {{"b.h", 1}, {"a.cc", 2}}, {{"a.cc", 1}, {"c.h", 2}, {"b.h", 3}}}) {
    Arena arena;
    EXPECT_TRUE(absl::IsDataLoss(DecodeShard(MakeShard("a.cc", 1, closure, {}), arena).status()));
  }
}

TEST(ShardEncoding, EveryTruncationAndEveryFlippedByte) {
  FactsBuilder main("src/a.cc", 1);
  main.Declare(3, "ns", "Get", kRoleDefinition, "Gets.");
  const std::string encoded =
      MakeShard("src/a.cc", 5, {{"src/a.cc", 1}, {"src/a.h", 2}, {"src/b.h", 3}}, {main.Encode()});
  for (size_t size = 0; size < encoded.size(); ++size) {
    Arena arena;
    EXPECT_TRUE(absl::IsDataLoss(DecodeShard(encoded.substr(0, size), arena).status())) << size;
    EXPECT_TRUE(absl::IsDataLoss(DecodeShard(Resealed(encoded.substr(0, size)), arena).status()));
  }
  for (size_t at = 0; at < encoded.size(); ++at) {
    Arena arena;
    std::string bytes = encoded;
    bytes[at] = static_cast<char>(bytes[at] ^ 0xFF);
    EXPECT_TRUE(absl::IsDataLoss(DecodeShard(bytes, arena).status())) << at;
    EXPECT_FALSE(DumpShard(Resealed(bytes)).empty());
  }
}

TEST(Dump, PrintsEveryItem) {
  FactsBuilder builder("src/a.cc", 1, 2);
  const std::string_view get = builder.Declare(3, "ns", "Get", kRoleDefinition, "Gets\n\"it\".");
  builder.Refer(4, 2, "c:other", kRoleReference | kRoleCall, get);
  builder.Relate(get, RelationKind::kOverride, "c:other");
  builder.Include(0, "a.h", "src/a.h");
  builder.Include(1, "gone.h", "");
  EXPECT_EQ(DumpShard(MakeShard("src/a.cc", 5, {{"src/a.cc", 1}}, {builder.Encode(), "?"})),
            "unit src/a.cc command 0000000000000005 zygote errors 0\n"
            "closure src/a.cc size 101 mtime 1700000000000000000 digest 0000000000000001\n"
            "file src/a.cc size 101 mtime 1700000000000000000 digest 0000000000000001 variant "
            "0000000000000002 interface 0000000000000000 symbols 2\n"
            "include 0 \"a.h\" src/a.h\n"
            "include 1 \"gone.h\" -\n"
            "symbol c:ns@Get id f27c25408eec2e31 function \"Get\" scope \"ns\" signature \"(int "
            "a)\" type \"void\" documentation \"Gets\\n\\\"it\\\".\"\n"
            "occurrence 3:5+3 declaration|definition c:ns@Get in - extent 3:0-5:1\n"
            "occurrence 4:2+3 reference|call 00e8825303836834 in c:ns@Get\n"
            "relation c:ns@Get override 00e8825303836834\n"
            "error facts: cut in the header\n");
}

}  // namespace
}  // namespace astrolabe

// Merging: the directory of symbols and the index of names.
//
// Every source is a stream of symbols ascending by id (new files through one sort), so the directory is
// a merge of streams, and each stream learns the new number of its symbols on the way.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <algorithm>
#include <cstring>

#include "index/segment_layout.h"
#include "index/semantic/semantic_merge.h"
#include "index/varint.h"

namespace astrolabe {

const MentionRow SemanticMerge::LoadMention(const FileEntry& file, uint32_t row) const {
  MentionRow mention;
  std::memcpy(&mention, file.mentions.data() + size_t{row} * sizeof(mention), sizeof(mention));
  return mention;
}

// One more symbol, with its mentions in any order.
void SemanticMerge::AddMentions(SymbolId id, std::vector<Mention>& mentions) {
  std::sort(mentions.begin(), mentions.end(),
            [](const Mention& a, const Mention& b) { return a.file < b.file; });
  if (symbols_.size() % kSymbolsPerMentionBlock == 0) {
    AppendAs(mention_blocks_, static_cast<uint32_t>(mentions_.size()));
  }
  AppendVarint(mentions_, mentions.size());
  uint32_t file = 0;
  bool declared = false;
  for (const Mention& mention : mentions) {
    auto [tag, is_new] = tag_ids_.try_emplace(mention.tag, static_cast<uint32_t>(tags_.size()));
    if (is_new) tags_.push_back(mention.tag);
    AppendVarint(mentions_, mention.file - file);
    AppendVarint(mentions_, tag->second);
    file = mention.file;
    declared = declared || (mention.tag & kMentionDeclares) != 0;
  }
  symbols_.push_back(id);
  declared_.push_back(declared);
}

void SemanticMerge::BuildDirectory() {
  std::vector<NewMention> added;
  added.reserve(slots_);
  for (uint32_t place = 0; place < file_order_.size(); ++place) {
    const FileEntry& file = files_[file_order_[place]];
    if (file.source != kNew) continue;
    for (uint32_t row = 0; row < file.split.symbol_ids; ++row) {
      added.push_back({.id = LoadMention(file, row).id,
                       .slot = file.first_slot + row,
                       .file = place,
                       .row = row});
    }
  }
  std::sort(added.begin(), added.end(),
            [](const NewMention& a, const NewMention& b) { return a.id < b.id; });
  symbol_of_slot_.resize(slots_);

  std::vector<uint32_t> next_of(sources_.size(), 0);
  size_t next_added = 0;
  std::vector<Mention> mentions;
  std::vector<Mention> stored;
  for (;;) {
    // 0 is no symbol, and what a damaged segment yields; so it serves as the end of a stream.
    SymbolId id = next_added < added.size() ? added[next_added].id : 0;
    for (size_t i = 0; i < sources_.size(); ++i) {
      const SymbolId head = sources_[i].segment->Symbol(next_of[i]);
      if (head != 0 && (id == 0 || head < id)) id = head;
    }
    if (id == 0) break;
    const uint32_t symbol = static_cast<uint32_t>(symbols_.size());
    mentions.clear();
    for (size_t i = 0; i < sources_.size(); ++i) {
      Source& source = sources_[i];
      if (source.segment->Symbol(next_of[i]) != id) continue;
      stored.clear();
      source.segment->Mentions(next_of[i], &stored);
      bool lives = false;
      for (const Mention& mention : stored) {
        const uint32_t file = source.new_files[mention.file];
        if (file == kNone) continue;
        mentions.push_back({.file = file, .tag = mention.tag});
        lives = true;
      }
      if (lives) source.new_symbols[next_of[i]] = symbol;
      ++next_of[i];
    }
    for (; next_added < added.size() && added[next_added].id == id; ++next_added) {
      const NewMention& mention = added[next_added];
      symbol_of_slot_[mention.slot] = symbol;
      const MentionRow row = LoadMention(files_[file_order_[mention.file]], mention.row);
      mentions.push_back({.file = mention.file, .tag = row.tag});
      if (row.name_hash != 0) names_.push_back({.hash = row.name_hash, .symbol = symbol});
    }
    if (!mentions.empty()) AddMentions(id, mentions);
  }
  AppendAs(mention_blocks_, static_cast<uint32_t>(mentions_.size()));
  BuildNames();
}

void SemanticMerge::BuildNames() {
  for (const Source& source : sources_) {
    uint64_t hash;
    for (uint32_t i = 0, symbol; i < source.segment->name_count(); ++i) {
      if (!source.segment->Name(i, &hash, &symbol) || symbol >= source.new_symbols.size()) break;
      const uint32_t now = source.new_symbols[symbol];
      if (now != kNone && declared_[now]) names_.push_back({.hash = hash, .symbol = now});
    }
  }
  std::sort(names_.begin(), names_.end());
  names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
}

void SemanticMerge::WriteDirectory(SegmentWriter& out) {
  auto bytes_of = [](const auto& values) {
    return std::string_view(reinterpret_cast<const char*>(values.data()),
                            values.size() * sizeof(values[0]));
  };
  out.WriteSection(kSymbolIds, bytes_of(symbols_), symbols_.size());
  out.WriteSection(kMentionBlocks, mention_blocks_, mention_blocks_.size() / sizeof(uint32_t));
  out.WriteSection(kMentions, mentions_, symbols_.size());
  out.WriteSection(kMentionTags, bytes_of(tags_), tags_.size());
  out.BeginSection(kNameHashHighs);
  for (const NameEntry& name : names_) {
    AppendAs(out.out(), static_cast<uint32_t>(name.hash >> 16));
  }
  out.EndSection(names_.size());
  out.BeginSection(kNameHashLows);
  for (const NameEntry& name : names_) AppendAs(out.out(), static_cast<uint16_t>(name.hash));
  out.EndSection(names_.size());
  out.BeginSection(kNameSymbols);
  for (const NameEntry& name : names_) AppendAs(out.out(), name.symbol);
  out.EndSection(names_.size());
}

}  // namespace astrolabe

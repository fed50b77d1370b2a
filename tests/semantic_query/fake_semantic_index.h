// A small semantic index in memory, written as marked source text.
//
//   int [[get|get|def]](int key) { return [[read|read|call|get]](key); }
//
// A mark is [[text|symbol|roles|container]]: the text is what stands in the file; symbol and container are
// keys given to AddSymbol; the roles are joined by '+'. The container may be left out.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "index/file_scanner.h"
#include "index/semantic/semantic_index.h"
#include "index/semantic/semantic_writer.h"

namespace astrolabe {

class FakeSemanticIndex : public SemanticIndex {
 public:
  explicit FakeSemanticIndex(std::string root) : root_(std::move(root)) {}

  // `symbol`'s id and usr come from `key`; its views must live as long as this.
  SymbolId AddSymbol(std::string_view key, SymbolFacts symbol) {
    symbol.usr = Keep("c:@" + std::string(key));
    symbol.id = ContentDigest(symbol.usr);
    symbols_[symbol.id] = symbol;
    ids_[std::string(key)] = symbol.id;
    return symbol.id;
  }
  SymbolId Id(std::string_view key) const {
    auto it = ids_.find(std::string(key));
    return it == ids_.end() ? 0 : it->second;
  }

  // The text of `marked` without its marks, as it belongs on disk. Call AddFile once it is there.
  static std::string Unmarked(std::string_view marked) { return Parse(marked).text; }

  // A file whose state is that of root/path now.
  void AddFile(std::string_view path, std::string_view marked) {
    const Parsed parsed = Parse(marked);
    File& file = files_.emplace_back();
    FileFacts& facts = file.facts;
    facts.path = Keep(std::string(path));
    const std::string absolute =
        path.starts_with('/') ? std::string(path) : root_ + "/" + std::string(path);
    if (auto stat = RealFileSystem().Stat(absolute); stat.ok()) {
      facts.state = {stat->size, stat->mtime_ns, ContentDigest(parsed.text)};
    }
    std::set<SymbolId> mentioned;
    std::set<SymbolId> declared;
    for (const Mark& mark : parsed.marks) {
      mentioned.insert(Id(mark.symbol));
      if (SymbolId container = Id(mark.container)) mentioned.insert(container);
      if ((mark.roles & kRoleDeclaration) != 0) declared.insert(Id(mark.symbol));
    }
    for (const Related& r : pending_) {
      mentioned.insert(r.subject);
      mentioned.insert(r.object);
    }
    facts.symbol_ids.assign(mentioned.begin(), mentioned.end());
    for (SymbolId id : declared) facts.symbols.push_back(symbols_[id]);
    for (const Mark& mark : parsed.marks) {
      Occurrence occurrence;
      occurrence.begin = mark.begin;
      occurrence.length = mark.length;
      occurrence.symbol = file.IndexOf(Id(mark.symbol));
      if (SymbolId container = Id(mark.container)) occurrence.container = file.IndexOf(container);
      occurrence.roles = mark.roles;
      if ((mark.roles & kRoleDeclaration) != 0) {
        facts.extents.push_back({static_cast<uint32_t>(facts.occurrences.size()),
                                 {mark.begin.line, 0},
                                 {mark.begin.line, mark.line_length}});
      }
      facts.occurrences.push_back(occurrence);
    }
    for (const Related& r : pending_) {
      facts.relations.push_back({file.IndexOf(r.subject), file.IndexOf(r.object), r.kind});
    }
    pending_.clear();
  }

  // For the next AddFile.
  void Relate(std::string_view subject, RelationKind kind, std::string_view object) {
    pending_.push_back({Id(subject), Id(object), kind});
  }
  // To the file added last.
  void AddInclude(uint32_t line, std::string_view spelled, std::string_view resolved) {
    files_.back().facts.includes.push_back(
        {line, false, Keep(std::string(spelled)), Keep(std::string(resolved))});
  }
  // A unit that has read these.
  void AddUnit(std::vector<std::string> closure) { units_.push_back(std::move(closure)); }

  // The same as a real index, in the folder. Files in no unit's closure get a unit of their own.
  void WriteTo(const std::string& directory) const {
    auto writer = SemanticWriter::Open(RealFileSystem(), directory, {"test", "a test"});
    ASSERT_TRUE(writer.ok()) << writer.status();
    std::vector<std::vector<std::string>> units = units_;
    std::set<std::string> in_unit;
    for (const auto& unit : units) in_unit.insert(unit.begin(), unit.end());
    for (const File& file : files_) {
      if (in_unit.insert(std::string(file.facts.path)).second) {
        units.push_back({std::string(file.facts.path)});
      }
    }
    for (const std::vector<std::string>& unit : units) {
      Shard shard;
      shard.unit.path = unit.front();
      std::vector<std::string> encoded;
      for (const std::string& path : unit) {
        uint64_t variant = 0;
        for (const File& file : files_) {
          if (file.facts.path != path) continue;
          if (variant == 0) shard.unit.closure.push_back({file.facts.path, file.facts.state});
          FileFacts facts = file.facts;
          facts.variant = ++variant;
          std::sort(facts.relations.begin(), facts.relations.end());
          encoded.push_back(EncodeFileFacts(facts));
        }
      }
      shard.files.assign(encoded.begin(), encoded.end());
      absl::Status added = (*writer)->Add(EncodeShard(shard));
      ASSERT_TRUE(added.ok()) << added;
    }
    absl::Status committed = (*writer)->Commit();
    ASSERT_TRUE(committed.ok()) << committed;
  }

  uint64_t generation() const override { return 1; }
  absl::Status damage() const override { return absl::OkStatus(); }

  void ForEachUnit(const std::function<bool(const IndexedUnit&)>& visit) const override {
    for (uint32_t i = 0; i < units_.size(); ++i) {
      IndexedUnit unit;
      unit.path = units_[i].front();
      unit.id = i;
      if (!visit(unit)) return;
    }
  }
  void ForEachFile(const std::function<bool(const IndexedFile&)>& visit) const override {
    std::vector<uint32_t> order;
    for (uint32_t i = 0; i < files_.size(); ++i) order.push_back(i);
    std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
      return files_[a].facts.path < files_[b].facts.path;
    });
    for (uint32_t i : order) {
      if (!visit({files_[i].facts.path, files_[i].facts.state, 0, i})) return;
    }
  }
  std::vector<IndexedFile> FindFile(std::string_view path) const override {
    std::vector<IndexedFile> found;
    ForEachFile([&](const IndexedFile& file) {
      if (file.path == path) found.push_back(file);
      return true;
    });
    return found;
  }
  absl::StatusOr<FileFacts> Facts(uint32_t file, Arena&) const override {
    return files_[file].facts;
  }
  std::vector<ClosureFile> Closure(uint32_t unit) const override {
    std::vector<ClosureFile> closure;
    for (const std::string& path : units_[unit]) closure.push_back({path, {}});
    return closure;
  }
  std::vector<uint32_t> UnitsIncluding(std::string_view path) const override {
    std::vector<uint32_t> units;
    for (uint32_t i = 0; i < units_.size(); ++i) {
      if (std::find(units_[i].begin(), units_[i].end(), path) != units_[i].end()) {
        units.push_back(i);
      }
    }
    return units;
  }

  std::vector<SymbolId> FindByName(std::string_view name) const override {
    std::vector<SymbolId> found;
    for (const auto& [id, symbol] : symbols_) {
      if (symbol.name == name && Summary(id)) found.push_back(id);
    }
    return found;
  }
  std::optional<SymbolSummary> Summary(SymbolId id) const override {
    for (const File& file : files_) {
      for (const SymbolFacts& symbol : file.facts.symbols) {
        if (symbol.id == id) return SymbolSummary{{}, symbol};
      }
    }
    return {};
  }
  uint32_t CountMentions(SymbolId id, uint32_t) const override {
    uint32_t count = 0;
    for (const File& file : files_) {
      const auto& ids = file.facts.symbol_ids;
      count += std::find(ids.begin(), ids.end(), id) != ids.end() ? 1 : 0;
    }
    return count;
  }
  std::vector<std::string_view> DeclaringFiles(SymbolId id) const override {
    std::vector<std::string_view> paths;
    Occurrences(id, kRoleDeclaration, [&](const FoundOccurrence& found) {
      if (paths.empty() || paths.back() != found.path) paths.push_back(found.path);
      return true;
    });
    return paths;
  }
  void Occurrences(SymbolId id, RoleSet roles,
                   const std::function<bool(const FoundOccurrence&)>& visit) const override {
    Visit([&](const FoundOccurrence& found) {
      const bool wanted = found.symbol == id && (roles == 0 || (found.roles & roles) != 0);
      return !wanted || visit(found);
    });
  }
  void Contained(SymbolId container, RoleSet roles,
                 const std::function<bool(const FoundOccurrence&)>& visit) const override {
    Visit([&](const FoundOccurrence& found) {
      const bool wanted =
          found.container == container && (roles == 0 || (found.roles & roles) != 0);
      return !wanted || visit(found);
    });
  }
  std::vector<FoundRelation> RelationsOf(SymbolId id, RelationKind kind,
                                         bool as_object) const override {
    std::vector<FoundRelation> found;
    for (const File& file : files_) {
      for (const Relation& relation : file.facts.relations) {
        const SymbolId subject = file.facts.symbol_ids[relation.subject];
        const SymbolId object = file.facts.symbol_ids[relation.object];
        if (relation.kind == kind && (as_object ? object : subject) == id) {
          found.push_back({subject, object, kind});
        }
      }
    }
    return found;
  }
  std::vector<FoundOccurrence> At(std::string_view path, Position position) const override {
    std::vector<FoundOccurrence> at;
    Visit([&](const FoundOccurrence& found) {
      if (found.path == path && found.begin.line == position.line &&
          found.begin.column <= position.column &&
          position.column <= found.begin.column + found.length) {
        at.push_back(found);
      }
      return true;
    });
    return at;
  }

 private:
  struct File {
    FileFacts facts;
    uint32_t IndexOf(SymbolId id) const {
      auto at = std::lower_bound(facts.symbol_ids.begin(), facts.symbol_ids.end(), id);
      return static_cast<uint32_t>(at - facts.symbol_ids.begin());
    }
  };
  struct Related {
    SymbolId subject;
    SymbolId object;
    RelationKind kind;
  };
  struct Mark {
    Position begin;
    uint32_t length = 0;
    uint32_t line_length = 0;
    std::string symbol;
    std::string container;
    RoleSet roles = 0;
  };
  struct Parsed {
    std::string text;
    std::vector<Mark> marks;
  };

  static std::vector<std::string> Split(std::string_view text, char at) {
    std::vector<std::string> parts(1);
    for (char c : text) {
      if (c == at) {
        parts.emplace_back();
      } else {
        parts.back() += c;
      }
    }
    return parts;
  }

  static RoleSet RolesOf(const std::string& text) {
    static const std::map<std::string, RoleSet> kNames = {
        {"decl", kRoleDeclaration},
        {"def", kRoleDeclaration | kRoleDefinition},
        {"ref", kRoleReference},
        {"call", kRoleReference | kRoleCall},
        {"read", kRoleReference | kRoleRead},
        {"write", kRoleReference | kRoleWrite},
        {"using", kRoleReference | kRoleUsing},
        {"implicit", kRoleImplicit},
    };
    RoleSet roles = 0;
    for (const std::string& name : Split(text, '+')) roles |= kNames.at(name);
    return roles;
  }

  static Parsed Parse(std::string_view marked) {
    Parsed parsed;
    uint32_t line = 0;
    size_t line_begin = 0;
    size_t first_of_line = 0;
    auto end_line = [&] {
      for (size_t i = first_of_line; i < parsed.marks.size(); ++i) {
        parsed.marks[i].line_length = static_cast<uint32_t>(parsed.text.size() - line_begin);
      }
      first_of_line = parsed.marks.size();
    };
    for (size_t i = 0; i < marked.size();) {
      if (marked.substr(i, 2) == "[[") {
        const size_t close = marked.find("]]", i);
        const std::vector<std::string> parts = Split(marked.substr(i + 2, close - i - 2), '|');
        Mark mark;
        mark.begin = {line, static_cast<uint32_t>(parsed.text.size() - line_begin)};
        mark.length = static_cast<uint32_t>(parts[0].size());
        mark.symbol = parts.at(1);
        mark.roles = RolesOf(parts.at(2));
        if (parts.size() > 3) mark.container = parts[3];
        parsed.marks.push_back(mark);
        parsed.text += parts[0];
        i = close + 2;
        continue;
      }
      if (marked[i] == '\n') end_line();
      parsed.text += marked[i];
      if (marked[i++] == '\n') {
        ++line;
        line_begin = parsed.text.size();
      }
    }
    end_line();
    return parsed;
  }

  void Visit(const std::function<bool(const FoundOccurrence&)>& visit) const {
    bool go_on = true;
    ForEachFile([&](const IndexedFile& file) {
      const FileFacts& facts = files_[file.id].facts;
      for (size_t i = 0; i < facts.occurrences.size() && go_on; ++i) {
        const Occurrence& o = facts.occurrences[i];
        FoundOccurrence found{facts.path,
                              o.begin,
                              o.length,
                              o.roles,
                              facts.symbol_ids[o.symbol],
                              o.container == kNoSymbol ? 0 : facts.symbol_ids[o.container],
                              o.begin,
                              o.begin};
        for (const DeclarationExtent& extent : facts.extents) {
          if (extent.occurrence != i) continue;
          found.extent_begin = extent.begin;
          found.extent_end = extent.end;
        }
        go_on = visit(found);
      }
      return go_on;
    });
  }

  std::string_view Keep(std::string text) { return strings_.emplace_back(std::move(text)); }

  const std::string root_;
  std::deque<std::string> strings_;
  std::deque<File> files_;
  std::map<SymbolId, SymbolFacts> symbols_;
  std::map<std::string, SymbolId> ids_;
  std::vector<Related> pending_;
  std::vector<std::vector<std::string>> units_;
};

}  // namespace astrolabe

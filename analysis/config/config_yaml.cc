// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/config/config_yaml.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/YAMLParser.h"

namespace astrolabe {
namespace {

namespace yaml = llvm::yaml;
using Kind = ConfigValueKind;

// LLVM's parser calls itself for every level.
constexpr size_t kMaxDepth = 200;

// Whether it may nest deeper than that: brackets that are not closed, or what begins a level at the beginning of one
// line. Brackets in texts count as well.
bool IsTooDeep(std::string_view text) {
  size_t brackets = 0;
  size_t indicators = 0;
  bool is_ahead = true;  // of the first word of the line
  for (char c : text) {
    if (c == '\n') {
      indicators = 0;
      is_ahead = true;
    } else if (c == '[' || c == '{') {
      if (++brackets > kMaxDepth) return true;
    } else if (c == ']' || c == '}') {
      if (brackets > 0) --brackets;
    }
    is_ahead = is_ahead && std::string_view(" \t-?:\n").find(c) != text.npos;
    if (is_ahead && ++indicators > kMaxDepth) return true;
  }
  return false;
}

class DocumentReader {
 public:
  DocumentReader(const std::string& text, size_t begin, size_t end, const LineIndex& lines,
                 const ConfigChecks& checks)
      : text_(text), begin_(begin), end_(end), lines_(lines), checks_(checks) {}

  std::optional<ConfigFragment> Read() {
    const llvm::StringRef document(text_.data() + begin_, end_ - begin_);
    if (IsTooDeep({document.data(), document.size()})) {
      Say(DiagnosticLevel::kError, {}, "this nests deeper than any configuration does");
      return std::nullopt;
    }
    llvm::SourceMgr sources;
    sources.setDiagHandler(
        [](const llvm::SMDiagnostic& diagnostic, void* reader) {
          static_cast<DocumentReader*>(reader)->Hear(diagnostic);
        },
        this);
    yaml::Stream stream(document, sources, /*ShowColors=*/false);
    yaml::document_iterator first = stream.begin();
    if (first == stream.end()) return std::nullopt;
    yaml::Node* root = first->getRoot();
    if (root == nullptr || root->getType() == yaml::Node::NK_Null) return std::nullopt;
    ReadBlock("", *root);
    ++first;  // what is wrong behind it is found as well
    if (!failed_ && !stream.failed()) return std::move(fragment_);
    // What stands ahead of the broken place may be half of what was meant, and so may be what is wrong with it.
    checks_.problems->erase(checks_.problems->begin() + static_cast<ptrdiff_t>(known_problems_),
                            checks_.problems->end());
    if (failure_) checks_.problems->push_back(*std::move(failure_));
    return std::nullopt;
  }

 private:
  CodePlace PlaceOf(const char* at) const {
    const char* begin = text_.data();
    if (at < begin || at > begin + end_) return lines_.PlaceOf(static_cast<uint32_t>(begin_));
    return lines_.PlaceOf(static_cast<uint32_t>(at - begin));
  }

  CodeRange RangeOf(llvm::SMRange range) const {
    if (!range.isValid()) return {};
    CodeRange places{PlaceOf(range.Start.getPointer()), PlaceOf(range.End.getPointer())};
    if (places.end < places.begin) places.end = places.begin;
    return places;
  }
  CodeRange RangeOf(const yaml::Node& node) const { return RangeOf(node.getSourceRange()); }

  void Say(DiagnosticLevel level, const CodeRange& range, std::string message) const {
    checks_.Say(level, range, std::move(message));
  }

  // LLVM's own complaints. One that comes of another says nothing new.
  void Hear(const llvm::SMDiagnostic& diagnostic) {
    if (diagnostic.getKind() != llvm::SourceMgr::DK_Error || std::exchange(failed_, true)) return;
    CodePlace place = lines_.PlaceOf(static_cast<uint32_t>(begin_));
    if (diagnostic.getLoc().isValid()) place = PlaceOf(diagnostic.getLoc().getPointer());
    failure_ = {{place, {place.line, place.column + 1}},
                DiagnosticLevel::kError,
                StrCat("no YAML: ", diagnostic.getMessage().str())};
  }

  std::optional<ConfigValue> ScalarOf(yaml::Node& node) {
    ConfigValue value{.text = {}, .name = {}, .range = RangeOf(node)};
    if (auto* scalar = llvm::dyn_cast<yaml::ScalarNode>(&node)) {
      llvm::SmallString<64> storage;
      value.text = scalar->getValue(storage).str();
      return value;
    }
    if (auto* block = llvm::dyn_cast<yaml::BlockScalarNode>(&node)) {
      value.text = block->getValue().str();
      return value;
    }
    if (node.getType() == yaml::Node::NK_Alias) {
      Say(DiagnosticLevel::kError, value.range, "aliases are not read: write the value here");
    } else if (node.getType() == yaml::Node::NK_Null) {
      Say(DiagnosticLevel::kWarning, value.range, "a value is missing");
    } else {
      Say(DiagnosticLevel::kWarning, value.range, "expected one value");
    }
    node.skip();
    return std::nullopt;
  }

  // Calls use(key, value) for each entry; each value must be looked at or skipped.
  template <typename Use>
  void ForEachEntry(yaml::MappingNode& mapping, const Use& use) {
    std::set<std::string> seen;
    for (yaml::KeyValueNode& entry : mapping) {
      yaml::Node* name = entry.getKey();
      if (name == nullptr) continue;
      std::optional<ConfigValue> key = ScalarOf(*name);
      yaml::Node* value = entry.getValue();
      if (value == nullptr) continue;
      if (!key) {
        value->skip();
      } else if (!seen.insert(key->text).second) {
        Say(DiagnosticLevel::kWarning, key->range,
            StrCat("\"", key->text, "\" is there already: this one does not count"));
        value->skip();
      } else {
        use(*key, *value);
      }
    }
  }

  void ReadBlock(const std::string& block, yaml::Node& node) {
    auto* mapping = llvm::dyn_cast<yaml::MappingNode>(&node);
    if (mapping == nullptr) {
      if (node.getType() != yaml::Node::NK_Null) {
        Say(DiagnosticLevel::kError, RangeOf(node),
            block.empty() ? "expected blocks such as \"CompileFlags:\""
                          : StrCat("expected keys of ", block));
      }
      node.skip();
      return;
    }
    ForEachEntry(*mapping, [&](const ConfigValue& key, yaml::Node& value) {
      const std::string name = block.empty() ? key.text : StrCat(block, ".", key.text);
      const ConfigKey* known = FindConfigKey(name);
      const bool is_block = !ConfigKeysIn(name).empty();
      // Index.External is both.
      if (is_block && (known == nullptr || llvm::isa<yaml::MappingNode>(value))) {
        ReadBlock(name, value);
      } else if (known != nullptr) {
        ReadSetting(*known, key.range, value);
      } else {
        SayUnknown(block, key);
        value.skip();
      }
    });
  }

  void SayUnknown(const std::string& block, const ConfigValue& key) {
    if (block == "If") fragment_.is_unknown = true;
    const std::string where = block.empty() ? "there is no block" : StrCat(block, " has no key");
    std::string message = StrCat(where, " \"", key.text, "\"");
    const std::string_view meant = Meant(key.text, ConfigKeysIn(block));
    if (!meant.empty()) message += StrCat("; did you mean \"", meant, "\"?");
    if (block == "If") message += "; this fragment is for no file";
    Say(DiagnosticLevel::kWarning, key.range, std::move(message));
  }

  // The name that is nearest; empty if none is near.
  static std::string_view Meant(const std::string& written,
                                const std::vector<std::string_view>& names) {
    unsigned limit = static_cast<unsigned>(written.size() + 1) / 3 + 1;
    std::string_view best;
    for (std::string_view name : names) {
      const unsigned distance = llvm::StringRef(written).edit_distance_insensitive(
          llvm::StringRef(name.data(), name.size()), /*AllowReplacements=*/true, limit);
      if (distance >= limit) continue;
      limit = distance;
      best = name;
      if (limit == 0) break;
    }
    return best;
  }

  void ReadSetting(const ConfigKey& key, const CodeRange& range, yaml::Node& node) {
    ConfigSetting setting{.key = &key, .range = range};
    if (key.kind == Kind::kOptions) {
      ReadOptions(setting, node);
    } else if (auto* list = llvm::dyn_cast<yaml::SequenceNode>(&node)) {
      if (key.kind != Kind::kList) {
        Say(DiagnosticLevel::kWarning, RangeOf(node),
            StrCat(key.name, ": expected one value, not a list"));
        node.skip();
        return;
      }
      for (yaml::Node& item : *list) {
        if (std::optional<ConfigValue> value = ScalarOf(item)) {
          setting.values.push_back(*std::move(value));
        }
      }
    } else if (std::optional<ConfigValue> value = ScalarOf(node)) {
      setting.values.push_back(*std::move(value));
    }
    if (!setting.values.empty()) fragment_.settings.push_back(std::move(setting));
  }

  void ReadOptions(ConfigSetting& setting, yaml::Node& node) {
    auto* mapping = llvm::dyn_cast<yaml::MappingNode>(&node);
    if (mapping == nullptr) {
      Say(DiagnosticLevel::kWarning, RangeOf(node), "expected \"check.Option: value\" lines");
      node.skip();
      return;
    }
    ForEachEntry(*mapping, [&](const ConfigValue& name, yaml::Node& value) {
      std::optional<ConfigValue> option = ScalarOf(value);
      if (!option) return;
      option->name = name.text;
      setting.values.push_back(*std::move(option));
    });
  }

  const std::string& text_;
  const size_t begin_;
  const size_t end_;
  const LineIndex& lines_;
  const ConfigChecks& checks_;
  ConfigFragment fragment_;
  const size_t known_problems_ = checks_.problems->size();
  bool failed_ = false;
  std::optional<ConfigProblem> failure_;
};

}  // namespace

std::optional<ConfigFragment> ReadYamlDocument(const std::string& text, size_t begin, size_t end,
                                               const LineIndex& lines, const ConfigChecks& checks) {
  return DocumentReader(text, begin, end, lines, checks).Read();
}

}  // namespace astrolabe

// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/gguf_header.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

#include "analysis/ai/model.h"
#include "base/strings.h"

namespace astrolabe {
namespace {

// Longer ones are skipped: a name is short, and of a chat template nobody here needs the text.
constexpr uint64_t kLongestText = 4096;

constexpr uint32_t kString = 8;
constexpr uint32_t kArray = 9;
// Bytes of a value, by GGUF's number of its type; 0: of a length of its own.
constexpr uint32_t kSizes[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

class Reader {
 public:
  Reader(const std::string& path, uint64_t size) : file_(path, std::ios::binary), left_(size) {}

  absl::StatusOr<GgufHeader> Read() {
    GgufHeader header;
    Skip(sizeof(uint32_t) * 2 + sizeof(uint64_t));  // magic, version, number of tensors
    const auto count = Number<uint64_t>();
    for (uint64_t i = 0; i < count && is_good_; ++i) {
      const std::string key = Text();
      const auto type = Number<uint32_t>();
      header.has_chat_template |= key == "tokenizer.chat_template" && type == kString;
      if (key == "general.name" && type == kString) {
        header.name = Text();
      } else if (key == "general.finetune" && type == kString) {
        header.finetune = Text();
      } else {
        SkipValue(type);
      }
    }
    if (!is_good_) return absl::InvalidArgumentError("damaged or cut short");
    return header;
  }

 private:
  void Skip(uint64_t bytes) {
    if (!Take(bytes)) return;
    file_.ignore(static_cast<std::streamsize>(bytes));
  }

  // Whether there are so many more bytes.
  bool Take(uint64_t bytes) {
    is_good_ = is_good_ && file_.good() && bytes <= left_;
    if (is_good_) left_ -= bytes;
    return is_good_;
  }

  template <typename Value>
  Value Number() {
    Value value = 0;
    if (Take(sizeof(value))) file_.read(reinterpret_cast<char*>(&value), sizeof(value));
    return value;
  }

  // Empty if it is too long.
  std::string Text() {
    const auto size = Number<uint64_t>();
    if (size > kLongestText) {
      Skip(size);
      return "";
    }
    std::string text(size, '\0');
    if (Take(size)) file_.read(text.data(), static_cast<std::streamsize>(size));
    return text;
  }

  void SkipValue(uint32_t type) {
    if (type == kString) return Skip(Number<uint64_t>());
    if (type != kArray) return SkipNumbers(type, 1);
    const auto of = Number<uint32_t>();
    const auto count = Number<uint64_t>();
    if (of != kString) return SkipNumbers(of, count);
    for (uint64_t i = 0; i < count && is_good_; ++i) Skip(Number<uint64_t>());
  }

  void SkipNumbers(uint32_t type, uint64_t count) {
    is_good_ = is_good_ && type < std::size(kSizes) && kSizes[type] != 0 && count <= left_;
    if (is_good_) Skip(kSizes[type] * count);
  }

  std::ifstream file_;
  uint64_t left_;  // bytes of the file
  bool is_good_ = true;
};

}  // namespace

absl::StatusOr<GgufHeader> ReadGgufHeader(const std::string& path) {
  if (absl::Status status = CheckModelFile(path); !status.ok()) return status;
  std::error_code error;
  const uintmax_t size = std::filesystem::file_size(path, error);
  absl::StatusOr<GgufHeader> header = Reader(path, error ? 0 : size).Read();
  if (header.ok()) return header;
  return absl::InvalidArgumentError(StrCat(path, " is ", ToStd(header.status().message())));
}

}  // namespace astrolabe

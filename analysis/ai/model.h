// A language model in memory: weights, vocabulary, and what the file says of both.
//
// The only files that know llama.cpp are model.cc, generator.cc, quantize.cc and processor.cc. A GGUF file is untrusted input to a
// library that aborts when it is surprised: models are loaded in a process of their own (model_server.h).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct llama_model;
struct llama_vocab;

namespace astrolabe {

using ModelToken = int32_t;
inline constexpr ModelToken kNoModelToken = -1;

// What a model's file says of it.
struct ModelInfo {
  std::string path;
  std::string name;          // general.name; the file's name if it has none
  std::string architecture;  // "llama", "qwen2", "starcoder2", ...
  std::string description;   // of llama.cpp: architecture, size, quantization
  std::string license;       // general.license; may be empty
  uint64_t parameters = 0;
  uint64_t bytes = 0;  // of the weights
  uint32_t vocabulary = 0;
  uint32_t layers = 0;
  uint32_t embedding = 0;
  uint32_t trained_context = 0;  // tokens
  // Whether it has the tokens of FIM. In which order, the file says in astrolabe.fim.layout: the suffix may come ahead
  // of the prefix, and the answer then right behind the prefix, without a mark.
  bool infills = false;
  bool suffix_first = false;
  bool joins_prefix = false;
  bool has_chat_template = false;
  bool chats = false;  // it has one, of a form that llama.cpp knows
  template <typename Archive>
  void Members(Archive& archive) {
    archive(path, name, architecture, description, license, parameters, bytes, vocabulary, layers,
            embedding, trained_context, infills, suffix_first, joins_prefix, has_chat_template,
            chats);
  }
};

// What somebody has said in a chat.
struct ChatMessage {
  std::string role;  // "system", "user", "assistant"
  std::string text;
  bool may_be_cut = false;  // at its end, where the model can't read all of it
  template <typename Archive>
  void Members(Archive& archive) {
    archive(role, text, may_be_cut);
  }
};

// Tokens that mark the parts of a prompt; kNoModelToken where a vocabulary has none.
struct MarkTokens {
  ModelToken begin = kNoModelToken;  // of every prompt
  ModelToken prefix = kNoModelToken;
  ModelToken suffix = kNoModelToken;
  ModelToken middle = kNoModelToken;
  ModelToken file = kNoModelToken;  // ahead of the path of another file
};

// What of this machine's processor llama.cpp uses.
std::string ProcessorFeatures();

// llama.cpp says of a computation that was ended as it was asked to that it failed: that is no news.
void HushModelLog(bool hush);

// NotFound, or InvalidArgument saying in what way the file cannot be a model. Reads its first bytes only.
absl::Status CheckModelFile(const std::string& path);

// Immutable; any thread.
class Model {
 public:
  // Maps the weights. InvalidArgument if llama.cpp cannot use the file.
  static absl::StatusOr<std::unique_ptr<Model>> Load(const std::string& path);
  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  const ModelInfo& info() const { return info_; }
  const MarkTokens& marks() const { return marks_; }
  // `text` is never read as marks.
  std::vector<ModelToken> Tokenize(std::string_view text) const;
  // Of text that is not the user's.
  std::vector<ModelToken> TokenizeWithMarks(std::string_view text) const;
  // The messages by the model's own template, up to where its answer begins. FailedPrecondition, telling what to do, if
  // it does not chat.
  absl::StatusOr<std::string> FormatChat(const std::vector<ChatMessage>& messages) const;
  // The bytes that a token stands for; none for marks.
  std::string_view TextOf(ModelToken token) const { return texts_[static_cast<size_t>(token)]; }
  // Whether the model says by it that it is done.
  bool Ends(ModelToken token) const;

  llama_model* get() const { return model_; }

 private:
  Model() = default;
  std::vector<ModelToken> Tokenize(std::string_view text, bool reads_marks) const;

  llama_model* model_ = nullptr;
  const llama_vocab* vocabulary_ = nullptr;
  ModelInfo info_;
  MarkTokens marks_;
  std::vector<std::string> texts_;  // of all tokens
};

}  // namespace astrolabe

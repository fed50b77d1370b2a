// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/model.h"

#include <ggml-backend.h>
#include <llama.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>

#include "analysis/ai/processor_library.h"
#include "base/errno_status.h"
#include "base/log.h"
#include "base/strings.h"

namespace astrolabe {
namespace {

constexpr uint32_t kOldestGguf = 2;
constexpr uint32_t kNewestGguf = 3;

std::atomic<bool> hushed{false};

void TakeLog(ggml_log_level level, const char* text, void*) {
  std::string_view line(text);
  while (line.ends_with('\n')) line.remove_suffix(1);
  if (line.empty() || line == ".") return;
  if (level == GGML_LOG_LEVEL_ERROR && !hushed.load(std::memory_order_relaxed)) {
    LogWarning("llama.cpp: ", line);
  } else {
    LogDebug("llama.cpp: ", line);
  }
}

// A value of the file's metadata; empty if there is none.
std::string Metadata(const llama_model* model, const char* key) {
  std::array<char, 512> buffer;
  const int32_t size = llama_model_meta_val_str(model, key, buffer.data(), buffer.size());
  return size < 0 ? "" : std::string(buffer.data());
}

std::string Describe(const llama_model* model) {
  std::array<char, 256> buffer;
  llama_model_desc(model, buffer.data(), buffer.size());
  return buffer.data();
}

std::string TextOfToken(const llama_vocab* vocabulary, ModelToken token) {
  std::string text(32, '\0');
  int32_t size = llama_token_to_piece(vocabulary, token, text.data(),
                                      static_cast<int32_t>(text.size()), 0, /*special=*/false);
  if (size < 0) {
    text.resize(static_cast<size_t>(-size));
    size = llama_token_to_piece(vocabulary, token, text.data(), static_cast<int32_t>(text.size()),
                                0, /*special=*/false);
  }
  text.resize(static_cast<size_t>(std::max(size, 0)));
  return text;
}

}  // namespace

std::string ProcessorFeatures() {
  const std::string library = LoadedProcessorLibrary();
  return StrCat(library, library.empty() ? "" : ": ", llama_print_system_info());
}

absl::Status CheckModelFile(const std::string& path) {
  std::error_code error;
  const uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return ErrnoStatus(error.value(), "read the model", path);
  std::ifstream file(path, std::ios::binary);
  std::array<char, 4> magic = {};
  uint32_t version = 0;
  file.read(magic.data(), magic.size());
  file.read(reinterpret_cast<char*>(&version), sizeof(version));
  if (!file || std::string_view(magic.data(), magic.size()) != "GGUF") {
    return absl::InvalidArgumentError(StrCat(path, " is no GGUF file (", size, " bytes)"));
  }
  if (version < kOldestGguf || version > kNewestGguf) {
    return absl::InvalidArgumentError(StrCat(path, " is GGUF of version ", version, "; versions ",
                                             kOldestGguf, " to ", kNewestGguf, " can be read"));
  }
  return absl::OkStatus();
}

void HushModelLog(bool hush) { hushed.store(hush, std::memory_order_relaxed); }

absl::StatusOr<std::unique_ptr<Model>> Model::Load(const std::string& path) {
  if (absl::Status status = CheckModelFile(path); !status.ok()) return status;
  static const bool is_ready = [] {
    llama_log_set(TakeLog, nullptr);
    llama_backend_init();
    return true;
  }();
  (void)is_ready;
  if (ggml_backend_reg_count() == 0) {
    return absl::FailedPreconditionError(
        "none of the package's libraries for language models (libggml-cpu-*.so) runs on this "
        "processor, or they are missing: install the package again, or --ai=0");
  }
  llama_model_params params = llama_model_default_params();
  // Where a backend for GPUs was built in (ASTROLABE_LLAMA_GPU), all of them.
  params.n_gpu_layers = llama_supports_gpu_offload() ? std::numeric_limits<int32_t>::max() : 0;
  std::unique_ptr<Model> model(new Model);
  model->model_ = llama_model_load_from_file(path.c_str(), params);
  if (model->model_ == nullptr) {
    return absl::InvalidArgumentError(
        StrCat(path,
               ": llama.cpp cannot load it: damaged, cut short, or of an architecture that "
               "it does not know (--log=debug tells more)"));
  }
  const llama_model* raw = model->model_;
  const llama_vocab* vocabulary = llama_model_get_vocab(raw);
  model->vocabulary_ = vocabulary;
  if (!llama_model_has_decoder(raw) || llama_model_has_encoder(raw) ||
      llama_vocab_n_tokens(vocabulary) <= 0) {
    return absl::InvalidArgumentError(StrCat(path, " is no model that writes text"));
  }
  model->marks_ = {
      .begin = llama_vocab_get_add_bos(vocabulary) ? llama_vocab_bos(vocabulary) : kNoModelToken,
      .prefix = llama_vocab_fim_pre(vocabulary),
      .suffix = llama_vocab_fim_suf(vocabulary),
      .middle = llama_vocab_fim_mid(vocabulary),
      .file = llama_vocab_fim_sep(vocabulary)};
  ModelInfo& info = model->info_;
  info.path = path;
  info.name = Metadata(raw, "general.name");
  if (info.name.empty()) info.name = std::filesystem::path(path).stem().string();
  info.architecture = Metadata(raw, "general.architecture");
  info.license = Metadata(raw, "general.license");
  info.description = Describe(raw);
  info.parameters = llama_model_n_params(raw);
  info.bytes = llama_model_size(raw);
  info.vocabulary = static_cast<uint32_t>(llama_vocab_n_tokens(vocabulary));
  info.layers = static_cast<uint32_t>(llama_model_n_layer(raw));
  info.embedding = static_cast<uint32_t>(llama_model_n_embd(raw));
  info.trained_context = static_cast<uint32_t>(llama_model_n_ctx_train(raw));
  const MarkTokens& marks = model->marks_;
  info.infills = marks.prefix >= 0 && marks.suffix >= 0 && marks.middle >= 0;
  const std::string layout = Metadata(raw, "astrolabe.fim.layout");
  info.joins_prefix = layout == "suffix-prefix-joined";
  info.suffix_first = info.joins_prefix || layout == "suffix-prefix-middle";
  info.has_chat_template = llama_model_chat_template(raw, nullptr) != nullptr;
  info.chats = model->FormatChat({{.role = "user", .text = "?"}}).ok();
  model->texts_.resize(info.vocabulary);
  for (uint32_t token = 0; token < info.vocabulary; ++token) {
    model->texts_[token] = TextOfToken(vocabulary, static_cast<ModelToken>(token));
  }
  return model;
}

Model::~Model() {
  if (model_ != nullptr) llama_model_free(model_);
}

absl::StatusOr<std::string> Model::FormatChat(const std::vector<ChatMessage>& messages) const {
  const char* form = llama_model_chat_template(model_, nullptr);
  if (form == nullptr) {
    return absl::FailedPreconditionError(
        StrCat(info_.path, " has no chat template: take an instruct model"));
  }
  std::vector<llama_chat_message> raw;
  for (const ChatMessage& message : messages) {
    raw.push_back({message.role.c_str(), message.text.c_str()});
  }
  std::string text(4096, '\0');
  for (;;) {
    const int32_t size = llama_chat_apply_template(form, raw.data(), raw.size(), /*add_ass=*/true,
                                                   text.data(), static_cast<int32_t>(text.size()));
    if (size < 0) {
      return absl::FailedPreconditionError(
          StrCat(info_.path, ": llama.cpp does not know its chat template; take another model"));
    }
    const bool is_all = static_cast<size_t>(size) <= text.size();
    text.resize(static_cast<size_t>(size));
    if (is_all) return text;
  }
}

std::vector<ModelToken> Model::Tokenize(std::string_view text) const {
  return Tokenize(text, /*reads_marks=*/false);
}

std::vector<ModelToken> Model::TokenizeWithMarks(std::string_view text) const {
  return Tokenize(text, /*reads_marks=*/true);
}

std::vector<ModelToken> Model::Tokenize(std::string_view text, bool reads_marks) const {
  // No token stands for less than a byte.
  std::vector<ModelToken> tokens(text.size() + 8);
  const int32_t count = llama_tokenize(vocabulary_, text.data(), static_cast<int32_t>(text.size()),
                                       tokens.data(), static_cast<int32_t>(tokens.size()),
                                       /*add_special=*/false, reads_marks);
  tokens.resize(static_cast<size_t>(std::max(count, 0)));
  return tokens;
}

bool Model::Ends(ModelToken token) const { return llama_vocab_is_eog(vocabulary_, token); }

}  // namespace astrolabe

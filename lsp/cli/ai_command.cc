// `astrolabe ai`: what the language model is, what it writes, and what that costs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/numbers.h"
#include "analysis/ai/candidate_text.h"
#include "analysis/ai/model_files.h"
#include "analysis/ai/model_process.h"
#include "analysis/ai/processor.h"
#include "analysis/ai/processor_library.h"
#include "base/strings.h"
#include "base/whole_file.h"
#include "lsp/cli/ai_quantize.h"
#include "lsp/cli/ai_speed.h"
#include "lsp/cli/ai_status.h"
#include "lsp/cli/command.h"
#include "lsp/cli/commit_message.h"
#include "lsp/cli/json.h"

namespace astrolabe {
namespace {

struct AiArguments {
  std::string model;
  uint32_t context = ModelSetting().context;
  uint32_t threads = 0;
  bool json = false;
  std::string place;
  uint32_t candidates = 1;
  uint32_t max_tokens = 48;
  bool multi_line = false;
  uint32_t runs = 20;
  std::string typing;
  QuantizeArguments quantize;
};

void AddModelOptions(CLI::App& command, AiArguments& arguments) {
  command
      .add_option("--model", arguments.model,
                  "GGUF file; default: the first that `ai models` lists")
      ->type_name("FILE");
  command.add_option("--context", arguments.context,
                     "tokens of a prompt and a candidate together, at most");
  command.add_option("--threads", arguments.threads,
                     "0: one for small models, else as many as cores");
  command.add_flag("--json", arguments.json, "print JSON");
}

absl::StatusOr<std::unique_ptr<ModelProcess>> StartModel(const AiArguments& arguments) {
  absl::StatusOr<std::string> model = ChooseModel(arguments.model);
  if (!model.ok()) return model.status();
  ModelProcessOptions options;
  options.program = ParserProgram();
  options.setting.path = *std::move(model);
  options.setting.context = arguments.context;
  options.setting.threads = arguments.threads;
  return std::make_unique<ModelProcess>(std::move(options));
}

// Whatever is wrong with a model or its process.
int FailModel(const absl::Status& status) {
  Fail(status);
  return kExitFailure;
}

std::string Megabytes(uint64_t bytes) { return StrCat((bytes + 500'000) / 1'000'000, " MB"); }

int PrintModels(const AiArguments& arguments) {
  const std::vector<std::string> files = FindModels();
  std::vector<std::string> chatting;
  std::ranges::copy_if(files, std::back_inserter(chatting), HasChatTemplate);
  if (arguments.json) {
    PrintJsonLine({{"models", files}, {"chat", chatting}, {"folders", ModelFolders()}});
    return files.empty() ? kExitNothingFound : kExitOk;
  }
  for (const std::string& file : files) {
    const bool chats = std::ranges::find(chatting, file) != chatting.end();
    std::printf("%s%s\n", file.c_str(), chats ? "  (chats)" : "");
  }
  if (!files.empty()) return kExitOk;
  std::fprintf(stderr, "astrolabe: no GGUF file in any of these folders:\n");
  for (const std::string& folder : ModelFolders()) std::fprintf(stderr, "  %s\n", folder.c_str());
  return kExitNothingFound;
}

int PrintInfo(const AiArguments& arguments) {
  auto process = StartModel(arguments);
  if (!process.ok()) return FailModel(process.status());
  absl::StatusOr<ModelReady> ready = (*process)->Load();
  if (!ready.ok()) return FailModel(ready.status());
  const ModelInfo& info = ready->info;
  const char* order = !info.infills       ? "none"
                      : info.joins_prefix ? "suffix first, joined"
                      : info.suffix_first ? "suffix first"
                                          : "prefix first";
  const char* chat = info.chats ? "yes"
                     : info.has_chat_template
                         ? "no: llama.cpp does not know its chat template"
                         : "no: explaining, documenting and writing tests need an instruct model";
  if (arguments.json) {
    std::vector<std::string> wanted;
    if (PackagedModelServer().empty()) wanted = WantedInstructions();
    PrintJsonLine({{"path", info.path},
                   {"name", info.name},
                   {"architecture", info.architecture},
                   {"description", info.description},
                   {"license", info.license},
                   {"parameters", info.parameters},
                   {"bytes", info.bytes},
                   {"vocabulary", info.vocabulary},
                   {"layers", info.layers},
                   {"embedding", info.embedding},
                   {"trained_context", info.trained_context},
                   {"context", ready->context},
                   {"infilling", order},
                   {"chat", info.chats},
                   {"threads", ready->threads},
                   {"processor", ready->processor},
                   {"wanted_instructions", wanted},
                   {"offline", ready->is_offline},
                   {"resident_bytes", ready->process.resident_bytes},
                   {"load_seconds", ready->load_seconds}});
    return kExitOk;
  }
  const auto line = [](const char* name, const std::string& value) {
    if (!value.empty()) std::printf("%-14s %s\n", name, value.c_str());
  };
  line("model", info.path);
  line("name", info.name);
  line("what", info.description);
  line("licence", info.license);
  line("parameters", StrCat(info.parameters, " in ", Megabytes(info.bytes)));
  line("vocabulary", StrCat(info.vocabulary, " tokens"));
  line("context", StrCat(ready->context, " tokens of ", info.trained_context));
  line("infilling", order);
  line("chat", chat);
  line("threads", StrCat(ready->threads));
  line("processor", ready->processor);
  line("memory", StrCat(Megabytes(ready->process.resident_bytes), " resident"));
  line("network",
       ready->is_offline ? "refused by the kernel" : "not used; this kernel can't refuse it");
  line("loaded in", StrCat(static_cast<int>(ready->load_seconds * 1000), " ms"));
  return kExitOk;
}

// "FILE:LINE:COL", both numbers from 1, the column in bytes.
absl::StatusOr<InfillParts> PartsAt(const std::string& place) {
  const size_t column_at = place.rfind(':');
  const size_t line_at =
      column_at == 0 || column_at == place.npos ? place.npos : place.rfind(':', column_at - 1);
  size_t line = 0;
  size_t column = 0;
  if (line_at == place.npos || line_at == 0 ||
      !absl::SimpleAtoi(place.substr(column_at + 1), &column) ||
      !absl::SimpleAtoi(place.substr(line_at + 1, column_at - line_at - 1), &line) || line == 0 ||
      column == 0) {
    return absl::InvalidArgumentError(StrCat("'", place, "' is no FILE:LINE:COL"));
  }
  InfillParts parts;
  parts.path = place.substr(0, line_at);
  const std::string text = ReadWholeFile(parts.path);
  if (text.empty()) return absl::NotFoundError(StrCat("nothing to read in ", parts.path));
  size_t at = 0;
  for (; line > 1 && at != text.npos; --line) {
    at = text.find('\n', at);
    if (at != text.npos) ++at;
  }
  if (at == text.npos) return absl::InvalidArgumentError(StrCat(parts.path, " has fewer lines"));
  const size_t end = std::min(text.find('\n', at), text.size());
  at = std::min(at + column - 1, end);
  parts.prefix = text.substr(0, at);
  parts.suffix = text.substr(at);
  return parts;
}

// The likeliest candidate and others, ever more daring.
std::vector<double> Temperatures(uint32_t candidates) {
  std::vector<double> temperatures;
  for (uint32_t i = 0; i < candidates; ++i) temperatures.push_back(0.3 * i);
  return temperatures;
}

OrderedJson CostJson(const GenerationCost& cost) {
  return {{"prompt_tokens", cost.prompt_tokens},
          {"reused_tokens", cost.reused_tokens},
          {"generated_tokens", cost.generated_tokens},
          {"prompt_ms", cost.prompt_seconds * 1000},
          {"first_token_ms", cost.first_token_seconds * 1000},
          {"total_ms", cost.total_seconds * 1000}};
}

int Complete(const AiArguments& arguments) {
  absl::StatusOr<InfillParts> parts = PartsAt(arguments.place);
  if (!parts.ok()) {
    Fail(parts.status());
    return absl::IsInvalidArgument(parts.status()) ? kExitUsage : kExitFailure;
  }
  auto process = StartModel(arguments);
  if (!process.ok()) return FailModel(process.status());
  GenerationRequest request;
  request.document = parts->path;
  request.parts = *std::move(parts);
  request.is_single_line = !arguments.multi_line;
  request.max_tokens = arguments.max_tokens;
  request.temperatures = Temperatures(arguments.candidates);
  request.time_limit = absl::Seconds(60);
  const std::string suffix = request.parts.suffix;
  absl::StatusOr<Generation> generation = (*process)->GenerateNow(std::move(request));
  if (!generation.ok()) return FailModel(generation.status());
  OrderedJson listed = OrderedJson::array();
  bool has_text = false;
  for (const Candidate& candidate : generation->candidates) {
    const std::string_view text = WithoutOverlap(WithoutTrailingSpace(candidate.text), suffix);
    has_text = has_text || !text.empty();
    if (arguments.json) {
      listed.push_back({{"text", text},
                        {"log_probability", candidate.log_probability},
                        {"tokens", candidate.tokens}});
    } else {
      std::printf("%s\n", std::string(text).c_str());
    }
  }
  if (arguments.json) {
    PrintJsonLine({{"candidates", listed}, {"cost", CostJson(generation->cost)}});
  }
  return has_text ? kExitOk : kExitNothingFound;
}

// As an editor would ask while somebody types the characters from the middle of a file on, one request each.
int BenchTyping(const AiArguments& arguments) {
  const std::string text = ReadWholeFile(arguments.typing);
  if (text.empty())
    return Fail(absl::NotFoundError(StrCat("nothing to read in ", arguments.typing)));
  auto process = StartModel(arguments);
  if (!process.ok()) return FailModel(process.status());
  std::vector<double> first;
  std::vector<double> total;
  uint64_t read = 0;
  uint64_t reused = 0;
  const size_t middle = text.find('\n', text.size() / 2) + 1;
  for (uint32_t typed = 0; typed <= arguments.runs; ++typed) {
    if (Interrupted()) return kExitInterrupted;
    const size_t cursor = std::min(middle + typed, text.size());
    GenerationRequest request;
    request.document = arguments.typing;
    request.parts.path = arguments.typing;
    request.parts.prefix = text.substr(0, cursor);
    request.parts.suffix = text.substr(std::min(middle + arguments.runs, text.size()));
    request.temperatures = Temperatures(arguments.candidates);
    request.time_limit = absl::Seconds(60);
    absl::StatusOr<Generation> generation = (*process)->GenerateNow(std::move(request));
    if (!generation.ok()) return FailModel(generation.status());
    if (typed == 0) continue;  // the first request reads all of it
    first.push_back(generation->cost.first_token_seconds * 1000);
    total.push_back(generation->cost.total_seconds * 1000);
    read += generation->cost.prompt_tokens;
    reused += generation->cost.reused_tokens;
  }
  const double share = read == 0 ? 0 : static_cast<double>(reused) / static_cast<double>(read);
  if (arguments.json) {
    PrintJsonLine({{"requests", first.size()},
                   {"first_token_ms", {{"p50", Median(first)}, {"p95", Quantile(first, 0.95)}}},
                   {"total_ms", {{"p50", Median(total)}, {"p95", Quantile(total, 0.95)}}},
                   {"reused_share", share}});
  } else {
    std::printf(
        "%zu requests while typing: first token after %.1f ms (p50), %.1f ms (p95); all of it "
        "%.1f, %.1f ms; "
        "%.1f %% of the prompts' tokens computed before\n",
        first.size(), Median(first), Quantile(first, 0.95), Median(total), Quantile(total, 0.95),
        100 * share);
  }
  return kExitOk;
}

// Tokens a second of reading and of writing.
int Bench(const AiArguments& arguments) {
  if (!arguments.typing.empty()) return BenchTyping(arguments);
  auto process = StartModel(arguments);
  if (!process.ok()) return FailModel(process.status());
  absl::StatusOr<ModelReady> ready = (*process)->Load();
  if (!ready.ok()) return FailModel(ready.status());
  const absl::StatusOr<ModelSpeed> speed = MeasureSpeed(**process, ready->context, arguments.runs);
  if (absl::IsCancelled(speed.status())) return kExitInterrupted;
  if (!speed.ok()) return FailModel(speed.status());
  if (arguments.json) {
    PrintJsonLine({{"model", ready->info.name},
                   {"runs", arguments.runs},
                   {"read_tokens_per_second", speed->read},
                   {"written_tokens_per_second", speed->written},
                   {"best_read_tokens_per_second", speed->best_read},
                   {"best_written_tokens_per_second", speed->best_written},
                   {"threads", ready->threads}});
  } else {
    std::printf("%s: reads %.0f tokens a second, writes %.0f (medians of %u runs, %u threads)\n",
                ready->info.name.c_str(), speed->read, speed->written, arguments.runs,
                ready->threads);
  }
  return kExitOk;
}

void AddCommitMessage(CLI::App& ai, int* exit_code) {
  auto options = std::make_shared<CommitMessageOptions>();
  options->context = kChatContext;
  CLI::App* command =
      ai.add_subcommand("commit-message", "write a commit message for what git has staged");
  command->add_option("--diff", options->diff, "for this diff; - for standard input")
      ->type_name("FILE");
  command
      ->add_option("--chat-model", options->chat_model,
                   "an instruct model, a GGUF file; default: the first of `ai models` that chats")
      ->type_name("FILE");
  command->add_option("--context", options->context,
                      "tokens of the diff and the message together, at most");
  command->add_option("--threads", options->threads,
                      "0: one for small models, else as many as cores");
  command->callback([=] { *exit_code = PrintCommitMessage(*options); });
}

}  // namespace

void RegisterAiCommand(CLI::App& app, int* exit_code) {
  CLI::App* ai =
      app.add_subcommand("ai", "the language model: what it is, what it writes, what it costs");
  ai->require_subcommand(1);
  auto arguments = std::make_shared<AiArguments>();
  const auto add = [&](const char* name, const char* help, int (*run)(const AiArguments&)) {
    CLI::App* command = ai->add_subcommand(name, help);
    command->callback([=] { *exit_code = run(*arguments); });
    return command;
  };
  CLI::App* models = add("models", "list the models that are found", PrintModels);
  models->add_flag("--json", arguments->json, "print JSON");
  CLI::App* quantize = add("quantize", "make a model with fewer bits a weight",
                           [](const AiArguments& given) { return RunAiQuantize(given.quantize); });
  QuantizeArguments& given = arguments->quantize;
  quantize->add_option("in", given.in, "a GGUF file, best with f32, f16 or bf16 weights")
      ->required();
  quantize->add_option("out", given.out, "the file to write")->required();
  quantize->add_option("--type", given.type,
                       "q8_0, q6_k, q4_k_m, ... (another word lists them); auto: by this machine's "
                       "memory and a trial of a few");
  quantize->add_option("--threads", given.threads, "0: as many as cores");
  quantize->add_flag("--requantize", given.requantizes,
                     "weights that have fewer bits already as well");
  quantize->add_flag("--force", given.replaces, "replace the file to write");
  quantize->add_flag("--json", given.json, "print JSON");
  CLI::App* status = add("status", "what models did for this user's servers, and what that cost",
                         [](const AiArguments& given) { return PrintAiStatus(given.json); });
  status->add_flag("--json", arguments->json, "print JSON");
  AddModelOptions(*add("info", "load a model and tell what it is", PrintInfo), *arguments);
  CLI::App* complete = add("complete", "what the model would write at FILE:LINE:COL", Complete);
  complete->add_option("place", arguments->place, "FILE:LINE:COL, from 1, the column in bytes")
      ->required();
  complete->add_option("-n,--candidates", arguments->candidates, "how many")
      ->check(CLI::Range(1, 8));
  complete->add_option("--max-tokens", arguments->max_tokens, "of a candidate")
      ->check(CLI::Range(1, 512));
  complete->add_flag("--multi-line", arguments->multi_line, "beyond the end of the line");
  AddModelOptions(*complete, *arguments);
  AddCommitMessage(*ai, exit_code);
  CLI::App* bench = add("bench", "measure how fast a model reads and writes", Bench);
  bench->add_option("--runs", arguments->runs, "how many")->check(CLI::Range(1, 10000));
  bench
      ->add_option(
          "--typing", arguments->typing,
          "type as many characters as --runs says in the middle of FILE, and ask after each")
      ->type_name("FILE");
  bench->add_option("-n,--candidates", arguments->candidates, "how many, with --typing")
      ->check(CLI::Range(1, 8));
  AddModelOptions(*bench, *arguments);
}

}  // namespace astrolabe

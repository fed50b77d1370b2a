// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "analysis/ai/processor_library.h"

#include <dlfcn.h>
#include <ggml-backend.h>
#include <llama.h>
#include <unistd.h>

#include <filesystem>
#include <string_view>

#include "base/log.h"

namespace astrolabe {

namespace fs = std::filesystem;

std::string PackagedModelServer() {
  std::error_code error;
  const fs::path program = fs::canonical("/proc/self/exe", error);
  if (error) return "";
  const fs::path server =
      program.parent_path().parent_path() / "lib" / "astrolabe" / "model" / "astrolabe-model";
  return access(server.c_str(), X_OK) == 0 ? server.string() : "";
}

void LoadProcessorLibrary(const std::string& folder) {
  // It would say on standard error what it loads.
  llama_log_set([](ggml_log_level, const char* text, void*) { LogDebug("llama.cpp: ", text); },
                nullptr);
  ggml_backend_load_all_from_path(folder.c_str());
}

std::string LoadedProcessorLibrary() {
  // In which file does a function of it stand?
  ggml_backend_reg_t cpu = ggml_backend_reg_by_name("CPU");
  if (cpu == nullptr) return "";
  void* function = ggml_backend_reg_get_proc_address(cpu, "ggml_backend_get_features");
  Dl_info info = {};
  if (function == nullptr || dladdr(function, &info) == 0) return "";
  std::string name = fs::path(info.dli_fname).filename().string();
  return name.starts_with("libggml-cpu-") ? name : "";
}

}  // namespace astrolabe

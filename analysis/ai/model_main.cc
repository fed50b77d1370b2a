// astrolabe-model: the model's process of packages (processor_library.h). It stands beside the libraries that it loads.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <filesystem>
#include <string>
#include <vector>

#include "analysis/ai/model_server.h"
#include "analysis/ai/processor.h"
#include "analysis/ai/processor_library.h"

namespace astrolabe {

// In place of the library's own, which asks the ggml that is linked in: here none is, and what was loaded runs.
std::vector<std::string> WantedInstructions() { return {}; }

}  // namespace astrolabe

int main() {
  std::error_code error;
  const auto program = std::filesystem::canonical("/proc/self/exe", error);
  if (!error) astrolabe::LoadProcessorLibrary(program.parent_path().string());
  return astrolabe::RunModelServer();
}

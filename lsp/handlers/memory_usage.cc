// $/memoryUsage: who holds how much, in bytes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <utility>

#include "lsp/handlers/live.h"
#include "lsp/handlers/on_request.h"

namespace astrolabe::lsp {
namespace {

// Resident, and of that what is shared with the page cache: the index and the program itself.
struct Resident {
  uint64_t all = 0;
  uint64_t mapped = 0;
};

Resident ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  uint64_t size = 0;
  uint64_t resident = 0;
  uint64_t shared = 0;
  file >> size >> resident >> shared;
  const auto page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  return {resident * page, shared * page};
}

}  // namespace

void BindMemoryUsage(Dispatcher& dispatcher, Session& session, LiveDocuments& live) {
  session.capabilities().memory_usage_provider = true;
  OnPlainRequest<MemoryUsageRequest>(
      dispatcher, session, "lsp.memoryUsage",
      [&session, &live](std::monostate, const Work&) -> absl::StatusOr<MemoryTree> {
        const Resident resident = ResidentBytes();
        MemoryTree documents;
        for (const DocumentSnapshot& document : session.documents().All()) {
          documents.self += document->text.size();
        }
        documents.total = documents.self;
        MemoryTree mapped{.self = resident.mapped, .total = resident.mapped, .children = {}};
        MemoryTree server;
        server.total = resident.all;
        server.self = resident.all - std::min(resident.all, documents.total + mapped.total);
        server.children = {{"documents", documents}, {"mapped_files", mapped}};
        // Of all of them together, what they share counted once.
        const uint64_t parsing = live.MemoryBytes();
        MemoryTree processes{.self = parsing, .total = parsing, .children = {}};
        MemoryTree root;
        root.total = server.total + parsing;
        root.children = {{"astrolabe", std::move(server)},
                         {"parsing_processes", std::move(processes)}};
        return root;
      });
}

}  // namespace astrolabe::lsp

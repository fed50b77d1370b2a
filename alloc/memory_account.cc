// The process-wide list of memory accounts.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "alloc/memory_account.h"

#include <algorithm>
#include <tuple>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace astrolabe {
namespace {

struct Registry {
  absl::Mutex mutex;
  std::vector<const MemoryAccount*> accounts ABSL_GUARDED_BY(mutex);
};

// Never destroyed: static accounts of any translation unit may outlive any other static.
Registry& TheRegistry() {
  static Registry& registry = *new Registry;
  return registry;
}

}  // namespace

MemoryAccount::MemoryAccount(std::string_view name) : name_(name) {
  Registry& registry = TheRegistry();
  absl::MutexLock lock(&registry.mutex);
  registry.accounts.push_back(this);
}

MemoryAccount::~MemoryAccount() {
  Registry& registry = TheRegistry();
  absl::MutexLock lock(&registry.mutex);
  std::erase(registry.accounts, this);
}

std::vector<MemoryUsage> ListMemoryAccounts() {
  std::vector<MemoryUsage> usages;
  Registry& registry = TheRegistry();
  {
    absl::MutexLock lock(&registry.mutex);
    usages.reserve(registry.accounts.size());
    for (const MemoryAccount* account : registry.accounts) {
      usages.push_back({account->name(), account->bytes(), account->peak()});
    }
  }
  std::sort(usages.begin(), usages.end(), [](const MemoryUsage& a, const MemoryUsage& b) {
    return std::tie(a.name, a.bytes) < std::tie(b.name, b.bytes);
  });
  return usages;
}

}  // namespace astrolabe

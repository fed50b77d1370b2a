// The server with a client of its own in the same process: for checks that want what an editor would get.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "lsp/protocol/json.h"
#include "lsp/server/dispatcher.h"
#include "lsp/server/live_documents.h"
#include "lsp/server/options.h"
#include "lsp/server/session.h"

namespace astrolabe::lsp {

// One thread.
class OwnClient {
 public:
  // A session that is initialized. `root`: absolute, or empty for none.
  OwnClient(ServerOptions options, std::string program, const std::string& root);
  ~OwnClient();
  OwnClient(const OwnClient&) = delete;
  OwnClient& operator=(const OwnClient&) = delete;

  Session& session() { return session_; }

  void Open(const std::string& path, const std::string& text);
  void Close(const std::string& path);

  void Tell(const std::string& method, Json params);
  // The number of the request, for Await.
  int Send(const std::string& method, Json params);
  // The whole reply, with "result" or "error"; nothing if it takes longer.
  std::optional<Json> Await(int request, absl::Duration limit = absl::InfiniteDuration());

  // {"textDocument": …}
  static Json Document(const std::string& path);

 private:
  // What the server has answered and nobody has fetched yet.
  class Replies {
   public:
    void Take(const std::string& content) ABSL_LOCKS_EXCLUDED(mutex_);
    std::optional<Json> Await(int request, absl::Duration limit) ABSL_LOCKS_EXCLUDED(mutex_);

   private:
    absl::Mutex mutex_;
    absl::flat_hash_map<int, Json> replies_ ABSL_GUARDED_BY(mutex_);
  };

  int last_request_ = 0;
  Replies replies_;
  Dispatcher dispatcher_;
  Session session_;
  LiveDocuments live_;
};

}  // namespace astrolabe::lsp

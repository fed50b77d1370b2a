// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "lsp/server/serve.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "base/errno_status.h"
#include "base/log.h"
#include "base/trace.h"
#include "base/unique_fd.h"
#include "lsp/handlers/bind.h"
#include "lsp/handlers/live.h"
#include "lsp/server/dispatcher.h"
#include "lsp/server/live_documents.h"
#include "lsp/server/session.h"
#include "lsp/transport/message_reader.h"
#include "lsp/transport/message_writer.h"

namespace astrolabe::lsp {
namespace {

// What an editor waits for a server to end is about two seconds.
constexpr absl::Duration kEndLimit = absl::Milliseconds(1500);
// And what we give everything together, should something not end at all.
constexpr absl::Duration kLastLimit = absl::Seconds(5);

std::string Prettily(const std::string& content) {
  auto json = ParseJson(content);
  return json.ok() ? json->dump(2, ' ', false, Json::error_handler_t::replace) : content;
}

}  // namespace

int Serve(int in, int out, ServerOptions options, std::string program) {
  NameThisThread("reader");
  MessageWriter writer(out);
  MessageReader reader(in);
  UniqueFd mirror;
  if (!options.input_mirror_file.empty()) {
    mirror.Reset(
        open(options.input_mirror_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (mirror.valid()) {
      reader.MirrorTo(mirror.get());
    } else {
      options.warnings.emplace_back(
          ErrnoStatus(errno, "write", options.input_mirror_file).message());
    }
  }
  // A client that is gone is noticed by the reader.
  Dispatcher dispatcher([&writer, pretty = options.pretty,
                         mappings = options.path_mappings](const std::string& content) {
    if (mappings.empty() && !pretty) return (void)writer.Write(content);
    std::string sent =
        mappings.empty() ? content : MapMessage(content, MappingDirection::kToClient, mappings);
    (void)writer.Write(pretty ? Prettily(sent) : sent);
  });
  if (!options.path_mappings.empty()) {
    dispatcher.FilterInput([mappings = options.path_mappings](std::string content) {
      return MapMessage(std::move(content), MappingDirection::kToServer, mappings);
    });
  }
  int exit_code = 0;
  {
    Session session(std::move(options), std::move(program), dispatcher.client());
    session.OnClientGone([&reader] { reader.Stop(); });
    LiveDocuments live(session);
    BindAll(dispatcher, session);
    BindLive(dispatcher, session, live);
    exit_code = dispatcher.Run(reader);
    std::thread([exit_code] {
      absl::SleepFor(kLastLimit);
      LogError("the server did not end by itself");
      _exit(exit_code);
    }).detach();
    session.Shutdown();
    if (!session.WaitStopped(kEndLimit)) {
      (void)writer.Flush(absl::Milliseconds(200));
      LogInfo("background work is cut off; it goes on with the next start");
      _exit(exit_code);
    }
    session.End();
  }
  return exit_code;
}

}  // namespace astrolabe::lsp

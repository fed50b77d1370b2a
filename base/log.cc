// The only file that knows spdlog. Header-only, so that start-up loads no shared library for it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#define FMT_HEADER_ONLY
#define SPDLOG_HEADER_ONLY
#include "base/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include <array>
#include <memory>
#include <utility>

namespace astrolabe {
namespace {

constexpr std::array<std::pair<std::string_view, LogLevel>, 6> kLevels = {{
    {"trace", LogLevel::kTrace},
    {"debug", LogLevel::kDebug},
    {"info", LogLevel::kInfo},
    {"warning", LogLevel::kWarning},
    {"error", LogLevel::kError},
    {"off", LogLevel::kOff},
}};

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kTrace:
      return spdlog::level::trace;
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
    case LogLevel::kOff:
      break;
  }
  return spdlog::level::off;
}

// Own logger, own sink: spdlog's registry would start with a default logger that we never use. Never
// destroyed, so that static destructors and detached threads may still log. Colours only on a terminal.
spdlog::logger& Logger() {
  static spdlog::logger* const kLogger = [] {
    auto* logger =
        new spdlog::logger("astrolabe", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    logger->set_pattern("%H:%M:%S.%e %^%L%$ %v");
    logger->set_level(spdlog::level::trace);  // LogEnabled has decided already
    logger->flush_on(spdlog::level::trace);
    return logger;
  }();
  return *kLogger;
}

}  // namespace

namespace log_internal {

void Write(LogLevel message_level, std::string_view message) {
  Logger().log(ToSpdlog(message_level), spdlog::string_view_t(message.data(), message.size()));
}

}  // namespace log_internal

absl::Status SetLogLevel(std::string_view name) {
  for (const auto& [known, level] : kLevels) {
    if (name == known) {
      log_internal::level.store(level, std::memory_order_relaxed);
      return absl::OkStatus();
    }
  }
  return absl::InvalidArgumentError(
      StrCat("no log level \"", name, "\": use trace, debug, info, warning, error or off"));
}

}  // namespace astrolabe

// What is read of files, and of what only looks like one.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "base/whole_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <string>

#include "tests/base/temp_directory.h"

namespace astrolabe {
namespace {

TEST(WholeFileTest, ReadsEveryByte) {
  TempDirectory directory;
  const std::string text = std::string("one\0two\r\n", 9) + std::string(100'000, '\xff');
  std::ofstream(directory / "file", std::ios::binary) << text;
  EXPECT_EQ(ReadWholeFile(directory / "file"), text);
}

TEST(WholeFileTest, IsEmptyForWhatIsNoFile) {
  TempDirectory directory;
  ASSERT_EQ(::mkfifo((directory / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(ReadWholeFile(directory / "gone"), "");
  EXPECT_EQ(ReadWholeFile(directory.path()), "");
  EXPECT_EQ(ReadWholeFile(directory / "pipe"), "");
}

}  // namespace
}  // namespace astrolabe

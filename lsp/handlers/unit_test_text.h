// Where the tests of a file are, and what of a model's answer is one.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace astrolabe::lsp {

// The file of GoogleTest's tests beside `source`, by the names that people give these (`zoo_test.cc`, `ZooTest.cpp`, …):
// one that `exists`, or else the first. Empty if `source` is such a file itself.
std::string TestFileOf(const std::string& source,
                       const std::function<bool(const std::string& path)>& exists);

// The tests of an answer, and what they need beside them: without #include lines and without a `main`. Empty if there is
// no test that says `name`.
std::string TestsOfAnswer(std::string_view answer, std::string_view name);

// The line by which `source` includes the header of this name, or one for a header beside it.
std::string IncludeOf(std::string_view source, std::string_view header_name);

// Where more tests go in a file that has some, in bytes: behind the last one, inside of the namespace that it is in.
size_t PlaceOfTests(std::string_view text);

}  // namespace astrolabe::lsp

// Edits against the model.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/text/fuzz_text.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text/line_diff.h"
#include "tests/text/text_model.h"

namespace astrolabe {
namespace {

// Longer texts only make the model slow: leaves are split and joined from 512 bytes on.
constexpr size_t kMaxText = 20'000;

class Input {
 public:
  Input(const uint8_t* data, size_t size) : bytes_(reinterpret_cast<const char*>(data), size) {}
  bool empty() const { return bytes_.empty(); }
  size_t Number(size_t byte_count) {
    size_t number = 0;
    for (const char c : Bytes(byte_count)) number = number << 8 | static_cast<unsigned char>(c);
    return number;
  }
  std::string_view Bytes(size_t count) {
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(taken.size());
    return taken;
  }

 private:
  std::string_view bytes_;
};

void Expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "fuzz_text: %s\n", what);
  std::abort();
}

void CheckPlace(const TextBuffer& text, std::string_view model, size_t offset,
                TextPosition position) {
  for (const PositionEncoding encoding :
       {PositionEncoding::kUtf8, PositionEncoding::kUtf16, PositionEncoding::kUtf32}) {
    Expect(PositionOf(text, offset, encoding) == ModelPositionOf(model, offset, encoding),
           "position of an offset");
    const TextOffset ours = OffsetOf(text, position, encoding);
    const TextOffset theirs = ModelOffsetOf(model, position, encoding);
    Expect(ours.offset == theirs.offset && ours.outside == theirs.outside, "offset of a position");
  }
}

void CheckDiff(const TextBuffer& before, const TextBuffer& after) {
  const std::string old_text = before.ToString();
  const std::string new_text = after.ToString();
  std::string patched = old_text;
  const std::vector<ByteEdit> edits =
      DiffTexts(old_text, new_text, {.max_differences = 40, .max_comparisons = 10'000});
  for (auto edit = edits.rbegin(); edit != edits.rend(); ++edit) {
    Expect(edit->range.begin <= edit->range.end && edit->range.end <= patched.size(), "edit range");
    Expect(edit == edits.rbegin() || edit->range.end <= edit[-1].range.begin, "order of edits");
    patched.replace(edit->range.begin, edit->range.end - edit->range.begin, edit->replacement);
  }
  Expect(patched == new_text, "diff");
}

void Run(Input input) {
  TextBuffer text;
  std::string model;
  TextBuffer first;
  while (!input.empty()) {
    const size_t kind = input.Number(1);
    const size_t begin = model.empty() ? 0 : input.Number(2) % (model.size() + 1);
    const size_t removed = kind % 4 == 0 ? input.Number(2) : input.Number(1) % 8;
    const size_t end = std::min(model.size(), begin + removed);
    std::string inserted(input.Bytes(kind / 4 % 16));
    // Long texts out of short inputs.
    if (kind >= 192) {
      for (size_t repeat = input.Number(1); repeat > 0; --repeat) {
        inserted += inserted.substr(0, 16);
        if (inserted.size() > kMaxText) break;
      }
    }
    if (model.size() + inserted.size() > kMaxText) continue;
    const TextBuffer before = text;
    const std::string model_before = model;
    text = text.Replace(begin, end, inserted);
    model.replace(begin, end - begin, inserted);
    Expect(text.ToString() == model, "text");
    Expect(before.ToString() == model_before, "text before the edit");
    text.CheckInvariants();
    Expect(text == TextBuffer(model), "equality");
    Expect(text.counts() == CountText(model), "counts");
    const size_t place = model.empty() ? 0 : input.Number(2) % (model.size() + 2);
    CheckPlace(text, model, place,
               {static_cast<uint32_t>(input.Number(1) % 16), static_cast<uint32_t>(place % 70)});
    if (kind % 8 == 3) first = before;
  }
  CheckDiff(first, text);
  CheckDiff(text, first);
}

}  // namespace
}  // namespace astrolabe

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  astrolabe::Run({data, size});
  return 0;
}

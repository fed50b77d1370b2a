// How the front and the processes that it starts write numbers and strings to each other.
//
// Both ends are the same binary, so there is no version; but what a process that runs a compiler or a model sends may
// be damaged in any way, so the reader checks every length and remembers the first failure.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace astrolabe {

class WireWriter {
 public:
  void Number(uint64_t value) { bytes_.append(reinterpret_cast<const char*>(&value), 8); }
  void Real(double value) { Number(std::bit_cast<uint64_t>(value)); }
  void String(std::string_view text) {
    Number(text.size());
    bytes_.append(text);
  }
  void Strings(const std::vector<std::string>& texts) {
    Number(texts.size());
    for (const std::string& text : texts) String(text);
  }
  void Numbers(const std::vector<uint64_t>& values) {
    String({reinterpret_cast<const char*>(values.data()), values.size() * 8});
  }
  std::string& bytes() { return bytes_; }

 private:
  std::string bytes_;
};

// After a failed read ok() is false and every further read gives nothing.
class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : bytes_(bytes) {}

  uint64_t Number() {
    uint64_t value = 0;
    if (!Has(8)) return 0;
    std::memcpy(&value, bytes_.data(), 8);
    bytes_.remove_prefix(8);
    return value;
  }
  double Real() { return std::bit_cast<double>(Number()); }
  // A view into what is being read.
  std::string_view View() {
    uint64_t size = Number();
    if (!Has(size)) return {};
    std::string_view text = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return text;
  }
  std::string String() { return std::string(View()); }
  std::vector<std::string> Strings() {
    std::vector<std::string> texts;
    for (uint64_t left = Number(); left > 0 && ok_; --left) texts.push_back(String());
    return texts;
  }
  std::vector<uint64_t> Numbers() {
    std::string_view raw = View();
    std::vector<uint64_t> values(raw.size() / 8);
    if (!values.empty()) std::memcpy(values.data(), raw.data(), values.size() * 8);
    return values;
  }
  bool ok() const { return ok_; }

 private:
  bool Has(uint64_t size) {
    ok_ = ok_ && size <= bytes_.size();
    return ok_;
  }

  std::string_view bytes_;
  bool ok_ = true;
};

}  // namespace astrolabe

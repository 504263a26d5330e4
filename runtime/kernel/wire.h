// Values on their way between two processes of the same build: plain values as they lie in memory, strings and lists,
// in the order a struct's own visit() names its members. No format to keep: nothing of it is ever stored.
//
//   struct Example { std::string name; std::vector<int> sizes; };
//   template <class V> void visit(V& v, Example& e) { v(e.name, e.sizes); }
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "runtime/kernel/types.h"

namespace podrun::wire {

class Writer {
 public:
  template <class... T>
  void operator()(const T&... values) {
    (put(values), ...);
  }
  std::string take() { return std::move(bytes_); }

 private:
  template <class T>
  void put(const T& value) {
    if constexpr (std::is_trivially_copyable_v<T>) {
      bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
    } else {
      visit(*this, const_cast<T&>(value));  // visit() serves both directions; a Writer only reads
    }
  }
  void put(const std::string& text) {
    put(text.size());
    bytes_ += text;
  }
  template <class T>
  void put(const std::vector<T>& list) {
    put(list.size());
    for (const T& item : list) put(item);
  }
  template <class A, class B>
  void put(const std::pair<A, B>& both) {
    put(both.first);
    put(both.second);
  }

  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  template <class... T>
  void operator()(T&... values) {
    (get(values), ...);
  }
  // Everything read was there, and nothing is left over.
  bool complete() const { return good_ && rest_.empty(); }

 private:
  template <class T>
  void get(T& value) {
    if constexpr (std::is_trivially_copyable_v<T>) {
      const std::string_view raw = take(sizeof(value));
      if (raw.size() == sizeof(value)) std::memcpy(&value, raw.data(), sizeof(value));
    } else {
      visit(*this, value);
    }
  }
  void get(std::string& text) { text = take(size()); }
  template <class T>
  void get(std::vector<T>& list) {
    const std::size_t count = size();
    list.clear();
    for (std::size_t i = 0; i < count && good_; ++i) get(list.emplace_back());
  }
  template <class A, class B>
  void get(std::pair<A, B>& both) {
    get(both.first);
    get(both.second);
  }

  std::size_t size() {
    std::size_t count = 0;
    get(count);
    if (count > rest_.size()) good_ = false;  // every item takes a byte at least
    return good_ ? count : 0;
  }
  std::string_view take(std::size_t count) {
    if (count > rest_.size()) {
      good_ = false;
      return {};
    }
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  std::string_view rest_;
  bool good_ = true;
};

template <class T>
std::string write(const T& value) {
  Writer writer;
  writer(value);
  return writer.take();
}

template <class T>
Result<T> read(std::string_view bytes) {
  T value{};
  Reader reader(bytes);
  reader(value);
  if (!reader.complete()) return Error{Kind::corrupt, 0, "read a message: it does not have the form it should have"};
  return value;
}

}  // namespace podrun::wire

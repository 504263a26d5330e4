// Messages that a list is lent for as long as it is sent: to copy hundreds of them, each of a dozen strings, took
// longer than all else of an answer.
#pragma once

#include <google/protobuf/repeated_field.h>

namespace podrun::cri {

// To be made after what it lends, and after the list, which is empty again at its end.
template <class Item>
class Lent {
 public:
  explicit Lent(google::protobuf::RepeatedPtrField<Item>& list) : list_(list) {}
  ~Lent() {
    while (!list_.empty()) list_.UnsafeArenaReleaseLast();
  }
  Lent(const Lent&) = delete;
  Lent& operator=(const Lent&) = delete;

  // Sending changes nothing of it.
  void add(const Item& item) { list_.UnsafeArenaAddAllocated(const_cast<Item*>(&item)); }

 private:
  google::protobuf::RepeatedPtrField<Item>& list_;
};

}  // namespace podrun::cri

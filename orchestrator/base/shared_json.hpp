#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "base/json.hpp"

namespace elukaar {

// JSON that its copies share until one of them is changed: copying it is counting. Read like a pointer
// that is never null; without a value it is JSON's null. One object belongs to one thread at a time, its
// copies may be in others.
class SharedJson {
 public:
  SharedJson() = default;
  SharedJson(Json value) : value_(std::make_shared<Json>(std::move(value))) {}

  const Json& operator*() const { return value_ ? *value_ : nothing; }
  const Json* operator->() const { return &**this; }

  // To be changed: a value of its own from now on. The reference holds until this is copied.
  Json& change() {
    if (!value_ || value_.use_count() > 1) {
      value_ = std::make_shared<Json>(**this);
    } else {
      // What a copy in another thread has read, it has read before it was let go of.
      std::atomic_thread_fence(std::memory_order_acquire);
    }
    return *value_;
  }

  friend bool operator==(const SharedJson& one, const SharedJson& other) { return *one == *other; }

 private:
  inline static const Json nothing{};
  std::shared_ptr<Json> value_;
};

}  // namespace elukaar

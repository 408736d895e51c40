#pragma once
// A zero-initialized array, aligned to 64 bytes, with room for one more vector beyond its size.

#include <cstdint>
#include <memory>
#include <new>

namespace descent::fused {

template <class T> class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::int64_t size)
      : size_(size), data_(new (alignment) T[static_cast<std::size_t>(size) + 64 / sizeof(T)]()) {}

  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  std::int64_t size() const { return size_; }

 private:
  static constexpr std::align_val_t alignment{64};
  struct Free {
    void operator()(T* p) const { ::operator delete[](p, alignment); }
  };
  std::int64_t size_ = 0;
  std::unique_ptr<T[], Free> data_;
};

}  // namespace descent::fused

#pragma once
// A zeroed, 64-byte aligned array: what the kernels work on.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

namespace descent::fused {

template <class T>
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::int64_t size) : size_(size), data_(allocate(size)) { std::fill_n(data_.get(), size, T(0)); }

  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  std::int64_t size() const { return size_; }

 private:
  struct Free {
    void operator()(T* p) const { std::free(p); }
  };
  static T* allocate(std::int64_t size) {
    const std::size_t bytes = (static_cast<std::size_t>(size) * sizeof(T) + 64) / 64 * 64;
    void* memory = std::aligned_alloc(64, bytes);
    if (!memory) throw std::bad_alloc();
    return static_cast<T*>(memory);
  }
  std::int64_t size_ = 0;
  std::unique_ptr<T[], Free> data_;
};

}  // namespace descent::fused

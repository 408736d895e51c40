#pragma once
// The inputs of networks in their precision: [size, stride] with padded rows, shared between runs that see the same.

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>

#include "data/data.h"
#include "fused/buffer.h"
#include "fused/kernels/kernels.h"

namespace descent::engine {

template <class T> using Input = std::shared_ptr<const fused::Buffer<T>>;

// Safe to call from several threads.
template <class T> class Inputs {
 public:
  Input<T> get(const data::Part& part, std::int64_t features) {
    if (part.size == 0) return nullptr;
    const std::lock_guard lock(mutex_);
    Entry& entry = known_[part.x.get()];
    Input<T> input = entry.input.lock();
    if (input && entry.source.lock() == part.x) return input;
    const std::int64_t stride = fused::padded<T>(features);
    auto made = std::make_shared<fused::Buffer<T>>(part.size * stride);
    for (std::int64_t i = 0; i < part.size; ++i)
      std::copy_n(part.x->data() + i * features, features, made->data() + i * stride);
    std::erase_if(known_, [&](const auto& item) { return item.first != part.x.get() && item.second.input.expired(); });
    entry = {part.x, made};
    return made;
  }

 private:
  struct Entry {
    std::weak_ptr<const std::vector<double>> source;  // guards against a reused address
    std::weak_ptr<const fused::Buffer<T>> input;
  };
  std::mutex mutex_;
  std::map<const std::vector<double>*, Entry> known_;
};

}  // namespace descent::engine

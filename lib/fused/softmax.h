#pragma once
// Probabilities from logits, shifted by the largest of each row before the exponential.

#include <cstdint>
#include <span>

namespace descent::fused {

// log_p = z - log sum exp z and p = exp log_p over the columns of each row, [rows, columns] padded to stride; the pads
// of p are 0.
template <class T>
void log_softmax(std::int64_t rows, std::int64_t columns, std::int64_t stride, const T* z, T* log_p, T* p);

// The logits of one row become probabilities, or their logarithms.
void softmax(std::span<double> logits);
void log_softmax(std::span<double> logits);

}  // namespace descent::fused

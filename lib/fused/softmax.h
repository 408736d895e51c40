#pragma once
// Softmax and its logarithm, with the maximum of each row subtracted before the exponential.

#include <cstdint>
#include <span>

namespace descent::fused {

// log_p = z - log sum exp z and p = exp log_p for each row of [rows, columns] padded to `stride`; pads p with 0.
template <class T>
void log_softmax(std::int64_t rows, std::int64_t columns, std::int64_t stride, const T* z, T* log_p, T* p);

// In place, for the logits of one example.
void softmax(std::span<double> logits);
void log_softmax(std::span<double> logits);

}  // namespace descent::fused

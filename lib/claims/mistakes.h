#pragma once
// What is wrong with an expression.

#include <cstddef>
#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace descent::claims {

struct Mistake {
  std::size_t offset;  // in bytes
  std::string message;
};

class Mistakes : public std::exception {
 public:
  Mistakes() = default;
  Mistakes(std::size_t offset, std::string message) { list.push_back({offset, std::move(message)}); }

  // Runs `check` and keeps the mistakes that it throws, so that what follows is checked too.
  template <class Check> void collect(const Check& check) try { check(); } catch (Mistakes& found) {
    for (Mistake& mistake : found.list) list.push_back(std::move(mistake));
  }

  // Throws what was collected, if anything.
  void raise() {
    if (!list.empty()) throw std::move(*this);
  }

  const char* what() const noexcept override { return list.empty() ? "" : list[0].message.c_str(); }

  std::vector<Mistake> list;
};

}  // namespace descent::claims

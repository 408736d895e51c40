#pragma once
// The language of claims, as written: a tree with positions. What the names mean is not known here, but for reductions
// and functions, each declared once with its name, help and definition.
//
//   claim      = both { "or" both } ;          both = statement { "and" statement }
//   statement  = "on" seeds ":" claim | comparison
//   seeds      = "every" "seed" | "at" "least" K "of" N "seeds"
//   comparison = sum { ("<" | "<=" | ">" | ">=" | "==") sum }
//              | sum ("rises" | "falls") "over" NAME [ "within" NUMBER ]
//   sum, product, power: + -, * /, ^ as usual
//   primary    = NUMBER | "(" claim ")" | FUNCTION "(" claim ")" | NAME [ "(" selectors ")" ]
//              | REDUCTION "over" NAME "of" primary | "first" NAME "with" sum ("<" | "<=" | ">" | ">=") sum
//   selector   = NAME "=" VALUE | NAME "=" "[" VALUE, ... "]" | NAME "=" NUMBER ".." NUMBER | NAME "<" NUMBER | ...

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace descent::claims {

// What is wrong with an expression.
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

enum class Relation { less, at_most, greater, at_least, equal };
std::string_view symbol(Relation relation);
Relation mirrored(Relation relation);  // a < b  <=>  b > a
bool holds(Relation relation, double a, double b);

struct Literal {
  std::string text;
  std::optional<double> number;
  std::size_t offset = 0;
};

// width=[4, 8], width=24..128, epoch<=10, layer=linear3
struct Selector {
  std::string name;
  std::size_t offset = 0;
  Relation relation = Relation::equal;
  bool range = false;             // values are the two ends
  std::vector<Literal> values{};  // several of a list, otherwise one
};

struct Syntax;
using SyntaxPointer = std::unique_ptr<Syntax>;

struct Syntax {
  enum class Kind {  // numbers up to `first`, then statements
    number,
    column,
    arithmetic,
    function,
    reduction,
    over_seeds,  // a reduction too
    first,
    comparison,
    trend,
    on_seeds,
    conjunction,
    disjunction
  };
  Kind kind;
  std::size_t offset = 0;
  std::string word{};  // column, function, reduction or operator; of trends "rises", "falls"
  std::string over{};  // reductions, first and trends: the name after "over"
  std::size_t over_offset = 0;
  double number = 0;                  // a number; the tolerance of a trend; K of "K of N seeds"
  double of = 0;                      // N of "K of N seeds"; 0: every seed
  std::optional<Literal> argument{};  // of probe(...), the first in its parentheses
  std::vector<Selector> selectors{};  // of columns
  std::vector<Relation> relations{};  // of comparisons, between the children
  std::vector<SyntaxPointer> children{};
};

// Throws Mistakes.
SyntaxPointer parse(std::string_view text);

// Makes one value of several. `positions` are the values of the factor, or epochs, that belong to them.
struct Reduction {
  std::string_view name, help;
  double (*apply)(std::span<const double> values, std::span<const double> positions);
  bool linear;    // of the means the same as the mean of those of every seed
  bool position;  // gives a position, not a value
};
const Reduction* find_reduction(std::string_view name);

struct Function {
  std::string_view name, help;
  double (*apply)(double);
};
const Function* find_function(std::string_view name);

// The first position at which `values` compare so with 0, interpolated linearly from the one before it; infinite where
// they never do.
double crossing(std::span<const double> values, std::span<const double> positions, Relation relation);

// The language, explained.
std::string language_help();

}  // namespace descent::claims

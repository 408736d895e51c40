#pragma once
// The syntax of claims: a tree with positions, in which names are not yet resolved. Reductions and functions are
// declared here, each once with its name, help and definition.
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

struct Mistake {
  std::size_t offset;  // into the text of the claim, in bytes
  std::string message;
};

class Mistakes : public std::exception {
 public:
  Mistakes() = default;
  Mistakes(std::size_t offset, std::string message) { list.push_back({offset, std::move(message)}); }

  // Runs `check` and keeps the mistakes that it throws, so that checking can continue.
  template <class Check> void collect(const Check& check) try { check(); } catch (Mistakes& found) {
    for (Mistake& mistake : found.list) list.push_back(std::move(mistake));
  }

  // Throws the collected mistakes, if any.
  void raise() {
    if (!list.empty()) throw std::move(*this);
  }

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
  bool range = false;             // `values` are the two ends
  std::vector<Literal> values{};  // one, or all values of a list
};

struct Syntax;
using SyntaxPointer = std::unique_ptr<Syntax>;

struct Syntax {
  enum class Kind {  // numbers up to `first`, statements after it
    number,
    column,
    arithmetic,
    function,
    reduction,
    over_seeds,  // a reduction over the seeds
    first,
    comparison,
    trend,
    on_seeds,
    conjunction,
    disjunction
  };
  Kind kind;
  std::size_t offset = 0;
  std::string word{};  // column, function, reduction or operator; "rises" or "falls" of a trend
  std::string over{};  // the name after "over" or "first"
  std::size_t over_offset = 0;
  double number = 0;                  // a number; the tolerance of a trend; K of "K of N seeds"
  double of = 0;                      // N of "K of N seeds"; 0: every seed
  std::optional<Literal> argument{};  // NAME of probe(NAME, ...)
  std::vector<Selector> selectors{};  // of a column
  std::vector<Relation> relations{};  // of a comparison, between its children
  std::vector<SyntaxPointer> children{};
};

// Throws Mistakes.
SyntaxPointer parse(std::string_view text);

// Reduces several values to one. `positions` are the values of the factor, or the epochs, that belong to them.
struct Reduction {
  std::string_view name, help;
  double (*apply)(std::span<const double> values, std::span<const double> positions);
  bool linear;    // the reduction of the means is the mean of the reductions of each seed
  bool position;  // returns a position, not a value
};
const Reduction* find_reduction(std::string_view name);

struct Function {
  std::string_view name, help;
  double (*apply)(double);
};
const Function* find_function(std::string_view name);

// The first position at which `relation` holds between the value and 0, interpolated linearly from the previous one;
// infinity if it never does.
double crossing(std::span<const double> values, std::span<const double> positions, Relation relation);

// The text of `descent explain claims`.
std::string language_help();

}  // namespace descent::claims

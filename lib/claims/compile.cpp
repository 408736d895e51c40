#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "claims/expression.h"

namespace descent::claims {
namespace {

using Kind = Syntax::Kind;

[[noreturn]] void fail(std::size_t offset, std::string message) { throw Mistakes(offset, std::move(message)); }

class Compiler {
 public:
  Compiler(const Domain& domain, std::vector<Request>& requests) : domain_(domain), requests_(requests) {}

  ExpressionPointer statement(const Syntax& syntax) {
    if (syntax.kind == Kind::comparison) return chain(syntax);
    if (syntax.kind == Kind::trend) return trend(syntax);
    if (syntax.kind == Kind::on_seeds) return on_seeds(syntax);
    if (syntax.kind == Kind::conjunction || syntax.kind == Kind::disjunction)
      return over_children(syntax.kind, compiled(syntax.children, &Compiler::statement), syntax.offset);
    if (syntax.kind == Kind::column && syntax.word == "diverged") {
      std::vector<ExpressionPointer> sides;
      sides.push_back(column(syntax));
      sides.push_back(constant(1));
      return comparison(std::move(sides), Relation::equal, syntax.offset);
    }
    number(syntax);  // reports mistakes inside the number first
    fail(syntax.offset, "expected a statement, got a number; compare it, as in \">= 0.1\"");
  }

  // `over` is the reduction over epochs, steps or layers that is applied to the column, or a `first`.
  ExpressionPointer column(const Syntax& syntax, const Syntax* over = nullptr) {
    ColumnUse use = use_column(syntax, domain_);
    Request& request = use.request;
    if (!over && !use.one_row)
      fail(syntax.offset,
           fmt::format("{0} has many values per run; write {0}(at=end), {0}(epoch=10) or min over epoch of {0}",
                       syntax.word));
    if (over && !use.many_rows)
      fail(syntax.offset, fmt::format("{} has only one value per run here; there is nothing to reduce", syntax.word));
    if (over && over->kind == Kind::first) {
      request.first = over->relations[0];
      if (over->children[1]->kind != Kind::number)
        fail(over->children[1]->offset, "a curve can be compared only with a number");
      request.bound = over->children[1]->number;
    } else if (over) {
      request.reduction = find_reduction(over->word);
    }
    request.by_step = over && over->over == "step";
    ExpressionPointer node = make(Kind::column, request.joins_seeds ? Level::of_means : Level::per_seed);
    const std::vector<std::string> factors = domain_.varying(use.points);
    node->family.axes = factors;
    if (use.sizes.size() > 1) node->family.axes.push_back("size");
    for (const std::int64_t size : use.sizes) {
      for (const std::size_t point : use.points) {
        FamilyEntry entry{{}, point};
        for (const std::string& factor : factors) entry.key.push_back(domain_.label(factor, point));
        if (use.sizes.size() > 1) entry.key.push_back(std::to_string(size));
        node->family.entries.push_back(std::move(entry));
        node->requests.push_back(requests_.size());
      }
      request.size = size;
      requests_.push_back(request);
    }
    return node;
  }

 private:
  static ExpressionPointer make(Kind kind, Level level = Level::constant) {
    return std::make_unique<Expression>(Expression{.kind = kind, .level = level});
  }

  static ExpressionPointer constant(double value) {
    ExpressionPointer node = make(Kind::number);
    node->number = value;
    node->family.entries.push_back({});
    return node;
  }

  // Compiles all parts, so that the mistakes of all are reported.
  std::vector<ExpressionPointer> compiled(std::span<const SyntaxPointer> parts,
                                          ExpressionPointer (Compiler::*compile)(const Syntax&)) {
    std::vector<ExpressionPointer> nodes;
    Mistakes mistakes;
    for (const SyntaxPointer& part : parts) mistakes.collect([&] { nodes.push_back((this->*compile)(*part)); });
    mistakes.raise();
    return nodes;
  }

  // A node that joins the entries of its children and has the highest of their levels.
  ExpressionPointer over_children(Kind kind, std::vector<ExpressionPointer> children, std::size_t offset) const {
    std::vector<const Family*> families;
    ExpressionPointer node = make(kind);
    for (const ExpressionPointer& child : children) {
      families.push_back(&child->family);
      node->level = std::max(node->level, child->level);
    }
    Combination joined = join(families, domain_, offset);
    node->family = std::move(joined.family);
    node->rows = std::move(joined.rows);
    node->children = std::move(children);
    return node;
  }

  // A node with the entries of its only child.
  static ExpressionPointer over_seeds(Kind kind, Level level, ExpressionPointer child) {
    ExpressionPointer node = make(kind, level);
    node->family = child->family;
    node->children.push_back(std::move(child));
    return node;
  }

  // A node over a factor of its only child; with `numeric` the values of the factor must be numbers.
  ExpressionPointer over_points(Kind kind, ExpressionPointer child, const Syntax& syntax, bool numeric) const {
    const bool is_axis = std::ranges::find(child->family.axes, syntax.over) != child->family.axes.end();
    const std::string path = is_axis ? syntax.over : domain_.resolve(syntax.over, syntax.over_offset);
    auto grouped = group(child->family, path, domain_);
    if (!grouped) fail(syntax.over_offset, fmt::format("{} has only one value here", syntax.over));
    if (numeric && std::ranges::any_of(grouped->positions, [](double position) { return std::isnan(position); }))
      fail(syntax.over_offset, fmt::format("the values of {} are not numbers", syntax.over));
    ExpressionPointer node = make(kind, child->level);
    node->family = std::move(grouped->family);
    node->rows = std::move(grouped->rows);
    node->positions = std::move(grouped->positions);
    node->children.push_back(std::move(child));
    return node;
  }

  ExpressionPointer number(const Syntax& syntax) {
    if (syntax.kind == Kind::number) return constant(syntax.number);
    if (syntax.kind == Kind::column) return column(syntax);
    if (syntax.kind == Kind::reduction) return reduction(syntax);
    if (syntax.kind == Kind::over_seeds) return reduction_over_seeds(syntax);
    if (syntax.kind == Kind::first) return first(syntax);
    if (syntax.kind != Kind::arithmetic && syntax.kind != Kind::function)
      fail(syntax.offset, "expected a number, got a statement");
    ExpressionPointer node = over_children(syntax.kind, compiled(syntax.children, &Compiler::number), syntax.offset);
    node->operation = syntax.word[0];
    node->function = find_function(syntax.word);
    return node;
  }

  ExpressionPointer reduction(const Syntax& syntax) {
    const Syntax& child = *syntax.children[0];
    const Reduction* reduction = find_reduction(syntax.word);
    if (reduces_rows(syntax.over)) {
      if (child.kind != Kind::column)
        fail(child.offset, fmt::format("only a column of curves.csv or a probe can be reduced over {}", syntax.over));
      if (syntax.over == "layer" && reduction->position)
        fail(syntax.offset, "layers are not numbers; compare the layers one by one");
      return column(child, &syntax);
    }
    ExpressionPointer node = over_points(Kind::reduction, number(child), syntax, reduction->position);
    node->reduction = reduction;
    if (!reduction->linear) node->level = std::max(node->level, Level::of_means);
    return node;
  }

  ExpressionPointer reduction_over_seeds(const Syntax& syntax) {
    ExpressionPointer inside = number(*syntax.children[0]);
    const Reduction* reduction = find_reduction(syntax.word);
    if (inside->level != Level::per_seed) fail(syntax.offset, "this number has no value per seed");
    if (reduction->position) fail(syntax.offset, fmt::format("{} over seed is not defined", syntax.word));
    const bool exact = syntax.word == "min" || syntax.word == "max" || syntax.word == "sum";
    ExpressionPointer node = over_seeds(Kind::over_seeds, exact ? Level::exact : Level::of_means, std::move(inside));
    node->reduction = reduction;
    return node;
  }

  ExpressionPointer first(const Syntax& syntax) {
    const Syntax& left = *syntax.children[0];
    if (reduces_rows(syntax.over) && syntax.over != "layer") {
      if (left.kind != Kind::column)
        fail(left.offset, fmt::format("\"first {}\" needs a column of curves.csv", syntax.over));
      return column(left, &syntax);
    }
    ExpressionPointer difference =
        over_children(Kind::arithmetic, compiled(syntax.children, &Compiler::number), syntax.offset);
    difference->operation = '-';
    ExpressionPointer node = over_points(Kind::first, std::move(difference), syntax, true);
    node->relation = syntax.relations[0];
    node->level = std::max(node->level, Level::of_means);
    return node;
  }

  ExpressionPointer comparison(std::vector<ExpressionPointer> sides, Relation relation, std::size_t offset) const {
    ExpressionPointer node = over_children(Kind::comparison, std::move(sides), offset);
    if (node->level == Level::constant) fail(offset, "this compares only constants; name a column");
    node->relation = relation;
    return node;
  }

  // a < b < c means a < b and b < c.
  ExpressionPointer chain(const Syntax& syntax) {
    std::vector<ExpressionPointer> links;
    for (std::size_t i = 0; i < syntax.relations.size(); ++i)
      links.push_back(comparison(compiled(std::span(syntax.children).subspan(i, 2), &Compiler::number),
                                 syntax.relations[i], syntax.children[i]->offset));
    return links.size() == 1 ? std::move(links[0]) : over_children(Kind::conjunction, std::move(links), syntax.offset);
  }

  ExpressionPointer trend(const Syntax& syntax) {
    ExpressionPointer node = over_points(Kind::trend, number(*syntax.children[0]), syntax, true);
    const bool rises = syntax.word == "rises", tolerant = syntax.number > 0;
    node->relation =
        rises ? (tolerant ? Relation::at_least : Relation::greater) : (tolerant ? Relation::at_most : Relation::less);
    node->number = rises && tolerant ? -syntax.number : syntax.number;  // never -0
    return node;
  }

  ExpressionPointer on_seeds(const Syntax& syntax) {
    const std::size_t before = requests_.size();
    ExpressionPointer inside = statement(*syntax.children[0]);
    for (std::size_t i = before; i < requests_.size(); ++i)
      if (requests_[i].joins_seeds)
        fail(syntax.offset, fmt::format("{} is computed from all seeds together; it has no value for a single seed",
                                        requests_[i].column));
    ExpressionPointer node = over_seeds(Kind::on_seeds, Level::exact, std::move(inside));
    node->number = syntax.number;
    node->of = syntax.of;
    return node;
  }

  const Domain& domain_;
  std::vector<Request>& requests_;
};

}  // namespace

ExpressionPointer compile(const Syntax& syntax, const Domain& domain, std::vector<Request>& requests) {
  return Compiler(domain, requests).statement(syntax);
}

ExpressionPointer compile_column(const Syntax& column, const Domain& domain, std::vector<Request>& requests) {
  return Compiler(domain, requests).column(column);
}

}  // namespace descent::claims

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "claims/columns.h"
#include "claims/program.h"
#include "claims/shapes.h"
#include "core/text.h"

namespace descent::claims {
namespace {

using Kind = Node::Kind;

class Compiler {
 public:
  Compiler(const Domain& domain, std::vector<Finding>& findings)
      : domain_(domain), findings_(findings), program_(std::make_unique<Program>()) {}

  std::unique_ptr<Program> compile(const Syntax& syntax) {
    program_->root = statement(syntax);
    return program_->root ? std::move(program_) : nullptr;
  }

 private:
  NodePointer fail(std::size_t offset, std::string message) {
    findings_.push_back({offset, std::move(message)});
    return nullptr;
  }

  NodePointer make(Kind kind, Level level = Level::constant) {
    return std::make_unique<Node>(Node{.kind = kind, .id = program_->nodes++, .level = level});
  }

  // A node over children whose entries are joined; its level is the highest of theirs.
  NodePointer over_children(Kind kind, std::vector<NodePointer> children, std::size_t offset) {
    std::vector<const Shape*> shapes;
    NodePointer node = make(kind);
    for (const NodePointer& child : children) {
      if (!child) return nullptr;
      shapes.push_back(&child->shape);
      node->level = std::max(node->level, child->level);
    }
    std::string problem;
    auto joined = join(shapes, domain_, problem);
    if (!joined) return fail(offset, std::move(problem));
    node->shape = std::move(joined->shape);
    node->rows = std::move(joined->rows);
    node->children = std::move(children);
    return node;
  }

  std::vector<NodePointer> numbers(const Syntax& syntax) {
    std::vector<NodePointer> nodes;
    for (const SyntaxPointer& child : syntax.children) nodes.push_back(number(*child));
    return nodes;
  }

  NodePointer number(const Syntax& syntax) {
    switch (syntax.kind) {
      case Syntax::Kind::number: return constant(syntax.number);
      case Syntax::Kind::column: return column(syntax, nullptr, nullptr);
      case Syntax::Kind::arithmetic: return arithmetic(syntax);
      case Syntax::Kind::function: return function(syntax);
      case Syntax::Kind::reduction: return reduction(syntax);
      case Syntax::Kind::first: return first(syntax);
      case Syntax::Kind::comparison:
      case Syntax::Kind::trend:
      case Syntax::Kind::on_seeds:
      case Syntax::Kind::negation:
      case Syntax::Kind::conjunction:
      case Syntax::Kind::disjunction: break;
    }
    return fail(syntax.offset, "a statement, where a number is needed");
  }

  NodePointer constant(double value) {
    NodePointer node = make(Kind::number);
    node->number = value;
    node->shape.entries.push_back({});
    return node;
  }

  NodePointer arithmetic(const Syntax& syntax) {
    NodePointer node = over_children(Kind::arithmetic, numbers(syntax), syntax.offset);
    if (node) node->operation = syntax.word[0];
    return node;
  }

  NodePointer function(const Syntax& syntax) {
    NodePointer node = over_children(Kind::function, numbers(syntax), syntax.offset);
    if (node) node->function = find_function(syntax.word);
    return node;
  }

  // A column; `along` is the reduction over epochs or steps that is asked of it, `first` a crossing.
  NodePointer column(const Syntax& syntax, const Syntax* along, const Syntax* first) {
    auto use = use_column(syntax, domain_, findings_);
    if (!use) return nullptr;
    Request& request = use->request;
    if (!along && !first && !use->single)
      return fail(syntax.offset,
                  fmt::format("{0} has many values per run; write {0}(at=end), {0}(epoch=10) or "
                              "min over epoch of {0}",
                              syntax.word));
    if ((along || first) && !use->along)
      return fail(syntax.offset,
                  fmt::format("{} has one value per run here, nothing to go along", syntax.word));
    if (along) request.reduction = find_reduction(along->word), request.by_step = along->over == "step";
    if (first) {
      request.first = first->relations[0];
      request.by_step = first->over == "step";
      if (first->children[1]->kind != Syntax::Kind::number)
        return fail(first->children[1]->offset, "along a curve, compare with a number");
      request.bound = first->children[1]->number;
    }
    NodePointer node = make(Kind::column, request.joins_seeds ? Level::of_means : Level::per_seed);
    const std::vector<std::string> factors = domain_.varying(use->points);
    node->shape.axes = factors;
    if (use->sizes.size() > 1) node->shape.axes.push_back("size");
    for (const std::int64_t size : use->sizes) {
      for (const std::size_t point : use->points) {
        Entry entry{{}, point};
        for (const std::string& factor : factors) entry.key.push_back(domain_.label(factor, point));
        if (use->sizes.size() > 1) entry.key.push_back(std::to_string(size));
        node->shape.entries.push_back(std::move(entry));
        node->points.push_back(point);
        node->requests.push_back(program_->requests.size());
      }
      request.size = size;
      program_->requests.push_back(request);
    }
    return node;
  }

  NodePointer reduction(const Syntax& syntax) {
    const Syntax& child = *syntax.children[0];
    if (syntax.over == "seed") return over_seeds(syntax);
    if (leads_along(syntax.over)) {
      if (child.kind != Syntax::Kind::column)
        return fail(
            child.offset,
            fmt::format("over {}, only a column of curves.csv or a probe can be reduced", syntax.over));
      if (syntax.over == "layer" && find_reduction(syntax.word)->place)
        return fail(syntax.offset, "a layer is no number; compare the layers one by one");
      return column(child, &syntax, nullptr);
    }
    NodePointer inside = number(child);
    const Reduction* reduction = find_reduction(syntax.word);
    NodePointer node = over_points(Kind::over_points, std::move(inside), syntax, reduction->place);
    if (!node) return nullptr;
    node->reduction = reduction;
    if (!reduction->linear) node->level = std::max(node->level, Level::of_means);
    return node;
  }

  NodePointer over_seeds(const Syntax& syntax) {
    NodePointer inside = number(*syntax.children[0]);
    if (!inside) return nullptr;
    const Reduction* reduction = find_reduction(syntax.word);
    if (inside->level != Level::per_seed)
      return fail(syntax.offset, "there is no value per seed here any more");
    if (reduction->place) return fail(syntax.offset, fmt::format("{} over seed says nothing", syntax.word));
    NodePointer node = make(Kind::over_seeds, Level::of_means);
    if (syntax.word == "min" || syntax.word == "max" || syntax.word == "sum") node->level = Level::plain;
    node->reduction = reduction;
    node->shape = inside->shape;
    node->children.push_back(std::move(inside));
    return node;
  }

  // A node that goes along a factor of its only child; with `numeric` the factor must be a number.
  NodePointer over_points(Kind kind, NodePointer child, const Syntax& syntax, bool numeric) {
    if (!child) return nullptr;
    std::string problem;
    const bool is_axis = std::ranges::find(child->shape.axes, syntax.over) != child->shape.axes.end();
    const auto path = is_axis ? syntax.over : domain_.resolve(syntax.over, problem);
    if (!path) return fail(syntax.over_offset, std::move(problem));
    auto grouped = group(child->shape, *path, domain_);
    if (!grouped) return fail(syntax.over_offset, fmt::format("{} has only one value here", syntax.over));
    if (numeric && std::ranges::any_of(grouped->places, [](double place) { return std::isnan(place); }))
      return fail(syntax.over_offset, fmt::format("the values of {} are no numbers", syntax.over));
    NodePointer node = make(kind, child->level);
    node->shape = std::move(grouped->shape);
    node->rows = std::move(grouped->rows);
    node->places = std::move(grouped->places);
    node->children.push_back(std::move(child));
    return node;
  }

  NodePointer first(const Syntax& syntax) {
    const Syntax& left = *syntax.children[0];
    if (leads_along(syntax.over) && syntax.over != "layer") {
      if (left.kind != Syntax::Kind::column)
        return fail(left.offset,
                    fmt::format("the first {} is found along a column of curves.csv", syntax.over));
      return column(left, nullptr, &syntax);
    }
    NodePointer difference = over_children(Kind::arithmetic, numbers(syntax), syntax.offset);
    if (!difference) return nullptr;
    difference->operation = '-';
    NodePointer node = over_points(Kind::first, std::move(difference), syntax, true);
    if (!node) return nullptr;
    node->relation = syntax.relations[0];
    node->level = std::max(node->level, Level::of_means);
    return node;
  }

  NodePointer statement(const Syntax& syntax) {
    switch (syntax.kind) {
      case Syntax::Kind::comparison: return chain(syntax);
      case Syntax::Kind::trend: return trend(syntax);
      case Syntax::Kind::on_seeds: return on_seeds(syntax);
      case Syntax::Kind::negation: return connective(Kind::negation, syntax);
      case Syntax::Kind::conjunction: return connective(Kind::conjunction, syntax);
      case Syntax::Kind::disjunction: return connective(Kind::disjunction, syntax);
      case Syntax::Kind::column:
        if (syntax.word != "diverged") break;
        return comparison(column(syntax, nullptr, nullptr), constant(1), Relation::equal, syntax.offset);
      case Syntax::Kind::number:
      case Syntax::Kind::arithmetic:
      case Syntax::Kind::function:
      case Syntax::Kind::reduction:
      case Syntax::Kind::first: break;
    }
    const std::size_t before = findings_.size();
    number(syntax);  // its own mistakes come first
    if (findings_.size() == before)
      fail(syntax.offset, "a number, where a statement is needed: compare it, as in \">= 0.1\"");
    return nullptr;
  }

  NodePointer comparison(NodePointer left, NodePointer right, Relation relation, std::size_t offset) {
    std::vector<NodePointer> sides;
    sides.push_back(std::move(left));
    sides.push_back(std::move(right));
    NodePointer node = over_children(Kind::comparison, std::move(sides), offset);
    if (!node) return nullptr;
    if (node->level == Level::constant) return fail(offset, "compares numbers only; name a column");
    node->relation = relation;
    return node;
  }

  // a < b < c: both a < b and b < c
  NodePointer chain(const Syntax& syntax) {
    std::vector<NodePointer> links;
    for (std::size_t i = 0; i < syntax.relations.size(); ++i) {
      const std::size_t before = findings_.size();
      NodePointer left = number(*syntax.children[i]);  // first, as its mistakes are told first
      links.push_back(comparison(std::move(left), number(*syntax.children[i + 1]), syntax.relations[i],
                                 syntax.children[i]->offset));
      if (findings_.size() > before) return nullptr;
    }
    return links.size() == 1 ? std::move(links[0])
                             : over_children(Kind::conjunction, std::move(links), syntax.offset);
  }

  NodePointer trend(const Syntax& syntax) {
    NodePointer node = over_points(Kind::trend, number(*syntax.children[0]), syntax, true);
    if (!node) return nullptr;
    node->rises = syntax.word == "rises";
    node->number = syntax.number;
    return node;
  }

  NodePointer on_seeds(const Syntax& syntax) {
    const std::size_t before = program_->requests.size();
    NodePointer inside = statement(*syntax.children[0]);
    if (!inside) return nullptr;
    for (std::size_t i = before; i < program_->requests.size(); ++i)
      if (program_->requests[i].joins_seeds)
        return fail(syntax.offset, fmt::format("{} is a number of all seeds together; no single seed has it",
                                               program_->requests[i].column));
    NodePointer node = make(Kind::on_seeds, Level::plain);
    node->number = syntax.number;
    node->of = syntax.of;
    node->shape = inside->shape;
    node->children.push_back(std::move(inside));
    return node;
  }

  NodePointer connective(Kind kind, const Syntax& syntax) {
    std::vector<NodePointer> parts;
    for (const SyntaxPointer& child : syntax.children) parts.push_back(statement(*child));
    return over_children(kind, std::move(parts), syntax.offset);
  }

  const Domain& domain_;
  std::vector<Finding>& findings_;
  std::unique_ptr<Program> program_;
};

}  // namespace

std::unique_ptr<Program> compile(const Syntax& syntax, const Domain& domain, std::vector<Finding>& findings) {
  const std::size_t before = findings.size();
  auto program = Compiler(domain, findings).compile(syntax);
  return findings.size() == before ? std::move(program) : nullptr;
}

}  // namespace descent::claims

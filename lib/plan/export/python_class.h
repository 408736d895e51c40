#pragma once
// The pieces of Python source that the classes of all networks are made of.

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plan/export/python.h"

namespace descent::plan {

struct Lines : std::vector<std::string> {
  using std::vector<std::string>::vector;
  void add(std::string line) { push_back(std::move(line)); }
  template <class First, class... Rest>
  void add(fmt::format_string<First, Rest...> line, First&& first, Rest&&... rest) {
    push_back(fmt::format(line, std::forward<First>(first), std::forward<Rest>(rest)...));
  }
};

// One class: the lines of __init__ after super().__init__(), and those of forward(self, x).
struct PythonClass {
  std::string name, help;
  std::string arguments{};  // of __init__ beside self: ", inputs, outputs"
  Lines constructor{}, forward{};

  std::string text() const;
};

// The layers of a network over rows (dimensions 0), signals (1) or maps (2).
class PythonLayers {
 public:
  PythonLayers(const config::Model& model, std::int64_t dimensions) : model_(model), dimensions_(dimensions) {}

  // Constructors: "nn.BatchNorm1d(64, momentum=0.2)"; channels and the like may be expressions.
  std::string norm(std::string_view channels) const;
  std::string convolution(std::string_view in, std::string_view out, std::string_view window, bool bias) const;
  std::string dropout() const;

  // Expressions: the function of an expression; itself where there is nothing to do.
  std::string activated(const std::string& x) const;
  std::string normalized(const std::string& norm, const std::string& x) const;
  std::string dropped(const std::string& x) const;
  std::string max_pooled(const std::string& x, std::string_view window) const;

  // Norm and activation in the order of norm_position.
  std::string hidden(const std::string& norm, const std::string& x) const;

  // Classes of norms that torch.nn lacks.
  std::string helper_classes() const;

 private:
  bool has_own_batch_norm() const;

  const config::Model& model_;
  const std::int64_t dimensions_;
};

// The classes of the networks over rows, and over signals and images.
std::vector<PythonClass> mlp_classes(const Architecture& mlp, const std::string& name);
std::vector<PythonClass> linear_model_classes(const Architecture& linear_model);
std::vector<PythonClass> mixture_classes(const Architecture& mixture);
std::vector<PythonClass> convnet_classes(const Architecture& cnn);
std::vector<PythonClass> resnet_classes(const Architecture& resnet);

// "x = x.reshape(-1, 1, 8, 8)": rows of features as maps or signals.
std::string to_maps(const Architecture& architecture);

}  // namespace descent::plan

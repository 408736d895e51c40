#include "descent/commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <tuple>

#include "claims/domain.h"
#include "config/probe_layers.h"
#include "core/error.h"
#include "core/files.h"
#include "core/text.h"
#include "formats/csv.h"
#include "formats/npy.h"
#include "formats/tensorboard.h"
#include "report/claims.h"

namespace descent {
namespace fs = std::filesystem;

namespace {

struct Column {
  std::string name;
  std::vector<std::string> cells{};
};

// The name and the index of each column of a table that has values.
std::vector<std::pair<std::string, std::size_t>> curve_columns_of(const plan::Plan& plan) {
  const std::vector<std::string> names = core::split(store::column_names(store::Table::curves), ',');
  const std::vector<bool> is_written = store::written_columns(store::Table::curves, plan);
  std::vector<std::pair<std::string, std::size_t>> found;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (is_written[i]) found.emplace_back(names[i], i);
  return found;
}

// Visits the rows of a table that belong to these points.
template <class Visit>
void for_each_row(const Target& target, const std::vector<std::size_t>& points, store::Table table,
                  const Visit& visit) {
  target.results.for_each_row(table, [&](std::size_t run, const std::vector<std::string>& cells) {
    if (std::ranges::binary_search(points, target.plan.runs[run].point)) visit(run, cells);
  });
}

// "width=48 seed=0"
std::string label_of(const claims::Domain& domain, const plan::Run& run, std::string_view separator) {
  const std::string point = domain.settings(run.point, separator);
  return fmt::format("{}{}seed={}", point, point.empty() ? "" : separator, run.seed);
}

std::vector<Column> long_table(const Target& target, const std::vector<std::size_t>& points) {
  const plan::Plan& plan = target.plan;
  std::vector<Column> table{{"run"}};
  for (const std::string& factor : plan.factors) table.push_back({factor});
  table.push_back({"seed"});
  const auto columns = curve_columns_of(plan);
  for (const auto& [name, position] : columns) table.push_back({name});
  for_each_row(target, points, store::Table::curves, [&](std::size_t run, const std::vector<std::string>& cells) {
    std::size_t next = 0;
    table[next++].cells.push_back(plan.runs[run].id());
    for (const std::string& value : plan.points[plan.runs[run].point].values) table[next++].cells.push_back(value);
    table[next++].cells.push_back(std::to_string(plan.runs[run].seed));
    for (const auto& [name, position] : columns) table[next++].cells.push_back(cells[position]);
  });
  return table;
}

// The names and the indices of the metrics, or of the default metric; throws InputError for unknown columns.
std::vector<std::pair<std::string, std::size_t>> metric_columns(std::vector<std::string> metrics,
                                                                const plan::Plan& plan) {
  if (metrics.empty()) metrics = {report::default_metric(plan).substr(std::string_view("final_").size())};
  auto columns = curve_columns_of(plan);
  std::erase_if(columns, [](const auto& column) { return column.first == "epoch" || column.first == "step"; });
  std::vector<std::string> known;
  for (const auto& [name, position] : columns) known.push_back(name);
  std::vector<std::pair<std::string, std::size_t>> found;
  for (const std::string& metric : metrics) {
    const auto at = std::ranges::find(known, metric);
    if (at == known.end()) throw core::InputError(core::unknown("column of curves.csv", metric, known));
    found.push_back(columns[static_cast<std::size_t>(at - known.begin())]);
  }
  return found;
}

std::vector<Column> wide_table(const Target& target, const std::vector<std::size_t>& points,
                               const std::vector<std::string>& metrics) {
  const auto columns = metric_columns(metrics, target.plan);
  const claims::Domain domain(target.plan);
  std::map<std::int64_t, std::size_t> row_of;  // step -> row
  std::vector<Column> table{{"epoch"}, {"step"}};
  const std::size_t epoch = store::column_at(store::curve_columns(), "epoch"),
                    step = store::column_at(store::curve_columns(), "step");
  for_each_row(target, points, store::Table::curves, [&](std::size_t, const std::vector<std::string>& cells) {
    row_of.try_emplace(std::stoll(cells[step]));
  });
  std::size_t rows = 0;
  for (auto& [at, row] : row_of) row = rows++;
  for (Column& column : table) column.cells.resize(rows);
  std::optional<std::size_t> last;
  for_each_row(target, points, store::Table::curves, [&](std::size_t run, const std::vector<std::string>& cells) {
    if (run != last) {
      const std::string label = label_of(domain, target.plan.runs[run], " ");
      for (const auto& [name, position] : columns)
        table.push_back({columns.size() > 1 ? name + " " + label : label, std::vector<std::string>(rows)});
      last = run;
    }
    const std::size_t row = row_of.at(std::stoll(cells[step]));
    table[0].cells[row] = cells[epoch];
    table[1].cells[row] = cells[step];
    for (std::size_t i = 0; i < columns.size(); ++i)
      table[table.size() - columns.size() + i].cells[row] = cells[columns[i].second];
  });
  return table;
}

void write_csv(const std::vector<Column>& table, const fs::path& path) {
  core::AtomicFile file(path);
  const auto write_row = [&](const auto& cell_of) {
    std::string line;
    for (const Column& column : table) line += (line.empty() ? "" : ",") + formats::csv_field(cell_of(column));
    file.write(line + "\n");
  };
  write_row([](const Column& column) { return column.name; });
  for (std::size_t row = 0; row < table[0].cells.size(); ++row)
    write_row([&](const Column& column) { return column.cells[row]; });
  file.commit();
}

}  // namespace

void write_curves(const Target& target, const Options& options, const fs::path& file) {
  const std::vector<std::size_t> points = selected_points(target, options);
  const std::vector<Column> table =
      options.is_long ? long_table(target, points) : wide_table(target, points, options.metrics);
  if (file.extension() != ".npz") return write_csv(table, file);
  std::vector<std::pair<std::string, std::string>> arrays;
  for (const Column& column : table) arrays.emplace_back(column.name + ".npy", formats::npy_column(column.cells));
  core::write_file_atomically(file, formats::zip_archive(arrays));
}

void write_events(const Target& target, const Options& options, const fs::path& folder) {
  const std::vector<std::size_t> points = selected_points(target, options);
  const plan::Plan& plan = target.plan;
  const claims::Domain domain(plan);
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  std::map<std::size_t, formats::EventFile> events;  // by run
  const std::string metric = metric_columns({}, plan)[0].first;
  const auto event_file = [&](std::size_t run) -> formats::EventFile& {
    const auto [entry, is_new] = events.try_emplace(run, now.count());
    if (!is_new) return entry->second;
    const auto& [point, seed, hash] = plan.runs[run];
    std::vector<std::pair<std::string, formats::EventFile::Value>> values;
    for (std::size_t i = 0; i < plan.factors.size(); ++i) {
      const std::string& text = plan.points[point].values[i];
      const auto number = core::parse_number(text);
      values.emplace_back(plan.factors[i], number ? formats::EventFile::Value(*number) : text);
    }
    values.emplace_back("seed", static_cast<double>(seed));
    entry->second.add_hyperparameters(values, {metric}, domain.settings(point, " "));
    return entry->second;
  };
  const auto add = [&](std::size_t run, const std::string& tag, const std::string& step, const std::string& value) {
    if (const auto number = core::parse_number(value)) event_file(run).add_scalar(tag, std::stoll(step), *number);
  };
  const std::size_t step = store::column_at(store::curve_columns(), "step");
  const auto columns = curve_columns_of(plan);
  for_each_row(target, points, store::Table::curves, [&](std::size_t run, const std::vector<std::string>& cells) {
    for (const auto& [name, position] : columns)
      if (position != step) add(run, name, cells[step], cells[position]);
  });
  const auto probe_cell = [](const std::vector<std::string>& cells, std::string_view name) {
    return cells[store::column_at(store::probe_columns(), name)];
  };
  struct Histogram {
    std::vector<double> values, centers;  // one value per layer; or the frequencies and centers of bins
  };
  std::map<std::tuple<std::size_t, std::string, std::int64_t>, Histogram> histograms;  // by run, tag, step
  for_each_row(target, points, store::Table::probes, [&](std::size_t run, const std::vector<std::string>& cells) {
    const std::string layer = probe_cell(cells, "layer"), tag = "probe/" + probe_cell(cells, "probe"),
                      step_text = probe_cell(cells, "step"), value = probe_cell(cells, "value");
    const auto bin = config::parse_bin(layer);
    if (!bin) add(run, tag + (layer.empty() ? "" : "/" + layer), step_text, value);
    const auto number = core::parse_number(value);
    if (layer.empty() || !number || !std::isfinite(*number)) return;
    Histogram& histogram =
        histograms[{run, bin ? tag + "/" + bin->layer : tag + " of the layers", std::stoll(step_text)}];
    histogram.values.push_back(*number);
    if (bin) histogram.centers.push_back(bin->center);
  });
  for (const auto& [key, histogram] : histograms) {
    const auto& [run, tag, at] = key;
    const auto& [values, centers] = histogram;
    if (!centers.empty()) event_file(run).add_histogram(tag, at, centers, values);
    else if (values.size() > 1) event_file(run).add_histogram(tag, at, values);
  }
  for (const auto& [run, file] : events) {
    std::string name = label_of(domain, plan.runs[run], ",");
    std::ranges::replace(name, '/', '_');
    core::make_folder(folder / name);
    core::write_file_atomically(folder / name / "events.out.tfevents.descent", file.bytes());
  }
}

}  // namespace descent

#pragma once
// A chart: a Vega-Lite specification that contains its aggregated data as text.

#include <cmath>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "report/table.h"
#include "stats/stats.h"

namespace descent::report {

struct Chart {
  std::string name;            // "learning_curves_error": used for its file and its anchor in the page
  std::string title, caption;  // above and below the chart
  Json spec;                   // without colors and fonts
};

// The Vega-Lite configuration for charts in files: fonts, and colors on white.
Json file_theme();
// The configuration for charts in the page, whose colors are CSS variables: `var(--ink)`.
Json page_theme();
// The CSS that defines these variables for light and dark mode and for print.
std::string style_variables();

// The rows of a chart as CSV, a tenth of the size of JSON objects.
class Rows {
 public:
  using Names = std::initializer_list<const char*>;
  using Texts = std::vector<std::string_view>;
  Rows(Names numbers, Names texts);

  // Numbers are rounded to 5 digits; NaN, infinite and missing ones are empty.
  void add(std::vector<double> numbers, Texts texts);
  // Appends the mean, the ends of its interval and n to `numbers`.
  void add(std::vector<double> numbers, const stats::Description& mean, Texts texts);
  bool empty() const { return count_ == 0; }
  std::size_t size() const { return count_; }
  Json data() const;  // the member "data" of a specification

 private:
  std::string text_;
  Json parse_;
  std::size_t numbers_, texts_, count_ = 0;
};

// Scale and axis of a position.
struct Axis {
  std::string title;
  Json scale = Json::object();
  std::vector<double> ticks{};                   // empty: chosen by Vega
  double floor = -INFINITY, ceiling = INFINITY;  // values are clipped to these; a floor above 0: logarithmic
};

// {"field": ..., "type": "quantitative", ...}
Json quantitative(std::string_view field, const Axis& axis);
// An encoding of text with the values in this order.
Json nominal(std::string_view field, const std::vector<std::string>& order);
// The two ends of intervals on channel "x" or "y".
Json interval(const std::string& along, const Axis& axis);
// The ends of intervals on y, for each split.
Json band(const Axis& axis);
// A column of a tooltip; x, x2, y, value and n are numbers.
Json tooltip(std::string_view field, std::string_view title);
// A tooltip with these columns and a mean, which is in the column `field`, its interval and n.
Json mean_tooltip(std::initializer_list<Json> columns, std::string_view field, std::string_view title = "mean",
                  std::string_view n_title = "n");
// A layer of the rows with this value in the column "kind".
Json layer(std::string_view kind, Json mark, Json encoding);
// Returns a function (kind, mark, more) that makes layers whose encodings share `common`.
inline auto marks_sharing(Json common) {
  return [common = std::move(common)](std::string_view kind, Json mark, const Json& more) {
    Json encoding = common;
    encoding.update(more);
    return layer(kind, std::move(mark), std::move(encoding));
  };
}
// The mark of means.
Json point_mark(int size);
// A selection, by hovering, of the rows with the same value of a column, and the opacity of unselected rows.
Json hover_selection(std::string_view field);
Json opacity_unless_hovered(double opacity);

// The colors of the series, with a legend if there are several.
Json colors(const std::vector<std::string>& series, std::string_view title);

// Dash patterns of the splits, with a legend if there are several; `colored` if there is also a legend of colors.
Json dashes(const std::vector<std::string>& splits, bool colored);

// The specification of a chart with these layers, repeated for each panel if there are several. Adds a column
// "interval" for tooltips. `axis` shows the column `measured`.
Json panels(const Rows& rows, const std::vector<std::string>& panels, Json layers, int height, const Axis& axis = {},
            std::string_view measured = "y");

// Adds the chart with its title and caption as description.
void add_chart(Chart chart, std::vector<Chart>& charts);

// With its first letter in upper case.
std::string capitalized(std::string text);

// Adds `text` to the list unless it contains it. Returns its index.
std::size_t add_once(std::vector<std::string>& list, const std::string& text);

}  // namespace descent::report

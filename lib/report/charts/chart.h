#pragma once
// A chart: a specification of Vega-Lite with its data, aggregated, as text inside it.

#include <cmath>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "report/table.h"
#include "stats/stats.h"

namespace descent::report {

struct Chart {
  std::string name;            // "learning_curves_error": of its file, and of its anchor in the page
  std::string title, caption;  // above and below it
  Json spec;                   // without colours and fonts
};

// The configuration of Vega-Lite for charts in files: fonts, and the colours for white paper.
Json file_theme();
// The same for the page, with references to its style: `var(--ink)`.
Json page_theme();
// What defines these, light, dark and for print.
std::string style_variables();

// The rows of a chart, as CSV: Vega-Lite reads it as it reads objects, in a tenth of the bytes.
class Rows {
 public:
  using Names = std::initializer_list<const char*>;
  using Texts = std::vector<std::string_view>;
  Rows(Names numbers, Names texts);

  // Numbers are rounded to 5 digits; NaN, infinities and those that are not given are empty.
  void add(std::vector<double> numbers, Texts texts);
  // Ends with the numbers of a mean: itself, the ends of its interval, n.
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
  std::vector<double> ticks{};                   // where not left to Vega
  double floor = -INFINITY, ceiling = INFINITY;  // what lies beyond is drawn there; a floor above 0: logarithmic
};

// {"field": ..., "type": "quantitative", ...}
Json number(std::string_view field, const Axis& axis);
// Text, in this order of its values.
Json text(std::string_view field, const std::vector<std::string>& order);
// The two ends of intervals along "x" or "y".
Json interval(const std::string& along, const Axis& axis);
// The same along y, for each split.
Json band(const Axis& axis);
// A column of a tooltip; x, x2, y, value and n are numbers.
Json tip(std::string_view field, std::string_view title);
// A tooltip with these columns and those of a mean: itself, in the column `field`, its interval and n.
Json mean_tips(std::initializer_list<Json> columns, std::string_view field, std::string_view title = "mean",
               std::string_view n_title = "n");
// A layer of the rows of one kind (their column "kind").
Json layer(std::string_view kind, Json mark, Json encoding);
// Of an encoding, what several layers share: with(kind, mark, more) is one of them.
inline auto shared_by_layers(Json common) {
  return [common = std::move(common)](std::string_view kind, Json mark, const Json& more) {
    Json encoding = common;
    encoding.update(more);
    return layer(kind, std::move(mark), std::move(encoding));
  };
}
// The mark of means.
Json dots(int size);
// What lets the mouse choose the rows with the same value of a column, and the opacity of those that are not chosen.
Json pick(std::string_view field);
Json unless_picked(double opacity);

// The colours of the series, with a legend where there are several.
Json colors(const std::vector<std::string>& series, std::string_view title);

// Training and test by dashes, with a legend where there are several, beside one of colours where `colored`.
Json dashes(const std::vector<std::string>& splits, bool colored);

// The layers once, or once for each panel where there are several. Tooltips have a column "interval". `axis`
// shows the column `measured`.
Json panels(const Rows& rows, const std::vector<std::string>& panels, Json layers, int height, const Axis& axis = {},
            std::string_view measured = "y");

// Adds the chart with a description of what it shows.
void add_chart(Chart chart, std::vector<Chart>& charts);

// With a capital letter in front.
std::string capitalized(std::string text);

// Adds `text` to the list unless it is there. Returns its place.
std::size_t add_once(std::vector<std::string>& list, const std::string& text);

}  // namespace descent::report

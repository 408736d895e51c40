#include "config/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/text.h"

namespace descent::config {
namespace {

constexpr std::size_t max_depth = 64, max_values = 1'000'000;

// Moves `position` past `text`.
Position advance(Position position, std::string_view text) {
  for (const char c : text) {
    if (c == '\n') position = {position.line + 1, 1};
    else if (core::starts_character(c)) ++position.column;
  }
  return position;
}

// Follows the tokens of the parser to track line and column, which the parser does not report. Visits each byte once.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  // Skips white space, comments and at most one separator, which it returns.
  char find_token() {
    char separator = 0;
    while (!rest_.empty()) {
      if (rest_.starts_with("//")) skip(rest_.find('\n'));
      else if (rest_.starts_with("/*")) skip_comment();
      else if (!separator && (rest_[0] == ',' || rest_[0] == ':')) separator = rest_[0], skip(1);
      else if (std::string_view(" \t\r\n").find(rest_[0]) != rest_.npos) skip(1);
      else break;
    }
    return separator;
  }

  char token() const { return rest_.empty() ? '\0' : rest_[0]; }

  void skip_token() {
    std::size_t length = 1;
    if (token() == '"') {
      while (length < rest_.size() && rest_[length] != '"') length += rest_[length] == '\\' ? 2 : 1;
      ++length;
    } else if (const std::size_t end = rest_.find_first_not_of(word_characters); end > 0) {
      length = end;
    }
    skip(length);
  }

  Position position{1, 1};

 private:
  static constexpr std::string_view word_characters = "abcdefghijklmnopqrstuvwxyzE0123456789+-.";

  void skip_comment() {
    const std::size_t end = rest_.find("*/", 2);
    skip(end == rest_.npos ? end : end + 2);
  }

  void skip(std::size_t length) {
    length = std::min(length, rest_.size());
    position = advance(position, rest_.substr(0, length));
    rest_.remove_prefix(length);
  }

  std::string_view rest_;
};

// Builds values from the events of nlohmann's parser and records where each token starts.
class Builder {
 public:
  Builder(std::string_view text, const std::string& file, std::vector<core::Problem>& problems, Positions& positions)
      : cursor_(text), file_(file), problems_(problems), positions_(positions) {}

  bool null() { return place(nullptr); }
  bool boolean(bool value) { return place(value); }
  bool number_integer(std::int64_t value) { return place(value); }
  bool number_unsigned(std::uint64_t value) {
    return value <= INT64_MAX ? place(static_cast<std::int64_t>(value)) : too_large(std::to_string(value));
  }
  bool number_float(double value, const std::string& digits) {
    // Only integers of more than 64 bits have neither '.' nor exponent. The '.' in `digits` depends on the locale.
    return digits.find_first_not_of("-0123456789") != digits.npos ? place(value) : too_large(digits);
  }
  bool string(std::string& value) { return place(std::move(value)); }
  bool binary(Json::binary_t&) { return false; }  // not in JSON
  bool start_object(std::size_t) { return open(Json::object()); }
  bool start_array(std::size_t) { return open(Json::array()); }
  bool end_array() { return close(); }
  bool end_object() { return close(); }

  bool key(std::string& name) {
    cursor_.find_token();
    auto& [object, pointer] = open_.back();
    key_ = member_pointer(pointer, name);
    const auto [first, fresh] = positions_.try_emplace(key_ + '~', cursor_.position);
    if (!fresh) {
      if (problems_.size() <= max_problems)
        fail(fmt::format("duplicate key {}, first given in line {}", core::quoted(name), first->second.line));
      key_ += '~' + std::to_string(count_);  // so that its members are not duplicates of those of the first
    }
    object->get_ref<Json::object_t&>().emplace_back(std::move(name), nullptr);
    cursor_.skip_token();
    return true;
  }

  bool parse_error(std::size_t, const std::string& token, const Json::exception& error) {
    constexpr int overflow = 406;
    if (error.id == overflow) return too_large(token);
    const char separator = cursor_.find_token(), next = cursor_.token();
    if (separator == ',' && (next == '}' || next == ']'))
      return fail(fmt::format("not valid JSON: trailing comma before '{}'", next));
    const std::string_view what = error.what();
    const std::size_t dash = what.rfind(" - ");
    std::string_view reason = dash == what.npos ? what : what.substr(dash + 3);
    reason = reason.substr(0, reason.find("; last read:"));
    return fail(fmt::format("not valid JSON: {}", reason));
  }

  Json root;

 private:
  struct Container {
    Json* json;
    std::string pointer;
  };

  bool fail(std::string message) {
    problems_.push_back({file_, cursor_.position.line, cursor_.position.column, "", std::move(message)});
    return false;
  }

  bool too_large(const std::string& digits) {
    cursor_.find_token();
    return fail(fmt::format("the number {} is too large", digits.size() <= 40 ? digits : digits.substr(0, 40) + "..."));
  }

  bool open(Json container) {
    cursor_.find_token();
    if (open_.size() == max_depth) return fail(fmt::format("nested deeper than {} levels", max_depth));
    return place(std::move(container), true);
  }

  bool close() {
    open_.pop_back();
    cursor_.find_token();
    cursor_.skip_token();
    return true;
  }

  bool place(Json value, bool opens = false) {
    cursor_.find_token();
    if (++count_ > max_values) return fail(fmt::format("more than {} values", max_values));
    Container target{&root, ""};
    if (!open_.empty()) {
      auto& [json, pointer] = open_.back();
      if (json->is_array()) target = {&json->emplace_back(), element_pointer(pointer, json->size() - 1)};
      else target = {&json->get_ref<Json::object_t&>().back().second, key_};
    }
    *target.json = std::move(value);
    positions_[target.pointer] = cursor_.position;
    cursor_.skip_token();
    if (opens) open_.push_back(std::move(target));
    return true;
  }

  Cursor cursor_;
  const std::string& file_;
  std::vector<core::Problem>& problems_;
  Positions& positions_;
  std::vector<Container> open_;  // around the current value, outermost first
  std::string key_;              // the pointer of the current member
  std::size_t count_ = 0;
};

enum class Style { compact, one_line, lines };

// Unlike dump(), writes 1.0 in its shortest form 1, which the hashes of runs are computed from.
std::string to_text(const Json& json, Style style, std::size_t indent = 0) {
  constexpr std::size_t max_line = 100;
  if (json.is_number_float()) return core::format_number(json.get<double>());
  if (!json.is_structured()) return json.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (style == Style::lines) {
    std::string line = to_text(json, Style::one_line);
    if (indent + line.size() <= max_line) return line;
  }
  const auto new_line = [&](std::size_t spaces) {
    return style == Style::lines ? '\n' + std::string(spaces, ' ') : std::string();
  };
  std::string text = json.is_array() ? "[" : "{";
  std::string_view separator;
  for (const auto& [key, value] : json.items()) {
    text.append(separator).append(new_line(indent + 2));
    if (json.is_object()) text += to_text(key, style) + (style == Style::compact ? ":" : ": ");
    text += to_text(value, style, indent + 2);
    separator = style == Style::one_line ? ", " : ",";
  }
  return text + new_line(indent) + (json.is_array() ? ']' : '}');
}

}  // namespace

Json parse_json(std::string_view text, const std::string& file, std::vector<core::Problem>& problems,
                Positions& positions) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // a byte order mark
  const std::size_t bad = std::min(core::find_invalid_utf8(text).value_or(text.npos), text.find('\0'));
  if (bad != text.npos) {
    const auto [line, column] = advance({1, 1}, text.substr(0, bad));
    const auto byte = static_cast<unsigned char>(text[bad]);
    problems.push_back({file, line, column, "", fmt::format("not UTF-8 text: byte 0x{:02x}", byte)});
    return {};
  }
  if (text.find_first_not_of(" \t\r\n") == text.npos) {
    problems.push_back({file, 0, 0, "", "the file is empty"});
    return {};
  }
  Builder builder(text, file, problems, positions);
  constexpr bool strict = true, comments = true;
  return Json::sax_parse(text.begin(), text.end(), &builder, Json::input_format_t::json, strict, comments)
             ? std::move(builder.root)
             : Json();
}

Json parse_value(std::string_view text) {
  std::vector<core::Problem> problems;
  Positions positions;
  Json json = parse_json(text, "", problems, positions);
  return problems.empty() ? json : Json(text);
}

std::string member_pointer(std::string_view object, std::string_view key) {
  std::string pointer = std::string(object) + '/';
  for (const char c : key)  // RFC 6901
    if (c == '~') pointer += "~0";
    else if (c == '/') pointer += "~1";
    else pointer += c;
  return pointer;
}

std::string compact(const Json& json) { return to_text(json, Style::compact); }

std::string pretty(const Json& json) { return to_text(json, Style::lines) + '\n'; }

std::string text_of(const Json& json) { return json.is_string() ? json.get<std::string>() : compact(json); }

}  // namespace descent::config

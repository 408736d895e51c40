#include "config/json.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"

namespace descent::config {
namespace {

std::string escaped(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += {'\\', c};
    else if (c == '\n') result += "\\n";
    else if (c == '\t') result += "\\t";
    else if (static_cast<unsigned char>(c) < ' ') result += fmt::format("\\u{:04x}", static_cast<int>(c));
    else result += c;
  }
  return result + '"';
}

// Visits a value and appends its text: without any space, on one line, or in lines where one would be too
// long.
class Writer {
 public:
  enum class Style { compact, one_line, lines };
  Writer(Style style, std::size_t indent, std::string& out) : style_(style), indent_(indent), out_(out) {}

  void operator()(std::nullptr_t) { out_ += "null"; }
  void operator()(bool value) { out_ += value ? "true" : "false"; }
  void operator()(std::int64_t value) { out_ += std::to_string(value); }
  void operator()(double value) { out_ += core::format_number(value); }
  void operator()(const std::string& value) { out_ += escaped(value); }
  void operator()(const Json::Array& value) { list('[', value, ']'); }
  void operator()(const Json::Object& value) { list('{', value, '}'); }

 private:
  template <class Element>
  void list(char open, const std::vector<Element>& elements, char close) {
    constexpr std::size_t longest_line = 100;
    if (style_ == Style::lines) {
      std::string line;
      Writer(Style::one_line, 0, line).list(open, elements, close);
      if (indent_ + line.size() <= longest_line) {
        out_ += line;
        return;
      }
    }
    const bool lines = style_ == Style::lines;
    out_ += open;
    for (std::size_t i = 0; i < elements.size(); ++i) {
      if (i > 0) out_ += style_ == Style::one_line ? ", " : ",";
      if (lines) out_ += '\n' + std::string(indent_ + 2, ' ');
      write(elements[i]);
    }
    if (lines) out_ += '\n' + std::string(indent_, ' ');
    out_ += close;
  }

  void write(const Json& json) { std::visit(Writer(style_, indent_ + 2, out_), json.value); }
  void write(const Json::Member& member) {
    out_ += escaped(member.key) + (style_ == Style::compact ? ":" : ": ");
    write(member.value);
  }

  Style style_;
  std::size_t indent_;
  std::string& out_;
};

}  // namespace

const Json* Json::find(std::string_view key) const { return const_cast<Json*>(this)->find(key); }

Json* Json::find(std::string_view key) {
  auto* object = std::get_if<Object>(&value);
  if (!object) return nullptr;
  const auto found = std::ranges::find(*object, key, &Member::key);
  return found == object->end() ? nullptr : &found->value;
}

std::string Json::text() const {
  const auto* text = std::get_if<std::string>(&value);
  return text ? *text : dump();
}

std::string Json::dump() const {
  std::string out;
  std::visit(Writer(Writer::Style::compact, 0, out), value);
  return out;
}

std::string Json::pretty() const {
  std::string out;
  std::visit(Writer(Writer::Style::lines, 0, out), value);
  return out + '\n';
}

}  // namespace descent::config

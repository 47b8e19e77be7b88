#include "authoring/diagram.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <numeric>
#include <set>

#include <fmt/format.h>

#include "documents/markup.hpp"
#include "authoring/picture.hpp"

// States in layers, as in Sugiyama's method: a state stands below all that lead to it and come before
// it in the file; lines that pass a layer take a place in it; each layer is ordered so that few lines
// cross. Lines to one target join on their way. What leads back goes round the outside, dashed.
namespace elukaar::authoring {
namespace {

using chart::StateIndex;

// Sizes in pixels.
constexpr double title_height = 40;
constexpr double row_height = 17;
constexpr double padding = 10;
constexpr double least_width = 150;
constexpr double box_distance = 26;
constexpr double lane_distance = 12;  // between lines that pass a layer
constexpr double least_gap = 34;      // between layers
constexpr double track = 7;           // a line's share of a gap
constexpr double margin = 16;
constexpr double character_width = 6.9;  // of the font, 12 px, on the safe side
constexpr std::size_t most_row_characters = 46;
constexpr int sweeps = 12;

struct Row {
  std::string text;
  std::string full;
  bool condition = false;  // belongs to the row above
};

struct Point {
  double x = 0;
  double y = 0;
};

struct Level;

struct Box {
  std::optional<StateIndex> state;  // nothing: what holds in every state
  std::string title;
  std::string about;  // small, below the title
  std::string look;   // class
  std::vector<Row> rows;
  Point at;
  double width = 0;
  double height = 0;
  std::shared_ptr<Level> inside;

  double rows_top() const { return at.y + title_height; }
  double center() const { return at.x + width / 2; }
};

// What stands in a layer: a box, or the place where lines to one box pass.
struct Item {
  std::size_t box = 0;  // itself, or where the lines lead
  bool passing = false;
  double width = 0;
  double center = 0;
  std::vector<std::size_t> above;  // items of the layer above that lead here
  std::vector<std::size_t> below;
};

// One state's children with the lines between them, laid out from its own (0, 0).
struct Level {
  std::vector<Box> boxes;
  std::set<std::pair<std::size_t, std::size_t>> forward;
  std::set<std::pair<std::size_t, std::size_t>> back;
  std::vector<std::vector<std::size_t>> layers;  // items in order
  std::vector<Item> items;
  std::vector<std::size_t> layer_of;  // of a box
  std::vector<double> layer_top;
  std::vector<double> layer_bottom;
  double width = 0;
  double height = 0;
  bool parallel = false;
};

double width_of(std::string_view text) {
  const auto characters = std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  });
  return static_cast<double>(characters) * character_width;
}

// ---- Places --------------------------------------------------------------------------------------

class Layout {
 public:
  explicit Layout(Level& level) : level_(level) {}

  void run() {
    if (level_.parallel) return side_by_side();
    find_layers();
    make_items();
    order();
    place();
  }

 private:
  void side_by_side() {
    double x = 0;
    for (Box& box : level_.boxes) {
      box.at = {x, 0};
      x += box.width + box_distance;
      level_.height = std::max(level_.height, box.height);
    }
    level_.width = std::max(0.0, x - box_distance);
  }

  void find_layers() {
    level_.layer_of.assign(level_.boxes.size(), 0);
    for (const auto& [from, to] : level_.forward) {  // in the order of the file: `from` is final
      level_.layer_of[to] = std::max(level_.layer_of[to], level_.layer_of[from] + 1);
    }
    const auto deepest = std::max_element(level_.layer_of.begin(), level_.layer_of.end());
    const std::size_t last = deepest == level_.layer_of.end() ? 0 : *deepest;
    for (std::size_t i = 0; i < level_.boxes.size(); ++i) {
      if (level_.boxes[i].look.find("final") != std::string::npos) level_.layer_of[i] = last;
    }
  }

  void make_items() {
    std::size_t last = 0;
    for (const std::size_t layer : level_.layer_of) last = std::max(last, layer);
    level_.layers.resize(level_.boxes.empty() ? 0 : last + 1);
    std::vector<std::size_t> item_of(level_.boxes.size());
    for (std::size_t i = 0; i < level_.boxes.size(); ++i) {
      item_of[i] = add({i, false, level_.boxes[i].width, 0, {}, {}}, level_.layer_of[i]);
    }
    std::map<std::pair<std::size_t, std::size_t>, std::size_t> passing;  // (box, layer)
    for (const auto& [from, to] : level_.forward) {
      std::size_t before = item_of[from];
      for (std::size_t layer = level_.layer_of[from] + 1; layer < level_.layer_of[to]; ++layer) {
        const auto known = passing.find({to, layer});
        const std::size_t here = known != passing.end() ? known->second
                                                        : add({to, true, 2, 0, {}, {}}, layer);
        passing[{to, layer}] = here;
        connect(before, here);
        before = here;
      }
      if (level_.layer_of[from] < level_.layer_of[to]) connect(before, item_of[to]);
    }
  }

  std::size_t add(Item item, std::size_t layer) {
    level_.items.push_back(std::move(item));
    level_.layers[layer].push_back(level_.items.size() - 1);
    return level_.items.size() - 1;
  }

  void connect(std::size_t above, std::size_t below) {
    auto& list = level_.items[above].below;
    if (std::find(list.begin(), list.end(), below) != list.end()) return;
    list.push_back(below);
    level_.items[below].above.push_back(above);
  }

  // Barycentres, down and up; the order with the fewest crossings is kept.
  void order() {
    std::vector<double> rank(level_.items.size());
    const auto number = [&] {
      for (const auto& layer : level_.layers) {
        for (std::size_t i = 0; i < layer.size(); ++i) rank[layer[i]] = static_cast<double>(i);
      }
    };
    number();
    auto best = level_.layers;
    std::size_t fewest = crossings(rank);
    for (int sweep = 0; sweep < sweeps && fewest > 0; ++sweep) {
      const bool down = sweep % 2 == 0;
      for (std::size_t n = 0; n < level_.layers.size(); ++n) {
        auto& layer = level_.layers[down ? n : level_.layers.size() - 1 - n];
        std::vector<std::pair<double, std::size_t>> wanted;
        for (const std::size_t item : layer) {
          const auto& others = down ? level_.items[item].above : level_.items[item].below;
          double sum = 0;
          for (const std::size_t other : others) sum += rank[other];
          wanted.emplace_back(
              others.empty() ? rank[item] : sum / static_cast<double>(others.size()), item);
        }
        std::stable_sort(wanted.begin(), wanted.end(),
                         [](const auto& a, const auto& b) { return a.first < b.first; });
        for (std::size_t i = 0; i < layer.size(); ++i) {
          layer[i] = wanted[i].second;
          rank[layer[i]] = static_cast<double>(i);
        }
      }
      const std::size_t now = crossings(rank);
      if (now >= fewest) continue;
      fewest = now;
      best = level_.layers;
    }
    level_.layers = std::move(best);
  }

  std::size_t crossings(const std::vector<double>& rank) const {
    std::size_t count = 0;
    for (const auto& layer : level_.layers) {
      for (const std::size_t a : layer) {
        for (const std::size_t b : layer) {
          if (rank[a] >= rank[b]) continue;
          for (const std::size_t x : level_.items[a].below) {
            for (const std::size_t y : level_.items[b].below) count += rank[x] > rank[y] ? 1 : 0;
          }
        }
      }
    }
    return count;
  }

  double distance(const Item& left, const Item& right) const {
    const double between = left.passing && right.passing ? lane_distance : box_distance;
    return left.width / 2 + between + right.width / 2;
  }

  // The places nearest to the wanted ones that keep order and distance: pools of items that touch,
  // each at the mean of what its members want.
  void settle(const std::vector<std::size_t>& layer, const std::vector<double>& wanted) {
    struct Pool { double sum; double count; };
    std::vector<double> offset(layer.size(), 0);
    for (std::size_t i = 1; i < layer.size(); ++i) {
      offset[i] = offset[i - 1] + distance(level_.items[layer[i - 1]], level_.items[layer[i]]);
    }
    std::vector<Pool> pools;
    for (std::size_t i = 0; i < layer.size(); ++i) {
      pools.push_back({wanted[i] - offset[i], 1});
      while (pools.size() > 1) {
        const Pool last = pools.back();
        Pool& before = pools[pools.size() - 2];
        if (before.sum / before.count <= last.sum / last.count) break;
        before.sum += last.sum;
        before.count += last.count;
        pools.pop_back();
      }
    }
    std::size_t i = 0;
    for (const Pool& pool : pools) {
      for (double n = 0; n < pool.count; ++n, ++i) {
        level_.items[layer[i]].center = pool.sum / pool.count + offset[i];
      }
    }
  }

  void place() {
    for (const auto& layer : level_.layers) settle(layer, std::vector<double>(layer.size(), 0));
    for (int sweep = 0; sweep < sweeps; ++sweep) {
      const bool down = sweep % 2 == 0;
      for (std::size_t n = 0; n < level_.layers.size(); ++n) {
        const auto& layer = level_.layers[down ? n : level_.layers.size() - 1 - n];
        std::vector<double> wanted;
        for (const std::size_t item : layer) wanted.push_back(wish(item, down));
        settle(layer, wanted);
      }
    }
    double left = 0;
    double right = 0;
    for (const Item& item : level_.items) {
      left = std::min(left, item.center - item.width / 2);
      right = std::max(right, item.center + item.width / 2);
    }
    for (Item& item : level_.items) item.center -= left;
    level_.width = right - left;
    stack();
    for (std::size_t i = 0; i < level_.boxes.size(); ++i) {
      level_.boxes[i].at = {level_.items[i].center - level_.boxes[i].width / 2,
                            level_.layer_top[level_.layer_of[i]]};
    }
  }

  double wish(std::size_t item, bool down) const {
    const Item& here = level_.items[item];
    const auto& others = down ? here.above : here.below;
    if (others.empty()) return here.center;
    double sum = 0;
    for (const std::size_t other : others) sum += level_.items[other].center;
    return sum / static_cast<double>(others.size());
  }

  // Layers from above to below; a gap is as high as the lines that run along it need.
  void stack() {
    std::vector<std::size_t> tracks(level_.layers.size() + 1, 0);
    for (const auto& [from, to] : level_.back) {
      ++tracks[level_.layer_of[from] + 1];
      ++tracks[level_.layer_of[to]];
    }
    double y = static_cast<double>(tracks[0]) * track;
    for (std::size_t layer = 0; layer < level_.layers.size(); ++layer) {
      level_.layer_top.push_back(y);
      double height = 0;
      for (const std::size_t item : level_.layers[layer]) {
        if (!level_.items[item].passing) {
          height = std::max(height, level_.boxes[level_.items[item].box].height);
        }
      }
      level_.layer_bottom.push_back(y + height);
      y += height + least_gap + static_cast<double>(tracks[layer + 1]) * track;
    }
    level_.height = level_.layers.empty() ? 0 : y - least_gap;
    std::set<std::size_t> targets;
    for (const auto& [from, to] : level_.back) targets.insert(to);
    level_.width += static_cast<double>(targets.size()) * lane_distance;
  }

  Level& level_;
};

// ---- Boxes ---------------------------------------------------------------------------------------

class Builder {
 public:
  explicit Builder(const workflow::Workflow& workflow)
      : workflow_(workflow), chart_(workflow.chart), arrows_(arrows_of(workflow)) {}

  Level level_of(StateIndex parent) const {
    Level level;
    level.parallel = chart_.state(parent).type == chart::StateType::parallel;
    const auto& children = chart_.state(parent).children;
    for (const StateIndex child : children) level.boxes.push_back(box_of(child));
    for (const Arrow& arrow : arrows_) {
      if (!arrow.to) continue;
      const auto from = holder(children, arrow.from);
      const auto to = holder(children, *arrow.to);
      if (!from || !to || from == to) continue;
      (*from < *to ? level.forward : level.back).emplace(*from, *to);
    }
    Layout(level).run();
    return level;
  }

  Box everywhere() const {
    Box box;
    box.title = "In every state";
    box.look = "everywhere";
    add_rows(chart::root_state, box);
    measure(box);
    return box;
  }

 private:
  std::optional<std::size_t> holder(const std::vector<StateIndex>& children,
                                    StateIndex state) const {
    for (std::optional<StateIndex> at = state; at; at = chart_.state(*at).parent) {
      const auto found = std::find(children.begin(), children.end(), *at);
      if (found != children.end()) return static_cast<std::size_t>(found - children.begin());
    }
    return std::nullopt;
  }

  Box box_of(StateIndex state) const {
    Box box;
    box.state = state;
    box.title = chart_.state(state).key;
    const workflow::StateRule& rule = workflow_.states[chart::position(state)];
    box.look = chart_.state(state).type == chart::StateType::final ? "final" : "state";
    if (rule.status) {
      box.look += " " + look_of_turn(workflow_, rule.status->turn);
      box.about = rule.status->turn == "none" ? "nothing to do" : rule.status->turn + "'s turn";
    } else if (chart_.state(state).children.empty()) {
      box.look += " silent";
      box.about = "nothing is shown";
    }
    for (const workflow::Invoke& invoke : rule.invokes) {
      const std::string text = fmt::format("asks {}.{}", invoke.role, invoke.operation);
      box.rows.push_back({shortened(text, most_row_characters), text});
    }
    add_rows(state, box);
    if (!chart_.state(state).children.empty()) {
      box.inside = std::make_shared<Level>(level_of(state));
    }
    measure(box);
    return box;
  }

  // Ways that differ by their condition alone are one row: the table has them one by one.
  void add_rows(StateIndex state, Box& box) const {
    std::vector<std::pair<std::string, std::vector<const Arrow*>>> ways;
    for (const Arrow& arrow : arrows_) {
      if (arrow.from != state) continue;
      const std::string target = arrow.to ? "→ " + target_name(state, *arrow.to) : "stays";
      const std::string cause = cause_of(arrow);
      // Where it leads is told whole.
      const std::size_t room = most_row_characters - std::min(target.size(), most_row_characters / 2);
      const std::string text = shortened(cause, room) + " " + target;
      const auto same = std::find_if(ways.begin(), ways.end(),
                                     [&](const auto& way) { return way.first == text; });
      if (same == ways.end()) {
        ways.emplace_back(text, std::vector{&arrow});
      } else {
        same->second.push_back(&arrow);
      }
    }
    for (const auto& [text, arrows] : ways) {
      const Arrow& first = *arrows.front();
      box.rows.push_back({text, cause_in_words(first)});
      if (arrows.size() > 1) {
        std::string all;
        for (const Arrow* arrow : arrows) {
          all += (all.empty() ? "" : "\n") + (arrow->guard.empty() ? "else" : arrow->guard);
        }
        box.rows.push_back({fmt::format("in {} cases", arrows.size()), all, true});
      } else if (!first.guard.empty()) {
        box.rows.push_back(
            {"if " + shortened(first.guard, most_row_characters - 4), first.guard, true});
      }
    }
  }

  // A call is named in full by its own row: its answers need the operation only.
  static std::string cause_of(Arrow arrow) {
    arrow.operation.erase(0, arrow.operation.find('.') + 1);
    return cause_in_words(arrow);
  }

  std::string target_name(StateIndex from, StateIndex to) const {
    const bool siblings = chart_.state(from).parent == chart_.state(to).parent;
    return from == to ? "again" : siblings ? chart_.state(to).key : chart_.state(to).path;
  }

  static void measure(Box& box) {
    box.width = std::max(least_width, width_of(box.title) * 1.15 + 2 * padding);
    for (const Row& row : box.rows) {
      box.width = std::max(box.width, width_of(row.text) + 2 * padding + (row.condition ? 10 : 0));
    }
    box.height = title_height + static_cast<double>(box.rows.size()) * row_height +
                 (box.rows.empty() ? 0 : padding);
    if (box.inside) {
      box.width = std::max(box.width, box.inside->width + 2 * margin);
      box.height += box.inside->height + 2 * margin;
    }
  }

  const workflow::Workflow& workflow_;
  const chart::Chart& chart_;
  std::vector<Arrow> arrows_;
};

// ---- Drawing -------------------------------------------------------------------------------------

class Drawing {
 public:
  Drawing(const workflow::Workflow& workflow, const DiagramOptions& options)
      : workflow_(workflow), options_(options) {}

  std::string svg() {
    const Builder builder(workflow_);
    const Level level = builder.level_of(chart::root_state);
    Box everywhere = builder.everywhere();
    const bool notes = !everywhere.rows.empty();
    everywhere.at = {margin, margin};
    const double top = margin + (notes ? everywhere.height + least_gap : 0);
    draw(level, {margin, top});
    if (notes) draw(everywhere, {0, 0});
    const double width = std::max(level.width, notes ? everywhere.width : 0) + 2 * margin;
    const double height = top + level.height + margin;
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"dt dd\" "
        "width=\"{0:.0f}\" height=\"{1:.0f}\" viewBox=\"0 0 {0:.0f} {1:.0f}\">\n"
        "<title id=\"dt\">{2}</title>\n<desc id=\"dd\">{3}</desc>\n{4}{5}{6}</svg>\n",
        width, height, documents::escape_markup(workflow_.service + " " + workflow_.release),
        "States from the first to the last; each names what leads on from it.", style(), lines_,
        boxes_);
  }

 private:
  static std::string style() {
    return "<style>\n"
           "text{font:12px system-ui,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;fill:#1b2430}\n"
           ".t{font-weight:600;font-size:13.5px}.a{font-size:10.5px;fill:#4a5565}\n"
           ".c{font-size:11px;fill:#4a5565}\n"
           ".b{fill:#fff;stroke:#7a8798;stroke-width:1.2}.h{fill:#e8ecf1}\n"
           ".resident .h{fill:#ffe3b8}.municipality .h{fill:#cfe3f7}.register .h{fill:#e4dbf3}\n"
           ".party .h{fill:#d3efdc}.silent .b{stroke-dasharray:5 3}\n"
           ".final .b{stroke-width:3}.everywhere .b{stroke:#b04a3a}.everywhere .h{fill:#fbe3df}\n"
           ".l{fill:none;stroke:#5b6b80;stroke-width:1.3}.end{stroke:#b3bdca}\n"
           ".back{stroke:#2f6f9f;stroke-dasharray:5 4}\n"
           ".v{stroke:#7a8798;stroke-dasharray:2 3}\n"
           "a:focus .b,a:hover .b{stroke:#0b5cad;stroke-width:2.5}\n"
           "</style>\n"
           "<defs><marker id=\"m\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" "
           "markerHeight=\"8\" orient=\"auto-start-reverse\"><path d=\"M0 0L8 4L0 8z\" "
           "fill=\"#5b6b80\"/></marker></defs>\n";
  }

  void draw(const Level& level, Point origin) {
    if (!level.parallel) {
      spread_ports(level);
      forward_lines(level, origin);
      back_lines(level, origin);
    }
    for (const Box& box : level.boxes) draw(box, origin);
  }

  void draw(const Box& box, Point origin) {
    const double x = origin.x + box.at.x;
    const double y = origin.y + box.at.y;
    const bool linked = options_.links && box.state;
    boxes_ += fmt::format("<g class=\"{}\">", box.look);
    if (linked) {
      boxes_ += fmt::format("<a href=\"#state-{}\">",
                            documents::escape_markup(workflow_.chart.state(*box.state).path));
    }
    boxes_ += fmt::format(
        "<rect class=\"b\" x=\"{0:.1f}\" y=\"{1:.1f}\" width=\"{2:.1f}\" height=\"{3:.1f}\" rx=\"7\"/>"
        "<path class=\"h\" d=\"M{4:.1f} {5:.1f}h{6:.1f}a6 6 0 0 1 6 6v{7:.1f}h-{8:.1f}v-{7:.1f}a6 6 0 0 1 "
        "6-6z\"/>",
        x, y, box.width, box.height, x + 7, y + 1, box.width - 14, title_height - 11,
        box.width - 2);
    const double middle = box.about.empty() ? y + 24 : y + 17;
    boxes_ += fmt::format("<text class=\"t\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>", x + padding, middle,
                          documents::escape_markup(box.title));
    if (!box.about.empty()) {
      boxes_ += fmt::format("<text class=\"a\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>", x + padding, y + 31,
                            documents::escape_markup(box.about));
    }
    double row_y = y + title_height + 15;
    for (const Row& row : box.rows) {
      boxes_ += fmt::format("<text{} x=\"{:.1f}\" y=\"{:.1f}\">{}", row.condition ? " class=\"c\"" : "",
                            x + padding + (row.condition ? 10 : 0), row_y, documents::escape_markup(row.text));
      if (row.full != row.text) {
        boxes_ += fmt::format("<title>{}</title>", documents::escape_markup(row.full));
      }
      boxes_ += "</text>";
      row_y += row_height;
    }
    boxes_ += linked ? "</a></g>\n" : "</g>\n";
    if (box.inside) {
      const double rows = static_cast<double>(box.rows.size()) * row_height;
      // Its lines must be seen, so they are drawn over this box: as part of the boxes.
      std::string outer = std::move(lines_);
      lines_.clear();
      std::string before = std::move(boxes_);
      boxes_.clear();
      draw(*box.inside, {x + margin, y + title_height + rows + margin});
      boxes_ = before + lines_ + boxes_;
      lines_ = std::move(outer);
    }
  }

  // Where lines leave and reach a box, from left to right as their other ends lie.
  void spread_ports(const Level& level) {
    leaves_.clear();
    reaches_.clear();
    for (std::size_t i = 0; i < level.items.size(); ++i) {
      const auto spread = [&](const std::vector<std::size_t>& others, auto& ports) {
        std::vector<std::size_t> sorted = others;
        std::sort(sorted.begin(), sorted.end(), [&](std::size_t a, std::size_t b) {
          return level.items[a].center < level.items[b].center;
        });
        const Item& item = level.items[i];
        const double room = item.passing ? 0 : std::min(item.width - 30, 22.0 * (sorted.size() - 1));
        for (std::size_t n = 0; n < sorted.size(); ++n) {
          const double share = sorted.size() < 2 ? 0.5 : static_cast<double>(n) / (sorted.size() - 1);
          ports[{i, sorted[n]}] = item.center + (share - 0.5) * room;
        }
      };
      spread(level.items[i].below, leaves_);
      spread(level.items[i].above, reaches_);
    }
  }

  void forward_lines(const Level& level, Point origin) {
    for (std::size_t layer = 0; layer < level.layers.size(); ++layer) {
      for (const std::size_t from : level.layers[layer]) {
        const Item& item = level.items[from];
        for (const std::size_t to : item.below) {
          const Item& below = level.items[to];
          const double x1 = origin.x + leaves_[{from, to}];
          const double x2 = origin.x + reaches_[{to, from}];
          const double y0 = origin.y + level.layer_top[layer] +
                            (item.passing ? 0 : level.boxes[item.box].height);
          const double y1 = origin.y + level.layer_bottom[layer];
          const double y2 = origin.y + level.layer_top[layer + 1];
          const bool end = level.boxes[below.box].look.find("final") != std::string::npos;
          lines_ += fmt::format(
              "<path class=\"l{}\" d=\"M{:.1f} {:.1f}V{:.1f}C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}\"{}/>\n",
              end ? " end" : "", x1, y0, y1, x1, (y1 + y2) / 2, x2, (y1 + y2) / 2, x2, y2,
              below.passing ? "" : " marker-end=\"url(#m)\"");
        }
      }
    }
  }

  void back_lines(const Level& level, Point origin) {
    std::map<std::size_t, std::size_t> lanes;  // of a target
    for (const auto& [from, to] : level.back) lanes.emplace(to, 0);
    std::size_t lane = 0;
    for (auto& [to, number] : lanes) number = lane++;
    std::map<std::size_t, double> used;  // of a gap
    std::map<std::size_t, double> arrival;
    const double first = level.width - static_cast<double>(lanes.size()) * lane_distance;
    for (const auto& [from, to] : level.back) {
      const Box& source = level.boxes[from];
      const Box& target = level.boxes[to];
      const std::size_t below = level.layer_of[from];
      const std::size_t above = level.layer_of[to];
      const double x1 = origin.x + source.at.x + source.width - 16;
      const double y0 = origin.y + source.at.y + source.height;
      const double y1 = origin.y + level.layer_bottom[below] + 8 + track * used[below + 1]++;
      const double x2 = origin.x + first + lane_distance * static_cast<double>(lanes[to] + 1);
      if (arrival.count(to) == 0) {
        arrival[to] = origin.y + level.layer_top[above] - 12 - track * used[above]++;
      }
      const double x3 = origin.x + target.at.x + target.width - 30;
      lines_ += fmt::format(
          "<path class=\"l back\" d=\"M{:.1f} {:.1f}V{:.1f}H{:.1f}V{:.1f}H{:.1f}V{:.1f}\" "
          "marker-end=\"url(#m)\"/>\n",
          x1, y0, y1, x2, arrival[to], x3, origin.y + target.at.y);
    }
  }

  const workflow::Workflow& workflow_;
  const DiagramOptions& options_;
  std::map<std::pair<std::size_t, std::size_t>, double> leaves_;
  std::map<std::pair<std::size_t, std::size_t>, double> reaches_;
  std::string lines_;
  std::string boxes_;
};

}  // namespace

std::string look_of_turn(const workflow::Workflow& workflow, const std::string& turn) {
  const auto& declared = workflow.turns;
  return std::find(declared.begin(), declared.end(), turn) == declared.end() ? turn : "party";
}

std::string to_svg(const workflow::Workflow& workflow, const DiagramOptions& options) {
  return Drawing(workflow, options).svg();
}

}  // namespace elukaar::authoring

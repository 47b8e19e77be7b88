#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace elukaar::test {

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream stream(path);
  EXPECT_TRUE(stream) << path;
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

// A table of a Markdown page: the first row is its heading.
struct Table {
  std::vector<std::vector<std::string>> rows;
};

// A fenced block: what stands behind the fence ("yaml calendar.yaml"), and what is in it.
struct Block {
  std::string info;
  std::string text;
};

// What stands under one heading, up to the next.
struct Section {
  std::string heading;
  std::size_t level = 0;  // 1 for the page's title
  std::vector<Table> tables;
  std::vector<Block> blocks;
};

// The words of a cell that stand between backquotes.
inline std::vector<std::string> quoted(const std::string& cell) {
  std::vector<std::string> words;
  for (std::size_t at = 0; (at = cell.find('`', at)) != std::string::npos;) {
    const std::size_t end = cell.find('`', at + 1);
    if (end == std::string::npos) break;
    words.push_back(cell.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return words;
}

// `| a | b |`: a bar within a cell is written `\|`.
inline std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::string cell;
  for (std::size_t i = 1; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == '|') {
      cell += line[++i];
    } else if (line[i] == '|') {
      const std::size_t first = cell.find_first_not_of(' ');
      cells.push_back(first == std::string::npos ? "" : cell.substr(first, cell.find_last_not_of(' ') - first + 1));
      cell.clear();
    } else {
      cell += line[i];
    }
  }
  return cells;
}

inline std::vector<Section> sections_of(const std::filesystem::path& page) {
  std::vector<Section> sections(1);
  std::ifstream stream(page);
  EXPECT_TRUE(stream) << page;
  bool in_table = false;
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("```")) {
      Block block{line.substr(3), {}};
      while (std::getline(stream, line) && line != "```") block.text += line + "\n";
      sections.back().blocks.push_back(std::move(block));
    } else if (line.starts_with("#")) {
      sections.push_back({line.substr(line.find_first_not_of("# ")), line.find_first_not_of('#'), {}, {}});
    }
    const bool row = line.starts_with("|");
    if (row && !in_table) sections.back().tables.emplace_back();
    if (row && !line.starts_with("|---")) sections.back().tables.back().rows.push_back(cells_of(line));
    in_table = row;
  }
  return sections;
}

}  // namespace elukaar::test

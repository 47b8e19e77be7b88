#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace elukaar::bench {

// What an oracle has found: counts, and the first few as sentences.
class Verdict {
 public:
  void lost(const std::string& what) { note(lost_, what); }
  void duplicated(const std::string& what) { note(duplicated_, what); }
  void wrong(const std::string& what) { note(wrong_, what); }

  // A record of the status topic. False: it has come before under this id, which is no second effect as
  // long as the bytes are the same.
  bool is_new(const std::string& id, std::string_view bytes) {
    const std::uint64_t hash = std::hash<std::string_view>{}(bytes);
    const auto [known, fresh] = hashes_.emplace(id, hash);
    if (fresh) return true;
    ++published_again_;
    if (known->second != hash) wrong("published again with other bytes: " + id);
    return false;
  }

  Json with(Json facts) const {
    facts.update({{"lost", lost_},
                  {"duplicated", duplicated_},
                  {"wrong", wrong_},
                  {"published_again", published_again_},
                  {"examples", examples_}});
    return facts;
  }

 private:
  void note(std::int64_t& counter, const std::string& what) {
    constexpr std::size_t most_examples = 10;
    ++counter;
    if (examples_.size() < most_examples) examples_.push_back(what);
  }

  std::int64_t lost_ = 0;
  std::int64_t duplicated_ = 0;
  std::int64_t wrong_ = 0;
  std::int64_t published_again_ = 0;
  std::vector<std::string> examples_;
  std::map<std::string, std::uint64_t> hashes_;  // by record id
};

}  // namespace elukaar::bench

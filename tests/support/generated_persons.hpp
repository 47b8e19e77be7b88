#pragma once

#include <chrono>
#include <cstdio>
#include <random>
#include <string>

namespace elukaar::test {

// A personal code with the right check digit, for a day between 1950 and 2049 and a random serial.
inline std::string generated_code(std::mt19937& random) {
  using namespace std::chrono;
  const auto pick = [&](int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(random);
  };
  const year_month_day day{sys_days{year{1950} / 1 / 1} + days{pick(0, 36'000)}};
  const int full_year = int(day.year());
  const int first = (full_year < 2000 ? 3 : 5) + pick(0, 1);
  char text[64];
  std::snprintf(text, sizeof text, "%d%02d%02u%02u%03d", first, full_year % 100,
                unsigned(day.month()), unsigned(day.day()), pick(0, 999));
  const auto remainder = [&](const int (&weights)[10]) {
    int sum = 0;
    for (int i = 0; i < 10; ++i) sum += weights[i] * (text[i] - '0');
    return sum % 11;
  };
  int check = remainder({1, 2, 3, 4, 5, 6, 7, 8, 9, 1});
  if (check == 10) check = remainder({3, 4, 5, 6, 7, 8, 9, 1, 2, 3}) % 10;
  return std::string(text) + char('0' + check);
}

}  // namespace elukaar::test

#include "adapters/http/message.hpp"

#include <algorithm>

#include "base/json.hpp"

namespace elukaar::adapters::http {

std::string_view Request::cookie(std::string_view name) const {
  std::string_view rest = header("cookie");
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    std::string_view one = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    while (one.starts_with(' ')) one.remove_prefix(1);
    if (one.starts_with(name) && one.substr(name.size()).starts_with('=')) {
      return one.substr(name.size() + 1);
    }
  }
  return {};
}

std::string_view Request::parameter(std::string_view name) const {
  std::string_view rest = query;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view one = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (one.starts_with(name) && one.substr(name.size()).starts_with('=')) {
      return one.substr(name.size() + 1);
    }
  }
  return {};
}

Response json_response(int status, std::string body) {
  Response response;
  response.status = status;
  response.content_type = "application/json";
  response.body = std::move(body);
  return response;
}

Response problem(int status, std::string_view detail, std::string_view extra) {
  static const std::map<int, const char*> titles = {
      {400, "The request cannot be read"}, {401, "Log in"},
      {403, "Not allowed"},                {404, "There is nothing here"},
      {405, "Not this method"},            {409, "Done already"},
      {413, "Too large"},                  {415, "Another media type"},
      {422, "Not according to the form"},  {500, "Something went wrong here"},
      {503, "Come again"}};
  const auto title = titles.find(status);
  Json body = {{"type", "about:blank"},
               {"title", title == titles.end() ? "The request failed" : title->second},
               {"status", status}};
  if (!detail.empty()) body["detail"] = detail;
  std::string text = body.dump();
  if (!extra.empty()) text.insert(text.size() - 1, "," + std::string{extra});
  Response response = json_response(status, std::move(text));
  response.content_type = "application/problem+json";
  if (status == 503) response.headers.emplace_back("Retry-After", "5");
  return response;
}

}  // namespace elukaar::adapters::http

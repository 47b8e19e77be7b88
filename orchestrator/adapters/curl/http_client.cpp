#include "adapters/curl/http_client.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace elukaar::adapters::curl {
namespace {

using engine::HttpCompletion;
using engine::HttpFailure;

struct EasyCleanup {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct MultiCleanup {
  void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};
struct ListCleanup {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, EasyCleanup>;
using Multi = std::unique_ptr<CURLM, MultiCleanup>;
using List = std::unique_ptr<curl_slist, ListCleanup>;

// One exchange; curl holds pointers into it until the handle has left the multi handle.
struct Exchange {
  std::uint64_t ticket = 0;
  kit::HttpRequest request;
  kit::HttpResponse response;
  std::size_t most_bytes = 0;
  std::size_t header_bytes = 0;
  bool is_too_large = false;
  List headers;
  Easy handle;  // last: goes first
};

void initialise_library() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
      throw std::runtime_error("libcurl cannot be initialised");
    }
  });
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::size_t on_body(char* data, std::size_t, std::size_t size, void* target) {
  auto& exchange = *static_cast<Exchange*>(target);
  if (exchange.response.body.size() + size > exchange.most_bytes) {
    exchange.is_too_large = true;
    return 0;  // anything but `size` ends the transfer
  }
  exchange.response.body.append(data, size);
  return size;
}

std::size_t on_header(char* data, std::size_t, std::size_t size, void* target) {
  auto& exchange = *static_cast<Exchange*>(target);
  const std::string_view line(data, size);
  exchange.header_bytes += size;
  if (exchange.header_bytes > exchange.most_bytes) {
    exchange.is_too_large = true;
    return 0;
  }
  if (line.starts_with("HTTP/")) exchange.response.headers.clear();  // after a 1xx
  const auto colon = line.find(':');
  if (colon != std::string_view::npos && !line.starts_with("HTTP/")) {
    exchange.response.headers.push_back({std::string(trimmed(line.substr(0, colon))),
                                         std::string(trimmed(line.substr(colon + 1)))});
  }
  return size;
}

template <class Value>
void set(CURL* handle, CURLoption option, Value value) {
  if (const CURLcode code = curl_easy_setopt(handle, option, value); code != CURLE_OK) {
    throw std::runtime_error(std::string("libcurl refuses an option: ") + curl_easy_strerror(code));
  }
}

void add_header(List& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  (void)list.release();
  list.reset(longer);
}

bool breaks_a_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

long milliseconds_of(std::chrono::milliseconds time) {
  return static_cast<long>(std::clamp<std::chrono::milliseconds::rep>(
      time.count(), 1, std::numeric_limits<int>::max()));
}

void set_up(Exchange& exchange, const HttpClientSettings& settings) {
  CURL* handle = exchange.handle.get();
  const kit::HttpRequest& request = exchange.request;
  set(handle, CURLOPT_URL, request.url.c_str());
  set(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  set(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));  // X-Road's
  set(handle, CURLOPT_FOLLOWLOCATION, 0L);
  set(handle, CURLOPT_PROXY, "");  // not the environment's
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set(handle, CURLOPT_CONNECTTIMEOUT_MS, milliseconds_of(request.connect_timeout));
  set(handle, CURLOPT_TIMEOUT_MS, milliseconds_of(request.total_timeout));
  for (const kit::Header& each : request.headers) {
    if (breaks_a_line(each.name) || breaks_a_line(each.value)) {
      throw std::runtime_error("a header of the request holds a line break");
    }
    // curl's own way to write a header without a value.
    add_header(exchange.headers, each.value.empty() ? each.name + ";"
                                                    : each.name + ": " + each.value);
  }
  add_header(exchange.headers, "Expect:");  // no waiting for a 100 before the body
  set(handle, CURLOPT_HTTPHEADER, exchange.headers.get());
  const std::string& body = request.body.reveal();
  if (!body.empty() || request.method == "POST" || request.method == "PUT") {
    set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    set(handle, CURLOPT_POSTFIELDS, body.c_str());
  }
  set(handle, CURLOPT_WRITEFUNCTION, &on_body);
  set(handle, CURLOPT_WRITEDATA, &exchange);
  set(handle, CURLOPT_HEADERFUNCTION, &on_header);
  set(handle, CURLOPT_HEADERDATA, &exchange);
  set(handle, CURLOPT_PRIVATE, &exchange);
  if (settings.ca_file) set(handle, CURLOPT_CAINFO, settings.ca_file->c_str());
  if (settings.identity) {
    set(handle, CURLOPT_SSLCERT, settings.identity->certificate.c_str());
    set(handle, CURLOPT_SSLKEY, settings.identity->key.c_str());
  }
}

}  // namespace

struct HttpClient::Implementation {
  HttpClientSettings settings;
  Multi multi;
  std::unordered_map<Exchange*, std::unique_ptr<Exchange>> under_way;
  std::vector<HttpCompletion> failed_at_start;
  std::atomic<bool> is_woken = false;

  void collect(std::vector<HttpCompletion>& completions);
};

HttpClient::HttpClient(HttpClientSettings settings) : implementation_(new Implementation) {
  initialise_library();
  implementation_->settings = std::move(settings);
  implementation_->multi.reset(curl_multi_init());
  if (!implementation_->multi) throw std::bad_alloc();
  curl_multi_setopt(implementation_->multi.get(), CURLMOPT_MAX_HOST_CONNECTIONS,
                    implementation_->settings.most_connections_a_host);
}

HttpClient::~HttpClient() {
  for (const auto& [exchange, owner] : implementation_->under_way) {
    curl_multi_remove_handle(implementation_->multi.get(), exchange->handle.get());
  }
}

void HttpClient::start(std::uint64_t ticket, kit::HttpRequest request) {
  auto exchange = std::make_unique<Exchange>();
  exchange->ticket = ticket;
  exchange->request = std::move(request);
  exchange->most_bytes = implementation_->settings.most_response_bytes;
  exchange->handle.reset(curl_easy_init());
  try {
    if (!exchange->handle) throw std::bad_alloc();
    set_up(*exchange, implementation_->settings);
    const CURLMcode code =
        curl_multi_add_handle(implementation_->multi.get(), exchange->handle.get());
    if (code != CURLM_OK) throw std::runtime_error(curl_multi_strerror(code));
  } catch (const std::runtime_error& error) {
    implementation_->failed_at_start.push_back(
        {ticket, HttpFailure{HttpFailure::Kind::unreachable, error.what()}});
    return;
  }
  implementation_->under_way.emplace(exchange.get(), std::move(exchange));
}

void HttpClient::Implementation::collect(std::vector<HttpCompletion>& completions) {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    Exchange* exchange = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
    curl_multi_remove_handle(multi.get(), exchange->handle.get());
    auto node = under_way.extract(exchange);
    HttpCompletion completion{exchange->ticket, {}};
    if (exchange->is_too_large) {
      completion.result =
          HttpFailure{HttpFailure::Kind::too_large,
                      "more than " + std::to_string(exchange->most_bytes) + " bytes"};
    } else if (code != CURLE_OK) {
      const auto kind = code == CURLE_OPERATION_TIMEDOUT ? HttpFailure::Kind::timeout
                                                         : HttpFailure::Kind::unreachable;
      completion.result = HttpFailure{kind, curl_easy_strerror(code)};
    } else {
      long status = 0;
      curl_easy_getinfo(exchange->handle.get(), CURLINFO_RESPONSE_CODE, &status);
      exchange->response.status = static_cast<int>(status);
      completion.result = std::move(exchange->response);
    }
    completions.push_back(std::move(completion));
  }
}

std::vector<HttpCompletion> HttpClient::wait(std::chrono::milliseconds at_most) {
  using Clock = std::chrono::steady_clock;
  std::vector<HttpCompletion> completions = std::move(implementation_->failed_at_start);
  implementation_->failed_at_start.clear();
  CURLM* multi = implementation_->multi.get();
  const auto end = Clock::now() + at_most;
  for (;;) {
    int running = 0;
    if (const CURLMcode code = curl_multi_perform(multi, &running); code != CURLM_OK) {
      throw std::runtime_error(std::string("libcurl: ") + curl_multi_strerror(code));
    }
    implementation_->collect(completions);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
    const bool is_woken = implementation_->is_woken.exchange(false);
    if (!completions.empty() || is_woken || left.count() <= 0) return completions;
    curl_multi_poll(multi, nullptr, 0, static_cast<int>(milliseconds_of(left)), nullptr);
  }
}

std::size_t HttpClient::in_flight() const {
  return implementation_->under_way.size() + implementation_->failed_at_start.size();
}

void HttpClient::wake() {
  implementation_->is_woken = true;
  curl_multi_wakeup(implementation_->multi.get());
}

}  // namespace elukaar::adapters::curl

#include "adapters/http/server.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <restinio/all.hpp>

#include "adapters/http/routes.hpp"
#include "adapters/http/static_files.hpp"
#include "base/real_time.hpp"

namespace elukaar::adapters::http {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// portal/docs/resident-page.md, section 6. `form-action`: the page sends no forms but by script.
constexpr const char* content_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'";

constexpr std::size_t connections_to_refuse = 64;   // above max_connections, answered with 503
constexpr std::size_t descriptors_for_others = 128;  // PostgreSQL, Kafka, files
constexpr std::size_t max_stream_backlog = 256 * 1024;  // bytes a slow page may be behind
constexpr std::size_t max_header_bytes = 16 * 1024;
constexpr std::size_t max_header_fields = 100;
constexpr std::size_t max_url_bytes = 2048;
// A larger body is cut off at the connection; up to here it gets an answer that says why.
constexpr std::size_t body_to_refuse_factor = 16;

constexpr const char* headers_read[] = {"cookie",        "content-type", "x-csrf-token",
                                        "idempotency-key", "authorization", "if-none-match",
                                        "origin",        "host"};

// Counts connections.
struct Listener {
  std::atomic<std::size_t> open{0};

  void state_changed(const restinio::connection_state::notice_t& notice) noexcept {
    const auto cause = notice.cause();
    if (restinio::holds_alternative<restinio::connection_state::accepted_t>(cause)) ++open;
    if (restinio::holds_alternative<restinio::connection_state::closed_t>(cause)) --open;
  }
};

struct Traits : restinio::default_traits_t {
  static constexpr bool use_connection_count_limiter = true;
  using connection_state_listener_t = Listener;
};

using HttpServer = restinio::http_server_t<Traits>;

Request read(const restinio::request_handle_t& handle) {
  Request request;
  request.method = handle->header().method().c_str();
  request.path = std::string{handle->header().path()};
  request.query = std::string{handle->header().query()};
  request.body = handle->body();
  for (const char* name : headers_read) {
    if (const auto value = handle->header().opt_value_of(name)) {
      request.headers[name] = std::string{*value};
    }
  }
  return request;
}

template <class Builder>
void add_security_headers(Builder& builder) {
  builder.append_header("Content-Security-Policy", content_policy);
  builder.append_header("X-Content-Type-Options", "nosniff");
  builder.append_header("Referrer-Policy", "same-origin");
}

const char* reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 413: return "Payload Too Large";
    case 415: return "Unsupported Media Type";
    case 422: return "Unprocessable Entity";
    case 503: return "Service Unavailable";
    default: return "Internal Server Error";
  }
}

// The page that asks is ours: what browsers say in `Origin` names this very host.
bool is_own_origin(const Request& request, const std::string& public_url) {
  const std::string_view origin = request.header("origin");
  if (origin.empty() || origin == public_url) return true;  // no browser; or the public address
  const std::size_t host = origin.find("://");
  return host != std::string_view::npos && origin.substr(host + 3) == request.header("host");
}

// One request on its way.
struct Exchange {
  restinio::request_handle_t handle;
  Request request;
  Match match;
  Clock::time_point began;
};

// An open page. Used by the HTTP thread only.
struct OpenStream {
  using Builder = restinio::response_builder_t<restinio::chunked_output_t>;
  std::optional<Builder> builder;
  resident::LiveHub::StreamId id = 0;
  std::size_t backlog = 0;
  bool ended = false;
};

}  // namespace

struct Server::Implementation : std::enable_shared_from_this<Server::Implementation> {
  using ExchangePtr = std::shared_ptr<Exchange>;
  using StreamPtr = std::shared_ptr<OpenStream>;
  using Job = std::function<void(Desks&)>;

  Implementation(ServerSettings given_settings, ServerParts given_parts)
      : settings(std::move(given_settings)),
        parts(std::move(given_parts)),
        files(settings.portal_dir),
        secure(settings.public_url.starts_with("https://")) {}

  // ---- Start and stop --------------------------------------------------------------------------

  void start() {
    const std::size_t connections = allowed_connections();
    std::weak_ptr<Implementation> weak = shared_from_this();
    server = std::make_unique<HttpServer>(
        restinio::external_io_context(context),
        [&](auto& s) {
          s.port(settings.port)
              .address(settings.listen)
              .max_parallel_connections(connections + connections_to_refuse)
              .read_next_http_message_timelimit(75s)
              .write_http_response_timelimit(30s)
              .handle_request_timeout(60s)  // streams write oftener
              .max_pipelined_requests(4)
              .incoming_http_msg_limits(
                  restinio::incoming_http_msg_limits_t{}
                      .max_url_size(max_url_bytes)
                      .max_field_name_size(256)
                      .max_field_value_size(max_header_bytes)
                      .max_field_count(max_header_fields)
                      .max_body_size(settings.max_body_bytes * body_to_refuse_factor))
              .connection_state_listener(listener)
              .acceptor_post_bind_hook([this](restinio::asio_ns::ip::tcp::acceptor& acceptor) {
                port = acceptor.local_endpoint().port();
              })
              .request_handler([weak](const restinio::request_handle_t& handle) {
                const auto self = weak.lock();
                return self ? self->handle(handle) : restinio::request_rejected();
              });
        });
    try {
      server->open_sync();
    } catch (const std::exception& error) {
      throw std::runtime_error(fmt::format("cannot listen on {}:{}: {}; set http.listen and "
                                           "http.port to change it",
                                           settings.listen, settings.port, error.what()));
    }
    max_connections = connections;
    running = true;
    http_thread = std::thread([this] { context.run(); });
    for (std::size_t i = 0; i < settings.desk_threads; ++i) {
      desk_threads.emplace_back([this] { run_desk(); });
    }
  }

  // As many as there are descriptors for: RESTinio's acceptor does not survive running out of them.
  std::size_t allowed_connections() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return settings.max_connections;
    if (limit.rlim_cur < limit.rlim_max) {
      limit.rlim_cur = limit.rlim_max;
      ::setrlimit(RLIMIT_NOFILE, &limit);
      ::getrlimit(RLIMIT_NOFILE, &limit);
    }
    const std::size_t others = descriptors_for_others + connections_to_refuse;
    const std::size_t room = limit.rlim_cur > others + 1 ? limit.rlim_cur - others : 1;
    if (room < settings.max_connections && parts.fault) {
      parts.fault(fmt::format("http.max_connections is {}, but the limit of open files ({}) leaves "
                              "room for {}: raise the limit",
                              settings.max_connections, limit.rlim_cur, room));
    }
    return std::min(room, settings.max_connections);
  }

  void stop() {
    if (!running.exchange(false)) return;
    stopping = true;
    on_http_thread([this] { server->close_sync(); });
    on_http_thread([this] { end_streams(); });
    {
      std::unique_lock lock{flight_mutex};
      landed.wait_for(lock, settings.stop_within, [this] { return in_flight == 0; });
    }
    {
      const std::lock_guard lock{jobs_mutex};
      jobs.clear();
    }
    jobs_wake.notify_all();
    for (std::thread& thread : desk_threads) thread.join();
    on_http_thread([this] { end_streams(); });  // such as were just being opened
    // What has been handed to the connections gets a moment to leave.
    restinio::asio_ns::steady_timer timer(context, 50ms);
    timer.async_wait([this](const auto&) { context.stop(); });
    http_thread.join();
    server.reset();
  }

  void on_http_thread(const std::function<void()>& task) {
    std::promise<void> done;
    restinio::asio_ns::post(context, [&] {
      task();
      done.set_value();
    });
    done.get_future().wait();
  }

  // ---- Requests --------------------------------------------------------------------------------

  restinio::request_handling_status_t handle(const restinio::request_handle_t& handle) {
    auto exchange = std::make_shared<Exchange>();
    exchange->handle = handle;
    exchange->request = read(handle);
    exchange->match = match(exchange->request);
    exchange->began = Clock::now();
    {
      const std::lock_guard lock{flight_mutex};
      ++in_flight;
    }
    if (stopping || listener->open > max_connections) {
      send(exchange, problem(503, "too many connections"));
    } else if (exchange->request.body.size() > settings.max_body_bytes) {
      send(exchange, problem(413, fmt::format("expected at most {} bytes", settings.max_body_bytes)));
    } else {
      dispatch(exchange);
    }
    return restinio::request_accepted();
  }

  void dispatch(const ExchangePtr& exchange) {
    const Request& request = exchange->request;
    const Match& match = exchange->match;
    if (match.is_page) return send(exchange, files.answer(request));
    if (match.route == nullptr) {
      return send(exchange, match.allow.empty() ? problem(404) : wrong_method(match));
    }
    const auto* own = std::get_if<Own>(&match.route->answered_by);
    if (own != nullptr && *own != Own::stream) return answer_here(exchange, *own);
    if (request.method != "GET" && !is_own_origin(request, settings.public_url)) {
      return send(exchange, problem(403, "expected a request of this site's own page"));
    }
    if (own != nullptr) return open_stream(exchange);
    at_desk(exchange, [self = shared_from_this(), exchange](Desks& desks) {
      self->respond(exchange, answer(exchange->match, exchange->request, desks, self->parts.live,
                                     self->secure));
    });
  }

  // What needs no desk.
  void answer_here(const ExchangePtr& exchange, Own own) {
    switch (own) {
      case Own::intake: return take_in(exchange);
      case Own::live: return send(exchange, text(200, "alive\n"));
      case Own::ready: return send(exchange, ready());
      case Own::metrics:
        return send(exchange, text(200, parts.metrics ? parts.metrics() : std::string{}));
      case Own::stream: break;
    }
    send(exchange, problem(404));
  }

  static Response text(int status, std::string body) {
    Response response;
    response.status = status;
    response.content_type = "text/plain; charset=utf-8";
    response.body = std::move(body);
    return response;
  }

  // RFC 9110 section 15.5.6: with the methods that there are.
  static Response wrong_method(const Match& match) {
    Response response = problem(405);
    response.headers.emplace_back("Allow", match.allow);
    return response;
  }

  Response ready() const {
    const Readiness readiness = parts.readiness ? parts.readiness() : Readiness{true, {}};
    return readiness.ready ? text(200, "ready\n") : text(503, readiness.what + "\n");
  }

  void take_in(const ExchangePtr& exchange) {
    if (parts.intake == nullptr) return send(exchange, problem(404));
    std::string_view token = exchange->request.header("authorization");
    constexpr std::string_view scheme = "Bearer ";
    token = token.starts_with(scheme) ? token.substr(scheme.size()) : std::string_view{};
    parts.intake->accept(
        token, exchange->request.header("content-type"), exchange->request.body, real_now(),
        [self = shared_from_this(), exchange](engine::Intake::Outcome outcome) {
          if (outcome) {
            const Json said = {{"id", outcome->id}, {"source", outcome->source}};
            return self->respond(exchange, json_response(202, said.dump()));
          }
          Response refused = problem(outcome.error().status, outcome.error().sentence,
                                     "\"code\":" + Json(outcome.error().code).dump());
          // RFC 9110 section 15.5.2.
          if (refused.status == 401) refused.headers.emplace_back("WWW-Authenticate", "Bearer");
          self->respond(exchange, std::move(refused));
        });
  }

  // From any thread.
  void respond(const ExchangePtr& exchange, Response response) {
    restinio::asio_ns::post(context, [self = shared_from_this(), exchange,
                                      answer = std::move(response)] { self->send(exchange, answer); });
  }

  void send(const ExchangePtr& exchange, const Response& response) {
    auto builder = exchange->handle->create_response(restinio::http_status_line_t{
        restinio::http_status_code_t{static_cast<std::uint16_t>(response.status)},
        reason_phrase(response.status)});
    add_security_headers(builder);
    if (!response.may_be_cached) builder.append_header("Cache-Control", "no-store");
    if (!response.content_type.empty()) {
      builder.append_header("Content-Type", response.content_type);
    }
    for (const auto& [name, value] : response.headers) builder.append_header(name, value);
    const bool keep = !stopping && response.status != 413 && listener->open <= max_connections &&
                      exchange->handle->header().should_keep_alive();
    if (keep) {
      builder.connection_keep_alive();
    } else {
      builder.connection_close();
    }
    if (!response.body.empty() && exchange->request.method != "HEAD") {
      builder.set_body(response.body);
    }
    builder.done();
    finish(exchange, response.status);
  }

  void finish(const ExchangePtr& exchange, int status) {
    if (parts.access_log) {
      parts.access_log({exchange->request.method, exchange->match.pattern, status,
                        std::chrono::duration_cast<std::chrono::microseconds>(
                            Clock::now() - exchange->began)});
    }
    const std::lock_guard lock{flight_mutex};
    if (--in_flight == 0) landed.notify_all();
  }

  // ---- Desks -----------------------------------------------------------------------------------

  void at_desk(const ExchangePtr& exchange, Job job) {
    {
      const std::lock_guard lock{jobs_mutex};
      if (jobs.size() < settings.max_waiting_requests && parts.make_desk) {
        jobs.push_back({exchange, std::move(job)});
        jobs_wake.notify_one();
        return;
      }
    }
    send(exchange, problem(503, "too many requests at once"));
  }

  void run_desk() {
    Desks desks;
    for (;;) {
      std::pair<ExchangePtr, Job> next;
      {
        std::unique_lock lock{jobs_mutex};
        jobs_wake.wait(lock, [this] { return !jobs.empty() || stopping_desks(); });
        if (jobs.empty()) return;
        next = std::move(jobs.front());
        jobs.pop_front();
      }
      try {
        if (!desks.residents) {
          if (parts.make_office) desks.officials = parts.make_office();
          desks.residents = parts.make_desk();
        }
        next.second(desks);
      } catch (const std::exception& error) {
        // Store and vault make their connection anew at the next call.
        if (parts.fault) parts.fault(error.what());
        respond(next.first, problem(503, "the data cannot be read just now"));
      }
    }
  }

  bool stopping_desks() const { return stopping && !running; }

  // ---- Streams ---------------------------------------------------------------------------------

  void open_stream(const ExchangePtr& exchange) {
    if (parts.live == nullptr) return send(exchange, problem(404));
    at_desk(exchange, [self = shared_from_this(), exchange](Desks& desks) {
      auto session = admit(*exchange->match.route, exchange->request, desks);
      if (!session) return self->respond(exchange, std::move(session.error()));
      restinio::asio_ns::post(self->context, [self, exchange, session = std::move(*session)] {
        self->begin_stream(exchange, session);
      });
    });
  }

  void begin_stream(const ExchangePtr& exchange, const identity::Session& session) {
    auto stream = std::make_shared<OpenStream>();
    std::weak_ptr<Implementation> weak = shared_from_this();
    const auto id =
        stopping ? std::nullopt
                 : parts.live->open(session, [weak, stream](std::string bytes) {
                     const auto self = weak.lock();
                     if (!self) return;
                     restinio::asio_ns::post(self->context, [self, stream, bytes] {
                       bytes.empty() ? self->end_stream(stream) : self->write(stream, bytes);
                     });
                   });
    if (!id) return send(exchange, problem(503, "too many open pages"));
    stream->id = *id;
    streams.insert(stream);
    stream->builder.emplace(exchange->handle->create_response<restinio::chunked_output_t>());
    add_security_headers(*stream->builder);
    stream->builder->append_header("Cache-Control", "no-store");
    stream->builder->append_header("Content-Type", "text/event-stream");
    stream->builder->append_header("X-Accel-Buffering", "no");  // a proxy passes each event on
    stream->builder->connection_close();
    write(stream, ": connected\n\n");
    finish(exchange, 200);
  }

  void write(const StreamPtr& stream, const std::string& bytes) {
    if (stream->ended || !stream->builder) return;
    // A page that does not read is let go; it comes back and gets a snapshot.
    if (stream->backlog + bytes.size() > max_stream_backlog) return end_stream(stream);
    stream->backlog += bytes.size();
    stream->builder->append_chunk(bytes);
    std::weak_ptr<Implementation> weak = shared_from_this();
    std::weak_ptr<OpenStream> weak_stream = stream;
    stream->builder->flush([weak, weak_stream, size = bytes.size()](const auto& error) {
      const auto self = weak.lock();
      const auto written = weak_stream.lock();
      if (!self || !written) return;
      written->backlog -= size;
      // Not from within the connection's own call.
      if (error) restinio::asio_ns::post(self->context, [self, written] { self->end_stream(written); });
    });
  }

  void end_stream(const StreamPtr& stream) {
    if (stream->ended) return;
    stream->ended = true;
    parts.live->close(stream->id);
    if (stream->builder) stream->builder->done();
    stream->builder.reset();
    streams.erase(stream);
  }

  void end_streams() {
    const auto all = streams;
    for (const StreamPtr& stream : all) end_stream(stream);
  }

  const ServerSettings settings;
  const ServerParts parts;
  const StaticFiles files;
  const bool secure;

  restinio::asio_ns::io_context context;
  // Keeps the thread while nothing is connected.
  restinio::asio_ns::executor_work_guard<restinio::asio_ns::io_context::executor_type> work{
      context.get_executor()};
  std::shared_ptr<Listener> listener = std::make_shared<Listener>();
  std::unique_ptr<HttpServer> server;
  std::size_t max_connections = 0;
  std::uint16_t port = 0;
  std::atomic<bool> running{false};
  std::atomic<bool> stopping{false};
  std::set<StreamPtr> streams;  // of the HTTP thread

  std::mutex flight_mutex;
  std::condition_variable landed;
  std::size_t in_flight = 0;

  std::mutex jobs_mutex;
  std::condition_variable jobs_wake;
  std::deque<std::pair<ExchangePtr, Job>> jobs;

  std::vector<std::thread> desk_threads;
  std::thread http_thread;
};

Server::Server(ServerSettings settings, ServerParts parts)
    : implementation_(std::make_shared<Implementation>(std::move(settings), std::move(parts))) {}

Server::~Server() { stop(); }

void Server::start() { implementation_->start(); }
std::uint16_t Server::port() const { return implementation_->port; }
void Server::stop() { implementation_->stop(); }

}  // namespace elukaar::adapters::http

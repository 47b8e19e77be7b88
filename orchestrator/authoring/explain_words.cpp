#include "authoring/explain_words.hpp"

#include <cstdio>
#include <cstdlib>

namespace elukaar::authoring {
namespace {

constexpr const char* english = R"yaml(
title: "{municipality}{service}, release {release}"
section:
  writing: "Do we write to families by ourselves?"
  settings: "What is set"
  way: "What a family reads, and whose turn it is"
  silence: "What happens by time alone, where the family is to act"
  officials: "What an official must do"
  systems: "Which systems are asked"
  clocks: "Legal time limits"
  always: "What counts in every state"
writing:
  on: "Yes. We write to families before they ask, as the case goes."
  off: "No. A family hears of us only after it has asked; births are not even stored."
  unset: "That is the municipality's to say."
setting:
  own: "`{name}` is {value}{about}. The municipality has set it."
  default: "`{name}` is {value}{about}. Nobody has changed it: it is the service's own."
  unset: "`{name}` must be set by the municipality{about}."
  about: "({about})"
  on: "yes"
  off: "no"
  list: "{count, plural, one {# choice} other {# choices}}: {names}"
rounds:
  pause: "pause for {pause}"
  by: "{steps}, run by: {holder}"
term:
  days: "{n, plural, one {# day} other {# days}}"
  working: "{n, plural, one {# working day} other {# working days}}"
  months: "{n, plural, one {# month} other {# months}}"
  until: "until {day} {month}"
month:
  m1: "January"
  m2: "February"
  m3: "March"
  m4: "April"
  m5: "May"
  m6: "June"
  m7: "July"
  m8: "August"
  m9: "September"
  m10: "October"
  m11: "November"
  m12: "December"
whose:
  resident: "It is the family''s turn"
  municipality: "It is our turn"
  kindergarten: "It is the kindergarten''s turn"
  register: "A register is waited for"
  none: "Nothing is left to do"
way:
  state: "“{headline}” (`{state}`). {turn}.{by}{actions}{sent} Seen by: {seen}."
  by: "The page names the day until which: {when}."
  actions: "On the page: {actions}."
  sent_A: "It is always sent."
  sent_N: "It is sent, unless the family does not want such messages."
  sent_none: "It is only shown, not sent."
  silent: "`{state}`: nothing is shown and nothing is sent. {next}"
  end: "The case ends here."
moment:
  expression: "as `{expression}` says"
  setting: "{value} (`{name}`)"
  delay: "at `{name}` ({when})"
  period: "after {period}"
silence:
  goes: "“{headline}”: if nobody has answered {when}, {then}{condition}."
  never: "“{headline}”: time alone changes nothing; the case waits for an answer."
outcome:
  state: "the case goes on to “{headline}” (`{state}`)"
  silent: "the case goes on to `{state}`, of which nothing is shown"
  end: "the case ends as “{headline}” (`{state}`)"
  end_silent: "the case ends without a word (`{state}`)"
  stays: "the case stays where it is"
  again: "the same begins anew (`{state}`)"
condition: "(only if `{guard}`)"
officials:
  state: "“{headline}” (`{state}`): waits for us{by}. What leads on: {events}."
  by: "; due: {when}"
  held: "`{state}`: waits without the family reading anything. What leads on: {events}."
systems:
  call: "{system}{profile} is asked in `{state}` for `{operation}`{purpose}. An answer is waited for {timeout}; then it is asked again. When it answers: {done}. When it refuses or is given up: {failed}."
  by-hand: "{system}: there is no such system here. In `{state}` an official does `{operation}` and enters the answer. When it is done: {done}. When it cannot be done: {failed}."
  profile: "(here: {profile})"
  purpose: ": {purpose}"
  seconds: "{n, plural, one {# second} other {# seconds}} a try"
clocks:
  not_before: "(not before: {moment_word})"
  clock: "`{name}`: {length}, from {starts}. It ends with: {ends}."
  pause: "`{name}` stands still while the case is in `{state}` ({basis})."
  never: "`{name}` never stands still."
  warning: "`{name}` warns {before} before its end."
always:
  event: "{event}{condition}: {then}."
  stays: "{event}{condition}: what is known of the case changes; its state stays."
source:
  event: "{event}{actions}"
  act: "(the action “{label}”)"
  timer: "a time: {when}"
  answer: "an answer of {system}"
  failure: "{system} refuses or is given up"
  always: "at once"
  done: "when its parts are done"
who:
  applicant: "the parent who applied"
  guardians: "parents with custody"
  official: "officials"
)yaml";

constexpr const char* estonian = R"yaml(
title: "{municipality}{service}, väljalase {release}"
section:
  writing: "Kas kirjutame peredele omal algatusel?"
  settings: "Mis on seatud"
  way: "Mida pere loeb ja kelle käes on järg"
  silence: "Mida toob aeg üksi seal, kus järg on pere käes"
  officials: "Mida peab tegema ametnik"
  systems: "Millistelt süsteemidelt küsitakse"
  clocks: "Seaduse tähtajad"
  always: "Mis kehtib igas olekus"
writing:
  on: "Jah. Kirjutame peredele enne, kui nad küsivad, nii nagu asi edeneb."
  off: "Ei. Pere kuuleb meist alles siis, kui on ise küsinud; sünde ei salvestatagi."
  unset: "Selle otsustab omavalitsus."
setting:
  own: "`{name}` on {value}{about}. Seadnud omavalitsus."
  default: "`{name}` on {value}{about}. Muudetud ei ole: see on teenuse enda oma."
  unset: "`{name}` peab seadma omavalitsus{about}."
  about: "({about})"
  on: "jah"
  off: "ei"
  list: "{count, plural, one {# valik} other {# valikut}}: {names}"
rounds:
  pause: "paus: {pause}"
  by: "{steps}, korraldab: {holder}"
term:
  days: "{n, plural, one {# päev} other {# päeva}}"
  working: "{n, plural, one {# tööpäev} other {# tööpäeva}}"
  months: "{n, plural, one {# kuu} other {# kuud}}"
  until: "kuni {day}. {month}"
month:
  m1: "jaanuar"
  m2: "veebruar"
  m3: "märts"
  m4: "aprill"
  m5: "mai"
  m6: "juuni"
  m7: "juuli"
  m8: "august"
  m9: "september"
  m10: "oktoober"
  m11: "november"
  m12: "detsember"
whose:
  resident: "Järg on pere käes"
  municipality: "Järg on meie käes"
  kindergarten: "Järg on lasteaia käes"
  register: "Oodatakse registrit"
  none: "Midagi teha ei ole"
way:
  state: "„{headline}“ (`{state}`). {turn}.{by}{actions}{sent} Näevad: {seen}."
  by: "Leht nimetab päeva, milleni: {when}."
  actions: "Lehel pakutakse: {actions}."
  sent_A: "Saadetakse alati."
  sent_N: "Saadetakse, kui pere ei ole selliseid teateid keelanud."
  sent_none: "Seda näidatakse, aga ei saadeta."
  silent: "`{state}`: midagi ei näidata ega saadeta. {next}"
  end: "Siin asi lõpeb."
moment:
  expression: "nii nagu ütleb `{expression}`"
  setting: "{value} (`{name}`)"
  delay: "ajal `{name}` ({when})"
  period: "pärast: {period}"
silence:
  goes: "„{headline}“: kui keegi ei ole vastanud ({when}), siis {then}{condition}."
  never: "„{headline}“: aeg üksi ei muuda midagi; oodatakse vastust."
outcome:
  state: "läheb asi edasi: „{headline}“ (`{state}`)"
  silent: "läheb asi edasi olekusse `{state}`, millest midagi ei näidata"
  end: "asi lõpeb: „{headline}“ (`{state}`)"
  end_silent: "asi lõpeb sõnatult (`{state}`)"
  stays: "asi jääb sinna, kus on"
  again: "sama algab uuesti (`{state}`)"
condition: "(ainult kui `{guard}`)"
officials:
  state: "„{headline}“ (`{state}`): oodatakse meid{by}. Edasi viib: {events}."
  by: "; tähtaeg: {when}"
  held: "`{state}`: oodatakse nii, et pere midagi ei loe. Edasi viib: {events}."
systems:
  call: "{system}{profile}: olekus `{state}` küsitakse `{operation}`{purpose}. Vastust oodatakse {timeout}; siis küsitakse uuesti. Kui vastab: {done}. Kui keeldub või loobutakse: {failed}."
  by-hand: "{system}: sellist süsteemi siin ei ole. Olekus `{state}` teeb ametnik `{operation}` ja sisestab vastuse. Kui tehtud: {done}. Kui teha ei saa: {failed}."
  profile: "(siin: {profile})"
  purpose: ": {purpose}"
  seconds: "{n, plural, one {# sekund} other {# sekundit}} korraga"
clocks:
  not_before: "(mitte enne: {moment_word})"
  clock: "`{name}`: {length}, algab: {starts}. Lõpetab: {ends}."
  pause: "`{name}` seisab, kuni asi on olekus `{state}` ({basis})."
  never: "`{name}` ei seisa kunagi."
  warning: "`{name}` hoiatab enne lõppu: {before}."
always:
  event: "{event}{condition}: {then}."
  stays: "{event}{condition}: muutub see, mis on teada; olek jääb."
source:
  event: "{event}{actions}"
  act: "(tegevus „{label}“)"
  timer: "aeg: {when}"
  answer: "vastus: {system}"
  failure: "{system} keeldub või loobutakse"
  always: "kohe"
  done: "kui osad on lõppenud"
who:
  applicant: "taotluse esitanud vanem"
  guardians: "hooldusõigusega vanemad"
  official: "ametnikud"
)yaml";

constexpr const char* russian = R"yaml(
title: "{municipality}{service}, выпуск {release}"
section:
  writing: "Пишем ли мы семьям по своей инициативе?"
  settings: "Что настроено"
  way: "Что читает семья и чья очередь действовать"
  silence: "Что происходит само со временем, когда действовать должна семья"
  officials: "Что должен сделать чиновник"
  systems: "Какие системы опрашиваются"
  clocks: "Сроки по закону"
  always: "Что действует в любом состоянии"
writing:
  on: "Да. Мы пишем семьям раньше, чем они спросят, по ходу дела."
  off: "Нет. Семья узнаёт от нас только после своего обращения; рождения даже не сохраняются."
  unset: "Это решает самоуправление."
setting:
  own: "`{name}`: {value}{about}. Настроило самоуправление."
  default: "`{name}`: {value}{about}. Не менялось: значение самой услуги."
  unset: "`{name}` должно указать самоуправление{about}."
  about: "({about})"
  on: "да"
  off: "нет"
  list: "{count, plural, one {# вариант} few {# варианта} many {# вариантов} other {# варианта}}: {names}"
rounds:
  pause: "перерыв: {pause}"
  by: "{steps}, проводит: {holder}"
term:
  days: "{n, plural, one {# день} few {# дня} many {# дней} other {# дня}}"
  working: "{n, plural, one {# рабочий день} few {# рабочих дня} many {# рабочих дней} other {# рабочих дня}}"
  months: "{n, plural, one {# месяц} few {# месяца} many {# месяцев} other {# месяца}}"
  until: "до {day} {month}"
month:
  m1: "января"
  m2: "февраля"
  m3: "марта"
  m4: "апреля"
  m5: "мая"
  m6: "июня"
  m7: "июля"
  m8: "августа"
  m9: "сентября"
  m10: "октября"
  m11: "ноября"
  m12: "декабря"
whose:
  resident: "Очередь семьи"
  municipality: "Очередь за нами"
  kindergarten: "Очередь за детским садом"
  register: "Ожидается ответ регистра"
  none: "Делать больше нечего"
way:
  state: "«{headline}» (`{state}`). {turn}.{by}{actions}{sent} Видят: {seen}."
  by: "Страница называет день, до которого: {when}."
  actions: "На странице: {actions}."
  sent_A: "Отправляется всегда."
  sent_N: "Отправляется, если семья не отказалась от таких сообщений."
  sent_none: "Только показывается, не отправляется."
  silent: "`{state}`: ничего не показывается и не отправляется. {next}"
  end: "Здесь дело заканчивается."
moment:
  expression: "как указывает `{expression}`"
  setting: "{value} (`{name}`)"
  delay: "во время `{name}` ({when})"
  period: "спустя: {period}"
silence:
  goes: "«{headline}»: если никто не ответил ({when}), то {then}{condition}."
  never: "«{headline}»: само время ничего не меняет; ожидается ответ."
outcome:
  state: "дело переходит дальше: «{headline}» (`{state}`)"
  silent: "дело переходит в `{state}`, о котором ничего не показывается"
  end: "дело заканчивается: «{headline}» (`{state}`)"
  end_silent: "дело заканчивается без сообщений (`{state}`)"
  stays: "дело остаётся на месте"
  again: "то же начинается заново (`{state}`)"
condition: "(только если `{guard}`)"
officials:
  state: "«{headline}» (`{state}`): ждут нас{by}. Дальше ведёт: {events}."
  by: "; срок: {when}"
  held: "`{state}`: ожидание, о котором семья ничего не читает. Дальше ведёт: {events}."
systems:
  call: "{system}{profile}: в состоянии `{state}` запрашивается `{operation}`{purpose}. Ответа ждут {timeout}; затем спрашивают снова. Если отвечает: {done}. Если отказывает или ожидание прекращено: {failed}."
  by-hand: "{system}: такой системы здесь нет. В состоянии `{state}` специалист выполняет `{operation}` и вносит ответ. Если выполнено: {done}. Если выполнить нельзя: {failed}."
  profile: "(здесь: {profile})"
  purpose: ": {purpose}"
  seconds: "{n, plural, one {# секунду} few {# секунды} many {# секунд} other {# секунды}} за попытку"
clocks:
  not_before: "(не раньше: {moment_word})"
  clock: "`{name}`: {length}, начало: {starts}. Заканчивает: {ends}."
  pause: "`{name}` стоит, пока дело в состоянии `{state}` ({basis})."
  never: "`{name}` никогда не стоит."
  warning: "`{name}` предупреждает до конца: {before}."
always:
  event: "{event}{condition}: {then}."
  stays: "{event}{condition}: меняется то, что известно; состояние остаётся."
source:
  event: "{event}{actions}"
  act: "(действие «{label}»)"
  timer: "время: {when}"
  answer: "ответ: {system}"
  failure: "{system}: отказ или прекращённое ожидание"
  always: "сразу"
  done: "когда части закончены"
who:
  applicant: "родитель, подавший заявление"
  guardians: "родители с правом опеки"
  official: "чиновники"
)yaml";

}  // namespace

const texts::Catalogue& explain_words() {
  using texts::Language;
  static const texts::Catalogue words = [] {
    auto read = texts::Catalogue::read({{"explain/et", Language::et, estonian},
                                         {"explain/en", Language::en, english},
                                         {"explain/ru", Language::ru, russian}});
    if (read) return std::move(*read);
    for (const Problem& problem : read.error()) std::fprintf(stderr, "%s\n", to_text(problem).c_str());
    std::abort();  // these texts are the program's own, and a test reads them
  }();
  return words;
}

}  // namespace elukaar::authoring

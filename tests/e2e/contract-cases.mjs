// The scripted case of contract-server.mjs: one generated family, in the texts of the real catalogue
// with their arguments filled in, long enough to try the layout.

export const CASE = '7c0f7a5be3a94d19a1f2f6c58e1b4d03';
export const OTHER_CASE = '00000000000000000000000000000000';

const pick = (lang) => (et, en, ru) => ({ et, en, ru })[lang];

function status(stage, t) {
  const by = {
    informed: null, checking: '2027-07-26', registering: '2027-07-27', slow: '2027-07-27', queued: '2028-04-01',
    offered: '2028-04-15', expired: '2029-04-01',
  }[stage];
  const words = {
    informed: [
      t('Saate taotleda lasteaiakohta', 'You can apply for a kindergarten place', 'Вы можете подать заявление на место в детском саду'),
      t('Rahvastikuregistri järgi on teil väikese lapse hooldusõigus ja laps elab meie linnas või vallas. Õigus lasteaia- või lastehoiukohale tekib, kui laps saab pooleteiseaastaseks (20. oktoober 2027).',
        'The population register shows that you have custody of a young child who lives in our municipality. The right to a kindergarten or childcare place starts when the child turns one and a half (20 October 2027).',
        'По данным регистра народонаселения, у вас есть право опеки над маленьким ребёнком и он живёт в нашем городе или волости. Право на место в детском саду (lasteaed) или в группе присмотра (lastehoid) возникает, когда ребёнку исполняется полтора года (20 октября 2027 г.).'),
      t('Kui soovite kohta, esitage taotlus; piisab ühe vanema taotlusest. Teadaolevad andmed on juba vormil. Kui te kohta ei soovi, ei pea te midagi tegema. Taotleda saab kuni kooli alguseni.',
        'If you want a place, send the application; one parent\'s application is enough. What we already know is filled in. If you do not want a place, you do not need to do anything. You can apply until school starts.',
        'Если место нужно, подайте заявление; достаточно заявления одного родителя. Известные нам данные уже внесены. Если место не нужно, ничего делать не надо. Заявление можно подать до начала школы.'),
      'resident', t('Teie kord', 'Your turn', 'Дело за вами'),
    ],
    checking: [
      t('Saime taotluse kätte', 'We have the application', 'Мы получили заявление'),
      t('Esitasite taotluse (19. juuli 2027). Kontrollime rahvastikuregistrist lapse ja vanemate elukohta ning hooldusõigust. Sellest sõltub, kas saame taotluse järjekorda saata.',
        'You sent the application on 19 July 2027. We are checking the child\'s and the parents\' residence and custody in the population register. This decides whether we can send the application to the queue.',
        'Вы отправили заявление 19 июля 2027 г. Мы проверяем по регистру народонаселения место жительства ребёнка и родителей и право опеки. От этого зависит, сможем ли мы передать заявление в очередь.'),
      t('Teie ei pea midagi tegema. Kontrolli tähtaeg on 26. juuli 2027.', 'You do not need to do anything. We finish the check by 26 July 2027.', 'Вам ничего делать не нужно. Мы закончим проверку не позднее 26 июля 2027 г.'),
      'register', t('Ootame registri vastust', 'Waiting for a register', 'Ждём ответа регистра'),
    ],
    registering: [
      t('Ootame kinnitust järjekorda võtmise kohta', 'Waiting for the queue to be confirmed', 'Ждём подтверждения, что заявление в очереди'),
      t('Andmed on kontrollitud. Saatsime taotluse lasteaiakohtade registrisse, aga register ei ole seda veel kinnitanud. Kuni kinnituseni ei ole taotlus kindlalt järjekorras.',
        'The details are checked. We sent the application to the register of kindergarten places, and the register has not confirmed it yet. Until it does, the application is not certain to be in the queue.',
        'Данные проверены. Мы передали заявление в регистр мест в детских садах, но регистр его ещё не подтвердил. До подтверждения нельзя точно сказать, что заявление в очереди.'),
      t('Teie ei pea midagi tegema. Kirjutame teile registri vastusest; selle tähtaeg on 27. juuli 2027. Taotluse esitamise aeg ei muutu.',
        'You do not need to do anything. We will write to you about the register\'s answer by 27 July 2027. Your time of application does not change.',
        'Вам ничего делать не нужно. Мы сообщим ответ регистра не позднее 27 июля 2027 г. Время подачи заявления не изменится.'),
      'register', t('Ootame registri vastust', 'Waiting for a register', 'Ждём ответа регистра'),
    ],
    queued: [
      t('Taotlus on järjekorras', 'The application is in the queue', 'Заявление в очереди'),
      t('Kohti jagame selle reegli järgi: taotluse esitamise aeg oma piirkonnas. Praegu on teie ees 14 last. See arv võib ka kasvada.',
        'We give out places by this rule: time of application within the service area. 14 children are ahead of yours now. This number can also grow.',
        'Места распределяются по правилу: время подачи заявления в своём районе. Сейчас перед вами 14 детей. Это число может и вырасти.'),
      t('Teie ei pea midagi tegema. Järgmine kohtade jagamine on plaanis: 1. aprill 2028.', 'You do not need to do anything. The next giving out of places is planned for 1 April 2028.', 'Вам ничего делать не нужно. Следующее распределение мест планируется 1 апреля 2028 г.'),
      'municipality', t('Meie kord', 'Our turn', 'Дело за нами'),
    ],
  };
  words.slow = words.checking;
  words.expired = words.queued;
  words.offered = [
    t('Pakume teile kohta', 'We offer you a place', 'Мы предлагаем вам место'),
    t('Lasteaed „Lagedi lasteaed“. Koha algus: 1. september 2028. See on esimene valik.', 'Kindergarten: Lagedi lasteaed. Start: 1 September 2028. This is the first choice.', 'Детский сад «Lagedi lasteaed». Начало: 1 сентября 2028 г. Это первый выбор.'),
    t('Võtke koht vastu, loobuge või lükake algust edasi. Vastuse tähtaeg on 15. aprill 2028. Kui vastust ei tule, arvestame, et kohast loobuti.', 'Accept, decline or postpone by 15 April 2028. If there is no answer, we count it as declined.', 'Примите место, откажитесь или отложите начало. Ответьте не позднее 15 апреля 2028 г. Если ответа не будет, мы будем считать это отказом от места.'),
    'resident', t('Teie kord', 'Your turn', 'Дело за вами'),
  ];
  const [headline, body, next, turn, turnText] = words[stage];
  const daysLeft = stage === 'offered' ? t('Jäänud 9 päeva', '9 days left', 'Осталось 9 дней') : null;
  return { key: stage === 'slow' ? 'checking' : stage, headline, body, next, turn, turnText, by, daysLeft };
}

export function summary(server, lang) {
  const t = pick(lang);
  const { headline, turn, turnText, by } = status(server.stage, t);
  return { case: CASE, revision: server.revision, subject: { name: 'Juhan Maasikas' }, municipality: { name: 'Rae vald' }, headline, turn, turnText, by };
}

export function caseView(server, lang) {
  const t = pick(lang);
  const now = status(server.stage, t);
  const open = server.stage === 'informed';
  const apply = { name: 'apply', label: t('Esita taotlus', 'Apply', 'Подать заявление'), primary: true, automatic: false, form: 'application', subject: 's1', revision: '1', effect: null, reasons: null };
  return {
    case: CASE, revision: server.revision, updatedAt: '2027-07-19T06:05:00Z', number: '0653-482195',
    service: t('Lasteaiakoht', 'Kindergarten place', 'Место в детском саду'),
    subject: { name: 'Juhan Maasikas', bornOn: '2026-04-20' }, municipality: { name: 'Rae vald' },
    status: {
      ...now, final: false,
      delayed: server.stage === 'slow' ? {
        text: t('Andmekogu „rahvastikuregister“ praegu ei vasta. Proovime uuesti; teie taotluse aeg säilib.', 'The register "population register" does not answer at the moment. We keep trying; your place in time is kept.', 'Регистр «регистр народонаселения» сейчас не отвечает. Мы повторяем запрос; время вашего заявления сохраняется.'),
        system: 'population-register', since: '2027-07-19T06:05:30Z',
      } : null,
      legalBasis: [
        { id: 'place-right', text: t('Õigus kohale: alusharidusseadus', 'Right to a place: Early Childhood Education Act', 'Право на место: закон о дошкольном образовании'), url: 'https://example.test/act' },
        { id: 'admission-order', text: t('Rae valla lasteaeda vastuvõtu kord', 'Rae municipality\'s admission rules', 'Порядок приёма в детские сады волости Раэ'), url: null },
      ],
      contact: { unit: t('Rae valla haridusamet', 'Rae municipality, education department', 'Отдел образования волости Раэ'), phone: '+372 605 6750', email: 'haridus@rae.example', hours: t('E–N 9–16, R 9–14', 'Mon–Thu 9–16, Fri 9–14', 'Пн–Чт 9–16, Пт 9–14') },
      catalogue: '2026.1',
    },
    clock: ['informed', 'checking', 'slow'].includes(server.stage) ? null : clock(server, t),
    card: ['offered', 'expired'].includes(server.stage) ? card(server.stage, t) : null,
    actions: open ? [apply] : server.stage === 'offered' ? answers(server, t) : [],
    messages: messages(server.stage, t),
    timeline: timeline(server.stage, t),
    application: open ? known(t).slice(0, 3) : [...known(t), { id: 'preferences', label: t('Soovitud lasteaiad', 'Wished kindergartens', 'Желаемые детские сады'), value: 'Lagedi lasteaed, Peetri lasteaed', origin: null }],
    why: why(server.stage, t),
    seenBy: [
      { role: t('vanem', 'parent', 'родитель'), name: 'Mari Maasikas', you: true },
      { role: t('vanem', 'parent', 'родитель'), name: 'Jüri Maasikas', you: false },
      { role: t('haridusametnik', 'education official', 'специалист по образованию'), name: t('Rae valla haridusamet', 'Rae municipality, education department', 'Отдел образования волости Раэ'), you: false },
    ],
    dataUse: open ? [] : [{ at: '2027-07-19T06:05:00Z', who: t('Rahvastikuregister', 'Population register', 'Регистр народонаселения'), purpose: t('Elukoha ja hooldusõiguse kontroll', 'Check of residence and custody', 'Проверка места жительства и права опеки') }],
  };
}

function timeline(stage, t) {
  const parent = t('teie', 'you', 'вы');
  const us = t('Rae vald', 'Rae municipality', 'волость Раэ');
  const done = [
    { title: t('Sünd registreeriti', 'The birth was registered', 'Рождение зарегистрировано'), at: '2026-04-21T09:00:00Z', actor: t('rahvastikuregister', 'population register', 'регистр народонаселения') },
    { title: t('Kirjutasime teile, et saate taotleda', 'We told you that you can apply', 'Мы сообщили, что можно подать заявление'), at: '2027-07-12T06:00:00Z', actor: us },
  ];
  const checked = { title: t('Elukoht ja hooldusõigus kontrolliti', 'Residence and custody were checked', 'Место жительства и право опеки проверены'), at: '2027-07-19T06:20:00Z', actor: us };
  if (stage !== 'informed') done.push({ title: t('Esitasite taotluse', 'You sent the application', 'Вы отправили заявление'), at: '2027-07-19T06:04:00Z', actor: parent });
  if (['registering', 'queued', 'offered', 'expired'].includes(stage)) done.push(checked);
  const now = {
    informed: [t('Ootame, kas soovite kohta', 'Waiting to hear whether you want a place', 'Ждём, нужно ли вам место'), parent],
    checking: [t('Elukoha ja hooldusõiguse kontroll', 'Check of residence and custody', 'Проверка места жительства и права опеки'), t('rahvastikuregister', 'population register', 'регистр народонаселения')],
    registering: [t('Register kinnitab järjekorda võtmise', 'The register confirms the queue', 'Регистр подтверждает постановку в очередь'), t('lasteaiakohtade register', 'register of kindergarten places', 'регистр мест в детских садах')],
    queued: [t('Ootame kohtade jagamist', 'Waiting for places to be given out', 'Ждём распределения мест'), us],
  };
  now.slow = now.checking;
  now.offered = [t('Ootame teie vastust', 'We wait for your answer', 'Ждём вашего ответа'), parent];
  now.expired = now.queued;
  const next = [
    { title: t('Kohtade jagamine', 'Places are given out', 'Распределение мест'), by: '2028-04-01', actor: us },
    { title: t('Pakkumine ja teie vastus', 'Offer and your answer', 'Предложение и ваш ответ'), by: null, actor: parent, text: t('Kui võtate koha vastu, kinnitab lasteaed selle.', 'If you accept, the kindergarten confirms the place.', 'Если вы примете место, детский сад его подтвердит.') },
    { title: t('Lasteaia algus', 'Start of kindergarten', 'Начало детского сада'), by: '2028-09-01', actor: t('lasteaed', 'kindergarten', 'детский сад') },
  ];
  if (stage === 'offered') next.splice(0, next.length,
    { branch: t('Kui võtate vastu', 'If you accept', 'Если примете'), title: t('Register kinnitab vastuse', 'The register confirms the answer', 'Регистр подтверждает ответ'), by: null, actor: us },
    { branch: t('Kui loobute', 'If you decline', 'Если откажетесь'), title: t('Taotlus on järjekorras', 'The application is in the queue', 'Заявление в очереди'), by: null, actor: us });
  const [title, actor] = now[stage];
  return [
    ...done.map((item) => ({ group: 'done', branch: null, by: null, text: null, ...item })),
    { group: 'now', branch: null, title, at: null, by: status(stage, t).by, actor, text: null },
    ...next.map((item) => ({ group: 'next', branch: null, at: null, text: null, ...item })),
  ];
}

function known(t) {
  const register = { source: t('Rahvastikuregister', 'Population register', 'Регистр народонаселения'), asOf: '2027-07-12', text: t('Allikas: rahvastikuregister, 12. juuli 2027', 'Source: population register, 12 July 2027', 'Источник: регистр народонаселения, 12 июля 2027 г.') };
  return [
    { id: 'child.name', label: t('Lapse nimi', 'Child\'s name', 'Имя ребёнка'), value: 'Juhan Maasikas', origin: register },
    { id: 'child.bornOn', label: t('Sünniaeg', 'Date of birth', 'Дата рождения'), value: t('20. aprill 2026', '20 April 2026', '20 апреля 2026 г.'), origin: register },
    { id: 'guardians', label: t('Vanemad', 'Parents', 'Родители'), value: 'Mari Maasikas, Jüri Maasikas', origin: register },
    { id: 'residence', label: t('Elukoht', 'Residence', 'Место жительства'), value: 'Näidise tee 12-3, Peetri alevik, Rae vald', origin: register },
  ];
}

function why(stage, t) {
  const steps = [{
    at: '2027-07-12T06:00:00Z',
    event: t('Teavitamise päev jõudis kätte', 'The day of the notice came', 'Наступил день уведомления'),
    rule: t('Teatame 15 kuu vanuselt, kui laps elab siin ja kohta veel ei ole.', 'We write at 15 months of age, when the child lives here and has no place yet.', 'Мы пишем в 15 месяцев, если ребёнок живёт здесь и места ещё нет.'),
    outcome: t('Kutsusime taotlema', 'We invited you to apply', 'Мы пригласили подать заявление'),
    facts: [
      { name: t('lapse elukoht', 'child\'s residence', 'место жительства ребёнка'), value: t('Rae vald (12. juuli 2027)', 'Rae (12 July 2027)', 'волость Раэ (12 июля 2027 г.)') },
      { name: t('koht olemas', 'has a place', 'место есть'), value: t('ei', 'no', 'нет') },
    ],
  }];
  if (stage !== 'informed') steps.unshift({
    at: '2027-07-19T06:04:00Z',
    event: t('Taotlus saabus', 'The application arrived', 'Поступило заявление'),
    rule: t('Enne järjekorda kontrollime elukohta ja hooldusõigust.', 'Before the queue we check residence and custody.', 'Перед очередью мы проверяем место жительства и право опеки.'),
    outcome: t('Küsisime rahvastikuregistrilt', 'We asked the population register', 'Мы запросили регистр народонаселения'),
    facts: [],
  });
  return steps;
}

function clock(server, t) {
  const paused = server.clock === 'paused';
  return {
    name: t('Aeg koha pakkumiseks', 'Time to offer a place', 'Срок предложения места'), state: server.clock, due: '2028-05-01',
    text: t('kasutatud 23 päeva, jäänud 37 päeva', '23 days used, 37 days left', 'прошло 23 дня, осталось 37 дней'),
    paused: paused ? t('Aeg seisab alates 1. aprillist 2028: ootame teie andmeid.', 'It stands still since 1 April 2028: we wait for your details.', 'Срок не идёт с 1 апреля 2028 г.: мы ждём ваши данные.') : null,
  };
}

function card(stage, t) {
  const open = stage === 'offered';
  const fact = (id, label, value) => ({ id: `offer.${id}`, label, value, origin: null });
  return {
    title: t('Pakkumine', 'The offer', 'Предложение'), subject: 'offer-7', open,
    facts: [
      fact('kindergarten', t('Lasteaed', 'Kindergarten', 'Детский сад'), 'Lagedi lasteaed'),
      fact('group', t('Rühm', 'Group', 'Группа'), 'Liblikad'),
      fact('language', t('Rühma keel', 'Language of the group', 'Язык группы'), t('eesti', 'Estonian', 'эстонский')),
      fact('start', t('Algus', 'Start', 'Начало'), t('1. september 2028', '1 September 2028', '1 сентября 2028 г.')),
      fact('kind', t('Milline koht', 'Kind of place', 'Какое место'), t('esimene valik', 'first choice', 'первый выбор')),
      fact('rule', t('Reegel', 'Rule', 'Правило'), t('taotluse esitamise aeg oma piirkonnas', 'time of application within the service area', 'время подачи заявления в своём районе')),
    ],
    deadline: open ? '2028-04-15' : null, daysLeft: open ? t('Jäänud 9 päeva', '9 days left', 'Осталось 9 дней') : null,
    silence: open ? t('Kui vastust ei tule, arvestame, et kohast loobuti. Taotlus jääb järjekorda.', 'If there is no answer, we count it as declined. The application stays in the queue.', 'Если ответа не будет, мы будем считать это отказом. Заявление остаётся в очереди.') : null,
    outcome: open ? null : { title: t('Vastuse tähtaeg möödus', 'The time to answer ended', 'Срок ответа истёк'), at: '2028-04-15T21:00:00Z', text: t('Taotlus on järjekorras', 'The application is in the queue', 'Заявление в очереди') },
  };
}

function answers(server, t) {
  const about = { subject: 'offer-7', revision: String(server.offerRevision), automatic: false, primary: false, form: null, reasons: null };
  const reasons = [
    { value: 'too-far', label: t('Lasteaed on liiga kaugel', 'The kindergarten is too far', 'Детский сад слишком далеко'), effect: t('taotlus jääb järjekorda samale kohale', 'the application keeps its place in the queue', 'заявление сохраняет место в очереди') },
    { value: 'not-needed', label: t('Me ei vaja enam kohta', 'We no longer need a place', 'Место больше не нужно'), effect: t('taotlus lõpeb; võite hiljem uuesti taotleda', 'the application ends; you can apply again later', 'заявление завершится; позже можно подать новое') },
  ];
  return [
    { ...about, name: 'open-offer', label: 'open-offer', automatic: true, effect: null },
    { ...about, name: 'accept', primary: true, label: t('Võtan koha vastu', 'I accept the place', 'Принимаю место'), effect: t('Küsime registrilt kinnitust. Teised taotlused selle lapse kohta lõpevad.', 'We ask the register to confirm. Other applications for this child end.', 'Мы запросим подтверждение регистра. Другие заявления на этого ребёнка завершатся.') },
    { ...about, name: 'decline', label: t('Loobun kohast', 'I decline the place', 'Отказываюсь от места'), effect: t('Mis edasi saab, sõltub põhjusest.', 'What follows depends on the reason.', 'Последствие зависит от причины.'), reasons },
    { ...about, name: 'postpone', label: t('Soovin hilisemat algust', 'I want a later start', 'Хочу более позднее начало'), effect: t('Koht jääb teile, kui register uue alguse kinnitab.', 'The place stays yours if the register confirms the new start.', 'Место останется за вами, если регистр подтвердит новое начало.'), form: 'postpone' },
    { name: 'withdraw', label: t('Võtan taotluse tagasi', 'I withdraw the application', 'Отзываю заявление'), automatic: false, primary: false, form: null, reasons: null, subject: CASE, revision: '1', effect: null },
  ];
}

function messages(stage, t) {
  const said = (at, kind, title, text) => ({ at, kind, title, text, corrects: null, correctedBy: null });
  const list = [said('2027-07-12T06:00:00Z', 'action', t('Saate taotleda lasteaiakohta', 'You can apply for a kindergarten place', 'Вы можете подать заявление на место в детском саду'), null)];
  if (stage === 'informed') return list;
  list.push(said('2027-07-19T06:05:00Z', 'notice', t('Saime taotluse kätte', 'We have the application', 'Мы получили заявление'), t('Esitasite taotluse 18. juulil.', 'You sent the application on 18 July.', 'Вы отправили заявление 18 июля.')));
  list.push({ ...said('2027-07-20T06:05:00Z', 'correction', t('Parandame oma teadet', 'We correct our message', 'Исправляем своё сообщение'), t('Õige kuupäev on 19. juuli.', 'The right date is 19 July.', 'Верная дата: 19 июля.')), corrects: 1 });
  list[1].correctedBy = 2;
  if (['queued', 'offered', 'expired'].includes(stage)) list.push(said('2027-07-21T06:05:00Z', 'notice', t('Taotlus on järjekorras', 'The application is in the queue', 'Заявление в очереди'), null));
  return list;
}

export function postponeView(lang) {
  const t = pick(lang);
  return {
    form: 'postpone', title: t('Hilisem algus', 'A later start', 'Более позднее начало'), subject: 'offer-7', revision: '1', known: [],
    asked: [{
      id: 'start', type: 'choice', label: t('Uus algus', 'New start', 'Новое начало'), help: null,
      options: [['2028-10-01', t('oktoober 2028', 'October 2028', 'октябрь 2028 г.')], ['2028-11-01', t('november 2028', 'November 2028', 'ноябрь 2028 г.')]].map(([value, label]) => ({ value, label })),
    }],
    keepsDraft: false, draft: null,
    submitLabel: t('Saada vastus', 'Send the answer', 'Отправить ответ'),
  };
}

export function formView(lang, draft) {
  const t = pick(lang);
  return {
    form: 'application', title: t('Lasteaiakoha taotlus', 'Kindergarten application', 'Заявление на место в детском саду'), subject: 's1', revision: '1',
    known: known(t),
    asked: [
      {
        id: 'preferences', type: 'ranked', label: t('Lasteaiad eelistuse järjekorras', 'Kindergartens in order of preference', 'Детские сады в порядке предпочтения'),
        help: t('Valige üks kuni kolm lasteaeda, meelepärasem ees.', 'Choose one to three kindergartens, the best first.', 'Выберите от одного до трёх детских садов, лучший первым.'), atLeast: 1, atMost: 3,
        options: ['Assaku lasteaed', 'Järveküla lasteaed', 'Lagedi lasteaed', 'Peetri lasteaed', 'Vaida lasteaed'].map((label, index) => ({ value: `k${index + 1}`, label })),
      },
      {
        id: 'wishedStart', type: 'choice', label: t('Soovitud algus', 'Wished start', 'Желаемое начало'), help: null,
        options: [['2027-11-01', t('november 2027', 'November 2027', 'ноябрь 2027 г.')], ['2028-01-01', t('jaanuar 2028', 'January 2028', 'январь 2028 г.')], ['2028-09-01', t('september 2028', 'September 2028', 'сентябрь 2028 г.')]].map(([value, label]) => ({ value, label })),
      },
      { id: 'language', type: 'choice', label: t('Rühma keel', 'Language of the group', 'Язык группы'), help: null, options: [{ value: 'et', label: t('eesti', 'Estonian', 'эстонский') }, { value: 'ru', label: t('vene', 'Russian', 'русский') }] },
    ],
    keepsDraft: true, draft,
    submitLabel: t('Saada taotlus', 'Send the application', 'Отправить заявление'),
  };
}

export function officeRow(server, lang) {
  const { headline, turn, turnText, by } = status(server.stage, pick(lang));
  return { case: CASE, number: '0653-482195', service: 'Lasteaiakoht', headline, turn, turnText, by, changedAt: '2027-07-19T06:05:00Z' };
}

export const TASK = '018f3c5e000070008000000000000001';

export function taskRow(lang) {
  const t = pick(lang);
  return { task: TASK, case: CASE, number: '0478-482195', title: t('Kandke taotlus nimekirja', 'Enter the application in the list', 'Внесите заявление в список'), by: '2027-08-11', overdue: true, since: '2027-08-09T06:05:00Z' };
}

export function taskView(lang) {
  const t = pick(lang);
  const field = (path, type, label, more = {}) => ({ path, type, required: true, label, options: [], proposed: null, ...more });
  return {
    ...taskRow(lang), todo: t('Kandke taotlus oma nimekirja.', 'Enter the application in your list.', 'Внесите заявление в свой список.'),
    persons: [
      { who: 'child', label: t('Laps', 'Child', 'Ребёнок'), name: 'Juhan Maasikas', personalCode: '52503150198' },
      { who: 'applicant', label: t('Taotluse esitanud vanem', 'Parent who applied', 'Родитель, подавший заявление'), name: 'Mari Maasikas', personalCode: null },
    ],
    facts: [{ label: t('Soovitud algus', 'Wished start', 'Желаемое начало'), text: t('1. detsember 2027', '1 December 2027', '1 декабря 2027 г.') }],
    fields: [
      field('/registerId', 'text', t('Number nimekirjas', 'Number in the list', 'Номер в списке')),
      field('/status', 'choice', t('Kus taotlus on', 'Where the application stands', 'Где стоит заявление'), {
        options: [['queued', t('Järjekorras', 'In the queue', 'В очереди')], ['waiting', t('Ootab hilisemat aastat', 'Waits for a later year', 'Ждёт более позднего года')]].map(([value, label]) => ({ value, label })),
      }),
      field('/queue/position', 'number', t('Koht järjekorras', 'Place in the queue', 'Место в очереди'), { required: false }),
    ],
    refusals: [{ value: 'application-refused', label: t('Taotlust ei saa nimekirja kanda', 'The application cannot be entered in the list', 'Заявление нельзя внести в список') }],
  };
}

export function officeCase(server, lang) {
  const field = (path, type, more = {}) => ({ path, type, required: true, about: 'What the event carries.', options: [], proposed: null, ...more });
  return {
    case: CASE, reader: 0, guardians: [{ name: 'Mari Maasikas' }, { name: 'Jüri Maasikas' }], seen: caseView(server, lang),
    entries: [{ event: 'offer-made', title: 'An offer was made', fields: [
      field('/offer/id', 'text'), field('/offer/revision', 'number', { proposed: 1 }), field('/offer/start', 'date'),
      field('/offer/kind', 'choice', { options: ['first', 'other'] }), field('/offer/canPostpone', 'yes-no'),
      field('/offer/group', 'text', { required: false }),
    ] }],
    identifiedBy: ['id-document', 'control-questions', 'signed-letter'],
    history: [{ at: '2027-07-19T06:05:00Z', kind: 'event', name: 'application-submitted', disposition: 'applied', rules: ['informed.on.application-submitted[0]'] }],
  };
}

// The releases that the pages are looked at with: each is there for something that pages get wrong. All of it is made up.
import { PDF, quay, stripes } from './pictures.mjs'

const CLOSING = {
  en: {
    title: 'Ninth Tide and Coast Conference closes in Valparaíso with a plan for 60 new gauges',
    subtitle: 'Forty-one states agree to share sea-level data within the minute',
    dateline: 'Valparaíso',
    summary: 'The conference closed on Thursday. Sixty new gauges will be built by 2029, half of them on islands that have none.',
    body: 'The Ninth Tide and Coast Conference closed in Valparaíso on Thursday after three days.\n\n## What was agreed\n\n- Sixty new gauges by **2029**, half of them on islands that have none.\n- Data within one minute, free of charge, under [one licence](https://data.tidewater.example/licence).\n- A school for forty observers a year.\n\n> A gauge that nobody reads is a stick in the water.\n\nThe next conference will be held in 2028.',
    format: 'markdown',
  },
  fr: {
    title: 'La neuvième conférence sur les marées s’achève à Valparaíso avec un plan de 60 nouveaux marégraphes',
    subtitle: 'Quarante et un États partageront leurs données en moins d’une minute',
    dateline: 'Valparaíso',
    summary: 'La conférence s’est achevée jeudi. Soixante marégraphes seront construits d’ici à 2029, dont la moitié sur des îles qui n’en ont pas.',
    body: 'La neuvième conférence sur les marées s’est achevée jeudi à Valparaíso, après trois jours.\n\n## Ce qui a été décidé\n\n- Soixante marégraphes d’ici à **2029**.\n- Des données en une minute, sans frais.\n\nLa prochaine conférence aura lieu en 2028.',
  },
  zh: {
    title: '第九届潮汐与海岸会议在瓦尔帕莱索闭幕，计划新建60座验潮站',
    subtitle: '四十一个国家同意在一分钟内共享海平面数据',
    dateline: '瓦尔帕莱索',
    summary: '会议于星期四闭幕。到2029年将建成六十座新的验潮站，其中一半建在目前没有验潮站的岛屿上。',
    body: '第九届潮汐与海岸会议历时三天，于星期四在瓦尔帕莱索闭幕。\n\n## 会议决定\n\n- 到**2029**年新建六十座验潮站。\n- 数据在一分钟内免费提供。\n\n下一届会议将于2028年举行。',
  },
  es: {
    title: 'La novena conferencia sobre mareas concluye en Valparaíso con un plan de 60 nuevos mareógrafos',
    subtitle: 'Cuarenta y un Estados compartirán sus datos en menos de un minuto',
    dateline: 'Valparaíso',
    summary: 'La conferencia concluyó el jueves. Se construirán sesenta mareógrafos antes de 2029, la mitad en islas que no tienen ninguno.',
    body: 'La novena conferencia sobre mareas concluyó el jueves en Valparaíso, después de tres días.\n\n## Lo acordado\n\n- Sesenta mareógrafos antes de **2029**.\n- Datos en un minuto y sin costo.\n\nLa próxima conferencia se celebrará en 2028.',
  },
  ru: {
    title: 'Девятая конференция по приливам завершилась в Вальпараисо: будет построено 60 новых мареографов',
    subtitle: 'Сорок одно государство будет обмениваться данными в течение минуты',
    dateline: 'Вальпараисо',
    summary: 'Конференция завершилась в четверг. До 2029 года будет построено шестьдесят мареографов, половина из них на островах.',
    body: 'Девятая конференция по приливам завершилась в четверг в Вальпараисо после трёх дней работы.\n\n## Что решено\n\n- Шестьдесят мареографов до **2029** года.\n- Данные в течение минуты и бесплатно.\n\nСледующая конференция состоится в 2028 году.',
  },
  ar: {
    title: 'اختتام المؤتمر التاسع للمد والجزر في فالبارايسو بخطة لبناء 60 محطة قياس جديدة',
    subtitle: 'إحدى وأربعون دولة تتفق على تبادل بيانات مستوى سطح البحر خلال دقيقة',
    dateline: 'فالبارايسو',
    summary: 'اختتم المؤتمر أعماله يوم الخميس. ستُبنى ستون محطة جديدة بحلول عام 2029، نصفها في جزر ليس فيها أي محطة.',
    body: 'اختتم المؤتمر التاسع للمد والجزر أعماله يوم الخميس في فالبارايسو بعد ثلاثة أيام.\n\n## ما اتُّفق عليه\n\n- ستون محطة جديدة بحلول عام **2029**.\n- بيانات خلال دقيقة واحدة ومجانًا.\n- المعيار TIDE-2 (الإصدار 1.4) في جميع المحطات.\n\nيُعقد المؤتمر المقبل في عام 2028.',
  },
}

/** Every element that a body may hold. */
const MARKUP = `<h2>What may stand in a text</h2><p>A <strong>strong</strong>, <em>stressed</em>, <mark>marked</mark>, <small>small</small> and
<s>former</s> word; H<sub>2</sub>O, 10<sup>3</sup>, <abbr title="Mean sea level">MSL</abbr>, <code>tide.level</code>, <kbd>Enter</kbd>,
<q>a quotation</q>, <ruby>潮<rp>(</rp><rt>cháo</rt><rp>)</rp></ruby>, <time datetime="2026-02-11">11 February</time>, <bdi>قياس</bdi>.</p>
<h3>Lists</h3><ol start="3"><li>three<ul><li>inside</li></ul></li><li>four</li></ol><dl><dt>Gauge</dt><dd>It measures.</dd></dl>
<h3>A wide table</h3><table><caption>Mean level in millimetres</caption><thead><tr>${[...'ABCDEFGH'].map((l) => `<th scope="col">Station ${l}</th>`).join('')}</tr></thead>
<tbody><tr>${Array.from({ length: 8 }, (_, n) => `<td>${1000 + 37 * n}</td>`).join('')}</tr></tbody></table>
<h3>A long line of code</h3><pre><code>curl https://data.tidewater.example/v2/stations/valparaiso/levels?from=2026-01-01T00:00:00Z&amp;to=2026-02-01T00:00:00Z&amp;format=csv</code></pre>
<blockquote><p lang="fr">La mer ne lit pas les communiqués.</p></blockquote><hr>
<p>${'https://data.tidewater.example/' + 'levels-'.repeat(30)}</p>`

const sentence = 'The gauge at the end of the pier was read at low water, at high water and once between the two. '

/** What is posted, in this order, each under the name by which tests ask for it. */
const PLAIN = {
  fallback: {
    date: '2026-03-05',
    texts: {
      en: { title: 'Harbour of Rimouski opens its archive of ice records', summary: 'Ice was written down there every winter since 1871.', body: 'The archive is open on weekdays.\n\nIt holds 154 winters.' },
      fr: { title: 'Le port de Rimouski ouvre ses archives des glaces', summary: 'La glace y est notée chaque hiver depuis 1871.', body: 'Les archives sont ouvertes en semaine.\n\nElles comptent 154 hivers.' },
    },
    topics: ['research'],
  },
  arabic: {
    date: '2026-02-20',
    language: 'ar',
    texts: {
      ar: {
        title: 'افتتاح محطة قياس في رأس الحد (RH-07)',
        subtitle: 'تقيس المحطة 1,440 مرة في اليوم',
        summary: 'تُرسل محطة RH-07 بياناتها إلى Tidewater كل دقيقة.',
        body: 'افتُتحت اليوم محطة قياس في رأس الحد.\n\nتُرسل المحطة بياناتها بصيغة CSV و JSON إلى https://data.tidewater.example/rh-07 كل دقيقة، أي 1,440 مرة في اليوم.',
      },
    },
    topics: ['technology'],
  },
  chinese: {
    date: '2026-02-14',
    language: 'zh',
    texts: { zh: { title: '舟山验潮站恢复观测', summary: '经过八个月的修缮，该站恢复观测。', body: '舟山验潮站今天恢复观测。\n\n修缮历时八个月。' } },
    topics: ['technology'],
  },
  markup: {
    date: '2026-02-11',
    texts: { en: { title: 'House style: what may stand in a text', summary: 'Every kind of text that a release may have.', body: MARKUP, format: 'html' } },
  },
  unbroken: {
    date: '2026-01-30',
    texts: {
      en: { title: 'Pneumonoultramicroscopic'.repeat(13).slice(0, 300), summary: 'Gauge'.repeat(100), body: 'https://data.tidewater.example/' + 'x'.repeat(600) },
      ar: { title: 'مدوجزر'.repeat(50).slice(0, 300), body: 'نص قصير.' },
    },
  },
  endless: {
    date: '2026-01-12',
    texts: { en: { title: 'Minutes of the working group on piers', summary: 'They are read out in one breath.', body: sentence.repeat(Math.ceil(100_000 / sentence.length)), format: 'text' } },
    topics: ['conferences'],
  },
  withdrawn: {
    date: '2025-12-18',
    texts: {
      en: { title: 'Sea level at Esbjerg fell by nine metres', summary: 'A wrong figure.', body: 'The gauge says so.' },
      ar: { title: 'انخفاض مستوى سطح البحر في إسبيرغ تسعة أمتار', body: 'هكذا تقول المحطة.' },
    },
    topics: ['research'],
  },
  corrected: {
    date: '2025-12-03',
    texts: {
      en: { title: 'Twelve stations join the minute network', summary: 'They send every minute.', body: 'Twelve stations joined the network today.' },
      ru: { title: 'Двенадцать станций вошли в минутную сеть', summary: 'Они передают данные каждую минуту.', body: 'Сегодня в сеть вошли двенадцать станций.' },
    },
    topics: ['technology', 'research'],
  },
}

const withFiles = async (room, release, files) => {
  const draft = await room.post({ ...release, status: 'draft' })
  const media = []
  for (const { name, type, bytes, ...more } of files) media.push({ ...(await room.send(draft.id, name, type, bytes)), ...more })
  return room.save(draft.id, draft.revision, { ...release, status: 'published', media })
}

/** Fills a newsroom. Answers the stored revision of each release by its name. */
export async function furnish(room) {
  const made = {}
  made.closing = await withFiles(
    room,
    {
      date: '2026-03-12',
      texts: CLOSING,
      topics: ['conferences', 'research'],
      event: { name: 'Ninth Tide and Coast Conference', start: '2026-03-10', end: '2026-03-12', place: 'Valparaíso, Chile', url: 'https://conference.tidewater.example/9' },
      links: [{ url: 'https://conference.tidewater.example/9/programme', label: { en: 'Programme', fr: 'Programme', ar: 'البرنامج' } }, { url: 'https://conference.tidewater.example/9/photos' }],
      contacts: ['press'],
      boilerplates: ['about'],
    },
    [
      {
        ...{ name: 'quay.png', type: 'image/png', bytes: quay(1200, 800), credit: 'Ana Lima' },
        alt: { en: 'The quay of Valparaíso at sunset', fr: 'Le quai de Valparaíso au coucher du soleil', zh: '日落时的瓦尔帕莱索码头', es: 'El muelle de Valparaíso al atardecer', ru: 'Причал Вальпараисо на закате', ar: 'رصيف فالبارايسو عند الغروب' },
        caption: { en: 'The old gauge stands at the end of the quay.', ar: 'تقع المحطة القديمة في نهاية الرصيف.' },
      },
      { name: 'final-plan.pdf', type: 'application/pdf', bytes: PDF, caption: { en: 'The plan', zh: '计划' } },
    ],
  )
  made.photos = await withFiles(
    room,
    { date: '2026-03-02', texts: { en: { title: 'Photos of the new gauges', summary: 'Four of them, of very different shapes.', body: 'They may be printed free of charge.' } } },
    [
      { name: 'wide.png', type: 'image/png', bytes: quay(1600, 200), alt: { en: 'A long quay' } },
      { name: 'tall.png', type: 'image/png', bytes: quay(300, 1200), alt: { en: 'A mast' }, caption: { en: 'Mast'.repeat(80) } },
      { name: 'tiny.png', type: 'image/png', bytes: quay(16, 16), alt: { en: 'A buoy' } },
      { name: 'forty megapixels.png', type: 'image/png', bytes: stripes(8000, 5000), alt: { en: 'Stripes of a staff' }, credit: 'Ana Lima' },
    ],
  )
  for (const [name, release] of Object.entries(PLAIN)) made[name] = await room.post({ ...release, status: 'published' })
  made.withdrawn = await room.step(made.withdrawn.id, 'withdraw', {
    reason: { en: 'The gauge had fallen off the pier.', ar: 'كانت المحطة قد سقطت عن الرصيف.' },
  })
  const { ru, en } = PLAIN.corrected.texts
  made.corrected = await room.save(made.corrected.id, made.corrected.revision, {
    ...PLAIN.corrected,
    status: 'published',
    texts: { en: { ...en, body: 'Eleven stations joined the network today.' }, ru },
    correction: { note: { en: 'An earlier text named twelve stations. There are eleven.', ru: 'Станций одиннадцать, а не двенадцать.' } },
  })
  await room.settled()
  return made
}

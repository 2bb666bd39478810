// The functions that run at the edge, as CloudFront calls them. node --test, no packages.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import vm from 'node:vm';

const TOP = new URL('../../infra/', import.meta.url);

// CloudFront's runtime knows neither files nor the network: an empty context is the nearest to it.
function load(file, parameters = {}) {
  let code = readFileSync(new URL(file, TOP), 'utf8');
  for (const [name, value] of Object.entries(parameters)) {
    code = code.replaceAll('${' + name + '}', value);
  }
  return vm.runInNewContext(code + '\nhandler;', { decodeURIComponent });
}

const visit = load('visit.js');
const plain = value => JSON.parse(JSON.stringify(value));

function ask(uri, method = 'GET') {
  return plain(visit({ request: { method, uri, querystring: {}, headers: {} } }));
}

test('a folder is its index', () => {
  for (const [path, key] of [
    ['/', '/index.html'],
    ['/en/', '/en/index.html'],
    ['/en/2026/06/closing/', '/en/2026/06/closing/index.html'],
    ['/zh-Hant/archive/2026/06/', '/zh-Hant/archive/2026/06/index.html'],
  ]) {
    assert.equal(ask(path).uri, key);
    assert.equal(ask(path, 'HEAD').uri, key);
  }
});

test('a document is itself', () => {
  for (const path of [
    '/en/rss.xml', '/en/only/feed.json', '/en/topics/research/atom.xml', '/index.json', '/robots.txt', '/style.css', '/changes/00000001.json',
    '/en/archive/index.json', '/releases/0195f000-0000-7000-8000-000000000001/v1.json', '/media/abc/quay%20at%20night.jpg', '/media/abc/LICENCE',
    '/media/abc/%E9%97%AD%E5%B9%95.jpg', '/404.html',
  ]) {
    assert.equal(ask(path).uri, path);
  }
});

test('a folder without its slash is moved there, and never to another host', () => {
  for (const path of ['/en', '/en/2026/06/closing', '/en/archive/2026/06', '/desk']) {
    const answer = ask(path);
    assert.equal(answer.statusCode, 308);
    assert.equal(answer.headers.location.value, path + '/');
    assert.match(answer.headers['cache-control'].value, /max-age=10/);
  }
  for (const path of ['//evil.example', '/\\evil.example', '/%5Cevil.example', '//evil.example/%2e%2e', '/%2Fevil.example', '/\t/evil']) {
    assert.deepEqual([ask(path).statusCode, ask(path).uri], [undefined, '/-'], path);
  }
});

test('what no object can have is nothing', () => {
  for (const path of [
    '/../x', '/en/../fr/', '/en/./', '/a/%2e%2e/b', '/a//b', '/en//', '/%00', '/a%0d%0aSet-Cookie:x', '/a%5Cb', '/%FF', '/%', '/index.html', '/en/index.html',
    '', 'en/', '/' + 'a'.repeat(2000) + '/',
  ]) {
    assert.equal(ask(path).uri, '/-', path);
  }
});

test('the local site port says the same of the paths its own test names', () => {
  const source = readFileSync(new URL('../functions/local/src/site.rs', TOP), 'utf8');
  const bad = source.match(/for bad in \[([^\]]*)\]/)[1].match(/"[^"]+"/g).map(text => JSON.parse(text));
  assert.ok(bad.length > 5);
  for (const path of bad) {
    assert.equal(ask(path).uri, '/-', path);
  }
  const good = [...source.matchAll(/assert_eq!\(key\("([^"]+)"\)\.as_deref\(\), Some\("([^"]+)"\)\)/g)];
  assert.ok(good.length > 2);
  for (const [, path, key] of good) {
    assert.equal(ask(path).uri, '/' + key);
  }
});

test('a browser that asks first may read from everywhere', () => {
  const answer = ask('/en/feed.json', 'OPTIONS');
  assert.equal(answer.statusCode, 204);
  assert.equal(answer.headers['access-control-allow-origin'].value, '*');
  assert.match(answer.headers['access-control-allow-methods'].value, /GET/);
  assert.equal(answer.headers['access-control-allow-headers'].value, '*');
  assert.ok(!('access-control-allow-credentials' in answer.headers));
});

test('nothing but the path and the query of a request is touched', () => {
  const request = { method: 'GET', uri: '/en/', querystring: {}, headers: { 'if-none-match': { value: '"x"' } } };
  assert.deepEqual(plain(visit({ request: structuredClone(request) })), { ...request, uri: '/en/index.html' });
});

// A document of each type that CloudFront does not compress, with the place in key.rs that says its type, and the type that S3 is asked for.
const RENAMED = [
  { path: '/en/atom.xml', key: 'Self::Feed(_, Format::Atom)', asked: 'application/xml; charset=utf-8' },
  { path: '/zh-Hant/only/atom.xml', key: 'Self::Feed(_, Format::Atom)', asked: 'application/xml; charset=utf-8' },
  { path: '/en/archive/2026/06/atom.xml', key: 'Self::MonthAtom(..)', asked: 'application/xml; charset=utf-8' },
  { path: '/en/topics/technology/feed.json', key: 'Self::Feed(_, Format::Json)', asked: 'application/json; charset=utf-8' },
  { path: '/schema/v1/release.json', key: 'Self::Schema(_)', asked: 'application/json' },
  { path: '/schema/v1/feed.json', key: 'Self::Schema(_)', asked: 'application/json' },
];
const OTHERS = [
  '/', '/en/', '/en/rss.xml', '/index.json', '/en/archive/index.json', '/en/archive/2026/06/index.json', '/changes/head.json', '/releases/x/v1.json',
  '/media/abc/quay.gif', '/media/abc/LICENCE', '/sitemap.xml', '/en/archive/2026/06/sitemap.xml', '/style.css', '/en/notatom.xml', '/en/myfeed.json',
  '/schema/v1/', '/404.html', '/nothing', '/robots.txt',
];

// What stands in key.rs between `content_type` and the next function, as lines of (keys, type).
function types() {
  const source = readFileSync(new URL('../functions/store/src/key.rs', TOP), 'utf8');
  const body = source.match(/pub fn content_type\(&self\)[^{]*\{([\s\S]*?)\n    \}\n/)[1];
  return [...body.matchAll(/^ +(Self::.*) => "([^"]+)",$/gm)].map(([, keys, type]) => ({ keys: keys.split(' | '), type }));
}

test('what CloudFront does not compress is asked for by a type that it does, and gets its own back', () => {
  // Of its list (Developer Guide, "File types that CloudFront compresses"), what matters here.
  const compressed = ['application/json', 'application/rss+xml', 'application/xml', 'text/css', 'text/html', 'text/plain'];
  const known = types();
  assert.ok(known.length > 5);
  for (const { path, key, asked } of RENAMED) {
    const own = known.find(one => one.keys.includes(key)).type;
    const request = ask(path);
    assert.equal(request.uri, path);
    assert.deepEqual(Object.keys(request.querystring), ['response-content-type'], path);
    const { value } = request.querystring['response-content-type'];
    assert.match(value, /^[A-Za-z0-9%-]+$/, 'as in a URL');
    assert.equal(decodeURIComponent(value), asked, path);
    assert.ok(compressed.includes(asked.split(';')[0]), path);
    assert.ok(!compressed.includes(own.split(';')[0]), path + ': CloudFront compresses it without us');
    assert.equal(type(path, asked), own, path);
    // S3 may have overlooked what it was asked for.
    assert.equal(type(path, own), own, path);
  }
  // Each public type of key.rs is compressed, or is among these.
  const renamed = new Set(RENAMED.map(one => one.key));
  for (const { keys, type } of known) {
    if (/xml|json/.test(type) && !compressed.includes(type.split(';')[0])) {
      assert.deepEqual(keys.filter(key => !renamed.has(key)), [], type);
    }
  }
});

test('each type that is asked for is put back, and in the same places', () => {
  const [asking, back] = ['visit.js', 'announce.js'].map(file => vm.runInNewContext(
    readFileSync(new URL(file, TOP), 'utf8') + '\nTYPES.map(one => ({ of: String(one.of), asked: one.asked }));'));
  assert.equal(asking.length, back.length);
  asking.forEach((one, at) => {
    assert.equal(one.of, back[at].of);
    assert.equal(decodeURIComponent(one.asked).split(';')[0], back[at].asked);
    assert.ok(RENAMED.some(({ path }) => new RegExp(one.of.slice(1, -1)).test(path)), one.of);
  });
});

test('a type that a reader names never gets through', () => {
  const named = [
    { 'response-content-type': { value: 'text/html' } },
    { 'response-content-type': { value: 'text/html', multiValue: [{ value: 'text/html' }, { value: 'image/svg+xml' }] } },
    { 'Response-Content-Type': { value: 'text/html' }, 'response%2Dcontent-type': { value: 'text/html' } },
    { 'response-content-disposition': { value: 'attachment' }, versionId: { value: 'x' }, v: { value: '1' } },
  ];
  for (const querystring of named) {
    for (const method of ['GET', 'HEAD']) {
      for (const path of [...OTHERS, ...RENAMED.map(one => one.path), '/../en/atom.xml', '/en//feed.json']) {
        const answer = plain(visit({ request: { method, uri: path, querystring: structuredClone(querystring), headers: {} } }));
        // A redirect reaches no bucket.
        assert.deepEqual(answer.querystring, answer.statusCode ? undefined : ask(path, method).querystring, path);
        assert.doesNotMatch(JSON.stringify(answer), /text\/html|svg|attachment/, path);
      }
    }
  }
  for (const path of [...OTHERS, '/../en/atom.xml', '/en//feed.json']) {
    assert.deepEqual(ask(path).querystring ?? {}, {}, path);
  }
});

function tell(uri, parameters, given = {}) {
  const announce = load('announce.js', parameters);
  const event = {
    context: { distributionDomainName: 'd111.cloudfront.net' },
    request: { uri, headers: { host: { value: 'evil.example' } } },
    response: { statusCode: 200, headers: { etag: { value: '"x"' }, ...given } },
  };
  return plain(announce(event)).headers;
}

// The type that an answer with this one leaves with. Hubs or none make no difference.
function type(path, found) {
  const [none, one] = ['', 'https://one.example/'].map(Hubs => tell(path, { SiteDomain: '', Hubs }, { 'content-type': { value: found } }));
  assert.deepEqual(none['content-type'], one['content-type']);
  return none['content-type'].value;
}

test('what has another type than was asked for keeps it, and what has none gets none', () => {
  for (const { path } of RENAMED) {
    assert.equal(type(path, 'text/html; charset=utf-8'), 'text/html; charset=utf-8', path);
    assert.deepEqual(tell(path, { SiteDomain: '', Hubs: '' }), { etag: { value: '"x"' } }, path);
  }
  for (const path of OTHERS) {
    for (const found of ['application/json', 'application/xml; charset=utf-8', 'application/rss+xml; charset=utf-8', 'text/html; charset=utf-8']) {
      assert.equal(type(path, found), found, path);
    }
  }
});

test('a feed says where it lives and which hubs know of it', () => {
  const hubs = { SiteDomain: 'press.example.org', Hubs: 'https://one.example/,https://two.example/hub' };
  assert.equal(tell('/en/rss.xml', hubs).link.value,
    '<https://press.example.org/en/rss.xml>; rel="self", <https://one.example/>; rel="hub", <https://two.example/hub>; rel="hub"');
  assert.equal(tell('/en/only/feed.json', { ...hubs, SiteDomain: '' }).link.value.split(';')[0], '<https://d111.cloudfront.net/en/only/feed.json>');
  assert.equal(tell('/en/topics/a/atom.xml', hubs).etag.value, '"x"');
});

test('what is no feed says nothing, and without hubs nobody does', () => {
  for (const path of ['/sitemap.xml', '/en/archive/index.json', '/en/index.html', '/en/notrss.xml', '/schema/v1/feed.json', '/schema/v1/index.json']) {
    assert.ok(!('link' in tell(path, { SiteDomain: '', Hubs: 'https://one.example/' })), path);
  }
  for (const path of ['/en/rss.xml', '/en/atom.xml', '/en/feed.json']) {
    assert.ok(!('link' in tell(path, { SiteDomain: 'press.example.org', Hubs: '' })), path);
  }
});

test('CloudFront can run them', () => {
  for (const file of ['visit.js', 'announce.js']) {
    const code = readFileSync(new URL(file, TOP), 'utf8');
    assert.ok(Buffer.byteLength(code) < 10240);
    // Not of cloudfront-js-2.0: files, timers, code from texts. ${…} is CloudFormation's.
    assert.doesNotMatch(code, /\b(require|import|setTimeout|eval|Function\(|fetch|process|URL\()/);
    assert.doesNotMatch(code.replace(/\$\{(SiteDomain|Hubs)\}/g, ''), /\$\{/);
  }
});

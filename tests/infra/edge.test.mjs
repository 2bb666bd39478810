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

test('nothing but the path of a request is touched', () => {
  const request = { method: 'GET', uri: '/en/', querystring: { v: { value: '1' } }, headers: { 'if-none-match': { value: '"x"' } } };
  assert.deepEqual(plain(visit({ request: structuredClone(request) })), { ...request, uri: '/en/index.html' });
});

function tell(uri, parameters) {
  const announce = load('announce.js', parameters);
  const event = {
    context: { distributionDomainName: 'd111.cloudfront.net' },
    request: { uri, headers: { host: { value: 'evil.example' } } },
    response: { statusCode: 200, headers: { etag: { value: '"x"' } } },
  };
  return plain(announce(event)).headers;
}

test('a feed says where it lives and which hubs know of it', () => {
  const hubs = { SiteDomain: 'press.example.org', Hubs: 'https://one.example/,https://two.example/hub' };
  assert.equal(tell('/en/rss.xml', hubs).link.value,
    '<https://press.example.org/en/rss.xml>; rel="self", <https://one.example/>; rel="hub", <https://two.example/hub>; rel="hub"');
  assert.equal(tell('/en/only/feed.json', { ...hubs, SiteDomain: '' }).link.value.split(';')[0], '<https://d111.cloudfront.net/en/only/feed.json>');
  assert.equal(tell('/en/topics/a/atom.xml', hubs).etag.value, '"x"');
});

test('what is no feed says nothing', () => {
  for (const path of ['/sitemap.xml', '/en/archive/index.json', '/en/index.html', '/en/notrss.xml']) {
    assert.ok(!('link' in tell(path, { SiteDomain: '', Hubs: 'https://one.example/' })), path);
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

// CloudFront function, viewer request: which object of the site bucket a request is for.
//
// The bucket knows keys, readers know folders: /en/ is en/index.html. What no object can have is asked for as NOTHING, which is
// never there, so that CloudFront answers with the page for an address where nothing is. The local site port does the same
// (functions/local/src/site.rs). template.yaml holds a copy of this file; `tests/infra/check --write` renews it.

const NOTHING = '/-';

// CloudFront compresses the types of its own list only, and Atom, JSON Feed and schemas are not on it. So S3 is asked to call these by the
// general type, which it does when a request is signed, as all of ours are; announce.js puts their own type back. The first that matches
// counts: there is a /schema/v1/feed.json. Percent-encoded, as in a URL.
const TYPES = [
  { of: /^\/schema\/.+\.json$/, asked: 'application%2Fjson' },
  { of: /\/atom\.xml$/, asked: 'application%2Fxml%3B%20charset%3Dutf-8' },
  { of: /\/feed\.json$/, asked: 'application%2Fjson%3B%20charset%3Dutf-8' },
];

function handler(event) {
  const request = event.request;
  if (request.method === 'OPTIONS') {
    return allowed();
  }
  // No document depends on a query; and whoever could name its type could make a page of it.
  request.querystring = {};
  const path = request.uri;
  if (!sound(path)) {
    request.uri = NOTHING;
    return request;
  }
  if (path.endsWith('/')) {
    request.uri = path + 'index.html';
    return request;
  }
  const last = path.slice(path.lastIndexOf('/') + 1);
  if (last.indexOf('.') < 0 && !path.startsWith('/media/')) {
    return moved(path + '/');
  }
  const type = TYPES.find(one => one.of.test(path));
  if (type) {
    request.querystring['response-content-type'] = { value: type.asked };
  }
  return request;
}

// A path of plain segments. A second slash at the front would be another host in a redirect.
function sound(path) {
  let plain;
  try {
    plain = decodeURIComponent(path);
  } catch (error) {
    return false;
  }
  if (!plain.startsWith('/') || plain.length > 1024 || /[\\\u0000-\u001f\u007f]/.test(plain)) {
    return false;
  }
  const segments = plain.slice(1).split('/');
  if (segments[segments.length - 1] === '') {
    segments.pop();
  }
  return segments.every(segment => segment !== '' && segment !== '.' && segment !== '..') && !plain.endsWith('index.html');
}

function moved(path) {
  return {
    statusCode: 308,
    statusDescription: 'Permanent Redirect',
    headers: { location: { value: path }, 'cache-control': { value: 'public, max-age=10' } },
  };
}

// A browser asks before it sends If-None-Match to another host. S3 would refuse.
function allowed() {
  return {
    statusCode: 204,
    statusDescription: 'No Content',
    headers: {
      allow: { value: 'GET, HEAD, OPTIONS' },
      'access-control-allow-origin': { value: '*' },
      'access-control-allow-methods': { value: 'GET, HEAD, OPTIONS' },
      'access-control-allow-headers': { value: '*' },
      'access-control-max-age': { value: '86400' },
    },
  };
}

// CloudFront function, viewer response: gives documents back the type that they have, and tells WebSub subscribers where a feed lives and which
// hubs know of it (Link, RFC 8288).
//
// visit.js had S3 call some documents by another type, so that CloudFront compresses them; by now it has. What does not come with that type
// stays as it is: the page for an address where nothing is, and a 304 without a type.
// S3 keeps no Link header. RSS, Atom and JSON Feed name the hubs in their text too; this is for those who only look at headers.
// CloudFormation puts the two parameters in. template.yaml holds a copy of this file; `tests/infra/check --write` renews it.

const DOMAIN = '${SiteDomain}';
const HUBS = '${Hubs}';

// In the order of visit.js.
const TYPES = [
  { of: /^\/schema\/.+\.json$/, asked: 'application/json', own: 'application/schema+json' },
  { of: /\/atom\.xml$/, asked: 'application/xml', own: 'application/atom+xml; charset=utf-8' },
  { of: /\/feed\.json$/, asked: 'application/json', own: 'application/feed+json; charset=utf-8' },
];

function handler(event) {
  const response = event.response;
  const path = event.request.uri;
  const found = response.headers['content-type'];
  const type = TYPES.find(one => one.of.test(path));
  if (type && found && found.value.startsWith(type.asked)) {
    response.headers['content-type'] = { value: type.own };
  }
  const hubs = HUBS.split(',').map(hub => hub.trim()).filter(hub => hub);
  if (hubs.length > 0 && /\/(rss\.xml|atom\.xml|feed\.json)$/.test(path) && !path.startsWith('/schema/')) {
    const host = DOMAIN || event.context.distributionDomainName;
    const links = ['<https://' + host + path + '>; rel="self"'];
    hubs.forEach(hub => links.push('<' + hub + '>; rel="hub"'));
    response.headers.link = { value: links.join(', ') };
  }
  return response;
}

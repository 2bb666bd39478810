// CloudFront function, viewer response: tells WebSub subscribers where a feed lives and which hubs know of it (Link, RFC 8288).
//
// S3 keeps no Link header. RSS, Atom and JSON Feed name the hubs in their text too; this is for those who only look at headers.
// CloudFormation puts the two parameters in. template.yaml holds a copy of this file; `tests/infra/check --write` renews it.

const DOMAIN = '${SiteDomain}';
const HUBS = '${Hubs}';

function handler(event) {
  const response = event.response;
  const path = event.request.uri;
  if (/\/(rss\.xml|atom\.xml|feed\.json)$/.test(path)) {
    const host = DOMAIN || event.context.distributionDomainName;
    const links = ['<https://' + host + path + '>; rel="self"'];
    HUBS.split(',').forEach(hub => {
      if (hub.trim()) {
        links.push('<' + hub.trim() + '>; rel="hub"');
      }
    });
    response.headers.link = { value: links.join(', ') };
  }
  return response;
}

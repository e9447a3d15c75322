// Digital Bazaar's libraries, set up to issue and verify without a network.
import * as vc from '@digitalbazaar/vc';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import * as multikey from '@digitalbazaar/ed25519-multikey';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';

const MULTIKEY = 'https://w3id.org/security/multikey/v1';
const DID = 'https://www.w3.org/ns/did/v1';

// Contexts are given; a document of did:key is made of its name.
export function loaderOf(contexts) {
  return async url => {
    let document = contexts[url];
    if(!document) {
      const [did, fragment] = url.split('#');
      const publicKeyMultibase = did.replace('did:key:', '');
      const id = `${did}#${publicKeyMultibase}`;
      const key = {id, type: 'Multikey', controller: did, publicKeyMultibase};
      document = fragment ? {'@context': MULTIKEY, ...key} : {
        '@context': [DID, MULTIKEY], id: did, verificationMethod: [key], assertionMethod: [id]};
    }
    // Nothing here ever changes, so that the libraries may keep what they make of it.
    return {contextUrl: null, documentUrl: url, document, tag: 'static'};
  };
}

export async function issuerOf(contexts, did) {
  const pair = await multikey.generate({controller: did});
  pair.id = `${did}#${pair.publicKeyMultibase}`;
  const documentLoader = loaderOf(contexts);
  return credential => vc.issue({
    credential, documentLoader,
    suite: new DataIntegrityProof({signer: pair.signer(), cryptosuite})});
}

export function verifierOf(contexts) {
  const documentLoader = loaderOf(contexts);
  return async credential => {
    const result = await vc.verifyCredential({
      credential, documentLoader, suite: new DataIntegrityProof({cryptosuite}),
      checkStatus: async () => ({verified: true})});
    if(!result.verified) {
      throw result.error;
    }
  };
}

// Signs a credential in the name of a did:key that is made for it: Digital Bazaar's library alone.
import * as vc from '@digitalbazaar/vc';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import * as multikey from '@digitalbazaar/ed25519-multikey';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {readFileSync} from 'node:fs';

const {credential, contexts} = JSON.parse(readFileSync(0, 'utf8'));
const pair = await multikey.generate({});
const did = `did:key:${pair.publicKeyMultibase}`;
pair.id = `${did}#${pair.publicKeyMultibase}`;
pair.controller = did;
credential.issuer.id = did;
const documentLoader = async url => {
  if(!contexts[url]) {
    throw new Error(`no context ${url}`);
  }
  return {contextUrl: null, documentUrl: url, document: contexts[url]};
};
const suite = new DataIntegrityProof({signer: pair.signer(), cryptosuite});
console.log(JSON.stringify(await vc.issue({credential, documentLoader, suite})));

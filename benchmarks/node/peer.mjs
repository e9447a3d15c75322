// One peer on Node.js. Each line read is {case, count} and makes it do so many operations; each
// line written says what they cost, in seconds: {wall, cpu}. CPU is that of all its threads.
// The first line read is the samples: credentials, contexts and keys.
import readline from 'node:readline';
import {createList} from '@digitalbazaar/vc-bitstring-status-list';
import {SignJWT, importPKCS8, importSPKI, jwtVerify} from 'jose';
import {issuerOf, verifierOf} from './libraries.mjs';

const WARM = 40;
const LIST = 'https://badges.example.edu/status/1';

async function operationsOf(samples) {
  const issue = await issuerOf(samples.contexts, samples.did);
  const verify = verifierOf(samples.contexts);
  const operations = {
    issue: number => issue(structuredClone(samples.documents[number % samples.documents.length])),
    verify: number => verify(JSON.parse(samples.signed[number % samples.signed.length]))
  };
  for(const [algorithm, {secret, open, tokens}] of Object.entries(samples.jwt)) {
    const key = await importPKCS8(secret, algorithm), publicKey = await importSPKI(open, algorithm);
    operations[`sign ${algorithm}`] = number => new SignJWT(
      samples.documents[number % samples.documents.length])
      .setProtectedHeader({alg: algorithm, typ: 'JWT', kid: samples.did}).sign(key);
    operations[`verify ${algorithm}`] = number => jwtVerify(
      tokens[number % tokens.length], publicKey, {algorithms: [algorithm]});
  }
  for(const [length, revoked] of Object.entries(samples.lists)) {
    const list = await createList({length: Number(length)});
    revoked.forEach(index => list.setStatus(index, true));
    operations[`revoke ${length}`] = async number => {
      list.setStatus((number * 7919) % Number(length), true);
      const encodedList = await list.encode();
      JSON.stringify(await issue({
        '@context': ['https://www.w3.org/ns/credentials/v2'], id: LIST, issuer: samples.did,
        type: ['VerifiableCredential', 'BitstringStatusListCredential'],
        validFrom: '2026-11-21T12:00:00Z',
        credentialSubject: {
          id: `${LIST}#list`, type: 'BitstringStatusList', statusPurpose: 'revocation', encodedList}
      }));
    };
  }
  return operations;
}

async function turn(operate, count, first) {
  const cpu = process.cpuUsage(), wall = process.hrtime.bigint();
  for(let number = 0; number < count; number++) {
    await operate(first + number);
  }
  const taken = process.hrtime.bigint() - wall, {user, system} = process.cpuUsage(cpu);
  return {wall: Number(taken) / 1e9, cpu: (user + system) / 1e6};
}

let operations, done = 0;
for await (const line of readline.createInterface({input: process.stdin})) {
  const asked = JSON.parse(line);
  if(!operations) {
    operations = await operationsOf(asked);
    // What runs often is compiled once: that is no part of any figure.
    for(const name of asked.warmed) {
      await turn(operations[name], WARM, 0);
    }
    console.log(JSON.stringify({ready: Object.keys(operations)}));
    continue;
  }
  const cost = await turn(operations[asked.case], asked.count, done);
  done += asked.count;
  console.log(JSON.stringify(cost));
}

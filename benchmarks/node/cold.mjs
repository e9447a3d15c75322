// Verify one credential of a did:key, as a process of its own: node cold.mjs FILE CONTEXTS
import fs from 'node:fs';
import {verifierOf} from './libraries.mjs';

const [file, contexts] = process.argv.slice(2).map(name => JSON.parse(fs.readFileSync(name, 'utf8')));
await verifierOf(contexts)(file);
console.log('verified');

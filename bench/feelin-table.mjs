// The table of table.json by feelin (npm): every cell as a unary test, every rule, as the hit policy UNIQUE asks. Decisions a second.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const { evaluate, unaryTest } = await import(pathToFileURL(process.env.FEELIN).href);
const { inputs, rules, context, expected } = JSON.parse(readFileSync(new URL('table.json', import.meta.url), 'utf8'));
const value = (x) => (x !== null && typeof x === 'object' && 'value' in x ? x.value : x);
function decide() {
  const given = inputs.map((name) => value(evaluate(name, context)));
  let result = null;
  for (const rule of rules) {
    if (rule.in.every((cell, i) => cell === '-' || value(unaryTest(cell, { ...context, '?': given[i] })) === true)) result = value(evaluate(rule.out, context));
  }
  return result;
}
if (Number(decide()) !== expected) console.error('wrong decision', decide());
for (let i = 0; i < 50; i++) decide();
const rounds = Number(process.argv[2] ?? 500), begin = process.hrtime.bigint();
for (let i = 0; i < rounds; i++) decide();
console.log(Math.round(rounds / (Number(process.hrtime.bigint() - begin) / 1e9)));

// The expressions of feel_expressions.h by feelin (npm), which reads the text at each evaluation. usage: node feelin.mjs N
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const { evaluate } = await import(pathToFileURL(process.env.FEELIN).href);
const lines = readFileSync(new URL('feel_expressions.h', import.meta.url), 'utf8').split('\n').filter((line) => line);
const expressions = lines.map((line) => JSON.parse(line.replace(/,$/, '')));
const context = {
  amount: 20000, income: 3200.50, kind: 'noise', urgent: true, applicant: { age: 34, name: 'Wang' },
  items: [{ price: 10, n: 3 }, { price: 2.5, n: 4 }, { price: 100, n: 1 }], list: [5, 3, 9, 1, 7], accepted: '2024-03-05',
};
const rounds = Number(process.argv[2] ?? 200);
const run = () => { for (const expression of expressions) evaluate(expression, context); };
for (let i = 0; i < 20; i++) run();
const begin = process.hrtime.bigint();
for (let i = 0; i < rounds; i++) run();
const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
console.log(Math.round(rounds * expressions.length / seconds));

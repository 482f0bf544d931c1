// The process of process.bpmn by bpmn-engine (npm): read once, each instance started and its task signalled from outside. Steps a second.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const near = createRequire(process.env.BPMN_ENGINE);
const load = (name) => import(pathToFileURL(near.resolve(name)).href);
const { Engine } = await import(pathToFileURL(process.env.BPMN_ENGINE).href);
const Elements = await load('bpmn-elements');
const { default: Serializer, TypeResolver } = await load('moddle-context-serializer');
const moddle = await load('bpmn-moddle');
const BpmnModdle = moddle.BpmnModdle ?? moddle.default;

// The same condition as that engine writes it; a function is the fastest of its ways.
const text = readFileSync(new URL('process.bpmn', import.meta.url), 'utf8')
  .replace(/(<conditionExpression[^>]*>)[^<]*</, '$1${environment.services.large()}<');
const sourceContext = Serializer(await new BpmnModdle().fromXML(text), TypeResolver(Elements));
const services = { large: (scope) => scope.environment.variables.amount > 10 };

async function run(k) {
  const engine = new Engine({ sourceContext, services });
  const ended = engine.waitFor('end');
  const api = await engine.execute();
  api.definitions[0].getProcesses()[0].environment.variables.amount = k % 2 ? 20 : 5;
  api.signal({ id: 'task' });
  await ended;
  return api;
}
for (let k = 0; k < 2; k++) {
  const taken = (await run(k)).definitions[0].getProcesses()[0].getActivityById(k ? 'end_large' : 'end_small').counters.taken;
  if (taken !== 1) console.error('wrong branch', k);
}
for (let k = 0; k < 50; k++) await run(k);
const rounds = Number(process.argv[2] ?? 500), begin = process.hrtime.bigint();
for (let k = 0; k < rounds; k++) await run(k);
console.log(Math.round((2 * rounds) / (Number(process.hrtime.bigint() - begin) / 1e9)));

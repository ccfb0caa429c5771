// Runs trivial tasks in Node's process pools, as told on standard input: a name and a number of tasks per line.
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import Tinypool from 'tinypool'
import workerpool from 'workerpool'

const SIZE = 2
const file = name => fileURLToPath(new URL(name, import.meta.url))

const tiny = new Tinypool({
  filename: new URL('square.mjs', import.meta.url).href,
  runtime: 'child_process',
  minThreads: SIZE,
  maxThreads: SIZE
})
const worker = workerpool.pool(file('squares.mjs'), { workerType: 'process', minWorkers: SIZE, maxWorkers: SIZE })

const contenders = {
  tinypool: x => tiny.run(x),
  workerpool: x => worker.exec('square', [x])
}

for await (const line of createInterface({ input: process.stdin })) {
  const [name, count] = line.split(' ')
  const start = process.hrtime.bigint()
  await Promise.all(Array.from({ length: Number(count) }, (_, x) => contenders[name](x)))
  console.log(Number(process.hrtime.bigint() - start) / 1e9)
}
await tiny.destroy()
await worker.terminate()

// Human on Node with the WebAssembly backend; the native one fetches a binary from elsewhere when it is installed.
// The argument is the folder with node_modules. The protocol is that of serving.py.
'use strict';
const fs = require('fs');
const path = require('path');
const readline = require('readline');
const { fileURLToPath, pathToFileURL } = require('url');

const MOST_FACES = 30; // the default is one
const modules = path.join(process.argv[2], 'node_modules');
const human = path.join(modules, '@vladmandic', 'human');
const { Human } = require(path.join(human, 'dist', 'human.node-wasm.js'));

// Human reads its networks by fetch, which knows no files on Node.
globalThis.fetch = async (address) => {
  const file = fileURLToPath(String(address));
  const type = file.endsWith('.json') ? 'application/json' : 'application/octet-stream';
  return new Response(fs.readFileSync(file), { headers: { 'content-type': type } });
};
console.log = console.error; // the answers have standard output to themselves

function readPpm(file) {
  const content = fs.readFileSync(file);
  let start = 0;
  const head = [];
  while (head.length < 3) {
    const end = content.indexOf('\n', start);
    head.push(content.toString('latin1', start, end));
    start = end + 1;
  }
  const [width, height] = head[1].split(' ').map(Number);
  return { width, height, pixels: content.subarray(start) };
}

function says(face) {
  const words = {};
  if (face.gender && face.gender !== 'unknown') words.Male = face.gender === 'male';
  if (face.emotion && face.emotion.length > 0) {
    const strongest = face.emotion.reduce((a, b) => (b.score > a.score ? b : a));
    words.Smiling = strongest.emotion === 'happy';
  }
  return words;
}

async function main() {
  const recognizer = new Human({
    backend: 'wasm',
    wasmPath: path.join(modules, '@tensorflow', 'tfjs-backend-wasm', 'dist') + path.sep,
    modelBasePath: pathToFileURL(path.join(human, 'models')).href + '/',
    debug: false,
    cacheSensitivity: 0, // each picture is another one
    filter: { enabled: false },
    face: {
      detector: { maxDetected: MOST_FACES, skipFrames: 0, skipTime: 0 },
      description: { skipFrames: 0, skipTime: 0 }, // age and gender
      emotion: { skipFrames: 0, skipTime: 0 },
      iris: { enabled: false }, // says nothing that the others have a word for
    },
    body: { enabled: false },
    hand: { enabled: false },
    object: { enabled: false },
    gesture: { enabled: false },
  });
  await recognizer.init();
  await recognizer.load();
  const answer = (document) => process.stdout.write(JSON.stringify(document) + '\n');
  answer({ ready: true });
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { width, height, pixels } = readPpm(line);
    const cpu = process.cpuUsage();
    const start = performance.now();
    const tensor = recognizer.tf.tensor3d(pixels, [height, width, 3], 'int32');
    const result = await recognizer.detect(tensor);
    tensor.dispose();
    const milliseconds = performance.now() - start;
    const used = process.cpuUsage(cpu);
    if (result.error) throw new Error(result.error);
    answer({
      milliseconds,
      cpu_milliseconds: (used.user + used.system) / 1000,
      faces: result.face.map((face) => ({ box: face.box, says: says(face) })),
    });
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
